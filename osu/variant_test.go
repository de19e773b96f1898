package osu_test

import (
	"testing"

	"github.com/pure-peace/peace/osu"
)

func TestVariantOfMods(t *testing.T) {
	for _, test := range []struct {
		mods    osu.Mods
		ruleset osu.Ruleset
		want    osu.Variant
	}{
		{0, osu.Standard, osu.Vanilla},
		{osu.ModHidden | osu.ModRelax, osu.Standard, osu.Relax},
		{osu.ModRelax, osu.Taiko, osu.Relax},
		{osu.ModRelax, osu.Catch, osu.Relax},
		{osu.ModRelax, osu.Mania, osu.Vanilla},
		{osu.ModAutopilot, osu.Standard, osu.Autopilot},
		{osu.ModAutopilot, osu.Taiko, osu.Vanilla},
		{osu.ModAutopilot | osu.ModRelax, osu.Catch, osu.Relax},
	} {
		if got := test.mods.Variant(test.ruleset); got != test.want {
			t.Errorf("%v in %v is %v, want %v", test.mods, test.ruleset, got, test.want)
		}
	}
}

func TestVariantsByName(t *testing.T) {
	for v := range osu.Variants {
		if got, err := osu.ParseVariant(v.String()); err != nil || got != v {
			t.Errorf("%v reads as %v, %v", v, got, err)
		}
	}
	for short, want := range map[string]osu.Variant{"rx": osu.Relax, "ap": osu.Autopilot} {
		if got, err := osu.ParseVariant(short); err != nil || got != want {
			t.Errorf("%q is %v, %v", short, got, err)
		}
	}
	if _, err := osu.ParseVariant("scorev2"); err == nil {
		t.Error("an unknown variant was read")
	}
	if osu.Variants.Valid() || osu.Variants.In(osu.Standard) || osu.Vanilla.In(osu.Rulesets) {
		t.Error("what is out of range is valid")
	}
}

func TestStatuses(t *testing.T) {
	for s := osu.StatusGraveyard; s.Valid(); s++ {
		if got, err := osu.ParseStatus(s.String()); err != nil || got != s {
			t.Errorf("%v reads as %v, %v", s, got, err)
		}
	}
	if _, err := osu.ParseStatus("deleted"); err == nil {
		t.Error("an unknown status was read")
	}
	for _, test := range []struct {
		status            osu.Status
		board, performing bool
	}{
		{osu.StatusGraveyard, false, false},
		{osu.StatusPending, false, false},
		{osu.StatusRanked, true, true},
		{osu.StatusApproved, true, true},
		{osu.StatusQualified, true, false},
		{osu.StatusLoved, true, false},
		{osu.StatusLoved + 1, false, false},
	} {
		if test.status.HasLeaderboard() != test.board || test.status.GivesPerformance() != test.performing {
			t.Errorf("%v: board %v, pp %v", test.status, test.status.HasLeaderboard(), test.status.GivesPerformance())
		}
	}
}
