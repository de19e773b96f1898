package score

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/pure-peace/peace/osu"
)

// Statistics counts the judgements of a play by result. As JSON it is an object by name without the zeros:
// {"miss":1,"great":99}.
type Statistics [Results]int32

// ErrCount says that a count of judgements is no integer between 0 and 2,147,483,647.
var ErrCount = errors.New("score: count of judgements is out of range")

// MarshalJSON writes the counts that are not zero in the order of the results.
func (s Statistics) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for r, n := range s {
		if n == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, results[r].name...)
		b = append(b, '"', ':')
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads an object of counts by the names that [ParseResult] knows. Results that are not there count zero. An
// empty list, by which some servers write an empty object, and null are no counts at all.
func (s *Statistics) UnmarshalJSON(b []byte) error {
	*s = Statistics{}
	if b = bytes.TrimSpace(b); bytes.Equal(b, []byte("[]")) {
		return nil
	}
	var counts map[string]json.Number
	if err := json.Unmarshal(b, &counts); err != nil {
		return fmt.Errorf("score: statistics: %w", err)
	}
	for name, text := range counts {
		r, err := ParseResult(name)
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(text.String(), 10, 32)
		if err != nil || n < 0 {
			return fmt.Errorf("%w: %s %.32q", ErrCount, r, text.String())
		}
		s[r] = int32(n)
	}
	return nil
}

// sum adds up the counts of the results with a property.
func (s *Statistics) sum(p property) int {
	n := 0
	for r, count := range s {
		if results[r].is&p != 0 {
			n += int(count)
		}
	}
	return n
}

// Combo returns how many judgements lengthened or ended the combo. Of the judgements of a perfect play that is its combo.
func (s *Statistics) Combo() int { return s.sum(combo) }

// Objects returns how many whole objects were judged.
func (s *Statistics) Objects() int { return s.sum(basic) }

// AnyHit reports whether anything was hit.
func (s *Statistics) AnyHit() bool { return s.sum(hit) > 0 }

// Empty reports whether nothing is counted.
func (s *Statistics) Empty() bool { return *s == Statistics{} }

// base adds up what the judgements are worth for accuracy.
func (s *Statistics) base(ruleset osu.Ruleset) int64 {
	var sum int64
	for r, n := range s {
		if r := Result(r); n != 0 && r.AffectsAccuracy() {
			sum += int64(n) * int64(r.Base(ruleset))
		}
	}
	return sum
}

// Perfect returns the judgements that a perfect play would have had in place of s: every tick hit, everything else of the
// best result. It is what a score is measured by whose file does not say, and cannot know of bonuses. Scores of stable do not
// count all that lengthened the combo: maxCombo, the greatest combo of the beatmap with the mods of the play, pads the rest;
// pass 0 for a score of lazer.
// Source: PopulateMaximumStatistics in ppy/osu osu.Game/Scoring/Legacy/LegacyScoreDecoder.cs.
func (s *Statistics) Perfect(ruleset osu.Ruleset, maxCombo int) Statistics {
	var perfect [Results]int64
	for r, n := range s {
		switch r := Result(r); r {
		case LargeTickHit, LargeTickMiss:
			perfect[LargeTickHit] += int64(n)
		case SmallTickHit, SmallTickMiss:
			perfect[SmallTickHit] += int64(n)
		case IgnoreHit, IgnoreMiss, SmallBonus, LargeBonus:
		default:
			perfect[Best(ruleset)] += int64(n)
		}
	}
	var best Statistics
	for r, n := range perfect {
		best[r] = int32(min(n, math.MaxInt32))
	}
	if pad := maxCombo - best.Combo(); pad > 0 {
		best[LegacyComboIncrease] += int32(min(pad, math.MaxInt32))
	}
	return best
}
