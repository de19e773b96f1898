package mods

import (
	"cmp"
	"slices"

	"github.com/pure-peace/peace/osu"
)

// difficultyMod is a mod that changes what a ruleset's difficulty calculator computes: the settings of the beatmap, its
// objects, or the calculation itself. Mods that change the rate of the clock once and for all are not listed: the rate is all
// that counts.
type difficultyMod struct {
	acronym  Acronym
	rulesets rulesets
	settings []string // that matter; the others do not
}

// difficultyMods is complete: a set with other mods has the difficulty of the set without them. Drain rate, hit windows in
// mania, extended limits, lives, sizes of what is drawn, and all that only performance points ask for (NoFail, SpunOut, Blinds,
// Traceable, taiko's and catch's Hidden and Flashlight) have no part in difficulty.
//
// Source: ppy/osu e9451fe, DifficultyCalculator of each ruleset with its skills and evaluators, and the mods that implement
// IApplicableToBeatmapConverter, AfterBeatmapConversion, ToDifficulty, ToBeatmapProcessor, ToHitObject or ToBeatmap.
var difficultyMods = []difficultyMod{
	{Easy, inStandard | inTaiko | inCatch, nil},
	{HardRock, inStandard | inTaiko | inCatch, nil},
	{DifficultyAdjust, inStandard, []string{"circle_size", "approach_rate", "overall_difficulty"}},
	{DifficultyAdjust, inTaiko, []string{"overall_difficulty", "scroll_speed"}},
	{DifficultyAdjust, inCatch, []string{"circle_size", "approach_rate", "overall_difficulty", "hard_rock_offsets"}},
	{Random, inStandard, []string{"angle_sharpness", "seed"}},
	{Random, inTaiko | inMania, []string{"seed"}},
	{Mirror, inStandard, []string{"reflection"}},
	{Mirror, inCatch | inMania, nil},
	{Relax, inStandard | inTaiko, nil},
	// Not a rate alone: on a beatmap that begins before its music they have begun to change it. See RateOver.
	{WindUp, inAll, []string{"initial_rate", "final_rate"}},
	{WindDown, inAll, []string{"initial_rate", "final_rate"}},

	{Hidden, inStandard, []string{"only_fade_approach_circles"}},
	{Flashlight, inStandard, nil},
	{Classic, inStandard, nil}, // while sliders' heads are not judged: see matters
	{StrictTracking, inStandard, nil},
	{TargetPractice, inStandard, []string{"seed"}},
	{Autopilot, inStandard, nil},
	{TouchDevice, inStandard, nil},
	{Magnetised, inStandard, []string{"attraction_strength"}},
	{Deflate, inStandard, []string{"start_scale"}}, // beside Flashlight: see matters
	{FreezeFrame, inStandard, nil},

	{Swap, inTaiko, nil},
	{SimplifiedRhythm, inTaiko, []string{"one_third_conversion", "one_sixth_conversion", "one_eighth_conversion"}},

	{DualStages, inMania, nil},
	{Invert, inMania, nil},
	{HoldOff, inMania, nil},
	{Key1, inMania, nil},
	{Key2, inMania, nil},
	{Key3, inMania, nil},
	{Key4, inMania, nil},
	{Key5, inMania, nil},
	{Key6, inMania, nil},
	{Key7, inMania, nil},
	{Key8, inMania, nil},
	{Key9, inMania, nil},
	{Key10, inMania, nil},
}

// Difficulty returns the part of the set that matters to the difficulty of a beatmap in a ruleset, in one form for all sets
// with the same effect: mods in one order, settings at their defaults and settings without effect left out, and a constant rate
// of the clock as DoubleTime or HalfTime, whichever mod sets it. Difficulty attributes, the judgements of a perfect play and stable's
// simulated score of the result are those of s.
//
// Mods among these that do not go together keep their order, on which they may depend.
func (s Set) Difficulty(r osu.Ruleset) Set {
	full := Known(r, s)
	var out Set
	for i := range full {
		m := &full[i]
		if isRate(m.Acronym) {
			out = append(out, *m)
			continue
		}
		d := matters(r, m, full)
		if d == nil {
			continue
		}
		kept := d.keep(m)
		if m.Acronym == DifficultyAdjust && kept.Settings == nil {
			continue // it adjusts nothing
		}
		out = append(out, kept)
	}
	if Validate(r, out) != nil {
		return out
	}
	if i := slices.IndexFunc(out, func(m Mod) bool { return isRate(m.Acronym) }); i >= 0 { // one at most
		m, ok := atRate(out[i : i+1].Rate())
		out = slices.Delete(out, i, i+1)
		if ok {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return nil
	}
	ordered := orderMatters(r, out)
	slices.SortStableFunc(out, func(a, b Mod) int {
		aLast, bLast := slices.Contains(ordered, a.Acronym), slices.Contains(ordered, b.Acronym)
		switch {
		case aLast && bLast:
			return 0
		case aLast:
			return 1
		case bLast:
			return -1
		}
		return cmp.Compare(a.Acronym, b.Acronym)
	})
	return out
}

// DifficultyKey returns the text form of [Set.Difficulty], such as "DT:speed_change=1.3,HR". Under it the difficulty attributes
// of a beatmap in a ruleset may be stored: sets with the same key have the same attributes. [Parse] reads it back.
//
// A Random or TargetPractice without a seed has a key like any other set; the rulesets take its seed as 0.
func (s Set) DifficultyKey(r osu.Ruleset) string { return s.Difficulty(r).String() }

// isRate reports whether all that a mod does to difficulty is a constant rate.
func isRate(a Acronym) bool {
	switch a {
	case HalfTime, Daycore, DoubleTime, Nightcore, AdaptiveSpeed:
		return true
	}
	return false
}

// atRate returns the mod that sets a rate, and false for the rate of no mod. One mod's rates are within reach of the two.
func atRate(rate float64) (Mod, bool) {
	switch {
	case rate == 1:
		return Mod{}, false
	case rate == 1.5:
		return Mod{Acronym: DoubleTime}, true
	case rate == 0.75:
		return Mod{Acronym: HalfTime}, true
	case rate > 1:
		return Mod{Acronym: DoubleTime}.With("speed_change", rate), true
	}
	return Mod{Acronym: HalfTime}.With("speed_change", rate), true
}

// matters returns the row of a mod that has an effect in a set, or nil.
func matters(r osu.Ruleset, m *Mod, s Set) *difficultyMod {
	switch {
	case m.Acronym == Classic && !m.Bool("no_slider_head_accuracy"), m.Acronym == Deflate && !s.Has(Flashlight):
		return nil
	}
	for i := range difficultyMods {
		if d := &difficultyMods[i]; d.acronym == m.Acronym && d.rulesets.has(r) {
			return d
		}
	}
	return nil
}

// keep returns the mod with the settings that matter.
func (d *difficultyMod) keep(m *Mod) Mod {
	out := Mod{Acronym: m.Acronym}
	for _, s := range m.Settings {
		if slices.Contains(d.settings, s.Name) {
			out.Settings = append(out.Settings, s)
		}
	}
	return out
}

// orderMatters returns those mods of a set whose order changes what they do: each changes what the one before it left.
func orderMatters(r osu.Ruleset, s Set) []Acronym {
	switch {
	case r == osu.Standard && s.Has(TargetPractice): // halves the approach rate, makes new objects
		return []Acronym{TargetPractice, HardRock, Hidden, FreezeFrame, WindUp, WindDown}
	case r == osu.Taiko:
		return []Acronym{Random, Swap, SimplifiedRhythm, WindUp, WindDown} // ramps last as long as the objects they see
	case r == osu.Mania:
		return []Acronym{Random, Mirror}
	}
	return nil
}
