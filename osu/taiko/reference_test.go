package taiko_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/taiko"
)

func playable(t testing.TB, m *beatmap.Beatmap, ms mods.Set) *taiko.Beatmap {
	t.Helper()
	b, err := taiko.New(t.Context(), m, ms)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReference(t *testing.T) {
	osutest.Each(t, osu.Taiko, "taiko", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b := playable(t, m, ms)
		a, err := taiko.Difficulty(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if d := osutest.DiffFields(a, row.Difficulty) + row.DiffMax(b.Max()) + row.DiffLegacy(b.Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
		if row.Mods == "" {
			expectCounts(t, b, row)
		}
		for name, s := range row.States {
			if d := osutest.DiffFields(a.Performance(s.Play(osu.Taiko, ms)), s.Attributes); d != "" {
				t.Errorf("%s %s: %s", row, name, d)
			}
		}
	})
}

func expectCounts(t *testing.T, b *taiko.Beatmap, row osutest.Row) {
	t.Helper()
	got := map[string]int{}
	for i := range b.Objects {
		got[b.Objects[i].Kind.String()]++
	}
	if d := cmp.Diff(row.Counts, got); len(row.Counts)+len(got) > 0 && d != "" {
		t.Errorf("%s: objects (-want +got):\n%s", row, d)
	}
}

func TestReferenceLegacy(t *testing.T) {
	osutest.Each(t, osu.Taiko, "legacy", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		if d := row.DiffLegacy(playable(t, m, ms).Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
	})
}

func TestReferenceTimed(t *testing.T) {
	osutest.Each(t, osu.Taiko, "timed", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b := playable(t, m, ms)
		timed, err := taiko.Timed(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range row.Timed(t) {
			got := timed[want.Objects-1]
			if d := want.Diff(got.Objects, got.Time, got.Attributes); d != "" {
				t.Errorf("%s after %d objects: %s", row, want.Objects, d)
			}
			passed, err := taiko.Passed(t.Context(), b, want.Objects)
			if err != nil {
				t.Fatal(err)
			}
			if d := osutest.DiffFields(passed, want.Attributes); d != "" {
				t.Errorf("%s passed %d objects: %s", row, want.Objects, d)
			}
		}
	})
}

func TestReferenceSkills(t *testing.T) {
	osutest.Each(t, osu.Taiko, "skills", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		graphs, err := taiko.Strains(t.Context(), playable(t, m, ms))
		if err != nil {
			t.Fatal(err)
		}
		osutest.CompareGraphs(t, graphs, row)
	})
}

func TestReferenceObjects(t *testing.T) {
	osutest.Each(t, osu.Taiko, "objects", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b, want := playable(t, m, ms), row.HitObjects(t)
		if len(b.Objects) != len(want) {
			t.Errorf("%s: %d objects, want %d", row, len(b.Objects), len(want))
			return
		}
		for i := range want {
			var w []any
			if err := json.Unmarshal(want[i], &w); err != nil {
				t.Fatal(err)
			}
			if got := list(&b.Objects[i]); !cmp.Equal(got, w, near) {
				t.Errorf("%s: object %d is %v, want %v", row, i, got, w)
				return
			}
		}
	})
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
