package score

import (
	"math"

	"github.com/pure-peace/peace/osu"
)

// Counts is how stable, its files and its protocols count judgements. What each means depends on the ruleset:
//
//	            osu!          taiko             catch              mania
//	Count300    great         great             fruit              great
//	Count100    ok            ok                droplet            ok
//	Count50     meh           –                 tiny droplet       meh
//	CountGeki   (combo ends)  great on a        –                  perfect
//	            all great     strong note
//	CountKatu   (combo ends)  ok on a strong    missed tiny        good
//	            no meh        note              droplet
//	CountMiss   miss          miss              missed fruit or    miss
//	                                            droplet
//
// In osu! and taiko the last two count objects that Count300 and Count100 count as well.
type Counts struct {
	Count300, Count100, Count50, CountGeki, CountKatu, CountMiss int32
}

// Statistics returns the judgements that lazer makes of stable's counts.
// Source: ppy/osu osu.Game/Scoring/Legacy/ScoreInfoExtensions.cs.
func (c Counts) Statistics(ruleset osu.Ruleset) Statistics {
	s := Statistics{Great: c.Count300, Miss: c.CountMiss}
	switch ruleset {
	case osu.Taiko:
		s[Ok] = c.Count100
		s[LargeBonus] = int32(min(int64(c.CountGeki)+int64(c.CountKatu), math.MaxInt32))
	case osu.Catch:
		s[LargeTickHit], s[SmallTickHit], s[SmallTickMiss] = c.Count100, c.Count50, c.CountKatu
	case osu.Mania:
		s[Perfect], s[Good], s[Ok], s[Meh] = c.CountGeki, c.CountKatu, c.Count100, c.Count50
	default:
		s[Ok], s[Meh] = c.Count100, c.Count50
	}
	return s
}

// Counts returns the judgements as stable counts them. What it does not count is lost: in osu! geki and katu stay 0, in taiko
// all hits on strong notes are geki.
// Source: ppy/osu osu.Game/Scoring/Legacy/ScoreInfoExtensions.cs.
func (s *Statistics) Counts(ruleset osu.Ruleset) Counts {
	c := Counts{Count300: s[Great], CountMiss: s[Miss]}
	switch ruleset {
	case osu.Taiko:
		c.Count100, c.CountGeki = s[Ok], s[LargeBonus]
	case osu.Catch:
		c.Count100, c.Count50, c.CountKatu = s[LargeTickHit], s[SmallTickHit], s[SmallTickMiss]
		c.CountMiss = int32(min(int64(s[Miss])+int64(s[LargeTickMiss]), math.MaxInt32))
	case osu.Mania:
		c.CountGeki, c.CountKatu, c.Count100, c.Count50 = s[Perfect], s[Good], s[Ok], s[Meh]
	default:
		c.Count100, c.Count50 = s[Ok], s[Meh]
	}
	return c
}

// Objects returns how many judgements there were.
func (c Counts) Objects(ruleset osu.Ruleset) int {
	n := int(c.Count300) + int(c.Count100) + int(c.CountMiss)
	switch ruleset {
	case osu.Taiko:
		return n
	case osu.Catch:
		return n + int(c.Count50) + int(c.CountKatu)
	case osu.Mania:
		return n + int(c.Count50) + int(c.CountGeki) + int(c.CountKatu)
	default:
		return n + int(c.Count50)
	}
}

// Accuracy returns the accuracy that stable shows. Nothing judged is an accuracy of 0. In mania a perfect is worth no more
// than a great unless ScoreV2 is on.
func (c Counts) Accuracy(ruleset osu.Ruleset, m osu.Mods) float64 {
	n := c.Objects(ruleset)
	if n == 0 {
		return 0
	}
	switch ruleset {
	case osu.Taiko:
		return float64(2*int(c.Count300)+int(c.Count100)) / float64(2*n)
	case osu.Catch:
		return float64(int(c.Count300)+int(c.Count100)+int(c.Count50)) / float64(n)
	case osu.Mania:
		perfect := 300
		if m.Has(osu.ModScoreV2) {
			perfect = 305
		}
		return float64(perfect*int(c.CountGeki)+300*int(c.Count300)+200*int(c.CountKatu)+100*int(c.Count100)+50*int(c.Count50)) /
			float64(perfect*n)
	default:
		return float64(300*int(c.Count300)+100*int(c.Count100)+50*int(c.Count50)) / float64(300*n)
	}
}

// Grade returns stable's grade of a play that was passed, which it decides in single precision by the share of 300s in osu!
// and taiko, by accuracy elsewhere. Nothing judged is a D.
func (c Counts) Grade(ruleset osu.Ruleset, m osu.Mods) osu.Grade {
	g := osu.GradeD
	if c.Objects(ruleset) > 0 {
		switch ruleset {
		case osu.Catch:
			g = above(c.Accuracy(ruleset, m), &catchCutoffs)
		case osu.Mania:
			g = above(c.Accuracy(ruleset, m), &lazerCutoffs)
		default:
			g = c.gradeByShare(ruleset)
		}
	}
	if m.Any(osu.ModHidden | osu.ModFlashlight | osu.ModFadeIn) {
		g = silvered(g)
	}
	return g
}

// above grades an accuracy by cutoffs that have to be exceeded, but for the first.
func above(accuracy float64, by *cutoffs) osu.Grade {
	for i, cutoff := range by {
		if i == 0 && accuracy == cutoff || i > 0 && accuracy > cutoff {
			return letters[i]
		}
	}
	return osu.GradeD
}

func (c Counts) gradeByShare(ruleset osu.Ruleset) osu.Grade {
	n := float32(c.Objects(ruleset))
	great := float64(float32(c.Count300) / n)
	meh := 0.0
	if ruleset != osu.Taiko {
		meh = float64(float32(c.Count50) / n)
	}
	all := c.CountMiss == 0
	switch {
	case great == 1:
		return osu.GradeX
	case great > 0.9 && meh <= 0.01 && all:
		return osu.GradeS
	case great > 0.8 && all || great > 0.9:
		return osu.GradeA
	case great > 0.7 && all || great > 0.8:
		return osu.GradeB
	case great > 0.6:
		return osu.GradeC
	default:
		return osu.GradeD
	}
}
