package local

import (
	"math"
	"slices"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

const (
	// decay is what a play weighs of the one before it.
	decay = 0.95
	// weighed is how many plays are added up: the next one would weigh less than 10⁻¹¹.
	weighed = 500
)

// rated is the best play of a player on a beatmap.
type rated struct {
	beatmap  int32
	pp       float64
	accuracy float64
}

// byWorth orders the highest pp first.
func byWorth(a, b rated) int {
	switch {
	case a.pp > b.pp:
		return -1
	case a.pp < b.pp:
		return 1
	}
	return int(a.beatmap) - int(b.beatmap)
}

// weigh adds up plays, which are sorted: pp without a bonus, and the accuracy, 0 to 1.
// Source: ppy/osu-queue-score-statistics Helpers/UserTotalPerformanceAggregateHelper.cs.
func weigh(plays []rated) (pp, accuracy float64) {
	factor, sum := 1.0, 0.0
	for _, p := range plays {
		pp += p.pp * factor
		accuracy += p.accuracy * factor
		sum += factor
		factor *= decay
	}
	if sum > 0 {
		accuracy /= sum
	}
	return pp, min(accuracy, 1)
}

// The values of Config.Bonus.
const (
	BonusOfficial = "official"
	BonusLegacy   = "legacy"
	BonusNone     = "none"
)

// bonus is the pp for having plays on n beatmaps that are worth pp, whatever they are worth.
func bonus(formula string, n int32) float64 {
	switch formula {
	case BonusOfficial: // ppy/osu-queue-score-statistics Helpers/UserTotalPerformanceAggregateHelper.cs
		return (417 - 1.0/3) * (1 - math.Pow(0.995, float64(min(n, 1000))))
	case BonusLegacy: // osuAkatsuki/bancho.py app/api/domains/osu.py
		return 416.6667 * (1 - math.Pow(0.9994, float64(n)))
	}
	return 0
}

// replace puts a play into the sorted list in place of that on the same beatmap; one that is worth nothing is left out.
func replace(list []rated, old, play rated) []rated {
	if old.pp > 0 {
		if i := slices.IndexFunc(list, func(r rated) bool { return r.beatmap == old.beatmap }); i >= 0 {
			list = slices.Delete(list, i, i+1)
		}
	}
	if play.pp > 0 {
		i, _ := slices.BinarySearchFunc(list, play, byWorth)
		list = slices.Insert(list, i, play)
	}
	return list
}

// tally is how the objects of plays were hit, as stable counts.
type tally struct {
	Count300  int64 `bun:"count_300"`
	Count100  int64 `bun:"count_100"`
	Count50   int64 `bun:"count_50"`
	CountMiss int64 `bun:"count_miss"`
}

// add adds what another tally has more than a third.
func (t *tally) add(is, was tally) {
	t.Count300 += is.Count300 - was.Count300
	t.Count100 += is.Count100 - was.Count100
	t.Count50 += is.Count50 - was.Count50
	t.CountMiss += is.CountMiss - was.CountMiss
}

// hits is how many objects of a play were hit, and how. Source: osuAkatsuki/bancho.py app/api/domains/osu.py, where what is hit
// well is counted twice in taiko.
func hits(s *scores.Score) (int64, tally) {
	judgements, err := score.FromMap(s.Statistics)
	if err != nil {
		return 0, tally{}
	}
	c := judgements.Counts(s.Ruleset)
	t := tally{Count300: int64(c.Count300), Count100: int64(c.Count100), Count50: int64(c.Count50), CountMiss: int64(c.CountMiss)}
	n := t.Count300 + t.Count100 + t.Count50
	if s.Ruleset == osu.Taiko || s.Ruleset == osu.Mania {
		n += int64(c.CountGeki) + int64(c.CountKatu)
	}
	return n, t
}

// finite keeps damage out of sums and boards.
func finite(v float64) float64 {
	if v > 0 && !math.IsInf(v, 1) {
		return v
	}
	return 0
}
