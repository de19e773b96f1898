package beatmap

import "bytes"

// parseEnum reads a constant as Enum.TryParse does: its number, defined or not, its name, or names with commas between, whose
// numbers are or-ed. The names are in the order of their numbers, from 0.
func parseEnum(s []byte, names []string) (int32, bool) {
	s = trim(s)
	if len(s) == 0 {
		return 0, false
	}
	if c := s[0]; isDigit(c) || c == '-' || c == '+' {
		if v, ok := parseInt32(s); ok {
			return v, true
		}
	}
	value := int32(0)
	for {
		name, rest, more := bytes.Cut(s, []byte{','})
		name = trim(name)
		found := false
		for i, n := range names {
			if string(name) == n {
				value |= int32(i)
				found = true
				break
			}
		}
		if !found {
			return 0, false
		}
		if !more {
			return value, true
		}
		s = rest
	}
}
