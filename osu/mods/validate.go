package mods

import (
	"errors"
	"fmt"

	"github.com/pure-peace/peace/osu"
)

// What is wrong with a set. [Validate] and [Resolve] return an [*Error] that wraps one of them.
var (
	ErrUnknownMod     = errors.New("does not exist")
	ErrUnknownSetting = errors.New("has no such setting")
	ErrInvalidValue   = errors.New("cannot be set to that")
	ErrDuplicate      = errors.New("is given twice")
	ErrIncompatible   = errors.New("do not go together")
)

// Error says what is wrong with a set of mods in words that can be shown to a player.
type Error struct {
	Ruleset osu.Ruleset
	Mod     Acronym
	Other   Acronym // that Mod does not go with
	Setting string  // of Mod
	Err     error   // one of the Err variables of this package
}

// Error describes the error.
func (e *Error) Error() string {
	switch {
	case e.Other != "":
		return fmt.Sprintf("mods %s and %s %v", e.Mod, e.Other, e.Err)
	case e.Setting != "" && errors.Is(e.Err, ErrInvalidValue):
		return fmt.Sprintf("%s of mod %s %v", e.Setting, e.Mod, e.Err)
	case e.Setting != "":
		return fmt.Sprintf("mod %s %v: %s", e.Mod, e.Err, e.Setting)
	case errors.Is(e.Err, ErrUnknownMod):
		return fmt.Sprintf("mod %s %v in %s", e.Mod, e.Err, e.Ruleset.Name())
	}
	return fmt.Sprintf("mod %s %v", e.Mod, e.Err)
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Validate reports whether the mods exist in a ruleset, with settings that exist there and are of the right type, none twice,
// and whether they go together. Numbers out of range are no error: the game moves them into it, and so does [Resolve].
// Whether players may choose the mods is another question: see [Info].
//
// Source: ppy/osu osu.Game/Utils/ModUtils.cs, CheckCompatibleSet; the game itself passes over unknown mods and settings.
func Validate(r osu.Ruleset, s Set) error {
	if err := Exist(r, s); err != nil {
		return err
	}
	for i := range s {
		m := &s[i]
		info, _ := Lookup(r, m.Acronym)
		for k := range s[:i] {
			for _, other := range info.Incompatible {
				if other == s[k].Acronym {
					return &Error{Ruleset: r, Mod: s[k].Acronym, Other: m.Acronym, Err: ErrIncompatible}
				}
			}
		}
	}
	return nil
}

// Exist is [Validate] without the question whether the mods go together. Stable lets some be combined that lazer does not, so
// this is what can be asked of the mods of a score that is there already.
func Exist(r osu.Ruleset, s Set) error {
	for i := range s {
		m := &s[i]
		info, ok := Lookup(r, m.Acronym)
		if !ok {
			return &Error{Ruleset: r, Mod: m.Acronym, Err: ErrUnknownMod}
		}
		for _, setting := range m.Settings {
			o, ok := info.option(setting.Name)
			if !ok {
				return &Error{Ruleset: r, Mod: m.Acronym, Setting: setting.Name, Err: ErrUnknownSetting}
			}
			if !o.accepts(setting.Value) {
				return &Error{Ruleset: r, Mod: m.Acronym, Setting: setting.Name, Err: ErrInvalidValue}
			}
		}
		for k := range s[:i] {
			if s[k].Acronym == m.Acronym {
				return &Error{Ruleset: r, Mod: m.Acronym, Err: ErrDuplicate}
			}
		}
	}
	return nil
}

// accepts reports whether a value is of the option's type.
func (o *Option) accepts(v any) bool {
	switch o.Type {
	case Toggle:
		_, ok := toBool(v)
		return ok
	case Choice:
		_, ok := o.choose(v)
		return ok
	}
	n, ok := v.(float64)
	return ok && n == n && (o.Type != Integer || -1<<31 <= n && n <= 1<<31-1)
}

// value returns an accepted value as the game takes it.
func (o *Option) value(v any) any {
	switch o.Type {
	case Toggle:
		on, _ := toBool(v)
		return on
	case Choice:
		n, _ := o.choose(v)
		return n
	}
	n, _ := v.(float64)
	return o.clamp(n)
}
