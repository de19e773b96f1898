package source

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// number is a number, in quotes or not; null, and what is no number, is 0. It is always finite.
type number float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	*n = number(v)
	return nil
}

// id returns the number as an id or a count; 0 for what can be neither.
func (n number) id() int32 {
	if n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int32(n)
}

func (n number) small() int8 {
	if n < 0 || n > math.MaxInt8 {
		return 0
	}
	return int8(n)
}

// seconds returns a length of time of at most a week.
func (n number) seconds() time.Duration {
	return time.Duration(min(max(n, 0), 7*24*3600) * number(time.Second))
}

// flag is true, a number other than 0, or either in quotes.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.Trim(string(b), `"`)) {
	case "", "false", "0", "null":
		*f = false
	default:
		*f = true
	}
	return nil
}

// label is a name or a number.
type label string

// UnmarshalJSON implements json.Unmarshaler.
func (l *label) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		text = strings.TrimSpace(string(b))
	}
	*l = label(text)
	return nil
}

// reference is an object of which only the id matters, or the id alone.
type reference struct{ ID number }

// UnmarshalJSON implements json.Unmarshaler.
func (r *reference) UnmarshalJSON(b []byte) error {
	var object struct {
		ID number `json:"id"`
	}
	if json.Unmarshal(b, &object) != nil {
		return r.ID.UnmarshalJSON(b)
	}
	r.ID = object.ID
	return nil
}

// moment is a time as RFC 3339 writes it, as databases do, or in seconds since 1970. What lies before the game is no time.
type moment time.Time

var gameBegan = time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC)

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(b []byte) error {
	*m = moment{}
	text := strings.Trim(string(b), `"`)
	var at time.Time
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		at = time.Unix(seconds, 0)
	} else if at, err = time.Parse(time.RFC3339, text); err != nil {
		if at, err = time.Parse(time.DateTime, text); err != nil {
			return nil //nolint:nilerr // no time is better than no beatmap
		}
	}
	if at = at.UTC(); at.After(gameBegan) && at.Year() < 2200 {
		*m = moment(at)
	}
	return nil
}
