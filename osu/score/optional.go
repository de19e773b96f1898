package score

import "strconv"

// Optional is a number that a calculation may not have: null in JSON.
type Optional struct {
	value float64
	known bool
}

// Some returns an Optional that is known.
func Some(value float64) Optional { return Optional{value, true} }

// Get returns the number, and whether it is known.
func (o Optional) Get() (value float64, known bool) { return o.value, o.known }

// MarshalJSON writes the number or null. Like the official code it writes what is not finite as a string.
func (o Optional) MarshalJSON() ([]byte, error) {
	switch {
	case !o.known:
		return []byte("null"), nil
	case o.value != o.value || o.value-o.value != 0:
		return strconv.AppendQuote(nil, nonFinite(o.value)), nil
	}
	return strconv.AppendFloat(nil, o.value, 'g', -1, 64), nil
}

func nonFinite(v float64) string {
	switch {
	case v > 0:
		return "Infinity"
	case v < 0:
		return "-Infinity"
	}
	return "NaN"
}
