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
