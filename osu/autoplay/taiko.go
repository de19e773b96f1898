package autoplay

import (
	"context"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/taiko"
)

// taikoActor drums.
type taikoActor struct {
	*taiko.Beatmap
	great, ok float64 // hit windows in milliseconds of the player
}

func (b *Beatmap) taiko(ctx context.Context, m *beatmap.Beatmap, set mods.Set) error {
	t, err := taiko.New(ctx, m, set)
	if err != nil {
		return err
	}
	od := float64(t.Difficulty.OverallDifficulty)
	b.perfect, b.legacy, b.rate = t.Max(), t.Legacy(), t.Rate
	b.actor = &taikoActor{t, beatmap.DifficultyRange(od, 50, 35, 20), beatmap.DifficultyRange(od, 120, 80, 50)}
	for i := range t.Objects {
		o := &t.Objects[i]
		b.span(o.Start, o.End, i)
		if o.Kind == taiko.Hit {
			b.moments = append(b.moments, moment{
				start: o.Start, end: o.End, object: int32(i), combo: 1, best: score.Great, result: score.Great, timed: true, strong: o.Strong,
			})
		}
	}
	return nil
}

// The sticks, by zone and hand.
var (
	centre = [...]replay.Keys{replay.LeftCentre, replay.RightCentre}
	rim    = [...]replay.Keys{replay.LeftRim, replay.RightRim}
)

func (a *taikoActor) act(s *script, moments []moment, end float64) {
	s.move(0, 320, 9999) // where stable says that a drum's cursor is
	hand := 0
	beat := func(at float64, zone [2]replay.Keys, both bool) {
		for k, keys := range zone {
			if both || k == hand {
				s.hold(at, at+30*s.rate, keys)
			}
		}
		hand = 1 - hand
	}
	for i := range moments {
		m := &moments[i]
		if m.result == score.Miss {
			continue
		}
		at := m.start
		switch m.result {
		case score.Ok:
			at += s.within(a.great+2, a.ok-3)
		default:
			at += s.within(0, a.great*0.7)
		}
		o := &a.Objects[m.object]
		zone := centre
		if o.Rim {
			zone = rim
		}
		beat(at, zone, o.Strong)
	}
	for i := range a.Objects { // what is not judged but gives bonus
		o := &a.Objects[i]
		if o.Start >= end {
			break
		}
		count := min(max(o.Count, 0), maxRoll)
		for k := range count {
			at := o.Start + (o.End-o.Start)*float64(k)/float64(count)
			zone := centre
			if o.Kind == taiko.Swell && k%2 == 1 {
				zone = rim
			}
			beat(at, zone, false)
		}
	}
}

// maxRoll bounds the hits on one roll: some beatmaps have rolls that last for hours.
const maxRoll = 2000
