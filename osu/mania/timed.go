package mania

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/osu/strain"
)

// TimedAttributes is how difficult a beatmap is that ends early.
type TimedAttributes struct {
	Time    float64 // milliseconds; when the last of the objects ends
	Objects int     // how many of the beatmap's there are
	Attributes
}

// Timed returns how difficult b is up to each of its objects. Source: ppy/osu
// osu.Game/Rulesets/Difficulty/DifficultyCalculator.cs.
func Timed(ctx context.Context, b *Beatmap) ([]TimedAttributes, error) {
	order := sortedOrder(b.Objects)
	timed := make([]TimedAttributes, 0, len(b.Objects))
	s := newSkill(b, order)
	var top topPeaks
	combo, next := 0, 1
	for i := range b.Objects {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		o := &b.Objects[i]
		combo += o.combo()
		for next < len(order) && b.Objects[order[next]].End <= o.End {
			s.process(&b.Objects[order[next]])
			next++
		}
		timed = append(timed, TimedAttributes{Time: o.End, Objects: i + 1, Attributes: Attributes{
			Stars:    top.value(&s.sections) * starFactor,
			MaxCombo: combo,
		}})
	}
	return timed, nil
}

// topPeaks keeps the highest peaks of sections up to a time, so that their value need not be worked out anew for every object.
type topPeaks struct {
	peaks []float64 // descending, at most maxTop
	seen  int       // how many sections they are the highest of
}

// maxTop is how many peaks count: the next one would weigh less than 1e-17.
const maxTop = 372

func (t *topPeaks) value(s *strain.Sections) float64 {
	closed, current := s.Closed()
	for _, p := range closed[t.seen:] {
		t.add(p)
	}
	t.seen = len(closed)
	sum, weight := 0.0, 1.0
	for _, p := range t.peaks {
		if current > p {
			sum += current * weight
			weight *= peakDecay
			current = 0
		}
		sum += p * weight
		weight *= peakDecay
	}
	if current > 0 {
		sum += current * weight
	}
	return sum
}

func (t *topPeaks) add(p float64) {
	if !(p > 0) {
		return
	}
	i, _ := slices.BinarySearchFunc(t.peaks, p, func(a, p float64) int {
		if a > p {
			return -1
		}
		return 1
	})
	if i == maxTop {
		return
	}
	if len(t.peaks) == maxTop {
		t.peaks = t.peaks[:maxTop-1]
	}
	t.peaks = slices.Insert(t.peaks, i, p)
}
