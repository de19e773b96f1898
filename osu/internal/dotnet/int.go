package dotnet

import "math"

// Int32 drops the fraction of f, as a C# cast to int does. What does not fit, NaN included, becomes the lowest integer.
func Int32(f float64) int32 {
	if f > math.MinInt32-1 && f < math.MaxInt32+1 {
		return int32(f)
	}
	return math.MinInt32
}
