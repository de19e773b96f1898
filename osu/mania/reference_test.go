package mania_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

func playable(t testing.TB, m *beatmap.Beatmap, ms mods.Set) *mania.Beatmap {
	t.Helper()
	b, err := mania.New(t.Context(), m, ms)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReference(t *testing.T) {
	osutest.Each(t, osu.Mania, "mania", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b := playable(t, m, ms)
		a, err := mania.Difficulty(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if d := osutest.DiffFields(a, row.Difficulty) + row.DiffMax(b.Max()) + row.DiffLegacy(b.Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
		for name, s := range row.States {
			if d := osutest.DiffFields(a.Performance(s.Play(osu.Mania, ms)), s.Attributes); d != "" {
				t.Errorf("%s %s: %s", row, name, d)
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
			t.Errorf("%s: got %v, want %v", row, counts, row.Counts)
		}
	})
}

func kind(o mania.Object) string {
	if o.Hold {
		return "HoldNote"
	}
	return "Note"
}

func TestLegacy(t *testing.T) {
	osutest.Each(t, osu.Mania, "legacy", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		var want struct {
			Multiplier float64 `json:"legacy_multiplier"`
		}
		row.Decode(t, &want)
		if d := osutest.Diff(mania.LegacyMultiplier(m, ms), want.Multiplier); d != "" {
			t.Errorf("%s: multiplier %s", row, d)
		}
		if d := row.DiffLegacy(playable(t, m, ms).Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
	})
}

func TestTimed(t *testing.T) {
	osutest.Each(t, osu.Mania, "timed", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		timed, err := mania.Timed(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range row.Timed(t) {
			got := timed[want.Objects-1]
			if d := want.Diff(got.Objects, got.Time, got.Attributes); d != "" {
				t.Errorf("%s after %d objects: %s", row, want.Objects, d)
				return
			}
		}
	})
}

func TestStrains(t *testing.T) {
	osutest.Each(t, osu.Mania, "skills", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		graphs, err := mania.Strains(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
		}
		osutest.CompareGraphs(t, graphs, row)
	})
}

func TestObjects(t *testing.T) {
	osutest.Each(t, osu.Mania, "objects", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b, want := playable(t, m, ms), row.HitObjects(t)
		if len(b.Objects) != len(want) {
			t.Errorf("%s: got %d objects, want %d", row, len(b.Objects), len(want))
			return
		}
		for i, o := range b.Objects {
			var name string
			var w mania.Object
			if err := json.Unmarshal(want[i], &[]any{&name, &w.Start, &w.End, &w.Column}); err != nil {
				t.Fatal(err)
			}
			w.Hold = name == "HoldNote"
			// The table has 15 digits of a time.
			if o.Column != w.Column || o.Hold != w.Hold || osutest.Diff(o.Start, w.Start)+osutest.Diff(o.End, w.End) != "" {
				t.Errorf("%s: object %d is %+v, want %+v", row, i, o, w)
				return
			}
		}
	})
}
