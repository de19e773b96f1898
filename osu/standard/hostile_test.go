package standard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// objectsAt returns a beatmap of circles at the times.
func objectsAt(t testing.TB, n int, at func(i int) int, modText string) *Beatmap {
	t.Helper()
	var file strings.Builder
	file.WriteString("osu file format v14\n\n[Difficulty]\nApproachRate:0\n\n[TimingPoints]\n0,300,4,1,0,100,1,0\n\n[HitObjects]\n")
	for i := range n {
		fmt.Fprintf(&file, "%d,%d,%d,1,0\n", i*97%512, i*61%384, at(i))
	}
	m, err := beatmap.Parse([]byte(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	set, err := mods.Parse(modText)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(t.Context(), m, set)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTooDenseToRate(t *testing.T) {
	b := objectsAt(t, 20_000, func(i int) int { return i / 1000 }, "")
	c := newCalculator(b)
	c.limit /= 64
	if err := c.run(t.Context()); !errors.Is(err, ErrTooDense) {
		t.Errorf("20,000 objects in a moment: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Difficulty(ctx, b); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := Timed(ctx, b); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("timed: %v", err)
	}
}

// TestWeeks calculates a beatmap that lasts for three weeks, and so has millions of sections without anything in them.
func TestWeeks(t *testing.T) {
	near := objectsAt(t, 20, func(i int) int { return 200 * i }, "FL")
	far := objectsAt(t, 40, func(i int) int { return i/20*2_000_000_000 + i%20*200 }, "FL")
	a, err := Difficulty(t.Context(), near)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Difficulty(t.Context(), far)
	if err != nil {
		t.Fatal(err)
	}
	if !(b.Stars > a.Stars) || b.Stars > 2*a.Stars {
		t.Errorf("%g stars once, %g twice", a.Stars, b.Stars)
	}
	graphs, err := Strains(t.Context(), far)
	if err != nil {
		t.Fatal(err)
	}
	if flashlight := graphs[len(graphs)-1]; len(flashlight.Peaks) > 2_000_000 {
		t.Errorf("%d peaks", len(flashlight.Peaks))
	}
}

func TestRateOfRamp(t *testing.T) {
	for _, test := range []struct {
		start int
		want  float64
	}{{1000, 0.8}, {0, 0.8}, {-3000, 1.13}} {
		b := objectsAt(t, 11, func(i int) int { return test.start + 600*i }, "WU:initial_rate=0.8;final_rate=1.3")
		if d := b.Rate - test.want; d > 1e-12 || d < -1e-12 {
			t.Errorf("from %d ms: %g, want %g", test.start, b.Rate, test.want)
		}
	}
}

func FuzzDifficulty(f *testing.F) {
	const head = "osu file format v14\n\n[Difficulty]\nSliderMultiplier:1.4\nSliderTickRate:2\n\n[TimingPoints]\n0,300,4,1,0,100,1,0\n\n[HitObjects]\n"
	f.Add(head+"256,192,0,1,0\n256,192,0,1,0\n0,0,0,12,0,3000\n9,9,1,2,0,B|9:9|9:9,5,0\n400,9,3000,2,0,P|0:0|90:40,3,200\n", "HD,FL,DT")
	f.Add(head+"0,0,-5,2,0,L|512:0,90,400\n0,0,2000000000,8,0,2147483647\n", "WU,FL,RX")
	f.Fuzz(func(t *testing.T, file, modText string) {
		set, err := mods.Parse(modText)
		if err != nil {
			return
		}
		m, err := beatmap.Parse([]byte(file))
		if err != nil || len(m.HitObjects) > 2000 {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		b, err := New(ctx, m, set)
		if err != nil {
			return
		}
		a, err := Difficulty(ctx, b)
		if err != nil {
			return
		}
		if a.MaxCombo < len(b.Objects) || a.HitCircleCount+a.SliderCount+a.SpinnerCount != len(b.Objects) {
			t.Errorf("%+v of %d objects", a, len(b.Objects))
		}
		if len(b.Objects) > 100 {
			return
		}
		timed, err := Timed(ctx, b)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(timed); n > 0 && timed[n-1].MaxCombo != a.MaxCombo {
			t.Errorf("combo %d at the end, %d", timed[n-1].MaxCombo, a.MaxCombo)
		}
	})
}
