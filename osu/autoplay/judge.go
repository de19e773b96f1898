package autoplay

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

// worse lists, for the best result of a moment, those that it can have instead.
var worse = map[score.Result][]score.Result{
	score.Great:        {score.Ok, score.Meh, score.Miss},
	score.Perfect:      {score.Great, score.Good, score.Ok, score.Meh, score.Miss},
	score.LargeTickHit: {score.LargeTickMiss},
	score.SmallTickHit: {score.SmallTickMiss},
}

// judge decides which moments have which of the results that the accuracy asks for.
func (b *Beatmap) judge(moments []moment, o Options, rng *rand.Rand) {
	want := score.Reach(b.ruleset, &b.perfect, score.Target{Accuracy: o.Accuracy, Misses: o.Misses, Classic: true})
	for _, best := range []score.Result{score.Great, score.Perfect, score.LargeTickHit, score.SmallTickHit} {
		var open []int // of the kind, what is judged by time alone first
		for i := range moments {
			if moments[i].best == best {
				open = append(open, i)
			}
		}
		rng.Shuffle(len(open), func(i, k int) { open[i], open[k] = open[k], open[i] })
		slices.SortStableFunc(open, func(i, k int) int { return order(moments[i].timed) - order(moments[k].timed) })
		for _, result := range worse[best] {
			n := min(int(want[result]), len(open))
			for _, i := range open[:n] {
				moments[i].result = result
			}
			open = open[n:]
		}
	}
}

func order(first bool) int {
	if first {
		return 0
	}
	return 1
}

// missed reports whether a result ends the combo.
func missed(r score.Result) bool { return r == score.Miss || r == score.LargeTickMiss }

// tally counts a play as stable does.
func (b *Beatmap) tally(moments []moment) Play {
	var (
		p               Play
		s               score.Statistics
		geki, katu      int32
		worst           = score.Great // of the combo of osu!
		combo           int32
		earned, perfect float64 // with the combo that each moment came at
		best            int32   // combo of a perfect play
	)
	for i := range moments {
		m := &moments[i]
		s[m.result]++
		perfect += worth(m.best) * float64(best+m.combo)
		best += m.combo
		switch {
		case missed(m.result):
			combo = 0
		case m.result != score.SmallTickMiss:
			combo += m.combo
			earned += worth(m.result) * float64(combo)
		}
		p.MaxCombo = max(p.MaxCombo, combo)
		switch {
		case b.ruleset == osu.Taiko && m.strong && m.result == score.Great:
			geki++
		case b.ruleset == osu.Taiko && m.strong && m.result == score.Ok:
			katu++
		}
		if worth(m.result) < worth(worst) {
			worst = m.result
		}
		if m.closes {
			switch worst {
			case score.Great:
				geki++
			case score.Ok:
				katu++
			}
			worst = score.Great
		}
	}
	p.Counts = s.Counts(b.ruleset)
	if b.ruleset == osu.Standard || b.ruleset == osu.Taiko {
		p.Counts.CountGeki, p.Counts.CountKatu = geki, katu
	}
	p.FullCombo = p.MaxCombo == best
	p.Grade = p.Counts.Grade(b.ruleset, b.mods)
	accuracy := p.Counts.Accuracy(b.ruleset, b.mods)
	done := float64(len(moments)) / float64(len(b.moments))
	p.Total = b.total(accuracy*done, earned/max(perfect, 1)*done*done, done)
	return p
}

// worth is what a result is worth of the best.
func worth(r score.Result) float64 {
	switch r {
	case score.Great, score.Perfect, score.LargeTickHit, score.SmallTickHit:
		return 1
	case score.Good:
		return 2.0 / 3
	case score.Ok:
		return 1.0 / 3
	case score.Meh:
		return 1.0 / 6
	default:
		return 0
	}
}

// total scales stable's total of a perfect play to what was reached of its parts.
func (b *Beatmap) total(accuracy, combo, bonus float64) int32 {
	total := float64(b.legacy.AccuracyScore)*accuracy + math.Round(float64(b.legacy.ComboScore)*b.multiplier)*combo +
		float64(b.legacy.BonusScore)*bonus
	return int32(min(max(math.Round(total), 0), math.MaxInt32))
}
