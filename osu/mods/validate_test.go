package mods_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		ruleset osu.Ruleset
		mods    string
		want    error
		message string
	}{
		{osu.Standard, "", nil, ""},
		{osu.Standard, "HDHRDTFL", nil, ""},
		{osu.Standard, "EZ:retries=99", nil, ""}, // out of range is no error
		{osu.Standard, "MR:reflection=Both", nil, ""},
		{osu.Standard, "RD:seed=5;angle_sharpness=3", nil, ""},
		{osu.Standard, "ZZ", mods.ErrUnknownMod, "mod ZZ does not exist in osu!"},
		{osu.Taiko, "HD,SO", mods.ErrUnknownMod, "mod SO does not exist in osu!taiko"},
		{osu.Catch, "AS", mods.ErrUnknownMod, "mod AS does not exist in osu!catch"},
		{osu.Taiko, "EZ:retries=3", mods.ErrUnknownSetting, "mod EZ has no such setting: retries"},
		{osu.Mania, "DA:circle_size=3", mods.ErrUnknownSetting, "mod DA has no such setting: circle_size"},
		{osu.Standard, "DT:speed_change=fast", mods.ErrInvalidValue, "speed_change of mod DT cannot be set to that"},
		{osu.Standard, "DT:adjust_pitch=2", mods.ErrInvalidValue, "adjust_pitch of mod DT cannot be set to that"},
		{osu.Standard, "DT:speed_change=true", mods.ErrInvalidValue, "speed_change of mod DT cannot be set to that"},
		{osu.Standard, "MR:reflection=3", mods.ErrInvalidValue, "reflection of mod MR cannot be set to that"},
		{osu.Standard, "MR:reflection=vertical", mods.ErrInvalidValue, "reflection of mod MR cannot be set to that"},
		{osu.Standard, "RD:seed=3000000000", mods.ErrInvalidValue, "seed of mod RD cannot be set to that"},
		{osu.Standard, "HDDTHD", mods.ErrDuplicate, "mod HD is given twice"},
		{osu.Standard, "EZHDHR", mods.ErrIncompatible, "mods EZ and HR do not go together"},
		{osu.Standard, "DTNC", mods.ErrIncompatible, "mods DT and NC do not go together"},
		{osu.Standard, "HT,WU", mods.ErrIncompatible, "mods HT and WU do not go together"},
		{osu.Standard, "HR,MR", mods.ErrIncompatible, "mods HR and MR do not go together"},
		{osu.Catch, "HR,MR", nil, ""},
		{osu.Standard, "HDFL", nil, ""},
		{osu.Mania, "HDFL", mods.ErrIncompatible, "mods HD and FL do not go together"},
		{osu.Taiko, "EZAC", nil, ""},
		{osu.Mania, "EZAC", mods.ErrIncompatible, "mods EZ and AC do not go together"},
		{osu.Mania, "4K5K", mods.ErrIncompatible, "mods 4K and 5K do not go together"},
		{osu.Rulesets, "HD", mods.ErrUnknownMod, "mod HD does not exist in ruleset(4)"},
	} {
		err := mods.Validate(c.ruleset, set(t, c.mods))
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%v %s: got %v, want %v", c.ruleset, c.mods, err, c.want)
		} else if err != nil && err.Error() != c.message {
			t.Errorf("%v %s: got %q, want %q", c.ruleset, c.mods, err, c.message)
		}
	}
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		ruleset    osu.Ruleset
		mods, want string
	}{
		{osu.Standard, "HDDT", "HD,DT"},
		{osu.Standard, "DT:speed_change=1.5;adjust_pitch=0", "DT"},
		{osu.Standard, "DT:speed_change=9;adjust_pitch=1", "DT:adjust_pitch=true;speed_change=2"},
		{osu.Standard, "MR:reflection=Vertical", "MR:reflection=1"},
		{osu.Standard, "MR:reflection=Horizontal", "MR"},
		{osu.Standard, "FL:size_multiplier=2.5;combo_based_size=true", "FL:size_multiplier=2"},
		{osu.Taiko, "FL:size_multiplier=2.5", "FL:size_multiplier=1.5"},
		{osu.Mania, "FL:size_multiplier=2.5;combo_based_size=false", "FL:size_multiplier=2.5"},
		{osu.Mania, "FL:combo_based_size=true", "FL:combo_based_size=true"},
		{osu.Standard, "DA:approach_rate=-99;extended_limits=false", "DA:approach_rate=-10"},
		{osu.Standard, "RD:seed=1.5", "RD:seed=2"},
		{osu.Standard, "WU:initial_rate=1.8", "WU:final_rate=1.81;initial_rate=1.8"},
		{osu.Standard, "WU:initial_rate=1.2;final_rate=1.5", "WU:initial_rate=1.2"},
		{osu.Standard, "MU:mute_combo_count=0;inverse_muting=true", "MU:inverse_muting=true;mute_combo_count=1"},
		{osu.Standard, "MU:mute_combo_count=0", "MU:mute_combo_count=0"},
		{osu.Standard, "WG:strength=1", "WG"},
	} {
		got, err := mods.Resolve(c.ruleset, set(t, c.mods))
		if err != nil {
			t.Errorf("%v %s: %v", c.ruleset, c.mods, err)
		} else if got.String() != c.want {
			t.Errorf("%v %s: got %s, want %s", c.ruleset, c.mods, got, c.want)
		}
	}
	if got, err := mods.Resolve(osu.Taiko, set(t, "SO")); err == nil {
		t.Errorf("taiko has %v", got)
	}
	if got := mods.Known(osu.Taiko, set(t, "HD,SO,EZ:retries=3,DT:speed_change=fast")).String(); got != "HD,EZ,DT" {
		t.Errorf("taiko knows %v", got)
	}
}

func TestRanked(t *testing.T) {
	for _, c := range []struct {
		ruleset osu.Ruleset
		mods    string
		want    bool
	}{
		{osu.Standard, "", true},
		{osu.Standard, "HDHRDT", true},
		{osu.Standard, "DT:speed_change=1.5", true},
		{osu.Standard, "DT:adjust_pitch=true", true},
		{osu.Standard, "DT:speed_change=1.4", false},
		{osu.Standard, "NC:speed_change=1.4", false},
		{osu.Standard, "HD:only_fade_approach_circles=true", false},
		{osu.Standard, "EZ:retries=2", true},
		{osu.Standard, "EZ:retries=1", false},
		{osu.Standard, "SD:restart=true", true},
		{osu.Standard, "FL:follow_delay=240", false},
		{osu.Standard, "NS:hidden_combo_count=0", true},
		{osu.Standard, "TD", true},
		{osu.Standard, "CL", false},
		{osu.Standard, "RX", false},
		{osu.Standard, "DA", false},
		{osu.Standard, "ZZ", false},
		{osu.Standard, "HDMR", false},
		{osu.Mania, "MR", true},
		{osu.Mania, "HR", false},
		{osu.Mania, "4K", true},
		{osu.Mania, "3K", false},
		{osu.Mania, "CO:coverage=0.8", true},
		{osu.Mania, "FL:combo_based_size=false", true},
		{osu.Mania, "FL:combo_based_size=true", false},
		{osu.Taiko, "FL:combo_based_size=true", true},
	} {
		if got := set(t, c.mods).Ranked(c.ruleset); got != c.want {
			t.Errorf("%v %s: ranked %v", c.ruleset, c.mods, got)
		}
	}
}

func TestValidFor(t *testing.T) {
	multiplayer := mods.Match{Multiplayer: true}
	required := mods.Match{Multiplayer: true, Required: true}
	freestyle := mods.Match{Multiplayer: true, Required: true, Freestyle: true}
	playlist := mods.Match{}
	for a, want := range map[mods.Acronym][4]bool{ // multiplayer, required, freestyle, playlist
		mods.Hidden:        {true, true, false, true},
		mods.Easy:          {true, true, true, true},
		mods.DoubleTime:    {false, true, true, true},
		mods.AdaptiveSpeed: {false, false, false, true},
		mods.Autoplay:      {},
		mods.TouchDevice:   {},
		mods.ScoreV2:       {},
	} {
		info, ok := mods.Lookup(osu.Standard, a)
		if !ok {
			t.Fatalf("osu! has no %s", a)
		}
		if got := [4]bool{info.ValidFor(multiplayer), info.ValidFor(required), info.ValidFor(freestyle), info.ValidFor(playlist)}; got != want {
			t.Errorf("%s: got %v, want %v", a, got, want)
		}
	}
	if info, _ := mods.Lookup(osu.Catch, mods.Classic); info.ValidFor(playlist) {
		t.Error("catch's Classic can be played with")
	}
}

func TestDifficultyKey(t *testing.T) {
	for _, c := range []struct {
		ruleset    osu.Ruleset
		mods, want string
	}{
		{osu.Standard, "", ""},
		{osu.Standard, "NFSDSOBLTCMUNSAT", ""},
		{osu.Standard, "HRHDDT", "DT,HD,HR"},
		{osu.Standard, "NC,HD", "DT,HD"},
		{osu.Standard, "DT:speed_change=1.5;adjust_pitch=true", "DT"},
		{osu.Standard, "NC:speed_change=1.2", "DT:speed_change=1.2"},
		{osu.Standard, "DC", "HT"},
		{osu.Standard, "WU", "WU"}, // matters where objects come before the music
		{osu.Standard, "WU:initial_rate=1.2;adjust_pitch=false", "WU:initial_rate=1.2"},
		{osu.Standard, "AS:adjust_pitch=false", ""},
		{osu.Standard, "AS:initial_rate=0.75", "HT"},
		{osu.Standard, "EZ:retries=0", "EZ"},
		{osu.Standard, "DA:drain_rate=3;extended_limits=true", ""},
		{osu.Standard, "DA:drain_rate=3;circle_size=3", "DA:circle_size=3"},
		{osu.Standard, "FL:size_multiplier=2", "FL"},
		{osu.Standard, "DF:start_scale=3", ""},
		{osu.Standard, "FL,DF:start_scale=3", "DF:start_scale=3,FL"},
		{osu.Standard, "CL", "CL"},
		{osu.Standard, "CL:classic_note_lock=false", "CL"},
		{osu.Standard, "CL:no_slider_head_accuracy=false", ""},
		{osu.Standard, "HD:only_fade_approach_circles=true", "HD:only_fade_approach_circles=true"},
		{osu.Standard, "TPHD", "TP,HD"},
		{osu.Standard, "HDTP", "HD,TP"},
		{osu.Taiko, "HDFLCLCS", ""},
		{osu.Taiko, "RXDT", "DT,RX"},
		{osu.Taiko, "DA:scroll_speed=2", "DA:scroll_speed=2"},
		{osu.Catch, "HDFLCLRX", ""},
		{osu.Catch, "AS:initial_rate=1.3", ""}, // catch does not have it
		{osu.Catch, "DA:hard_rock_offsets=true", "DA:hard_rock_offsets=true"},
		{osu.Mania, "EZ", ""},
		{osu.Mania, "HRDT4K", "4K,DT"},
		{osu.Mania, "MRRD:seed=1", "MR,RD:seed=1"},
		{osu.Mania, "RD:seed=1,MR", "RD:seed=1,MR"},
		{osu.Standard, "HRDTNCEZ", "HR,DT,NC,EZ"}, // no mods that go together
		{osu.Rulesets, "HR", ""},
	} {
		if got := set(t, c.mods).DifficultyKey(c.ruleset); got != c.want {
			t.Errorf("%v %s: got %q, want %q", c.ruleset, c.mods, got, c.want)
		}
	}
}

func TestScoreMultiplier(t *testing.T) {
	for _, c := range []struct {
		ruleset osu.Ruleset
		mods    string
		terms   mods.Terms
		want    float64
	}{
		{osu.Standard, "HDBL", mods.Terms{}, 1.24},
		{osu.Standard, "HDHR", mods.Terms{}, 1.04 * 1.09},
		{osu.Standard, "HDHR", mods.Terms{Version: 30000016}, 1.06 * 1.06},
		{osu.Standard, "HDHR", mods.Terms{Version: 30000017}, 1.04 * 1.09},
		{osu.Standard, "FL:size_multiplier=1.5", mods.Terms{Version: 30000016}, 1},
		{osu.Standard, "HD,SO,ZZ", mods.Terms{}, 1.04 * 0.95},
		{osu.Taiko, "HD,SO", mods.Terms{}, 1.06},
		{osu.Taiko, "CL", mods.Terms{Version: 1}, 0.96},
		{osu.Mania, "4K", mods.Terms{}, 0.9},
		{osu.Mania, "4K", mods.Terms{FreeKeys: true}, 1},
		{osu.Mania, "DTHR", mods.Terms{}, 1},
	} {
		if got := set(t, c.mods).ScoreMultiplier(c.ruleset, c.terms); got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("%v %s %+v: got %v, want %v", c.ruleset, c.mods, c.terms, got, c.want)
		}
	}
	for client, want := range map[string]bool{
		"2025.717.0-lazer": true, "2025.718.0-lazer": false, "2024.1231.0": true, "2026.101.0": false, "2025": false, "x.y": false,
	} {
		if got := mods.FreeKeys(client, time.Time{}); got != want {
			t.Errorf("%s: got %v", client, got)
		}
	}
	change := time.Date(2025, 7, 18, 0, 0, 0, 0, time.UTC)
	if !mods.FreeKeys("", change.Add(-1)) || mods.FreeKeys("", change) {
		t.Error("key mods do not become costly on 18 July 2025")
	}
}

func TestLegacyMultiplier(t *testing.T) {
	for _, c := range []struct {
		ruleset osu.Ruleset
		mods    string
		want    float64
	}{
		{osu.Standard, "HDHRDT", 1.06 * 1.06 * 1.12},
		{osu.Standard, "HDHRDTSV2", 1.06 * 1.10 * 1.20},
		{osu.Standard, "NFSV2", 1},
		{osu.Standard, "HDRX", 0},
		{osu.Standard, "AP", 0},
		{osu.Catch, "HD,SV2", 1},
		{osu.Catch, "DT:speed_change=1.2", 1.06},
		{osu.Mania, "HDHTRX", 0.5},
		{osu.Taiko, "SO", 1},
	} {
		if got := set(t, c.mods).LegacyMultiplier(c.ruleset); got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("%v %s: got %v, want %v", c.ruleset, c.mods, got, c.want)
		}
	}
}
