package score

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Accuracy returns the accuracy of a play as lazer computes it: what its judgements are worth over what the judgements of a
// perfect play would be. Nothing to judge is an accuracy of 1. Counts that do not fit their maximum may exceed 1.
// Source: ComputeAccuracy in ppy/osu osu.Game/Database/StandardisedScoreMigrationTools.cs.
func Accuracy(ruleset osu.Ruleset, got, perfect *Statistics) float64 {
	most := perfect.base(ruleset)
	if most == 0 {
		return 1
	}
	return float64(got.base(ruleset)) / float64(most)
}

// cutoffs are the accuracies from which on a play is graded X, S, A, B and C.
type cutoffs [5]float64

var (
	lazerCutoffs = cutoffs{1, 0.95, 0.9, 0.8, 0.7}
	catchCutoffs = cutoffs{1, 0.98, 0.94, 0.9, 0.85}
)

func cutoffsOf(ruleset osu.Ruleset) *cutoffs {
	if ruleset == osu.Catch {
		return &catchCutoffs
	}
	return &lazerCutoffs
}

var letters = [...]osu.Grade{osu.GradeX, osu.GradeS, osu.GradeA, osu.GradeB, osu.GradeC, osu.GradeD}

// Cutoff returns the accuracy from which on lazer gives grade g, 0 for D and below. More may be asked for it: see [Grade].
func Cutoff(ruleset osu.Ruleset, g osu.Grade) float64 {
	switch g {
	case osu.GradeXH:
		g = osu.GradeX
	case osu.GradeSH:
		g = osu.GradeS
	default:
	}
	for i, cutoff := range cutoffsOf(ruleset) {
		if letters[i] == g {
			return cutoff
		}
	}
	return 0
}

// Grade returns lazer's grade of a play that was passed: by its accuracy, but in osu! and taiko a miss forbids X and S, and
// in mania hitting everything with great or better is an X. With silver the best two are the silver ones: see [Silver].
// Source: RankFromScore of ppy/osu osu.Game/Rulesets/Scoring/ScoreProcessor.cs and of each ruleset's own.
func Grade(ruleset osu.Ruleset, accuracy float64, got *Statistics, silver bool) osu.Grade {
	g := osu.GradeD
	for i, cutoff := range cutoffsOf(ruleset) {
		if accuracy == cutoff || i > 0 && accuracy >= cutoff { // above 1 is no X
			g = letters[i]
			break
		}
	}
	switch {
	case ruleset == osu.Mania && g == osu.GradeS && got[Good] <= 0 && got[Ok] <= 0 && got[Meh] <= 0 && got[Miss] <= 0:
		g = osu.GradeX
	case (ruleset == osu.Standard || ruleset == osu.Taiko) && g <= osu.GradeS && got[Miss] > 0:
		g = osu.GradeA
	}
	if silver {
		g = silvered(g)
	}
	return g
}

func silvered(g osu.Grade) osu.Grade {
	switch g {
	case osu.GradeX:
		return osu.GradeXH
	case osu.GradeS:
		return osu.GradeSH
	default:
		return g
	}
}

// Silver reports whether a mod of the set turns X and S into their silver forms: Flashlight, Hidden and what mania has of
// its kind, Fade In and Cover.
func Silver(ms mods.Set) bool {
	return ms.HasAny(mods.Flashlight, mods.Hidden, mods.FadeIn, mods.Cover)
}
