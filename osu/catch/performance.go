package catch

import (
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Performance is what a play is worth.
type Performance struct {
	Total float64 `json:"pp"`
}

// Performance calculates what the play p is worth.
//
// Source: ppy/osu osu.Game.Rulesets.Catch/Difficulty/CatchPerformanceCalculator.cs.
func (a *Attributes) Performance(p score.Play) Performance {
	var (
		fruits   = p.Statistics[score.Great]
		droplets = p.Statistics[score.LargeTickHit]
		tiny     = p.Statistics[score.SmallTickHit]
		tinyMiss = p.Statistics[score.SmallTickMiss]
		misses   = max(0, p.Statistics[score.Miss]+p.Statistics[score.LargeTickMiss])
	)

	skill := 5*max(1, a.Stars/0.0049) - 4
	value := skill * skill / 100000

	objects := float64(fruits + droplets + misses)
	length := 0.95 + 0.3*min(1, objects/2500)
	if objects > 2500 {
		length += math.Log10(objects/2500) * 0.475
	}
	value *= length

	value *= math.Exp(logMiss * float64(misses))
	if a.MaxCombo > 0 {
		combo := max(0, min(p.MaxCombo, a.MaxCombo))
		value *= min(math.Pow(float64(combo)/float64(a.MaxCombo), 0.35), 1)
	}

	rate := a.approach(p.Mods)
	value *= approachFactor(rate)
	if p.Mods.Has(mods.Hidden) {
		// The less the faster fruits approach.
		if rate <= 10 {
			value *= 1.05 + 0.075*(10-rate)
		} else {
			value *= 1.01 + 0.04*(11-min(11, rate))
		}
	}
	if p.Mods.Has(mods.Flashlight) {
		value *= 1.35 * length
	}

	if hits, all := tiny+droplets+fruits, tiny+tinyMiss+droplets+fruits+misses; all != 0 {
		accuracy := max(0, min(float64(hits)/float64(all), 1))
		power := accuracy * accuracy
		value *= power * power * accuracy * math.Sqrt(accuracy)
	} else {
		value = 0
	}
	if p.Mods.Has(mods.NoFail) {
		value *= max(0.9, 1-0.02*float64(misses))
	}
	return Performance{Total: value}
}

var logMiss = math.Log(0.97)

// approach is the approach rate that fruits seem to have with mods, that of the clock included.
func (a *Attributes) approach(ms mods.Set) float64 {
	d := ms.Adjust(osu.Catch, beatmap.Difficulty{ApproachRate: a.ApproachRate})
	preempt := beatmap.DifficultyRange(float64(d.ApproachRate), 1800, 1200, 450) / ms.Rate()
	if preempt > 1200 {
		return -(preempt - 1800) / 120
	}
	return -(preempt-1200)/150 + 5
}

// approachFactor is what fast and slow approach rates are worth.
func approachFactor(rate float64) float64 {
	factor := 1.0
	if rate > 9 {
		factor += 0.1 * (rate - 9)
	}
	if rate > 10 {
		factor += 0.1 * (rate - 10)
	} else if rate < 8 {
		factor += 0.025 * (8 - rate)
	}
	return factor
}
