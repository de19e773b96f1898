package random

import "math"

// DotNet is .NET's seeded System.Random, Knuth's subtractive generator, which mods with a seed use. Its zero value is not
// seeded: see [NewDotNet]. Source: dotnet/runtime System/Random.CompatImpl.cs.
type DotNet struct {
	state     [56]int32 // the first is not used
	next      int
	following int
}

// NewDotNet returns the generator that starts from seed.
func NewDotNet(seed int32) DotNet {
	var r DotNet
	r.following = 21
	if seed == math.MinInt32 {
		seed = math.MaxInt32
	} else if seed < 0 {
		seed = -seed
	}
	last, value := 161803398-seed, int32(1)
	r.state[55] = last
	at := 0
	for range 54 {
		if at += 21; at >= 55 {
			at -= 55
		}
		r.state[at] = value
		if value = last - value; value < 0 {
			value += math.MaxInt32
		}
		last = r.state[at]
	}
	for range 4 {
		for i := 1; i < len(r.state); i++ {
			other := i + 30
			if other >= 55 {
				other -= 55
			}
			if r.state[i] -= r.state[1+other]; r.state[i] < 0 {
				r.state[i] += math.MaxInt32
			}
		}
	}
	return r
}

// Next returns an integer of at least 0 and below the greatest of 32 bits.
func (r *DotNet) Next() int { return int(r.sample()) }

// NextMax returns an integer of at least 0 and below upper, or 0 if upper is 0. upper must not be negative.
func (r *DotNet) NextMax(upper int) int { return int(r.NextDouble() * float64(upper)) }

// NextRange returns an integer of at least lower and below upper, or lower if both are equal. Both must fit 32 bits, and lower
// must not exceed upper.
func (r *DotNet) NextRange(lower, upper int) int {
	width := upper - lower
	if width <= math.MaxInt32 {
		return int(r.NextDouble()*float64(width)) + lower
	}
	// More than one sample can tell apart: a second one gives the sign.
	value := int(r.sample())
	if r.sample()%2 == 0 {
		value = -value
	}
	return int((float64(value)+(math.MaxInt32-1))/(2*math.MaxInt32-1)*float64(width)) + lower
}

// NextDouble returns a number of at least 0 and below 1.
func (r *DotNet) NextDouble() float64 { return float64(r.sample()) * (1.0 / math.MaxInt32) }

// NextSingle returns NextDouble rounded to 32 bits, which may be 1.
func (r *DotNet) NextSingle() float32 { return float32(r.NextDouble()) }

func (r *DotNet) sample() int32 {
	if r.next++; r.next >= len(r.state) {
		r.next = 1
	}
	if r.following++; r.following >= len(r.state) {
		r.following = 1
	}
	value := r.state[r.next] - r.state[r.following]
	if value == math.MaxInt32 {
		value--
	}
	if value < 0 {
		value += math.MaxInt32
	}
	r.state[r.next] = value
	return value
}
