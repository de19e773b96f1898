package performancetest

import (
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
)

// Official returns beatmaps of all rulesets, native and converted, with and without mods, and the official values of plays on
// them.
func Official(tb testing.TB) []Known {
	tb.Helper()
	source := osutest.Sources(tb)[0]
	var known []Known
	for r, maps := range [osu.Rulesets]map[string]bool{
		osu.Standard: {"osu-mixed": true},
		osu.Taiko:    {"taiko-patterns": true, "osu-mixed": true},
		osu.Catch:    {"catch-streams": true, "osu-mixed": true},
		osu.Mania:    {"mania-4k": true, "osu-mixed": true},
	} {
		ruleset := osu.Ruleset(r)
		for row := range source.Rows(tb, osutest.Tables[ruleset]) {
			if !maps[row.Map] || row.Mods != "" && row.Mods != "DT:speed_change=1.3" && row.Mods != "HD,DT,CL" {
				continue
			}
			k := Known{
				File: source.Map(tb, row.Map), Native: native(row.Map), Ruleset: ruleset, Mods: row.Mods, Stars: row.Difficulty["star_rating"].Float,
				MaxCombo: int32(row.Difficulty["max_combo"].Float), Max: row.Max,
			}
			for _, name := range []string{"ss", "a97m1", "a93m50", "a99half"} {
				state := row.States[name]
				statistics := make(map[string]int32)
				for result, n := range state.Play(ruleset, nil).Statistics {
					if n > 0 {
						statistics[score.Result(result).String()] = n
					}
				}
				k.Plays = append(k.Plays, KnownPlay{
					Play: performance.Play{
						Statistics: statistics, MaxCombo: int32(state.Combo), Accuracy: &state.Accuracy, LegacyTotal: state.LegacyTotal,
					},
					PP: state.Attributes["pp"].Float,
				})
			}
			known = append(known, k)
		}
	}
	return known
}

// native tells a synthetic beatmap's own ruleset by its name.
func native(name string) osu.Ruleset {
	for r, table := range osutest.Tables {
		if strings.HasPrefix(name, table+"-") {
			return osu.Ruleset(r)
		}
	}
	return osu.Standard
}
