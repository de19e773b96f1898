package catch

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/slider"
)

// checkEvery is how many objects are worked on between looks at the context.
const checkEvery = 1024

// New makes the playable beatmap of m with mods. It does not change m, nor keep it. Beatmaps of osu! are converted; those of other
// rulesets cannot be ([beatmap.ErrNotConvertible]). It fails with [slider.ErrTooManyNested] when there would be more to catch than
// [slider.MaxNested], and with [slider.ErrTooComplex] for paths that take too long to follow.
//
// Sources: ppy/osu osu.Game.Rulesets.Catch/Beatmaps/CatchBeatmapConverter.cs, Objects/JuiceStream.cs, Objects/BananaShower.cs.
func New(ctx context.Context, m *beatmap.Beatmap, ms mods.Set) (*Beatmap, error) {
	if m.Mode != osu.Catch && m.Mode != osu.Standard {
		return nil, fmt.Errorf("catch: beatmap of %v: %w", m.Mode, beatmap.ErrNotConvertible)
	}
	b := &Beatmap{
		Objects:    make([]Object, len(m.HitObjects)),
		Difficulty: ms.Adjust(osu.Catch, m.Difficulty),
		base:       m.Difficulty,
		drain:      m.DrainSeconds(),
	}
	// Room for most beatmaps: many objects are streams of a few droplets.
	room := 3*len(m.HitObjects) + 16
	c := converter{m: m, difficulty: b.Difficulty, palpables: make([]Palpable, 0, room), last: math.Inf(-1)}
	c.placement = newPlacement(ms)
	for i := range m.HitObjects {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := c.convert(&m.HitObjects[i], &b.Objects[i]); err != nil {
			return nil, fmt.Errorf("catch: object at %g ms: %w", m.HitObjects[i].Start, err)
		}
	}
	b.Palpables = c.palpables
	b.order()
	b.hyperDash()
	for i, x := range c.placement.mirrored {
		b.Palpables[i].X = x
	}
	b.Rate = ms.RateOver(b.span())
	return b, nil
}

// span returns when the first object begins and when the last to end ends, in milliseconds.
func (b *Beatmap) span() (first, last float64) {
	for i := range b.Objects {
		o := &b.Objects[i]
		if i == 0 {
			first, last = o.Start, o.End
		}
		last = max(last, o.End)
	}
	return first, last
}

// converter makes palpables of hit objects.
type converter struct {
	m          *beatmap.Beatmap
	difficulty beatmap.Difficulty
	palpables  []Palpable // X is what the beatmap says until they are placed
	placement  placement
	path       slider.Path
	events     []slider.Event

	// The points of m up to the time of the last look at them.
	last               float64
	timing, velocities int
}

// convert makes o and its palpables of h.
func (c *converter) convert(h *beatmap.HitObject, o *Object) error {
	first := len(c.palpables)
	*o = Object{Start: h.Start, End: h.End, First: int32(first)}
	var err error
	switch {
	case h.Kind == beatmap.Slider && h.Slider != nil:
		o.Kind = JuiceStream
		o.End, err = c.stream(h)
		c.placement.stream(h, c.palpables[first:])
	case h.Kind == beatmap.Spinner || h.Kind == beatmap.Hold:
		o.Kind = BananaShower
		err = c.shower(h)
		c.placement.shower(c.palpables[first:])
	default:
		o.Kind = Fruit
		o.End = h.Start
		if err = c.add(Palpable{Kind: Fruit, Time: h.Start, X: h.Position.X}); err == nil {
			c.placement.fruit(&c.palpables[first])
		}
	}
	o.Count = int32(len(c.palpables) - first)
	return err
}

func (c *converter) add(p Palpable) error {
	if len(c.palpables) >= slider.MaxNested {
		return slider.ErrTooManyNested
	}
	c.palpables = append(c.palpables, p)
	return nil
}

// points returns the length of a beat, in milliseconds, and the factor of velocities at time t, which mostly is later than that
// of the call before.
func (c *converter) points(t float64) (beat, factor float64) {
	if t < c.last {
		c.timing, c.velocities = 0, 0
	}
	c.last = t
	p := &c.m.Points
	for c.timing < len(p.Timing) && p.Timing[c.timing].Time <= t {
		c.timing++
	}
	for c.velocities < len(p.Difficulty) && p.Difficulty[c.velocities].Time <= t {
		c.velocities++
	}
	factor = 1
	if c.velocities > 0 {
		factor = p.Difficulty[c.velocities-1].SliderVelocity
	}
	if c.timing > 0 {
		return p.Timing[c.timing-1].BeatLength, factor
	}
	return p.TimingAt(t).BeatLength, factor
}

// velocity is how fast the stream h flows, in osu! pixels a millisecond, and how far apart its droplets are, in osu! pixels.
func (c *converter) velocity(h *beatmap.HitObject) (velocity, droplets float64) {
	beat, factor := c.points(h.Start)

	// Stable keeps the factor as a length of beats in single precision; what that loses is kept here as well, as is what
	// dividing by the beat and multiplying by it again loses.
	slowness := 1.0
	if percent := 100 / factor; percent > 0 {
		slowness = float64(clamp(float32(percent), 10, 1000)) / 100
	}
	velocity = 100 * c.difficulty.SliderMultiplier / (beat * slowness)
	droplets = velocity * beat / c.difficulty.SliderTickRate
	if c.m.Version < 8 {
		// Before format 8 droplets were as far apart as without a factor.
		droplets *= 1 / factor
	}
	return velocity, droplets
}

// stream appends what the juice stream h consists of, and returns when it ends.
func (c *converter) stream(h *beatmap.HitObject) (float64, error) {
	if err := c.path.Reset(h.Slider.Points, h.Slider.ExpectedLength); err != nil {
		return 0, err
	}
	velocity, droplets := c.velocity(h)
	spans := h.Slider.Repeats + 1
	distance := c.path.Distance()
	duration := float64(spans) * distance / velocity
	end := h.Start + duration
	var err error
	c.events, err = slider.AppendEvents(c.events[:0], slider.Course{
		Start:        h.Start,
		SpanDuration: duration / float64(spans),
		Velocity:     velocity,
		TickDistance: droplets,
		Distance:     distance,
		Spans:        spans,
	})
	if err != nil {
		return end, err
	}

	first := len(c.palpables)
	x := clamp(h.Position.X, 0, Width)
	for i := range c.events {
		e := &c.events[i]
		if i > 0 {
			if err := c.tiny(x, &c.events[i-1], e); err != nil {
				return end, err
			}
		}
		// Stable's last tick is nothing to catch, but tiny droplets lead to it.
		if e.Kind == slider.LegacyLastTick {
			continue
		}
		kind := Fruit
		if e.Kind == slider.Tick {
			kind = Droplet
		}
		if err := c.add(Palpable{Kind: kind, Time: e.Time, X: x + c.path.PositionAt(e.Progress).X}); err != nil {
			return end, err
		}
	}
	sortByTime(c.palpables[first:])
	return end, nil
}

// tiny appends the tiny droplets between two events of a stream at x.
func (c *converter) tiny(x float32, from, to *slider.Event) error {
	// As in stable, times count in whole milliseconds here.
	gap := float64(dotnet.Int32(to.Time) - dotnet.Int32(from.Time))
	if gap <= 80 {
		return nil
	}
	step := gap
	for step > 100 {
		step /= 2
	}
	if int(gap/step) > slider.MaxNested-len(c.palpables) {
		return slider.ErrTooManyNested
	}
	for t := step; t < gap; t += step {
		at := c.path.PositionAt(from.Progress + float64(t/gap*(to.Progress-from.Progress)))
		if err := c.add(Palpable{Kind: TinyDroplet, Time: t + from.Time, X: x + at.X}); err != nil {
			return err
		}
	}
	return nil
}

// shower appends the bananas of the shower h, evenly over its whole milliseconds. Their times are of single precision.
func (c *converter) shower(h *beatmap.HitObject) error {
	start, end := float32(dotnet.Int32(h.Start)), float32(dotnet.Int32(h.End))
	spacing := float32(h.End - h.Start)
	if math.IsInf(float64(spacing), 1) {
		return slider.ErrTooManyNested
	}
	for spacing > 100 {
		spacing /= 2
	}
	if spacing <= 0 {
		return nil
	}
	// Far from 0 a small spacing rounds to nothing, and there would be no end of bananas.
	if start+spacing == start || float64(end-start)/float64(spacing) > float64(slider.MaxNested-len(c.palpables)) {
		return slider.ErrTooManyNested
	}
	for t := start; t <= end; t += spacing {
		if err := c.add(Palpable{Kind: Banana, Time: float64(t)}); err != nil {
			return err
		}
	}
	return nil
}

// sortByTime orders palpables by time. Those of equal times end up as the official code's unstable sort leaves them, which
// decides which of them gets which random offset.
func sortByTime(p []Palpable) {
	for i := 1; i < len(p); i++ {
		if !(p[i-1].Time < p[i].Time) {
			dotnet.Sort(p, func(a, b Palpable) int { return cmp.Compare(a.Time, b.Time) })
			return
		}
	}
}
