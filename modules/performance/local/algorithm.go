package local

import (
	"context"
	"encoding/json"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/strain"
)

// Algorithm is one way to calculate difficulty and pp. A server with an algorithm of its own passes it in Deps.
type Algorithm interface {
	// Name tells it from others: at most 32 bytes of a to z, 0 to 9 and -.
	Name() string
	// Version changes whenever the attributes of any beatmap do. Attributes are stored with it.
	Version(r osu.Ruleset) int
	// Difficulty calculates, for plays that passed that many objects or, with 0, all. It must return soon after ctx ends.
	Difficulty(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, passed int) (Attributes, error)
	// Decode reads attributes that this version encoded as JSON.
	Decode(stored []byte) (Attributes, error)
	// Strains calculates graphs.
	Strains(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set) ([]strain.Graph, error)
}

// Attributes are what an Algorithm keeps of a beatmap: all that the pp of a play needs. They do not change.
type Attributes interface {
	json.Marshaler
	// Stars is the star rating, MaxCombo the combo of a perfect play, Values all attributes by name.
	Stars() float64
	MaxCombo() int
	Values() difficulty.Values
	// Perfect returns the judgements of a perfect play and stable's total score of it.
	Perfect() (score.Statistics, score.Legacy)
	// Accuracy returns the accuracy of a play's statistics, 0 to 1.
	Accuracy(p *score.Play) float64
	// Performance returns the performance attributes of a play; the total is named pp.
	Performance(p score.Play) difficulty.Values
}

// Official is the algorithm of the official client, under the name "official".
type Official struct{}

// Name implements Algorithm.
func (Official) Name() string { return "official" }

// Version implements Algorithm.
func (Official) Version(r osu.Ruleset) int { return difficulty.Version(r) }

// Difficulty implements Algorithm.
func (Official) Difficulty(
	ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, passed int,
) (Attributes, error) {
	a, err := calculate(ctx, m, r, set, passed)
	if err != nil {
		return nil, err
	}
	return official{a}, nil
}

// Decode implements Algorithm.
func (Official) Decode(stored []byte) (Attributes, error) {
	a := new(difficulty.Attributes)
	if err := json.Unmarshal(stored, a); err != nil {
		return nil, err
	}
	return official{a}, nil
}

// Strains implements Algorithm.
func (Official) Strains(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set) ([]strain.Graph, error) {
	return difficulty.Strains(ctx, m, r, set)
}

type official struct{ *difficulty.Attributes }

func (a official) Perfect() (score.Statistics, score.Legacy) { return a.Max, a.Legacy }

func calculate(
	ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set, passed int,
) (*difficulty.Attributes, error) {
	if passed > 0 {
		return difficulty.Passed(ctx, m, r, set, passed)
	}
	return difficulty.Calculate(ctx, m, r, set)
}
