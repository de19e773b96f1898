package osutest

import (
	"testing"

	"github.com/pure-peace/peace/osu/strain"
)

// Skill is what one skill makes of a beatmap.
type Skill struct {
	Skill          string
	IncludeSliders *bool // of osu!'s aim, of which there are two
	Value          Number
	Peaks          []Number
	Objects        []Number `json:"obj"`
}

// Name tells the skills of a beatmap apart, as Graph.Skill does.
func (s *Skill) Name() string {
	if s.IncludeSliders != nil && !*s.IncludeSliders {
		return s.Skill + "NoSliders"
	}
	return s.Skill
}

// Skills returns the skills of a row of the table skills.
func (r Row) Skills(tb testing.TB) []Skill {
	tb.Helper()
	var columns struct{ Skills []Skill }
	r.Decode(tb, &columns)
	return columns.Skills
}

// CompareGraphs fails the test where graphs differ from the row's skills.
func CompareGraphs(tb testing.TB, got []strain.Graph, row Row) {
	tb.Helper()
	want := row.Skills(tb)
	if len(got) != len(want) {
		tb.Errorf("%s: %d skills, want %d", row, len(got), len(want))
		return
	}
	for i := range want {
		g, w := &got[i], &want[i]
		if g.Skill != w.Name() || len(g.Times) != len(g.Objects) {
			tb.Errorf("%s: skill %s, want %s; %d strains at %d times", row, g.Skill, w.Name(), len(g.Objects), len(g.Times))
		}
		for what, d := range map[string]string{
			"value": Diff(g.Value, w.Value.Float), "peaks": diffNumbers(g.Peaks, w.Peaks), "strains": diffNumbers(g.Objects, w.Objects),
		} {
			if d != "" {
				tb.Errorf("%s: %s of %s: %s", row, what, w.Name(), d)
			}
		}
	}
}
