package mania

import (
	"cmp"
	"math"
	"slices"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/random"
)

// apply changes the objects as the mods do, in the order of the mods: first those that replace holds or notes, then those that
// move objects to other columns.
func (b *Beatmap) apply(m *beatmap.Beatmap, ms mods.Set) {
	for _, mod := range ms {
		switch mod.Acronym {
		case mods.HoldOff:
			b.holdOff()
		case mods.Invert:
			b.invert(&m.Points)
		}
	}
	for _, mod := range ms {
		switch mod.Acronym {
		case mods.Mirror:
			for i := range b.Objects {
				b.Objects[i].Column = b.Columns - 1 - b.Objects[i].Column
			}
		case mods.Random:
			seed, _ := mod.Int("seed") // 0 when it was not chosen
			b.shuffle(int32(seed))
		}
	}
}

// holdOff replaces holds by notes at their heads, which come after the other notes of the same time. Source: ppy/osu
// osu.Game.Rulesets.Mania/Mods/ManiaModHoldOff.cs.
func (b *Beatmap) holdOff() {
	notes := make([]Object, 0, len(b.Objects))
	for _, hold := range [...]bool{false, true} {
		for _, o := range b.Objects {
			if o.Hold == hold {
				notes = append(notes, Object{Start: o.Start, End: o.Start, Column: o.Column})
			}
		}
	}
	byStart(notes)
	b.Objects = notes
}

// invert replaces what is in each column by holds that fill the gaps between the objects, up to a quarter of a beat. Source:
// ppy/osu osu.Game.Rulesets.Mania/Mods/ManiaModInvert.cs.
func (b *Beatmap) invert(points *beatmap.ControlPoints) {
	var columns []int // in the order in which they are first used
	var used uint32
	for _, o := range b.Objects {
		if used>>o.Column&1 == 0 {
			used |= 1 << o.Column
			columns = append(columns, o.Column)
		}
	}
	holds := make([]Object, 0, len(b.Objects))
	for _, column := range columns {
		begun, start := false, 0.0
		for _, o := range b.Objects {
			if o.Column != column {
				continue
			}
			if begun {
				length := o.Start - start
				length = math.Max(length/2, length-points.TimingAt(o.Start).BeatLength/4)
				holds = append(holds, Object{Start: start, End: start + length, Column: column, Hold: true})
			}
			begun, start = true, o.Start
		}
	}
	byStart(holds)
	b.Objects = holds
}

// shuffle gives every column another place. Source: ppy/osu osu.Game.Rulesets.Mania/Mods/ManiaModRandom.cs.
func (b *Beatmap) shuffle(seed int32) {
	r := random.NewDotNet(seed)
	var keys [MaxColumns]int
	order := make([]int, b.Columns)
	for i := range order {
		keys[i], order[i] = r.Next(), i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(keys[i], keys[j]) })
	for i := range b.Objects {
		b.Objects[i].Column = order[b.Objects[i].Column]
	}
}
