package mods

import "github.com/pure-peace/peace/osu"

// Variant returns the variant that the mods put a play of ruleset r into. Mods that mean nothing in the ruleset are ignored.
func (s Set) Variant(r osu.Ruleset) osu.Variant {
	switch {
	case s.Has(Autopilot) && osu.Autopilot.In(r):
		return osu.Autopilot
	case s.Has(Relax) && osu.Relax.In(r):
		return osu.Relax
	}
	return osu.Vanilla
}
