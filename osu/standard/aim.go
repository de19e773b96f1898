package standard

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/pure-peace/peace/osu/strain"
)

// aimSkill is how hard it is to get the cursor to the objects.
//
// Source: ppy/osu osu.Game.Rulesets.Osu/Difficulty/Skills/Aim.cs.
type aimSkill struct {
	strain   float64
	sections strain.Variable
	objects  []float64 // strain of each
	sliders  []float64 // strain of those that are sliders
}

// spikes is memory to lower the spikes of a skill in.
type spikes struct {
	chunks []strain.Peak
	keys   []uint64 // to sort them by
	sorted []strain.Peak
}

const (
	aimSection     = 400.0 // longest section, milliseconds
	aimSpikeTime   = 4000  // how much of the hardest time counts less, milliseconds
	aimSpikeFactor = 0.727 // how much less, at most
	aimChunk       = 20.0  // milliseconds
)

var (
	aimDecay   = strain.DecayRate(0.2)
	topDecayLn = math.Log(topDecay)
)

func newAimSkill(objects, sliders int, memory *slab) aimSkill {
	return aimSkill{
		sections: strain.NewVariable(aimSection, topDecay),
		objects:  memory.take(objects),
		sliders:  memory.take(sliders),
	}
}

// addAim processes an object in both aim skills.
func (c *calculator) addAim(i int) {
	h := &c.hits[i]
	var with, without float64
	if !c.flags.autopilot && h.kind != Spinner {
		with, without = c.aimDifficulty(i)
	}
	past := 0.0
	if i > 0 {
		past = c.hits[i-1].start
	}
	slider := h.kind == Slider && !c.flags.autopilot
	c.aim.add(i == 0, h.start, past, c.now.aim, with, slider)
	c.plain.add(i == 0, h.start, past, c.now.aim, without, slider)
}

// add processes an object at t; past is when the one before was, and decay what is left of its strain.
func (s *aimSkill) add(first bool, t, past, decay, difficulty float64, slider bool) {
	if !first {
		s.sections.Advance(t, strain.Decay{Value: s.strain, Since: past, Rate: aimDecay})
	}
	s.strain *= decay
	s.strain += difficulty * (1 - decay)
	if first {
		s.sections.First(t, s.strain)
	} else {
		s.sections.Add(t, s.strain)
	}
	s.objects = append(s.objects, s.strain)
	if slider {
		s.sliders = append(s.sliders, s.strain)
	}
}

// value is the weighted integral over the peaks of sections, the highest first, after the spikes were lowered.
func (s *spikes) value(peaks []strain.Peak) float64 {
	for n := len(peaks); n > 0 && !(peaks[n-1].Value > 0); n-- {
		peaks = peaks[:n-1]
	}
	// What was lowered comes last and, in beatmaps that are not even as long as the spikes, is lowered again.
	low := 0
	if s.chunks == nil {
		const usual = 320
		s.chunks, s.sorted, s.keys = make([]strain.Peak, 0, usual), make([]strain.Peak, 0, usual), make([]uint64, 0, usual)
	}
	s.chunks = s.chunks[:0]
	for time := 0.0; low < len(peaks)+len(s.chunks) && time < aimSpikeTime; low++ {
		var p strain.Peak
		if low < len(peaks) {
			p = peaks[low]
		} else {
			p = s.chunks[low-len(peaks)]
		}
		for at := 0.0; at < p.Length; at += aimChunk {
			s.chunks = append(s.chunks, strain.Peak{
				Value:  p.Value * (aimSpikeFactor + (1-aimSpikeFactor)*spikeScale(time+at)),
				Length: min(aimChunk, p.Length-at),
			})
		}
		time += p.Length
	}
	chunks, rest := s.chunks[max(low-len(peaks), 0):], peaks[min(low, len(peaks)):]
	chunks = s.sort(chunks)

	// Each section weighs the integral of topDecay^x over its time in units of full sections, scaled so that a beatmap of
	// full sections alone has the value of the discrete sum.
	sum, from, weight := 0.0, 0.0, 1.0
	for {
		var p strain.Peak
		switch {
		case len(chunks) > 0 && (len(rest) == 0 || chunks[0].Value > rest[0].Value):
			p, chunks = chunks[0], chunks[1:]
		case len(rest) > 0:
			p, rest = rest[0], rest[1:]
		default:
			return sum / (1 - topDecay)
		}
		from += p.Length / aimSection
		next := strain.Exp(topDecayLn * from)
		sum += p.Value * (weight - next)
		weight = next
	}
}

// sort sorts chunks from the highest. Those that differ by less than 1e-11 keep their order, which does not show in a sum.
func (s *spikes) sort(chunks []strain.Peak) []strain.Peak {
	const index = 1<<16 - 1
	if len(chunks) > index {
		slices.SortFunc(chunks, func(a, b strain.Peak) int { return cmp.Compare(b.Value, a.Value) })
		return chunks
	}
	s.keys = s.keys[:0]
	for i := range chunks {
		s.keys = append(s.keys, math.Float64bits(chunks[i].Value)&^index|uint64(i))
	}
	slices.Sort(s.keys)
	s.sorted = s.sorted[:0]
	for _, key := range slices.Backward(s.keys) {
		s.sorted = append(s.sorted, chunks[key&index])
	}
	return s.sorted
}

// spikeScale rises from 0 to 1 over the time in milliseconds of the spikes that are lowered.
func spikeScale(at float64) float64 {
	if at >= aimSpikeTime {
		return 1
	}
	return spikeScales()[int(at)]
}

var spikeScales = sync.OnceValue(func() *[aimSpikeTime]float64 {
	scales := new([aimSpikeTime]float64)
	for i := range scales {
		scales[i] = math.Log10(1 + 9*(float64(i)/aimSpikeTime))
	}
	return scales
})

// difficultSliders counts sliders by how near they come to the hardest one.
func (s *aimSkill) difficultSliders() float64 { return sumNearTop(s.sliders) }

// sumNearTop counts strains by how near they come to the highest.
func sumNearTop(strains []float64) float64 {
	top := highest(strains)
	if top == 0 {
		return 0
	}
	return strain.SumLogistic(strains, top, 0.5, 12, 1)
}

// highest returns the highest value that is a number, or 0 when there are none.
func highest(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	top := math.NaN()
	for _, v := range values {
		if v > top || math.IsNaN(top) {
			top = v
		}
	}
	return top
}

// topSliders counts sliders by how near they come to the strain that all would have for the value if they were equal.
func (s *aimSkill) topSliders(value float64) float64 {
	top := value * (1 - topDecay)
	if len(s.sliders) == 0 || top == 0 {
		return 0
	}
	return strain.SumLogistic(s.sliders, top, 0.88, 10, 1.1)
}
