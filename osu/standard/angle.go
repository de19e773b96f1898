package standard

import (
	"math"

	"github.com/pure-peace/peace/osu/slider"
)

// angle returns the angle at b between a and c, 0 to π.
func angle(a, b, c slider.Vector) float64 {
	v, w := c.Sub(b), a.Sub(b)
	det := float32(v.X*w.Y) - float32(v.Y*w.X)
	return arctangent(math.Abs(float64(det)), float64(v.Dot(w)))
}

// steepness returns the angle between v and the x axis, whatever their directions, 0 to π/2.
func steepness(v slider.Vector) float64 {
	return arctangent(math.Abs(float64(v.Y)), math.Abs(float64(v.X)))
}

const arcSteps = 32

// arcs are the arctangents of the steps from 0 to 1.
var arcs = func() (table [arcSteps + 1]float64) {
	for i := range table {
		table[i] = math.Atan(float64(i) / arcSteps)
	}
	return table
}()

// arctangent is math.Atan2 for y that is not negative, to within 1e-15. It goes from the nearest step by the theorem for
// differences, and a series for what is left.
func arctangent(y, x float64) float64 {
	long, short := math.Abs(x), y
	if short > long {
		long, short = short, long
	}
	t := short / long
	if !(t > 0) || math.IsInf(long, 0) {
		return math.Atan2(y, x)
	}
	step := int(t*arcSteps + 0.5)
	at := float64(step) / arcSteps
	d := (t - at) / (1 + t*at)
	d2 := d * d
	arc := arcs[step] + (d + d*d2*(-1.0/3+d2*(1.0/5+d2*(-1.0/7))))
	if y > math.Abs(x) {
		arc = math.Pi/2 - arc
	}
	if x < 0 {
		arc = math.Pi - arc
	}
	return arc
}
