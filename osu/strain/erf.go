package strain

import "math"

// Erf approximates the error function to about 1e-7 as the official code does, for whose results the error counts.
// Source: ppy/osu osu.Game/Rulesets/Difficulty/Utils/DiffUtils.cs, after Abramowitz and Stegun 7.1.26.
func Erf(x float64) float64 {
	switch {
	case x == 0:
		return 0
	case math.IsInf(x, 0):
		return math.Copysign(1, x)
	}
	t := 1 / (1 + 0.3275911*math.Abs(x))
	tau := t * (0.254829592 + t*(-0.284496736+t*(1.421413741+t*(-1.453152027+t*1.061405429))))
	return math.Copysign(1-tau*math.Exp(-x*x), x)
}

// ErfInv approximates the inverse of the error function to about 5e-4, again as the official code does. It is infinite from
// -1 down and from 1 up.
func ErfInv(x float64) float64 {
	switch {
	case x <= -1:
		return math.Inf(-1)
	case x >= 1:
		return math.Inf(1)
	case x == 0:
		return 0
	}
	const a = 0.147
	abs := math.Abs(x)
	ln := math.Log(1 - abs*abs)
	t := 2/(math.Pi*a) + ln/2
	correction := 0.0
	if abs >= 0.85 {
		c := (abs - 0.85) / 0.293
		c *= c
		c *= c
		correction = c * c
	}
	return math.Copysign(math.Sqrt(math.Sqrt(t*t-ln/a)-t)+correction, x)
}
