package mods

import "slices"

// Acronym names a mod: two or three characters, upper case, as in the API ("HD"). A set that came from outside may hold
// acronyms that no ruleset knows; [Validate] refuses them.
type Acronym string

// Mod is a mod with the settings that were chosen for it. A setting that is absent is at its default.
type Mod struct {
	Acronym  Acronym
	Settings []Setting // ordered by name, one a name; nil when there are none
}

// Setting is the value of one setting of a mod.
type Setting struct {
	Name  string // lazer's name in snake case: speed_change
	Value any    // float64, bool or string
}

// Set is the mods of a play, each at most once. They are applied in their order, although few depend on it.
type Set []Mod

// Of returns the set of the given mods at their defaults.
func Of(acronyms ...Acronym) Set {
	s := make(Set, len(acronyms))
	for i, a := range acronyms {
		s[i].Acronym = a
	}
	return s
}

// With returns m with one setting changed. The value is a number, a bool or a string; integers become float64.
func (m Mod) With(setting string, value any) Mod {
	switch v := value.(type) {
	case int:
		value = float64(v)
	case float32:
		value = widen(v)
	}
	settings := slices.Clone(m.Settings)
	i, found := findSetting(settings, setting)
	if !found {
		settings = slices.Insert(settings, i, Setting{Name: setting})
	}
	settings[i].Value = value
	return Mod{m.Acronym, settings}
}

// Has reports whether the set has the mod.
func (s Set) Has(a Acronym) bool {
	for i := range s {
		if s[i].Acronym == a {
			return true
		}
	}
	return false
}

// HasAny reports whether the set has at least one of the mods.
func (s Set) HasAny(acronyms ...Acronym) bool {
	for i := range s {
		if slices.Contains(acronyms, s[i].Acronym) {
			return true
		}
	}
	return false
}

// Get returns the mod with its settings.
func (s Set) Get(a Acronym) (Mod, bool) {
	for i := range s {
		if s[i].Acronym == a {
			return s[i], true
		}
	}
	return Mod{}, false
}

// Without returns the set without the mods. It does not change s.
func (s Set) Without(acronyms ...Acronym) Set {
	return slices.DeleteFunc(slices.Clone(s), func(m Mod) bool { return slices.Contains(acronyms, m.Acronym) })
}

// findSetting returns where a setting is in an ordered list, or where it belongs.
func findSetting(settings []Setting, name string) (int, bool) {
	for i := range settings {
		switch {
		case settings[i].Name == name:
			return i, true
		case settings[i].Name > name:
			return i, false
		}
	}
	return len(settings), false
}
