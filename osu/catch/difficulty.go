package catch

import (
	"context"
	"math"
	"slices"

	"github.com/pure-peace/peace/osu/strain"
)

// Version is that of the difficulty algorithm: a date.
const Version = 20260706

// starFactor scales the skill's value to star ratings.
const starFactor = 4.59

// Attributes is how difficult a beatmap is with mods, and what else of the beatmap [Attributes.Performance] needs.
type Attributes struct {
	Stars    float64 `json:"star_rating"`
	MaxCombo int     `json:"max_combo"`

	// ApproachRate is the beatmap's own, before mods.
	ApproachRate float32 `json:"approach_rate"`
}

// TimedAttributes is the difficulty of a beatmap up to and with one of its objects.
type TimedAttributes struct {
	Time    float64 // milliseconds: the end of the object
	Objects int     // up to and with it
	Attributes
}

// Difficulty calculates how difficult b is.
//
// Source: ppy/osu osu.Game.Rulesets.Catch/Difficulty/CatchDifficultyCalculator.cs.
func Difficulty(ctx context.Context, b *Beatmap) (Attributes, error) {
	m := newMovement(b)
	for i := 1; i < len(b.combo); i++ {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return Attributes{}, ctx.Err()
		}
		m.add(&b.Palpables[b.combo[i-1]], &b.Palpables[b.combo[i]])
	}
	return b.attributes(m.sections.Value(peakWeight), len(b.combo)), ctx.Err()
}

func (b *Beatmap) attributes(value float64, combo int) Attributes {
	return Attributes{Stars: math.Sqrt(value) * starFactor, MaxCombo: combo, ApproachRate: b.base.ApproachRate}
}

// negligible is a weight of peaks below which even endless ones of the highest peak's size would not change a sum.
const negligible = 1e-19

// sum weighs peaks, which are ordered, from the highest down, and among them one more, that of the current section.
func sum(peaks []float64, current float64) float64 {
	total, weight := 0.0, 1.0
	for _, p := range slices.Backward(peaks) {
		if current > p {
			total += float64(current * weight)
			weight *= peakWeight
			current = 0
		}
		if weight < negligible {
			return total
		}
		total += float64(p * weight)
		weight *= peakWeight
	}
	if current > 0 {
		total += float64(current * weight)
	}
	return total
}

// Timed calculates the difficulty of b up to each of its objects, as if the rest did not exist.
//
// Source: ppy/osu osu.Game/Rulesets/Difficulty/DifficultyCalculator.cs.
func Timed(ctx context.Context, b *Beatmap) ([]TimedAttributes, error) {
	timed := make([]TimedAttributes, 0, len(b.Objects))
	var peaks []float64 // of closed sections, ordered
	known := 0          // how many sections they are of
	value, current := 0.0, 0.0
	err := pass(ctx, b, len(b.Objects), func(i, combo int, m *movement) {
		closed, peak := m.sections.Closed()
		if known < len(closed) || peak != current {
			for _, p := range closed[known:] {
				at, _ := slices.BinarySearch(peaks, p)
				peaks = slices.Insert(peaks, at, p)
			}
			known, current = len(closed), peak
			value = sum(peaks, peak)
		}
		timed = append(timed, TimedAttributes{Time: b.Objects[i].End, Objects: i + 1, Attributes: b.attributes(value, combo)})
	})
	if err != nil {
		return nil, err
	}
	return timed, nil
}

// Passed calculates the difficulty of b for a play that passed that many objects and stops there: what Timed says of them.
func Passed(ctx context.Context, b *Beatmap, objects int) (Attributes, error) {
	a := b.attributes(0, 0)
	objects = min(objects, len(b.Objects))
	err := pass(ctx, b, objects, func(i, combo int, m *movement) {
		if i == objects-1 {
			a = b.attributes(m.sections.Value(peakWeight), combo)
		}
	})
	return a, err
}

// pass passes the first n objects and tells of each with the combo so far.
func pass(ctx context.Context, b *Beatmap, n int, each func(i, combo int, m *movement)) error {
	m := newMovement(b)
	next, combo := 1, 0
	for i := range b.Objects[:max(0, n)] {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		o := &b.Objects[i]
		for ; next < len(b.combo); next++ {
			p := &b.Palpables[b.combo[next]]
			if !(p.Time <= o.End) {
				break
			}
			m.add(&b.Palpables[b.combo[next-1]], p)
		}
		for j := range b.Palpables[o.First : o.First+o.Count] {
			if b.Palpables[int(o.First)+j].combo() {
				combo++
			}
		}
		each(i, combo, &m)
	}
	return nil
}

// Strains returns the course of the ruleset's only skill over b, without the first palpable, which is no move.
func Strains(ctx context.Context, b *Beatmap) ([]strain.Graph, error) {
	m := newMovement(b)
	n := max(len(b.combo)-1, 0)
	g := strain.Graph{Skill: "Movement", SectionLength: sectionLength, Objects: make([]float64, 0, n), Times: make([]float64, 0, n)}
	for i := 1; i < len(b.combo); i++ {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p := &b.Palpables[b.combo[i]]
		g.Objects = append(g.Objects, m.add(&b.Palpables[b.combo[i-1]], p))
		g.Times = append(g.Times, p.Time/b.Rate)
	}
	g.Peaks = m.sections.Peaks(nil)
	g.Value = m.sections.Value(peakWeight)
	return []strain.Graph{g}, ctx.Err()
}
