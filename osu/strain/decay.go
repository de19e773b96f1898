package strain

import "math"

// Decay is a strain that falls exponentially as time passes.
type Decay struct {
	Value float64 // at Since
	Since float64 // milliseconds
	Rate  float64 // natural logarithm of what is left of it after a millisecond, see [DecayRate]
}

// DecayRate returns the Rate of a strain of which base is left after a second.
func DecayRate(base float64) float64 { return math.Log(base) / 1000 }

// At returns what is left at time t.
func (d Decay) At(t float64) float64 {
	if d.Value == 0 {
		return 0
	}
	return d.Value * Exp(d.Rate*(t-d.Since))
}
