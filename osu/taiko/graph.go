package taiko

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/osu/strain"
)

// Strains returns what makes b hard over its time, a graph for each skill.
func Strains(ctx context.Context, b *Beatmap) ([]strain.Graph, error) {
	r, err := newRating(ctx, b)
	if err != nil {
		return nil, err
	}
	r.draw = true
	if err := r.addAll(ctx); err != nil {
		return nil, err
	}
	times := make([]float64, len(r.notes))
	for i := range r.notes {
		times[i] = r.notes[i].start
	}
	graphs := make([]strain.Graph, 0, len(skills)+1)
	for _, skill := range skills {
		g := strain.Graph{Skill: skill.name, Value: r.value(skill.of)}
		for i := range r.peaks {
			g.Peaks = append(g.Peaks, *skill.of(&r.peaks[i]))
		}
		g.Peaks = append(g.Peaks, *skill.of(&r.peak))
		for i := range r.notes {
			g.Objects = append(g.Objects, *skill.of(&r.notes[i].strains))
		}
		graphs = append(graphs, g)
	}
	graphs = append(graphs, strain.Graph{
		Skill: "Stamina", Value: r.monoValue(), Peaks: append(r.monoPeaks, r.peakMono), Objects: r.mono,
	})
	for i := range graphs {
		graphs[i].SectionLength, graphs[i].Times = sectionLength, times
	}
	return graphs, nil
}

// skills are all but the last one.
var skills = [...]struct {
	name string
	of   func(*strains) *float64
}{{"Rhythm", rhythmOf}, {"Reading", readingOf}, {"Colour", colourOf}, {"Stamina", staminaOf}}

func rhythmOf(s *strains) *float64  { return &s.rhythm }
func readingOf(s *strains) *float64 { return &s.reading }
func colourOf(s *strains) *float64  { return &s.colour }
func staminaOf(s *strains) *float64 { return &s.stamina }

// value returns the weighted sum of a skill's peaks. Strains of colour may be negative; such peaks do not count.
func (r *rating) value(of func(*strains) *float64) float64 {
	r.scratch = r.scratch[:0]
	for i := range r.peaks {
		r.scratch = append(r.scratch, *of(&r.peaks[i]))
	}
	r.scratch = append(r.scratch, *of(&r.peak))
	return r.weighted()
}

// monoValue is value of the stamina in streaks of one colour.
func (r *rating) monoValue() float64 {
	r.scratch = append(append(r.scratch[:0], r.monoPeaks...), r.peakMono)
	return r.weighted()
}

// weighted returns the weighted sum of scratch.
func (r *rating) weighted() float64 {
	r.memory = slices.Grow(r.memory, 2*len(r.scratch)+2)
	return strain.Weighted(r.scratch, peakDecay, r.memory)
}
