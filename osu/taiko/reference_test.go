package taiko_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/taiko"
)

// parsed caches the last map, as the rows of one map follow each other.
type parsed struct {
	source reference.Source
	name   string
	m      *beatmap.Beatmap
}

func (p *parsed) play(t *testing.T, row *reference.Row) (*taiko.Beatmap, mods.Set) {
	t.Helper()
	if p.name != row.Map || p.m == nil {
		m, err := beatmap.Parse(p.source.Map(t, row.Map))
		if err != nil {
			t.Fatalf("%s: %v", row.Map, err)
		}
		p.name, p.m = row.Map, m
	}
	ms := parseMods(t, row.Mods)
	b, err := taiko.New(context.Background(), p.m, ms)
	if err != nil {
		t.Fatalf("%s %s: %v", row.Map, row.Mods, err)
	}
	return b, ms
}

func parseMods(t testing.TB, text string) mods.Set {
	t.Helper()
	ms, err := mods.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func decode(t *testing.T, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

var results = map[string]score.Result{
	"great": score.Great, "large_bonus": score.LargeBonus, "small_bonus": score.SmallBonus, "ignore_hit": score.IgnoreHit,
}

func expectMax(t *testing.T, b *taiko.Beatmap, row *reference.Row) {
	t.Helper()
	var want score.Statistics
	for name, n := range row.Max {
		r, ok := results[name]
		if !ok {
			t.Fatalf("unknown result %s", name)
		}
		want[r] = n
	}
	if got := b.Max(); got != want {
		t.Errorf("%s %s: judgements %v, want %v", row.Map, row.Mods, got, want)
	}
}

func expectLegacy(t *testing.T, b *taiko.Beatmap, row *reference.Row) {
	t.Helper()
	w := row.Legacy
	if w == nil {
		return
	}
	got := b.Legacy()
	want := score.Legacy{
		AccuracyScore: w.AccuracyScore, ComboScore: w.ComboScore, BonusScore: w.BonusScore, BonusScoreRatio: got.BonusScoreRatio,
		MaxCombo: w.MaxCombo,
	}
	if got != want || reference.Diff(got.BonusScoreRatio, w.BonusScoreRatio.Float) != "" {
		t.Errorf("%s %s: legacy %+v, want %+v", row.Map, row.Mods, got, *w)
	}
}

func TestReference(t *testing.T) {
	for _, source := range reference.Sources(t) {
		t.Run(source.Name, func(t *testing.T) {
			p, rows, states := parsed{source: source}, 0, 0
			for row := range source.Rows(t, "taiko") {
				rows++
				b, ms := p.play(t, &row)
				a, err := taiko.Difficulty(context.Background(), b)
				if err != nil {
					t.Fatal(err)
				}
				if d := reference.DiffFields(a, row.Difficulty); d != "" {
					t.Errorf("%s %s: %s", row.Map, row.Mods, d)
				}
				expectMax(t, b, &row)
				expectLegacy(t, b, &row)
				if row.Mods == "" {
					expectCounts(t, b, &row)
				}
				for name, s := range row.States {
					states++
					got := a.Performance(score.Play{
						Mods:       ms,
						Statistics: score.Statistics{score.Great: s.Counts[0], score.Ok: s.Counts[1], score.Miss: s.Counts[2]},
						MaxCombo:   s.Combo,
						Accuracy:   s.Accuracy,
					})
					if d := reference.DiffFields(got, s.Attributes); d != "" {
						t.Errorf("%s %s %s: %s", row.Map, row.Mods, name, d)
					}
				}
			}
			t.Logf("%d calculations, %d plays", rows, states)
		})
	}
}

func expectCounts(t *testing.T, b *taiko.Beatmap, row *reference.Row) {
	t.Helper()
	got := map[string]int{}
	for i := range b.Objects {
		got[b.Objects[i].Kind.String()]++
	}
	if d := cmp.Diff(row.Counts, got); len(row.Counts)+len(got) > 0 && d != "" {
		t.Errorf("%s: objects (-want +got):\n%s", row.Map, d)
	}
}

func TestReferenceLegacy(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p := parsed{source: source}
		for row := range source.Rows(t, "legacy") {
			if row.Ruleset == osu.Taiko {
				b, _ := p.play(t, &row)
				expectLegacy(t, b, &row)
			}
		}
	}
}

func TestReferenceTimed(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p, rows := parsed{source: source}, 0
		for row := range source.Rows(t, "timed") {
			if row.Ruleset != osu.Taiko {
				continue
			}
			rows++
			var table struct {
				Timed [][3]json.RawMessage `json:"timed"`
			}
			decode(t, row.Raw, &table)
			b, _ := p.play(t, &row)
			timed, err := taiko.Timed(context.Background(), b)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range table.Timed {
				var objects int
				var time reference.Number
				var attributes map[string]reference.Number
				decode(t, w[0], &objects)
				decode(t, w[1], &time)
				decode(t, w[2], &attributes)
				if objects < 1 || objects > len(timed) {
					t.Fatalf("%s: %d objects, of %d", row.Map, objects, len(timed))
				}
				got := timed[objects-1]
				if d := reference.Diff(got.Time, time.Float); d != "" || got.Objects != objects {
					t.Errorf("%s %s: after %d (%d) objects: time %s", row.Map, row.Mods, objects, got.Objects, d)
				}
				if d := reference.DiffFields(got.Attributes, attributes); d != "" {
					t.Errorf("%s %s: after %d objects: %s", row.Map, row.Mods, objects, d)
				}
				passed, err := taiko.Passed(context.Background(), b, objects)
				if err != nil {
					t.Fatal(err)
				}
				if d := reference.DiffFields(passed, attributes); d != "" {
					t.Errorf("%s %s: passed %d objects: %s", row.Map, row.Mods, objects, d)
				}
			}
		}
		t.Logf("%s: %d maps", source.Name, rows)
	}
}

func TestReferenceSkills(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p, rows := parsed{source: source}, 0
		for row := range source.Rows(t, "skills") {
			if row.Ruleset != osu.Taiko {
				continue
			}
			rows++
			var table struct {
				Skills []struct {
					Skill   string
					Value   reference.Number
					Peaks   []reference.Number
					Objects []reference.Number `json:"obj"`
				}
			}
			decode(t, row.Raw, &table)
			b, _ := p.play(t, &row)
			graphs, err := taiko.Strains(context.Background(), b)
			if err != nil {
				t.Fatal(err)
			}
			if len(graphs) != len(table.Skills) {
				t.Fatalf("%s: %d skills, want %d", row.Map, len(graphs), len(table.Skills))
			}
			for i, w := range table.Skills {
				g := graphs[i]
				if g.Skill != w.Skill || len(g.Times) != len(g.Objects) {
					t.Errorf("%s: skill %s, want %s; %d times", row.Map, g.Skill, w.Skill, len(g.Times))
				}
				if d := reference.Diff(g.Value, w.Value.Float); d != "" {
					t.Errorf("%s: value of %s: %s", row.Map, w.Skill, d)
				}
				if d := diffAll(g.Peaks, w.Peaks); d != "" {
					t.Errorf("%s: peaks of %s: %s", row.Map, w.Skill, d)
				}
				if d := diffAll(g.Objects, w.Objects); d != "" {
					t.Errorf("%s: strains of %s: %s", row.Map, w.Skill, d)
				}
			}
		}
		t.Logf("%s: %d maps", source.Name, rows)
	}
}

func diffAll(got []float64, want []reference.Number) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d, want %d", len(got), len(want))
	}
	for i := range got {
		if d := reference.Diff(got[i], want[i].Float); d != "" {
			return fmt.Sprintf("number %d: %s", i, d)
		}
	}
	return ""
}

func TestReferenceObjects(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p, rows := parsed{source: source}, 0
		for row := range source.Rows(t, "objects") {
			if row.Ruleset != osu.Taiko {
				continue
			}
			rows++
			var table struct {
				HitObjects [][]any `json:"hit_objects"`
			}
			decode(t, row.Raw, &table)
			b, _ := p.play(t, &row)
			if len(b.Objects) != len(table.HitObjects) {
				t.Errorf("%s %s: %d objects, want %d", row.Map, row.Mods, len(b.Objects), len(table.HitObjects))
				continue
			}
			for i, w := range table.HitObjects {
				if got := list(&b.Objects[i]); !cmp.Equal(got, w, near) {
					t.Errorf("%s %s: object %d is %v, want %v", row.Map, row.Mods, i, got, w)
					break
				}
			}
		}
		t.Logf("%s: %d maps", source.Name, rows)
	}
}

var near = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9 })

// list returns an object in the form of the tables.
func list(o *taiko.Object) []any {
	strong := 0.0
	if o.Strong {
		strong = 1
	}
	switch o.Kind {
	case taiko.Hit:
		kind := "Centre"
		if o.Rim {
			kind = "Rim"
		}
		return []any{"Hit", o.Start, kind, strong}
	case taiko.DrumRoll:
		return []any{"DrumRoll", o.Start, o.End, strong, float64(o.Count) + strong} // the roll itself has a second hit as well
	default:
		return []any{"Swell", o.Start, o.End, float64(o.Count)}
	}
}
