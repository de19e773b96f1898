package mods

// Acronym names a mod: two characters, upper case, as in the API ("HD"). The constants of this package are all that exist.
type Acronym string

// Mod is a mod with those of its settings that differ from their defaults.
type Mod struct {
	Acronym  Acronym
	Settings []Setting // ordered by name; nil when all are at their defaults
}

// Setting is the value of one setting of a mod.
type Setting struct {
	Name  string // lazer's name in snake case: speed_change
	Value any    // float64, bool or string
}

// Set is the mods of a play. Its order is kept for the wire and means nothing else.
type Set []Mod
