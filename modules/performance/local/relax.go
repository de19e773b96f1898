package local

import (
	"context"
	"encoding/json"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// Relax is the official algorithm with other worths for plays with Relax and Autopilot, as servers have that give those
// leaderboards of their own. Its name is "relax".
type Relax struct{ Official }

// Name implements Algorithm.
func (Relax) Name() string { return "relax" }

// Difficulty implements Algorithm.
func (Relax) Difficulty(
	ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, passed int,
) (Attributes, error) {
	a, err := calculate(ctx, m, r, difficulty.WithoutRelax(set), passed)
	if err != nil {
		return nil, err
	}
	return relax{official{a}}, nil
}

// Decode implements Algorithm.
func (Relax) Decode(stored []byte) (Attributes, error) {
	a := new(difficulty.Attributes)
	if err := json.Unmarshal(stored, a); err != nil {
		return nil, err
	}
	return relax{official{a}}, nil
}

type relax struct{ official }

func (a relax) Performance(p score.Play) difficulty.Values { return a.PerformanceRelax(p) }
