package slider

import (
	"errors"
	"fmt"
	"slices"
)

const (
	// MaxNested bounds the nested objects (ticks, repeats and the like) of one beatmap.
	MaxNested = 1_000_000

	// maxTickLength is the length in osu! pixels beyond which a slider has no ticks, a bound of the official client.
	maxTickLength = 100_000

	// TailLeniency is how long before its end the last tick of a stable slider is judged, in milliseconds.
	TailLeniency = 36
)

// ErrTooManyNested says that a beatmap's sliders have more than MaxNested ticks and repeats.
var ErrTooManyNested = errors.New("too many ticks and repeats")

// EventKind is what happens at an Event.
type EventKind uint8

// The kinds of events.
const (
	Head EventKind = iota
	Tick
	Repeat
	LegacyLastTick // of stable, TailLeniency before the tail; only catch judges by it
	Tail
)

// Event is a moment in the course of a slider.
type Event struct {
	Time      float64 // milliseconds
	SpanStart float64 // milliseconds
	Progress  float64 // fraction of the path's length, counted from the head in every span
	Span      int32   // from 0, one more after each repeat
	Kind      EventKind
}

// Course is what the events of a slider depend on.
type Course struct {
	Start        float64 // milliseconds
	SpanDuration float64 // milliseconds
	Velocity     float64 // osu! pixels a millisecond
	TickDistance float64 // osu! pixels; positive infinity for none
	Distance     float64 // osu! pixels, of the path
	Spans        int     // one more than repeats
}

// AppendEvents appends the events of a slider, ordered as the official client makes them: by span, then by time, with the
// legacy last tick before the tail whatever their times. When dst would become longer than MaxNested it returns dst as it was,
// and ErrTooManyNested.
//
// Source: ppy/osu osu.Game/Rulesets/Objects/SliderEventGenerator.cs.
func AppendEvents(dst []Event, c Course) ([]Event, error) {
	before := len(dst)
	tooMany := func() ([]Event, error) {
		return dst[:before], fmt.Errorf("slider at %g ms: %w", c.Start, ErrTooManyNested)
	}
	if c.Spans > MaxNested || before+max(c.Spans, 0)+2 > MaxNested {
		return tooMany()
	}
	dst = append(dst, Event{Kind: Head, Time: c.Start, SpanStart: c.Start})

	length := min(maxTickLength, c.Distance)
	distance := c.TickDistance
	switch {
	case distance < 0:
		distance = 0
	case distance > length:
		distance = length
	}
	// The ticks of the first span, which are those of every span: their progress is counted from the head of the path.
	first := len(dst)
	if distance != 0 && c.Spans > 0 {
		stop := length - c.Velocity*10 // no ticks within ten milliseconds of the end
		room := (MaxNested - before - c.Spans - 2) / c.Spans
		for d := distance; d <= length; d += distance {
			if d >= stop {
				break
			}
			if len(dst)-first >= room {
				return tooMany()
			}
			progress := d / length
			dst = append(dst, Event{Kind: Tick, Time: c.Start + float64(progress*c.SpanDuration), SpanStart: c.Start, Progress: progress})
		}
	}
	ticks := len(dst) - first
	dst = slices.Grow(dst, max(c.Spans-1, 0)*(ticks+1)+2)
	for span := 1; span < c.Spans; span++ {
		start := c.Start + float64(float64(span)*c.SpanDuration)
		previous := c.Start + float64(float64(span-1)*c.SpanDuration)
		dst = append(dst, Event{
			Kind: Repeat, Span: int32(span - 1), Time: previous + c.SpanDuration, SpanStart: previous, Progress: float64(span % 2),
		})
		for i := range ticks {
			tick := Event{Kind: Tick, Span: int32(span), SpanStart: start}
			if span%2 == 1 {
				tick.Progress = dst[first+ticks-1-i].Progress
				tick.Time = start + float64((1-tick.Progress)*c.SpanDuration)
			} else {
				tick.Progress = dst[first+i].Progress
				tick.Time = start + float64(tick.Progress*c.SpanDuration)
			}
			dst = append(dst, tick)
		}
	}

	duration := float64(c.Spans) * c.SpanDuration
	finalStart := c.Start + float64(float64(c.Spans-1)*c.SpanDuration)
	// Short sliders are lenient for half their duration at most.
	last := max(c.Start+duration/2, finalStart+c.SpanDuration-TailLeniency)
	progress := (last - finalStart) / c.SpanDuration
	if c.Spans%2 == 0 {
		progress = 1 - progress
	}
	return append(dst,
		Event{Kind: LegacyLastTick, Span: int32(c.Spans - 1), Time: last, SpanStart: finalStart, Progress: progress},
		Event{Kind: Tail, Span: int32(c.Spans - 1), Time: c.Start + duration, SpanStart: finalStart, Progress: float64(c.Spans % 2)},
	), nil
}
