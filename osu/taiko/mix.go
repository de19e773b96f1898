package taiko

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

const (
	scale        = 0.084375
	rhythmScale  = 0.770 * scale
	readingScale = 0.100 * scale
	colourScale  = 0.375 * scale
	staminaScale = 0.445 * scale

	// peakDecay is the weight of a section's peak compared with that of the next higher one.
	peakDecay = 0.9
)

// mixer makes one strain of those of all skills.
type mixer struct{ rhythm, colour, stamina float64 } // factors

// mix returns the 2-norm of the strains, where colour and stamina count as one, their 1.5-norm. It is not a number when that of
// colour is negative.
func (m *mixer) mix(s *strains) float64 {
	colour, stamina := s.colour*m.colour, s.stamina*m.stamina
	mechanical := colour*math.Sqrt(colour) + stamina*math.Sqrt(stamina) // to the power of 1.5
	rhythm, reading := s.rhythm*m.rhythm, s.reading*readingScale
	return math.Sqrt(strain.Pow(mechanical, 4.0/3) + rhythm*rhythm + reading*reading)
}

// combined returns the weighted sum of all sections' mixed peaks.
func (r *rating) combined(m mixer) float64 {
	r.scratch = r.scratch[:0]
	for i := range r.peaks {
		r.scratch = append(r.scratch, m.mix(&r.peaks[i]))
	}
	r.scratch = append(r.scratch, m.mix(&r.peak))
	return r.weighted()
}

// consistency compares the mean of all notes' mixed strains with that of the hardest twentieth. Without any section of the
// combined value it is 0.
func (r *rating) consistency(m mixer, combined float64) float64 {
	r.scratch = r.scratch[:0]
	sum := 0.0
	for i := range r.notes[:r.done] {
		if p := m.mix(&r.notes[i].strains); p > 0 {
			r.scratch = append(r.scratch, p)
			sum += p
		}
	}
	n := len(r.scratch)
	if n == 0 || combined == 0 {
		return 0
	}
	count := 1 + n/20
	top := sumGreatest(r.scratch, count)
	return sum / (top / float64(count) * float64(n))
}
