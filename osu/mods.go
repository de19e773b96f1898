package osu

import (
	"fmt"
	"math/bits"
	"strings"
)

// Mods is the stable client's set of mods. It fits in 31 bits, so clients and databases may keep it as a signed integer.
type Mods uint32

// The mods. Stable sends ModNightcore together with ModDoubleTime and ModPerfect together with ModSuddenDeath.
const (
	ModNoFail Mods = 1 << iota
	ModEasy
	ModTouchDevice // NoVideo until 2017
	ModHidden
	ModHardRock
	ModSuddenDeath
	ModDoubleTime
	ModRelax
	ModHalfTime
	ModNightcore
	ModFlashlight
	ModAutoplay
	ModSpunOut
	ModAutopilot // Relax2 in older sources
	ModPerfect
	ModKey4
	ModKey5
	ModKey6
	ModKey7
	ModKey8
	ModFadeIn
	ModRandom
	ModCinema
	ModTarget
	ModKey9
	ModKeyCoop
	ModKey1
	ModKey3
	ModKey2
	ModScoreV2
	ModMirror

	// AllMods is every defined bit.
	AllMods = ModMirror<<1 - 1
)

// Groups of mods.
const (
	// SpeedMods change the clock. In a freemod room they stay with the room; every other mod is a player's own.
	SpeedMods = ModDoubleTime | ModNightcore | ModHalfTime

	// KeyMods choose the number of columns in mania.
	KeyMods = ModKey1 | ModKey2 | ModKey3 | ModKey4 | ModKey5 | ModKey6 | ModKey7 | ModKey8 | ModKey9 | ModKeyCoop

	// FreeMods may differ between the players of a freemod room. Source: osuTitanic/common constants.
	FreeMods = ModNoFail | ModEasy | ModHidden | ModHardRock | ModSuddenDeath | ModFlashlight | ModFadeIn |
		ModRelax | ModAutopilot | ModSpunOut | KeyMods
)

// modAcronyms holds the acronym of each bit. Two letters each, so that a run of them needs no separator.
var modAcronyms = [...]string{
	"NF", "EZ", "TD", "HD", "HR", "SD", "DT", "RX", "HT", "NC", "FL", "AT", "SO", "AP", "PF", "4K",
	"5K", "6K", "7K", "8K", "FI", "RD", "CN", "TP", "9K", "CO", "1K", "3K", "2K", "V2", "MR",
}

// Has reports whether every mod of other is in m.
func (m Mods) Has(other Mods) bool { return m&other == other }

// Any reports whether at least one mod of other is in m.
func (m Mods) Any(other Mods) bool { return m&other != 0 }

// WithImplied returns m with the mods that stable sets beside others: DoubleTime with Nightcore, SuddenDeath with Perfect.
// Replays and score rows need the pairs, or they play back wrongly.
func (m Mods) WithImplied() Mods {
	if m.Has(ModNightcore) {
		m |= ModDoubleTime
	}
	if m.Has(ModPerfect) {
		m |= ModSuddenDeath
	}
	return m
}

// String returns the acronyms in the order of their bits, such as "HDHRNC", and "NM" for no mods. An implied mod (DT beside
// NC, SD beside PF) is left out, and so are undefined bits.
func (m Mods) String() string {
	if m.Has(ModNightcore) {
		m &^= ModDoubleTime
	}
	if m.Has(ModPerfect) {
		m &^= ModSuddenDeath
	}
	if m &= AllMods; m == 0 {
		return "NM"
	}
	var b strings.Builder
	for ; m != 0; m &= m - 1 {
		b.WriteString(modAcronyms[bits.TrailingZeros32(uint32(m))])
	}
	return b.String()
}

// ParseMods reads a run of acronyms in either case, such as "hdhr" or "+HD,DT". Commas, spaces and plus signs between them
// are skipped; NM, and nothing at all, are no mods; RN is RD and AU is AT. Implied mods are added as by [Mods.WithImplied].
func ParseMods(s string) (Mods, error) {
	var m Mods
	for rest := s; ; {
		rest = strings.TrimLeft(rest, " ,+")
		if rest == "" {
			return m.WithImplied(), nil
		}
		if len(rest) < 2 {
			return 0, fmt.Errorf("osu: %.64q does not end with a mod", s)
		}
		mod, ok := modByAcronym(strings.ToUpper(rest[:2]))
		if !ok {
			return 0, fmt.Errorf("osu: no mod is called %q in %.64q", rest[:2], s)
		}
		m |= mod
		rest = rest[2:]
	}
}

func modByAcronym(acronym string) (Mods, bool) {
	for bit, a := range modAcronyms {
		if a == acronym {
			return 1 << bit, true
		}
	}
	switch acronym {
	case "NM":
		return 0, true
	case "RN":
		return ModRandom, true
	case "AU":
		return ModAutoplay, true
	}
	return 0, false
}
