package mania

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// MaxColumns is the most columns that a beatmap can have: two stages of ten keys each.
const MaxColumns = 20

// The errors of [New]. The official client fails on the same beatmaps.
var (
	ErrNoColumn       = errors.New("mania: no column is free for a note of the converted beatmap")
	ErrTooManyColumns = errors.New("mania: the beatmap has more columns than two stages can hold")
)

// Object is a note, or a hold with a head and a tail.
type Object struct {
	Start  float64 // milliseconds
	End    float64 // milliseconds; a note's is its start
	Column int     // from the left, from 0
	Hold   bool    // may be of no length
}

// Beatmap is a playable beatmap: converted, and with mods applied.
type Beatmap struct {
	Objects    []Object           // ordered by start
	Columns    int                // of all stages, 1 to MaxColumns
	Stages     int                // 1 or 2, of the same number of columns each
	Convert    bool               // made for another ruleset
	Difficulty beatmap.Difficulty // after mods
	Rate       float64            // of the clock, which mods set; 1 normally
	Windows    Windows            // of real time for the play, before the rate divides them
}

// New makes the playable beatmap of m with the mods ms: converted if m is one of osu! ([beatmap.ErrNotConvertible] says that it
// is neither that nor one of mania), mods applied to settings and
// objects. It does not change m. A random mod without a seed takes 0 for one.
func New(ctx context.Context, m *beatmap.Beatmap, ms mods.Set) (*Beatmap, error) {
	if m.Mode != osu.Standard && m.Mode != osu.Mania {
		return nil, fmt.Errorf("mania: %w: it is one of %s", beatmap.ErrNotConvertible, m.Mode)
	}
	keys := layoutOf(m, ms)
	if keys.columns() > MaxColumns {
		return nil, fmt.Errorf("%w: %d", ErrTooManyColumns, keys.columns())
	}
	b := &Beatmap{
		Columns:    keys.columns(),
		Stages:     keys.stages,
		Convert:    m.Mode != osu.Mania,
		Difficulty: ms.Adjust(osu.Mania, m.Difficulty),
	}
	b.Windows = windowsOf(b, ms)
	var err error
	if b.Objects, err = convert(ctx, m, b.Columns); err != nil {
		return nil, err
	}
	byStart(b.Objects)
	b.apply(m, ms)
	b.Rate = ms.RateOver(b.span())
	return b, ctx.Err()
}

// span returns when the first object begins and when the last to end ends, in milliseconds.
func (b *Beatmap) span() (first, last float64) {
	for i, o := range b.Objects {
		if i == 0 {
			first, last = o.Start, o.End
		}
		last = max(last, o.End)
	}
	return first, last
}

// byStart orders objects by their start; those that start together stay in their order.
func byStart(objects []Object) {
	compare := func(a, b Object) int { return cmp.Compare(a.Start, b.Start) }
	if !slices.IsSortedFunc(objects, compare) {
		slices.SortStableFunc(objects, compare)
	}
}

// Max returns the judgements of a perfect play. A hold has a head and a tail to hit; that it was held throughout, and the hold
// as a whole, give nothing.
func (b *Beatmap) Max() score.Statistics {
	var s score.Statistics
	for _, o := range b.Objects {
		s[score.Perfect]++
		if o.Hold {
			s[score.Perfect]++
			s[score.IgnoreHit] += 2
		}
	}
	return s
}

// combo is what an object adds to the greatest combo: 1, and 1 for every 100 ms of a hold. Source: ppy/osu
// osu.Game.Rulesets.Mania/Difficulty/ManiaDifficultyCalculator.cs.
func (o *Object) combo() int {
	if o.Hold {
		return 1 + truncate((o.End-o.Start)/100)
	}
	return 1
}
