package local

import (
	"fmt"
	"math"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// checkLazer refuses what lazer never submits: a play without a hit or a total, mods that do not go together, and more judgements of
// a kind than a perfect play has. Source: ppy/osu osu.Game/Screens/Play/SubmittingPlayer.cs, ppy/osu-web app/Models/Solo/Score.php.
func checkLazer(s *scores.Submission, got, maximum *score.Statistics) error {
	switch {
	case !got.AnyHit():
		return impossible("nothing was hit")
	case s.Total <= 0 || s.Total > math.MaxInt32:
		return impossible("a total of %d", s.Total)
	case s.TotalWithoutMods != nil && (*s.TotalWithoutMods < 0 || *s.TotalWithoutMods > math.MaxInt32):
		return impossible("a total of %d without mods", *s.TotalWithoutMods)
	}
	if err := mods.Validate(s.Ruleset, s.Mods); err != nil {
		return impossible("%v", err)
	}
	if maximum.Empty() {
		return nil // a client of long ago
	}
	for _, kind := range []struct {
		name      string
		got, most int64
	}{
		{"objects", int64(got.Objects()), int64(maximum.Objects())},
		{score.LargeTickHit.String(), both(got, score.LargeTickHit, score.LargeTickMiss), int64(maximum[score.LargeTickHit])},
		{score.SmallTickHit.String(), both(got, score.SmallTickHit, score.SmallTickMiss), int64(maximum[score.SmallTickHit])},
		{score.SliderTailHit.String(), int64(got[score.SliderTailHit]), int64(maximum[score.SliderTailHit])},
	} {
		if kind.got > kind.most {
			return impossible("%d of %d %s", kind.got, kind.most, kind.name)
		}
	}
	if s.Passed && got.Objects() != maximum.Objects() {
		return impossible("it was passed with %d of %d objects", got.Objects(), maximum.Objects())
	}
	return nil
}

func both(s *score.Statistics, a, b score.Result) int64 { return int64(s[a]) + int64(s[b]) }

// lazerDoubts compares what a lazer client tells of its play with what its judgements come to.
func (p *play) lazerDoubts(sub *scores.Submission) []scores.Doubt {
	var out []scores.Doubt
	accuracy := p.accuracy()
	if math.Abs(accuracy-sub.Accuracy) > 1e-4 {
		out = append(out, scores.Doubt{Kind: "accuracy_differs", Detail: fmt.Sprintf("%.6f, should be %.6f", sub.Accuracy, accuracy)})
	}
	multiplier := p.mods.ScoreMultiplier(p.ruleset, mods.Terms{})
	without := float64(sub.Total) / multiplier
	if sub.TotalWithoutMods != nil {
		without = float64(*sub.TotalWithoutMods)
		// What DifficultyAdjust costs depends on the beatmap.
		if total := without * multiplier; math.Abs(total-float64(sub.Total)) > 1 && !p.mods.Has(mods.DifficultyAdjust) {
			out = append(out, scores.Doubt{Kind: "multiplier_differs", Detail: fmt.Sprintf("%d of %.0f, should be %.0f", sub.Total, without, total)})
		}
	}
	if most := p.most(accuracy); without > most+1 && !p.mods.Has(mods.DifficultyAdjust) {
		out = append(out, scores.Doubt{Kind: "total_impossible", Detail: fmt.Sprintf("%.0f of %.0f", without, most)})
	}
	return out
}

// most returns the greatest total without mods that a play of this accuracy can have: with its combo never broken.
// Source: ppy/osu osu.Game/Rulesets/Scoring/ScoreProcessor.cs and each ruleset's own.
func (p *play) most(accuracy float64) float64 {
	bonus := 0.0
	for r, n := range p.got {
		if r := score.Result(r); r.Bonus() {
			bonus += float64(n) * float64(r.Base(p.ruleset))
		}
	}
	switch p.ruleset {
	case osu.Taiko: // where the second hit on a strong note makes it worth more
		return 250_000 + 750_000*math.Pow(accuracy, 3.6) + bonus*score.StrongHit
	case osu.Catch:
		return 1_000_000 + bonus
	case osu.Mania:
		return 150_000 + 850_000*math.Pow(accuracy, 2+2*accuracy) + bonus
	default:
		return 500_000*accuracy + 500_000*math.Pow(accuracy, 5) + bonus
	}
}
