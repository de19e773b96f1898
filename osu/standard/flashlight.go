package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// flashlightSkill is how hard it is to know where the objects are when only the cursor's surroundings can be seen.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Skills/Flashlight.cs.
type flashlightSkill struct {
	sections strain.Sections
	strain   float64
	objects  []float64 // strain of each
	total    int       // objects of the whole beatmap
}

const (
	flashlightMultiplier = 0.058
	flashlightSection    = 400 // milliseconds
)

var flashlightDecay = strain.DecayRate(0.15)

func newFlashlightSkill(hits, objects int) flashlightSkill {
	return flashlightSkill{
		sections: strain.NewSections(flashlightSection, hits),
		objects:  make([]float64, 0, hits),
		total:    objects,
	}
}

// addFlashlight processes an object.
func (c *calculator) addFlashlight(i int) {
	h := &c.hits[i]
	difficulty := 0.0
	if h.kind != Spinner {
		difficulty = c.memory(i)
		if c.flags.touch {
			difficulty = strain.Pow(difficulty, 0.9)
		}
		if c.flags.relax {
			difficulty *= 0.7
		}
		if c.flags.autopilot {
			difficulty *= 0.4
		}
		difficulty *= c.factors.flashlight
	}
	s := &c.flashlight
	past := 0.0
	if i > 0 {
		past = c.hits[i-1].start
	}
	s.sections.AdvanceDecay(h.start, i == 0, strain.Decay{Value: s.strain, Since: past, Rate: flashlightDecay})
	s.strain *= strain.Exp(flashlightDecay * h.delta)
	s.strain += difficulty * flashlightMultiplier
	s.sections.Add(s.strain)
	s.objects = append(s.objects, s.strain)
}

// value sums up the sections. Beatmaps of few objects are easier, as the light is wider at low combo.
func (s *flashlightSkill) value() float64 {
	n := float64(s.total)
	factor := 0.7 + 0.1*min(1, n/200)
	if s.total > 200 {
		factor += 0.2 * min(1, (n-200)/200)
	}
	return s.sections.Sum() * factor
}

// memory is how hard it is to know where an object that is no spinner is.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/FlashlightEvaluator.cs.
func (c *calculator) memory(i int) float64 {
	h := &c.hits[i]
	o := &c.b.Objects[i+1]
	scale := 52 / c.radius
	near, repeated := 1.0, 0.0
	sum, time := 0.0, 0.0
	after := h
	for n := range min(i, 10) {
		before := &c.hits[i-1-n]
		time += after.adjusted
		after = before
		if before.kind == Spinner {
			continue
		}
		b := &c.b.Objects[i-n]
		jump := float64(o.Stacked().Sub(b.Move(b.Last)).Length())
		if n == 0 {
			near = min(1, jump/75)
		}
		stacked := min(1, before.lazyJump/scale/25)
		var visible float64
		if c.flags.fading {
			visible = c.sights[i].fadingOpacity(b.Start, o)
		} else {
			visible = c.sights[i].opacity(b.Start)
		}
		hidden := 1 + 0.4*(1-visible)
		sum += stacked * hidden * scale * jump / time
		if before.hasAngle && h.hasAngle && math.Abs(before.angle-h.angle) < 0.02 {
			repeated += max(1-0.1*float64(n), 0)
		}
	}
	sum *= near
	sum *= sum
	if c.flags.hidden {
		sum *= 1.2
	}
	sum *= 0.2 + 0.8/(repeated+1)
	if h.kind == Slider {
		distance := h.lazyTravel / scale
		bonus := math.Sqrt(max(0, distance/h.travelTime-0.5)) * distance
		if h.repeats > 0 {
			bonus /= float64(h.repeats + 1)
		}
		sum += bonus * 1.3
	}
	return sum
}
