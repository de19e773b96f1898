package difficulty_test

import (
	"encoding/json"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

// TestPassed checks plays that stop early, one by one and all together.
func TestPassed(t *testing.T) {
	for _, source := range osutest.Sources(t) {
		t.Run(source.Name, func(t *testing.T) {
			t.Parallel()
			for row := range source.Rows(t, "timed") {
				var want struct {
					Timed [][3]json.RawMessage `json:"timed"`
				}
				if err := json.Unmarshal(row.Raw, &want); err != nil {
					t.Fatal(err)
				}
				m, err := beatmap.Parse(source.Map(t, row.Map))
				if err != nil {
					t.Fatal(err)
				}
				set, err := mods.Parse(row.Mods)
				if err != nil {
					t.Fatal(err)
				}
				var timed []difficulty.TimedAttributes
				if len(m.HitObjects) < 400 {
					if timed, err = difficulty.Timed(t.Context(), m, row.Ruleset, set); err != nil {
						t.Fatal(err)
					}
				}
				for i, w := range want.Timed {
					if i%4 != 0 && source.Name != "synthetic" {
						continue
					}
					var objects int
					var end float64
					attributes := map[string]osutest.Number{}
					for i, to := range []any{&objects, &end, &attributes} {
						if err := json.Unmarshal(w[i], to); err != nil {
							t.Fatal(err)
						}
					}
					a, err := difficulty.Passed(t.Context(), m, row.Ruleset, set, objects)
					if err != nil {
						t.Fatal(err)
					}
					compare(t, row, objects, a, attributes)
					if timed != nil {
						at := timed[objects-1]
						compare(t, row, objects, at.Attributes, attributes)
						if d := osutest.Diff(at.Time, end); d != "" || at.Objects != objects {
							t.Errorf("%s %s: %d objects instead of %d end at: %s", row.Map, row.Mods, at.Objects, objects, d)
						}
					}
				}
			}
		})
	}
}

func compare(t *testing.T, row osutest.Row, objects int, a *difficulty.Attributes, want map[string]osutest.Number) {
	t.Helper()
	values := a.Values()
	for name, w := range want {
		got, _ := values.Get(name)
		if d := osutest.Diff(got, w.Float); d != "" {
			t.Errorf("%s %s %s: after %d objects: %s: %s", row.Ruleset, row.Map, row.Mods, objects, name, d)
		}
	}
}

// Stopping before the first object, and passing more than there are, is no error.
func TestPassedNothingOrMore(t *testing.T) {
	source := osutest.Sources(t)[0]
	for r, name := range []string{"osu-mixed", "taiko-patterns", "catch-fruits", "mania-4k"} {
		m, err := beatmap.Parse(source.Map(t, name))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := difficulty.Calculate(t.Context(), m, m.Mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, objects := range []int{-1, 0, 1 << 40} {
			a, err := difficulty.Passed(t.Context(), m, m.Mode, nil, objects)
			if err != nil {
				t.Fatal(err)
			}
			if stars := a.Stars(); objects > 0 && stars != whole.Stars() || objects <= 0 && stars > 0 || a.MaxCombo() < 0 {
				t.Errorf("ruleset %d, %d objects: %v stars, combo %d", r, objects, a.Stars(), a.MaxCombo())
			}
		}
	}
}
