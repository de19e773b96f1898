package difficulty

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/score"
)

// WithoutRelax returns the mods to calculate attributes with on servers on which plays with Relax and Autopilot have
// leaderboards of their own: the beatmap is rated as if those mods, which the official algorithm means to make worth little,
// were not there. What plays are worth is then for [Attributes.PerformanceRelax] to say.
func WithoutRelax(set mods.Set) mods.Set { return set.Without(mods.Relax, mods.Autopilot) }

// PerformanceRelax returns what a play is worth on such servers, of attributes that are calculated with [WithoutRelax]: see [standard.Attributes.PerformanceRelax]. Plays with neither
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
