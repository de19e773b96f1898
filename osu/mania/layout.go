package mania

import (
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// maxStageKeys is the most columns that one stage of a native beatmap has; more are split into two stages.
const maxStageKeys = 10

// layout is how many columns there are, and how they are shared out.
type layout struct {
	keys   int // of one stage
	stages int
}

func (l layout) columns() int { return l.keys * l.stages }

// Columns returns how many columns m has when it is played with ms. Only a beatmap of another ruleset listens to mods.
func Columns(m *beatmap.Beatmap, ms mods.Set) int { return layoutOf(m, ms).columns() }

// layoutOf returns how the columns of m are laid out with ms. Source: ppy/osu
// osu.Game.Rulesets.Mania/Beatmaps/ManiaBeatmapConverter.cs.
func layoutOf(m *beatmap.Beatmap, ms mods.Set) layout {
	if m.Mode == osu.Mania {
		keys := max(1, truncate(math.RoundToEven(float64(m.CircleSize))))
		if keys > maxStageKeys {
			return layout{keys / 2, 2} // an odd column is lost
		}
		return layout{keys, 1}
	}
	l := layout{convertedKeys(m), 1}
	for i := range ms {
		if keys := ms[i].Acronym.Keys(); keys != 0 {
			l.keys = keys // the last of several wins
		}
	}
	if ms.Has(mods.DualStages) {
		l.stages = 2
	}
	return l
}

// convertedKeys returns how many columns stable gives to a beatmap of another ruleset: the more sliders and spinners it has,
// the fewer.
func convertedKeys(m *beatmap.Beatmap) int {
	size := math.RoundToEven(float64(m.CircleSize))
	overall := math.RoundToEven(float64(m.OverallDifficulty))
	if len(m.HitObjects) > 0 {
		long := 0
		for i := range m.HitObjects {
			if m.HitObjects[i].Kind != beatmap.Circle {
				long++
			}
		}
		share := float64(long) / float64(len(m.HitObjects))
		switch {
		case share < 0.2:
			return 7
		case share < 0.3 || size >= 5:
			if overall > 5 {
				return 7
			}
			return 6
		case share > 0.6:
			if overall > 4 {
				return 5
			}
			return 4
		}
	}
	return max(4, min(truncate(overall)+1, 7))
}

// truncate drops the fraction of f. What does not fit 32 bits becomes the lowest integer, as on the 64-bit PCs that the
// official values come from.
func truncate(f float64) int {
	if f > math.MinInt32-1 && f < math.MaxInt32+1 {
		return int(f)
	}
	return math.MinInt32
}
