package catch_test

import (
	"math"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/osutest"
)

// TestOfficialStars runs the cases of ppy/osu osu.Game.Rulesets.Catch.Tests/CatchDifficultyCalculatorTest.cs.
func TestOfficialStars(t *testing.T) {
	for _, c := range osutest.StarCases(t, osu.Catch) {
		a, err := catch.Difficulty(t.Context(), playable(t, c.Beatmap, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if d := c.Diff(a.Stars, a.MaxCombo); d != "" {
			t.Errorf("%s %v: %s", c.MD5, c.Mods, d)
		}
	}
}

// TestOfficialConversion runs the cases of ppy/osu osu.Game.Rulesets.Catch.Tests/CatchBeatmapConversionTest.cs, whose values
// are of the stable client and therefore not exact.
func TestOfficialConversion(t *testing.T) {
	type palpable struct {
		StartTime, Position float64
		HyperDash           bool
	}
	const lenience = 3 // of stable's whole numbers
	for _, c := range osutest.Conversions[palpable](t, osu.Catch) {
		t.Run(c.Name, func(t *testing.T) {
			b := playable(t, c.Beatmap, c.Mods)
			if len(b.Objects) != len(c.Objects) {
				t.Fatalf("%d objects, want %d", len(b.Objects), len(c.Objects))
			}
			for i, want := range c.Objects {
				o := b.Objects[i]
				if int(o.Count) != len(want) {
					t.Fatalf("object %d has %d palpables, want %d", i, o.Count, len(want))
				}
				for j, w := range want {
					p := b.Palpables[int(o.First)+j]
					if math.Abs(p.Time-w.StartTime) > lenience || math.Abs(float64(p.X)-w.Position) > lenience || p.HyperDash != w.HyperDash {
						t.Fatalf("palpable %d of object %d is %+v, want %+v", j, i, p, w)
					}
				}
			}
		})
	}
}
