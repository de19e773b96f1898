package score

import (
	"errors"
	"fmt"
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// comboExponent is by which power of the combo an object counts in lazer's osu!.
const comboExponent = 0.5

// ErrTotal says that a total of stable does not convert to a valid standardised total: the score and the simulation of its
// beatmap contradict each other.
var ErrTotal = errors.New("score: stable's total does not convert")

// Stable is a score of the stable client.
type Stable struct {
	Ruleset    osu.Ruleset
	Mods       mods.Set
	Statistics Statistics // [Counts.Statistics] of it
	Perfect    Statistics // [Statistics.Perfect] of them
	MaxCombo   int
	Total      int64 // by ScoreV1, or by ScoreV2 when the mod is on

	// What mods multiply totals by: stable's with the beatmap's difficulty, and lazer's.
	LegacyMultiplier, Multiplier float64
}

// Standardised is what lazer makes of a score of stable.
type Standardised struct {
	Accuracy    float64
	Grade       osu.Grade
	WithoutMods int64
	Total       int64
}

// Standardise converts a score of stable to what lazer would have counted, as well as that can be told: stable's total mixes
// accuracy, combo and bonus, which the simulation of a perfect play helps to take apart.
// Source: ppy/osu osu.Game/Database/StandardisedScoreMigrationTools.cs.
func (s *Stable) Standardise(perfect Legacy) (Standardised, error) {
	out := Standardised{Accuracy: Accuracy(s.Ruleset, &s.Statistics, &s.Perfect)}
	out.Grade = Grade(s.Ruleset, out.Accuracy, &s.Statistics, Silver(s.Mods))
	if s.Mods.Has(mods.ScoreV2) {
		without := math.RoundToEven(float64(s.Total) / s.LegacyMultiplier)
		if !storable(without) || s.Total < 0 {
			return out, fmt.Errorf("%w: %d by ScoreV2", ErrTotal, s.Total)
		}
		out.WithoutMods, out.Total = int64(without), s.Total
		return out, nil
	}
	p := portionsOf(s, perfect, out.Accuracy)
	var total float64
	switch s.Ruleset {
	case osu.Taiko:
		total = 250_000*p.combo + 750_000*math.Pow(out.Accuracy, 3.6)
	case osu.Catch:
		combos, droplets := catchPortions(&s.Perfect)
		total = combos*catchComboPortion(perfect.MaxCombo, s.MaxCombo, int(s.Statistics[Miss])) +
			droplets*share(s.Statistics[SmallTickHit], s.Perfect[SmallTickHit])
	case osu.Mania:
		total = 150_000*p.combo + 850_000*math.Pow(out.Accuracy, 2+2*out.Accuracy)
	default:
		total = s.standardCombo(perfect, p, out.Accuracy) + 500_000*math.Pow(out.Accuracy, 5)
	}
	total = math.RoundToEven(total + p.bonus)
	if !storable(total) || !storable(total*s.Multiplier) {
		return out, fmt.Errorf("%w: %d gives %g", ErrTotal, s.Total, total)
	}
	out.WithoutMods = int64(total)
	out.Total = WithMultiplier(out.WithoutMods, s.Multiplier)
	return out, nil
}

// storable reports whether a total is neither negative nor more than a 64-bit integer holds. NaN is not.
func storable(total float64) bool { return total >= 0 && total < math.MaxInt64 }

// portions is what stable's total is made of beyond accuracy.
type portions struct {
	combo    float64 // of the most that combo and bonus can give; the two cannot be told apart
	bonus    float64 // in standardised score: what exceeds a perfect play without bonuses
	anything bool    // whether combo or bonus could give anything
}

func portionsOf(s *Stable, perfect Legacy, accuracy float64) portions {
	comboScore := int64(math.RoundToEven(float64(perfect.ComboScore) * s.LegacyMultiplier))
	p := portions{anything: comboScore+perfect.BonusScore != 0}
	switch most := comboScore + perfect.BonusScore; {
	case most > 0:
		p.combo = math.Max(float64(s.Total)-float64(perfect.AccuracyScore)*accuracy, 0) / float64(most)
	case s.LegacyMultiplier != 0:
		p.combo = 1 // the beatmap has no combo to be had
	}
	p.bonus = math.Max(0, float64(s.Total-(perfect.AccuracyScore+comboScore))*perfect.BonusScoreRatio)
	return p
}

// standardCombo estimates the combo portion of a play in osu!. It takes a beatmap to be all circles and each of its hits worth
// the average, so that combos count by their squares in stable and by their power of 1.5 in lazer. Between the longest combo,
// which is known, and the score there is room for two guesses: that the rest came in combos as long as that (a lower bound,
// by score) or in combos of equal length over all remaining objects (an upper bound).
func (s *Stable) standardCombo(perfect Legacy, p portions, accuracy float64) float64 {
	const half = 500_000
	switch {
	case s.MaxCombo == 0 || accuracy == 0:
		return 0
	case !p.anything:
		return half * p.combo
	}
	const power = 1 + comboExponent
	most, longest := float64(perfect.MaxCombo), float64(s.MaxCombo)
	mostV2, longestV2 := math.Pow(most, power), math.Pow(longest, power)
	longestV1 := longest * longest
	total := math.Max(most*most*p.combo/accuracy, longestV1)

	times := math.Floor(total / longestV1)
	byScore := times*longestV2 + math.Pow(math.Sqrt(total-times*longestV1), power)

	objects := float64(perfect.MaxCombo - s.MaxCombo - int(s.Statistics[Miss]))
	length := 0.0
	if objects > 0 {
		length = (total - longestV1) / objects
	}
	byObjects := longestV2 + objects*math.Pow(length, comboExponent)

	byScore, byObjects = clamp(byScore, mostV2), clamp(byObjects, mostV2)
	lower, upper := math.Min(byScore, byObjects), math.Max(byScore, byObjects)
	estimate := math.Min(0.3*lower+0.7*upper, 1.2*(lower+upper)/2)
	return half * (estimate / mostV2) * accuracy
}

// clamp bounds v to between 0 and most and lets NaN through.
func clamp(v, most float64) float64 {
	switch {
	case v < 0:
		return 0
	case v > most:
		return most
	default:
		return v
	}
}

// catchComboPortion estimates the share of the combo portion that a play of catch got. Its ScoreV1 grows with the square of
// the combo while lazer's stops growing at 200, so stable's total says little; instead all misses are taken to be spread
// evenly over what the longest combo leaves.
func catchComboPortion(most, longest, misses int) float64 {
	switch {
	case most == 0 || most == longest:
		return 1
	case longest == 0:
		return 0
	}
	best := catchComboTotal(most)
	rest := most - (longest + misses)
	var dropped float64
	if misses > 0 && rest >= misses {
		length := rest / misses
		combos := rest / length
		dropped = float64(combos) * catchDropped(length)
		if rest -= combos * length; rest > 0 {
			dropped += catchDropped(rest)
		}
	} else { // more misses than hits between them: nothing but the longest combo gave anything
		dropped = best - catchComboTotal(longest)
	}
	return 1 - min(max(dropped/best, 0), 1)
}

// catchComboTotal integrates the weight of a combo of catch, log4 of its length capped at 200, over a combo of that length.
func catchComboTotal(combo int) float64 {
	if combo == 0 {
		return 1
	}
	n := float64(combo)
	total := 0.5 * math.Min(n, 2)
	if combo <= 2 {
		return total
	}
	capped := math.Min(n, 200)
	total += (capped*(math.Log(capped)-1) + 2 - math.Log(4)) / math.Log(4)
	if combo > 200 {
		total += (n - 200) * math.Log(200) / math.Log(4)
	}
	return total
}

// catchDropped is what a miss costs that is followed by a combo of that length, compared with never having missed.
func catchDropped(combo int) float64 {
	n := math.Min(float64(combo), 200)
	return n * (1 + math.Log(200) - math.Log(n)) / math.Log(4)
}
