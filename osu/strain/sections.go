package strain

import "math"

// Sections keeps the peak strain of each section of fixed length of a beatmap. The zero value is not ready: see [NewSections].
// Source: ppy/osu osu.Game/Rulesets/Difficulty/Skills/StrainSkill.cs.
type Sections struct {
	length float64 // milliseconds
	end    float64
	peak   float64 // of the current section
	peaks  []float64
	silent []silence
	sum    float64 // of peaks
}

// silence is a run of sections without any strain, which can be millions: the longest maps last for weeks.
type silence struct{ before, sections int } // before which of the peaks, and how many

// MaxSections bounds how many sections with a strain are kept: 19 days of them. Of a beatmap with more the rest is left out.
const MaxSections = 1 << 22

// maxGraph bounds the peaks that are drawn: silences that would make more are shortened.
const maxGraph = 1 << 20

// NewSections returns an empty Sections of length milliseconds each, for about n objects.
func NewSections(length float64, n int) Sections {
	return Sections{length: length, peaks: make([]float64, 0, min(n, 4096))}
}

// Within reports whether time t, which is not before that of the last object, lies in the current section.
func (s *Sections) Within(t float64) bool { return t <= s.end }

// Advance closes the sections that ended before time t, that of an object; first is true for a beatmap's first difficulty object.
// initial tells the strain that the past leaves at a section's beginning.
func (s *Sections) Advance(t float64, first bool, initial func(at float64) float64) {
	if first {
		s.end = math.Ceil(t/s.length) * s.length
	}
	for t > s.end {
		s.keep()
		s.peak = initial(s.end)
		s.end += s.length
	}
}

// AdvanceDecay is Advance for a past that decays.
func (s *Sections) AdvanceDecay(t float64, first bool, past Decay) {
	if first {
		s.end = math.Ceil(t/s.length) * s.length
	}
	for t > s.end {
		s.keep()
		s.peak = past.At(s.end)
		if s.peak == 0 {
			past.Value = 0
		}
		s.end += s.length
	}
}

func (s *Sections) keep() {
	switch last := len(s.silent) - 1; {
	case s.peak != 0:
		if len(s.peaks) < MaxSections {
			s.peaks = append(s.peaks, s.peak)
			s.sum += s.peak
		}
	case last >= 0 && s.silent[last].before == len(s.peaks):
		s.silent[last].sections++
	default:
		s.silent = append(s.silent, silence{len(s.peaks), 1})
	}
}

// Add tells the strain of the object that Advance was called for.
func (s *Sections) Add(strain float64) { s.peak = max(strain, s.peak) }

// Peaks appends the peaks of all sections to dst, the current one included.
func (s *Sections) Peaks(dst []float64) []float64 {
	done, room := 0, max(maxGraph-len(s.peaks), 0)
	for _, silent := range s.silent {
		dst = append(dst, s.peaks[done:silent.before]...)
		done = silent.before
		n := min(silent.sections, room)
		room -= n
		dst = append(dst, make([]float64, n)...)
	}
	dst = append(dst, s.peaks[done:]...)
	return append(dst, s.peak)
}

// Closed returns the peaks of the sections before the current one that have a strain, and the current one's. The caller must not
// change them.
func (s *Sections) Closed() (peaks []float64, current float64) { return s.peaks, s.peak }

// Sum returns the sum of all peaks, the current one included.
func (s *Sections) Sum() float64 { return s.sum + s.peak }

// Value is the weighted sum of all peaks, the highest first, each weighing decay times the one before (0.9 in most skills).
func (s *Sections) Value(decay float64) float64 {
	return weighted(s.peaks, s.peak, decay, nil)
}

// Weighted is the sum of the positive ones of values, the highest first, each weighing decay times the one before. It allocates
// nothing when memory, which it overwrites, has a capacity of twice as many values and two.
func Weighted(values []float64, decay float64, memory []float64) float64 {
	return weighted(values, 0, decay, memory)
}

func weighted(values []float64, more, decay float64, memory []float64) float64 {
	heavy := len(values) + 1 // how many values weigh anything
	if decay < 1 {
		heavy = min(heavy, 1+int(math.Log(lightest)/math.Log(decay)))
	}
	sum, weight := 0.0, 1.0
	for _, v := range descend(values, more, heavy, memory) {
		if weight < lightest {
			break
		}
		sum += float64(v * weight)
		weight *= decay
	}
	return sum
}

// lightest is the weight from which on a peak changes no digit of the sum.
const lightest = 1e-20

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
	return SumLogistic(strains, top, 0.88, 10, 1.1)
}

// SumLogistic sums the [Logistic] of every value as a fraction of top.
func SumLogistic(values []float64, top, midpoint, growth, maximum float64) float64 {
	sum, scale := 0.0, growth/top
	for _, v := range values {
		sum += maximum / (1 + Exp(growth*midpoint-v*scale))
	}
	return sum
}
