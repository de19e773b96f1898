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

// State is one play with its official performance attributes.
type State struct {
	Counts      []int32           `json:"c"` // of the results that counted names
	Combo       int               `json:"combo"`
	Accuracy    float64           `json:"acc"`
	LegacyTotal *int64            `json:"legacy_total"`
	Attributes  map[string]Number `json:"a"`
}

// Play returns the play of a state in a table of the ruleset.
func (s State) Play(r osu.Ruleset, set mods.Set) score.Play {
	return score.Play{Mods: set, Statistics: Statistics(r, s.Counts), MaxCombo: s.Combo, Accuracy: s.Accuracy, LegacyTotal: s.LegacyTotal}
}

// Statistics returns what counts in a table of the ruleset are of.
func Statistics(r osu.Ruleset, counts []int32) score.Statistics {
	var s score.Statistics
	for i, n := range counts {
		s[counted[r][i]] = n
	}
	return s
}
