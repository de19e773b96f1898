package strain

import (
	"cmp"
	"math"
	"slices"
)

// Sections keeps the peak strain of each section of fixed length of a beatmap. The zero value is not ready: see [NewSections].
// Source: ppy/osu osu.Game/Rulesets/Difficulty/Skills/StrainSkill.cs.
type Sections struct {
	length float64 // milliseconds
	end    float64
	peak   float64 // of the current section
	peaks  []float64
}

// MaxSections bounds how many sections a beatmap may have; see [Sections.Advance].
const MaxSections = 1 << 20

// NewSections returns an empty Sections of length milliseconds each, for about n objects.
func NewSections(length float64, n int) Sections {
	return Sections{length: length, peaks: make([]float64, 0, min(n, 4096))}
}

// Advance closes the sections that ended before time t, that of an object; first is true for a beatmap's first difficulty object.
// initial tells the strain that the past leaves at a section's beginning. Beyond MaxSections nothing is kept: such a beatmap
// lasts for days.
func (s *Sections) Advance(t float64, first bool, initial func(at float64) float64) {
	if first {
		s.end = math.Ceil(t/s.length) * s.length
	}
	for t > s.end && len(s.peaks) < MaxSections {
		s.peaks = append(s.peaks, s.peak)
		s.peak = initial(s.end)
		s.end += s.length
	}
}

// Add tells the strain of the object that Advance was called for.
func (s *Sections) Add(strain float64) { s.peak = math.Max(strain, s.peak) }

// Peaks appends the peaks of all sections to dst, the current one included.
func (s *Sections) Peaks(dst []float64) []float64 { return append(append(dst, s.peaks...), s.peak) }

// Value is the weighted sum of all peaks, the highest first, each weighing decay times the one before (0.9 in most skills).
// scratch is overwritten and may be nil.
func (s *Sections) Value(decay float64, scratch []float64) float64 {
	peaks := s.Peaks(scratch[:0])
	peaks = slices.DeleteFunc(peaks, func(p float64) bool { return !(p > 0) })
	slices.SortFunc(peaks, func(a, b float64) int { return cmp.Compare(b, a) })
	sum, weight := 0.0, 1.0
	for _, p := range peaks {
		sum += p * weight
		weight *= decay
	}
	return sum
}

// CountTopWeighted counts strains by how near they come to the top strain that a skill of this value would have if all were
// equal. decay is the weight that each strain decays by.
func CountTopWeighted(strains []float64, value, decay float64) float64 {
	if len(strains) == 0 {
		return 0
	}
	top := value * (1 - decay)
	if top == 0 {
		return float64(len(strains))
	}
	sum := 0.0
	for _, s := range strains {
		sum += Logistic(s/top, 0.88, 10, 1.1)
	}
	return sum
}
