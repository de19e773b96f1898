package mods

import (
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
)

// Terms is what the multiplier of a standardised score depends on besides its mods. The zero value is a score set today.
type Terms struct {
	// Difficulty is the beatmap's settings before mods. Only osu!'s DifficultyAdjust asks: the further it goes from them the
	// more it costs.
	Difficulty beatmap.Difficulty

	// Version is the revision of the standardised scoring that the score's total was computed with, 0 for the current one.
	// Before 30000017 osu! had other multipliers, and Classic another everywhere.
	Version int

	// FreeKeys says that the score is older than the cost of mania's key mods: see [FreeKeys].
	FreeKeys bool
}

// rebalanced is the first revision of the standardised scoring with today's multipliers.
const rebalanced = 30000017

func (t *Terms) before() bool { return t.Version != 0 && t.Version < rebalanced }

// FreeKeys reports whether a score was set before key mods cost something in mania, 18 July 2025, by the version of the client
// that set it ("2025.702.0-lazer") or, when that is not known, by its date.
// Source: ppy/osu osu.Game.Rulesets.Mania/Scoring/ManiaScoreMultiplierCalculator.cs.
func FreeKeys(client string, set time.Time) bool {
	if client == "" {
		return set.Before(time.Date(2025, 7, 18, 0, 0, 0, 0, time.UTC))
	}
	year, rest, _ := strings.Cut(client, ".")
	day, _, _ := strings.Cut(rest, ".")
	y, err := strconv.Atoi(year)
	if err != nil {
		return false
	}
	d, err := strconv.Atoi(day)
	return err == nil && (y < 2025 || y == 2025 && d < 718)
}

// ScoreMultiplier returns what the mods multiply a standardised (lazer) score by. Mods that the ruleset does not have count
// nothing.
// Source: ppy/osu, the ScoreMultiplierCalculator of each ruleset.
func (s Set) ScoreMultiplier(r osu.Ruleset, t Terms) float64 {
	product := 1.0
	var paired uint64 // mods, by their place in the set, whose factor is that of a pair
	if r == osu.Standard && !t.before() {
		product, paired = s.pairFactor()
	}
	for i := range s {
		m := &s[i]
		if _, ok := Lookup(r, m.Acronym); !ok || paired>>i&1 != 0 {
			continue
		}
		switch {
		case r == osu.Standard && t.before():
			product *= m.oldStandardFactor()
		case r == osu.Standard:
			product *= m.standardFactor(&t)
		case r == osu.Taiko:
			product *= m.taikoFactor(&t)
		case r == osu.Catch:
			product *= m.catchFactor(&t)
		case r == osu.Mania:
			product *= m.maniaFactor(&t)
		}
	}
	return product
}
