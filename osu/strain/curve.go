package strain

import "math"

// The curves of ppy/osu osu.Game/Rulesets/Difficulty/Utils/DiffUtils.cs. Those that clamp pass NaN on, as C#'s Math.Clamp does.

// Logistic is an S-shaped curve that rises from 0 to maximum around midpoint; growth is its steepness.
func Logistic(x, midpoint, growth, maximum float64) float64 {
	return maximum / (1 + Exp(growth*(midpoint-x)))
}

// Sigmoid is the logistic curve of an exponent alone, with a maximum of 1.
func Sigmoid(exponent float64) float64 { return 1 / (1 + Exp(exponent)) }

// Norm2 returns the p-norm of two values.
func Norm2(p, a, b float64) float64 { return Pow(Pow(a, p)+Pow(b, p), 1/p) }

// Norm returns the p-norm of values.
func Norm(p float64, values ...float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += Pow(v, p)
	}
	return Pow(sum, 1/p)
}

// BellCurve is a Gaussian curve of height 1 around mean.
func BellCurve(x, mean, width float64) float64 {
	d := x - mean
	return math.Exp(math.E * -(d * d / (width * width)))
}

// SmoothstepBell is 1 where x is mean and falls smoothly to 0 at a distance of width.
func SmoothstepBell(x, mean, width float64) float64 {
	x -= mean
	if x > 0 {
		x = width - x
	} else {
		x = width + x
	}
	return Smoothstep(x, 0, width)
}

// SmoothstepBellUnit is 1 where x is a half and falls smoothly to 0 at 0 and 1.
func SmoothstepBellUnit(x float64) float64 {
	x = clampUnit((0.5 - math.Abs(x-0.5)) * 2)
	return x * x * (3 - 2*x)
}

// Smoothstep rises smoothly from 0 at start to 1 at end.
func Smoothstep(x, start, end float64) float64 {
	x = ReverseLerp(x, start, end)
	return x * x * (3 - 2*x)
}

// Smootherstep rises from 0 at start to 1 at end with no curvature at either.
func Smootherstep(x, start, end float64) float64 {
	x = ReverseLerp(x, start, end)
	return x * x * x * (x*(6*x-15) + 10)
}

// SmoothstepUnit is Smoothstep from 0 to 1.
func SmoothstepUnit(x float64) float64 {
	x = clampUnit(x)
	return x * x * (3 - 2*x)
}

// SmootherstepUnit is Smootherstep from 0 to 1.
func SmootherstepUnit(x float64) float64 {
	x = clampUnit(x)
	return x * x * x * (x*(6*x-15) + 10)
}

// ReverseLerp rises in a straight line from 0 at start to 1 at end.
func ReverseLerp(x, start, end float64) float64 { return clampUnit((x - start) / (end - start)) }

// BPMToMilliseconds returns the length of a beat's fraction (4 for a quarter) at a tempo.
func BPMToMilliseconds(bpm float64, fraction int) float64 { return 60000 / float64(fraction) / bpm }

// MillisecondsToBPM returns the tempo at which a beat's fraction (4 for a quarter) lasts ms.
func MillisecondsToBPM(ms float64, fraction int) float64 { return 60000 / (ms * float64(fraction)) }

func clampUnit(x float64) float64 {
	if x < 0 {
		return 0
	}
	if x > 1 {
		return 1
	}
	return x
}
