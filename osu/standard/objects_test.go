package standard_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/standard"
)

// TestObjects compares every field of every object with the official conversion. Its floats are exact to the last bit of the
// single precision they have there.
func TestObjects(t *testing.T) {
	osutest.Each(t, osu.Standard, "objects", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		got, want := dump(playable(t, m, ms)), row.HitObjects(t)
		if len(got) != len(want) {
			t.Errorf("%s: got %d objects, want %d", row, len(got), len(want))
			return
		}
		bad := 0
		for i := range got {
			var w any
			if err := json.Unmarshal(want[i], &w); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(w, got[i], exact); diff != "" {
				if t.Errorf("%s: object %d (-want +got):\n%s", row, i, diff); bad == 3 {
					return
				}
				bad++
			}
		}
	})
}

// exact takes numbers for equal that are so in the 15 digits of the tables.
var exact = cmp.Comparer(func(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-14*math.Abs(b) })

// dump writes objects as the table does.
func dump(b *standard.Beatmap) []any {
	f := func(v float32) float64 { return float64(v) }
	names := map[slider.EventKind]string{
		slider.Head: "SliderHeadCircle", slider.Tick: "SliderTick", slider.Repeat: "SliderRepeat", slider.Tail: "SliderTailCircle",
	}
	var out []any
	for _, o := range b.Objects {
		kind := [...]string{"HitCircle", "Slider", "Spinner"}[o.Kind]
		row := []any{kind, o.Start, o.End, f(o.Position.X), f(o.Position.Y), float64(o.Stack)}
		if o.Kind == standard.Slider {
			s := b.Sliders[o.Slider]
			nested := []any{}
			for _, n := range s.Nested {
				nested = append(nested, []any{names[n.Kind], n.Time, f(n.Position.X), f(n.Position.Y)})
			}
			var ticks any = s.TickDistance
			if math.IsInf(s.TickDistance, 1) {
				ticks = "Infinity"
			}
			row = append(row, f(o.Last.X), f(o.Last.Y), s.Distance, s.Velocity, ticks, nested)
		}
		out = append(out, row)
	}
	return out
}

// TestPerfectPlay compares the judgements, the combo and stable's score of a perfect play.
func TestPerfectPlay(t *testing.T) {
	osutest.Each(t, osu.Standard, "osu", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		b := playable(t, m, ms)
		if d := row.DiffMax(b.Max()) + row.DiffLegacy(b.Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
		if want := int(row.Difficulty["max_combo"].Float); b.MaxCombo() != want {
			t.Errorf("%s: combo %d, want %d", row, b.MaxCombo(), want)
		}
		if want := int(row.Difficulty["legacy_score_base_multiplier"].Float); b.PeppyStars() != want && len(b.Objects) > 0 {
			t.Errorf("%s: peppy stars %d, want %d", row, b.PeppyStars(), want)
		}
		if want := int64(row.Difficulty["maximum_legacy_combo_score"].Float); b.Legacy().ComboScore != want {
			t.Errorf("%s: legacy combo score %d, want %d", row, b.Legacy().ComboScore, want)
		}
	})
}

// TestLegacy compares stable's score of perfect plays with more combinations of mods.
func TestLegacy(t *testing.T) {
	osutest.Each(t, osu.Standard, "legacy", func(t *testing.T, row osutest.Row, m *beatmap.Beatmap, ms mods.Set) {
		if d := row.DiffLegacy(playable(t, m, ms).Legacy()); d != "" {
			t.Errorf("%s: %s", row, d)
		}
	})
}
