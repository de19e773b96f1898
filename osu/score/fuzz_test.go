package score_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/score"
)

func FuzzStatistics(f *testing.F) {
	f.Add([]byte(`{"great":100,"miss":1}`))
	f.Add([]byte(`[]`))
	f.Add([]byte(`{"LargeTickHit":2147483647,"slider_tail_hit":0}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s score.Statistics
		if json.Unmarshal(b, &s) != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var reread score.Statistics
		if err := json.Unmarshal(again, &reread); err != nil || reread != s {
			t.Errorf("%s is written as %s, which reads as %v, %v", b, again, reread, err)
		}
		for ruleset := range osu.Rulesets + 1 {
			perfect := s.Perfect(ruleset, 1000)
			if a := score.Accuracy(ruleset, &s, &perfect); math.IsNaN(a) || a < 0 {
				t.Errorf("%v: accuracy of %s is %v", ruleset, again, a)
			}
			full := s.FullCombo(ruleset, &perfect)
			if full[score.Miss] != 0 || slices.Min(full[:]) < 0 {
				t.Errorf("%v: full combo of %s is %v", ruleset, again, full)
			}
			c := s.Counts(ruleset)
			if g := c.Grade(ruleset, 0); g > osu.GradeD {
				t.Errorf("%v: grade of %+v is %v", ruleset, c, g)
			}
		}
	})
}

func FuzzReach(f *testing.F) {
	f.Add(uint8(0), uint32(198), uint32(69), uint32(66), 0.97, 1, false)
	f.Add(uint8(3), uint32(0), uint32(1), uint32(5), math.NaN(), -1, true)
	f.Fuzz(func(t *testing.T, ruleset uint8, objects, ticks, tails uint32, accuracy float64, misses int, classic bool) {
		r := osu.Ruleset(ruleset)
		best := score.Statistics{
			score.LargeTickHit: int32(ticks >> 1), score.SmallTickHit: int32(tails >> 1),
			score.SliderTailHit: int32(tails >> 1), score.IgnoreHit: int32(ticks >> 1),
		}
		best[score.Best(r)] = int32(objects >> 1)
		got := score.Reach(r, &best, score.Target{
			Accuracy: accuracy, Misses: misses, Classic: classic, LargeTickMisses: misses, SliderTailMisses: misses,
		})
		if slices.Min(got[:]) < 0 {
			t.Errorf("%v", got)
		}
		if r != osu.Mania && got.Objects() > best.Objects()+int(best[score.LargeTickHit]) || got.Objects() > best.Objects() && r != osu.Catch {
			t.Errorf("%d objects, want %d", got.Objects(), best.Objects())
		}
	})
}

func FuzzStandardise(f *testing.F) {
	f.Add(uint8(0), uint16(190), uint16(6), uint16(1), uint16(1), uint16(186), int64(772803), int64(63430), int64(1293168), int64(0), uint16(267), 1.0)
	f.Add(uint8(2), uint16(1), uint16(0), uint16(0), uint16(0), uint16(9), int64(-1), int64(0), int64(0), int64(math.MaxInt64), uint16(3), math.Inf(1))
	f.Fuzz(func(t *testing.T, ruleset uint8, n300, n100, n50, miss, combo uint16, total, accuracy, combos, bonus int64, most uint16, multiplier float64) {
		r := osu.Ruleset(ruleset)
		s := score.Counts{Count300: int32(n300), Count100: int32(n100), Count50: int32(n50), CountMiss: int32(miss)}.Statistics(r)
		play := score.Stable{
			Ruleset: r, Statistics: s, Perfect: s.Perfect(r, int(most)), MaxCombo: int(combo), Total: total,
			LegacyMultiplier: multiplier, Multiplier: multiplier,
		}
		out, err := play.Standardise(score.Legacy{
			AccuracyScore: accuracy, ComboScore: combos, BonusScore: bonus, BonusScoreRatio: 0.1, MaxCombo: int(most),
		})
		if err != nil {
			if !errors.Is(err, score.ErrTotal) {
				t.Error(err)
			}
			return
		}
		if out.Total < 0 || out.WithoutMods < 0 {
			t.Errorf("%+v", out)
		}
	})
}
