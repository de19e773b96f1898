package score

import "fmt"

// Map returns the counts that are not zero by the names of their results.
func (s *Statistics) Map() map[string]int32 {
	counts := map[string]int32{}
	for r, n := range s {
		if n != 0 {
			counts[Result(r).String()] = n
		}
	}
	return counts
}

// FromMap reads what Map returns. Its errors are ErrResult and ErrCount.
func FromMap(counts map[string]int32) (Statistics, error) {
	var s Statistics
	for name, n := range counts {
		r, err := ParseResult(name)
		if err != nil {
			return Statistics{}, err
		}
		if n < 0 {
			return Statistics{}, fmt.Errorf("%w: %d %s", ErrCount, n, r)
		}
		s[r] = n
	}
	return s, nil
}
