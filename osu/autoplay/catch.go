package autoplay

import (
	"context"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// catchActor catches.
type catchActor struct{ *catch.Beatmap }

func (b *Beatmap) catch(ctx context.Context, m *beatmap.Beatmap, set mods.Set) error {
	c, err := catch.New(ctx, m, set)
	if err != nil {
		return err
	}
	b.perfect, b.legacy, b.rate = c.Max(), c.Legacy(), c.Rate
	b.actor = catchActor{c}
	bests := map[catch.Kind]score.Result{
		catch.Fruit: score.Great, catch.Droplet: score.LargeTickHit, catch.TinyDroplet: score.SmallTickHit,
	}
	for i := range c.Objects {
		b.span(c.Objects[i].Start, c.Objects[i].End, i)
	}
	for i := range c.Palpables {
		p := &c.Palpables[i]
		best, ok := bests[p.Kind]
		if !ok {
			continue
		}
		one := moment{start: p.Time, end: p.Time, object: int32(i), best: best, result: best, timed: true}
		if p.Kind != catch.TinyDroplet {
			one.combo = 1
		}
		b.moments = append(b.moments, one)
	}
	return nil
}

// beside is more than half of the widest catcher, in osu! pixels.
const beside = 160

func (a catchActor) act(s *script, moments []moment, end float64) {
	for i := range moments {
		m := &moments[i]
		p := &a.Palpables[m.object]
		x := float64(p.X) + s.spread(8)
		switch {
		case m.result != score.Miss && m.result != score.LargeTickMiss && m.result != score.SmallTickMiss:
			if p.HyperDash && i+1 < len(moments) {
				s.hold(m.start, moments[i+1].start, replay.Left1)
			}
		case x > catch.Width/2:
			x -= beside
		default:
			x += beside
		}
		s.move(m.start, min(max(x, 0), catch.Width), 0)
	}
	for i := range a.Palpables {
		if p := &a.Palpables[i]; p.Kind == catch.Banana && p.Time <= end {
			s.move(p.Time, float64(p.X), 0)
		}
	}
}
