package strain

import (
	"math"
	"slices"
)

// Harmonic sums the difficulties of objects, the highest first, by weights that fall about like 1/n.
// Source: ppy/osu osu.Game/Rulesets/Difficulty/Skills/HarmonicSkill.cs.
type Harmonic struct {
	// Weights are those of the first objects, from [HarmonicWeights].
	Weights []float64
	// Scale is the one that Weights were made for.
	Scale float64
	// Memorised is how many objects, of those that are difficult, count less the earlier they are: the first not at all. It
	// may grow by the objects that are added.
	Memorised int

	// Objects are the difficulties of all objects in the order of play.
	Objects []float64
	// WeightSum is the sum of the weights of the last Value.
	WeightSum float64

	first   []float64 // the memorised objects, unless they are not difficult
	reduced []float64 // what counts of them, from the highest
	made    [2]int    // Memorised, and the length of first, when reduced was made
	rest    []float64 // the other difficult objects, sorted from the highest as far as sorted
	sorted  int
	scratch []float64
}

// decayExponent is how fast the weights fall.
const decayExponent = 0.9

// HarmonicWeights returns the weights of the n highest objects. A larger scale gives more weight to the first of them.
func HarmonicWeights(scale float64, n int) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = harmonicWeight(scale, i)
	}
	return weights
}

func harmonicWeight(scale float64, i int) float64 {
	bonus := scale / float64(1+i)
	return (1 + bonus) / (math.Pow(float64(i), decayExponent) + 1 + bonus)
}

// Add tells the difficulty of the next object.
func (h *Harmonic) Add(difficulty float64) {
	h.Objects = append(h.Objects, difficulty)
	switch {
	case !(difficulty > 0):
	case len(h.first) < h.Memorised:
		h.first = append(h.first, difficulty)
	default:
		if h.rest == nil {
			h.rest = make([]float64, 0, cap(h.Objects)-len(h.Objects)+1)
		}
		h.rest = append(h.rest, difficulty)
	}
}

// Value returns the weighted sum.
func (h *Harmonic) Value() float64 {
	h.memorise()
	h.sort()
	h.WeightSum = 0
	sum := 0.0
	rest := h.rest
	reduced := h.reduced
	for i := 0; ; i++ {
		var d float64
		switch {
		case len(rest) > 0 && (len(reduced) == 0 || rest[0] >= reduced[0]):
			d, rest = rest[0], rest[1:]
		case len(reduced) > 0:
			d, reduced = reduced[0], reduced[1:]
		default:
			return sum
		}
		var weight float64
		if i < len(h.Weights) {
			weight = h.Weights[i]
		} else {
			weight = harmonicWeight(h.Scale, i)
		}
		h.WeightSum += weight
		sum += d * weight
	}
}

// memorise fills reduced.
func (h *Harmonic) memorise() {
	now := [2]int{h.Memorised, len(h.first)}
	if now == h.made {
		return
	}
	h.reduced, h.made = slices.Grow(h.reduced[:0], len(h.first)), now
	for i, d := range h.first {
		if d *= Log(1+9*(float64(i)/float64(h.Memorised))) * (1 / math.Ln10); d > 0 {
			h.reduced = append(h.reduced, d)
		}
	}
	h.scratch = sortDescending(h.reduced, h.scratch)
}

// sort sorts rest: from scratch when there is much new in it, else by inserting.
func (h *Harmonic) sort() {
	if len(h.rest)-h.sorted > 8 {
		h.scratch = sortDescending(h.rest, h.scratch)
		h.sorted = len(h.rest)
	}
	for ; h.sorted < len(h.rest); h.sorted++ {
		d := h.rest[h.sorted]
		i, _ := slices.BinarySearchFunc(h.rest[:h.sorted], d, func(a, d float64) int {
			if a >= d {
				return -1
			}
			return 1
		})
		copy(h.rest[i+1:h.sorted+1], h.rest[i:h.sorted])
		h.rest[i] = d
	}
}

// Count counts the objects by how near they come to the difficulty that they would have for the value if all were equal;
// Value must have been called. The curve is that of [Logistic] with a maximum of 1.1.
func (h *Harmonic) Count(objects []float64, value, midpoint, growth float64) float64 {
	if len(objects) == 0 || h.WeightSum == 0 {
		return 0
	}
	top := value / h.WeightSum
	if top == 0 {
		return 0
	}
	return SumLogistic(objects, top, midpoint, growth, 1.1)
}
