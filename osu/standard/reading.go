package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

// readingSkill is how hard it is to see what comes, where and in which order.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Skills/Reading.cs.
type readingSkill struct {
	strain.Harmonic
	strain float64
	until  float64 // end of the part that players know by heart, milliseconds
}

const (
	readingMultiplier = 2.5
	readingScale      = 1
	memorisedTime     = 60_000 // milliseconds
	readingTime       = 3000   // milliseconds that are looked at around an object
)

var readingDecay = strain.DecayRate(0.8)

func newReadingSkill(objects int) readingSkill {
	var s readingSkill
	s.Scale, s.Weights = readingScale, readingWeights()
	s.Objects = make([]float64, 0, objects)
	return s
}

// addReading processes an object.
func (c *calculator) addReading(i int) {
	h := &c.hits[i]
	difficulty := 0.0
	if i > 0 && h.kind != Spinner {
		difficulty = c.readingDifficulty(i)
		if c.flags.touch {
			difficulty = strain.Pow(difficulty, 0.89)
		}
		difficulty *= c.factors.magnetised
		if c.flags.relax {
			difficulty *= 0.4
		}
		if c.flags.autopilot {
			difficulty *= 0.1
		}
		difficulty *= c.factors.readingOD
	}
	s := &c.reading
	decay := math.Exp(readingDecay * h.delta)
	s.strain *= decay
	s.strain += difficulty * (1 - decay) * readingMultiplier
	if i == 0 {
		s.until = h.start + memorisedTime
	}
	if h.start <= s.until {
		s.Memorised++
	}
	s.Add(s.strain)
}

// readingDifficulty is how hard it is to read an object that is no spinner, nor the first.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/ReadingEvaluator.cs.
func (c *calculator) readingDifficulty(i int) float64 {
	h := &c.hits[i]
	velocity := max(1, h.lazyJump/h.adjusted)
	coming, passed := c.coming(i), c.passed(i)
	effort := velocity * c.constancy(i)

	density := passed
	if i+1 < len(c.hits) {
		density += math.Sqrt(coming) * c.hits[i+1].spacing
	} else {
		density += math.Sqrt(coming)
	}
	density = strain.Pow(density, 1.7) * 0.4 * effort
	density = strain.Pow(max(0, density-2.5), 0.45) * 2.4

	sum := strain.Pow(density, 1.5)
	if c.flags.fading {
		sum += strain.Pow(c.hiding(i, passed, coming, effort), 1.5)
	}
	if h.preempt < 500 {
		early := 500 - h.preempt
		sum += strain.Pow(early*early*math.Sqrt(early)/140_000*effort, 1.5)
	}
	bonus := 1 / (1 - math.Exp(readingDecay*h.adjusted))
	return strain.Pow(sum, 1/1.5) * bonus
}

// hiding is what Hidden adds.
func (c *calculator) hiding(i int, passed, coming, effort float64) float64 {
	const multiplier = 0.28
	h, last := &c.hits[i], &c.hits[i-1]
	sum := strain.Pow(h.preempt, 2.2)*0.01 + strain.Pow(coming+passed, 3.3)*3
	hidden := strain.Pow(sum*effort*0.01, 0.4) * multiplier

	// A stack is hard when it cannot be seen any more at the moment its last object is hit.
	if h.lazyJump == 0 && last.start > h.start-h.preempt {
		o := &c.b.Objects[h.object]
		if o.opacity(c.b.Objects[last.object].Start, true) == 0 {
			hidden += multiplier * 2500 / (h.adjusted * math.Sqrt(h.adjusted))
		}
	}
	return hidden
}

// opacity returns how visible an object is at a time of the beatmap's own clock, 0 to 1; not at all from its start on.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Preprocessing/OsuDifficultyHitObject.cs, OpacityAt.
func (o *Object) opacity(at float64, fading bool) float64 {
	if at > o.Start {
		return 0
	}
	appears := o.Start - o.Preempt
	visible := clamp((at-appears)/(400*min(1, o.Preempt/preemptMin)), 0, 1)
	if fading {
		fades := o.Start - o.Preempt + o.FadeIn
		visible = min(visible, 1-clamp((at-fades)/(o.Preempt*0.3), 0, 1))
	}
	return visible
}

// passed sums up the objects before that may still hold the eye while object i is visible.
func (c *calculator) passed(i int) float64 {
	h := &c.hits[i]
	o := &c.b.Objects[h.object]
	sum := 0.0
	j := i - 1
	for ; j >= 0; j-- {
		before := &c.hits[j]
		if h.start-before.start > readingTime || before.start < h.start-h.preempt {
			break
		}
		if before.spacing != 0 {
			sum += o.opacity(c.b.Objects[before.object].Start, false) * before.spacing * nearness(h.start-before.start)
		}
	}
	c.steps += i - j
	return sum
}

// coming counts the objects after that are visible when object i is hit.
func (c *calculator) coming(i int) float64 {
	h := &c.hits[i]
	at := c.b.Objects[h.object].Start
	sum := 0.0
	j := i + 1
	for ; j < len(c.hits); j++ {
		after := &c.hits[j]
		if after.start-h.start > readingTime || h.start < after.start-after.preempt {
			break
		}
		sum += c.b.Objects[after.object].opacity(at, false) * nearness(after.start-h.start)
	}
	c.steps += j - i
	return sum
}

// nearness falls to 0 for objects that are far away in time, in milliseconds.
func nearness(delta float64) float64 { return clamp(2-delta/(readingTime/2), 0, 1) }

// constancy is a factor by how often the angle of a jump was the same before, or alternated between two.
func (c *calculator) constancy(i int) float64 {
	const longest = 2000 // milliseconds

	h := &c.hits[i]
	if !h.hasAngle {
		return 1 // two divided by nothing
	}
	sum := 0.0
	j := i - 1
	for ; j >= 0; j-- {
		before := &c.hits[j]
		if before.hasAngle {
			difference := math.Abs(h.angle - before.angle)
			// after is what comes after the object before: in the first round that is object i itself.
			if after := &c.hits[j+1]; after.hasAngle && j+3 <= i && c.hits[j+2].hasAngle && c.hits[j+3].hasAngle {
				weight := strain.ReverseLerp(min(before.angle, after.angle)*180/math.Pi, 20, 5)
				if weight != 0 {
					weight *= strain.ReverseLerp(max(before.angle, after.angle)*180/math.Pi, 60, 120)
					alternating := math.Abs(c.hits[j+2].angle-before.angle) + math.Abs(c.hits[j+3].angle-after.angle)
					difference = min(difference, math.Pi*(1-weight)+0.1*alternating*weight)
				}
			}
			sum += cosine(3*min(degrees30, difference*before.apart)) * before.recent
		}
		if !(h.start-before.start < longest) {
			break
		}
	}
	c.steps += i - j
	return clamp(2/sum, 0.2, 1)
}
