package standard_test

import (
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
	"github.com/pure-peace/peace/osu/slider"
	"github.com/pure-peace/peace/osu/standard"
)

// maps decodes each map of a source once.
type maps struct {
	source reference.Source
	known  map[string]*beatmap.Beatmap
}

func (s *maps) get(tb testing.TB, name string) *beatmap.Beatmap {
	tb.Helper()
	if m, ok := s.known[name]; ok {
		return m
	}
	m, err := beatmap.Parse(s.source.Map(tb, name))
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	if s.known == nil {
		s.known = map[string]*beatmap.Beatmap{}
	}
	s.known[name] = m
	return m
}

// convert makes the playable beatmap of a row.
func (s *maps) convert(tb testing.TB, row reference.Row) *standard.Beatmap {
	tb.Helper()
	ms, err := mods.Parse(row.Mods)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := standard.New(tb.Context(), s.get(tb, row.Map), ms)
	if err != nil {
		tb.Fatalf("%s %q: %v", row.Map, row.Mods, err)
	}
	return b
}

// TestObjects compares every field of every object with the official conversion. Its floats are exact to the last bit of the
// single precision they have there.
func TestObjects(t *testing.T) {
	for _, source := range reference.Sources(t) {
		known := maps{source: source}
		for row := range source.Rows(t, "objects") {
			if row.Ruleset != osu.Standard {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/%s", source.Name, row.Map, row.Mods), func(t *testing.T) {
				var want struct {
					Objects []any `json:"hit_objects"`
				}
				if err := json.Unmarshal(row.Raw, &want); err != nil {
					t.Fatal(err)
				}
				got := dump(known.convert(t, row))
				if len(got) != len(want.Objects) {
					t.Fatalf("got %d objects, want %d", len(got), len(want.Objects))
				}
				bad := 0
				for i := range got {
					if diff := cmp.Diff(want.Objects[i], got[i], exact); diff != "" {
						if t.Errorf("object %d (-want +got):\n%s", i, diff); bad == 3 {
							break
						}
						bad++
					}
				}
			})
		}
	}
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
	for _, source := range reference.Sources(t) {
		known := maps{source: source}
		for row := range source.Rows(t, "osu") {
			b := known.convert(t, row)
			where := fmt.Sprintf("%s %s %q", source.Name, row.Map, row.Mods)
			got := map[string]int32{}
			for r, n := range b.Max() {
				if n != 0 {
					got[score.Result(r).String()] = n
				}
			}
			if diff := cmp.Diff(row.Max, got); diff != "" {
				t.Errorf("%s: judgements (-want +got):\n%s", where, diff)
			}
			if want := int(row.Difficulty["max_combo"].Float); b.MaxCombo() != want {
				t.Errorf("%s: combo %d, want %d", where, b.MaxCombo(), want)
			}
			if want := int(row.Difficulty["legacy_score_base_multiplier"].Float); b.PeppyStars() != want && len(b.Objects) > 0 {
				t.Errorf("%s: peppy stars %d, want %d", where, b.PeppyStars(), want)
			}
			if want := int64(row.Difficulty["maximum_legacy_combo_score"].Float); b.Legacy().ComboScore != want {
				t.Errorf("%s: legacy combo score %d, want %d", where, b.Legacy().ComboScore, want)
			}
			if w := row.Legacy; w != nil {
				want := score.Legacy{
					AccuracyScore: w.AccuracyScore, ComboScore: w.ComboScore, BonusScore: w.BonusScore,
					BonusScoreRatio: w.BonusScoreRatio.Float, MaxCombo: w.MaxCombo,
				}
				if diff := cmp.Diff(want, b.Legacy(), exact); diff != "" {
					t.Errorf("%s: legacy score (-want +got):\n%s", where, diff)
				}
			}
		}
	}
}
