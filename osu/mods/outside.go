package mods

import (
	"fmt"
	"math"
)

// New returns a mod that came from outside in a form that this package does not read. It refuses what reading it as JSON would
// refuse. Values are bool, string or a number of type float64, float32 or int32; one that is nil is the default, and left out.
func New(acronym string, settings []Setting) (Mod, error) {
	m := Mod{Acronym: Acronym(upper(acronym))}
	if err := checkAcronym(string(m.Acronym), maxAcronym); err != nil {
		return Mod{}, err
	}
	for _, s := range settings {
		value, ok := s.Value, true
		switch v := value.(type) {
		case nil:
			continue
		case bool, string:
		case int32:
			value = float64(v)
		case float32:
			value, ok = finite(widen(v))
		case float64:
			value, ok = finite(v)
		default:
			ok = false
		}
		if !ok {
			return Mod{}, fmt.Errorf("mods: %w: %v is not a value of %.64q of %s", ErrSyntax, s.Value, s.Name, m.Acronym)
		}
		if err := m.set(s.Name, value); err != nil {
			return Mod{}, err
		}
	}
	return m, nil
}

// finite returns v without the sign of zero, and false for what JSON has no form for.
func finite(v float64) (any, bool) { return v + 0, !math.IsNaN(v) && !math.IsInf(v, 0) }
