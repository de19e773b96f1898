package mania

import (
	"context"

	"github.com/pure-peace/peace/osu/strain"
)

// Version is that of the official difficulty algorithm whose results these are.
const Version = 20241007

// starFactor turns the value of the strain skill into stars.
const starFactor = 0.018

// Attributes is how difficult a beatmap is, by the official names. Performance needs nothing else of it.
type Attributes struct {
	Stars    float64 `json:"star_rating"`
	MaxCombo int     `json:"max_combo"`
}

// Difficulty returns how difficult b is. Source: ppy/osu
// osu.Game.Rulesets.Mania/Difficulty/ManiaDifficultyCalculator.cs.
func Difficulty(ctx context.Context, b *Beatmap) (Attributes, error) {
	var a Attributes
	s, err := run(ctx, b, nil)
	if err != nil || len(b.Objects) == 0 {
		return a, err
	}
	a.Stars = s.sections.Value(peakDecay) * starFactor
	for i := range b.Objects {
		a.MaxCombo += b.Objects[i].combo()
	}
	return a, nil
}

// Strains returns the one skill of mania over time.
func Strains(ctx context.Context, b *Beatmap) ([]strain.Graph, error) {
	g := strain.Graph{Skill: "Strain", SectionLength: sectionLength}
	g.Objects, g.Times = make([]float64, 0, len(b.Objects)), make([]float64, 0, len(b.Objects))
	s, err := run(ctx, b, func(at, value float64) {
		g.Objects, g.Times = append(g.Objects, value), append(g.Times, at)
	})
	if err != nil {
		return nil, err
	}
	g.Value, g.Peaks = s.sections.Value(peakDecay), s.sections.Peaks(nil)
	return []strain.Graph{g}, nil
}

// run lets the skill see all objects, and tells each if it is not nil when an object is to be hit and the strain there.
func run(ctx context.Context, b *Beatmap, each func(at, value float64)) (*skill, error) {
	order := sortedOrder(b.Objects)
	s := newSkill(b, order)
	for i := 1; i < len(order); i++ {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		v := s.process(&b.Objects[order[i]])
		if each != nil {
			each(s.at, v)
		}
	}
	return s, ctx.Err()
}
