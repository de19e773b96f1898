package strain

import (
	"cmp"
	"math"
	"slices"
)

// Variable keeps the highest peaks of sections of variable length: a section ends where a higher strain begins, or once its
// strain is MaxLength old, when the next highest strain since then takes over. The zero value is not ready: see [NewVariable].
// Source: ppy/osu osu.Game/Rulesets/Difficulty/Skills/VariableLengthStrainSkill.cs.
type Variable struct {
	length float64 // longest section, milliseconds
	stored float64 // length of all sections that are worth keeping, milliseconds

	begin, end, peak float64 // of the current section
	waiting          []onset // later and lower strains, from the highest; those before index next are gone
	next             int
	peaks            []Peak  // from the highest
	total            float64 // length of all peaks, milliseconds

	closing int // index in peaks of the current section, which Peaks adds for a while; -1 when it is not there
}

// Peak is the highest strain of a section.
type Peak struct {
	Value  float64
	Length float64 // whole milliseconds
}

type onset struct{ strain, start float64 }

// NewVariable returns an empty Variable with sections of at most length milliseconds, for skills that weigh each peak of that
// length decay times the one before: only so many of the highest are kept that 0.001 % of the sum is lost.
func NewVariable(length, decay float64) Variable {
	return Variable{
		length:  length,
		stored:  11 / (1 - decay) * length,
		waiting: make([]onset, 0, 32),
		peaks:   make([]Peak, 0, 320),
		closing: -1,
	}
}

// First begins with the strain of a beatmap's first object with a difficulty, at time t.
func (v *Variable) First(t, strain float64) {
	v.begin, v.end, v.peak = t, t+v.length, strain
}

// Advance closes the sections that ended before time t, that of an object after the first. past is the strain which the
// objects before leave.
func (v *Variable) Advance(t float64, past Decay) {
	for t > v.end {
		v.keep(v.end - v.begin)
		v.begin = v.end
		strain := past.At(v.begin)
		if strain == 0 {
			past.Value = 0
		}
		if v.next < len(v.waiting) {
			next := v.waiting[v.next]
			v.next++
			v.end = next.start + v.length
			v.peak = max(strain, next.strain)
		} else {
			v.end = v.begin + v.length
			v.peak = strain
		}
	}
}

// Add tells the strain of the object at t that Advance was called for.
func (v *Variable) Add(t, strain float64) {
	if strain > v.peak {
		v.waiting, v.next = v.waiting[:0], 0
		v.keep(t - v.begin)
		v.begin, v.end, v.peak = t, t+v.length, strain
		return
	}
	n := len(v.waiting)
	for n > v.next && v.waiting[n-1].strain < strain {
		n--
	}
	if n == v.next {
		n, v.next = 0, 0
	}
	v.waiting = append(v.waiting[:n], onset{strain, t})
}

func (v *Variable) keep(length float64) {
	v.reopen()
	if v.peak == 0 && length == v.length && v.silent() {
		return
	}
	v.insert(Peak{v.peak, math.RoundToEven(length)})
	v.total += length
	for v.total > v.stored && len(v.peaks) > 0 {
		v.total -= v.peaks[len(v.peaks)-1].Length
		v.peaks = v.peaks[:len(v.peaks)-1]
	}
}

// silent says that another section without strain would push out one like it, and so change nothing.
func (v *Variable) silent() bool {
	n := len(v.peaks)
	return n > 0 && v.peaks[n-1] == Peak{0, v.length} && v.total+v.length > v.stored
}

// insert puts p before the first lower peak; among those of the same value, where .NET's binary search happens to end.
func (v *Variable) insert(p Peak) int {
	i, n := 0, len(v.peaks)
	if n > 0 && v.peaks[n-1].Value > p.Value {
		v.peaks = append(v.peaks, p)
		return n
	}
	// No branches: every comparison goes either way as often.
	for n > 1 {
		half := n / 2
		if v.peaks[i+half-1].Value > p.Value {
			i += half
		}
		n -= half
	}
	if n == 1 && v.peaks[i].Value > p.Value {
		i++
	}
	if i < len(v.peaks) && !(v.peaks[i].Value < p.Value) {
		i = v.search(p.Value)
	}
	v.peaks = append(v.peaks, Peak{})
	copy(v.peaks[i+1:], v.peaks[i:])
	v.peaks[i] = p
	return i
}

// search is .NET's binary search, by which NaN comes after all numbers here.
func (v *Variable) search(value float64) int {
	lo, hi := 0, len(v.peaks)-1
	for lo <= hi {
		i := lo + (hi-lo)/2
		switch cmp.Compare(value, v.peaks[i].Value) {
		case 0:
			return i
		case -1:
			lo = i + 1
		default:
			hi = i - 1
		}
	}
	return lo
}

// Peaks returns the peaks from the highest, the current section's included. They belong to v and last until its next change.
func (v *Variable) Peaks() []Peak {
	if v.closing < 0 {
		v.closing = v.insert(Peak{v.peak, math.RoundToEven(v.end - v.begin)})
	}
	return v.peaks
}

// reopen takes out what Peaks added, or the first of the peaks that are the same.
func (v *Variable) reopen() {
	if v.closing < 0 {
		return
	}
	at, p := v.closing, v.peaks[v.closing]
	for i := at - 1; i >= 0 && v.peaks[i].Value == p.Value; i-- {
		if v.peaks[i].Length == p.Length {
			at = i
		}
	}
	v.peaks = slices.Delete(v.peaks, at, at+1)
	v.closing = -1
}
