package local

import (
	"fmt"
	"math"

	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/score"
)

// describe puts attributes in the contract's form.
func describe(k key, a Attributes) performance.Difficulty {
	perfect, legacy := a.Perfect()
	most := make(map[string]int32)
	for result, n := range perfect {
		if n != 0 {
			most[score.Result(result).String()] = n
		}
	}
	return performance.Difficulty{
		Stars: a.Stars(), MaxCombo: int32(a.MaxCombo()), Values: named(a.Values()), Max: most,
		Legacy: performance.Legacy{
			AccuracyScore: legacy.AccuracyScore, ComboScore: legacy.ComboScore, BonusScore: legacy.BonusScore,
			BonusScoreRatio: legacy.BonusScoreRatio, MaxCombo: int32(legacy.MaxCombo),
		},
		Algorithm: k.algorithm, Version: int32(k.version),
	}
}

// rate says what plays are worth.
func rate(a Attributes, target performance.Target, plays []performance.Play) ([]performance.Performance, error) {
	out := make([]performance.Performance, len(plays))
	for i, p := range plays {
		play, err := read(a, target, p)
		if err != nil {
			return nil, performance.ErrBadPlay.WithMessage(fmt.Sprintf("play %d: %v", i, err))
		}
		values := a.Performance(play)
		if pp, _ := values.Get("pp"); !math.IsNaN(pp) && !math.IsInf(pp, 0) {
			out[i].PP = pp
		}
		out[i].Values = named(values)
	}
	return out, nil
}

// read checks a play.
func read(a Attributes, target performance.Target, p performance.Play) (score.Play, error) {
	play := score.Play{Mods: target.Mods, MaxCombo: int(p.MaxCombo), LegacyTotal: p.LegacyTotal}
	if p.MaxCombo < 0 {
		return play, fmt.Errorf("a combo of %d", p.MaxCombo)
	}
	for name, n := range p.Statistics {
		result, err := score.ParseResult(name)
		if err != nil {
			return play, err
		}
		if n < 0 {
			return play, fmt.Errorf("%d times %s", n, name)
		}
		play.Statistics[result] = n
	}
	if p.Accuracy == nil {
		play.Accuracy = a.Accuracy(&play)
	} else {
		play.Accuracy = *p.Accuracy
	}
	if math.IsNaN(play.Accuracy) || play.Accuracy < 0 || play.Accuracy > 1 {
		return play, fmt.Errorf("an accuracy of %v", play.Accuracy)
	}
	return play, nil
}

func named(values difficulty.Values) map[string]float64 {
	out := make(map[string]float64, len(values))
	for _, v := range values {
		if !v.Null {
			out[v.Name] = v.Float
		}
	}
	return out
}
