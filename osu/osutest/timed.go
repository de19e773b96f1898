package osutest

import (
	"encoding/json"
	"fmt"
	"testing"
)

// Timed is the difficulty after some objects of a beatmap.
type Timed struct {
	Objects    int
	Time       float64 // end of the last of them, in milliseconds
	Attributes map[string]Number
}

// UnmarshalJSON reads the array that the tables make of it.
func (w *Timed) UnmarshalJSON(b []byte) error {
	var end Number
	if err := json.Unmarshal(b, &[]any{&w.Objects, &end, &w.Attributes}); err != nil {
		return err
	}
	w.Time = end.Float
	return nil
}

// Diff says how timed attributes differ from w, or returns "".
func (w *Timed) Diff(objects int, end float64, attributes any) string {
	var out string
	if objects != w.Objects {
		out = fmt.Sprintf("%d objects, want %d; ", objects, w.Objects)
	}
	if d := Diff(end, w.Time); d != "" {
		out += "end: " + d + "; "
	}
	return out + DiffFields(attributes, w.Attributes)
}

// Timed returns the timed attributes of a row of the table timed, each after one object at least.
func (r Row) Timed(tb testing.TB) []Timed {
	tb.Helper()
	var columns struct{ Timed []Timed }
	r.Decode(tb, &columns)
	for _, w := range columns.Timed {
		if w.Objects < 1 {
			tb.Fatalf("%s: attributes after %d objects", r, w.Objects)
		}
	}
	return columns.Timed
}
