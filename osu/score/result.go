package score

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pure-peace/peace/osu"
)

// Result is how the game judged one hit object, numbered as in the official client, but for [LegacyComboIncrease]: see
// [Result.Number].
type Result uint8

// The results.
const (
	None Result = iota
	Miss
	Meh
	Ok
	Good
	Great
	Perfect
	SmallTickMiss
	SmallTickHit
	LargeTickMiss
	LargeTickHit
	SmallBonus
	LargeBonus
	IgnoreMiss
	IgnoreHit
	ComboBreak
	SliderTailHit
	LegacyComboIncrease // pads the combo of stable's scores; no judgement

	// Results is their number.
	Results
)

// legacyComboIncreaseNumber is what the official client numbers [LegacyComboIncrease].
const legacyComboIncreaseNumber = 99

// ErrResult says that no hit result has that name or number.
var ErrResult = errors.New("score: unknown hit result")

// property is a set of what can be said of a result.
type property uint8

const (
	hit      property = 1 << iota
	missed            // a miss of any kind
	combo             // lengthens the combo when hit, ends it when missed
	basic             // a judgement proper: counts for accuracy
	tick              // counts for accuracy as well
	bonus             // counts for nothing but score
	scorable          // belongs into the statistics of a score
)

// results says by which name the API knows each result and what its properties are.
// Source: ppy/osu osu.Game/Rulesets/Scoring/HitResult.cs.
var results = [Results]struct {
	name string
	is   property
}{
	None:                {"none", 0},
	Miss:                {"miss", missed | combo | basic | scorable},
	Meh:                 {"meh", hit | combo | basic | scorable},
	Ok:                  {"ok", hit | combo | basic | scorable},
	Good:                {"good", hit | combo | basic | scorable},
	Great:               {"great", hit | combo | basic | scorable},
	Perfect:             {"perfect", hit | combo | basic | scorable},
	SmallTickMiss:       {"small_tick_miss", missed | tick | scorable},
	SmallTickHit:        {"small_tick_hit", hit | tick | scorable},
	LargeTickMiss:       {"large_tick_miss", missed | combo | tick | scorable},
	LargeTickHit:        {"large_tick_hit", hit | combo | tick | scorable},
	SmallBonus:          {"small_bonus", hit | bonus | scorable},
	LargeBonus:          {"large_bonus", hit | bonus | scorable},
	IgnoreMiss:          {"ignore_miss", missed},
	IgnoreHit:           {"ignore_hit", hit},
	ComboBreak:          {"combo_break", missed | combo | scorable},
	SliderTailHit:       {"slider_tail_hit", hit | combo | tick | scorable},
	LegacyComboIncrease: {"legacy_combo_increase", hit | combo | scorable},
}

// Valid reports whether r is one of the results.
func (r Result) Valid() bool { return r < Results }

// String returns the name that the API and lazer's files use, as "large_tick_hit".
func (r Result) String() string {
	if !r.Valid() {
		return fmt.Sprintf("result(%d)", uint8(r))
	}
	return results[r].name
}

// ParseResult reads the name of a result. As in the official client neither case nor underscores matter, so that the names
// of old files ("LargeTickHit") are read as well.
func ParseResult(s string) (Result, error) {
	for r := range results {
		if results[r].name == s {
			return Result(r), nil
		}
	}
	plain := strings.ReplaceAll(s, "_", "")
	for r := range results {
		if strings.EqualFold(strings.ReplaceAll(results[r].name, "_", ""), plain) {
			return Result(r), nil
		}
	}
	return None, fmt.Errorf("%w: %.32q", ErrResult, s)
}

// Number returns what the official client's binary protocols call r: its own number, but 99 for [LegacyComboIncrease].
func (r Result) Number() int {
	if r == LegacyComboIncrease {
		return legacyComboIncreaseNumber
	}
	return int(r)
}

// ResultOf returns the result that the official client's binary protocols call n.
func ResultOf(n int) (Result, error) {
	if n == legacyComboIncreaseNumber {
		return LegacyComboIncrease, nil
	}
	if n < 0 || n >= int(LegacyComboIncrease) {
		return None, fmt.Errorf("%w: number %d", ErrResult, n)
	}
	return Result(n), nil
}

func (r Result) is(p property) bool { return r.Valid() && results[r].is&p != 0 }

// Hit reports whether r is a hit of any kind, [IgnoreHit] included.
func (r Result) Hit() bool { return r.is(hit) }

// Missed reports whether r is a miss of any kind. None is neither a hit nor a miss.
func (r Result) Missed() bool { return r.is(missed) }

// AffectsCombo reports whether r lengthens or ends the combo.
func (r Result) AffectsCombo() bool { return r.is(combo) }

// IncreasesCombo reports whether r lengthens the combo by one.
func (r Result) IncreasesCombo() bool { return r.is(combo) && r.is(hit) }

// BreaksCombo reports whether r ends the combo.
func (r Result) BreaksCombo() bool { return r.is(combo) && !r.is(hit) }

// AffectsAccuracy reports whether r counts for accuracy.
func (r Result) AffectsAccuracy() bool { return r.is(basic | tick) }

// Basic reports whether r judges an object as such: neither a tick of it nor a bonus.
func (r Result) Basic() bool { return r.is(basic) }

// Tick reports whether r judges a part of an object.
func (r Result) Tick() bool { return r.is(tick) }

// Bonus reports whether r gives score and nothing else.
func (r Result) Bonus() bool { return r.is(bonus) }

// Scorable reports whether r matters to a score at all.
func (r Result) Scorable() bool { return r.is(scorable) }

// Min returns the worst that can become of an object whose best result is r.
// Source: ppy/osu osu.Game/Rulesets/Judgements/Judgement.cs.
func (r Result) Min() Result {
	switch r {
	case SmallBonus, LargeBonus, IgnoreHit, SliderTailHit:
		return IgnoreMiss
	case SmallTickHit:
		return SmallTickMiss
	case LargeTickHit:
		return LargeTickMiss
	default:
		return Miss
	}
}

// Pairs reports whether an object may have r as its best and worst as its worst result. Beside [Result.Min] a hold's ignored
// judgement may break the combo, a slider's tail may count as a missed tick, and whatever is missed may be ignored.
func (r Result) Pairs(worst Result) bool {
	switch {
	case !r.Hit() || worst == None || !worst.Valid() || worst.Hit():
		return false
	case worst == IgnoreMiss:
		return true
	case r == IgnoreHit:
		return worst == ComboBreak
	case r == SliderTailHit:
		return worst == LargeTickMiss
	default:
		return worst == r.Min() || r == LegacyComboIncrease
	}
}

// Base returns what r is worth for accuracy, or for score when it is a bonus, in lazer's scoring of the ruleset.
// Source: GetBaseScoreForResult of ppy/osu osu.Game/Rulesets/Scoring/ScoreProcessor.cs and of each ruleset's own.
func (r Result) Base(ruleset osu.Ruleset) int {
	switch {
	case ruleset == osu.Taiko && r == Ok:
		return 150
	case ruleset == osu.Catch && (r == SmallTickHit || r == LargeTickHit): // every object weighs the same there
		return 300
	case ruleset == osu.Catch && r == LargeBonus:
		return 200
	case ruleset == osu.Mania && r == Perfect:
		return 305
	}
	switch r {
	case SmallTickHit, SmallBonus:
		return 10
	case LargeTickHit:
		return 30
	case Meh, LargeBonus:
		return 50
	case Ok:
		return 100
	case SliderTailHit:
		return 150
	case Good:
		return 200
	case Great, Perfect:
		return 300
	default:
		return 0
	}
}

// Best returns the best result of a whole object of the ruleset: [Perfect] in mania, [Great] elsewhere.
func Best(ruleset osu.Ruleset) Result {
	if ruleset == osu.Mania {
		return Perfect
	}
	return Great
}
