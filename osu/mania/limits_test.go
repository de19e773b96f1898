package mania_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/slider"
)

func TestTooManyNotes(t *testing.T) {
	m := native(4)
	m.Mode = osu.Standard
	data := &beatmap.SliderData{
		Points:         []slider.ControlPoint{{Type: slider.Linear}, {Position: slider.Vector{X: 300}}},
		ExpectedLength: 50, Repeats: 8999,
	}
	for i := range 1000 {
		at := float64(i)
		m.HitObjects = append(m.HitObjects, beatmap.HitObject{Start: at, End: at, Kind: beatmap.Slider, Slider: data})
	}
	if _, err := mania.New(t.Context(), m, nil); !errors.Is(err, slider.ErrTooManyNested) {
		t.Error(err)
	}
}

func TestTooManyColumns(t *testing.T) {
	if _, err := mania.New(t.Context(), native(40), nil); !errors.Is(err, mania.ErrTooManyColumns) {
		t.Error(err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := native(4, note(0, 0), note(100, 1))
	b := playable(t, m, nil)
	cancel()
	if _, err := mania.New(ctx, m, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("New: %v", err)
	}
	if _, err := mania.Difficulty(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Difficulty: %v", err)
	}
	if _, err := mania.Timed(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Timed: %v", err)
	}
	if _, err := mania.Strains(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Strains: %v", err)
	}
}

// TestWeeks rates a beatmap that is silent for weeks, which has ten million sections.
func TestWeeks(t *testing.T) {
	m := native(4, note(-1<<30, 0), note(-1<<30+100, 1), note(0, 2), note(1<<30-100, 0), note(1<<30-1, 1))
	b := playable(t, m, mods.Of(mods.HalfTime))
	begin := time.Now()
	a, err := mania.Difficulty(t.Context(), b)
	if err != nil || !(a.Stars > 0) || a.MaxCombo != 5 {
		t.Errorf("%+v, %v", a, err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestOutermostTimes(t *testing.T) {
	for _, at := range []float64{-1 << 31, 1<<31 - 1, 1<<31 + 23} {
		b := playable(t, native(4, note(at, 0), note(at, 1), hold(at, at+5e9, 3)), nil)
		a, err := mania.Difficulty(t.Context(), b)
		if err != nil || math.IsInf(a.Stars, 0) {
			t.Errorf("%v: %+v, %v", at, a, err)
		}
	}
}

// TestLongBeforeTheMusic has columns begin so early that what time makes of their strain, which is none, is not a number. The
// official sum never recovers, even where later columns have numbers.
func TestLongBeforeTheMusic(t *testing.T) {
	early := native(4, note(-400000, 0), note(-399900, 1), note(-100000, 2), note(-99900, 3), note(-99800, 2))
	b, err := mania.New(context.Background(), early, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := mania.Difficulty(context.Background(), b)
	if err != nil || a.Stars != 0 || a.MaxCombo != 5 {
		t.Errorf("%+v, %v", a, err)
	}
	g, err := mania.Strains(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range g[0].Objects {
		if !math.IsNaN(v) {
			t.Errorf("strain %d is %g", i, v)
		}
	}
}
