package beatmap

import "errors"

// ErrNotConvertible says that a ruleset cannot play a beatmap: only those of osu! can be converted to other rulesets.
var ErrNotConvertible = errors.New("beatmap cannot be converted to the ruleset")

// DifficultyRange maps a difficulty setting to a quantity that is at0, at5 and at10 at the settings 0, 5 and 10, and linear in
// between and beyond.
//
// Source: ppy/osu osu.Game/Beatmaps/IBeatmapDifficultyInfo.cs.
func DifficultyRange(setting, at0, at5, at10 float64) float64 {
	switch {
	case setting > 5:
		return at5 + float64((at10-at5)*((setting-5)/5))
	case setting < 5:
		return at5 + float64((at5-at0)*((setting-5)/5))
	}
	return at5
}
