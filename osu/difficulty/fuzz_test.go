package difficulty_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

// FuzzCalculate sends whole files through the front door: whatever they hold, there is an answer or an error, soon after the
// context ends at the latest, and what is stored can be read again.
func FuzzCalculate(f *testing.F) {
	source := osutest.Sources(f)[0]
	for r, name := range []string{"osu-two-b", "osu-nan-velocity", "osu-out-of-range", "osu-path-lengths", "mania-stacked-holds", "catch-bananas"} {
		f.Add(source.Map(f, name), uint8(r), "HD,HR,DT")
	}
	f.Fuzz(func(t *testing.T, data []byte, ruleset uint8, text string) {
		m, err := beatmap.Parse(data)
		if err != nil {
			return
		}
		r := osu.Ruleset(ruleset) % osu.Rulesets
		set, err := mods.Parse(text)
		if err != nil || mods.Exist(r, set) != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a, err := difficulty.Calculate(ctx, m, r, set)
		if err != nil {
			return
		}
		if a.MaxCombo() < 0 || a.Stars() < 0 {
			t.Errorf("%v stars, a combo of %d", a.Stars(), a.MaxCombo())
		}
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, new(difficulty.Attributes)); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		play := a.Reach(set, 0.97, 1)
		a.PP(play)
		a.PerformanceRelax(play)
		if _, err := difficulty.Strains(ctx, m, r, set); err != nil && ctx.Err() == nil {
			t.Errorf("difficulty can be calculated, strains not: %v", err)
		}
		if _, err := difficulty.Passed(ctx, m, r, set, len(m.HitObjects)/2); err != nil && ctx.Err() == nil {
			t.Errorf("difficulty can be calculated, that of half a play not: %v", err)
		}
	})
}
