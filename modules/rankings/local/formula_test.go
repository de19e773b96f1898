package local

import (
	"math"
	"slices"
	"testing"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// TestBonus has values that the wiki gives of the bonus, and those that tests of the official server expect.
// Sources: ppy/osu-wiki Performance_points; ppy/osu-queue-score-statistics PerformanceProcessorTests.cs (117, 119, 32).
func TestBonus(t *testing.T) {
	for _, c := range []struct {
		formula string
		n       int32
		want    float64
		within  float64
	}{
		{BonusOfficial, 0, 0, 0},
		{BonusOfficial, 1, 2, 0.5}, // 115 become 117
		{BonusOfficial, 2, 4, 0.5}, // and 119
		{BonusOfficial, 1000, 413.894179759, 1e-4},
		{BonusOfficial, 25_000, 413.894179759, 1e-4}, // no more than that of a thousand
		{BonusLegacy, 0, 0, 0},
		{BonusLegacy, 1, 0.25, 1e-3}, // a quarter for the first one
		{BonusLegacy, 25_397, 416.6667, 1e-3},
		{BonusNone, 500, 0, 0},
	} {
		if got := bonus(c.formula, c.n); math.Abs(got-c.want) > c.within {
			t.Errorf("%s bonus of %d beatmaps: %v, want %v", c.formula, c.n, got, c.want)
		}
	}
}

// TestWeigh has sums that can be done on paper.
func TestWeigh(t *testing.T) {
	for _, c := range []struct {
		name         string
		plays        []rated
		pp, accuracy float64
	}{
		{"none", nil, 0, 0},
		{"one", []rated{{1, 110, 0.98}}, 110, 0.98},
		// The example of ppy/osu-wiki Performance_points/Weighting_system: 110, 100, 100, 90 and 80 are worth 110, 95, 90.25, 77.16 and 65.16.
		{"the wiki's", []rated{{1, 110, 1}, {2, 100, 1}, {3, 100, 1}, {4, 90, 1}, {5, 80, 1}}, 110 + 95 + 90.25 + 77.16375 + 65.1605, 1},
		{"two", []rated{{1, 10, 1}, {2, 10, 0.5}}, 19.5, 1.475 / 1.95},
	} {
		pp, accuracy := weigh(c.plays)
		if math.Abs(pp-c.pp) > 1e-9 || math.Abs(accuracy-c.accuracy) > 1e-9 {
			t.Errorf("%s: %v and %v, want %v and %v", c.name, pp, accuracy, c.pp, c.accuracy)
		}
	}
	many := make([]rated, weighed)
	for i := range many {
		many[i] = rated{int32(i), 1000, 1}
	}
	if pp, accuracy := weigh(many); math.Abs(pp-20_000) > 1e-6 || accuracy != 1 {
		t.Errorf("so many that no more would be seen: %v and %v", pp, accuracy)
	}
}

func TestReplace(t *testing.T) {
	var list []rated
	put := func(old, play rated, want ...int32) {
		t.Helper()
		list = replace(list, old, play)
		var got []int32
		for _, r := range list {
			got = append(got, r.beatmap)
		}
		if !slices.Equal(got, want) || !slices.IsSortedFunc(list, byWorth) {
			t.Errorf("after %v: %v, want %v", play, list, want)
		}
	}
	put(rated{}, rated{1, 50, 1}, 1)
	put(rated{}, rated{2, 70, 1}, 2, 1)
	put(rated{}, rated{3, 50, 1}, 2, 1, 3)
	put(rated{1, 50, 1}, rated{1, 90, 1}, 1, 2, 3)
	put(rated{2, 70, 1}, rated{2, 0, 0}, 1, 3)
	put(rated{9, 10, 1}, rated{9, 0, 0}, 1, 3) // one that was too far back to be there
}

// TestHits has the expectation of ppy/osu-queue-score-statistics HitStatisticsProcessorTests.cs for catch: 100 fruits, 20 drops
// and 40 droplets; the others are what stable calls hits.
func TestHits(t *testing.T) {
	for ruleset, c := range map[osu.Ruleset]struct {
		statistics map[string]int32
		want       int64
		tally      tally
	}{
		osu.Standard: {map[string]int32{"great": 100, "ok": 10, "meh": 1, "miss": 5, "slider_tail_hit": 40}, 111, tally{100, 10, 1, 5}},
		osu.Taiko:    {map[string]int32{"great": 100, "ok": 10, "miss": 5, "large_bonus": 7}, 117, tally{100, 10, 0, 5}},
		osu.Catch: {map[string]int32{
			"great": 100, "large_tick_hit": 20, "small_tick_hit": 40, "large_tick_miss": 1, "small_tick_miss": 2,
		}, 160, tally{100, 20, 40, 1}},
		osu.Mania: {map[string]int32{"perfect": 1, "great": 2, "good": 4, "ok": 8, "meh": 16, "miss": 32}, 31, tally{2, 8, 16, 32}},
	} {
		if got, how := hits(&scores.Score{Ruleset: ruleset, Statistics: c.statistics}); got != c.want || how != c.tally {
			t.Errorf("%v: %d hits, %+v, want %d, %+v", ruleset, got, how, c.want, c.tally)
		}
	}
	if got, how := hits(&scores.Score{Statistics: map[string]int32{"nonsense": 1}}); got != 0 || how != (tally{}) {
		t.Errorf("nonsense: %d hits, %+v", got, how)
	}
}

func TestFinite(t *testing.T) {
	for v, want := range map[float64]float64{1.5: 1.5, 0: 0, -1: 0, math.Inf(1): 0, math.Inf(-1): 0} {
		if got := finite(v); got != want {
			t.Errorf("%v becomes %v", v, got)
		}
	}
	if got := finite(math.NaN()); got != 0 {
		t.Errorf("no number becomes %v", got)
	}
}
