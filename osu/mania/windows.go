package mania

import (
	"math"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// Windows is how far from its time a note may be hit for each judgement, in milliseconds of the beatmap, to either side. A hold
// may be released 1.5 times as far off.
type Windows struct{ Perfect, Great, Good, Ok, Meh, Miss float64 }

// windowsOf returns the hit windows of b, whose settings are those after mods. Source: ppy/osu
// osu.Game.Rulesets.Mania/Scoring/ManiaHitWindows.cs.
func windowsOf(b *Beatmap, ms mods.Set) Windows {
	factor, hardness := 1.0, 1.0
	for _, mod := range ms {
		switch mod.Acronym {
		case mods.DoubleTime, mods.Nightcore, mods.HalfTime, mods.Daycore:
			factor, _ = mod.Float("speed_change") // so that the rate leaves the windows as they are
		case mods.Easy:
			hardness = 1 / 1.4
		case mods.HardRock:
			hardness = 1.4
		}
	}
	factor /= hardness
	od := float64(b.Difficulty.OverallDifficulty)
	w := Windows{
		Perfect: beatmap.DifficultyRange(od, 22.4, 19.4, 13.9),
		Great:   beatmap.DifficultyRange(od, 64, 49, 34),
		Good:    beatmap.DifficultyRange(od, 97, 82, 67),
		Ok:      beatmap.DifficultyRange(od, 127, 112, 97),
		Meh:     beatmap.DifficultyRange(od, 151, 136, 121),
		Miss:    beatmap.DifficultyRange(od, 188, 173, 158),
	}
	switch classic := ms.Has(mods.Classic) && !ms.Has(mods.ScoreV2); {
	case classic && b.Convert && math.RoundToEven(od) > 4:
		w = Windows{16, 34, 67, 97, 121, 158}
	case classic && b.Convert:
		w = Windows{16, 47, 77, 97, 121, 158}
	case classic:
		lenience := 3 * min(max(10-od, 0), 10)
		w = Windows{16, 34 + lenience, 67 + lenience, 97 + lenience, 121 + lenience, 158 + lenience}
	}
	for _, window := range [...]*float64{&w.Perfect, &w.Great, &w.Good, &w.Ok, &w.Meh, &w.Miss} {
		*window = math.Floor(*window*factor) + 0.5
	}
	return w
}
