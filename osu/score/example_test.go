package score_test

import (
	"fmt"
	"slices"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

func ExampleReach() {
	perfect := score.Statistics{score.Great: 198, score.LargeTickHit: 69, score.SliderTailHit: 66}
	s := score.Reach(osu.Standard, &perfect, score.Target{Accuracy: 0.97, Misses: 1, Classic: true})
	fmt.Println(s[score.Great], s[score.Ok], s[score.Meh], s[score.Miss])
	// Output: 190 7 0 1
}

func ExampleStable_Standardise() {
	s := score.Counts{Count300: 190, Count100: 6, Count50: 1, CountMiss: 1}.Statistics(osu.Standard)
	play := score.Stable{
		Ruleset: osu.Standard, Statistics: s, Perfect: s.Perfect(osu.Standard, 267), MaxCombo: 186, Total: 772_803,
		LegacyMultiplier: 1, Multiplier: 1,
	}
	// What the simulation of a perfect play on the beatmap gave.
	out, err := play.Standardise(score.Legacy{AccuracyScore: 63_430, ComboScore: 1_293_168, MaxCombo: 267})
	fmt.Println(out.Total, out.Grade, err)
	// Output: 787951 A <nil>
}

func ExampleProcessor() {
	beatmap := []score.Judgement{{Best: score.Great}, {Best: score.Great}}
	p := score.NewProcessor(osu.Taiko, slices.Values(beatmap))
	p.Apply(score.Judgement{Best: score.Great, Result: score.Great})
	p.Apply(score.Judgement{Best: score.Great, Result: score.Ok})
	fmt.Println(p.Total(), p.Accuracy(), p.MaxCombo, p.Grade(false))
	// Output: 453745 0.75 2 C
}
