package mania

import (
	"math"

	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Performance is the pp of a play, by the official names.
type Performance struct {
	Total      float64 `json:"pp"`
	Difficulty float64 `json:"difficulty"` // before mods that make it easier
}

// Performance returns the pp of a play. Source: ppy/osu osu.Game.Rulesets.Mania/Difficulty/ManiaPerformanceCalculator.cs.
func (a *Attributes) Performance(p score.Play) Performance {
	s := &p.Statistics
	perfect, great, good, ok, meh := s[score.Perfect], s[score.Great], s[score.Good], s[score.Ok], s[score.Meh]
	hits := float64(perfect + ok + great + good + meh + max(0, s[score.Miss]))
	accuracy := 0.0 // a perfect hit counts more than a great one, which the accuracy of the play does not know
	if hits != 0 {
		accuracy = float64(perfect*320+great*300+good*200+ok*100+meh*50) / (hits * 320)
		accuracy = min(max(accuracy, 0), 1)
	}
	value := 8 * math.Pow(math.Max(a.Stars-0.15, 0.05), 2.2) *
		math.Max(0, 5*accuracy-4) *
		(1 + 0.1*math.Min(1, hits/1500))
	multiplier := 1.0
	if p.Mods.Has(mods.NoFail) {
		multiplier *= 0.75
	}
	if p.Mods.Has(mods.Easy) {
		multiplier *= 0.5
	}
	return Performance{Total: value * multiplier, Difficulty: value}
}
