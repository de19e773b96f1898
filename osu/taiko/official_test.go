package taiko_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/taiko"
)

// TestOfficialStars runs the cases of ppy/osu osu.Game.Rulesets.Taiko.Tests/TaikoDifficultyCalculatorTest.cs.
func TestOfficialStars(t *testing.T) {
	for _, c := range osutest.StarCases(t, osu.Taiko) {
		a, err := taiko.Difficulty(t.Context(), playable(t, c.Beatmap, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if d := c.Diff(a.Stars, a.MaxCombo); d != "" {
			t.Errorf("%s %v: %s", c.MD5, c.Mods, d)
		}
	}
}

// TestOfficialConversion runs the cases of ppy/osu osu.Game.Rulesets.Taiko.Tests/TaikoBeatmapConversionTest.cs, whose values are
// of the stable client and therefore not exact.
func TestOfficialConversion(t *testing.T) {
	type object struct {
		StartTime, EndTime                             float64
		IsRim, IsCentre, IsDrumRoll, IsSwell, IsStrong bool
	}
	const lenience = 2 // of stable's whole numbers
	for _, c := range osutest.Conversions[object](t, osu.Taiko) {
		t.Run(c.Name, func(t *testing.T) {
			b, want := playable(t, c.Beatmap, c.Mods), slices.Concat(c.Objects...)
			slices.SortStableFunc(want, func(a, b object) int { return cmp.Compare(a.StartTime, b.StartTime) })
			if len(b.Objects) != len(want) {
				t.Fatalf("%d objects, want %d", len(b.Objects), len(want))
			}
			for i, o := range b.Objects {
				got := object{
					StartTime: want[i].StartTime, EndTime: want[i].EndTime,
					IsRim:      o.Kind == taiko.Hit && o.Rim,
					IsCentre:   o.Kind == taiko.Hit && !o.Rim,
					IsDrumRoll: o.Kind == taiko.DrumRoll,
					IsSwell:    o.Kind == taiko.Swell,
					IsStrong:   o.Strong,
				}
				late := max(math.Abs(o.Start-want[i].StartTime), math.Abs(o.End-want[i].EndTime))
				if got != want[i] || late > lenience {
					t.Errorf("object %d is %+v, want %+v", i, o, want[i])
				}
			}
		})
	}
}
