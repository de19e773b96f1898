package standard

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// maps parses each map of a source once.
type maps map[string]*beatmap.Beatmap

func (m maps) playable(t *testing.T, source reference.Source, name, modText string) *Beatmap {
	t.Helper()
	if m[name] == nil {
		parsed, err := beatmap.Parse(source.Map(t, name))
		if err != nil {
			t.Fatal(name, err)
		}
		m[name] = parsed
	}
	set, err := mods.Parse(modText)
	if err != nil {
		t.Fatal(name, err)
	}
	b, err := New(t.Context(), m[name], set)
	if err != nil {
		t.Fatal(name, modText, err)
	}
	return b
}

// statistics are those of a state of the tables.
func statistics(c []int32) (s score.Statistics) {
	s[score.Great], s[score.Ok], s[score.Meh], s[score.Miss] = c[0], c[1], c[2], c[3]
	s[score.SliderTailHit], s[score.LargeTickHit], s[score.LargeTickMiss] = c[4], c[5], c[6]
	return s
}

func TestReferenceDifficulty(t *testing.T) {
	for _, source := range reference.Sources(t) {
		maps := maps{}
		for row := range source.Rows(t, "osu") {
			b := maps.playable(t, source, row.Map, row.Mods)
			got, err := Difficulty(t.Context(), b)
			if err != nil {
				t.Fatal(row.Map, row.Mods, err)
			}
			if diff := reference.DiffFields(got, row.Difficulty); diff != "" {
				t.Errorf("%s %q: %s", row.Map, row.Mods, diff)
				continue
			}
			for name, state := range row.States {
				play := score.Play{
					Mods: b.Mods, Statistics: statistics(state.Counts), MaxCombo: state.Combo,
					Accuracy: state.Accuracy, LegacyTotal: state.LegacyTotal,
				}
				if diff := reference.DiffFields(got.Performance(play), state.Attributes); diff != "" {
					t.Errorf("%s %q %s: %s", row.Map, row.Mods, name, diff)
				}
			}
		}
	}
}

func TestReferenceTimed(t *testing.T) {
	for _, source := range reference.Sources(t) {
		maps := maps{}
		for row := range source.Rows(t, "timed") {
			if row.Ruleset != osu.Standard {
				continue
			}
			b := maps.playable(t, source, row.Map, row.Mods)
			got, err := Timed(t.Context(), b)
			if err != nil {
				t.Fatal(row.Map, row.Mods, err)
			}
			var want struct {
				Timed [][3]json.RawMessage `json:"timed"`
			}
			if err := json.Unmarshal(row.Raw, &want); err != nil {
				t.Fatal(err)
			}
			for _, w := range want.Timed {
				var n int
				var end reference.Number
				var attributes map[string]reference.Number
				for i, to := range []any{&n, &end, &attributes} {
					if err := json.Unmarshal(w[i], to); err != nil {
						t.Fatal(err)
					}
				}
				g := got[n-1]
				diff := reference.Diff(g.Time, end.Float) + reference.DiffFields(g.Attributes, attributes)
				if g.Objects != n || diff != "" {
					t.Errorf("%s %q after %d (%d): %s", row.Map, row.Mods, n, g.Objects, diff)
				}
			}
		}
	}
}

func TestReferenceStrains(t *testing.T) {
	for _, source := range reference.Sources(t) {
		maps := maps{}
		for row := range source.Rows(t, "skills") {
			if row.Ruleset != osu.Standard {
				continue
			}
			b := maps.playable(t, source, row.Map, row.Mods)
			got, err := Strains(t.Context(), b)
			if err != nil {
				t.Fatal(row.Map, row.Mods, err)
			}
			var want struct {
				Skills []struct {
					Skill          string
					Value          reference.Number
					IncludeSliders *bool
					Peaks, Obj     []reference.Number
				}
			}
			if err := json.Unmarshal(row.Raw, &want); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want.Skills) {
				t.Fatalf("%s %q: %d skills, want %d", row.Map, row.Mods, len(got), len(want.Skills))
			}
			for i, w := range want.Skills {
				if w.IncludeSliders != nil && !*w.IncludeSliders {
					w.Skill += "NoSliders"
				}
				diff := reference.Diff(got[i].Value, w.Value.Float) + diffSeries(got[i].Objects, w.Obj) + diffSeries(got[i].Peaks, w.Peaks)
				if got[i].Skill != w.Skill || diff != "" {
					t.Errorf("%s %q %s (%s): %s", row.Map, row.Mods, w.Skill, got[i].Skill, diff)
				}
			}
		}
	}
}

func diffSeries(got []float64, want []reference.Number) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d values, want %d; ", len(got), len(want))
	}
	for i := range got {
		if d := reference.Diff(got[i], want[i].Float); d != "" {
			return fmt.Sprintf("value %d: %s; ", i, d)
		}
	}
	return ""
}

func TestOfficialStars(t *testing.T) {
	var table struct {
		Cases []struct {
			Ruleset  osu.Ruleset
			MD5      string
			Mods     string
			Stars    float64 `json:"head_star_rating"`
			MaxCombo int     `json:"head_max_combo"`
		}
	}
	readOfficial(t, "star_ratings.json", &table)
	for _, c := range table.Cases {
		if c.Ruleset != osu.Standard {
			continue
		}
		a, err := Difficulty(t.Context(), official(t, c.MD5, c.Mods))
		if err != nil {
			t.Fatal(err)
		}
		if diff := reference.Diff(a.Stars, c.Stars); diff != "" || a.MaxCombo != c.MaxCombo {
			t.Errorf("%s %q: %s, combo %d, want %d", c.MD5, c.Mods, diff, a.MaxCombo, c.MaxCombo)
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
	readOfficial(t, "timed_star_ratings.json", &table)
	timed, err := Timed(t.Context(), official(t, table.MD5, ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range table.Points {
		var last TimedAttributes
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

func readOfficial(t *testing.T, name string, into any) {
	t.Helper()
	f, err := reference.Official(t).Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func official(t *testing.T, md5, modText string) *Beatmap {
	t.Helper()
	m, err := beatmap.Parse(reference.OfficialMap(t, md5))
	if err != nil {
		t.Fatal(err)
	}
	set, err := mods.Parse(strings.TrimSpace(modText))
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(t.Context(), m, set)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
