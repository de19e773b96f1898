package difficulty

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Reach returns a full combo with that many misses and an accuracy (0 to 1) as near as can be had.
func (a *Attributes) Reach(set mods.Set, accuracy float64, misses int) score.Play {
	p := score.Play{Mods: set, MaxCombo: max(0, a.MaxCombo()-misses)}
	p.Statistics = score.Reach(a.Ruleset, &a.Max, score.Target{Accuracy: accuracy, Misses: misses, Classic: classic(a.Ruleset, set)})
	p.Accuracy = a.Accuracy(&p)
	return p
}

// classic reports whether a play is judged as stable judges: in osu!, Classic may leave accuracy to slider heads.
func classic(r osu.Ruleset, set mods.Set) bool {
	m, ok := set.Get(mods.Classic)
	return ok && (r != osu.Standard || m.Bool("no_slider_head_accuracy"))
}

// Accuracy returns the accuracy of a play's statistics, 0 to 1, as its client counts it: those of stable, which tell nothing
// of ticks and slider ends, by whole objects. A play that ended early is measured by as much as was played, and one that does
// not say how many large ticks it hit has hit all but those that it missed. A play without judgements has an accuracy of 1.
func (a *Attributes) Accuracy(p *score.Play) float64 {
	got, best := p.Statistics, a.Max
	switch {
	case got.Objects() == 0:
		return 1 // nothing to judge, as lazer has it
	case (a.Ruleset == osu.Standard || a.Ruleset == osu.Mania) && p.Mods.Has(mods.Classic) && !tellsTicks(&got):
		return got.Counts(a.Ruleset).Accuracy(a.Ruleset, p.Mods.Legacy(a.Ruleset))
	case got.Objects() < a.Max.Objects():
		best = got.Perfect(a.Ruleset, 0)
		best[score.SliderTailHit] = got[score.SliderTailHit]
		best[score.Best(a.Ruleset)] -= got[score.SliderTailHit]
	case a.Ruleset == osu.Standard && got[score.LargeTickHit] == 0:
		got[score.LargeTickHit] = max(0, best[score.LargeTickHit]-got[score.LargeTickMiss])
	}
	return score.Accuracy(a.Ruleset, &got, &best)
}

func tellsTicks(s *score.Statistics) bool {
	for _, r := range [...]score.Result{
		score.SmallTickHit, score.SmallTickMiss, score.LargeTickHit, score.LargeTickMiss, score.SliderTailHit,
	} {
		if s[r] > 0 {
			return true
		}
	}
	return false
}
