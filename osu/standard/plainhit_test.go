package standard

import (
	"math"
	"slices"

	"github.com/pure-peace/peace/osu/slider"
)

// This is difficulty written down as plainly as can be, without regard for speed, to compare the real one with on random
// beatmaps and mods.

type plainHit struct {
	i                                       int
	o, last                                 *Object
	path                                    *Path
	delta, start, end, adjusted, endDelta   float64
	window, jump, lazyJump, minimumJumpTime float64
	travel, travelTime                      float64
	lazyEnd                                 *slider.Vector
	lazyTravel, lazyTime                    float64
	angle, vector                           *float64
}

type plain struct {
	b    *Beatmap
	f    flags
	hits []*plainHit
}

func (h *plainHit) spinner() bool { return h.o.Kind == Spinner }

func newPlain(b *Beatmap) *plain {
	p := &plain{b: b, f: flagsOf(b.Mods)}
	for i := 1; i < len(b.Objects); i++ {
		p.add(i)
	}
	return p
}

func (p *plain) at(i int) *plainHit {
	if i < 0 || i >= len(p.hits) {
		return nil
	}
	return p.hits[i]
}

func (p *plain) add(i int) {
	b := p.b
	o, last := &b.Objects[i], &b.Objects[i-1]
	h := &plainHit{i: i - 1, o: o, last: last}
	h.delta = (o.Start - last.Start) / b.Rate
	h.start, h.end = o.Start/b.Rate, o.End/b.Rate
	if o.Kind != Spinner {
		great, _, _ := windows(float64(b.Difficulty.OverallDifficulty))
		h.window = 2 * great / b.Rate
	}
	h.adjusted = math.Max(h.delta, 25)
	h.endDelta = h.adjusted
	before, beforeThat := p.at(h.i-1), p.at(h.i-2)
	if before != nil {
		h.endDelta = math.Max(h.start-before.end, 25)
	}
	p.hits = append(p.hits, h)
	if o.Kind == Slider {
		h.path = &b.Sliders[o.Slider]
		p.follow(h)
		h.travel = h.lazyTravel * math.Max(1, math.Pow(float64(h.path.Repeats), 0.3))
		h.travelTime = math.Max(h.lazyTime/b.Rate, 25)
	}
	h.minimumJumpTime = h.adjusted
	if h.spinner() || last.Kind == Spinner {
		return
	}
	scale := 50 / float32(b.Radius())
	cursor := last.Stacked()
	if before != nil {
		cursor = before.cursor()
	}
	h.jump = float64(last.Stacked().Sub(o.Stacked()).Length() * scale)
	h.lazyJump = float64(o.Stacked().Sub(cursor).Length() * scale)
	if last.Kind == Slider && before != nil {
		h.minimumJumpTime = math.Max(h.adjusted-math.Max(before.lazyTime/b.Rate, 25), 25)
	}
	if beforeThat == nil || beforeThat.spinner() {
		return
	}
	if before.o.Kind == Slider && before.travel > 0 {
		cursor = before.o.Stacked()
	}
	origin := beforeThat.cursor()
	angle := plainAngle(o.Stacked(), cursor, origin)
	if before.o.Kind == Slider && before.travel > 0 {
		origin = before.o.Move(before.path.Nested[len(before.path.Nested)-2].Position)
	}
	angle = math.Min(angle, plainAngle(o.Stacked(), before.cursor(), origin))
	v := o.Stacked().Sub(cursor)
	vector := math.Atan2(math.Abs(float64(v.Y)), math.Abs(float64(v.X)))
	h.angle, h.vector = &angle, &vector
}

func (h *plainHit) cursor() slider.Vector {
	if h.lazyEnd != nil {
		return *h.lazyEnd
	}
	return h.o.Stacked()
}

func plainAngle(current, last, lastLast slider.Vector) float64 {
	v, w := lastLast.Sub(last), current.Sub(last)
	det := float32(v.X*w.Y) - float32(v.Y*w.X)
	return math.Abs(math.Atan2(float64(det), float64(v.Dot(w))))
}

func (p *plain) follow(h *plainHit) {
	duration := h.o.End - h.o.Start
	tracking := math.Max(h.o.Start+duration-36, h.o.Start+duration/2)
	nested := slices.Clone(h.path.Nested)
	tick := lastTick(nested)
	if tick >= 0 && nested[tick].Time > tracking {
		tracking = nested[tick].Time
		n := nested[tick]
		nested = append(slices.Delete(nested, tick, tick+1), n)
	}
	h.lazyTime = tracking - h.o.Start
	lazy := h.o.Stacked().Add(h.path.LazyPosition)
	cursor := h.o.Stacked()
	scale := 50 / p.b.Radius()
	for i := 1; i < len(nested); i++ {
		move := h.o.Move(nested[i].Position).Sub(cursor)
		length := scale * float64(move.Length())
		required := float64(float32(50) * float32(1.8))
		if i == len(nested)-1 {
			if l := lazy.Sub(cursor); l.Length() < move.Length() {
				move = l
			}
			length = scale * float64(move.Length())
		} else if nested[i].Kind == slider.Repeat {
			required = 50
		}
		if length > required {
			cursor = cursor.Add(move.Mul(float32((length - required) / length)))
			length *= (length - required) / length
			h.lazyTravel += length
		}
		if i == len(nested)-1 {
			lazy = cursor
		}
	}
	h.lazyEnd = &lazy
}
