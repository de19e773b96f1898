package osutest

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Tables are the names of the tables of the rulesets.
var Tables = [osu.Rulesets]string{osu.Standard: "osu", osu.Taiko: "taiko", osu.Catch: "catch", osu.Mania: "mania"}

// counted tells which results the counts of a state are, in their order.
var counted = [osu.Rulesets][]score.Result{
	osu.Standard: {score.Great, score.Ok, score.Meh, score.Miss, score.SliderTailHit, score.LargeTickHit, score.LargeTickMiss},
	osu.Taiko:    {score.Great, score.Ok, score.Miss},
	osu.Catch:    {score.Great, score.LargeTickHit, score.SmallTickHit, score.SmallTickMiss, score.Miss},
	osu.Mania:    {score.Perfect, score.Great, score.Good, score.Ok, score.Meh, score.Miss},
}

// Play returns the play of a state in a table of the ruleset.
func (s State) Play(r osu.Ruleset, set mods.Set) score.Play {
	p := score.Play{Mods: set, MaxCombo: s.Combo, Accuracy: s.Accuracy, LegacyTotal: s.LegacyTotal}
	for i, n := range s.Counts {
		p.Statistics[counted[r][i]] = n
	}
	return p
}
