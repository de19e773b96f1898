package beatmap_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
)

// TestOverlappingPoints checks what counts where lines have the same time.
func TestOverlappingPoints(t *testing.T) {
	t.Parallel()
	p := parse(t, `osu file format v14

[TimingPoints]
// a tempo, then an inherited point
0,480,4,2,0,100,1,0
0,-62.5,4,3,0,100,0,1
// the other way round, with the same outcome
1000,-62.5,4,3,0,100,0,1
1000,480,4,2,0,100,1,0
// the other way round, with another outcome
2000,-125,4,1,0,100,0,0
2000,240,4,2,0,100,1,0
// of several, the first tempo and the last inherited point count
3000,480,4,2,0,100,1,0
3000,960,4,1,0,10,1,0
3000,-50,4,1,0,100,0,0
3000,-62.5,4,3,0,100,0,1
`).Points
	same(t, "timing", p.Timing, []beatmap.TimingPoint{
		{Time: 0, BeatLength: 480, Meter: 4}, {Time: 1000, BeatLength: 480, Meter: 4}, {Time: 2000, BeatLength: 240, Meter: 4},
		{Time: 3000, BeatLength: 480, Meter: 4},
	})
	same(t, "difficulty", p.Difficulty, []beatmap.DifficultyPoint{
		{Time: 0, SliderVelocity: 1.6}, {Time: 2000, SliderVelocity: 0.8}, {Time: 3000, SliderVelocity: 1.6},
	})
	same(t, "effect", p.Effect, []beatmap.EffectPoint{
		{Time: 0, ScrollSpeed: 1, Kiai: true}, {Time: 2000, ScrollSpeed: 1}, {Time: 3000, ScrollSpeed: 1, Kiai: true},
	})
	same(t, "sample", p.Sample, []beatmap.SamplePoint{
		{Time: 0, Bank: beatmap.BankDrum, Volume: 100}, {Time: 2000, Bank: beatmap.BankNormal, Volume: 100},
		{Time: 3000, Bank: beatmap.BankDrum, Volume: 100},
	})
}

// TestBarLines checks that only lines with a tempo leave out bar lines.
func TestBarLines(t *testing.T) {
	t.Parallel()
	p := parse(t, "[TimingPoints]\n0,500,4,2,0,100,1,0\n0,-50,4,3,0,100,0,8\n1000,500,4,2,0,100,1,8\n1000,-50,4,3,0,100,0,0\n").Points
	same(t, "timing", p.Timing, []beatmap.TimingPoint{
		{Time: 0, BeatLength: 500, Meter: 4}, {Time: 1000, BeatLength: 500, Meter: 4, OmitFirstBarLine: true},
	})
	if len(p.Effect) != 0 {
		t.Errorf("effects: %v", p.Effect)
	}
}

// TestTempoResetsVelocity checks that a tempo without an inherited point has the base velocity.
func TestTempoResetsVelocity(t *testing.T) {
	t.Parallel()
	p := parse(t, "[TimingPoints]\n0,-200,4,1,0,100,0,0\n2000,100,1,1,0,100,1,0\n").Points
	for time, want := range map[float64]float64{-1: 1, 0: 0.5, 1999: 0.5, 2000: 1} {
		if got := p.DifficultyAt(time).SliderVelocity; got != want {
			t.Errorf("at %v: %v, want %v", time, got, want)
		}
	}
}

// TestNaN checks that a beat length of NaN turns ticks off, but is no tempo.
func TestNaN(t *testing.T) {
	t.Parallel()
	p := parse(t, "[TimingPoints]\n0,NaN,4,2,0,100,1,0\n1000,500,4,2,0,100,1,0\n2000,nan,4,3,0,100,0,1\n3000,-100,4,3,0,100,0,1\n").Points
	same(t, "timing", p.Timing, []beatmap.TimingPoint{{Time: 1000, BeatLength: 500, Meter: 4}})
	same(t, "difficulty", p.Difficulty, []beatmap.DifficultyPoint{
		{Time: 2000, SliderVelocity: 1, NoTicks: true}, {Time: 3000, SliderVelocity: 1},
	})
}

// TestScrollSpeed checks that velocities scroll in taiko and mania only, and the ranges of both.
func TestScrollSpeed(t *testing.T) {
	t.Parallel()
	const points = "[TimingPoints]\n0,500\n10,-5000,4,1,1,100,0\n20,-20000,4,1,1,100,0\n30,-1,4,1,1,100,0\n"
	for mode, scroll := range [][]float64{{}, {0.02, 0.01, 10}, {}, {0.02, 0.01, 10}} {
		p := parse(t, fmt.Sprintf("Mode:%d\n", mode)+points).Points
		same(t, "difficulty", p.Difficulty, []beatmap.DifficultyPoint{{Time: 10, SliderVelocity: 0.1}, {Time: 30, SliderVelocity: 10}})
		got := []float64{}
		for _, e := range p.Effect {
			got = append(got, e.ScrollSpeed)
		}
		same(t, "scroll", got, scroll)
	}
	// What precedes the mode is read for osu!.
	if p := parse(t, points+"[General]\nMode:3\n").Points; len(p.Effect) != 0 {
		t.Errorf("effects before the mode: %v", p.Effect)
	}
}

// TestTimingLines checks single lines, and that those without sense are skipped as a whole.
func TestTimingLines(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]beatmap.ControlPoints{
		" 5 , 300 ": {
			Timing: []beatmap.TimingPoint{{Time: 5, BeatLength: 300, Meter: 4}},
			Sample: []beatmap.SamplePoint{{Time: 5, Bank: beatmap.BankNormal, Volume: 100}},
		},
		"5,1,7,9,-3,1000,10": {
			Timing: []beatmap.TimingPoint{{Time: 5, BeatLength: 6, Meter: 7}},
			Sample: []beatmap.SamplePoint{{Time: 5, Bank: 9, Volume: 100, Index: -3}},
		},
		"5,99999,0x,0": {
			Timing: []beatmap.TimingPoint{{Time: 5, BeatLength: 60000, Meter: 4}},
			Sample: []beatmap.SamplePoint{{Time: 5, Bank: beatmap.BankNormal, Volume: 100}},
		},
		"5,-50": { // a tempo and a velocity in one
			Timing:     []beatmap.TimingPoint{{Time: 5, BeatLength: 6, Meter: 4}},
			Difficulty: []beatmap.DifficultyPoint{{Time: 5, SliderVelocity: 2}},
			Sample:     []beatmap.SamplePoint{{Time: 5, Bank: beatmap.BankNormal, Volume: 100}},
		},
		"5,-50,4,2,0,-5, 1": { // the seventh field is not trimmed
			Difficulty: []beatmap.DifficultyPoint{{Time: 5, SliderVelocity: 2}},
			Sample:     []beatmap.SamplePoint{{Time: 5, Bank: beatmap.BankSoft}},
		},
		"5":                         {},
		"5,":                        {},
		"NaN,300":                   {},
		"Infinity,300":              {},
		"5,3e9":                     {},
		"5,300,":                    {},
		"5,300,-1":                  {},
		"5,300, 0":                  {},
		"5,300,4,x":                 {},
		"5,300,4,1,x":               {},
		"5,300,4,1,1,x":             {},
		"5,300,4,1,1,100,":          {},
		"5,300,4,1,1,100,1,x":       {},
		"5,300,4,1,1,100,1,0.5":     {},
		"5,300,4,1,1,2147483648":    {},
		"5,300,4,1,1,-2147483648,1": {},
	} {
		same(t, line, parse(t, "[TimingPoints]\n"+line).Points, want)
	}
}

// TestPointsOutOfOrder compares the timelines of lines in any order with a plain list.
func TestPointsOutOfOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, order := range []string{"forward", "backward", "random"} {
		const n = 5000
		velocity := map[int]int{}
		var text strings.Builder
		text.WriteString("[TimingPoints]\n")
		for i := range n {
			time := i
			switch order {
			case "backward":
				time = n - i
			case "random":
				time = random.IntN(n)
			}
			velocity[time] = 1 + random.IntN(9)
			fmt.Fprintf(&text, "%d,-%d00,4,1,0,%d,0,0\n", time, velocity[time], i%100)
		}
		p := parse(t, text.String()).Points
		for i := 1; i < len(p.Difficulty); i++ {
			if p.Difficulty[i-1].Time >= p.Difficulty[i].Time {
				t.Fatalf("%s: points %d and %d at %v and %v", order, i-1, i, p.Difficulty[i-1].Time, p.Difficulty[i].Time)
			}
		}
		if order != "random" && len(p.Sample) != n {
			t.Errorf("%s: %d sample points, want %d", order, len(p.Sample), n)
		}
		for time, v := range velocity {
			if order == "forward" && p.DifficultyAt(float64(time)).SliderVelocity != 100/float64(v*100) {
				t.Fatalf("at %d: %v, want 1/%d", time, p.DifficultyAt(float64(time)).SliderVelocity, v)
			}
		}
		if order != "forward" && len(p.Difficulty) < n/4 {
			t.Errorf("%s: only %d points", order, len(p.Difficulty))
		}
	}
}

// TestPointsAt checks what holds before the first point.
func TestPointsAt(t *testing.T) {
	t.Parallel()
	var none beatmap.ControlPoints
	same(t, "timing", none.TimingAt(5), beatmap.TimingPoint{BeatLength: 1000, Meter: 4})
	same(t, "difficulty", none.DifficultyAt(5), beatmap.DifficultyPoint{SliderVelocity: 1})
	same(t, "effect", none.EffectAt(5), beatmap.EffectPoint{ScrollSpeed: 1})
	same(t, "sample", none.SampleAt(5), beatmap.SamplePoint{Bank: beatmap.BankNormal, Volume: 100})
	p := parse(t, "[TimingPoints]\n1000,500,3,2,0,50,1,0\n2000,400,3,2,0,50,1,0\n").Points
	for time, want := range map[float64]float64{0: 500, 1000: 500, 1999: 500, 2000: 400, 9000: 400} {
		if got := p.TimingAt(time).BeatLength; got != want {
			t.Errorf("beat length at %v: %v, want %v", time, got, want)
		}
	}
	same(t, "first sample", p.SampleAt(0), beatmap.SamplePoint{Time: 1000, Bank: beatmap.BankSoft, Volume: 50})
}
