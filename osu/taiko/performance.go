package taiko

import (
	"math"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

// Performance is what a play is worth.
type Performance struct {
	Total      float64 `json:"pp"`
	Difficulty float64 `json:"difficulty"` // for hitting what is hard
	Accuracy   float64 `json:"accuracy"`   // for hitting it well

	// UnstableRate is ten times the standard deviation, in milliseconds of the clock, that the player's hits have at most with a
	// confidence of 99 %; nil without a single great.
	UnstableRate *float64 `json:"estimated_unstable_rate"`
}

// Performance calculates what a play on a beatmap with these attributes is worth.
//
// Source: ppy/osu osu.Game.Rulesets.Taiko/Difficulty/TaikoPerformanceCalculator.cs.
func (a *Attributes) Performance(p score.Play) Performance {
	// Small enough to be inlined, so that the rate costs no allocation where nobody keeps it.
	out, rate := a.perform(&p)
	if rate != 0 {
		out.UnstableRate = &rate
	}
	return out
}

// play is what the two parts of performance have in common.
type play struct {
	*Attributes
	misses                            int
	hits                              float64 // judgements of all hits
	window                            float64 // milliseconds of the clock before or after a hit in which it is great
	unstable                          float64 // estimated unstable rate
	hard                              float64 // hits as far as they are hard
	hidden, flashlight, easy, classic bool
}

// perform returns the performance without the unstable rate, and the unstable rate or 0.
func (a *Attributes) perform(p *score.Play) (Performance, float64) {
	s := &p.Statistics
	great, misses := int(s[score.Great]), max(0, int(s[score.Miss]))
	hits := great + int(s[score.Ok]) + int(s[score.Meh]) + misses
	settings := p.Mods.Adjust(osu.Taiko, beatmap.Difficulty{OverallDifficulty: a.OverallDifficulty})
	v := play{
		Attributes: a,
		misses:     misses,
		hits:       float64(hits),
		window:     greatWindow(settings.OverallDifficulty) / p.Mods.Rate(),
		hard:       float64(hits) * a.ConsistencyFactor,
	}
	if great == 0 || v.window <= 0 {
		return Performance{}, 0
	}
	for i := range p.Mods {
		switch p.Mods[i].Acronym {
		case mods.Hidden:
			v.hidden = true
		case mods.Flashlight:
			v.flashlight = true
		case mods.Easy:
			v.easy = true
		case mods.Classic:
			v.classic = true
		}
	}
	v.unstable = v.deviation(float64(great)/v.hits) * 10
	out := Performance{Difficulty: v.difficulty() * 1.08, Accuracy: v.accuracy() * 1.1}
	out.Total = out.Difficulty + out.Accuracy
	return out, v.unstable
}

// deviation returns the standard deviation in milliseconds that is not exceeded, with a confidence of 99 %, by a player whose
// hits are great at this rate.
func (v *play) deviation(great float64) float64 {
	const z = 2.32634787404 // quantile of the normal distribution for 99 %
	n := v.hits
	// The rate that the player's true one is not below with the same confidence.
	least := (n*great+z*z/2)/(n+z*z) - z/(n+z*z)*math.Sqrt(n*great*(1-great)+z*z/4)
	return v.window / (math.Sqrt2 * strain.ErfInv(least))
}

func (v *play) difficulty() float64 {
	if v.hard == 0 {
		return 0
	}
	// Rhythm that was not played counts less: from all of it at 100 % greats down to none at 80 %.
	all, none := v.deviation(1)*10, v.deviation(0.8)*10
	rhythm := strain.ReverseLerp(v.Rhythm/v.Stars, 0.15, 0.4)
	played := 1 - strain.Logistic(v.unstable, (all+none)/2, 10/(none-all), 0.25*(rhythm*rhythm*rhythm))

	basis := 5*max(1, v.Stars*played/0.110) - 4
	value := min(basis*basis*basis/69052.51, basis*basis*math.Sqrt(math.Sqrt(basis))/1250)
	value *= 1 + 0.10*max(0, v.Stars-10)
	length := 1 + 0.25*v.hard/(v.hard+4000)
	value *= length
	value *= strain.Pow(0.97+0.03*v.hard/(v.hard+1500), float64(v.misses))
	if v.hidden {
		value *= 1 + v.hiddenBonus()
	}
	if v.flashlight {
		value *= max(1, 1.050-min(v.MonoStaminaFactor/50, 1)*length)
	}
	// Accuracy matters more where streaks of one colour take all the stamina.
	exponent, shift := 2+v.MonoStaminaFactor, 500-100*(v.MonoStaminaFactor*3)
	return value * strain.Pow(strain.Erf(shift/(math.Sqrt2*v.unstable)), exponent)
}

func (v *play) hiddenBonus() float64 {
	bonus := 0.1
	if v.Converted {
		bonus = 0.025
	}
	switch {
	case v.flashlight:
	case !v.classic:
		bonus *= 0.2 // lazer's playfield may be wider
	case v.easy:
		bonus *= 0.5 // notes disappear later
	}
	return bonus
}

func (v *play) accuracy() float64 {
	value := 470 * strain.Pow(0.9885, v.unstable)
	precise := 50 / v.unstable
	value *= 1 + precise*precise*strain.Pow(v.Stars, 2.8)/600
	if v.hidden && !v.Converted {
		value *= 1.075
	}
	value *= 1 + 0.3*v.hard/(v.hard+4000)
	if v.hidden && v.flashlight && !v.Converted {
		value *= max(1, 1.05*min(1.15, strain.Pow(v.hits/1500, 0.3)))
	}
	return value
}
