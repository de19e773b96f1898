package osu

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Stream is the release stream of a stable client.
type Stream string

// The streams.
const (
	StreamStable      Stream = "" // the version says nothing
	StreamBeta        Stream = "beta"
	StreamCuttingEdge Stream = "cuttingedge"
	StreamDev         Stream = "dev"
	StreamTourney     Stream = "tourney"
)

// Version is the version of a stable client, as "b20250815.2cuttingedge".
type Version struct {
	// Date is the day of the build written as the number YYYYMMDD. Clients from before dates were used have a build
	// number of one to seven digits instead, which is smaller than any date: Date orders all of them.
	Date int

	// Revision counts the builds of one day, 0 to 99; 0 when the version names none.
	Revision int

	Stream Stream
}

// ParseVersion reads what the client sends: the letter b, a date, and optionally a point with a revision and a stream. The
// error names the part that is wrong.
//
//	version  = "b" date [ "." revision ] [ stream ]
//	date     = 8DIGIT              ; YYYYMMDD, a real day; older builds: 1*7DIGIT
//	revision = 1*2DIGIT
//	stream   = "beta" | "cuttingedge" | "dev" | "tourney"
func ParseVersion(s string) (Version, error) {
	rest, ok := strings.CutPrefix(s, "b")
	if !ok {
		return Version{}, versionError(s, "does not start with b")
	}
	var v Version
	date, rest := cutDigits(rest)
	if len(date) < 1 || len(date) > 8 {
		return Version{}, versionError(s, "needs one to eight digits after b")
	}
	v.Date, _ = strconv.Atoi(date) // eight digits fit
	if len(date) == 8 && v.Day().IsZero() {
		return Version{}, versionError(s, "names no day of the calendar")
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		revision, stream := cutDigits(after)
		if len(revision) < 1 || len(revision) > 2 {
			return Version{}, versionError(s, "needs one or two digits after the point")
		}
		v.Revision, _ = strconv.Atoi(revision)
		rest = stream
	}
	switch v.Stream = Stream(rest); v.Stream {
	case StreamStable, StreamBeta, StreamCuttingEdge, StreamDev, StreamTourney:
		return v, nil
	}
	return Version{}, versionError(s, "names no known stream")
}

// String writes v as the client does.
func (v Version) String() string {
	b := strconv.AppendInt([]byte("b"), int64(v.Date), 10)
	if v.Revision != 0 {
		b = append(b, '.')
		b = strconv.AppendInt(b, int64(v.Revision), 10)
	}
	return string(append(b, v.Stream...))
}

// Day returns the day of the build, midnight UTC, and the zero time for a build that is numbered and not dated.
func (v Version) Day() time.Time {
	year, month, day := v.Date/10000, time.Month(v.Date/100%100), v.Date%100
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1000 || t.Month() != month || t.Day() != day {
		return time.Time{}
	}
	return t
}

func versionError(s, why string) error {
	return fmt.Errorf("osu: client version %.64q %s", s, why)
}

// cutDigits splits s after its leading ASCII digits.
func cutDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}
