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
		b.span(o.Start, o.End, i)
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

func (a *standardActor) act(s *script, moments []moment, _ float64) {
	// Everybody has a side to which he leans. Together with his wandering it keeps him within the circle.
	lean := point{x: s.spread(a.Radius() / 3), y: s.spread(a.Radius() / 3)}
	near := func(v slider.Vector, wander float64) (x, y float64) {
		return float64(v.X) + lean.x + s.spread(wander), float64(v.Y) + lean.y + s.spread(wander)
	}
	wander := a.Radius() / 3
	for i := range moments {
		m := &moments[i]
		o := &a.Objects[m.object]
		x, y := near(o.Stacked(), wander)
		if m.result == score.Miss {
			s.move(m.start, x, y)
			continue
		}
		at := m.start + a.offset(s, m.result)
		if i+1 < len(moments) { // not so late that the next one is in the way
			at = min(at, m.start+0.8*max(moments[i+1].start-m.start, 1))
		}
		if i > 0 {
			at = max(at, moments[i-1].start+0.8*(m.start-moments[i-1].start))
		}
		up := at + 55*s.rate
		switch o.Kind {
		case standard.Slider:
			s.move(at, x, y)
			for _, n := range a.Sliders[o.Slider].Nested { // who follows a slider may be further off
				if n.Kind != slider.Head && n.Time > at {
					x, y := near(o.Move(n.Position), 1.5*wander)
					s.move(n.Time, x, y)
				}
			}
			up = o.End + 20*s.rate
		case standard.Spinner:
			a.spin(s, o)
			at, up = o.Start, o.End
		default:
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

// spin turns about seven times a second.
func (a *standardActor) spin(s *script, o *standard.Object) {
	const radius, turn = 60.0, 140.0 // osu! pixels; milliseconds of the player
	step, phase := turn/8*s.rate, s.spread(math.Pi)
	for at, n := o.Start, 0.0; at < o.End; at, n = at+step, n+1 {
		sin, cos := math.Sincos(phase + n*math.Pi/4)
		s.move(at, 256+radius*cos, 192+radius*sin)
	}
}
