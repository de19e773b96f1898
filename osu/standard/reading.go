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

func newReadingSkill(objects int, memory *slab) readingSkill {
	var s readingSkill
	s.Scale, s.Weights = readingScale, readingWeights()
	s.Objects = memory.take(objects)
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
		if c.flags.relax {
			difficulty *= 0.4
		}
		if c.flags.autopilot {
			difficulty *= 0.1
		}
		difficulty *= c.factors.reading
	}
	s := &c.reading
	decay := c.now.reading
	if h.delta != h.adjusted {
		decay = strain.Exp(readingDecay * h.delta)
	}
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

// sight is what the eye makes of a hit, in one cache line, since many of those around an object are looked at. Times are
// milliseconds.
type sight struct {
	start   float64 // of the rate-adjusted clock
	own     float64 // start by the beatmap's own clock
	appears float64 // by the beatmap's own clock
	opening float64 // how much it becomes visible in a millisecond of the beatmap's own clock, without Hidden's changes
	spacing float64 // 0 to 1 as the jump to the object leaves the one before alone
	angle   float64 // of the hit; -1 when it has none
	apart   float64 // 0 to 1 as the object is not stacked on the one before
	recent  float64 // 1 to 0 as the time since the object before becomes long
}

func newSight(h *hit, o *Object) sight {
	s := sight{
		start:   h.start,
		own:     o.Start,
		appears: o.Start - o.Preempt,
		opening: 1 / (400 * min(1, o.Preempt/preemptMin)),
		spacing: strain.SmootherstepUnit((h.lazyJump - 15) * (1.0 / (diameter*1.5 - 15))),
		angle:   -1,
		apart:   strain.SmootherstepUnit(h.lazyJump * (1.0 / radius)),
		recent:  1 - clamp((h.adjusted-200)*(1.0/1800), 0, 1),
	}
	if h.hasAngle {
		s.angle = h.angle
	}
	return s
}

// opacity returns how visible the object is at a time of the beatmap's own clock, 0 to 1; not at all from its start on.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Preprocessing/OsuDifficultyHitObject.cs, OpacityAt.
func (s *sight) opacity(at float64) float64 {
	if at > s.own {
		return 0
	}
	return clamp((at-s.appears)*s.opening, 0, 1)
}

// fadingOpacity is opacity under Hidden.
func (s *sight) fadingOpacity(at float64, o *Object) float64 {
	if at > s.own {
		return 0
	}
	return min(s.opacity(at), 1-clamp((at-(s.appears+o.FadeIn))/(o.Preempt*0.3), 0, 1))
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
		density += math.Sqrt(coming) * c.sights[i+1].spacing
	} else {
		density += math.Sqrt(coming)
	}
	density = strain.Pow(density, 1.7) * 0.4 * effort
	density = strain.Pow(max(0, density-2.5), 0.45) * 2.4

	difficulty := density
	if c.flags.fading || h.preempt < 500 {
		sum := strain.Pow(density, 1.5)
		if c.flags.fading {
			sum += strain.Pow(c.hiding(i, passed, coming, effort), 1.5)
		}
		if h.preempt < 500 {
			early := 500 - h.preempt
			sum += strain.Pow(early*early*math.Sqrt(early)/140_000*effort, 1.5)
		}
		difficulty = strain.Pow(sum, 1/1.5)
	}
	return difficulty / (1 - c.now.reading)
}

// hiding is what Hidden adds.
func (c *calculator) hiding(i int, passed, coming, effort float64) float64 {
	const multiplier = 0.28
	h, last := &c.hits[i], &c.sights[i-1]
	sum := strain.Pow(h.preempt, 2.2)*0.01 + strain.Pow(coming+passed, 3.3)*3
	hidden := strain.Pow(sum*effort*0.01, 0.4) * multiplier

	// A stack is hard when it cannot be seen any more at the moment its last object is hit.
	if h.lazyJump == 0 && last.start > h.start-h.preempt && c.sights[i].fadingOpacity(last.own, &c.b.Objects[i+1]) == 0 {
		hidden += multiplier * 2500 / (h.adjusted * math.Sqrt(h.adjusted))
	}
	return hidden
}

// passed sums up the objects before that may still hold the eye while object i is visible.
func (c *calculator) passed(i int) float64 {
	s := &c.sights[i]
	visible := s.start - c.hits[i].preempt
	sum := 0.0
	j := i - 1
	for ; j >= 0; j-- {
		before := &c.sights[j]
		if s.start-before.start > readingTime || before.start < visible {
			break
		}
		sum += s.opacity(before.own) * before.spacing * nearness(s.start-before.start)
	}
	c.steps += i - j
	return sum
}

// coming counts the objects after that are visible when object i is hit.
func (c *calculator) coming(i int) float64 {
	s := &c.sights[i]
	sum := 0.0
	j := i + 1
	for ; j < len(c.sights); j++ {
		after := &c.sights[j]
		if after.start-s.start > readingTime || s.start < after.start-c.hits[j].preempt {
			break
		}
		sum += after.opacity(s.own) * nearness(after.start-s.start)
	}
	c.steps += j - i
	return sum
}

// nearness falls to 0 for objects that are far away in time, in milliseconds.
func nearness(delta float64) float64 { return clamp(2-delta*(2.0/readingTime), 0, 1) }

// constancy is a factor, 0.2 to 1, by how often the angle of a jump was the same before, or alternated between two.
func (c *calculator) constancy(i int) float64 {
	const longest, enough = 2000, 2 / 0.2                      // milliseconds, times
	const sharp, wide = 20 * math.Pi / 180, 60 * math.Pi / 180 // of angles that alternate

	sights := c.sights[:i+1]
	start, angle := sights[i].start, sights[i].angle
	if angle < 0 {
		return 1 // two divided by nothing
	}
	sum := 0.0
	j := i - 1
	for ; j >= 0 && !(sum >= enough); j-- {
		before := &sights[j]
		if !(before.angle < 0) {
			difference := math.Abs(angle - before.angle)
			if after := sights[j+1].angle; j+3 <= i && min(before.angle, after) < sharp && max(before.angle, after) > wide {
				difference = min(difference, alternation(sights[j:j+4]))
			}
			sum += cosine(min(1, 3*right*difference*before.apart)) * before.recent
		}
		if !(start-before.start < longest) {
			break
		}
	}
	c.steps += i - j
	if sum <= 2 {
		return 1
	}
	return max(2/sum, 0.2)
}

// alternation returns the difference between the angles of the first two of four objects and those of the last two, as far as
// one of them is very sharp and the other wide.
func alternation(s []sight) float64 {
	if s[1].angle < 0 || s[2].angle < 0 || s[3].angle < 0 {
		return math.Pi // as without any limit
	}
	weight := strain.ReverseLerp(min(s[0].angle, s[1].angle)*180/math.Pi, 20, 5) *
		strain.ReverseLerp(max(s[0].angle, s[1].angle)*180/math.Pi, 60, 120)
	difference := math.Abs(s[2].angle-s[0].angle) + math.Abs(s[3].angle-s[1].angle)
	return math.Pi*(1-weight) + 0.1*difference*weight
}
