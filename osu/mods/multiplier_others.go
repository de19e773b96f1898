package mods

import "github.com/pure-peace/peace/osu"

// taikoFactor returns what one of taiko's mods multiplies a score by.
// Source: ppy/osu osu.Game.Rulesets.Taiko/Scoring/TaikoScoreMultiplierCalculator.cs.
func (m *Mod) taikoFactor(t *Terms) float64 {
	switch m.Acronym {
	case Easy, NoFail, DifficultyAdjust, WindUp, WindDown, AdaptiveSpeed:
		return 0.5
	case HalfTime, Daycore, DoubleTime, Nightcore:
		return speedFactor(m.speed())
	case SimplifiedRhythm:
		return 0.6
	case HardRock, Hidden:
		return 1.06
	case Flashlight:
		return m.ifDefault(osu.Taiko, 1.12)
	case Classic:
		return t.classicFactor()
	case ConstantSpeed:
		return 0.9
	case Relax:
		return 0.1
	}
	return 1
}

// catchFactor returns what one of catch's mods multiplies a score by.
// Source: ppy/osu osu.Game.Rulesets.Catch/Scoring/CatchScoreMultiplierCalculator.cs.
func (m *Mod) catchFactor(t *Terms) float64 {
	switch m.Acronym {
	case Easy, NoFail, DifficultyAdjust, WindUp, WindDown:
		return 0.5
	case HalfTime, Daycore, DoubleTime, Nightcore:
		return speedFactor(m.speed())
	case HardRock:
		return 1.12
	case Hidden:
		return 1.06
	case Flashlight:
		return m.ifDefault(osu.Catch, 1.12)
	case Classic:
		return t.classicFactor()
	case Relax:
		return 0.1
	case Synesthesia:
		return 0.8
	}
	return 1
}

// maniaFactor returns what one of mania's mods multiplies a score by. Nothing raises it.
// Source: ppy/osu osu.Game.Rulesets.Mania/Scoring/ManiaScoreMultiplierCalculator.cs.
func (m *Mod) maniaFactor(t *Terms) float64 {
	switch m.Acronym {
	case Easy, NoFail, DifficultyAdjust, WindUp, WindDown, AdaptiveSpeed:
		return 0.5
	case HalfTime, Daycore:
		return speedFactor(m.speed())
	case NoRelease, ConstantSpeed, HoldOff:
		return 0.9
	case Classic:
		return t.classicFactor()
	}
	if m.Acronym.Keys() > 0 && !t.FreeKeys {
		return 0.9
	}
	return 1
}

// speedFactor counts whole tenths of speed: a fifth of what is faster, all of what is slower with another two fifths off.
func speedFactor(speed float64) float64 {
	beyond := float64(int(speed*10))/10 - 1
	if speed >= 1 {
		return 1 + beyond/5
	}
	return 0.6 + beyond
}

func (t *Terms) classicFactor() float64 {
	if t.before() {
		return 0.96
	}
	return 1
}

// ifDefault returns the factor while every setting of the mod is at its default, and 1 otherwise.
func (m *Mod) ifDefault(r osu.Ruleset, factor float64) float64 {
	if info, ok := Lookup(r, m.Acronym); ok && info.atDefaults(m) {
		return factor
	}
	return 1
}

// atDefaults reports whether every setting that the ruleset knows is at its default.
func (i *Info) atDefaults(m *Mod) bool {
	for k := range m.Settings {
		value := m.Settings[k].Value
		if o, ok := i.option(m.Settings[k].Name); ok && o.accepts(value) && !o.isDefault(value) {
			return false
		}
	}
	return true
}

// floatIn is [Mod.Float] with the range that one ruleset gives the setting.
func (m *Mod) floatIn(r osu.Ruleset, setting string) (float64, bool) {
	o, ok := optionOf(r, m.Acronym, setting)
	if !ok {
		return 0, false
	}
	if i, isSet := findSetting(m.Settings, setting); isSet {
		if v, ok := m.Settings[i].Value.(float64); ok {
			return o.clamp(v), true
		}
	}
	return o.Default, !o.Optional
}
