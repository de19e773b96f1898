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
	timed := make([]TimedAttributes, 0, len(b.Objects))
	var top topPeaks
	err := pass(ctx, b, len(b.Objects), func(i, combo int, s *skill) {
		timed = append(timed, TimedAttributes{Time: b.Objects[i].End, Objects: i + 1, Attributes: Attributes{
			Stars: top.value(&s.sections) * starFactor, MaxCombo: combo,
		}})
	})
	if err != nil {
		return nil, err
	}
	return timed, nil
}

// Passed returns how difficult b is for a play that passed that many objects and stops there: what Timed says of them.
func Passed(ctx context.Context, b *Beatmap, objects int) (Attributes, error) {
	var a Attributes
	objects = min(objects, len(b.Objects))
	err := pass(ctx, b, objects, func(i, combo int, s *skill) {
		if i == objects-1 {
			a = Attributes{Stars: s.sections.Value(peakDecay) * starFactor, MaxCombo: combo}
		}
	})
	return a, err
}

// pass passes the first n objects and tells of each with the combo so far.
func pass(ctx context.Context, b *Beatmap, n int, each func(i, combo int, s *skill)) error {
	order := sortedOrder(b.Objects)
	s := newSkill(b, order)
	combo, next := 0, 1
	for i := range b.Objects[:max(0, n)] {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		o := &b.Objects[i]
		combo += o.combo()
		for next < len(order) && b.Objects[order[next]].End <= o.End {
			s.process(&b.Objects[order[next]])
			next++
		}
		each(i, combo, s)
	}
	return nil
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
