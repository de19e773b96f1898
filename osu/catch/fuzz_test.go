package catch_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
)

// FuzzNew plays whatever parses as a beatmap. The synthetic maps are its corpus as well.
func FuzzNew(f *testing.F) {
	for _, name := range []string{"catch-streams", "catch-bananas", "osu-two-b", "osu-nan-velocity", "osu-velocity-extremes"} {
		f.Add(reference.Sources(f)[0].Map(f, name), "HR")
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
