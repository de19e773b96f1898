// Package difficulty is one door to the calculators of all four rulesets: difficulty attributes of a beatmap under mods, and
// the performance points (pp) of plays on it, as the official client computes them.
//
// The rules live with their rulesets (standard, taiko, catch and mania); this package picks among them, names their values as
// the official API does and reads and writes them for storage.
//
//	m, err := beatmap.Parse(file)
//	attributes, err := difficulty.Calculate(ctx, m, osu.Standard, set)
//	pp := attributes.PP(play)
package difficulty
