package random

import "math"

// Legacy is the generator of the stable client, an xorshift known as FastRandom. Its zero value is not seeded: see [NewLegacy].
// A copy continues the sequence on its own. Source: ppy/osu osu.Game/Utils/LegacyRandom.cs.
type Legacy struct {
	x, y, z, w uint32
	bits       uint32
	left       uint8 // how many of bits NextBool has still to give out
}

// NewLegacy returns the generator that starts from seed.
func NewLegacy(seed int32) Legacy {
	return Legacy{x: uint32(seed), y: 842502087, z: 3579807591, w: 273326509}
}

// NextUInt returns any 32 bits.
func (r *Legacy) NextUInt() uint32 {
	t := r.x ^ r.x<<11
	r.x, r.y, r.z = r.y, r.z, r.w
	r.w = r.w ^ r.w>>19 ^ t ^ t>>8
	return r.w
}

// Next returns an integer of at least 0.
func (r *Legacy) Next() int { return int(r.NextUInt() & math.MaxInt32) }

// NextDouble returns a number of at least 0 and below 1.
func (r *Legacy) NextDouble() float64 { return float64(r.Next()) * (1.0 / (1 << 31)) }

// NextMax returns an integer of at least 0 and below upper, or 0 if upper is 0. It draws once whatever upper is.
func (r *Legacy) NextMax(upper int) int { return truncate(r.NextDouble() * float64(upper)) }

// NextRange returns an integer of at least lower and below upper.
func (r *Legacy) NextRange(lower, upper int) int {
	return r.NextRangeFloat(float64(lower), float64(upper))
}

// NextRangeFloat returns the integer part of a number of at least lower and below upper.
func (r *Legacy) NextRangeFloat(lower, upper float64) int {
	return truncate(lower + float64(r.NextDouble()*(upper-lower)))
}

// NextBool returns a coin's side. It draws once for every 32 calls.
func (r *Legacy) NextBool() bool {
	if r.left == 0 {
		r.bits, r.left = r.NextUInt(), 32
	}
	side := r.bits&1 == 1
	r.bits >>= 1
	r.left--
	return side
}

// truncate drops the fraction of f. What does not fit 32 bits becomes the lowest integer, as on the 64-bit PCs that the
// official values come from.
func truncate(f float64) int {
	if f > math.MinInt32-1 && f < math.MaxInt32+1 {
		return int(f)
	}
	return math.MinInt32
}
