package taiko_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/taiko"
)

func FuzzNew(f *testing.F) {
	for _, name := range []string{"taiko-rolls", "osu-two-b", "osu-nan-velocity", "osu-velocity-extremes"} {
		f.Add(osutest.Sources(f)[0].Map(f, name), "HR,SW")
	}
	f.Add([]byte("osu file format v14\n[General]\nMode: 1\n[Difficulty]\nSliderTickRate:3\n[TimingPoints]\n0,6,4,1,0,100,1,0\n"+
		"10,-10,4,1,0,100,0,0\n[HitObjects]\n0,0,0,2,4,L|100000:0,9000,100000\n0,0,1,12,0,2147483647\n0,0,2147483646,1,8\n"+
		"0,0,2147483647,1,0\n0,0,2147483647,1,0\n"), "RD:seed=1,SR:one_eighth_conversion=true;one_third_conversion=true")
	f.Add([]byte("osu file format v7\n[TimingPoints]\n-500,60000,4,1,0,100,1,0\n[HitObjects]\n0,0,-2147483647,1,0\n"+
		"0,0,0,2,12,L|1:0,9000,0.001,2|4\n0,0,200,2,4,B|1:0|2:2,3,60,2|4|8,0:0:0:0:a.wav\n"), "DT:speed_change=1.01,FL,HD")
	f.Fuzz(func(t *testing.T, data []byte, acronyms string) {
		m, err := beatmap.Parse(data)
		if err != nil {
			return
		}
		ms, err := mods.Parse(acronyms)
		if err != nil {
			ms = nil
		}
		b, err := taiko.New(context.Background(), m, ms)
		if err != nil {
			if !errors.Is(err, slider.ErrTooManyNested) && !errors.Is(err, beatmap.ErrNotConvertible) {
				t.Errorf("unspecific error: %v", err)
			}
			return
		}
		expectSane(t, b, ms)
	})
}

// expectSane calculates all there is about b and compares what has to agree.
func expectSane(t *testing.T, b *taiko.Beatmap, ms mods.Set) {
	t.Helper()
	ctx := context.Background()
	for i := range b.Objects {
		if i > 0 && b.Objects[i].Start < b.Objects[i-1].Start {
			t.Fatalf("object %d is before the one before it", i)
		}
	}
	a, err := taiko.Difficulty(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	best := b.Max()
	if int(best[score.Great]) != a.MaxCombo || b.Legacy().MaxCombo != a.MaxCombo {
		t.Errorf("combo %d, but %d great and %d in stable", a.MaxCombo, best[score.Great], b.Legacy().MaxCombo)
	}
	if a.Stars < 0 || math.IsInf(a.Stars, 0) {
		t.Errorf("%g stars", a.Stars)
	}
	if p := a.Performance(score.Play{Mods: ms, Statistics: best, MaxCombo: a.MaxCombo, Accuracy: 1}); p.Total < 0 {
		t.Errorf("a perfect play is worth %g", p.Total)
	}
	graphs, err := taiko.Strains(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range graphs {
		if len(g.Objects) != max(0, len(b.Objects)-2) || len(g.Objects) != len(g.Times) {
			t.Errorf("%s has %d strains at %d times, of %d objects", g.Skill, len(g.Objects), len(g.Times), len(b.Objects))
		}
	}
	if len(b.Objects) == 0 || len(b.Objects) > 100 {
		return
	}
	timed, err := taiko.Timed(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	if last := timed[len(timed)-1]; len(timed) != len(b.Objects) || last.MaxCombo != a.MaxCombo {
		t.Errorf("%d timed attributes of %d objects, the last with combo %d, want %d", len(timed), len(b.Objects), last.MaxCombo, a.MaxCombo)
	}
}
