package standard

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/internal/dotnet"
	"github.com/pure-peace/peace/osu/score"
)

// What stable gives for hits, and how fast it lets a spinner be spun.
const (
	objectScore  = 300
	bigTickScore = 30 // of a slider's head, repeats and tail
	tickScore    = 10
	spinScore    = 100
	bonusScore   = 1000 // of a bonus spin, beyond spinScore

	fastestSpins = 477.0 / 60 // spins a second
	slowestSpins = 3          // half spins a second that clear a spinner whatever the difficulty
)

// PeppyStars returns the multiplier of stable's combo score that follows from the beatmap itself, before mods: 0 to 6.
func (b *Beatmap) PeppyStars() int { return b.stars }

// Legacy simulates stable's total score of a perfect play, without the multiplier of mods.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/OsuLegacyScoreSimulator.cs.
func (b *Beatmap) Legacy() score.Legacy {
	multiplier := float64(b.stars)
	combo := 0
	var accuracy, bonus, standardised int32 // as wide as in the official code, which lets them overflow
	var comboScore int64
	for i := range b.Objects {
		o := &b.Objects[i]
		if o.Kind == Slider {
			s := &b.Sliders[o.Slider]
			combo += len(s.Nested)
			ticks := s.ticks()
			accuracy += int32(ticks*tickScore + (len(s.Nested)-ticks)*bigTickScore)
		}
		if o.Kind == Spinner {
			plain, extra := legacySpins(o.End - o.Start)
			bonus += int32(plain*spinScore + extra*(spinScore+bonusScore))
			standardised += int32(plain*int64(score.SmallBonus.Base(osu.Standard)) + extra*int64(score.LargeBonus.Base(osu.Standard)))
		}
		comboScore += int64(dotnet.Int32(float64(max(0, combo-1)) * (objectScore / 25 * multiplier)))
		accuracy += objectScore
		if o.Kind != Slider {
			combo++
		}
	}
	out := score.Legacy{
		AccuracyScore: int64(accuracy), ComboScore: comboScore, BonusScore: int64(bonus), MaxCombo: combo,
	}
	if bonus != 0 {
		out.BonusScoreRatio = float64(standardised) / float64(bonus)
	}
	return out
}

// halfSpins returns how many half spins stable allows in a spinner of the given duration in milliseconds, and how many come
// before the first bonus.
func halfSpins(duration float64) (possible, beforeBonus int64) {
	seconds := duration / 1000
	return int64(dotnet.Int32(seconds * fastestSpins * 2)), int64(dotnet.Int32(seconds*slowestSpins)) + 3
}

// legacySpins returns how many spins of the fastest play give score, and bonus score. Every second half spin does.
func legacySpins(duration float64) (plain, bonus int64) {
	possible, beforeBonus := halfSpins(duration)
	if possible < 2 {
		return 0, 0
	}
	if bonus = max(0, possible-beforeBonus) / 2; beforeBonus%2 != 0 {
		return possible / 2, bonus // bonus falls on odd half spins, so that no other spin gives way to it
	}
	return possible/2 - bonus, bonus
}
