package mods

// MarshalText writes the text form; it never fails.
func (s Set) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the text form: see [Parse].
func (s *Set) UnmarshalText(text []byte) error {
	set, err := Parse(string(text))
	if err == nil {
		*s = set
	}
	return err
}
