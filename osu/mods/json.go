package mods

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// MaxJSON is the size of a set's JSON that is read, in bytes.
const MaxJSON = 64 << 10

// MarshalJSON writes the set as the API has it: [{"acronym":"DT","settings":{"speed_change":1.3}}]. Settings at their defaults
// are left out, and so are settings when a mod has none. No mods are an empty list.
func (s Set) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for i := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = s[i].appendJSON(b)
	}
	return append(b, ']'), nil
}

// MarshalJSON writes the mod as the API has it: {"acronym":"DT","settings":{"speed_change":1.3}}.
func (m Mod) MarshalJSON() ([]byte, error) { return m.appendJSON(nil), nil }

func (m *Mod) appendJSON(b []byte) []byte {
	b = append(b, `{"acronym":`...)
	b = appendString(b, string(m.Acronym))
	first := true
	for _, s := range m.Settings {
		if m.isDefault(s) {
			continue
		}
		if first {
			b = append(b, `,"settings":{`...)
		} else {
			b = append(b, ',')
		}
		first = false
		b = appendString(b, s.Name)
		b = append(b, ':')
		switch v := s.Value.(type) {
		case float64:
			b = appendNumber(b, v)
		case bool:
			b = strconv.AppendBool(b, v)
		case string:
			b = appendString(b, v)
		default:
			b = append(b, "null"...)
		}
	}
	if !first {
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // strings always marshal
		return append(b, `""`...)
	}
	return append(b, quoted...)
}

// UnmarshalJSON reads what the API and the game's clients write: a list of objects, or of plain acronyms. Null is no mods. It
// knows no ruleset: what does not exist is kept, and [Validate] refuses it.
func (s *Set) UnmarshalJSON(b []byte) error {
	if len(b) > MaxJSON {
		return fmt.Errorf("mods: %w: %d bytes", ErrTooLarge, len(b))
	}
	var items []json.RawMessage
	if err := json.Unmarshal(b, &items); err != nil {
		return fmt.Errorf("mods: %w: %w", ErrSyntax, err)
	}
	if len(items) > MaxMods {
		return fmt.Errorf("mods: %w: %d mods", ErrTooLarge, len(items))
	}
	var out Set
	for _, item := range items {
		var m Mod
		if err := m.UnmarshalJSON(item); err != nil {
			return err
		}
		if m.Acronym != noMod {
			out = append(out, m)
		}
	}
	*s = out
	return nil
}

// UnmarshalJSON reads one mod: an object, or a plain acronym.
func (m *Mod) UnmarshalJSON(b []byte) error {
	if len(b) > MaxJSON {
		return fmt.Errorf("mods: %w: %d bytes", ErrTooLarge, len(b))
	}
	b = bytes.TrimSpace(b)
	var in struct {
		Acronym  string                     `json:"acronym"`
		Settings map[string]json.RawMessage `json:"settings"`
	}
	var err error
	if len(b) > 0 && b[0] == '"' {
		err = json.Unmarshal(b, &in.Acronym)
	} else {
		err = json.Unmarshal(b, &in)
	}
	if err != nil {
		return fmt.Errorf("mods: %w: %w", ErrSyntax, err)
	}
	out := Mod{Acronym: Acronym(upper(in.Acronym))}
	if err := checkAcronym(string(out.Acronym), maxAcronym); err != nil {
		return err
	}
	if len(in.Settings) > MaxSettings {
		return fmt.Errorf("mods: %w: %d settings of %s", ErrTooLarge, len(in.Settings), out.Acronym)
	}
	for name, raw := range in.Settings {
		value, err := settingValue(raw)
		if err != nil {
			return fmt.Errorf("mods: %w: %.64q is not a value of %.64q of %s", ErrSyntax, raw, name, out.Acronym)
		}
		if value == nil {
			continue // the default, or the beatmap's own
		}
		if err := out.set(name, value); err != nil {
			return err
		}
	}
	*m = out
	return nil
}

// settingValue reads a bool, a number, a text or null. Numbers and bools may be quoted, as osu-web stores choices.
func settingValue(raw json.RawMessage) (any, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case nil, bool:
		return v, nil
	case float64:
		return v + 0, nil // without the sign of zero
	case string:
		return scalar(v), nil
	}
	return nil, ErrSyntax
}

// upper is strings.ToUpper for ASCII: other letters are no part of an acronym, and must not become one.
func upper(s string) string {
	for i := range len(s) {
		if 'a' <= s[i] && s[i] <= 'z' {
			b := []byte(s)
			for k, c := range b {
				if 'a' <= c && c <= 'z' {
					b[k] = c - 'a' + 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
