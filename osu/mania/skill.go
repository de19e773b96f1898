package mania

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

const (
	sectionLength = 400 // milliseconds
	peakDecay     = 0.9

	releaseThreshold = 30  // milliseconds between two releases at which the later hold counts half as awkward
	surelyAwkward    = 170 // milliseconds from which on the logistic curve around the threshold is 1 in every digit
)

// The natural logarithm of what is left of a strain after a millisecond. After a second 0.125 is left of a column's, and 0.3 of
// the overall one.
const (
	columnDecay  = -3 * math.Ln2 / 1000
	overallDecay = -1.20397280432593599262 / 1000
)

// skill is the strain that a beatmap puts on a player: that of the column of each object, and that of all columns together.
// All times are those of the rate-adjusted clock. Source: ppy/osu osu.Game.Rulesets.Mania/Difficulty/Skills/Strain.cs.
type skill struct {
	rate     float64
	columns  []column
	latest   float64 // no object in columns ends later
	column   float64 // the strain of the hardest column of the chord
	overall  float64
	before   float64 // when the last object is to be hit, by the beatmap's clock
	at       float64 // the same by the adjusted one
	first    bool    // no object has a strain yet
	lost     bool    // some strain was not a number, and so is the official sum that all later ones are added to
	inColumn decays
	inAll    decays
	sections strain.Sections
}

// column is the last object of a column, and the strain there at its start.
type column struct{ start, end, strain float64 }

// newSkill returns the skill as it is at the first object of order, which has no strain of its own.
func newSkill(b *Beatmap, order []int32) *skill {
	s := &skill{
		rate:     b.Rate,
		columns:  make([]column, b.Columns),
		latest:   math.Inf(-1),
		overall:  1,
		first:    true,
		inColumn: decays{rate: columnDecay},
		inAll:    decays{rate: overallDecay},
	}
	for i := range s.columns {
		s.columns[i] = column{start: math.Inf(-1), end: math.Inf(-1)}
	}
	sections := 1.0
	if n := len(order); n > 0 {
		s.before = b.Objects[order[0]].Start
		sections += (b.Objects[order[n-1]].Start - s.before) / s.rate / sectionLength
	}
	// The official order is not always that of time: beyond a month the last may be before the first.
	s.sections = strain.NewSections(sectionLength, int(min(max(sections, 0), float64(len(order)))))
	return s
}

// process adds an object and returns the strain there.
func (s *skill) process(o *Object) float64 {
	start, end, gap := o.Start, o.End, o.Start-s.before
	s.before = o.Start
	if s.rate != 1 {
		start, end, gap = start/s.rate, end/s.rate, gap/s.rate
	}
	if s.first || !s.sections.Within(start) {
		s.sections.Advance(start, s.first, func(at float64) float64 {
			return decay(s.column, columnDecay, at-s.at) + decay(s.overall, overallDecay, at-s.at)
		})
		s.first = false
	}
	held, awkward := 1.0, 0.0
	if s.latest-1 > min(start, end) {
		held, awkward = s.holds(start, end)
	}

	c := &s.columns[o.Column]
	since := start
	if c.start != math.Inf(-1) {
		since -= c.start
	}
	c.strain = s.inColumn.apply(c.strain, since) + 2*held
	if gap > 1 {
		s.column = c.strain
	} else {
		s.column = max(s.column, c.strain)
	}
	s.overall = s.inAll.apply(s.overall, gap) + (1+awkward)*held

	c.start, c.end = start, end
	s.latest = max(s.latest, end)
	s.at = start
	value := s.column + s.overall
	if s.lost = s.lost || value != value; s.lost {
		value = math.NaN()
	}
	s.sections.Add(value)
	return value
}

// decays is what is left of a strain after some milliseconds. It remembers the last answers, for the gaps between the objects of
// a beatmap repeat.
type decays struct {
	rate  float64
	known [1 << decayBits]struct{ elapsed, left float64 }
}

const decayBits = 7

func (d *decays) apply(value, elapsed float64) float64 {
	if elapsed == 0 {
		return value
	}
	k := &d.known[math.Float64bits(elapsed)*0x9E3779B97F4A7C15>>(64-decayBits)]
	if k.elapsed != elapsed {
		k.elapsed, k.left = elapsed, math.Exp(d.rate*elapsed)
	}
	return value * k.left
}

// decay returns what is left of a strain after some milliseconds, unremembered.
func decay(value, rate, elapsed float64) float64 {
	if elapsed > 1e6 {
		return value * 0 // sooner than by the exponential, for beatmaps may be silent for weeks
	}
	return value * math.Exp(rate*elapsed)
}

// holds returns the factor of an object during a longer hold, and how awkward its end is to release, 0 to 1. Source: ppy/osu
// osu.Game.Rulesets.Mania/Difficulty/Evaluators.
func (s *skill) holds(start, end float64) (factor, awkward float64) {
	factor = 1
	overlaps := false
	s.latest = math.Inf(-1)
	for i := range s.columns {
		c := &s.columns[i]
		s.latest = max(s.latest, c.end)
		if held := c.end - 1; start-1 > c.start {
			overlaps = overlaps || held > start && end-1 > c.end
			if held > end {
				factor = 1.25
			}
		}
	}
	if overlaps {
		closest := math.Abs(end - start)
		for i := range s.columns {
			closest = min(closest, math.Abs(end-s.columns[i].end))
		}
		if awkward = 1; closest < surelyAwkward {
			awkward = strain.Logistic(closest, releaseThreshold, 0.27, 1)
		}
	}
	return factor, awkward
}
