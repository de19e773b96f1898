package autoplay

import (
	"context"
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/standard"
)

// standardActor aims and taps.
type standardActor struct {
	*standard.Beatmap
	great, ok, meh float64 // hit windows in milliseconds of the player
}

func (b *Beatmap) standard(ctx context.Context, m *beatmap.Beatmap, set mods.Set) error {
	s, err := standard.New(ctx, m, set)
	if err != nil {
		return err
	}
	od := float64(s.Difficulty.OverallDifficulty)
	b.perfect, b.legacy, b.rate = s.Max(), s.Legacy(), s.Rate
	b.actor = &standardActor{
		Beatmap: s, great: beatmap.DifficultyRange(od, 80, 50, 20), ok: beatmap.DifficultyRange(od, 140, 100, 60),
		meh: beatmap.DifficultyRange(od, 200, 150, 100),
	}
	for i := range s.Objects {
		o := &s.Objects[i]
		one := moment{
			start: o.Start, end: o.End, object: int32(i), combo: 1, best: score.Great, result: score.Great,
			timed:  o.Kind == standard.Circle,
			closes: i+1 == len(s.Objects) || s.Objects[i+1].NewCombo,
		}
		if o.Kind == standard.Slider {
			one.combo = int32(len(s.Sliders[o.Slider].Nested))
		}
		b.moments = append(b.moments, one)
	}
	return nil
}

// fingers are the keys that are used in turn. A key of the keyboard sets its mouse button as well.
var fingers = [...]replay.Keys{replay.Left1 | replay.Left2, replay.Right1 | replay.Right2}

func (a *standardActor) act(s *script, moments []moment) {
	for i := range moments {
		m := &moments[i]
		o := &a.Objects[m.object]
		at := m.start + a.offset(s, m.result)
		if i+1 < len(moments) { // not so late that the next one is in the way
			at = min(at, m.start+0.8*max(moments[i+1].start-m.start, 1))
		}
		if i > 0 {
			at = max(at, moments[i-1].start+0.8*(m.start-moments[i-1].start))
		}
		wander := a.Radius() / 3
		place := o.Stacked()
		if m.result == score.Miss {
			s.move(m.start, float64(place.X)+s.spread(wander), float64(place.Y)+s.spread(wander))
			continue
		}
		up := at + 55*s.rate
		switch o.Kind {
		case standard.Slider:
			s.move(at, float64(place.X)+s.spread(wander), float64(place.Y)+s.spread(wander))
			up = a.follow(s, o, at)
		case standard.Spinner:
			up = a.spin(s, o)
			at = o.Start
		default:
			x, y := float64(place.X)+s.spread(wander), float64(place.Y)+s.spread(wander)
			s.move(at, x, y)
			s.move(at+15*s.rate, x, y)
		}
		s.hold(at, up, fingers[i%len(fingers)])
	}
}

// offset draws how late something is hit.
func (a *standardActor) offset(s *script, r score.Result) float64 {
	switch r {
	case score.Ok:
		return s.within(a.great+2, a.ok-3)
	case score.Meh:
		return s.within(a.ok+2, a.meh-3)
	default:
		return s.within(0, a.great*0.6)
	}
}

// follow goes along a slider from one part that is judged to the next, and returns when it is let go.
func (a *standardActor) follow(s *script, o *standard.Object, from float64) float64 {
	for _, n := range a.Sliders[o.Slider].Nested {
		if n.Kind != slider.Head && n.Time > from {
			place := o.Move(n.Position)
			s.move(n.Time, float64(place.X), float64(place.Y))
		}
	}
	return o.End + 20*s.rate
}

// spin turns about seven times a second, and returns when that ends.
func (a *standardActor) spin(s *script, o *standard.Object) float64 {
	const radius, turn = 60.0, 140.0 // osu! pixels; milliseconds of the player
	step := turn / 8 * s.rate
	for at, n := o.Start, 0.0; at < o.End; at, n = at+step, n+1 {
		sin, cos := math.Sincos(n * math.Pi / 4)
		s.move(at, 256+radius*cos, 192+radius*sin)
	}
	return o.End
}
