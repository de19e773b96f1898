package mania

import (
	"math"

	"github.com/pure-peace/peace/osu/strain"
)

const (
	sectionLength = 400 // milliseconds
	peakDecay     = 0.9

	releaseThreshold = 30 // milliseconds between two releases at which the later hold counts half as awkward
)

// Of each strain so much is left after a second: 0.125 of a column's, 0.3 of the overall one.
var columnDecay, overallDecay = strain.DecayRate(0.125), strain.DecayRate(0.3)

// skill is the strain that a beatmap puts on a player: that of the column of each object, and that of all columns together.
// All times are those of the rate-adjusted clock. Source: ppy/osu osu.Game.Rulesets.Mania/Difficulty/Skills/Strain.cs.
type skill struct {
	rate     float64
	columns  []column
	latest   float64 // no object in columns ends later
	column   float64 // the strain of the hardest column of the chord
	overall  float64
	at       float64 // when the last object is to be hit
	objects  int
	sections strain.Sections
}

// column is the last object of a column, and the strain there at its start.
type column struct{ start, end, strain float64 }

func newSkill(b *Beatmap) *skill {
	s := &skill{
		rate:     b.Rate,
		columns:  make([]column, b.Columns),
		latest:   math.Inf(-1),
		overall:  1,
		sections: strain.NewSections(sectionLength, len(b.Objects)),
	}
	for i := range s.columns {
		s.columns[i] = column{start: math.Inf(-1), end: math.Inf(-1)}
	}
	return s
}

// process adds an object, which comes after before, and returns the strain there.
func (s *skill) process(before, o *Object) float64 {
	start, end, gap := o.Start/s.rate, o.End/s.rate, (o.Start-before.Start)/s.rate
	s.sections.Advance(start, s.objects == 0, func(at float64) float64 {
		return decay(s.column, columnDecay, at-s.at) + decay(s.overall, overallDecay, at-s.at)
	})
	held, awkward := s.holds(start, end)

	c := &s.columns[o.Column]
	since := start
	if c.start != math.Inf(-1) {
		since -= c.start
	}
	c.strain = decay(c.strain, columnDecay, since) + 2*held
	if gap > 1 {
		s.column = c.strain
	} else {
		s.column = math.Max(s.column, c.strain)
	}
	s.overall = decay(s.overall, overallDecay, gap) + (1+awkward)*held

	c.start, c.end = start, end
	s.latest = math.Max(s.latest, end)
	s.at = start
	s.objects++
	value := s.column + s.overall
	s.sections.Add(value)
	return value
}

// decay returns what is left of a strain after some milliseconds.
func decay(value, rate, elapsed float64) float64 {
	if elapsed == 0 {
		return value
	}
	return value * math.Exp(rate*elapsed)
}

// holds returns the factor of an object during another hold, and how awkward its end is to release, 0 to 1. Source: ppy/osu
// osu.Game.Rulesets.Mania/Difficulty/Evaluators.
func (s *skill) holds(start, end float64) (factor, awkward float64) {
	if !(s.latest-1 > start || s.latest-1 > end) {
		return 1, 0 // nothing is held
	}
	factor = 1
	overlaps := false
	closest, latest := math.Abs(end-start), math.Inf(-1)
	for i := range s.columns {
		c := &s.columns[i]
		if start-1 > c.start {
			overlaps = overlaps || c.end-1 > start && end-1 > c.end
			if c.end-1 > end {
				factor = 1.25
			}
		}
		closest = math.Min(closest, math.Abs(end-c.end))
		latest = math.Max(latest, c.end)
	}
	s.latest = latest
	if overlaps {
		awkward = strain.Logistic(closest, releaseThreshold, 0.27, 1)
	}
	return factor, awkward
}
