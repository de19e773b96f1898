package catch_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
)

// FuzzNew plays whatever parses as a beatmap. The synthetic maps are its corpus as well.
func FuzzNew(f *testing.F) {
	for _, name := range []string{"catch-streams", "catch-bananas", "osu-two-b", "osu-nan-velocity", "osu-velocity-extremes"} {
		f.Add(osutest.Sources(f)[0].Map(f, name), "HR")
	}
	f.Add([]byte("osu file format v14\n[General]\nMode: 2\n[TimingPoints]\n0,500,4,1,0,100,1,0\n[HitObjects]\n"+
		"0,0,16777216,12,0,16777216.4\n256,192,-2147483647,12,0,2147483647\n0,0,0,2,0,L|100000:0,9000,100000\n"), "MR")
	f.Fuzz(func(t *testing.T, data []byte, acronyms string) {
		m, err := beatmap.Parse(data)
		if err != nil {
			return
		}
		ms, err := mods.Parse(acronyms)
		if err != nil {
			ms = nil
		}
		ctx := context.Background()
		b, err := catch.New(ctx, m, ms)
		if err != nil {
			if !errors.Is(err, slider.ErrTooManyNested) && !errors.Is(err, slider.ErrTooComplex) && !errors.Is(err, beatmap.ErrNotConvertible) {
				t.Errorf("unspecific error: %v", err)
			}
			return
		}
		expectSane(t, ctx, b)
	})
}

// FuzzHostile plays beatmaps of lines that make sense and numbers that do not.
func FuzzHostile(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		m, err := beatmap.Parse(hostile(rand.New(rand.NewPCG(seed, 1))))
		if err != nil {
			return
		}
		ms, err := mods.Parse([]string{"", "HR", "EZ,MR", "DA:circle_size=11;hard_rock_offsets=true", "DT:speed_change=2"}[seed%5])
		if err != nil {
			t.Fatal(err)
		}
		b, err := catch.New(context.Background(), m, ms)
		if err != nil {
			return
		}
		expectSane(t, context.Background(), b)
	})
}

// hostile writes a beatmap.
func hostile(rng *rand.Rand) []byte {
	number := func() float64 {
		switch rng.IntN(8) {
		case 0:
			return []float64{0, -1, 1, 2147483647, -2147483648, 131072, -131072, 16777217, 0.001, 1e-300, math.NaN(), math.Inf(1)}[rng.IntN(12)]
		case 1:
			return rng.NormFloat64() * 1e5
		case 2:
			return rng.Float64()
		default:
			return float64(rng.IntN(513))
		}
	}
	out := fmt.Appendf(nil, "osu file format v%d\n[General]\nMode: %d\n[Difficulty]\nCircleSize:%g\nApproachRate:%g\nSliderMultiplier:%g\nSliderTickRate:%g\n",
		3+rng.IntN(12), 2*rng.IntN(2), number(), number(), number(), number())
	out = append(out, "[TimingPoints]\n"...)
	for range rng.IntN(6) {
		out = fmt.Appendf(out, "%g,%g,4,1,0,100,%d,0\n", number(), []float64{number(), -number()}[rng.IntN(2)], rng.IntN(2))
	}
	out = append(out, "[HitObjects]\n"...)
	time := number()
	for range rng.IntN(60) {
		if rng.IntN(3) > 0 {
			time += number()
		}
		out = fmt.Appendf(out, "%g,%g,%g,", number(), number(), time)
		switch rng.IntN(5) {
		case 0, 1:
			out = append(out, "1,0\n"...)
		case 2:
			out = fmt.Appendf(out, "12,0,%g\n", time+number())
		default:
			out = fmt.Appendf(out, "2,0,%s", []string{"L", "B", "P", "C"}[rng.IntN(4)])
			for range rng.IntN(5) {
				out = fmt.Appendf(out, "|%g:%g", number(), number())
			}
			out = fmt.Appendf(out, ",%d,%g\n", []int{1, 1, 2, 3, 40, 9000}[rng.IntN(6)], number())
		}
	}
	return out
}

// expectSane calculates all there is about b and compares what has to agree.
func expectSane(t *testing.T, ctx context.Context, b *catch.Beatmap) {
	t.Helper()
	next := int32(0)
	for i, o := range b.Objects {
		if o.First != next {
			t.Fatalf("object %d begins at palpable %d, want %d", i, o.First, next)
		}
		next += o.Count
	}
	if int(next) != len(b.Palpables) || next > slider.MaxNested {
		t.Fatalf("%d palpables of %d belong to objects", next, len(b.Palpables))
	}
	for _, p := range b.Palpables {
		if p.X < 0 || p.X > catch.Width {
			t.Fatalf("off the playfield: %+v", p)
		}
	}
	a, err := catch.Difficulty(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	timed, err := catch.Timed(ctx, b)
	if err != nil || len(timed) != len(b.Objects) {
		t.Fatalf("%d timed attributes of %d objects: %v", len(timed), len(b.Objects), err)
	}
	graphs, err := catch.Strains(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	if stars := math.Sqrt(graphs[0].Value) * 4.59; math.Abs(stars-a.Stars) > 1e-9*stars {
		t.Errorf("%g stars by the graph, %g otherwise", stars, a.Stars)
	}
	max := b.Max()
	if combo := int(max[score.Great] + max[score.LargeTickHit]); combo != a.MaxCombo || combo != b.Legacy().MaxCombo {
		t.Errorf("combo %d, want %d", a.MaxCombo, combo)
	}
	a.Performance(score.Play{Statistics: max, MaxCombo: a.MaxCombo, Accuracy: 1})
}
