package local

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

// terms is what a search text says.
type terms struct {
	words []string // marked; a set must have all of them
	title []string // the same, but those without a field in the title; none without any such
	set   []condition
	diffs []condition // all of them must hold for one beatmap of the set
	tags  []string    // players must have given all of them to that one
}

// condition is a part of a WHERE. The expression is ours and never what somebody typed.
type condition struct {
	expr string
	args []any
}

// filter is a name that stands before an operator in a search text.
var filter = regexp.MustCompile(`(?i)(?:^|\s)([a-z]{2,10})(==|<=|>=|=|:|<|>)(""[^"]*""|"[^"]*"|[^\s"]+)`)

// parse reads a search text. What looks like a filter and makes no sense is looked for as words.
func parse(text string) terms {
	var t terms
	var rest strings.Builder
	for text != "" {
		at := filter.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		name, op, value := strings.ToLower(text[at[2]:at[3]]), operator(text[at[4]:at[5]]), strings.Trim(text[at[6]:at[7]], `"`)
		rest.WriteString(text[:at[0]])
		if !t.filter(name, op, value) {
			rest.WriteString(text[at[0]:at[1]])
		}
		rest.WriteByte(' ')
		text = text[at[1]:]
	}
	rest.WriteString(text)
	named := t.words
	for _, word := range wanted(rest.String()) {
		t.words = append(t.words, mark(anywhere, word))
		t.title = append(t.title, mark(fromTitle, word))
	}
	if len(t.title) > 0 {
		t.title = append(t.title, named...)
	}
	return t
}

func operator(text string) string {
	if text == ":" || text == "==" {
		return "="
	}
	return text
}

// setting is a number of a beatmap that can be filtered by.
type setting struct {
	column    string
	tolerance float64 // values that differ by no more are equal
}

var settings = map[string]setting{
	"stars": {"stars", 0.005}, "sr": {"stars", 0.005}, "star": {"stars", 0.005},
	"ar": {"approach", 0.05}, "od": {"overall", 0.05}, "cs": {"circle_size", 0.05},
	"hp": {"health_drain", 0.05}, "dr": {"health_drain", 0.05},
	"bpm": {"bpm", 0.5}, "keys": {"circle_size", 0.05}, "key": {"circle_size", 0.05},
}

// fields are the texts of a set that can be looked into.
var fields = map[string]rune{
	"artist": fromArtist, "title": fromTitle, "creator": fromCreator, "author": fromCreator, "mapper": fromCreator,
}

// filter takes a filter, and reports whether it is one.
func (t *terms) filter(name, op, value string) bool {
	if from, ok := fields[name]; ok {
		words := wanted(value)
		for _, word := range words {
			t.words = append(t.words, mark(from, word))
		}
		return op == "=" && len(words) > 0
	}
	switch name {
	case "tag":
		if value = strings.TrimSpace(value); op != "=" || value == "" || len(t.tags) == maxTagFilters {
			return false
		}
		t.tags = append(t.tags, strings.ToLower(value))
		return true
	case "status":
		return op == "=" && t.status(value)
	case "ranked", "updated":
		return t.date(map[string]string{"ranked": "ranked_at", "updated": "updated_at"}[name], op, value)
	case "length":
		v, tolerance, ok := length(value)
		if ok {
			t.diffs = append(t.diffs, within("length", op, v, tolerance)...)
		}
		return ok
	}
	s, ok := settings[name]
	if !ok {
		return false
	}
	v, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64)
	if err != nil || v != finite(v) {
		return false
	}
	t.diffs = append(t.diffs, within(s.column, op, v, s.tolerance)...)
	if name == "keys" || name == "key" {
		t.diffs = append(t.diffs, condition{"b.ruleset = ?", []any{osu.Mania}})
	}
	return true
}

// within returns that a column of a beatmap compares to a value.
func within(column, op string, v, tolerance float64) []condition {
	switch op {
	case "<":
		return []condition{{"b." + column + " < ?", []any{v - tolerance}}}
	case "<=":
		return []condition{{"b." + column + " <= ?", []any{v + tolerance}}}
	case ">":
		return []condition{{"b." + column + " > ?", []any{v + tolerance}}}
	case ">=":
		return []condition{{"b." + column + " >= ?", []any{v - tolerance}}}
	}
	return []condition{{"b." + column + " BETWEEN ? AND ?", []any{v - tolerance, v + tolerance}}}
}

// status takes names of statuses between commas, which may be cut short.
func (t *terms) status(value string) bool {
	var wanted []any
	for _, name := range strings.Split(strings.ToLower(value), ",") {
		known := false
		for s := osu.StatusGraveyard; s.Valid(); s++ {
			if name != "" && strings.HasPrefix(s.String(), name) {
				wanted, known = append(wanted, s), true
				break
			}
		}
		if !known {
			return false
		}
	}
	t.set = append(t.set, condition{"hit.status IN (?" + strings.Repeat(", ?", len(wanted)-1) + ")", wanted})
	return true
}

var dateFormat = regexp.MustCompile(`^(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?$`)

// date takes a year, a month or a day.
func (t *terms) date(column, op, value string) bool {
	m := dateFormat.FindStringSubmatch(value)
	if m == nil {
		return false
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	if year < 1970 || month > 12 || day > 31 {
		return false
	}
	from := time.Date(year, time.Month(max(month, 1)), max(day, 1), 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 1)
	switch {
	case m[2] == "":
		to = from.AddDate(1, 0, 0)
	case m[3] == "":
		to = from.AddDate(0, 1, 0)
	}
	column = "hit." + column
	switch op {
	case "<":
		t.set = append(t.set, condition{column + " < ?", []any{from}})
	case "<=":
		t.set = append(t.set, condition{column + " < ?", []any{to}})
	case ">":
		t.set = append(t.set, condition{column + " >= ?", []any{to}})
	case ">=":
		t.set = append(t.set, condition{column + " >= ?", []any{from}})
	default:
		t.set = append(t.set, condition{column + " >= ?", []any{from}}, condition{column + " < ?", []any{to}})
	}
	return true
}

var (
	clock = regexp.MustCompile(`^(\d{1,3}):([0-5]\d)$`)
	span  = regexp.MustCompile(`^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$`)
)

// length reads a length as 90, 90s, 1.5m or 1:30, in milliseconds, with what it may differ by: half of the last unit.
func length(value string) (milliseconds, tolerance float64, ok bool) {
	if m := clock.FindStringSubmatch(value); m != nil {
		minutes, _ := strconv.Atoi(m[1])
		seconds, _ := strconv.Atoi(m[2])
		return float64(minutes*60+seconds) * 1000, 500, true
	}
	m := span.FindStringSubmatch(strings.ToLower(value))
	if m == nil {
		return 0, 0, false
	}
	v, err := strconv.ParseFloat(m[1], 64)
	unit := map[string]float64{"ms": 1, "": 1000, "s": 1000, "m": 60_000, "h": 3_600_000}[m[2]]
	return v * unit, unit / 2, err == nil
}

// check refuses a query that is out of bounds.
func check(q beatmaps.Query) error {
	switch {
	case len(q.Text) > beatmaps.MaxQuery, len(q.Within) > beatmaps.MaxFavourites, len(q.Without) > beatmaps.MaxFavourites, len(q.Statuses) > maxStatuses, len(q.Cursor) > maxCursor:
	case q.Limit < 1, q.Limit > beatmaps.MaxPage, q.Offset < 0, q.Offset > maxOffset:
	default:
		return nil
	}
	return beatmaps.ErrTooLarge
}

// Bounds of a query that the contract tells of in words.
const (
	maxOffset   = 10_000
	maxTotal    = 10_000
	maxStatuses = 16

	maxTagFilters = 8
	maxCursor     = 2048
)
