package score_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
)

// TestStandardise converts the plays of the table legacy.
func TestStandardise(t *testing.T) {
	for _, source := range osutest.Sources(t) {
		t.Run(source.Name, func(t *testing.T) {
			plays, v2 := 0, 0
			for row := range source.Rows(t, "legacy") {
				var legacy struct {
					LegacyMultiplier float64 `json:"legacy_multiplier"`
					Multiplier       float64 `json:"score_multiplier"`
					Plays            []struct {
						State         string  `json:"state"`
						Counts        []int32 `json:"c"`
						Combo         int     `json:"combo"`
						ComboIncrease int32   `json:"combo_increase"`
						Total         int64   `json:"legacy_total"`
						Accuracy      float64 `json:"accuracy"`
						Rank          string  `json:"rank"`
						WithoutMods   int64   `json:"total_without_mods"`
						WithMods      int64   `json:"total"`
					} `json:"std"`
				}
				row.Decode(t, &legacy)
				ms := osutest.Mods(t, row.Mods)
				// The table's multipliers end after 15 digits, which decides where totals are rounded from a half.
				multiplier, legacyMultiplier := ms.ScoreMultiplier(row.Ruleset, mods.Terms{}), ms.LegacyMultiplier(row.Ruleset)
				if row.Ruleset == osu.Mania { // there it depends on the beatmap
					legacyMultiplier = legacy.LegacyMultiplier
				}
				if d := osutest.Diff(multiplier, legacy.Multiplier) + osutest.Diff(legacyMultiplier, legacy.LegacyMultiplier); d != "" {
					t.Fatalf("multipliers of %v %s: %s", row.Ruleset, row.Mods, d)
				}
				perfect := row.Legacy.Score()
				for _, want := range legacy.Plays {
					got := osutest.Statistics(row.Ruleset, want.Counts)
					s := score.Stable{
						Ruleset: row.Ruleset, Mods: ms, Statistics: got,
						Perfect:  got.Perfect(row.Ruleset, int(row.Difficulty["max_combo"].Float)),
						MaxCombo: want.Combo, Total: want.Total,
						LegacyMultiplier: legacyMultiplier, Multiplier: multiplier,
					}
					if n := s.Perfect[score.LegacyComboIncrease]; n != want.ComboIncrease {
						t.Errorf("%v %s %s %s: the combo is padded by %d, want %d", row.Ruleset, row.Map, row.Mods, want.State, n, want.ComboIncrease)
					}
					out, err := s.Standardise(perfect)
					if err != nil {
						t.Fatalf("%v %s %s %s: %v", row.Ruleset, row.Map, row.Mods, want.State, err)
					}
					if d := osutest.Diff(out.Accuracy, want.Accuracy); d != "" || out.Grade.String() != want.Rank ||
						out.WithoutMods != want.WithoutMods || out.Total != want.WithMods {
						t.Errorf("%v %s %s %s: got %+v, want accuracy %v, %s, %d, %d", row.Ruleset, row.Map, row.Mods, want.State,
							out, want.Accuracy, want.Rank, want.WithoutMods, want.WithMods)
					}
					plays++

					s.Mods = append(slices.Clone(s.Mods), mods.Mod{Acronym: mods.ScoreV2})
					if out, err = s.Standardise(perfect); err != nil || out.Total != want.Total {
						t.Errorf("%v %s %s %s by ScoreV2: %+v, %v", row.Ruleset, row.Map, row.Mods, want.State, out, err)
					}
					v2++
				}
			}
			if plays == 0 {
				t.Error("the table is empty")
			}
			t.Logf("%d plays", plays)
		})
	}
}

// TestReachReference reaches the accuracies of the tables' plays, whose counts are another's guess: the accuracy must be
// as close as theirs, or closer than one judgement.
func TestReachReference(t *testing.T) {
	for _, source := range osutest.Sources(t) {
		for ruleset, table := range osutest.Tables {
			ruleset := osu.Ruleset(ruleset)
			t.Run(source.Name+"/"+table, func(t *testing.T) {
				for row := range source.Rows(t, table) {
					perfect, classic := row.Perfect(t), osutest.Mods(t, row.Mods).Has(mods.Classic)
					for name, state := range row.States {
						theirs := osutest.Statistics(ruleset, state.Counts)
						misses := int(theirs[score.Miss])
						ours := score.Reach(ruleset, &perfect, score.Target{Accuracy: accuracyOf(ruleset, theirs, classic), Misses: misses, Classic: classic})
						if a, b := objects(ruleset, ours), objects(ruleset, theirs); a != b {
							t.Fatalf("%s %q %s: %d objects, want %d", row.Map, row.Mods, name, a, b)
						}
						if name == "ss" || name == "allmiss" {
							if ours[score.Miss] != theirs[score.Miss] || ours[score.Best(ruleset)] != theirs[score.Best(ruleset)] {
								t.Errorf("%s %q %s: %v, want %v", row.Map, row.Mods, name, ours, theirs)
							}
							continue
						}
						// osu! rounds oks and mehs apart; everything else has a solution within half the smallest step.
						tolerance := map[osu.Ruleset]float64{osu.Standard: 1.5, osu.Taiko: 1e-9, osu.Catch: 1e-9, osu.Mania: 1}[ruleset] * 100 / 300
						n := float64(max(objects(ruleset, theirs), 1))
						if d := accuracyOf(ruleset, ours, classic) - accuracyOf(ruleset, theirs, classic); d*n > tolerance || d*n < -tolerance {
							t.Errorf("%s %q %s: %v has accuracy %v, want that of %v, %v", row.Map, row.Mods, name, ours,
								accuracyOf(ruleset, ours, classic), theirs, accuracyOf(ruleset, theirs, classic))
						}
					}
				}
			})
		}
	}
}

func objects(ruleset osu.Ruleset, s score.Statistics) int { return s.Counts(ruleset).Objects(ruleset) }

// accuracyOf returns the accuracy by whole objects alone, and tiny droplets.
func accuracyOf(ruleset osu.Ruleset, s score.Statistics, classic bool) float64 {
	m := osu.Mods(0)
	if ruleset == osu.Mania && !classic {
		m = osu.ModScoreV2
	}
	c := s.Counts(ruleset)
	return c.Accuracy(ruleset, m)
}

type official struct {
	SingleHit  cases                      `json:"single_hit"`
	FourHits   cases                      `json:"four_objects_one_miss"`
	MinResult  map[string]string          `json:"min_result"`
	Properties map[string]map[string]bool `json:"result_properties"`
	ManiaRanks struct {
		Cases []struct {
			Rank     string   `json:"rank"`
			Accuracy float64  `json:"accuracy"`
			Results  []string `json:"results"`
		} `json:"cases"`
	} `json:"mania_ranks"`
}

type cases struct {
	Cases []struct {
		Mode   string `json:"mode"`
		Result string `json:"result"`
		Best   string `json:"max_result"`
		Score  int64  `json:"score"`
	} `json:"cases"`
}

func load(t *testing.T) (o official) {
	osutest.ReadData(t, "official/score_processor.json", &o)
	return o
}

func result(t *testing.T, name string) score.Result {
	t.Helper()
	r, err := score.ParseResult(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOfficialProcessor(t *testing.T) {
	o := load(t)
	check := func(cases cases, best string, got ...func(score.Result) score.Result) {
		t.Helper()
		if len(cases.Cases) == 0 {
			t.Error("no cases")
		}
		for _, c := range cases.Cases {
			r, b := result(t, c.Result), best
			if b == "" {
				b = c.Best
			}
			beatmap := slices.Repeat([]score.Judgement{{Best: result(t, b)}}, len(got))
			p := score.NewProcessor(osu.Standard, slices.Values(beatmap))
			for i, j := range beatmap {
				j.Result = got[i](r)
				p.Apply(j)
			}
			total := p.Total()
			if c.Mode == "Classic" {
				perfect, _ := p.Perfect()
				total = score.Classic(osu.Standard, total, perfect.Objects())
			}
			if total != c.Score {
				t.Errorf("%s %s of %s: %d, want %d", c.Mode, c.Result, b, total, c.Score)
			}
		}
	}
	same := func(r score.Result) score.Result { return r }
	check(o.SingleHit, "Great", same)
	check(o.FourHits, "", same, same, score.Result.Min, same)
}

func TestOfficialProperties(t *testing.T) {
	o := load(t)
	is := map[string]func(score.Result) bool{
		"AffectsCombo": score.Result.AffectsCombo, "AffectsAccuracy": score.Result.AffectsAccuracy, "IsBonus": score.Result.Bonus,
		"IsHit": score.Result.Hit, "IsScorable": score.Result.Scorable,
	}
	if len(o.Properties) != len(is) {
		t.Errorf("%d properties are known, the table has %d", len(is), len(o.Properties))
	}
	for property, values := range o.Properties {
		for name, want := range values {
			if got := is[property](result(t, name)); got != want {
				t.Errorf("%s of %s is %v", property, name, got)
			}
		}
	}
	for best, worst := range o.MinResult {
		r := result(t, best)
		if r.Min() != result(t, worst) || !r.Pairs(r.Min()) {
			t.Errorf("the worst of %s is %v, want %s", best, r.Min(), worst)
		}
	}
}

func TestOfficialManiaGrades(t *testing.T) {
	o := load(t)
	if len(o.ManiaRanks.Cases) == 0 {
		t.Error("no cases")
	}
	for _, c := range o.ManiaRanks.Cases {
		var s score.Statistics
		for _, name := range c.Results {
			s[result(t, name)]++
		}
		if g := score.Grade(osu.Mania, c.Accuracy, &s, false); g.String() != c.Rank {
			t.Errorf("%v at %v: %v, want %s", c.Results, c.Accuracy, g, c.Rank)
		}
	}
}

// TestContradictions converts scores that no play can have.
func TestContradictions(t *testing.T) {
	s := score.Stable{
		Statistics: score.Statistics{score.Great: 1}, Perfect: score.Statistics{score.Great: 1}, MaxCombo: 5, Total: 100,
		LegacyMultiplier: 1, Multiplier: 1,
	}
	if out, err := s.Standardise(score.Legacy{ComboScore: 100}); !errors.Is(err, score.ErrTotal) {
		t.Errorf("a combo on a beatmap without any: %+v, %v", out, err)
	}
	s.Mods = mods.Set{{Acronym: mods.ScoreV2}}
	s.LegacyMultiplier = 0
	if out, err := s.Standardise(score.Legacy{}); !errors.Is(err, score.ErrTotal) {
		t.Errorf("a multiplier of 0: %+v, %v", out, err)
	}
}
