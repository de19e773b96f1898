package standard_test

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mods"
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
	f, err := reference.Official(t).Open("conversion/osu.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name     string
			MD5      string
			Mods     []string
			Expected struct{ Mappings []struct{ Objects []hit } }
		}
	}
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, test := range file.Cases {
		t.Run(test.Name, func(t *testing.T) {
			m, err := beatmap.Parse(reference.OfficialMap(t, test.MD5))
			if err != nil {
				t.Fatal(err)
			}
			var ms mods.Set
			for _, a := range test.Mods {
				ms = append(ms, mods.Mod{Acronym: mods.Acronym(a)})
			}
			b, err := standard.New(t.Context(), m, ms)
			if err != nil {
				t.Fatal(err)
			}
			var want []hit
			for _, mapping := range test.Expected.Mappings {
				want = append(want, mapping.Objects...)
			}
			got := hits(b)
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
