package difficulty_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

// TestDifficultyHasTheSameAttributes calculates every mod of every ruleset, at the ends of each of its settings, and beside mods
// that it may depend on, and compares with what Set.Difficulty leaves of it.
func TestDifficultyHasTheSameAttributes(t *testing.T) {
	source := osutest.Sources(t)[0]
	for _, name := range []string{"osu-mixed", "taiko-patterns", "catch-fruits", "mania-7k-holds"} {
		m := source.Beatmap(t, name)
		for r := range osu.Rulesets {
			attributes := map[string]string{}
			calculate := func(s mods.Set) string {
				text := s.String()
				if a, ok := attributes[text]; ok {
					return a
				}
				a, err := difficulty.Calculate(t.Context(), m, r, s)
				if errors.Is(err, beatmap.ErrNotConvertible) {
					return ""
				}
				if err != nil {
					t.Fatalf("%s %v %v: %v", name, r, s, err)
				}
				b, err := json.Marshal(a)
				if err != nil {
					t.Fatal(err)
				}
				attributes[text] = string(b)
				return attributes[text]
			}
			if calculate(nil) == "" {
				continue
			}
			n, less := 0, 0
			for _, s := range variants(r) {
				part := s.Difficulty(r)
				n++
				if part.String() != s.String() {
					less++
				}
				if full, kept := calculate(s), calculate(part); full != kept {
					t.Errorf("%s %v: %v\n%s, but %v\n%s", name, r, s, full, part, kept)
				}
			}
			t.Logf("%s in %v: %d sets, of which %d have another form", name, r, n, less)
		}
	}
}

// variants returns every mod of a ruleset at its defaults and at the ends of each of its settings, alone and beside mods that
// go with it.
func variants(r osu.Ruleset) []mods.Set {
	var out []mods.Set
	for info := range mods.All(r) {
		plain := mods.Mod{Acronym: info.Acronym}
		forms := []mods.Mod{plain}
		for _, o := range info.Options {
			switch o.Type {
			case mods.Toggle:
				forms = append(forms, plain.With(o.Name, o.Default == 0))
			case mods.Integer:
				forms = append(forms, plain.With(o.Name, max(o.Min, -7)), plain.With(o.Name, min(o.Max, 1234)))
			default:
				forms = append(forms, plain.With(o.Name, o.Min), plain.With(o.Name, o.Max))
			}
		}
		for _, m := range forms {
			for _, beside := range []mods.Set{nil, mods.Of(mods.Flashlight), mods.Of(mods.Hidden, mods.DoubleTime), mods.Of(mods.HardRock)} {
				for _, s := range []mods.Set{append(slices.Clone(beside), m), append(mods.Set{m}, beside...)} {
					if mods.Validate(r, s) == nil {
						out = append(out, s)
					}
				}
			}
		}
	}
	return out
}
