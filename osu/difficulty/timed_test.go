package difficulty_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/osutest"
)

// TestPassed checks plays that stop early, one by one and all together.
func TestPassed(t *testing.T) {
	for _, source := range osutest.Sources(t) {
		t.Run(source.Name, func(t *testing.T) {
			t.Parallel()
			for row := range source.Rows(t, "timed") {
				m, set := source.Beatmap(t, row.Map), osutest.Mods(t, row.Mods)
				var timed []difficulty.TimedAttributes
				if len(m.HitObjects) < 400 {
					var err error
					if timed, err = difficulty.Timed(t.Context(), m, row.Ruleset, set); err != nil {
						t.Fatal(err)
					}
				}
				for i, w := range row.Timed(t) {
					if i%4 != 0 && source.Name != "synthetic" {
						continue
					}
					a, err := difficulty.Passed(t.Context(), m, row.Ruleset, set, w.Objects)
					if err != nil {
						t.Fatal(err)
					}
					compare(t, row, w, a)
					if timed != nil {
						at := timed[w.Objects-1]
						compare(t, row, w, at.Attributes)
						if d := osutest.Diff(at.Time, w.Time); d != "" || at.Objects != w.Objects {
							t.Errorf("%s: %d objects instead of %d end at: %s", row, at.Objects, w.Objects, d)
						}
					}
				}
			}
		})
	}
}

func compare(t *testing.T, row osutest.Row, want osutest.Timed, a *difficulty.Attributes) {
	t.Helper()
	values := a.Values()
	for name, w := range want.Attributes {
		got, _ := values.Get(name)
		if d := osutest.Diff(got, w.Float); d != "" {
			t.Errorf("%s after %d objects: %s: %s", row, want.Objects, name, d)
		}
	}
}

// Stopping before the first object, and passing more than there are, is no error.
func TestPassedNothingOrMore(t *testing.T) {
	source := osutest.Sources(t)[0]
	for r, name := range []string{"osu-mixed", "taiko-patterns", "catch-fruits", "mania-4k"} {
		m := source.Beatmap(t, name)
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
