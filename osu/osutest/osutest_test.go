package osutest_test

import (
	"math"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

func TestDiff(t *testing.T) {
	for _, test := range []struct {
		got, want float64
		differs   bool
	}{
		{1, 1, false}, {1 + 5e-10, 1, false}, {1e12, 1e12 + 500, false}, {math.NaN(), math.NaN(), false}, {math.Inf(1), math.Inf(1), false},
		{1 + 5e-9, 1, true}, {5e-9, 0, true}, {math.NaN(), 1, true}, {1, math.NaN(), true}, {math.Inf(1), math.Inf(-1), true}, {1e300, math.Inf(1), true},
	} {
		if d := osutest.Diff(test.got, test.want); (d != "") != test.differs {
			t.Errorf("%v, %v: %q", test.got, test.want, d)
		}
	}
}

// failures counts what a test reports.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }

func TestDiffMax(t *testing.T) {
	osutest.Each(t, osu.Catch, "catch", func(t *testing.T, row osutest.Row, _ *beatmap.Beatmap, _ mods.Set) {
		best := row.Perfect(t)
		if d := row.DiffMax(best); d != "" {
			t.Errorf("%s: %s", row, d)
		}
		if best[score.Great]++; row.DiffMax(best) == "" {
			t.Errorf("%s: one more great goes unnoticed", row)
		}
	})
}

func TestDiffLegacy(t *testing.T) {
	osutest.Each(t, osu.Catch, "legacy", func(t *testing.T, row osutest.Row, _ *beatmap.Beatmap, _ mods.Set) {
		legacy := row.Legacy.Score()
		if d := row.DiffLegacy(legacy); d != "" {
			t.Errorf("%s: %s", row, d)
		}
		if legacy.BonusScoreRatio += 1e-9; row.DiffLegacy(legacy) == "" {
			t.Errorf("%s: another ratio of the bonus goes unnoticed", row)
		}
	})
}

func TestDiffTimed(t *testing.T) {
	osutest.Each(t, osu.Catch, "timed", func(t *testing.T, row osutest.Row, _ *beatmap.Beatmap, _ mods.Set) {
		type attributes struct {
			Stars    float64 `json:"star_rating"`
			MaxCombo float64 `json:"max_combo"`
		}
		for _, w := range row.Timed(t) {
			a := attributes{w.Attributes["star_rating"].Float, w.Attributes["max_combo"].Float}
			if d := w.Diff(w.Objects, w.Time, a); d != "" {
				t.Errorf("%s: %s", row, d)
			}
			if w.Diff(w.Objects+1, w.Time, a) == "" || w.Diff(w.Objects, w.Time+1, a) == "" || w.Diff(w.Objects, w.Time, attributes{-1, a.MaxCombo}) == "" {
				t.Errorf("%s after %d objects: a difference goes unnoticed", row, w.Objects)
			}
		}
	})
}

func TestCompareGraphs(t *testing.T) {
	osutest.Each(t, osu.Catch, "skills", func(t *testing.T, row osutest.Row, _ *beatmap.Beatmap, _ mods.Set) {
		var graphs []strain.Graph
		for _, s := range row.Skills(t) {
			graphs = append(graphs, strain.Graph{
				Skill: s.Name(), Value: s.Value.Float, Peaks: floats(s.Peaks), Objects: floats(s.Objects), Times: make([]float64, len(s.Objects)),
			})
		}
		osutest.CompareGraphs(t, graphs, row)
		for _, wrong := range [][]strain.Graph{
			nil, {{}}, alter(graphs, func(g *strain.Graph) { g.Skill += "s" }), alter(graphs, func(g *strain.Graph) { g.Value++ }),
			alter(graphs, func(g *strain.Graph) { g.Peaks = append([]float64{-1}, g.Peaks...) }),
			alter(graphs, func(g *strain.Graph) { g.Objects = make([]float64, len(g.Objects)+1) }),
			alter(graphs, func(g *strain.Graph) { g.Times = append(g.Times, 0) }),
		} {
			f := failures{TB: t}
			if osutest.CompareGraphs(&f, wrong, row); f.n == 0 {
				t.Errorf("%s: a difference goes unnoticed", row)
			}
		}
	})
}

func floats(numbers []osutest.Number) (out []float64) {
	for _, n := range numbers {
		out = append(out, n.Float)
	}
	return out
}

// alter changes a copy of the first graph.
func alter(graphs []strain.Graph, change func(*strain.Graph)) []strain.Graph {
	out := append([]strain.Graph(nil), graphs...)
	change(&out[0])
	return out
}

func TestPlay(t *testing.T) {
	set := mods.Of(mods.Hidden)
	p := osutest.State{Counts: []int32{5, 4, 3}, Combo: 9, Accuracy: 0.5}.Play(osu.Taiko, set)
	if want := (score.Statistics{score.Great: 5, score.Ok: 4, score.Miss: 3}); p.Statistics != want || p.MaxCombo != 9 || p.Accuracy != 0.5 || !p.Mods.Has(mods.Hidden) {
		t.Errorf("%+v", p)
	}
}
