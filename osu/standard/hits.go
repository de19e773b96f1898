package standard

import (
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/strain"
)

// Distances are scaled so that all objects have this radius and diameter, in osu! pixels.
const (
	radius   = 50
	diameter = 2 * radius
)

// minDelta is the least time between objects that difficulty is calculated with, in milliseconds.
const minDelta = 25

// How far from the ball a lazy cursor stays, in scaled osu! pixels.
const (
	followRadius       = 90.0
	followRadiusAtTurn = float64(radius)
)

// hit is an object of a beatmap as its difficulty sees it: every one but the first, with how the cursor gets there from the
// object before. Times are milliseconds of the rate-adjusted clock, distances scaled osu! pixels unless they say otherwise.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Preprocessing/OsuDifficultyHitObject.cs.
type hit struct {
	start    float64
	delta    float64 // since the object before
	adjusted float64 // delta, at least minDelta
	preempt  float64 // from appearing to start

	jump     float64 // from where the object before is
	lazyJump float64 // from where a lazy cursor leaves the object before

	angle  float64 // between this and the jump before, 0 to π; only if hasAngle
	vector float64 // of the jump against the x axis, whatever its direction, 0 to π/2; only if hasAngle

	lazyTravel float64 // way of a lazy cursor along the slider; 0 of all others
	travel     float64 // lazyTravel with a bonus for repeats
	travelTime float64 // of travel, at least minDelta; 0 unless it is a slider
	lazyTime   float64 // milliseconds of the beatmap's own clock that a lazy player follows the slider
	jumpTime   float64 // to come here from where the slider before may be left, at least minDelta; adjusted after all others
	endDelta   float64 // since the end of the object before, at least minDelta

	position slider.Vector // with stack offset, osu! pixels
	leave    slider.Vector // where a lazy cursor leaves it, osu! pixels

	kind     Kind
	hasAngle bool
	repeats  int32
}

// prepare makes the hits of a beatmap.
func (c *calculator) prepare() {
	objects := c.b.Objects
	if len(objects) < 2 {
		return
	}
	c.hits = make([]hit, len(objects)-1)
	c.sights = make([]sight, len(c.hits))
	for i := range c.hits {
		h, o := &c.hits[i], &objects[i+1]
		last := &objects[i]
		rate := c.b.Rate
		h.kind = o.Kind
		h.position = o.Stacked()
		h.leave = h.position
		h.delta = (o.Start - last.Start) / rate
		h.start = o.Start / rate
		h.preempt = o.Preempt / rate
		h.adjusted = max(h.delta, minDelta)
		h.endDelta = h.adjusted
		if i > 0 {
			h.endDelta = max(h.start-last.End/rate, minDelta)
		}
		if o.Kind == Slider {
			c.follow(h, o)
		}
		c.measure(i, last)
		c.sights[i] = newSight(h, o)
	}
}

// follow moves a cursor along a slider with as little movement as possible.
func (c *calculator) follow(h *hit, o *Object) {
	path := &c.b.Sliders[o.Slider]
	h.repeats = int32(path.Repeats)
	h.lazyTime = path.LazyEnd
	cursor := h.position
	h.leave = h.position.Add(path.LazyPosition)
	scale := radius / c.radius
	tick := lateTick(path, o)
	last := len(path.Nested) - 1
	for i := 1; i <= last; i++ {
		n := i
		if tick >= 0 && i >= tick {
			// A last tick after the lazy end is taken out of its place and comes last.
			if n++; i == last {
				n = tick
			}
		}
		nested := &path.Nested[n]
		movement := o.Move(nested.Position).Sub(cursor)
		length := scale * float64(movement.Length())
		required := followRadius
		switch {
		case i == last:
			// The player takes the shorter way of those to the end and to where the slider may be left.
			if lazy := h.leave.Sub(cursor); lazy.Length() < movement.Length() {
				movement = lazy
			}
			length = scale * float64(movement.Length())
		case nested.Kind == slider.Repeat:
			required = followRadiusAtTurn
		}
		if length > required {
			cursor = cursor.Add(movement.Mul(float32((length - required) / length)))
			length *= (length - required) / length
			h.lazyTravel += length
		}
		if i == last {
			h.leave = cursor
		}
	}
	h.travel = h.lazyTravel * max(1, c.repeatBonus(path.Repeats))
	h.travelTime = max(h.lazyTime/c.b.Rate, minDelta)
}

// lateTick returns the index of a slider's last tick if it comes after the moment when the slider could else be left, or -1.
func lateTick(path *Path, o *Object) int {
	duration := o.End - o.Start
	end := max(o.Start+duration-slider.TailLeniency, o.Start+duration/2)
	for i := len(path.Nested) - 1; i >= 0; i-- {
		if n := &path.Nested[i]; n.Kind == slider.Tick {
			if n.Time > end {
				return i
			}
			return -1
		}
	}
	return -1
}

func (c *calculator) repeatBonus(repeats int) float64 {
	switch repeats {
	case 0:
		return 0
	case 1:
		return 1
	}
	return strain.Pow(float64(repeats), 0.3)
}

// measure measures the jump from the object before, and its angle with the jump before that.
func (c *calculator) measure(i int, last *Object) {
	h := &c.hits[i]
	h.jumpTime = h.adjusted
	if h.kind == Spinner || last.Kind == Spinner {
		return
	}
	scale := radius / float32(c.radius)
	from := last.Stacked()
	h.jump = float64(from.Sub(h.position).Length() * scale)
	if i == 0 {
		h.lazyJump = float64(h.position.Sub(from).Length() * scale)
		return
	}
	before := &c.hits[i-1]
	h.lazyJump = float64(h.position.Sub(before.leave).Length() * scale)
	if last.Kind == Slider {
		h.jumpTime = max(h.adjusted-max(before.lazyTime/c.b.Rate, minDelta), minDelta)
	}
	if i == 1 || c.hits[i-2].kind == Spinner {
		return
	}
	origin := c.hits[i-2].leave
	from = before.leave
	around := before.kind == Slider && before.travel > 0
	if around {
		from = before.position
	}
	h.hasAngle = true
	h.angle = angle(h.position, from, origin)
	if around {
		nested := c.b.Sliders[last.Slider].Nested
		h.angle = min(h.angle, angle(h.position, before.leave, last.Move(nested[len(nested)-2].Position)))
	}
	h.vector = steepness(h.position.Sub(from))
}
