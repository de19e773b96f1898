package catch

import "github.com/pure-peace/peace/osu/mods"

// spicy reports whether mods spread fruits as hard rock does. With several mods that say so, the last decides.
func spicy(ms mods.Set) bool {
	on := false
	for i := range ms {
		switch ms[i].Acronym {
		case mods.HardRock:
			on = true
		case mods.DifficultyAdjust:
			on = ms[i].Bool("hard_rock_offsets")
		}
	}
	return on
}

// mirror flips all positions. It comes after everything else: hyper dashes stay what they were before.
//
// Source: ppy/osu osu.Game.Rulesets.Catch/Mods/CatchModMirror.cs.
func (b *Beatmap) mirror() {
	for i := range b.Palpables {
		p := &b.Palpables[i]
		if p.Kind == Banana {
			p.offset = Width - p.offset
		} else {
			p.origin, p.offset = Width-p.origin, -p.offset
		}
		p.place()
	}
}
