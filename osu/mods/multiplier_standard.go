package mods

import (
	"math"

	"github.com/pure-peace/peace/osu"
)

// pairFactors are the pairs of osu!'s mods that together have another factor than the product of both. The first pair that is
// in a set wins: a mod is in at most one.
// Source: ppy/osu osu.Game.Rulesets.Osu/Scoring/OsuScoreMultiplierCalculatorV2.cs, as everything in this file but
// oldStandardFactor.
var pairFactors = []struct {
	first, second Acronym
	factor        func(first, second *Mod) float64
}{
	{Hidden, Blinds, func(_, _ *Mod) float64 { return blindsFactor }},
	{Hidden, Wiggle, func(hidden, _ *Mod) float64 { return hidden.hiddenFactor(true) }},
	{Hidden, Grow, func(hidden, _ *Mod) float64 { return hidden.hiddenFactor(true) }},
	{Hidden, Deflate, func(hidden, deflate *Mod) float64 { return hidden.hiddenFactor(true) * deflate.deflateFactor() }},
	{Hidden, Repel, func(hidden, _ *Mod) float64 { return hidden.hiddenFactor(true) }},
	{Hidden, Depth, func(hidden, _ *Mod) float64 { return hidden.hiddenFactor(true) }},
	{Traceable, Blinds, func(_, _ *Mod) float64 { return blindsFactor }},
	{Flashlight, FreezeFrame, func(flashlight, _ *Mod) float64 { return 1 + (flashlight.flashlightFactor()-1)/2 }},
}

const blindsFactor = 1.24

// pairFactor returns the product of the factors of all pairs and the mods that are in one, a bit each by place in the set.
func (s Set) pairFactor() (product float64, paired uint64) {
	product = 1
	for k := range pairFactors {
		p := &pairFactors[k]
		i, j := s.index(p.first), s.index(p.second)
		if i < 0 || j < 0 || paired>>i&1 != 0 || paired>>j&1 != 0 {
			continue
		}
		product *= p.factor(&s[i], &s[j])
		paired |= 1<<i | 1<<j
	}
	return product, paired
}

func (s Set) index(a Acronym) int {
	for i := range s {
		if s[i].Acronym == a {
			return i
		}
	}
	return -1
}

// standardFactor returns what one of osu!'s mods multiplies a score by.
func (m *Mod) standardFactor(t *Terms) float64 {
	switch m.Acronym {
	case Easy:
		lives, _ := m.Float("retries")
		return max(0.4, 0.8-max(0, 0.1*(lives-2)))
	case NoFail:
		return 0.5
	case HalfTime, Daycore:
		return slowFactor(m.speed())
	case HardRock:
		return 1.09
	case DoubleTime, Nightcore:
		return fastFactor(m.speed())
	case Hidden:
		return m.hiddenFactor(false)
	case Traceable:
		return 1.02
	case Flashlight:
		return m.flashlightFactor()
	case Blinds:
		return blindsFactor
	case TargetPractice:
		return 0.01
	case DifficultyAdjust:
		return m.adjustFactor(t)
	case Classic:
		if m.Bool("classic_note_lock") {
			return 0.985
		}
		return 0.96
	case Random, ApproachDifferent:
		return 0.7
	case Relax, Autopilot, AdaptiveSpeed:
		return 0.1
	case SpunOut:
		return 0.95
	case Deflate:
		return m.deflateFactor()
	case WindUp, WindDown:
		return m.rampFactor()
	case Magnetised:
		strength, _ := m.Float("attraction_strength")
		return 0.7 - float64(float32(strength))*0.6
	case Synesthesia:
		return 0.99
	}
	return 1
}

func (m *Mod) speed() float64 {
	v, _ := m.Float("speed_change")
	return v
}

// slowFactor counts whole twentieths of speed.
func slowFactor(speed float64) float64 {
	return float64(float64(int(speed*20))/20*1.4) - 0.5
}

// fastFactor counts whole tenths of speed, and a little less for those that are not DoubleTime's own.
func fastFactor(speed float64) float64 {
	tenths := float64(int(speed*10)) / 10
	penalty := 0.0
	if tenths != 1.5 && tenths != 1 {
		penalty = 0.01
	}
	return float64((tenths-1)*0.46) + 1 - penalty
}

// hiddenFactor is less where approach circles alone fade, and where another mod shows the timing that Hidden takes away.
func (m *Mod) hiddenFactor(timingShown bool) float64 {
	f := 1.04
	if m.Bool("only_fade_approach_circles") {
		f -= 0.02
	}
	if timingShown {
		f -= 0.02
	}
	return f
}

func (m *Mod) flashlightFactor() float64 {
	size, _ := m.floatIn(osu.Standard, "size_multiplier")
	f := max(1.02, min(1.2, 1.2-float64(0.2*float64(float32(size)-1))))
	if !m.Bool("combo_based_size") {
		f = 1 + (f-1)/5
	}
	return f
}

func (m *Mod) deflateFactor() float64 {
	scale, _ := m.Float("start_scale")
	return 1 - max(0, 0.02*float64(float32(scale)-2))
}

// adjustFactor multiplies the costs of how far each setting is from the beatmap's own.
func (m *Mod) adjustFactor(t *Terms) float64 {
	product := 1.0
	for _, s := range [...]struct {
		name string
		own  float32
	}{
		{"circle_size", t.Difficulty.CircleSize},
		{"drain_rate", t.Difficulty.DrainRate},
		{"overall_difficulty", t.Difficulty.OverallDifficulty},
		{"approach_rate", t.Difficulty.ApproachRate},
	} {
		v, ok := m.floatIn(osu.Standard, s.name)
		if !ok {
			continue
		}
		away := math.Abs(float64(float32(v)) - float64(s.own))
		product *= max(0.1, 1-float64(away*0.5))
	}
	return max(0.1, product)
}

// rampFactor weighs the slower end of the ramp four times as much as the faster one.
func (m *Mod) rampFactor() float64 {
	factor := func(speed float64) float64 {
		if speed < 1 {
			return slowFactor(speed)
		}
		return fastFactor(speed)
	}
	initial, final := m.Ramp()
	return float64(0.8*factor(min(initial, final))) + float64(0.2*factor(max(initial, final)))
}

// oldStandardFactor returns what one of osu!'s mods multiplied a score by before the rebalance.
// Source: ppy/osu osu.Game.Rulesets.Osu/Scoring/OsuScoreMultiplierCalculatorV1.cs.
func (m *Mod) oldStandardFactor() float64 {
	switch m.Acronym {
	case Easy, NoFail, DifficultyAdjust, WindUp, WindDown, Magnetised, AdaptiveSpeed:
		return 0.5
	case HalfTime, Daycore, DoubleTime, Nightcore:
		return speedFactor(m.speed())
	case HardRock:
		return 1.06
	case Hidden:
		return m.ifDefault(osu.Standard, 1.06)
	case Flashlight:
		return m.ifDefault(osu.Standard, 1.12)
	case Blinds:
		return 1.12
	case TargetPractice, Relax, Autopilot:
		return 0.1
	case Classic:
		return 0.96
	case SpunOut:
		return 0.9
	case Synesthesia:
		return 0.8
	}
	return 1
}
