package taiko

import (
	"math/bits"
	"slices"
)

// sumGreatest returns the sum of the n greatest of values, of which it changes the order. None of them may be NaN.
func sumGreatest(values []float64, n int) float64 {
	from, low, high := len(values)-n, 0, len(values)
	for rounds := 2 * bits.Len(uint(len(values))); high-low > 1; rounds-- {
		if rounds == 0 { // the pivots were bad, perhaps on purpose
			slices.Sort(values[low:high])
			break
		}
		pivot := low + partition(values[low:high])
		if pivot == from {
			break
		}
		if pivot < from {
			low = pivot + 1
		} else {
			high = pivot
		}
	}
	sum := 0.0
	for _, v := range values[from:] {
		sum += v
	}
	return sum
}

// partition moves what is not greater than one of the values before it, what is not less behind it, and returns its place.
func partition(values []float64) int {
	last := len(values) - 1
	middle := last / 2
	if values[middle] > values[last] {
		values[middle], values[last] = values[last], values[middle]
	}
	if values[0] > values[last] {
		values[0], values[last] = values[last], values[0]
	}
	if values[middle] > values[0] {
		values[middle], values[0] = values[0], values[middle]
	}
	pivot := values[0] // the median of three
	i, j := 1, last
	for {
		for i <= j && values[i] < pivot {
			i++
		}
		for i <= j && values[j] > pivot {
			j--
		}
		if i >= j {
			break
		}
		values[i], values[j] = values[j], values[i]
		i++
		j--
	}
	values[0], values[j] = values[j], values[0]
	return j
}
