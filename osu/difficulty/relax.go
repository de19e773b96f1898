package difficulty

import (
	"context"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// CalculateRelax is [Calculate] for servers on which plays with Relax and Autopilot have leaderboards of their own: it rates the
// beatmap as if those mods, which the official algorithm means to make worth little, were not there. What plays are worth is
// then for [Attributes.PerformanceRelax] to say.
func CalculateRelax(ctx context.Context, m *beatmap.Beatmap, r osu.Ruleset, set mods.Set) (*Attributes, error) {
	return Calculate(ctx, m, r, set.Without(mods.Relax, mods.Autopilot))
}

// PerformanceRelax returns what a play is worth on such servers: see [standard.Attributes.PerformanceRelax]. Plays with neither
// mod, and those of other rulesets, are worth what they are officially.
func (a *Attributes) PerformanceRelax(p score.Play) Values {
	switch {
	case a.Ruleset != osu.Standard:
		return a.Performance(p)
	case p.Mods.Has(mods.Relax):
		return valuesOf(a.Standard.PerformanceRelax(p))
	case p.Mods.Has(mods.Autopilot):
		return valuesOf(a.Standard.PerformanceAutopilot(p))
	default:
		return a.Performance(p)
	}
}
