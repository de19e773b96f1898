package mania_test

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// eachRow calls test with every row of a table and its beatmap, one subtest a source.
func eachRow(t *testing.T, table string, test func(t *testing.T, row reference.Row, m *beatmap.Beatmap, ms mods.Set)) {
	for _, source := range reference.Sources(t) {
		t.Run(source.Name, func(t *testing.T) {
			parsed := map[string]*beatmap.Beatmap{}
			rows := 0
			for row := range source.Rows(t, table) {
				if table != "mania" && row.Ruleset != osu.Mania {
					continue
				}
				m := parsed[row.Map]
				if m == nil {
					var err error
					if m, err = beatmap.Parse(source.Map(t, row.Map)); err != nil {
						t.Fatalf("%s: %v", row.Map, err)
					}
					parsed[row.Map] = m
				}
				ms, err := mods.Parse(row.Mods)
				if err != nil {
					t.Fatalf("%s: %v", row.Mods, err)
				}
				rows++
				test(t, row, m, ms)
			}
			if rows == 0 {
				t.Error("there is nothing to compare with")
			}
		})
	}
}

func playable(t *testing.T, m *beatmap.Beatmap, ms mods.Set) *mania.Beatmap {
	t.Helper()
	b, err := mania.New(t.Context(), m, ms)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReference(t *testing.T) {
	eachRow(t, "mania", func(t *testing.T, row reference.Row, m *beatmap.Beatmap, ms mods.Set) {
		b := playable(t, m, ms)
		a, err := mania.Difficulty(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if d := reference.DiffFields(a, row.Difficulty); d != "" {
			t.Errorf("%s %s: %s", row.Map, row.Mods, d)
			return
		}
		if d := gocmp.Diff(row.Max, named(b.Max())); d != "" {
			t.Errorf("%s %s: judgements: %s", row.Map, row.Mods, d)
		}
		for name, state := range row.States {
			var s score.Statistics
			for i, r := range [...]score.Result{score.Perfect, score.Great, score.Good, score.Ok, score.Meh, score.Miss} {
				s[r] = state.Counts[i]
			}
			p := a.Performance(score.Play{Mods: ms, Statistics: s, MaxCombo: state.Combo, Accuracy: state.Accuracy})
			if d := reference.DiffFields(p, state.Attributes); d != "" {
				t.Errorf("%s %s %s: %s", row.Map, row.Mods, name, d)
			}
		}
		if row.Mods != "" {
			return
		}
		counts := map[string]int{}
		for _, o := range b.Objects {
			counts[kind(o)]++
		}
		if row.Objects != len(b.Objects) || !maps.Equal(counts, row.Counts) {
			t.Errorf("%s: got %v, want %v", row.Map, counts, row.Counts)
		}
		if l, w := b.Legacy(), row.Legacy; w != nil && (l.AccuracyScore != w.AccuracyScore || l.ComboScore != w.ComboScore ||
			l.BonusScore != w.BonusScore || l.BonusScoreRatio != w.BonusScoreRatio.Float || l.MaxCombo != w.MaxCombo) {
			t.Errorf("%s: got %+v, want %+v", row.Map, l, *w)
		}
	})
}

func kind(o mania.Object) string {
	if o.Hold {
		return "HoldNote"
	}
	return "Note"
}

func named(s score.Statistics) map[string]int32 {
	m := map[string]int32{}
	for r, name := range map[score.Result]string{score.Perfect: "perfect", score.IgnoreHit: "ignore_hit"} {
		if s[r] != 0 {
			m[name] = s[r]
		}
	}
	return m
}

func TestLegacyMultiplier(t *testing.T) {
	eachRow(t, "legacy", func(t *testing.T, row reference.Row, m *beatmap.Beatmap, ms mods.Set) {
		var want struct {
			Multiplier float64 `json:"legacy_multiplier"`
		}
		if err := json.Unmarshal(row.Raw, &want); err != nil {
			t.Fatal(err)
		}
		if d := reference.Diff(mania.LegacyMultiplier(m, ms), want.Multiplier); d != "" {
			t.Errorf("%s %s: %s", row.Map, row.Mods, d)
		}
	})
}

func TestTimed(t *testing.T) {
	eachRow(t, "timed", func(t *testing.T, row reference.Row, m *beatmap.Beatmap, ms mods.Set) {
		var want struct {
			Timed [][3]json.RawMessage `json:"timed"`
		}
		if err := json.Unmarshal(row.Raw, &want); err != nil {
			t.Fatal(err)
		}
		timed, err := mania.Timed(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want.Timed {
			var n int
			var end float64
			var a map[string]reference.Number
			for i, into := range []any{&n, &end, &a} {
				if err := json.Unmarshal(w[i], into); err != nil {
					t.Fatal(err)
				}
			}
			if n > len(timed) {
				t.Fatalf("%s %s: %d of %d objects", row.Map, row.Mods, n, len(timed))
			}
			got := timed[n-1]
			if d := reference.Diff(got.Time, end) + reference.DiffFields(got.Attributes, a); d != "" || got.Objects != n {
				t.Errorf("%s %s after %d: %s", row.Map, row.Mods, n, d)
				return
			}
		}
	})
}

func TestStrains(t *testing.T) {
	eachRow(t, "skills", func(t *testing.T, row reference.Row, m *beatmap.Beatmap, ms mods.Set) {
		var want struct {
			Skills []struct {
				Skill  string             `json:"skill"`
				Value  reference.Number   `json:"value"`
				Peaks  []reference.Number `json:"peaks"`
				Object []reference.Number `json:"obj"`
			} `json:"skills"`
		}
		if err := json.Unmarshal(row.Raw, &want); err != nil {
			t.Fatal(err)
		}
		graphs, err := mania.Strains(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
		}
		if len(graphs) != len(want.Skills) {
			t.Fatalf("%s: %d skills", row.Map, len(graphs))
		}
		for i, w := range want.Skills {
			g := graphs[i]
			d := reference.Diff(g.Value, w.Value.Float) + diffAll(g.Peaks, w.Peaks) + diffAll(g.Objects, w.Object)
			if g.Skill != w.Skill || d != "" {
				t.Errorf("%s %s %s: %s", row.Map, row.Mods, w.Skill, d)
			}
		}
	})
}

func diffAll(got []float64, want []reference.Number) string {
	if len(got) != len(want) {
		return fmt.Sprintf("got %d values, want %d; ", len(got), len(want))
	}
	for i := range got {
		if d := reference.Diff(got[i], want[i].Float); d != "" {
			return fmt.Sprintf("%d: %s; ", i, d)
		}
	}
	return ""
}

func TestObjects(t *testing.T) {
	eachRow(t, "objects", func(t *testing.T, row reference.Row, m *beatmap.Beatmap, ms mods.Set) {
		var want struct {
			Objects []json.RawMessage `json:"hit_objects"`
		}
		if err := json.Unmarshal(row.Raw, &want); err != nil {
			t.Fatal(err)
		}
		b := playable(t, m, ms)
		if len(b.Objects) != len(want.Objects) {
			t.Errorf("%s %s: got %d objects, want %d", row.Map, row.Mods, len(b.Objects), len(want.Objects))
			return
		}
		for i, o := range b.Objects {
			var name string
			var w mania.Object
			if err := json.Unmarshal(want.Objects[i], &[]any{&name, &w.Start, &w.End, &w.Column}); err != nil {
				t.Fatal(err)
			}
			w.Hold = name == "HoldNote"
			// The table has 15 digits of a time.
			if o.Column != w.Column || o.Hold != w.Hold || reference.Diff(o.Start, w.Start)+reference.Diff(o.End, w.End) != "" {
				t.Errorf("%s %s: object %d is %+v, want %+v", row.Map, row.Mods, i, o, w)
				return
			}
		}
	})
}

func TestOfficialStars(t *testing.T) {
	var table struct {
		Cases []struct {
			Ruleset osu.Ruleset `json:"ruleset"`
			MD5     string      `json:"md5"`
			Mods    string      `json:"mods"`
			Stars   float64     `json:"head_star_rating"`
			Combo   int         `json:"head_max_combo"`
		} `json:"cases"`
	}
	f, err := reference.Official(t).Open("star_ratings.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(&table); err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, c := range table.Cases {
		if c.Ruleset != osu.Mania {
			continue
		}
		cases++
		a := official(t, c.MD5, c.Mods)
		if d := reference.Diff(a.Stars, c.Stars); d != "" || a.MaxCombo != c.Combo {
			t.Errorf("%s %s: %s, combo %d", c.MD5, c.Mods, d, a.MaxCombo)
		}
	}
	if cases == 0 {
		t.Error("there is nothing to compare with")
	}
}

func official(t *testing.T, md5, with string) mania.Attributes {
	t.Helper()
	m, err := beatmap.Parse(reference.OfficialMap(t, md5))
	if err != nil {
		t.Fatal(err)
	}
	ms, err := mods.Parse(with)
	if err != nil {
		t.Fatal(err)
	}
	a, err := mania.Difficulty(t.Context(), playable(t, m, ms))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOfficialConversion(t *testing.T) {
	f, err := reference.Official(t).Open("conversion/mania.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []struct {
			Name     string
			MD5      string
			Mods     []string
			Expected struct {
				Mappings []struct {
					StartTime float64
					Objects   []struct {
						StartTime, EndTime float64
						Column             int
					}
				}
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&table); err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Cases {
		switch c.Name {
		case "11K", "13K", "15K", "17K":
			continue // the official client loses a column of these, and its test leaves them out
		}
		m, err := beatmap.Parse(reference.OfficialMap(t, c.MD5))
		if err != nil {
			t.Fatal(err)
		}
		ms, err := mods.Parse(strings.Join(c.Mods, ","))
		if err != nil {
			t.Fatal(err)
		}
		b := playable(t, m, ms)
		var want []mania.Object
		for _, mapping := range c.Expected.Mappings {
			for _, o := range mapping.Objects {
				want = append(want, mania.Object{Start: o.StartTime, End: o.EndTime, Column: o.Column})
			}
		}
		if len(b.Objects) != len(want) {
			t.Errorf("%s %s: got %d objects, want %d", c.Name, c.Mods, len(b.Objects), len(want))
			continue
		}
		// The table groups objects by what they were made of. The ends are stable's, from which lazer may differ by 2 ms.
		order := func(a, b mania.Object) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Column, b.Column), cmp.Compare(a.End, b.End))
		}
		slices.SortFunc(want, order)
		slices.SortFunc(b.Objects, order)
		for i, o := range b.Objects {
			if w := want[i]; o.Column != w.Column || math.Abs(o.Start-w.Start) > 2 || math.Abs(o.End-w.End) > 2 {
				t.Errorf("%s %s: object %d is %+v, want %+v", c.Name, c.Mods, i, o, w)
				break
			}
		}
	}
	if len(table.Cases) == 0 {
		t.Error("there is nothing to compare with")
	}
}
