package slider

import "math"

// Arcs are made of more sines than anything else. These take them from a table of 256 steps around the circle, with a short
// Taylor series for what is left of a step; like those of package math they are right within 2.3e-16.

const (
	circleSteps = 256

	// The length of a step, split so that the product of its first part and a number of steps is exact.
	stepHigh = 0x1.921fb544p-6
	stepLow  = 2*math.Pi/circleSteps - stepHigh

	// maxAngle bounds the angles in radians that the split is exact for.
	maxAngle = 1 << 12
)

var circle = func() (table [circleSteps]struct{ sin, cos float64 }) {
	for i := range table {
		n := float64(i)
		angle := 2 * math.Pi / circleSteps * n
		missing := (n*stepHigh - angle) + n*stepLow // from the angle, by rounding
		sin, cos := math.Sincos(angle)
		table[i].sin, table[i].cos = sin+missing*cos, cos-missing*sin
	}
	return table
}()

// sincos returns the sine and the cosine of an angle in radians.
func sincos(angle float64) (sin, cos float64) {
	if !(math.Abs(angle) < maxAngle) {
		return math.Sincos(angle)
	}
	const round = 3 << 51 // added to a number, leaves the nearest integer in the lowest bits
	rounded := angle*(circleSteps/(2*math.Pi)) + round
	n := rounded - round
	r := angle - float64(n*stepHigh) - float64(n*stepLow)
	at := &circle[math.Float64bits(rounded)%circleSteps]
	r2 := r * r
	s := r + r*r2*(-1./6+r2*(1./120))
	c := r2 * (-1./2 + r2*(1./24+r2*(-1./720))) // less 1
	return at.sin + (at.cos*s + at.sin*c), at.cos + (at.cos*c - at.sin*s)
}
