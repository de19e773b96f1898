package mania

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Legacy returns stable's total score of a perfect play: always a million, all of which stands for the combo. The combo of the
// result is 0, for stable's depends on mods. Source: ppy/osu
// osu.Game.Rulesets.Mania/Difficulty/ManiaLegacyScoreSimulator.cs.
func (b *Beatmap) Legacy() score.Legacy { return score.Legacy{ComboScore: 1_000_000} }

// LegacyMultiplier returns the factor that mods put on stable's total score of m: that of [mods.Set.LegacyMultiplier], and less for
// a converted beatmap with other columns than its own. Source: as of [Beatmap.Legacy].
func LegacyMultiplier(m *beatmap.Beatmap, ms mods.Set) float64 {
	factor := ms.LegacyMultiplier(osu.Mania)
	if m.Mode == osu.Mania {
		return factor
	}
	switch own, played := Columns(m, nil), Columns(m, ms); {
	case played > own:
		factor *= 0.9
	case played < own:
		factor *= 0.9 - 0.04*float64(own-played)
	}
	return factor
}
