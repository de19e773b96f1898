package resource

import (
	"errors"
	"time"
)

// Time is written as API v2 writes times: in UTC, to the second, with an offset instead of a Z. The zero Time is written too
// and is a mistake: what may be absent is a *Time.
type Time struct{ time.Time }

// layout ends in a literal offset, because RFC 3339 has a Z for it.
const layout = "2006-01-02T15:04:05+00:00"

// At returns t as the API writes it.
func At(t time.Time) Time { return Time{t} }

// Maybe returns t as the API writes it, and nil for the zero time.
func Maybe(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t}
}

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) {
	u := t.UTC()
	if y := u.Year(); y < 0 || y > 9999 {
		return nil, errors.New("resource: year is not 0 to 9999")
	}
	return append(u.AppendFormat(append(make([]byte, 0, len(layout)+2), '"'), layout), '"'), nil
}

// UnmarshalJSON reads what MarshalJSON writes and every other RFC 3339 time.
func (t *Time) UnmarshalJSON(text []byte) error { return t.Time.UnmarshalJSON(text) }

// Date is a day, written 2026-08-21.
type Date struct{ time.Time }

// MarshalJSON writes the day.
func (d Date) MarshalJSON() ([]byte, error) {
	return d.UTC().AppendFormat(nil, `"2006-01-02"`), nil
}
