package score

import (
	"math"

	"github.com/pure-peace/peace/osu"
)

// Target describes a play that one wants to know the statistics of. What cannot be had is brought as close as the ruleset
// allows.
type Target struct {
	Accuracy float64 // 0 to 1; NaN is 0
	Misses   int

	// Classic says that slider heads and hold notes count as in stable.
	Classic bool

	// Of osu! without Classic: missed slider ticks and repeats, and missed slider ends. Accuracy is that of the rest.
	LargeTickMisses, SliderTailMisses int
}

// Reach returns the likely judgements of a play with the accuracy and the misses of the target on a beatmap of which perfect
// has the judgements of a perfect play. As the official simulator, osu! gets the more mehs the lower the accuracy, taiko and
// catch have but one solution, and mania gets as many perfects as it can.
// Source: GenerateHitResults in ppy/osu-tools PerformanceCalculator/Simulate/*SimulateCommand.cs.
func Reach(ruleset osu.Ruleset, perfect *Statistics, target Target) Statistics {
	accuracy := target.Accuracy
	if !(accuracy > 0) {
		accuracy = 0
	}
	accuracy = min(accuracy, 1)
	switch ruleset {
	case osu.Taiko:
		return reachTaiko(int(perfect[Great]), accuracy, target.Misses)
	case osu.Catch:
		return reachCatch(perfect, accuracy, target.Misses)
	case osu.Mania:
		return reachMania(perfect, accuracy, target)
	default:
		return reachStandard(perfect, accuracy, target)
	}
}

func reachStandard(perfect *Statistics, accuracy float64, target Target) Statistics {
	var s Statistics
	all := int(perfect[Great])
	misses := bound(target.Misses, all)
	hits := all - misses

	var ok, meh int
	switch a := min(accuracy*float64(all)/float64(max(hits, 1)), 1); { // accuracy of what is not missed
	case hits == 0:
	case a >= 0.25:
		// From no mehs at 100 % over one per nine oks at 75 % to four per nine at 50 %.
		ratio := 1 - (a-0.25)/0.75
		ratio *= ratio
		oks := 6 * float64(hits) * (1 - a) / (5*ratio + 4)
		ok = round(oks)
		meh = round(oks+oks*ratio) - ok
	case a >= 1.0/6: // no greats
		ok = round(6*float64(hits)*a - float64(hits))
		meh = hits - ok
	default: // mehs alone are too good: miss more
		meh = round(6 * float64(hits) * a)
		misses = all - meh
	}
	s[Ok] = int32(bound(ok, all-misses))
	s[Meh] = int32(bound(meh, all-misses-int(s[Ok])))
	s[Miss] = int32(misses)
	s[Great] = int32(all - misses - int(s[Ok]) - int(s[Meh]))
	if !target.Classic {
		s[LargeTickMiss] = int32(bound(target.LargeTickMisses, int(perfect[LargeTickHit])))
		s[LargeTickHit] = perfect[LargeTickHit] - s[LargeTickMiss]
		s[SliderTailHit] = perfect[SliderTailHit] - int32(bound(target.SliderTailMisses, int(perfect[SliderTailHit])))
	}
	return s
}

func reachTaiko(all int, accuracy float64, misses int) Statistics {
	misses = bound(misses, all)
	hits := all - misses
	great := bound(round(accuracy*float64(all)*2)-hits, hits)
	return Statistics{Great: int32(great), Ok: int32(hits - great), Miss: int32(misses)}
}

func reachCatch(perfect *Statistics, accuracy float64, misses int) Statistics {
	fruits, droplets, tiny := int(perfect[Great]), int(perfect[LargeTickHit]), int(perfect[SmallTickHit])
	misses = bound(misses, fruits+droplets)
	caughtDroplets := max(0, droplets-misses) // droplets are missed first
	caughtFruits := fruits - (misses - (droplets - caughtDroplets))
	caughtTiny := bound(round(accuracy*float64(fruits+droplets+tiny))-caughtFruits-caughtDroplets, tiny)
	return Statistics{
		Great: int32(caughtFruits), LargeTickHit: int32(caughtDroplets), Miss: int32(misses),
		SmallTickHit: int32(caughtTiny), SmallTickMiss: int32(tiny - caughtTiny),
	}
}

func reachMania(perfect *Statistics, accuracy float64, target Target) Statistics {
	// In units of 5: meh 10, ok 20, good 40, great 60, perfect one more unless classic.
	best, all := 61, int(perfect[Perfect])
	if target.Classic {
		// A hold note counts once instead of by head and tail. It has two ignored judgements, itself and its body.
		best, all = 60, all-int(perfect[IgnoreHit])/2
	}
	all = max(all, 0)
	misses := bound(target.Misses, all)
	rest := all - misses
	surplus := max(round(accuracy*float64(all)*float64(best))-10*rest, 0) // above nothing but mehs
	take := func(above int) int32 {
		n := min(surplus/above, rest)
		surplus -= n * above
		rest -= n
		return int32(n)
	}
	s := Statistics{Miss: int32(misses)}
	s[Perfect] = take(best - 10)
	s[Great] = take(50)
	s[Good] = take(30)
	s[Ok] = take(10)
	s[Meh] = int32(rest)
	return s
}

// FullCombo returns s with everything that ended the combo hit instead and judged best, of a play of which perfect has the
// judgements of a perfect one. What was hit worse than best, and misses that leave the combo alone, stay.
func (s *Statistics) FullCombo(ruleset osu.Ruleset, perfect *Statistics) Statistics {
	full := *s
	full[ComboBreak] = 0
	full[LargeTickHit] = add(full[LargeTickHit], s[LargeTickMiss])
	full[LargeTickMiss] = 0
	misses := s[Miss]
	if ruleset == osu.Catch { // stable counts missed droplets as misses
		droplets := min(misses, max(0, perfect[LargeTickHit]-full[LargeTickHit]))
		full[LargeTickHit] = add(full[LargeTickHit], droplets)
		misses -= droplets
	}
	full[Best(ruleset)] = add(full[Best(ruleset)], misses)
	full[Miss] = 0
	return full
}

func add(a, b int32) int32 { return int32(min(int64(a)+int64(b), math.MaxInt32)) }

func bound(n, most int) int { return max(0, min(n, most)) }

func round(v float64) int { return int(math.RoundToEven(v)) }
