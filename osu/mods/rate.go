package mods

import "math"

// Rate returns the rate of the clock: 1.5 for DoubleTime at its default. Mods whose rate changes during the play count as at
// its start, as in the official calculators; see RateOver for beatmaps that begin before their music.
// Source: ppy/osu osu.Game/Utils/ModUtils.cs, CalculateRateWithMods.
func (s Set) Rate() float64 { return s.RateOver(0, 0) }

// RateOver is Rate for a beatmap whose first object begins and whose last one ends at the given times, in milliseconds. It only
// differs from Rate when the first is before 0, where the official calculators ask for the rate: WindUp and WindDown have begun
// to change it by then. Source: ppy/osu osu.Game/Rulesets/Mods/ModTimeRamp.cs.
func (s Set) RateOver(first, last float64) float64 {
	rate := 1.0
	for i := range s {
		switch m := &s[i]; m.Acronym {
		case HalfTime, Daycore, DoubleTime, Nightcore:
			v, _ := m.Float("speed_change")
			rate *= v
		case WindUp, WindDown:
			initial, final := m.Ramp()
			done := min(max(-first/max(1, first+0.75*(last-first)-first), 0), 1)
			rate *= math.RoundToEven((initial+(final-initial)*done)*100) / 100
		case AdaptiveSpeed:
			v, _ := m.Float("initial_rate")
			rate *= v
		}
	}
	return rate
}

// Ramp returns the rates at which WindUp and WindDown begin and end. A WindUp that does not rise, or a WindDown that does not
// fall, is changed as the official game changes it: whichever rate is set last moves the other away by a hundredth.
// Source: ppy/osu osu.Game/Rulesets/Mods/ModWindUp.cs, ModWindDown.cs.
func (m Mod) Ramp() (initial, final float64) {
	const step = 0.01
	up := m.Acronym == WindUp
	initialOption, ok := known(m.Acronym, "initial_rate")
	if !ok {
		return 1, 1
	}
	finalOption, ok := known(m.Acronym, "final_rate")
	if !ok {
		return 1, 1
	}
	initial, final = initialOption.Default, finalOption.Default
	away := func(from float64, o *Option, by float64) float64 { return o.clamp(from + by) }
	if v, _ := m.Float("initial_rate"); v != initial {
		initial = v
		switch {
		case up && initial >= final:
			final = away(initial, finalOption, step)
		case !up && initial <= final:
			final = away(initial, finalOption, -step)
		}
	}
	if _, isSet := findSetting(m.Settings, "final_rate"); !isSet {
		return initial, final
	}
	if v, _ := m.Float("final_rate"); v != final {
		final = v
		switch {
		case up && final <= initial:
			initial = away(final, initialOption, -step)
		case !up && final >= initial:
			initial = away(final, initialOption, step)
		}
	}
	return initial, final
}
