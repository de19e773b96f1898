package osu

import (
	"fmt"
	"strings"
)

// Ruleset is a way to play a beatmap. Its numbers are used by every client, file format and API of the game.
type Ruleset uint8

// The rulesets.
const (
	Standard Ruleset = iota
	Taiko
	Catch
	Mania

	// Rulesets is their number: valid values are below it.
	Rulesets
)

var rulesets = [Rulesets]struct{ key, name string }{
	Standard: {"osu", "osu!"},
	Taiko:    {"taiko", "osu!taiko"},
	Catch:    {"fruits", "osu!catch"},
	Mania:    {"mania", "osu!mania"},
}

// Valid reports whether r is one of the four rulesets.
func (r Ruleset) Valid() bool { return r < Rulesets }

// String returns the key that the official API uses: osu, taiko, fruits or mania.
func (r Ruleset) String() string {
	if !r.Valid() {
		return fmt.Sprintf("ruleset(%d)", uint8(r))
	}
	return rulesets[r].key
}

// Name returns what players call the ruleset: osu!, osu!taiko, osu!catch or osu!mania.
func (r Ruleset) Name() string {
	if !r.Valid() {
		return r.String()
	}
	return rulesets[r].name
}

// ParseRuleset accepts, in either case, the key and the name of a ruleset, and the short forms std, catch and ctb that
// players type.
func ParseRuleset(s string) (Ruleset, error) {
	s = strings.ToLower(s)
	for r, names := range rulesets {
		if s == names.key || s == names.name {
			return Ruleset(r), nil
		}
	}
	switch s {
	case "std":
		return Standard, nil
	case "catch", "ctb":
		return Catch, nil
	}
	return 0, fmt.Errorf("osu: no ruleset is called %.32q", s)
}
