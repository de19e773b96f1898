package mods

import "github.com/pure-peace/peace/osu"

// legacyMod pairs a mod with stable's bits.
type legacyMod struct {
	acronym  Acronym
	bit      osu.Mods
	with     osu.Mods // bits that stable sets beside it
	unless   osu.Mods // bits that hide it
	rulesets rulesets
}

// legacyMods is in the order in which the official game lists the mods of a stable score.
// Source: ppy/osu, ConvertFromLegacyMods and ConvertToLegacyMods of each ruleset.
var legacyMods = []legacyMod{
	{acronym: Nightcore, bit: osu.ModNightcore, with: osu.ModDoubleTime, rulesets: inAll},
	{acronym: DoubleTime, bit: osu.ModDoubleTime, unless: osu.ModNightcore, rulesets: inAll},
	{acronym: Perfect, bit: osu.ModPerfect, with: osu.ModSuddenDeath, rulesets: inAll},
	{acronym: SuddenDeath, bit: osu.ModSuddenDeath, unless: osu.ModPerfect, rulesets: inAll},
	{acronym: Autopilot, bit: osu.ModAutopilot, rulesets: inStandard},
	{acronym: Cinema, bit: osu.ModCinema, with: osu.ModAutoplay, rulesets: inAll},
	{acronym: Autoplay, bit: osu.ModAutoplay, unless: osu.ModCinema, rulesets: inAll},
	{acronym: Easy, bit: osu.ModEasy, rulesets: inAll},
	{acronym: FadeIn, bit: osu.ModFadeIn, rulesets: inMania},
	{acronym: Flashlight, bit: osu.ModFlashlight, rulesets: inAll},
	{acronym: HalfTime, bit: osu.ModHalfTime, rulesets: inAll},
	{acronym: HardRock, bit: osu.ModHardRock, rulesets: inAll},
	{acronym: Hidden, bit: osu.ModHidden, rulesets: inAll},
	{acronym: Key1, bit: osu.ModKey1, rulesets: inMania},
	{acronym: Key2, bit: osu.ModKey2, rulesets: inMania},
	{acronym: Key3, bit: osu.ModKey3, rulesets: inMania},
	{acronym: Key4, bit: osu.ModKey4, rulesets: inMania},
	{acronym: Key5, bit: osu.ModKey5, rulesets: inMania},
	{acronym: Key6, bit: osu.ModKey6, rulesets: inMania},
	{acronym: Key7, bit: osu.ModKey7, rulesets: inMania},
	{acronym: Key8, bit: osu.ModKey8, rulesets: inMania},
	{acronym: Key9, bit: osu.ModKey9, rulesets: inMania},
	{acronym: DualStages, bit: osu.ModKeyCoop, rulesets: inMania},
	{acronym: NoFail, bit: osu.ModNoFail, rulesets: inAll},
	{acronym: Random, bit: osu.ModRandom, rulesets: inMania},
	{acronym: Relax, bit: osu.ModRelax, rulesets: inAll &^ inMania},
	{acronym: SpunOut, bit: osu.ModSpunOut, rulesets: inStandard},
	{acronym: TargetPractice, bit: osu.ModTarget, rulesets: inStandard},
	{acronym: TouchDevice, bit: osu.ModTouchDevice, rulesets: inStandard},
	{acronym: Mirror, bit: osu.ModMirror, rulesets: inMania},
	{acronym: ScoreV2, bit: osu.ModScoreV2, rulesets: inAll},
}

// FromLegacy returns the mods that stable's bits mean in a ruleset. Bits that the ruleset has no mod for are dropped, and of
// Nightcore and DoubleTime, Perfect and SuddenDeath, Cinema and Autoplay only the first is kept. It does not add Classic, which
// marks a stable score but is none of its mods.
func FromLegacy(bits osu.Mods, r osu.Ruleset) Set {
	var s Set
	for i := range legacyMods {
		l := &legacyMods[i]
		if bits.Has(l.bit) && !bits.Any(l.unless) && l.rulesets.has(r) {
			s = append(s, Mod{Acronym: l.acronym})
		}
	}
	return s
}

// Legacy returns stable's bits for the mods of a ruleset, with those that stable sets beside them. Mods that stable does not
// have there are left out, and settings are lost. Mania's Cover counts as Hidden, and FadeIn drives Hidden out.
func (s Set) Legacy(r osu.Ruleset) osu.Mods {
	var bits osu.Mods
	for i := range s {
		for k := range legacyMods {
			if l := &legacyMods[k]; l.acronym == s[i].Acronym && l.rulesets.has(r) {
				bits |= l.bit | l.with
			}
		}
		if s[i].Acronym == Cover && r == osu.Mania {
			bits |= osu.ModHidden
		}
	}
	if bits.Has(osu.ModFadeIn) {
		bits &^= osu.ModHidden
	}
	return bits
}
