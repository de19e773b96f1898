package mods

import (
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
)

// Factors of Easy and HardRock.
const (
	easyRatio                   = float32(0.5)
	hardRockRatio               = float32(1.4)
	hardRockCircleRatio         = float32(1.3)
	highestSetting              = float32(10) // that HardRock reaches
	taikoEasyVelocity   float64 = 0.8
	taikoHardVelocity   float64 = 1.4 * 4 / 3
)

// Adjust returns a beatmap's difficulty settings with the mods of the ruleset applied, in the order of the set. The rate of the
// clock is left out: see [Set.Rate]. So is what mods do to objects, and mania's Easy and HardRock, which scale hit windows.
// Source: ppy/osu, ApplyToDifficulty of ModEasy, ModHardRock, ModDifficultyAdjust, OsuModTargetPractice and their variants.
func (s Set) Adjust(r osu.Ruleset, d beatmap.Difficulty) beatmap.Difficulty {
	for i := range s {
		switch m := &s[i]; m.Acronym {
		case Easy:
			easy(r, &d)
		case HardRock:
			hardRock(r, &d)
		case DifficultyAdjust:
			m.override(r, &d)
		case TargetPractice:
			if r == osu.Standard {
				d.ApproachRate *= easyRatio
			}
		}
	}
	return d
}

func easy(r osu.Ruleset, d *beatmap.Difficulty) {
	d.CircleSize *= easyRatio
	d.ApproachRate *= easyRatio
	d.DrainRate *= easyRatio
	switch r {
	case osu.Standard, osu.Catch:
		d.OverallDifficulty *= easyRatio
	case osu.Taiko:
		d.OverallDifficulty *= easyRatio
		d.SliderMultiplier *= taikoEasyVelocity
	}
}

func hardRock(r osu.Ruleset, d *beatmap.Difficulty) {
	d.DrainRate = min(d.DrainRate*hardRockRatio, highestSetting)
	switch r {
	case osu.Standard, osu.Catch:
		d.OverallDifficulty = min(d.OverallDifficulty*hardRockRatio, highestSetting)
		d.CircleSize = min(d.CircleSize*hardRockCircleRatio, highestSetting)
		d.ApproachRate = min(d.ApproachRate*hardRockRatio, highestSetting)
	case osu.Taiko:
		d.OverallDifficulty = min(d.OverallDifficulty*hardRockRatio, highestSetting)
		d.SliderMultiplier *= taikoHardVelocity
	}
}

// override replaces the settings that the mod sets.
func (m Mod) override(r osu.Ruleset, d *beatmap.Difficulty) {
	for i := range m.Settings {
		v, ok := m.Settings[i].Value.(float64)
		if !ok {
			continue
		}
		o, ok := optionOf(r, m.Acronym, m.Settings[i].Name)
		if !ok || o.Type != Single {
			continue
		}
		switch v := float32(o.clamp(v)); o.Name {
		case "circle_size":
			d.CircleSize = v
		case "approach_rate":
			d.ApproachRate = v
		case "drain_rate":
			d.DrainRate = v
		case "overall_difficulty":
			d.OverallDifficulty = v
		case "scroll_speed":
			d.SliderMultiplier *= float64(v)
		}
	}
}

// optionOf returns the setting of a mod in a ruleset.
func optionOf(r osu.Ruleset, a Acronym, setting string) (*Option, bool) {
	info, ok := Lookup(r, a)
	if !ok {
		return nil, false
	}
	return info.option(setting)
}
