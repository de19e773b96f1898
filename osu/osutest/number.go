package osutest

import (
	"encoding/json"
	"math"
)

// Number is a number that may be NaN or infinite, which the tables write as strings, or null.
type Number struct {
	Float float64
	Null  bool
}

// UnmarshalJSON reads a number, null, "NaN", "Infinity" or "-Infinity".
func (n *Number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "null":
		*n = Number{Null: true}
	case `"NaN"`:
		n.Float = math.NaN()
	case `"Infinity"`:
		n.Float = math.Inf(1)
	case `"-Infinity"`:
		n.Float = math.Inf(-1)
	default:
		return json.Unmarshal(b, &n.Float)
	}
	return nil
}
