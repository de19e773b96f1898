package taiko

import (
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
)

// modify does to the objects what mods do, in the order in which the mods stand, as the official code does.
//
// Sources: ppy/osu osu.Game.Rulesets.Taiko/Mods/TaikoModRandom.cs, TaikoModSwap.cs,
// osu.Game/Rulesets/Mods/ModTimeRamp.cs.
func (b *Beatmap) modify(ms mods.Set) {
	for i := range ms {
		switch m := &ms[i]; m.Acronym {
		case mods.Random:
			seed, _ := m.Int("seed") // without a seed the game rolls one; 0 is as good as any
			r := random.NewDotNet(int32(seed))
			for i := range b.Objects {
				if o := &b.Objects[i]; o.Kind == Hit {
					o.recolour(r.NextMax(2) != 0)
				}
			}
		case mods.Swap:
			for i := range b.Objects {
				if o := &b.Objects[i]; o.Kind == Hit {
					o.recolour(!o.Rim)
				}
			}
		case mods.SimplifiedRhythm:
			b.simplify(m)
		case mods.WindUp, mods.WindDown:
			b.Rate = ms.RateOver(b.span())
		}
	}
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

// recolour moves a hit to the rim or the centre. Officially that changes the sounds of the hit, and its sounds decide: a clap is
// added by copying a finish or else the normal sound, and the copy of a sound file is no clap.
func (o *Object) recolour(rim bool) {
	o.Rim = rim && (o.Rim || o.Strong || !o.ownSound)
}
