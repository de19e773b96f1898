package mods

import "math"

// Float returns a number among the mod's settings as the official game takes it: within its range and rounded to its step.
// When it is not set that is the default, and false if there is none: the beatmap's own value holds. A setting that no ruleset
// has is returned as it is.
//
// Ranges that differ between rulesets are the widest here; [Resolve] narrows them.
func (m Mod) Float(setting string) (float64, bool) {
	o, isKnown := known(m.Acronym, setting)
	i, isSet := findSetting(m.Settings, setting)
	if isSet {
		v, isNumber := m.Settings[i].Value.(float64)
		switch {
		case isNumber && isKnown:
			return o.clamp(v), true
		case isNumber:
			return v, true
		}
	}
	if !isKnown || o.Optional {
		return 0, false
	}
	return o.Default, true
}

// Int returns an integer among the mod's settings, on the terms of [Mod.Float].
func (m Mod) Int(setting string) (int, bool) {
	v, ok := m.Float(setting)
	return int(v), ok
}

// Bool returns a toggle among the mod's settings: what it is set to, else its default, else false.
func (m Mod) Bool(setting string) bool {
	if i, isSet := findSetting(m.Settings, setting); isSet {
		if on, ok := toBool(m.Settings[i].Value); ok {
			return on
		}
	}
	o, isKnown := known(m.Acronym, setting)
	return isKnown && o.Default != 0
}

// Choice returns the number of the chosen value of a setting, such as 0 for the reflection Horizontal: what it is set to, by
// number or by name, else its default.
func (m Mod) Choice(setting string) int {
	o, isKnown := known(m.Acronym, setting)
	if !isKnown {
		return 0
	}
	if i, isSet := findSetting(m.Settings, setting); isSet {
		if v, ok := o.choose(m.Settings[i].Value); ok {
			return int(v)
		}
	}
	return int(o.Default)
}

// clamp brings a number into the range of the option and onto its steps.
func (o *Option) clamp(v float64) float64 {
	switch {
	case math.IsNaN(v):
		return o.Default
	case o.Type == Single:
		v32 := min(max(float32(v), float32(o.Min)), float32(o.Max))
		if o.Step == 0 {
			return widen(v32)
		}
		return widen(float32(o.grid.round(float64(v32))))
	case o.Type == Integer:
		return math.RoundToEven(min(max(v, o.Min), o.Max))
	case o.Type == Choice || o.Step == 0:
		return min(max(v, o.Min), o.Max)
	}
	return o.grid.round(min(max(v, o.Min), o.Max))
}

// choose returns the number of a choice given as that number or as its name.
func (o *Option) choose(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, v == math.Trunc(v) && v >= 0 && v < float64(len(o.Choices))
	case string:
		for i, name := range o.Choices {
			if v == name {
				return float64(i), true
			}
		}
	}
	return 0, false
}

// toBool reads a toggle, which some clients write as 0 and 1.
func toBool(v any) (on, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case float64:
		return v == 1, v == 0 || v == 1
	}
	return false, false
}
