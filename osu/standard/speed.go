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

func newSpeedSkill(objects, sliders int) speedSkill {
	s := speedSkill{sliders: make([]float64, 0, min(sliders, objects))}
	s.Scale, s.Weights = speedScale, speedWeights()
	s.Objects = make([]float64, 0, objects)
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
	decay := strain.Exp(speedDecay * h.adjusted)
	difficulty := 0.0
	if h.kind != Spinner {
		difficulty = c.tapping(i, decay)
		if c.flags.autopilot {
			difficulty *= 0.5
		}
	}
	s.strain *= decay
	s.strain += difficulty * (1 - decay) * speedMultiplier
	total := 0.0
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

// tapping is the difficulty of tapping an object that is no spinner: by the time since the last, unless both can be hit by
// tapping twice at once. decay is 0.3 to the power of that time in seconds.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Evaluators/Speed/SpeedEvaluator.cs.
func (c *calculator) tapping(i int, decay float64) float64 {
	const fast = 60000.0 / 4 / 200 // a quarter beat at 200 beats a minute, milliseconds

	h := &c.hits[i]
	double := 0.0
	if i+1 < len(c.hits) {
		double = h.doubleTap(&c.hits[i+1])
	}
	// The window caps the time, with room for streams that are fast for their overall difficulty.
	time := h.adjusted
	time /= clamp(time/h.window/0.93, 0.92, 1)
	bonus := 0.0
	if 60000/(time*4) > 200 {
		over := (fast - time) / 40
		bonus = 0.75 * over * over
	}
	return (1 + bonus) * 1000 / time / (1 - decay) * (1 - double)
}

// doubleTap returns to what degree, 0 to 1, a tap of two fingers in quick succession hits both h and the object after it.
func (h *hit) doubleTap(next *hit) float64 {
	if h.lazyJump >= diameter {
		return 0 // the circles do not overlap
	}
	delta, nextDelta := max(1, h.delta), max(1, next.delta)
	difference := math.Abs(nextDelta - delta)
	if difference <= delta {
		return 0
	}
	window := min(1, delta/h.window)
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
