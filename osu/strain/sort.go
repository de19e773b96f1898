package strain

import (
	"math"
	"slices"
)

const (
	radixBits = 8
	radix     = 1 << radixBits
	radixFrom = 31 // lowest bit that the passes look at: values that differ in lower ones alone are left to insertion
	passes    = 4
	fewValues = 96 // below which comparing is faster
)

// sortDescending sorts positive numbers from the highest. It uses scratch, which it returns to be used again.
func sortDescending(values, scratch []float64) []float64 {
	if len(values) < fewValues {
		slices.Sort(values)
		slices.Reverse(values)
		return scratch
	}
	scratch = slices.Grow(scratch[:0], len(values))[:len(values)]
	var counts [passes][radix]uint32
	for _, v := range values {
		b := math.Float64bits(v) >> radixFrom
		counts[0][b%radix]++
		counts[1][b>>radixBits%radix]++
		counts[2][b>>(2*radixBits)%radix]++
		counts[3][b>>(3*radixBits)%radix]++
	}
	from, to := values, scratch
	for pass := range counts {
		count := &counts[pass]
		shift := radixFrom + pass*radixBits
		at := uint32(0)
		for d := radix - 1; d >= 0; d-- {
			at, count[d] = at+count[d], at
		}
		for _, v := range from {
			n := &count[math.Float64bits(v)>>shift%radix]
			to[*n] = v
			*n++
		}
		from, to = to, from
	}
	// An even number of passes leaves the result in values, nearly sorted.
	for i := 1; i < len(values); i++ {
		v := values[i]
		j := i
		for ; j > 0 && values[j-1] < v; j-- {
			values[j] = values[j-1]
		}
		values[j] = v
	}
	return scratch
}
