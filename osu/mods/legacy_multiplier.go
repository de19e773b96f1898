package mods

import "github.com/pure-peace/peace/osu"

// legacyFactor is what a mod multiplies stable's score by.
type legacyFactor struct {
	acronym  Acronym
	rulesets rulesets
	factor   float64
	scoreV2  float64 // with ScoreV2 beside it
}

// legacyFactors is in no particular order. Mods that are missing do not change the score.
// Source: ppy/osu, GetLegacyScoreMultiplier of each ruleset's LegacyScoreSimulator.
var legacyFactors = []legacyFactor{
	{NoFail, inAll, 0.5, 1},
	{Easy, inAll, 0.5, 0.5},
	{HalfTime, inAll &^ inMania, 0.3, 0.3},
	{HalfTime, inMania, 0.5, 0.5},
	{Daycore, inAll &^ inMania, 0.3, 0.3},
	{Daycore, inMania, 0.5, 0.5},
	{Hidden, inStandard | inTaiko, 1.06, 1.06},
	{Hidden, inCatch, 1.06, 1},
	{HardRock, inStandard, 1.06, 1.10},
	{HardRock, inTaiko, 1.06, 1.06},
	{HardRock, inCatch, 1.12, 1.12},
	{DoubleTime, inStandard, 1.12, 1.20},
	{DoubleTime, inTaiko, 1.12, 1.12},
	{DoubleTime, inCatch, 1.06, 1.06},
	{Nightcore, inStandard, 1.12, 1.20},
	{Nightcore, inTaiko, 1.12, 1.12},
	{Nightcore, inCatch, 1.06, 1.06},
	{Flashlight, inAll &^ inMania, 1.12, 1.12},
	{SpunOut, inStandard, 0.9, 0.9},
	{Relax, inAll &^ inMania, 0, 0},
	{Autopilot, inStandard, 0, 0},
}

// LegacyMultiplier returns what the mods multiply the combo part of stable's score by. On a beatmap converted to mania the
// number of columns changes it further: see mania.LegacyMultiplier.
func (s Set) LegacyMultiplier(r osu.Ruleset) float64 {
	scoreV2 := s.Has(ScoreV2)
	multiplier := 1.0
	for i := range s {
		code := s[i].Acronym.code()
		for k := range legacyFactors {
			f := &legacyFactors[k]
			switch {
			case f.acronym.code() != code || !f.rulesets.has(r):
			case f.factor == 0:
				return 0
			case scoreV2:
				multiplier *= f.scoreV2
			default:
				multiplier *= f.factor
			}
		}
	}
	return multiplier
}

// code is an acronym of two characters as a number, which compares faster; 0 of all others.
func (a Acronym) code() uint16 {
	if len(a) != 2 {
		return 0
	}
	return uint16(a[0])<<8 | uint16(a[1])
}
