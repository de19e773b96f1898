package mods_test

import (
	"math"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mods"
)

// set parses a text form that the test is sure of.
func set(t testing.TB, text string) mods.Set {
	t.Helper()
	s, err := mods.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRate(t *testing.T) {
	for text, want := range map[string]float64{
		"":                     1,
		"HDHR":                 1,
		"DT":                   1.5,
		"NC":                   1.5,
		"HT":                   0.75,
		"DC":                   0.75,
		"DT:speed_change=1.3":  1.3,
		"DT:speed_change=3":    2,
		"DT:speed_change=0.5":  1.01,
		"HT:speed_change=0.1":  0.5,
		"HT:speed_change=1.5":  0.99,
		"WU":                   1,
		"WD":                   1,
		"AS":                   1,
		"AS:initial_rate=0.63": 0.63,
		"WU:final_rate=2":      1,
		"WU:initial_rate=1.25": 1.25,
		// Halfway between two steps the even one is taken, in decimal: in binary 1.015 is below the middle.
		"DT:speed_change=1.015": 1.02,
		"DT:speed_change=1.025": 1.02,
		"DT:speed_change=1.035": 1.04,
		"HT:speed_change=0.505": 0.5,
		"HT:speed_change=0.515": 0.52,
		"DT:speed_change=1.333": 1.33,
		// A ramp the wrong way.
		"WU:final_rate=0.8":                   0.79,
		"WU:initial_rate=1.99;final_rate=1.5": 1.49,
		"WD:final_rate=1.2":                   1.21,
		"WD:initial_rate=0.6;final_rate=0.9":  0.91,
	} {
		if got := set(t, text).Rate(); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestRateOver(t *testing.T) {
	for _, c := range []struct {
		text        string
		first, last float64
		want        float64
	}{
		{"WU", 1000, 2000, 1},
		{"WU", -1000, 1000, 1.33}, // two thirds of the way
		{"WU", -1000, 3000, 1.17},
		{"WU", -5000, -1000, 1.5},
		{"WD", -1000, 1000, 0.83},
		{"WU", -5, -5, 1.5}, // an instant
		{"DT", -1000, 1000, 1.5},
		{"AS:initial_rate=1.3", -1000, 1000, 1.3},
	} {
		if got := set(t, c.text).RateOver(c.first, c.last); got != c.want {
			t.Errorf("%s from %v to %v: got %v, want %v", c.text, c.first, c.last, got, c.want)
		}
	}
}

func TestRamp(t *testing.T) {
	for text, want := range map[string][2]float64{
		"WU":                                  {1, 1.5},
		"WU:initial_rate=1.8":                 {1.8, 1.81},
		"WU:initial_rate=1.99;final_rate=1.5": {1.49, 1.5},
		"WU:initial_rate=5":                   {1.99, 2},
		"WD":                                  {1, 0.75},
		"WD:initial_rate=0.6":                 {0.6, 0.59},
		"WD:initial_rate=0.1":                 {0.51, 0.5},
		"WD:final_rate=1":                     {1.01, 1},
	} {
		initial, final := set(t, text)[0].Ramp()
		if got := [2]float64{initial, final}; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	float := func(text, name string, want float64, wantOK bool) {
		t.Helper()
		if got, ok := set(t, text)[0].Float(name); got != want || ok != wantOK {
			t.Errorf("%s: %s is %v, %v, want %v, %v", text, name, got, ok, want, wantOK)
		}
	}
	float("DA", "circle_size", 0, false)
	float("DA:circle_size=4.2", "circle_size", 4.2, true)
	float("DA:circle_size=40", "circle_size", 11, true)
	float("DA:approach_rate=-10.5", "approach_rate", -10, true)
	float("DA:circle_size=4.123456789", "circle_size", 4.123457, true) // as much as 32 bits hold
	float("DA:circle_size=Vertical", "circle_size", 0, false)
	float("FL", "size_multiplier", 1, true)
	float("FL:size_multiplier=0.77", "size_multiplier", 0.8, true)
	float("FL:size_multiplier=0.33", "size_multiplier", 0.5, true)
	float("AC:minimum_accuracy=0.98765", "minimum_accuracy", 0.988, true)
	float("GR:start_scale=0.000001", "start_scale", 0, true)
	float("DP:max_depth=55", "max_depth", 60, true) // 5.5 steps
	float("DP:max_depth=65", "max_depth", 60, true) // 6.5 steps
	float("FL:follow_delay=500", "follow_delay", 480, true)
	float("EZ:retries=3.5", "retries", 4, true)
	float("EZ:retries=-3", "retries", 0, true)
	float("WG:strength=1.5", "strength", 1.50000002235174, true) // the official step is 0.1 of 32 bits
	float("ZZ", "x", 0, false)
	float("ZZ:x=7", "x", 7, true)
	if got, ok := mods.Of(mods.DoubleTime)[0].With("speed_change", math.NaN()).Float("speed_change"); got != 1.5 || !ok {
		t.Errorf("NaN is %v, %v", got, ok)
	}

	boolean := func(text, name string, want bool) {
		t.Helper()
		if got := set(t, text)[0].Bool(name); got != want {
			t.Errorf("%s: %s is %v", text, name, got)
		}
	}
	boolean("DA", "hard_rock_offsets", false)
	boolean("DA:hard_rock_offsets=true", "hard_rock_offsets", true)
	boolean("DA:hard_rock_offsets=1", "hard_rock_offsets", true)
	boolean("CL", "classic_note_lock", true)
	boolean("CL:classic_note_lock=false", "classic_note_lock", false)
	boolean("CL:classic_note_lock=7", "classic_note_lock", true)
	boolean("PF", "restart", true)
	boolean("SD", "restart", false)
	boolean("ZZ", "x", false)

	for text, want := range map[string]int{"MR": 0, "MR:reflection=2": 2, "MR:reflection=Vertical": 1, "MR:reflection=7": 0, "MR:reflection=0.5": 0} {
		if got := set(t, text)[0].Choice("reflection"); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	if got := set(t, "AD")[0].Choice("style"); got != 1 {
		t.Errorf("style is %v", got)
	}
	if seed, ok := set(t, "RD:seed=-7")[0].Int("seed"); seed != -7 || !ok {
		t.Errorf("seed is %v, %v", seed, ok)
	}
	if _, ok := set(t, "RD")[0].Int("seed"); ok {
		t.Error("there is a seed that nobody set")
	}
}

func TestSetMethods(t *testing.T) {
	s := set(t, "HD,DT:speed_change=1.2")
	if !s.Has(mods.Hidden) || s.Has(mods.HardRock) || !s.HasAny(mods.HardRock, mods.DoubleTime) || s.HasAny(mods.Easy) {
		t.Errorf("%v has other mods", s)
	}
	if m, ok := s.Get(mods.DoubleTime); !ok || m.String() != "DT:speed_change=1.2" {
		t.Errorf("got %v, %v", m, ok)
	}
	if _, ok := s.Get(mods.Easy); ok {
		t.Error("there is Easy")
	}
	if got := s.Without(mods.Hidden).String(); got != "DT:speed_change=1.2" || len(s) != 2 {
		t.Errorf("without Hidden: %v of %v", got, s)
	}
	m := s[1].With("adjust_pitch", true).With("speed_change", 1.4)
	if m.String() != "DT:adjust_pitch=true;speed_change=1.4" || s.String() != "HD,DT:speed_change=1.2" {
		t.Errorf("got %v from %v", m, s)
	}
	for a, want := range map[mods.Acronym]int{mods.Key1: 1, mods.Key9: 9, mods.Key10: 10, mods.Hidden: 0, "0K": 0, "KK": 0} {
		if got := a.Keys(); got != want {
			t.Errorf("%s has %d keys", a, got)
		}
	}
}

func TestAdjust(t *testing.T) {
	own := beatmap.Difficulty{DrainRate: 5, CircleSize: 4, OverallDifficulty: 8.3, ApproachRate: 9.1, SliderMultiplier: 1.4, SliderTickRate: 2}
	// 32-bit products, which differ from those of 64 bits rounded later.
	hr := func(v, by float32) float32 { return min(v*by, 10) }
	for _, c := range []struct {
		ruleset osu.Ruleset
		mods    string
		want    beatmap.Difficulty
	}{
		{osu.Standard, "HDDT", own},
		{osu.Standard, "EZ", beatmap.Difficulty{DrainRate: 2.5, CircleSize: 2, OverallDifficulty: own.OverallDifficulty / 2, ApproachRate: own.ApproachRate / 2, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Catch, "EZ", beatmap.Difficulty{DrainRate: 2.5, CircleSize: 2, OverallDifficulty: own.OverallDifficulty / 2, ApproachRate: own.ApproachRate / 2, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Taiko, "EZ", beatmap.Difficulty{DrainRate: 2.5, CircleSize: 2, OverallDifficulty: own.OverallDifficulty / 2, ApproachRate: own.ApproachRate / 2, SliderMultiplier: own.SliderMultiplier * 0.8, SliderTickRate: 2}},
		{osu.Mania, "EZ", beatmap.Difficulty{DrainRate: 2.5, CircleSize: 2, OverallDifficulty: 8.3, ApproachRate: own.ApproachRate / 2, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Standard, "HR", beatmap.Difficulty{DrainRate: 7, CircleSize: hr(4, 1.3), OverallDifficulty: 10, ApproachRate: 10, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Taiko, "HR", beatmap.Difficulty{DrainRate: 7, CircleSize: 4, OverallDifficulty: 10, ApproachRate: 9.1, SliderMultiplier: own.SliderMultiplier * (1.4 * 4 / 3), SliderTickRate: 2}},
		{osu.Mania, "HR", beatmap.Difficulty{DrainRate: 7, CircleSize: 4, OverallDifficulty: 8.3, ApproachRate: 9.1, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Standard, "DA", own},
		{osu.Standard, "DA:circle_size=0;approach_rate=-12;drain_rate=10.7;overall_difficulty=99;scroll_speed=2", beatmap.Difficulty{DrainRate: 10.7, CircleSize: 0, OverallDifficulty: 11, ApproachRate: -10, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Catch, "DA:approach_rate=-12", beatmap.Difficulty{DrainRate: 5, CircleSize: 4, OverallDifficulty: 8.3, ApproachRate: 0, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Taiko, "DA:circle_size=0;scroll_speed=1.3;overall_difficulty=3", beatmap.Difficulty{DrainRate: 5, CircleSize: 4, OverallDifficulty: 3, ApproachRate: 9.1, SliderMultiplier: own.SliderMultiplier * float64(float32(1.3)), SliderTickRate: 2}},
		{osu.Taiko, "DA:scroll_speed=0.1", beatmap.Difficulty{DrainRate: 5, CircleSize: 4, OverallDifficulty: 8.3, ApproachRate: 9.1, SliderMultiplier: own.SliderMultiplier * 0.25, SliderTickRate: 2}},
		{osu.Mania, "DA:overall_difficulty=-20;circle_size=1", beatmap.Difficulty{DrainRate: 5, CircleSize: 4, OverallDifficulty: -15, ApproachRate: 9.1, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Standard, "TP", beatmap.Difficulty{DrainRate: 5, CircleSize: 4, OverallDifficulty: 8.3, ApproachRate: own.ApproachRate / 2, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Standard, "HRTP", beatmap.Difficulty{DrainRate: 7, CircleSize: hr(4, 1.3), OverallDifficulty: 10, ApproachRate: 5, SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Standard, "TPHR", beatmap.Difficulty{DrainRate: 7, CircleSize: hr(4, 1.3), OverallDifficulty: 10, ApproachRate: hr(own.ApproachRate/2, 1.4), SliderMultiplier: 1.4, SliderTickRate: 2}},
		{osu.Taiko, "TP", own},
	} {
		if got := set(t, c.mods).Adjust(c.ruleset, own); got != c.want {
			t.Errorf("%v %s: got %+v, want %+v", c.ruleset, c.mods, got, c.want)
		}
	}
}
