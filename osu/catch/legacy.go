package catch

import (
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/score"
)

// Legacy simulates stable's total score of a perfect play.
//
// Source: ppy/osu osu.Game.Rulesets.Catch/Difficulty/CatchLegacyScoreSimulator.cs.
func (b *Beatmap) Legacy() score.Legacy {
	const (
		fruit, droplet, tiny, banana = 300, 100, 10, 1100 // stable's
		bonus                        = 200                // a banana's in lazer
	)
	multiplier := int64(fruit / 25 * beatmap.PeppyStars(b.base, len(b.Objects), b.drain))
	var l score.Legacy
	bananas := int64(0)
	for i := range b.Palpables {
		switch b.Palpables[i].Kind {
		case Fruit:
			l.AccuracyScore += fruit
			l.ComboScore += int64(max(0, l.MaxCombo-1)) * multiplier
			l.MaxCombo++
		case Droplet:
			l.AccuracyScore += droplet
			l.MaxCombo++
		case TinyDroplet:
			l.AccuracyScore += tiny
		case Banana:
			bananas++
		}
	}
	if bananas > 0 {
		l.BonusScore = bananas * banana
		l.BonusScoreRatio = float64(bananas*bonus) / float64(l.BonusScore)
	}
	return l
}
