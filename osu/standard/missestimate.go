package standard

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

// fullComboThreshold is the combo from which on a classic play is taken for a full combo that dropped slider ends only: those
// cost combo but do not break it, and stable does not tell how many there were. Hard sliders are dropped more often.
func (p *play) fullComboThreshold() float64 {
	sliders := float64(p.a.SliderCount)
	factor := min(p.a.AimTopWeightedSliderFactor, 1)
	return float64(p.a.MaxCombo) - min(4+(0.04+0.06*(factor*factor))*sliders, sliders)
}

// capMisses lowers an estimate of a classic play's misses to what its judgements and its combo allow.
func (p *play) capMisses(misses float64, combo int) float64 {
	misses = min(misses, float64(p.imperfect()))
	// Breaking on a slider costs at least two of combo.
	breaks := float64(min(p.a.SliderCount, (p.a.MaxCombo-combo)/2))
	if misses-float64(p.miss) > breaks {
		misses = float64(p.miss) + breaks
	}
	return misses
}

// comboMisses estimates misses and slider breaks from the combo.
func (p *play) comboMisses() float64 {
	misses := float64(p.miss)
	if p.a.SliderCount <= 0 {
		return misses
	}
	if p.mods.classic {
		if full := p.fullComboThreshold(); float64(p.combo) < full {
			misses = full / max(1, float64(p.combo))
		}
		return p.capMisses(misses, p.combo)
	}
	if full := float64(p.a.MaxCombo - p.endsDropped); float64(p.combo) < full {
		misses = full / max(1, float64(p.combo))
	}
	return min(misses, float64(p.ticksMissed+p.miss))
}

// sliderBreaks estimates how many of the judgements that are neither great nor misses were broken sliders.
func (p *play) sliderBreaks(topSliders float64) float64 {
	mistakes := float64(p.ok + p.meh)
	if !p.mods.classic || mistakes == 0 {
		return 0
	}
	lost := 1 - float64(p.combo)/float64(p.a.MaxCombo)
	breaks := min(mistakes, p.misses*topSliders)
	adjustment := (mistakes - breaks + 4.5) / (mistakes + 4)
	breaks *= strain.Smoothstep(p.misses, 1, 2)
	return breaks * adjustment * strain.Logistic(lost, 0.33, 15, 1)
}

// scoreMisses estimates misses and slider breaks from stable's total score: from what it leaves for the time outside of the
// longest combo.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/OsuLegacyScoreMissCalculator.cs.
func (p *play) scoreMisses(s *score.Play) float64 {
	if p.a.MaxCombo == 0 {
		return 0
	}
	most := p.mostMisses(s.MaxCombo)
	v := p.scoreV1(s)
	rest := float64(*s.LegacyTotal) - v.at(float64(s.MaxCombo))
	if rest <= 0 {
		return most
	}
	return min(max(v.at(float64(p.a.MaxCombo-s.MaxCombo))/rest, 1), most)
}

// mostMisses is a harsh estimate from the combo, for when the score cannot tell.
func (p *play) mostMisses(combo int) float64 {
	if p.a.SliderCount <= 0 {
		return float64(p.miss)
	}
	misses := 0.0
	if full := p.fullComboThreshold(); float64(combo) < full {
		misses = strain.Pow(full/max(1, float64(combo)), 2.5)
	}
	return p.capMisses(misses, combo)
}

// scoreV1 is a model of stable's total score in which every object has the same part in the combo.
type scoreV1 struct {
	perObject  float64 // combo
	comboScore float64 // factor of the part by combo
	rest       float64 // of the score for each of combo
}

func (p *play) scoreV1(s *score.Play) scoreV1 {
	a := p.a
	perfect := a.MaximumLegacyComboScore / (300.0 / 25 * a.LegacyScoreBaseMultiplier)
	combo := float64(a.MaxCombo)
	square := int32(a.MaxCombo-2) * int32(a.MaxCombo) // which overflows as in the official code
	return scoreV1{
		perObject:  float64(square) / max(combo+2*(perfect-1), 1),
		comboScore: s.Accuracy * 300 / 25 * a.LegacyScoreBaseMultiplier * s.Mods.LegacyMultiplier(osu.Standard),
		rest:       (300 + a.NestedScorePerObject) * s.Accuracy * float64(p.total()-p.miss) / combo,
	}
}

// at returns the score of a combo: an arithmetic progression, and what does not depend on combo.
func (v *scoreV1) at(combo float64) float64 {
	sum := 0.0
	if v.perObject > 0 {
		objects := combo/v.perObject - 1
		sum = (2*(v.perObject-1) + (objects-1)*v.perObject) * objects / 2
	}
	return sum*v.comboScore + v.rest*combo
}
