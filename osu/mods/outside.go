package mods

import "fmt"

// New returns a mod that came from outside in a form that this package does not read. It refuses what reading it as JSON would
// refuse. Values are bool, string or a number of type float64, float32 or int32; one that is nil is the default, and left out.
func New(acronym string, settings []Setting) (Mod, error) {
	m := Mod{Acronym: Acronym(upper(acronym))}
	if err := checkAcronym(string(m.Acronym), maxAcronym); err != nil {
		return Mod{}, err
	}
	for _, s := range settings {
		value := s.Value
		switch v := value.(type) {
		case nil:
			continue
		case bool, string, float64:
		case float32:
			value = widen(v)
		case int32:
			value = float64(v)
		default:
			return Mod{}, fmt.Errorf("mods: %w: a %T is not the value of %.64q of %s", ErrSyntax, v, s.Name, m.Acronym)
		}
		if err := m.set(s.Name, value); err != nil {
			return Mod{}, err
		}
	}
	return m, nil
}
