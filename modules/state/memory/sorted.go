package memory

import (
	"iter"
	"slices"
)

// blockMax is the most entries in a block: small enough that inserting into one is a short copy, large enough that a set of a
// million has only some 1,300 blocks to count over.
const blockMax = 1024

type comparer[T any] interface{ compare(T) int }

// sorted is an ordered set that knows positions. It is a list of sorted blocks, found by binary search. A position costs a sum
// over the blocks' lengths; that is 2 levels of a counted B-tree, and for the sizes here faster than more levels or a skip list
// because it reads memory in order. Its zero value is empty.
type sorted[T comparer[T]] struct {
	blocks [][]T // none is empty
	size   int
}

// place is where an entry is or would be: blocks[block][index].
type place struct{ block, index int }

// find returns v's place, or where it would be inserted, and whether it is there.
func (s *sorted[T]) find(v T) (place, bool) {
	b, found := slices.BinarySearchFunc(s.blocks, v, func(block []T, v T) int { return block[0].compare(v) })
	if found || b == 0 {
		return place{b, 0}, found
	}
	b--
	i, found := slices.BinarySearchFunc(s.blocks[b], v, func(e, v T) int { return e.compare(v) })
	return place{b, i}, found
}

// insert adds v unless its equal is there.
func (s *sorted[T]) insert(v T) {
	if len(s.blocks) == 0 {
		s.blocks = [][]T{{v}}
		s.size = 1
		return
	}
	at, found := s.find(v)
	if found {
		return
	}
	block := slices.Insert(s.blocks[at.block], at.index, v)
	s.blocks[at.block] = block
	s.size++
	if len(block) >= blockMax {
		half := len(block) / 2
		s.blocks = slices.Insert(s.blocks, at.block+1, slices.Clone(block[half:]))
		clear(block[half:])
		s.blocks[at.block] = block[:half]
	}
}

// remove takes v's equal out.
func (s *sorted[T]) remove(v T) {
	at, found := s.find(v)
	if !found {
		return
	}
	block := slices.Delete(s.blocks[at.block], at.index, at.index+1)
	s.blocks[at.block] = block
	s.size--
	switch {
	case len(block) == 0:
		s.blocks = slices.Delete(s.blocks, at.block, at.block+1)
	case len(block) < blockMax/4 && at.block+1 < len(s.blocks) && len(s.blocks[at.block+1]) < blockMax/4:
		s.blocks[at.block] = append(block, s.blocks[at.block+1]...)
		s.blocks = slices.Delete(s.blocks, at.block+1, at.block+2)
	}
}

// position returns how many entries are before v, and whether v is there.
func (s *sorted[T]) position(v T) (int, bool) {
	at, found := s.find(v)
	n := at.index
	for _, block := range s.blocks[:at.block] {
		n += len(block)
	}
	return n, found
}

// at returns the place of the entry with n others before it. It may be past the end.
func (s *sorted[T]) at(n int) place {
	for b, block := range s.blocks {
		if n < len(block) {
			return place{b, n}
		}
		n -= len(block)
	}
	return place{len(s.blocks), 0}
}

// from yields the entries in order, beginning at a place.
func (s *sorted[T]) from(at place) iter.Seq[T] {
	return func(yield func(T) bool) {
		index := at.index
		for b := at.block; b < len(s.blocks); b++ {
			for _, v := range s.blocks[b][index:] {
				if !yield(v) {
					return
				}
			}
			index = 0
		}
	}
}

// all yields the entries in order.
func (s *sorted[T]) all() iter.Seq[T] { return s.from(place{}) }
