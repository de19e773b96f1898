package dotnet

import "math/bits"

// insertionLimit is the longest part that is sorted by insertion.
const insertionLimit = 16

// Sort sorts s as List<T>.Sort and Array.Sort do: an introspective sort, whose order of equal elements depends on the whole
// list. Source: dotnet/runtime src/libraries/System.Private.CoreLib/src/System/Collections/Generic/ArraySortHelper.cs.
//
// compare must order consistently; otherwise the order is unspecified, but Sort still returns.
func Sort[T any](s []T, compare func(a, b T) int) {
	if len(s) > 1 {
		introsort(s, 2*bits.Len(uint(len(s))), compare)
	}
}

func introsort[T any](s []T, depth int, compare func(a, b T) int) {
	for len(s) > insertionLimit {
		if depth == 0 {
			heapsort(s, compare)
			return
		}
		depth--
		pivot := partition(s, compare)
		introsort(s[pivot+1:], depth, compare)
		s = s[:pivot]
	}
	switch len(s) {
	case 0, 1:
	case 2:
		order(s, 0, 1, compare)
	case 3:
		order(s, 0, 1, compare)
		order(s, 0, 2, compare)
		order(s, 1, 2, compare)
	default:
		insert(s, compare)
	}
}

// order swaps two elements unless they are in order.
func order[T any](s []T, i, j int, compare func(a, b T) int) {
	if compare(s[i], s[j]) > 0 {
		s[i], s[j] = s[j], s[i]
	}
}

// partition moves what is less than the median of three elements before it, what is greater behind it, and returns its place.
func partition[T any](s []T, compare func(a, b T) int) int {
	last := len(s) - 1
	middle := last / 2
	order(s, 0, middle, compare)
	order(s, 0, last, compare)
	order(s, middle, last, compare)
	pivot := s[middle]
	s[middle], s[last-1] = s[last-1], s[middle]

	left, right := 0, last-1
	for left < right {
		// The bounds only stop an inconsistent compare.
		for left++; left < last && compare(s[left], pivot) < 0; left++ {
		}
		for right--; right > 0 && compare(pivot, s[right]) < 0; right-- {
		}
		if left >= right {
			break
		}
		s[left], s[right] = s[right], s[left]
	}
	if left != last-1 {
		s[left], s[last-1] = s[last-1], s[left]
	}
	return left
}

func heapsort[T any](s []T, compare func(a, b T) int) {
	for i := len(s) / 2; i >= 1; i-- {
		sink(s, i, compare)
	}
	for n := len(s); n > 1; n-- {
		s[0], s[n-1] = s[n-1], s[0]
		sink(s[:n-1], 1, compare)
	}
}

// sink moves the i-th element of a heap, counted from 1, below those that are greater.
func sink[T any](s []T, i int, compare func(a, b T) int) {
	sunk := s[i-1]
	for i <= len(s)/2 {
		child := 2 * i
		if child < len(s) && compare(s[child-1], s[child]) < 0 {
			child++
		}
		if compare(sunk, s[child-1]) >= 0 {
			break
		}
		s[i-1] = s[child-1]
		i = child
	}
	s[i-1] = sunk
}

func insert[T any](s []T, compare func(a, b T) int) {
	for i := 1; i < len(s); i++ {
		moved := s[i]
		j := i
		for ; j > 0 && compare(moved, s[j-1]) < 0; j-- {
			s[j] = s[j-1]
		}
		s[j] = moved
	}
}
