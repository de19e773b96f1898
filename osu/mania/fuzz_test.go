package mania_test

import (
	"errors"
	"math"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/slider"
)

// FuzzNew plays any beatmap with any mods and checks that nothing panics and that what comes out is well formed.
func FuzzNew(f *testing.F) {
	source := osutest.Sources(f)[0]
	for i, name := range []string{"mania-stacked-holds", "osu-two-b", "osu-velocity-extremes", "mania-18k", "osu-out-of-range"} {
		f.Add(source.Map(f, name), []string{"", "8K,DS", "10K,IN", "RD:seed=5,HO", "1K,DT"}[i])
	}
	f.Fuzz(func(t *testing.T, data []byte, with string) {
		m, err := beatmap.Parse(data)
		if err != nil {
			t.Skip(err)
		}
		ms, err := mods.Parse(with)
		if err != nil {
			t.Skip(err)
		}
		b, err := mania.New(t.Context(), m, ms)
		if err != nil {
			if !errors.Is(err, mania.ErrNoColumn) && !errors.Is(err, slider.ErrTooManyNested) {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		if b.Columns < 1 || b.Columns > mania.MaxColumns {
			t.Fatalf("%d columns", b.Columns)
		}
		last := math.Inf(-1)
		for i, o := range b.Objects {
			if o.Column < 0 || o.Column >= b.Columns || !(o.Start >= last) || math.IsNaN(o.End) || !o.Hold && o.End != o.Start {
				t.Fatalf("object %d of %d is %+v", i, b.Columns, o)
			}
			last = o.Start
		}
		a, err := mania.Difficulty(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		timed, err := mania.Timed(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(timed); n != len(b.Objects) || n > 0 && timed[n-1].MaxCombo != a.MaxCombo {
			t.Fatalf("%d objects, %+v, last %+v", len(b.Objects), a, timed[max(n-1, 0):])
		}
		graphs, err := mania.Strains(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(graphs[0].Objects); n != max(len(b.Objects)-1, 0) {
			t.Fatalf("%d strains of %d objects", n, len(b.Objects))
		}
	})
}
