package autoplay

import (
	"context"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

// maniaActor presses columns.
type maniaActor struct{ *mania.Beatmap }

func (b *Beatmap) mania(ctx context.Context, m *beatmap.Beatmap, set mods.Set) error {
	n, err := mania.New(ctx, m, set)
	if err != nil {
		return err
	}
	b.perfect, b.legacy, b.rate = n.Max(), n.Legacy(), n.Rate
	b.actor = maniaActor{n}
	for i := range n.Objects {
		o := &n.Objects[i]
		b.span(o.Start, o.End, i)
		one := moment{
			start: o.Start, end: o.End, object: int32(i), combo: 1, best: score.Perfect, result: score.Perfect, timed: !o.Hold,
		}
		if o.Hold { // and one more each tenth of a second
			one.combo += int32(min(max((o.End-o.Start)/100, 0), 1e6))
		}
		b.moments = append(b.moments, one)
	}
	return nil
}

func (a maniaActor) act(s *script, moments []moment, _ float64) {
	s.columns = true
	w := &a.Windows // of the beatmap's clock
	offset := func(least, most float64) float64 { return s.within(least, most) / s.rate }
	for i := range moments {
		m := &moments[i]
		o := &a.Objects[m.object]
		var late float64
		switch m.result {
		case score.Miss:
			continue
		case score.Great:
			late = offset(w.Perfect+1, w.Great-2)
		case score.Good:
			late = offset(w.Great+1, w.Good-2)
		case score.Ok:
			late = offset(w.Good+1, w.Ok-2)
		case score.Meh:
			late = offset(w.Ok+1, w.Meh-2)
		default:
			late = offset(0, w.Perfect*0.8)
		}
		up := o.Start + late + 40*s.rate
		if o.Hold {
			up = o.End + late
		}
		s.hold(o.Start+late, up, replay.Keys(1)<<o.Column)
	}
}
