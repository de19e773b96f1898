package catch_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

func TestReference(t *testing.T) {
	osutest.Each(t, osu.Catch, "catch", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b := playable(t, m, ms)
		a, err := catch.Difficulty(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if d := osutest.DiffFields(a, row.Difficulty) + row.DiffMax(b.Max()) + row.DiffLegacy(b.Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
		if row.Mods == "" && len(b.Objects) != row.Objects {
			t.Errorf("%s: %d objects, want %d", row, len(b.Objects), row.Objects)
		}
		for name, s := range row.States {
			if d := osutest.DiffFields(a.Performance(s.Play(osu.Catch, ms)), s.Attributes); d != "" {
				t.Errorf("%s %s: %s", row, name, d)
			}
		}
	})
}

func TestReferenceLegacy(t *testing.T) {
	osutest.Each(t, osu.Catch, "legacy", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		if d := row.DiffLegacy(playable(t, m, ms).Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
	})
}

func TestReferenceTimed(t *testing.T) {
	osutest.Each(t, osu.Catch, "timed", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		timed, err := catch.Timed(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
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
	osutest.Each(t, osu.Catch, "skills", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		graphs, err := catch.Strains(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
		}
		osutest.CompareGraphs(t, graphs, row)
	})
}

func TestReferenceObjects(t *testing.T) {
	osutest.Each(t, osu.Catch, "objects", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b, want := playable(t, m, ms), row.HitObjects(t)
		if len(b.Objects) != len(want) {
			t.Errorf("%s: %d objects, want %d", row, len(b.Objects), len(want))
			return
		}
		for i, w := range want {
			if o := &b.Objects[i]; !equalObject(t, b, o, w) {
				t.Errorf("%s: object %d is %+v with %+v, want %.500s", row, i, *o, b.Palpables[o.First:o.First+o.Count], w)
				return
			}
		}
	})
}

func decode(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%v in %.200s", err, raw)
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
	var start, end osutest.Number
	var nested []json.RawMessage
	decode(t, fields[0], &kind)
	decode(t, fields[1], &start)
	decode(t, fields[2], &end)
	decode(t, fields[3], &nested)
	return o.Kind.String() == kind && osutest.Diff(o.Start, start.Float) == "" && osutest.Diff(o.End, end.Float) == "" &&
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
	var time, x, distance osutest.Number
	var hyper int
	decode(t, fields[0], &kind)
	decode(t, fields[1], &time)
	decode(t, fields[2], &x)
	decode(t, fields[3], &hyper)
	decode(t, fields[4], &distance)
	return p.Kind.String() == kind && osutest.Diff(p.Time, time.Float) == "" && osutest.Diff(float64(p.X), x.Float) == "" &&
		p.HyperDash == (hyper == 1) && osutest.Diff(float64(p.DistanceToHyperDash), distance.Float) == ""
}
