package beatmap

import (
	"cmp"
	"slices"
)

// blockSize is how many points a block of a timeline has at most. Few beatmaps need a second block.
const blockSize = 1024

// timeline is a list of points ordered by time, with at most one a time, to which points are added one by one. It is cut into
// blocks, so that a file with its points in reverse takes no more than a moment.
type timeline[P interface{ time() float64 }] struct {
	blocks [][]P // none is empty
}

// at returns the last point that is not later than t, or nil.
func (l *timeline[P]) at(t float64) *P {
	b := l.block(t)
	if b < 0 {
		return nil
	}
	return &l.blocks[b][before(l.blocks[b], t)]
}

// block returns the index of the last block that does not begin after t, or -1.
func (l *timeline[P]) block(t float64) int {
	if n := len(l.blocks); n > 0 && l.blocks[n-1][0].time() <= t {
		return n - 1
	}
	i, found := slices.BinarySearchFunc(l.blocks, t, func(block []P, t float64) int { return cmp.Compare(block[0].time(), t) })
	if found {
		return i
	}
	return i - 1
}

// put adds a point in its place, over the one that has the same time.
func (l *timeline[P]) put(p P) {
	if len(l.blocks) == 0 {
		l.blocks = append(l.blocks, []P{p})
		return
	}
	b := max(0, l.block(p.time()))
	i := before(l.blocks[b], p.time())
	if i >= 0 && l.blocks[b][i].time() == p.time() {
		l.blocks[b][i] = p
		return
	}
	if block := l.blocks[b]; len(block) == blockSize {
		// A block that is only appended to stays full, any other is halved.
		at := blockSize / 2
		if b == len(l.blocks)-1 && i == blockSize-1 {
			l.blocks = append(l.blocks, append(make([]P, 0, blockSize), p))
			return
		}
		l.blocks = slices.Insert(l.blocks, b+1, append(make([]P, 0, blockSize), block[at:]...))
		l.blocks[b] = block[:at]
		if i >= at {
			b, i = b+1, i-at
		}
	}
	l.blocks[b] = slices.Insert(l.blocks[b], i+1, p)
}

// points returns the whole list.
func (l *timeline[P]) points() []P {
	if len(l.blocks) == 1 {
		return l.blocks[0]
	}
	return slices.Concat(l.blocks...)
}

// before returns the index of the last point that is not later than t, or -1.
func before[P interface{ time() float64 }](points []P, t float64) int {
	low, high := 0, len(points)
	if high > 0 && points[high-1].time() <= t {
		return high - 1
	}
	for low < high {
		if mid := int(uint(low+high) / 2); points[mid].time() <= t {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low - 1
}

func (p TimingPoint) time() float64     { return p.Time }
func (p DifficultyPoint) time() float64 { return p.Time }
func (p EffectPoint) time() float64     { return p.Time }
func (p SamplePoint) time() float64     { return p.Time }
