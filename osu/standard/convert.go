package standard

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/slider"
)

// checkEvery is after how many objects a context is asked whether it is done.
const checkEvery = 256

// New makes the playable beatmap of m with mods: its objects with their defaults, moved and stacked. It does not change m. Only
// beatmaps of osu! can be played; of others it returns [beatmap.ErrNotConvertible].
//
// Source: ppy/osu osu.Game/Beatmaps/WorkingBeatmap.cs (the order of the steps), osu.Game.Rulesets.Osu/Beatmaps and Objects.
func New(ctx context.Context, m *beatmap.Beatmap, ms mods.Set) (*Beatmap, error) {
	if m.Mode != osu.Standard {
		return nil, fmt.Errorf("%v to osu!: %w", m.Mode, beatmap.ErrNotConvertible)
	}
	c := newConverter(m, ms)
	for i := range c.hits {
		if i%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if err := c.convert(&c.hits[i]); err != nil {
			return nil, err
		}
	}
	if err := c.stack(ctx); err != nil {
		return nil, err
	}
	if err := c.transform(ctx); err != nil {
		return nil, err
	}
	c.finish()
	return c.Beatmap, nil
}

// converter is a Beatmap in the making.
type converter struct {
	*Beatmap
	m    *beatmap.Beatmap
	hits []beatmap.HitObject // of m, ordered by start time
	flip flip

	preempt, fadeIn float64 // of every object, before mods change it

	path   slider.Path
	events []slider.Event
	points []slider.ControlPoint // of a path that is flipped
	nested []Nested              // of all sliders
	drafts []draft               // by index of Beatmap.Sliders
}

// draft is what of a slider only the conversion needs.
type draft struct {
	from, to int           // in converter.nested
	tip      slider.Vector // end of the path
	last     slider.Vector // end of the last span
	hit      *beatmap.HitObject
	course   slider.Course
}

func newConverter(m *beatmap.Beatmap, ms mods.Set) *converter {
	d := ms.Adjust(osu.Standard, m.Difficulty)
	c := &converter{
		Beatmap: &Beatmap{
			Difficulty: d,
			Base:       m.Difficulty,
			Mods:       ms,
			Rate:       ms.Rate(),
			Scale:      scale(d.CircleSize),
			stars:      beatmap.PeppyStars(m.Difficulty, len(m.HitObjects), m.DrainSeconds()),
		},
		m:    m,
		hits: m.HitObjects,
		flip: flips(ms),
	}
	c.path.OptimiseCatmull = true
	c.classic = classic(ms)
	c.preempt = float64(dotnet.Int32(beatmap.DifficultyRange(float64(d.ApproachRate), preemptMax, preemptMid, preemptMin)))
	c.fadeIn = 400 * min(1, c.preempt/preemptMin)
	sliders, sorted := 0, true
	for i := range c.hits {
		if c.hits[i].Kind == beatmap.Slider {
			sliders++
		}
		if i > 0 && c.hits[i].Start < c.hits[i-1].Start {
			sorted = false
		}
	}
	if !sorted {
		c.hits = slices.Clone(c.hits)
		slices.SortStableFunc(c.hits, func(a, b beatmap.HitObject) int { return cmp.Compare(a.Start, b.Start) })
	}
	c.Objects = make([]Object, 0, len(c.hits))
	c.Sliders = make([]Path, 0, sliders)
	c.drafts = make([]draft, 0, sliders)
	c.nested = make([]Nested, 0, 4*sliders)
	return c
}

// The time from an object's appearance to its start at the approach rates 0, 5 and 10, in milliseconds.
const preemptMax, preemptMid, preemptMin = 1800.0, 1200.0, 450.0

// scale returns the scale of objects by circle size. Its last factor makes up for stable's playfield, which used to be rounded.
//
// Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/LegacyRulesetExtensions.cs.
func scale(circleSize float32) float32 {
	const perSize, allowance = float32(0.7), float32(1.00041)
	half := float32(1-float64(float64(perSize)*((float64(circleSize)-5)/5))) / 2
	return half * allowance
}

// convert appends one object.
func (c *converter) convert(h *beatmap.HitObject) error {
	o := Object{
		Start:    h.Start,
		End:      h.Start,
		Preempt:  c.preempt,
		FadeIn:   c.fadeIn,
		Position: c.flip.position(h.Position),
		Slider:   -1,
		NewCombo: h.NewCombo,
	}
	o.Last = o.Position
	switch h.Kind {
	case beatmap.Circle:
		o.Kind = Circle
		c.Circles++
	case beatmap.Spinner, beatmap.Hold:
		o.Kind = Spinner
		o.End = h.Start + (h.End - h.Start) // the duration is what is kept
		c.Spinners++
	case beatmap.Slider:
		o.Kind = Slider
		o.Slider = int32(len(c.Sliders))
		c.SliderCount++
		if err := c.slider(&o, h); err != nil {
			return err
		}
	}
	if n := len(c.Objects); o.Kind != Spinner && (n == 0 || c.Objects[n-1].Kind == Spinner) {
		o.NewCombo = true
	}
	c.Objects = append(c.Objects, o)
	return nil
}

// slider appends what only a slider has.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Objects/Slider.cs.
func (c *converter) slider(o *Object, h *beatmap.HitObject) error {
	data := h.Slider
	spans := data.Repeats + 1
	timing, difficulty := c.m.Points.TimingAt(h.Start), c.m.Points.DifficultyAt(h.Start)
	velocity := min(max(difficulty.SliderVelocity, 0.1), 10)

	s := Path{Repeats: data.Repeats}
	s.Velocity = 100 * c.Difficulty.SliderMultiplier / beatLength(timing.BeatLength, velocity)
	s.TickDistance = math.Inf(1)
	if !difficulty.NoTicks || c.Mods.Has(mods.StrictTracking) {
		// Stable multiplied back what it had divided by, and its rounding errors decide about ticks.
		multiplier := 1.0
		if c.m.Version < 8 {
			multiplier = 1 / difficulty.SliderVelocity
		}
		s.TickDistance = float64(float64(s.Velocity*timing.BeatLength)/c.Difficulty.SliderTickRate) * multiplier
	}

	// Mods flip a slider after its ticks were laid out. That makes a difference when its length is not given, and comes out
	// another by rounding.
	if err := c.reset(o, c.flip.points(&c.points, data.Points), data.ExpectedLength); err != nil {
		return err
	}
	distance := c.path.Distance()
	if c.flip != (flip{}) && (distance != data.ExpectedLength || distance == 0) {
		if err := c.reset(o, data.Points, data.ExpectedLength); err != nil {
			return err
		}
		distance = c.path.Distance()
		if err := c.reset(o, c.flip.points(&c.points, data.Points), data.ExpectedLength); err != nil {
			return err
		}
	}
	course := slider.Course{
		Start:        o.Start,
		SpanDuration: s.spanDuration(o.Start, distance),
		Velocity:     s.Velocity,
		TickDistance: s.TickDistance,
		Distance:     distance,
		Spans:        spans,
	}
	c.Sliders = append(c.Sliders, s)
	c.drafts = append(c.drafts, draft{from: len(c.nested), hit: h, course: course})
	if err := c.layOut(o); err != nil {
		return err
	}
	c.drafts[o.Slider].to = len(c.nested)
	return nil
}

func (c *converter) reset(o *Object, points []slider.ControlPoint, expected float64) error {
	if err := c.path.Reset(points, expected); err != nil {
		return fmt.Errorf("slider at %g ms: %w", o.Start, err)
	}
	return nil
}

// beatLength returns the length of a beat as slider velocity changes it, by way of the percentage that a file holds, which
// stable reads in single precision.
//
// Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/LegacyRulesetExtensions.cs.
func beatLength(beat, velocity float64) float64 {
	percent := -100 / velocity
	if percent >= 0 {
		return beat
	}
	return beat * (float64(min(max(float32(-percent), 10), 1000)) / 100)
}

// spanDuration returns how long a span of the given length takes, in milliseconds.
func (s *Path) spanDuration(start, distance float64) float64 {
	spans := float64(s.Repeats + 1)
	end := start + spans*distance/s.Velocity
	return (end - start) / spans
}

// layOut makes the nested objects of a slider along c.path at the end of c.nested, and sets everything that follows from the
// path.
func (c *converter) layOut(o *Object) error {
	d := &c.drafts[o.Slider]
	events, err := slider.AppendEvents(c.events[:0], d.course)
	c.events = events
	if err == nil && len(c.nested)+len(events) > slider.MaxNested {
		err = slider.ErrTooManyNested
	}
	if err != nil {
		return err
	}
	from := len(c.nested)
	sorted := true
	for i := range events {
		e := &events[i]
		n := Nested{Time: e.Time, Kind: e.Kind}
		switch e.Kind {
		case slider.LegacyLastTick:
			continue
		case slider.Repeat:
			n.Time = o.Start + float64(float64(e.Span+1)*d.course.SpanDuration)
		case slider.Head, slider.Tick, slider.Tail:
		}
		n.Position = c.nestedPosition(o, e)
		if i > 0 && !(c.nested[len(c.nested)-1].Time < n.Time) {
			sorted = false
		}
		c.nested = append(c.nested, n)
	}
	if !sorted {
		dotnet.Sort(c.nested[from:], func(a, b Nested) int { return cmp.Compare(a.Time, b.Time) })
	}
	c.measure(o, c.nested[from:])
	return nil
}

// nestedPosition returns where an event of a slider takes place.
func (c *converter) nestedPosition(o *Object, e *slider.Event) slider.Vector {
	switch e.Kind {
	case slider.Head:
		return o.Position
	case slider.Tail, slider.Repeat, slider.Tick, slider.LegacyLastTick:
	}
	return o.Position.Add(c.path.PositionAt(e.Progress))
}

// measure sets what follows from the path as it is in the end.
func (c *converter) measure(o *Object, nested []Nested) {
	s, d := &c.Sliders[o.Slider], &c.drafts[o.Slider]
	s.Distance = c.path.Distance()
	s.SpanDuration = s.spanDuration(o.Start, s.Distance)
	o.End = o.Start + float64(d.course.Spans)*s.Distance/s.Velocity
	d.tip = c.path.PositionAt(1)
	d.last = c.path.PositionAt(float64(d.course.Spans % 2))
	o.Last = o.Position.Add(d.last)

	duration := o.End - o.Start
	end := max(o.Start+duration-slider.TailLeniency, o.Start+duration/2)
	if i := lastTick(nested); i >= 0 && nested[i].Time > end {
		end = nested[i].Time
	}
	s.LazyEnd = end - o.Start
	progress := s.LazyEnd / s.SpanDuration
	if math.Mod(progress, 2) >= 1 {
		progress = 1 - math.Mod(progress, 1)
	} else {
		progress = math.Mod(progress, 1)
	}
	s.LazyPosition = c.path.PositionAt(progress)
}

// lastTick returns the index of the last tick, or -1.
func lastTick(nested []Nested) int {
	for i := len(nested) - 1; i >= 0; i-- {
		if nested[i].Kind == slider.Tick {
			return i
		}
	}
	return -1
}

// finish hands out the nested objects, which do not move in memory any more.
func (c *converter) finish() {
	for i := range c.Sliders {
		d := &c.drafts[i]
		c.Sliders[i].Nested = c.nested[d.from:d.to:d.to]
	}
}
