package catch_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
)

// write returns a beatmap of catch with these lines of hit objects, at 120 beats a minute.
func write(t testing.TB, objects ...string) *beatmap.Beatmap {
	t.Helper()
	m, err := beatmap.Parse([]byte("osu file format v14\n[General]\nMode: 2\n[Difficulty]\nCircleSize:4\nApproachRate:9\n" +
		"SliderMultiplier:1\nSliderTickRate:1\n[TimingPoints]\n0,500,4,1,0,100,1,0\n[HitObjects]\n" + strings.Join(objects, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func playable(t testing.TB, m *beatmap.Beatmap, ms mods.Set) *catch.Beatmap {
	t.Helper()
	b, err := catch.New(t.Context(), m, ms)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMirror(t *testing.T) {
	for _, name := range []string{"catch-streams", "catch-bananas", "catch-fruits", "osu-mixed"} {
		m := osutest.Sources(t)[0].Beatmap(t, name)
		b, mirrored := playable(t, m, nil), playable(t, m, mods.Of(mods.Mirror))
		if len(b.Palpables) != len(mirrored.Palpables) {
			t.Fatalf("%s: %d palpables, want %d", name, len(mirrored.Palpables), len(b.Palpables))
		}
		for i, w := range b.Palpables {
			w.X = catch.Width - w.X
			g := mirrored.Palpables[i]
			if math.Abs(float64(g.X-w.X)) > 1e-3 {
				t.Errorf("%s: palpable %d is at %g, want %g", name, i, g.X, w.X)
			}
			if g.X = w.X; g != w {
				t.Errorf("%s: palpable %d is %+v, want %+v", name, i, g, w)
			}
		}
	}
}

func TestHyperDash(t *testing.T) {
	b := playable(t, write(t, "0,0,1000,1,0", "512,0,1100,1,0", "500,0,1400,1,0"), nil)
	first, second := b.Palpables[0], b.Palpables[1]
	if !first.HyperDash || first.DistanceToHyperDash != 0 {
		t.Errorf("no hyper dash over the whole playfield: %+v", first)
	}
	if second.HyperDash || second.DistanceToHyperDash <= 0 {
		t.Errorf("hyper dash over a few pixels: %+v", second)
	}
}

// TestSpread piles fruits up, which hard rock scatters and a difficulty adjust only on demand.
func TestSpread(t *testing.T) {
	m := write(t, "100,0,1000,1,0", "100,0,1200,1,0", "100,0,1400,1,0", "100,0,1600,1,0")
	for _, test := range []struct {
		mods   string
		spread bool
	}{
		{"", false}, {"HR", true}, {"DA:circle_size=5", false}, {"DA:hard_rock_offsets=true", true},
	} {
		b := playable(t, m, osutest.Mods(t, test.mods))
		spread := false
		for _, p := range b.Palpables {
			spread = spread || p.X != 100
		}
		if spread != test.spread {
			t.Errorf("%q: spread %v, want %v", test.mods, spread, test.spread)
		}
	}
}

func TestNothing(t *testing.T) {
	b := playable(t, write(t), nil)
	a, err := catch.Difficulty(context.Background(), b)
	if err != nil || a.Stars != 0 || a.MaxCombo != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	if got := a.Performance(score.Play{}); got.Total != 0 {
		t.Errorf("worth %g", got.Total)
	}
	if timed, err := catch.Timed(context.Background(), b); err != nil || len(timed) != 0 {
		t.Errorf("%v, %v", timed, err)
	}
}

func TestNewErrors(t *testing.T) {
	m := write(t, "0,0,1000,1,0")
	m.Mode = osu.Mania
	if _, err := catch.New(context.Background(), m, nil); !errors.Is(err, beatmap.ErrNotConvertible) {
		t.Errorf("beatmap of mania: %v", err)
	}
	for _, shower := range []string{"0,0,0,12,0,2147483647", "0,0,16777216,12,0,16777216.5"} {
		m = write(t, shower)
		if _, err := catch.New(context.Background(), m, nil); !errors.Is(err, slider.ErrTooManyNested) {
			t.Errorf("shower %s: %v", shower, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := catch.New(ctx, m, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func ExampleDifficulty() {
	m, err := beatmap.Parse([]byte("osu file format v14\n[General]\nMode: 2\n[TimingPoints]\n0,500,4,1,0,100,1,0\n[HitObjects]\n" +
		"0,0,1000,1,0\n300,0,1500,2,0,L|500:0,1,200\n100,0,3000,1,0\n"))
	if err != nil {
		panic(err)
	}
	ctx, ms := context.Background(), mods.Of(mods.HardRock)
	b, err := catch.New(ctx, m, ms)
	if err != nil {
		panic(err)
	}
	a, err := catch.Difficulty(ctx, b)
	if err != nil {
		panic(err)
	}
	worth := a.Performance(score.Play{Mods: ms, Statistics: b.Max(), MaxCombo: a.MaxCombo})
	fmt.Printf("%.2f stars, %dx, %.2fpp\n", a.Stars, a.MaxCombo, worth.Total)
	// Output: 0.74 stars, 5x, 5.48pp
}

// TestRamp begins before the music: by 0 ms the rate has risen.
func TestRamp(t *testing.T) {
	for _, test := range []struct {
		objects []string
		mod     mods.Acronym
		rate    float64
	}{
		{nil, mods.WindUp, 1},
		{[]string{"0,0,5,1,0", "0,0,900,1,0"}, mods.WindUp, 1},
		{[]string{"0,0,-1000,1,0", "0,0,3000,1,0"}, mods.WindUp, 1.17}, // a third of the way
		{[]string{"0,0,-1000,1,0", "0,0,3000,1,0"}, mods.WindDown, 0.92},
		{[]string{"0,0,-1000,1,0", "256,192,0,8,0,3000", "0,0,2000,1,0"}, mods.WindUp, 1.17},         // until the bananas end
		{[]string{"0,0,-1000,1,0", "0,0,1000,2,0,L|400:0,1,400", "0,0,2000,1,0"}, mods.WindUp, 1.17}, // until the stream ends
		{[]string{"0,0,-1000,1,0", "0,0,2000,1,0"}, mods.WindUp, 1.22},                               // 4/9 of the way
	} {
		if got := playable(t, write(t, test.objects...), mods.Of(test.mod)).Rate; got != test.rate {
			t.Errorf("%s over %v: %g, want %g", test.mod, test.objects, got, test.rate)
		}
	}
}
