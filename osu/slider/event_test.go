package slider_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/slider"
)

type moment struct {
	Kind slider.EventKind
	Time float64
}

func moments(events []slider.Event) []moment {
	var m []moment
	for _, e := range events {
		m = append(m, moment{e.Kind, e.Time})
	}
	return m
}

// TestEvents has the values of ppy/osu osu.Game.Tests/Beatmaps/SliderEventGenerationTest.cs.
func TestEvents(t *testing.T) {
	const span = 1000
	for _, test := range []struct {
		name string
		slider.Course
		want []moment
	}{
		{"single", slider.Course{TickDistance: span / 2, Distance: span, Spans: 1}, []moment{
			{slider.Head, 0}, {slider.Tick, 500}, {slider.LegacyLastTick, 964}, {slider.Tail, 1000},
		}},
		{"repeat", slider.Course{TickDistance: span / 2, Distance: span, Spans: 2}, []moment{
			{slider.Head, 0}, {slider.Tick, 500}, {slider.Repeat, 1000}, {slider.Tick, 1500},
			{slider.LegacyLastTick, 1964}, {slider.Tail, 2000},
		}},
		{"uneven", slider.Course{TickDistance: 300, Distance: span, Spans: 2}, []moment{
			{slider.Head, 0}, {slider.Tick, 300}, {slider.Tick, 600}, {slider.Tick, 900}, {slider.Repeat, 1000},
			{slider.Tick, 1100}, {slider.Tick, 1400}, {slider.Tick, 1700}, {slider.LegacyLastTick, 1964}, {slider.Tail, 2000},
		}},
		{"zero length", slider.Course{TickDistance: span / 2, Spans: 2}, []moment{
			{slider.Head, 0}, {slider.Repeat, 1000}, {slider.LegacyLastTick, 1964}, {slider.Tail, 2000},
		}},
		{"no ticks", slider.Course{TickDistance: math.Inf(1), Distance: span, Spans: 1}, []moment{
			{slider.Head, 0}, {slider.LegacyLastTick, 964}, {slider.Tail, 1000},
		}},
		{"ticks of no number", slider.Course{TickDistance: math.NaN(), Distance: span, Spans: 1}, []moment{
			{slider.Head, 0}, {slider.LegacyLastTick, 964}, {slider.Tail, 1000},
		}},
	} {
		test.SpanDuration, test.Velocity = span, 1
		events, err := slider.AppendEvents(nil, test.Course)
		if err != nil {
			t.Fatal(err)
		}
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
		if diff := cmp.Diff(test.want, moments(events), near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	short, err := slider.AppendEvents(nil, slider.Course{SpanDuration: 50, Velocity: 1, TickDistance: 100, Distance: 50, Spans: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := []moment{{slider.Head, 0}, {slider.LegacyLastTick, 25}, {slider.Tail, 50}}; !cmp.Equal(want, moments(short)) {
		t.Errorf("short: %v", moments(short))
	}
}

// TestTicksAwayFromEnd keeps ticks ten milliseconds away from the ends of a span.
func TestTicksAwayFromEnd(t *testing.T) {
	const velocity = 5
	events, err := slider.AppendEvents(nil, slider.Course{SpanDuration: 1000, Velocity: velocity, TickDistance: velocity, Distance: 1000, Spans: 2})
	if err != nil {
		t.Fatal(err)
	}
	ticks := 0
	for _, e := range events {
		if e.Kind != slider.Tick {
			continue
		}
		if ticks++; e.Time >= 1000-velocity*10 && e.Time <= 1000+velocity*10 {
			t.Errorf("tick at %g", e.Time)
		}
	}
	if ticks != 2*189 {
		t.Errorf("%d ticks", ticks)
	}
}

func TestTooManyNested(t *testing.T) {
	for _, c := range []slider.Course{
		{Spans: slider.MaxNested + 1},
		{TickDistance: 1e-300, Distance: 1e5, Spans: 1},
		{TickDistance: 10, Distance: 1e5, Spans: 9000},
		{TickDistance: 0.05, Distance: math.Inf(1), Spans: 1},
	} {
		before := []slider.Event{{Time: 1}}
		events, err := slider.AppendEvents(before, c)
		if !errors.Is(err, slider.ErrTooManyNested) || len(events) != 1 {
			t.Errorf("%+v: %d events, %v", c, len(events), err)
		}
	}
	most, err := slider.AppendEvents(nil, slider.Course{SpanDuration: 1, TickDistance: 1.01e5, Distance: 1e5, Spans: slider.MaxNested - 3})
	if err != nil || len(most) > slider.MaxNested {
		t.Errorf("%d events, %v", len(most), err)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add(0.0, 1000.0, 1.0, 300.0, 1000.0, 2)
	f.Add(1e9, 0.0, 0.0, 1e-9, 1e9, 9000)
	f.Add(math.NaN(), math.Inf(1), -1.0, -1.0, math.NaN(), -3)
	f.Fuzz(func(t *testing.T, start, duration, velocity, ticks, distance float64, spans int) {
		events, err := slider.AppendEvents(nil, slider.Course{
			Start: start, SpanDuration: duration, Velocity: velocity, TickDistance: ticks, Distance: distance, Spans: spans,
		})
		if err != nil {
			if !errors.Is(err, slider.ErrTooManyNested) {
				t.Fatal(err)
			}
			return
		}
		if len(events) < 3 || len(events) > slider.MaxNested || events[0].Kind != slider.Head || events[len(events)-1].Kind != slider.Tail {
			t.Fatalf("%d events", len(events))
		}
		repeats := 0
		for _, e := range events {
			if e.Kind == slider.Repeat {
				repeats++
			}
		}
		if repeats != max(0, spans-1) {
			t.Errorf("%d repeats of %d spans", repeats, spans)
		}
	})
}
