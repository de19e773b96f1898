package strain

import (
	"math"
	"slices"
)

const (
	// bucketBits is the width of a bucket below the highest value: a 32nd of a power of two.
	bucketBits = mantissaBits - 5

	// buckets reach down to a 256th of the highest value. What is less shares the last one.
	buckets = 257

	// bucketInsertion is how many values of a bucket are left to sort by insertion.
	bucketInsertion = 16
)

// descend returns the positive ones of values, and of one more, from the highest down. Most peaks of a beatmap are within a few
// powers of two, so that sorting them into buckets by their bits leaves little to compare. Those after the first need of them
// may be missing. It takes place in memory when that has room for twice as many.
func descend(values []float64, more float64, need int, memory []float64) []float64 {
	memory = slices.Grow(memory[:0], 2*(len(values)+1))[:2*(len(values)+1)]
	kept, top := memory[:0:len(values)+1], uint64(0)
	for _, v := range values {
		if v > 0 {
			kept = append(kept, v)
			top = max(top, math.Float64bits(v))
		}
	}
	if more > 0 {
		kept = append(kept, more)
		top = max(top, math.Float64bits(more))
	}

	// at[i+1] is first how many values bucket i has, then where the next one of bucket i+1 goes.
	var at [buckets + 1]int32
	for _, v := range kept {
		at[min((top-math.Float64bits(v))>>bucketBits, buckets-1)+1]++
	}
	need = max(need, 1)
	sum, most, last := int32(0), int32(0), uint64(0)
	for i, n := range at {
		if int(sum) < need {
			most = max(most, n)
			last = uint64(max(i-1, 0)) // the last bucket needed
			sum += n
		}
		at[i] = sum
	}
	sorted := memory[len(values)+1:][:sum]
	for _, v := range kept {
		if bucket := min((top-math.Float64bits(v))>>bucketBits, buckets-1); bucket <= last {
			sorted[at[bucket]] = v
			at[bucket]++
		}
	}
	if most > bucketInsertion {
		begin := int32(0)
		for _, end := range at[:last+1] {
			if end-begin > bucketInsertion {
				slices.Sort(sorted[begin:end])
				slices.Reverse(sorted[begin:end])
			}
			begin = end
		}
	}
	for i, v := range sorted {
		for ; i > 0 && sorted[i-1] < v; i-- {
			sorted[i] = sorted[i-1]
		}
		sorted[i] = v
	}
	return sorted
}
