package standard

import (
	"cmp"
	"math"
	"slices"
)

// harmonic is the sum of the harmonic skills.
func harmonic(objects []float64, scale float64) float64 {
	sum, n := 0.0, 0
	sorted := slices.Clone(objects)
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, d := range sorted {
		if d > 0 {
			bonus := scale / float64(1+n)
			sum += d * (1 + bonus) / (math.Pow(float64(n), 0.9) + 1 + bonus)
			n++
		}
	}
	return sum
}

// reduced lowers what is memorised for reading.
func (p *plain) reduced(objects []float64) (out []float64) {
	n := 0
	for _, h := range p.hits {
		if h.start <= p.hits[0].start+60000 {
			n++
		}
	}
	for _, d := range objects {
		if d > 0 {
			out = append(out, d)
		}
	}
	for i := range out[:min(n, len(out))] {
		out[i] *= math.Log10(1 + 9*clamp(float64(i)/float64(n), 0, 1))
	}
	return out
}

type plainPeak struct{ value, length float64 }

// aimValue is the value of an aim skill.
func (p *plain) aimValue(objects []float64) float64 {
	if len(objects) == 0 {
		return 0
	}
	type onset struct{ strain, start float64 }
	var (
		peaks             []plainPeak
		queue             []onset
		total             float64
		begin, end, peak  float64
		save              func(length float64)
		descending        = func(a, b plainPeak) int { return cmp.Compare(b.value, a.value) }
		sortedDescendings = func(s []plainPeak) { slices.SortStableFunc(s, descending) }
	)
	save = func(length float64) {
		peaks = append(peaks, plainPeak{peak, math.RoundToEven(length)})
		sortedDescendings(peaks)
		total += length
		for total > 11/(1-0.9)*400 {
			total -= peaks[len(peaks)-1].length
			peaks = peaks[:len(peaks)-1]
		}
	}
	for i, h := range p.hits {
		if i == 0 {
			begin, end, peak = h.start, h.start+400, objects[0]
			continue
		}
		for h.start > end {
			save(end - begin)
			begin = end
			left := objects[i-1] * math.Pow(0.2, (begin-p.hits[i-1].start)/1000)
			if len(queue) > 0 {
				end = queue[0].start + 400
				peak = math.Max(left, queue[0].strain)
				queue = queue[1:]
			} else {
				end = begin + 400
				peak = left
			}
		}
		if objects[i] > peak {
			queue = nil
			save(h.start - begin)
			begin, end, peak = h.start, h.start+400, objects[i]
			continue
		}
		for len(queue) > 0 && queue[len(queue)-1].strain < objects[i] {
			queue = queue[:len(queue)-1]
		}
		queue = append(queue, onset{objects[i], h.start})
	}
	peaks = append(peaks, plainPeak{peak, math.RoundToEven(end - begin)})
	sortedDescendings(peaks)
	peaks = slices.DeleteFunc(peaks, func(p plainPeak) bool { return !(p.value > 0) })
	time, skip := 0.0, 0
	for len(peaks) > skip && time < 4000 {
		s := peaks[skip]
		for added := 0.0; added < s.length; added += 20 {
			scale := math.Log10(1 + 9*clamp((time+added)/4000, 0, 1))
			peaks = append(peaks, plainPeak{s.value * (0.727 + (1-0.727)*scale), math.RoundToEven(math.Min(20, s.length-added))})
		}
		time += s.length
		skip++
	}
	peaks = peaks[skip:]
	sortedDescendings(peaks)
	sum, at := 0.0, 0.0
	for _, s := range peaks {
		next := at + s.length/400
		sum += s.value * (math.Pow(0.9, at) - math.Pow(0.9, next))
		at = next
	}
	return sum / (1 - 0.9)
}

// flashlightValue is the value of the flashlight skill.
func (p *plain) flashlightValue(objects []float64) float64 {
	sum, peak, end := 0.0, 0.0, 0.0
	for i, h := range p.hits {
		if i == 0 {
			end = math.Ceil(h.start/400) * 400
		}
		for h.start > end {
			sum += peak
			peak = 0
			if i > 0 {
				peak = objects[i-1] * math.Pow(0.15, (end-p.hits[i-1].start)/1000)
			}
			end += 400
		}
		peak = math.Max(peak, objects[i])
	}
	n := float64(len(p.b.Objects))
	factor := 0.7 + 0.1*math.Min(1, n/200)
	if n > 200 {
		factor += 0.2 * math.Min(1, (n-200)/200)
	}
	return (sum + peak) * factor
}
