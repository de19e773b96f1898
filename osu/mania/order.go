package mania

import "math"

// sortDepth is how deep the quicksort goes before a heap sort takes over.
const sortDepth = 32

// sorter orders objects by their rounded start as .NET Framework 4.0 did. That sort is not stable, and star rating depends on
// the order of the notes of a chord. Source: ppy/osu osu.Game.Rulesets.Mania/MathUtils/LegacySortHelper.cs.
type sorter struct {
	keys  []int32 // rounded starts
	order []int32 // indices of objects, moved along with keys

	// Of presorted keys: which run of equal keys each belongs to, and where each run begins, with an end behind the last.
	run    []int32
	starts []int32
}

// sortedOrder returns the indices of objects, which are ordered by start, in the order in which difficulty looks at them.
func sortedOrder(objects []Object) []int32 {
	n := len(objects)
	if n == 0 {
		return nil
	}
	buffer := make([]int32, 4*n+1)
	s := sorter{keys: buffer[:n:n], order: buffer[n : 2*n : 2*n], run: buffer[2*n : 3*n : 3*n], starts: buffer[3*n : 3*n]}
	ascending := true
	for i := range objects {
		key := int32(truncate(math.RoundToEven(objects[i].Start)))
		if i == 0 || key != s.keys[i-1] {
			ascending = ascending && (i == 0 || key > s.keys[i-1])
			s.starts = append(s.starts, int32(i))
		}
		s.keys[i], s.order[i], s.run[i] = key, int32(i), int32(len(s.starts)-1)
	}
	s.starts = append(s.starts, int32(n))
	if ascending && int64(s.keys[n-1])-int64(s.keys[0]) <= math.MaxInt32 {
		s.presorted(0, n-1, sortDepth)
	} else {
		s.quicksort(0, n-1, sortDepth)
	}
	return s.order
}

// less and its wrapping difference are the official comparer's.
func less(a, b int32) bool { return a-b < 0 }

func (s *sorter) swap(i, j int) {
	s.keys[i], s.keys[j] = s.keys[j], s.keys[i]
	s.order[i], s.order[j] = s.order[j], s.order[i]
}

func (s *sorter) swapIfGreater(i, j int) {
	if i != j && s.keys[i]-s.keys[j] > 0 {
		s.swap(i, j)
	}
}

// quicksort orders the keys from left to right, both included.
func (s *sorter) quicksort(left, right, depth int) {
	for {
		if depth == 0 {
			s.heapsort(left, right)
			return
		}
		i, j := left, right
		middle := i + (j-i)>>1
		s.swapIfGreater(i, middle)
		s.swapIfGreater(i, j)
		s.swapIfGreater(middle, j)
		pivot := s.keys[middle]
		for {
			// The pivot, then what was swapped, ends these even if differences wrap around.
			for less(s.keys[i], pivot) {
				i++
			}
			for less(pivot, s.keys[j]) {
				j--
			}
			if i > j {
				break
			}
			if i < j {
				s.swap(i, j)
			}
			i++
			j--
			if i > j {
				break
			}
		}
		depth--
		if j-left <= right-i {
			if left < j {
				s.quicksort(left, j, depth)
			}
			left = i
		} else {
			if i < right {
				s.quicksort(i, right, depth)
			}
			right = j
		}
		if left >= right {
			return
		}
	}
}

// presorted does to keys that are already in order what quicksort does to them, in fewer steps: a partition only turns around
// the keys that equal its pivot, and goes on with what lies on either side of their middle. Without equal keys nothing changes.
func (s *sorter) presorted(left, right, depth int) {
	for left < right && int(s.run[right]-s.run[left]) < right-left {
		if depth == 0 {
			s.heapsort(left, right)
			return
		}
		depth--
		run := s.run[left+(right-left)>>1]
		i, j := max(left, int(s.starts[run])), min(right, int(s.starts[run+1])-1)
		for i < j {
			s.order[i], s.order[j] = s.order[j], s.order[i]
			i++
			j--
		}
		if i == j {
			i++
			j--
		}
		s.presorted(left, j, depth)
		left = i
	}
}

func (s *sorter) heapsort(low, high int) {
	n := high - low + 1
	for i := n / 2; i >= 1; i-- {
		s.sift(i, n, low)
	}
	for i := n; i > 1; i-- {
		s.swap(low, low+i-1)
		s.sift(1, i-1, low)
	}
}

// sift moves the i-th key, counted from 1, down to its place in the heap of n keys that begins at low.
func (s *sorter) sift(i, n, low int) {
	key, index := s.keys[low+i-1], s.order[low+i-1]
	for i <= n/2 {
		child := 2 * i
		if child < n && less(s.keys[low+child-1], s.keys[low+child]) {
			child++
		}
		if !less(key, s.keys[low+child-1]) {
			break
		}
		s.keys[low+i-1], s.order[low+i-1] = s.keys[low+child-1], s.order[low+child-1]
		i = child
	}
	s.keys[low+i-1], s.order[low+i-1] = key, index
}
