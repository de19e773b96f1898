package difficulty

import (
	"context"
	"errors"
	"fmt"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/standard"
	"github.com/pure-peace/peace/osu/strain"
	"github.com/pure-peace/peace/osu/taiko"
)

// ErrRuleset says that there is no such ruleset.
var ErrRuleset = errors.New("difficulty: no such ruleset")

// Version returns the version of the official algorithm for a ruleset, a date as yyyymmdd. Attributes of different versions
// must not be mixed.
func Version(r osu.Ruleset) int {
	switch r {
	case osu.Standard:
		return standard.Version
	case osu.Taiko:
		return taiko.Version
	case osu.Catch:
		return catch.Version
	case osu.Mania:
		return mania.Version
	default:
		return 0
	}
}

// Attributes are the difficulty of one beatmap in one ruleset under one set of mods, with all that the pp of a play on it
// needs: the beatmap is not looked at again. Exactly one of the pointers is set, that of Ruleset.
type Attributes struct {
	Ruleset osu.Ruleset
	Max     score.Statistics // the judgements of a perfect play
	Legacy  score.Legacy     // stable's total score of a perfect play

	Standard *standard.Attributes
	Taiko    *taiko.Attributes
	Catch    *catch.Attributes
	Mania    *mania.Attributes
}

// Calculate calculates the difficulty of m in ruleset r under the mods. A beatmap of osu! is converted to r; one of another
// ruleset can only be calculated in its own ([beatmap.ErrNotConvertible]).
func Calculate(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set) (*Attributes, error) {
	return calculate(ctx, m, r, set, nil)
}

// calculate calculates the attributes of the whole beatmap, or of a play that passed some of its objects.
func calculate(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, passed *int) (*Attributes, error) {
	if err := playable(m, r); err != nil {
		return nil, err
	}
	set = mods.Known(r, set)
	a := &Attributes{Ruleset: r}
	var whole perfect
	switch r {
	case osu.Standard:
		b, err := standard.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		if a.Standard, err = rate(ctx, b, passed, standard.Difficulty, standard.Passed); err != nil {
			return nil, err
		}
		whole = b
	case osu.Taiko:
		b, err := taiko.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		if a.Taiko, err = rate(ctx, b, passed, taiko.Difficulty, taiko.Passed); err != nil {
			return nil, err
		}
		whole = b
	case osu.Catch:
		b, err := catch.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		if a.Catch, err = rate(ctx, b, passed, catch.Difficulty, catch.Passed); err != nil {
			return nil, err
		}
		whole = b
	default:
		b, err := mania.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		if a.Mania, err = rate(ctx, b, passed, mania.Difficulty, mania.Passed); err != nil {
			return nil, err
		}
		whole = b
	}
	a.Max, a.Legacy = whole.Max(), whole.Legacy()
	return a, nil
}

// perfect is what the beatmaps of all rulesets know of a perfect play.
type perfect interface {
	Max() score.Statistics
	Legacy() score.Legacy
}

// rate calculates the attributes of one ruleset.
func rate[B, A any](
	ctx context.Context, b *B, passed *int,
	all func(context.Context, *B) (A, error), some func(context.Context, *B, int) (A, error),
) (*A, error) {
	var a A
	var err error
	if passed == nil {
		a, err = all(ctx, b)
	} else {
		a, err = some(ctx, b, *passed)
	}
	return &a, err
}

// playable checks that m can be played in ruleset r.
func playable(m *beatmap.Beatmap, r osu.Ruleset) error {
	switch {
	case !r.Valid():
		return fmt.Errorf("%w: %d", ErrRuleset, r)
	case m.Mode != osu.Standard && m.Mode != r:
		return fmt.Errorf("difficulty: %w: it is one of %s", beatmap.ErrNotConvertible, m.Mode)
	}
	return nil
}

// Stars returns the star rating.
func (a *Attributes) Stars() float64 {
	switch a.Ruleset {
	case osu.Standard:
		return a.Standard.Stars
	case osu.Taiko:
		return a.Taiko.Stars
	case osu.Catch:
		return a.Catch.Stars
	default:
		return a.Mania.Stars
	}
}

// MaxCombo returns the combo of a perfect play.
func (a *Attributes) MaxCombo() int {
	switch a.Ruleset {
	case osu.Standard:
		return a.Standard.MaxCombo
	case osu.Taiko:
		return a.Taiko.MaxCombo
	case osu.Catch:
		return a.Catch.MaxCombo
	default:
		return a.Mania.MaxCombo
	}
}

// PP returns the performance points of a play. It allocates nothing.
func (a *Attributes) PP(p score.Play) float64 {
	switch a.Ruleset {
	case osu.Standard:
		return a.Standard.Performance(p).Total
	case osu.Taiko:
		return a.Taiko.Performance(p).Total
	case osu.Catch:
		return a.Catch.Performance(p).Total
	default:
		return a.Mania.Performance(p).Total
	}
}

// Performance returns the performance attributes of a play under their official names; "pp" is the total.
func (a *Attributes) Performance(p score.Play) Values {
	switch a.Ruleset {
	case osu.Standard:
		return valuesOf(a.Standard.Performance(p))
	case osu.Taiko:
		return valuesOf(a.Taiko.Performance(p))
	case osu.Catch:
		return valuesOf(a.Catch.Performance(p))
	default:
		return valuesOf(a.Mania.Performance(p))
	}
}

// Values returns the difficulty attributes under their official names, and what else is stored with them.
func (a *Attributes) Values() Values {
	return valuesOf(a.of())
}

// of returns the pointer that is set, or one to make, as an any.
func (a *Attributes) of() any {
	switch a.Ruleset {
	case osu.Standard:
		return a.Standard
	case osu.Taiko:
		return a.Taiko
	case osu.Catch:
		return a.Catch
	default:
		return a.Mania
	}
}

// Strains returns what makes the beatmap hard over its time, a graph for each skill.
func Strains(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set) ([]strain.Graph, error) {
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
		return standard.Strains(ctx, b)
	case osu.Taiko:
		b, err := taiko.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		return taiko.Strains(ctx, b)
	case osu.Catch:
		b, err := catch.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		return catch.Strains(ctx, b)
	default:
		b, err := mania.New(ctx, m, set)
		if err != nil {
			return nil, err
		}
		return mania.Strains(ctx, b)
	}
}
