package difficulty_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
)

// TestReference goes through the whole library by its front door, with attributes that were stored and read again.
func TestReference(t *testing.T) {
	for _, source := range osutest.Sources(t) {
		for r, table := range osutest.Tables {
			ruleset := osu.Ruleset(r)
			t.Run(source.Name+"/"+table, func(t *testing.T) {
				t.Parallel()
				bad := 0
				for row := range source.Rows(t, table) {
					if bad > 20 {
						t.Fatal("and more")
					}
					m, set := source.Beatmap(t, row.Map), osutest.Mods(t, row.Mods)
					// What is stored under the mods that matter must hold for all others.
					calculated, err := difficulty.Calculate(t.Context(), m, ruleset, set.Difficulty(ruleset))
					if err != nil {
						t.Errorf("%s: %v", row, err)
						bad++
						continue
					}
					a := stored(t, calculated)
					for name, want := range row.Difficulty {
						got, ok := a.Values().Get(name)
						if d := osutest.Diff(got, want.Float); d != "" || !ok {
							t.Errorf("%s: %s: %s", row, name, d)
							bad++
						}
					}
					for result, n := range a.Max {
						if want := row.Max[score.Result(result).String()]; n != want {
							t.Errorf("%s: a perfect play has %d %v, want %d", row, n, score.Result(result), want)
							bad++
						}
					}
					for name, state := range row.States {
						play := state.Play(ruleset, set)
						if d := osutest.Diff(a.PP(play), state.Attributes["pp"].Float); d != "" {
							t.Errorf("%s %s: pp: %s", row, name, d)
							bad++
						}
						if d := osutest.Diff(a.Accuracy(&play), state.Accuracy); d != "" {
							t.Errorf("%s %s: accuracy: %s", row, name, d)
							bad++
						}
					}
				}
			})
		}
	}
}

func stored(t *testing.T, a *difficulty.Attributes) *difficulty.Attributes {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	back := new(difficulty.Attributes)
	if err := json.Unmarshal(b, back); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if diff := cmp.Diff(a, back, cmpopts.EquateNaNs()); diff != "" {
		t.Fatalf("stored attributes change (-before +after)\n%s", diff)
	}
	return back
}
