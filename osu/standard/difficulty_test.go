package standard_test

import (
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/standard"
)

func TestReferenceDifficulty(t *testing.T) {
	osutest.Each(t, osu.Standard, "osu", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		a, err := standard.Difficulty(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(row, err)
		}
		if d := osutest.DiffFields(a, row.Difficulty); d != "" {
			t.Errorf("%s: %s", row, d)
			return
		}
		for name, s := range row.States {
			if d := osutest.DiffFields(a.Performance(s.Play(osu.Standard, ms)), s.Attributes); d != "" {
				t.Errorf("%s %s: %s", row, name, d)
			}
		}
	})
}

func TestReferenceTimed(t *testing.T) {
	osutest.Each(t, osu.Standard, "timed", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		timed, err := standard.Timed(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(row, err)
		}
		for _, want := range row.Timed(t) {
			got := timed[want.Objects-1]
			if d := want.Diff(got.Objects, got.Time, got.Attributes); d != "" {
				t.Errorf("%s after %d objects: %s", row, want.Objects, d)
			}
		}
	})
}

func TestReferenceStrains(t *testing.T) {
	osutest.Each(t, osu.Standard, "skills", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		graphs, err := standard.Strains(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(row, err)
		}
		osutest.CompareGraphs(t, graphs, row)
	})
}

// TestOfficialStars runs the cases of ppy/osu osu.Game.Rulesets.Osu.Tests/OsuDifficultyCalculatorTest.cs.
func TestOfficialStars(t *testing.T) {
	for _, c := range osutest.StarCases(t, osu.Standard) {
		a, err := standard.Difficulty(t.Context(), playable(t, c.Beatmap, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if d := c.Diff(a.Stars, a.MaxCombo); d != "" {
			t.Errorf("%s %v: %s", c.MD5, c.Mods, d)
		}
	}
}

func TestOfficialTimedStars(t *testing.T) {
	var table struct {
		MD5       string
		Tolerance float64
		Points    []struct {
			Time     float64
			MaxCombo int     `json:"max_combo"`
			Stars    float64 `json:"star_rating"`
		}
	}
	osutest.ReadData(t, "official/timed_star_ratings.json", &table)
	timed, err := standard.Timed(t.Context(), playable(t, osutest.OfficialBeatmap(t, table.MD5), nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range table.Points {
		var last standard.TimedAttributes
		for _, at := range timed {
			if at.Time <= p.Time {
				last = at
			}
		}
		if d := last.Stars - p.Stars; d > table.Tolerance || -d > table.Tolerance || last.MaxCombo != p.MaxCombo {
			t.Errorf("at %g: %g stars, combo %d, want %g, %d", p.Time, last.Stars, last.MaxCombo, p.Stars, p.MaxCombo)
		}
	}
}
