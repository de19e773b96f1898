package standard

import (
	"math"
	"sync"

	"github.com/pure-peace/peace/osu/strain"
)

// speedSkill is how hard it is to tap the objects in time.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Skills/Speed.cs.
type speedSkill struct {
	strain.Harmonic
	strain  float64
	sliders []float64 // difficulty of those objects that are sliders
}

const (
	speedMultiplier = 1.16
	speedScale      = 20
)

var speedDecay = strain.DecayRate(0.3)

// keptWeights is how many of the weights of the harmonic skills are calculated once for all beatmaps.
const keptWeights = 4096

var (
	speedWeights   = sync.OnceValue(func() []float64 { return strain.HarmonicWeights(speedScale, keptWeights) })
	readingWeights = sync.OnceValue(func() []float64 { return strain.HarmonicWeights(readingScale, keptWeights) })
)

func newSpeedSkill(objects, sliders int, memory *slab) speedSkill {
	s := speedSkill{sliders: memory.take(sliders)}
	s.Scale, s.Weights = speedScale, speedWeights()
	s.Objects = memory.take(objects)
	return s
}

// addSpeed processes an object.
func (c *calculator) addSpeed(i int) {
	s := &c.speed
	if c.flags.relax {
		s.Add(0)
		return
	}
	h := &c.hits[i]
	decay := c.now.speed
	difficulty := 0.0
	if h.kind != Spinner {
		difficulty = c.now.tapping
		if i+1 < len(c.hits) {
			difficulty *= 1 - c.doubleTap(h, &c.hits[i+1])
		}
		if c.flags.autopilot {
			difficulty *= 0.5
		}
	}
	s.strain *= decay
	s.strain += difficulty * (1 - decay) * speedMultiplier
	var total float64
	if h.kind != Spinner {
		total = s.strain * c.rhythm(i)
	} else {
		total = s.strain * 0
	}
	s.Add(total)
	if h.kind == Slider {
		s.sliders = append(s.sliders, total)
	}
}

// notes counts objects by how near they come to the hardest one.
func (s *speedSkill) notes() float64 { return sumNearTop(s.Objects) }

// doubleTap returns to what degree, 0 to 1, a tap of two fingers in quick succession hits both h and the object after it.
func (c *calculator) doubleTap(h, next *hit) float64 {
	if h.lazyJump >= diameter || h.kind == Spinner {
		return 0 // the circles do not overlap
	}
	delta, nextDelta := max(1, h.delta), max(1, next.delta)
	difference := math.Abs(nextDelta - delta)
	if difference <= delta {
		return 0
	}
	window := min(1, delta/c.window)
	window = window * window * window * window * window
	overlap := strain.ReverseLerp(h.lazyJump, diameter, radius)
	return 1 - strain.Pow(delta/max(delta, difference), overlap*overlap*(1-window))
}

// clamp is C#'s Math.Clamp: NaN passes.
func clamp(x, low, high float64) float64 {
	if x < low {
		return low
	}
	if x > high {
		return high
	}
	return x
}
