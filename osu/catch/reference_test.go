package catch_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/internal/reference"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// parsed caches the last map, as the rows of one map follow each other.
type parsed struct {
	source reference.Source
	name   string
	m      *beatmap.Beatmap
}

func (p *parsed) play(t *testing.T, row *reference.Row) (*catch.Beatmap, mods.Set) {
	t.Helper()
	if p.name != row.Map || p.m == nil {
		m, err := beatmap.Parse(p.source.Map(t, row.Map))
		if err != nil {
			t.Fatalf("%s: %v", row.Map, err)
		}
		p.name, p.m = row.Map, m
	}
	ms, err := mods.Parse(row.Mods)
	if err != nil {
		t.Fatalf("%s %s: %v", row.Map, row.Mods, err)
	}
	b, err := catch.New(context.Background(), p.m, ms)
	if err != nil {
		t.Fatalf("%s %s: %v", row.Map, row.Mods, err)
	}
	return b, ms
}

func statistics(c []int32) score.Statistics {
	return score.Statistics{
		score.Great: c[0], score.LargeTickHit: c[1], score.SmallTickHit: c[2], score.SmallTickMiss: c[3], score.Miss: c[4],
	}
}

var results = map[string]score.Result{
	"great": score.Great, "large_tick_hit": score.LargeTickHit, "small_tick_hit": score.SmallTickHit,
	"large_bonus": score.LargeBonus, "ignore_hit": score.IgnoreHit,
}

func expectMax(t *testing.T, b *catch.Beatmap, row *reference.Row) {
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

func expectLegacy(t *testing.T, b *catch.Beatmap, row *reference.Row) {
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
			for row := range source.Rows(t, "catch") {
				rows++
				b, ms := p.play(t, &row)
				a, err := catch.Difficulty(context.Background(), b)
				if err != nil {
					t.Fatal(err)
				}
				if d := reference.DiffFields(a, row.Difficulty); d != "" {
					t.Errorf("%s %s: %s", row.Map, row.Mods, d)
				}
				expectMax(t, b, &row)
				expectLegacy(t, b, &row)
				if row.Mods == "" && len(b.Objects) != row.Objects {
					t.Errorf("%s: %d objects, want %d", row.Map, len(b.Objects), row.Objects)
				}
				for name, s := range row.States {
					states++
					got := a.Performance(score.Play{Mods: ms, Statistics: statistics(s.Counts), MaxCombo: s.Combo, Accuracy: s.Accuracy})
					if d := reference.DiffFields(got, s.Attributes); d != "" {
						t.Errorf("%s %s %s: %s", row.Map, row.Mods, name, d)
					}
				}
			}
			t.Logf("%d calculations, %d plays", rows, states)
		})
	}
}

func TestReferenceLegacy(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p := parsed{source: source}
		for row := range source.Rows(t, "legacy") {
			if row.Ruleset == osu.Catch {
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
			if row.Ruleset != osu.Catch {
				continue
			}
			rows++
			var table struct {
				Timed [][3]json.RawMessage `json:"timed"`
			}
			decode(t, row.Raw, &table)
			b, _ := p.play(t, &row)
			timed, err := catch.Timed(context.Background(), b)
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
				got := timed[objects-1]
				if got.Objects != objects || reference.Diff(got.Time, time.Float) != "" {
					t.Errorf("%s %s: object %d ends at %g, want %d, %g", row.Map, row.Mods, got.Objects, got.Time, objects, time.Float)
				}
				if d := reference.DiffFields(got.Attributes, attributes); d != "" {
					t.Errorf("%s %s after %d objects: %s", row.Map, row.Mods, objects, d)
				}
			}
		}
		t.Logf("%s: %d calculations", source.Name, rows)
	}
}

func TestReferenceStrains(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p, rows := parsed{source: source}, 0
		for row := range source.Rows(t, "skills") {
			if row.Ruleset != osu.Catch {
				continue
			}
			rows++
			var table struct {
				Skills []struct {
					Skill   string             `json:"skill"`
					Value   reference.Number   `json:"value"`
					Peaks   []reference.Number `json:"peaks"`
					Objects []reference.Number `json:"obj"`
				} `json:"skills"`
			}
			decode(t, row.Raw, &table)
			b, _ := p.play(t, &row)
			graphs, err := catch.Strains(context.Background(), b)
			if err != nil {
				t.Fatal(err)
			}
			if len(graphs) != len(table.Skills) {
				t.Fatalf("%s %s: %d skills, want %d", row.Map, row.Mods, len(graphs), len(table.Skills))
			}
			for i, w := range table.Skills {
				g := graphs[i]
				if d := reference.Diff(g.Value, w.Value.Float); g.Skill != w.Skill || d != "" {
					t.Errorf("%s %s: skill %s %s, want %s", row.Map, row.Mods, g.Skill, d, w.Skill)
				}
				expectNumbers(t, row.Map+" "+row.Mods+" peaks", g.Peaks, w.Peaks)
				expectNumbers(t, row.Map+" "+row.Mods+" objects", g.Objects, w.Objects)
			}
		}
		t.Logf("%s: %d calculations", source.Name, rows)
	}
}

func expectNumbers(t *testing.T, what string, got []float64, want []reference.Number) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if d := reference.Diff(got[i], want[i].Float); d != "" {
			t.Errorf("%s: %d of %d: %s", what, i, len(want), d)
			return
		}
	}
}

func decode(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%v in %.200s", err, raw)
	}
}

func TestReferenceObjects(t *testing.T) {
	for _, source := range reference.Sources(t) {
		p, rows, objects := parsed{source: source}, 0, 0
		for row := range source.Rows(t, "objects") {
			if row.Ruleset != osu.Catch {
				continue
			}
			rows++
			var table struct {
				Objects []json.RawMessage `json:"hit_objects"`
			}
			decode(t, row.Raw, &table)
			b, _ := p.play(t, &row)
			if len(b.Objects) != len(table.Objects) {
				t.Errorf("%s %s: %d objects, want %d", row.Map, row.Mods, len(b.Objects), len(table.Objects))
				continue
			}
			for i := range table.Objects {
				objects++
				if !equalObject(t, b, &b.Objects[i], table.Objects[i]) {
					o := b.Objects[i]
					t.Errorf("%s %s: object %d is %+v with %+v, want %.500s",
						row.Map, row.Mods, i, o, b.Palpables[o.First:o.First+o.Count], table.Objects[i])
					break
				}
			}
		}
		t.Logf("%s: %d beatmaps, %d objects", source.Name, rows, objects)
	}
}

func equalObject(t *testing.T, b *catch.Beatmap, o *catch.Object, raw json.RawMessage) bool {
	t.Helper()
	var fields []json.RawMessage
	decode(t, raw, &fields)
	palpables := b.Palpables[o.First : o.First+o.Count]
	if o.Kind < catch.JuiceStream {
		return len(palpables) == 1 && equalPalpable(t, &palpables[0], raw)
	}
	var kind string
	var start, end reference.Number
	var nested []json.RawMessage
	decode(t, fields[0], &kind)
	decode(t, fields[1], &start)
	decode(t, fields[2], &end)
	decode(t, fields[3], &nested)
	return o.Kind.String() == kind && reference.Diff(o.Start, start.Float) == "" && reference.Diff(o.End, end.Float) == "" &&
		len(nested) == len(palpables) && !slices.ContainsFunc(nested, func(n json.RawMessage) bool {
		equal := equalPalpable(t, &palpables[0], n)
		palpables = palpables[1:]
		return !equal
	})
}

func equalPalpable(t *testing.T, p *catch.Palpable, raw json.RawMessage) bool {
	t.Helper()
	var fields [5]json.RawMessage
	decode(t, raw, &fields)
	var kind string
	var time, x, distance reference.Number
	var hyper int
	decode(t, fields[0], &kind)
	decode(t, fields[1], &time)
	decode(t, fields[2], &x)
	decode(t, fields[3], &hyper)
	decode(t, fields[4], &distance)
	return p.Kind.String() == kind && reference.Diff(p.Time, time.Float) == "" && reference.Diff(float64(p.X), x.Float) == "" &&
		p.HyperDash == (hyper == 1) && reference.Diff(float64(p.DistanceToHyperDash), distance.Float) == ""
}
