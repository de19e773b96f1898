package standard

// slab hands out the numbers that a calculation needs for every object from one piece of memory.
type slab []float64

// take returns an empty slice with room for n numbers.
func (s *slab) take(n int) []float64 {
	if n > len(*s) {
		return make([]float64, 0, n)
	}
	out := (*s)[:0:n]
	*s = (*s)[n:]
	return out
}
