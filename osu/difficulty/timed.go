package difficulty

import (
	"context"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/standard"
	"github.com/pure-peace/peace/osu/taiko"
)

// TimedAttributes are the attributes of a play that passed the first objects of a beatmap and stopped there. Max and Legacy
// are those of the whole beatmap.
type TimedAttributes struct {
	Time    float64 // milliseconds of the beatmap's own clock: the end of the last object that was passed
	Objects int     // that were passed
	*Attributes
}

// Timed calculates the attributes after each object of m, as [Calculate] does for the whole. It takes a time that grows with
// the square of their number in osu! and taiko; [Passed] calculates those of one play.
func Timed(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set) ([]TimedAttributes, error) {
	if err := playable(m, r); err != nil {
		return nil, err
	}
	set = mods.Known(r, set)
	switch r {
	case osu.Standard:
		b, err := standard.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		timed, err := standard.Timed(ctx, b)
		return collect(timed, r, b, func(a *Attributes, t *standard.TimedAttributes) (float64, int) {
			a.Standard = &t.Attributes
			return t.Time, t.Objects
		}), err
	case osu.Taiko:
		b, err := taiko.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		timed, err := taiko.Timed(ctx, b)
		return collect(timed, r, b, func(a *Attributes, t *taiko.TimedAttributes) (float64, int) {
			a.Taiko = &t.Attributes
			return t.Time, t.Objects
		}), err
	case osu.Catch:
		b, err := catch.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		timed, err := catch.Timed(ctx, b)
		return collect(timed, r, b, func(a *Attributes, t *catch.TimedAttributes) (float64, int) {
			a.Catch = &t.Attributes
			return t.Time, t.Objects
		}), err
	default:
		b, err := mania.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		timed, err := mania.Timed(ctx, b)
		return collect(timed, r, b, func(a *Attributes, t *mania.TimedAttributes) (float64, int) {
			a.Mania = &t.Attributes
			return t.Time, t.Objects
		}), err
	}
}

// collect makes the timed attributes of a ruleset those of this package.
func collect[T any](timed []T, r osu.Ruleset, whole perfect, set func(*Attributes, *T) (time float64, objects int)) []TimedAttributes {
	most, legacy := whole.Max(), whole.Legacy()
	out := make([]TimedAttributes, len(timed))
	for i := range timed {
		a := &Attributes{Ruleset: r, Max: most, Legacy: legacy}
		time, objects := set(a, &timed[i])
		out[i] = TimedAttributes{time, objects, a}
	}
	return out
}

// Passed calculates the attributes of a play that passed that many objects of m and stopped there, in the time that the whole
// takes. Max and Legacy are those of the whole beatmap.
func Passed(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, objects int) (*Attributes, error) {
	return calculate(ctx, m, r, set, &objects)
}
