package standard_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/standard"
)

// hit is what the official conversion tests compare.
type hit struct {
	Start float64 `json:"StartTime"`
	End   float64 `json:"EndTime"`
	X, Y  float64
}

// TestOfficialConversion is ppy/osu osu.Game.Rulesets.Osu.Tests/OsuBeatmapConversionTest.cs. Its values come from stable, which
// rounds to whole milliseconds and pixels: hence its tolerance.
func TestOfficialConversion(t *testing.T) {
	for _, c := range osutest.Conversions[hit](t, osu.Standard) {
		t.Run(c.Name, func(t *testing.T) {
			got, want := hits(playable(t, c.Beatmap, c.Mods)), slices.Concat(c.Objects...)
			if len(got) != len(want) {
				t.Fatalf("got %d objects, want %d", len(got), len(want))
			}
			near := func(a, b float64) bool { return math.Abs(a-b) <= 2 }
			for i, g := range got {
				if w := want[i]; !near(g.Start, w.Start) || !near(g.End, w.End) || !near(g.X, w.X) || !near(g.Y, w.Y) {
					t.Errorf("object %d: got %+v, want %+v", i, g, w)
				}
			}
		})
	}
}

// hits lists what is hit, with the tails of sliders where stable judges them.
func hits(b *standard.Beatmap) []hit {
	var out []hit
	for i := range b.Objects {
		o := &b.Objects[i]
		if o.Kind != standard.Slider {
			at := o.Stacked()
			out = append(out, hit{o.Start, o.End, float64(at.X), float64(at.Y)})
			continue
		}
		for _, n := range b.Sliders[o.Slider].Nested {
			at, time := o.Move(n.Position), n.Time
			if n.Kind == slider.Tail {
				time = max(time-slider.TailLeniency, o.Start+(o.End-o.Start)/2)
			}
			out = append(out, hit{time, time, float64(at.X), float64(at.Y)})
		}
	}
	return out
}
