package mods_test

import (
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// everywhere are the bits that mean the same mod in every ruleset.
var everywhere = map[osu.Mods]mods.Acronym{
	osu.ModNoFail: mods.NoFail, osu.ModEasy: mods.Easy, osu.ModHidden: mods.Hidden, osu.ModHardRock: mods.HardRock,
	osu.ModSuddenDeath: mods.SuddenDeath, osu.ModDoubleTime: mods.DoubleTime, osu.ModHalfTime: mods.HalfTime,
	osu.ModNightcore | osu.ModDoubleTime: mods.Nightcore, osu.ModFlashlight: mods.Flashlight, osu.ModAutoplay: mods.Autoplay,
	osu.ModPerfect | osu.ModSuddenDeath: mods.Perfect, osu.ModCinema | osu.ModAutoplay: mods.Cinema, osu.ModScoreV2: mods.ScoreV2,
}

// only are the bits that mean something in some rulesets.
var only = map[osu.Ruleset]map[osu.Mods]mods.Acronym{
	osu.Standard: {
		osu.ModTouchDevice: mods.TouchDevice, osu.ModRelax: mods.Relax, osu.ModAutopilot: mods.Autopilot,
		osu.ModSpunOut: mods.SpunOut, osu.ModTarget: mods.TargetPractice,
	},
	osu.Taiko: {osu.ModRelax: mods.Relax},
	osu.Catch: {osu.ModRelax: mods.Relax},
	osu.Mania: {
		osu.ModKey1: mods.Key1, osu.ModKey2: mods.Key2, osu.ModKey3: mods.Key3, osu.ModKey4: mods.Key4, osu.ModKey5: mods.Key5,
		osu.ModKey6: mods.Key6, osu.ModKey7: mods.Key7, osu.ModKey8: mods.Key8, osu.ModKey9: mods.Key9,
		osu.ModKeyCoop: mods.DualStages, osu.ModFadeIn: mods.FadeIn, osu.ModMirror: mods.Mirror, osu.ModRandom: mods.Random,
	},
}

func TestLegacyBothWays(t *testing.T) {
	for r := range osu.Rulesets {
		meaningful := osu.Mods(0)
		for _, table := range []map[osu.Mods]mods.Acronym{everywhere, only[r]} {
			for bits, a := range table {
				meaningful |= bits
				if got := mods.FromLegacy(bits, r); len(got) != 1 || got[0].Acronym != a || got[0].Settings != nil {
					t.Errorf("%v: bits %v are %v, want %s", r, bits, got, a)
				}
				if got := mods.Of(a).Legacy(r); got != bits {
					t.Errorf("%v: %s is %v, want %v", r, a, got, bits)
				}
			}
		}
		// Bits without their companions, as some clients send them.
		for bits, a := range map[osu.Mods]mods.Acronym{osu.ModNightcore: mods.Nightcore, osu.ModPerfect: mods.Perfect, osu.ModCinema: mods.Cinema} {
			if got := mods.FromLegacy(bits, r); len(got) != 1 || got[0].Acronym != a {
				t.Errorf("%v: bits %v are %v, want %s", r, bits, got, a)
			}
		}
		for bit := osu.Mods(1); bit <= osu.AllMods; bit <<= 1 {
			if got := mods.FromLegacy(bit, r); (len(got) == 0) == meaningful.Has(bit) {
				t.Errorf("%v: bit %v is %v", r, bit, got)
			}
		}
		for info := range mods.All(r) {
			bits := mods.Of(info.Acronym).Legacy(r)
			back := mods.FromLegacy(bits, r)
			if bits != 0 && info.Acronym != mods.Cover && (len(back) != 1 || back[0].Acronym != info.Acronym) {
				t.Errorf("%v: %s became %v", r, info.Acronym, back)
			}
		}
	}
}

func TestLegacyOddities(t *testing.T) {
	for _, c := range []struct {
		ruleset osu.Ruleset
		mods    mods.Set
		want    osu.Mods
	}{
		{osu.Mania, mods.Of(mods.Cover), osu.ModHidden},
		{osu.Mania, mods.Of(mods.FadeIn, mods.Hidden), osu.ModFadeIn},
		{osu.Mania, mods.Of(mods.Key10), 0},
		{osu.Standard, mods.Of(mods.Mirror, mods.Random, mods.Daycore, mods.Traceable, mods.Classic), 0},
		{osu.Standard, mods.Set{mods.Mod{Acronym: mods.DoubleTime}.With("speed_change", 1.2)}, osu.ModDoubleTime},
		{osu.Taiko, mods.Of(mods.TouchDevice, mods.Hidden), osu.ModHidden},
		{osu.Rulesets, mods.Of(mods.Hidden), 0},
	} {
		if got := c.mods.Legacy(c.ruleset); got != c.want {
			t.Errorf("%v %v: got %v, want %v", c.ruleset, c.mods, got, c.want)
		}
	}
	if got := mods.FromLegacy(osu.AllMods, osu.Standard); slices.ContainsFunc(got, func(m mods.Mod) bool {
		return m.Acronym == mods.DoubleTime || m.Acronym == mods.SuddenDeath || m.Acronym == mods.Autoplay
	}) {
		t.Errorf("%v has a mod beside the one that implies it", got)
	}
}
