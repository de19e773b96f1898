package mania_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/osutest"
)

// TestOfficialStars runs the cases of ppy/osu osu.Game.Rulesets.Mania.Tests/ManiaDifficultyCalculatorTest.cs.
func TestOfficialStars(t *testing.T) {
	for _, c := range osutest.StarCases(t, osu.Mania) {
		a, err := mania.Difficulty(t.Context(), playable(t, c.Beatmap, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if d := c.Diff(a.Stars, a.MaxCombo); d != "" {
			t.Errorf("%s %v: %s", c.MD5, c.Mods, d)
		}
	}
}

// TestOfficialConversion runs the cases of ppy/osu osu.Game.Rulesets.Mania.Tests/ManiaBeatmapConversionTest.cs.
func TestOfficialConversion(t *testing.T) {
	type object struct {
		StartTime, EndTime float64
		Column             int
	}
	for _, c := range osutest.Conversions[object](t, osu.Mania) {
		switch c.Name {
		case "11K", "13K", "15K", "17K":
			continue // the official client loses a column of these, and its test leaves them out
		}
		b, want := playable(t, c.Beatmap, c.Mods), slices.Concat(c.Objects...)
		if len(b.Objects) != len(want) {
			t.Errorf("%s %v: got %d objects, want %d", c.Name, c.Mods, len(b.Objects), len(want))
			continue
		}
		// The table groups objects by what they were made of. The ends are stable's, from which lazer may differ by 2 ms.
		slices.SortFunc(want, func(a, b object) int {
			return cmp.Or(cmp.Compare(a.StartTime, b.StartTime), cmp.Compare(a.Column, b.Column), cmp.Compare(a.EndTime, b.EndTime))
		})
		slices.SortFunc(b.Objects, func(a, b mania.Object) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Column, b.Column), cmp.Compare(a.End, b.End))
		})
		for i, o := range b.Objects {
			if w := want[i]; o.Column != w.Column || math.Abs(o.Start-w.StartTime) > 2 || math.Abs(o.End-w.EndTime) > 2 {
				t.Errorf("%s %v: object %d is %+v, want %+v", c.Name, c.Mods, i, o, w)
				break
			}
		}
	}
}
