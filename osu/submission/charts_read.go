package submission

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrResponse says that an answer is not what the client understands.
var ErrResponse = errors.New("submission: malformed answer")

// MaxResponse bounds the answers that are read.
const MaxResponse = 1 << 20

// ParseResponse reads the answer to a submission. The error is a [Refusal] when that is what the answer is, otherwise
// ErrResponse. Every key that a server must send is asked for, in any order; keys that are unknown are skipped. Charts are
// lines, or begin with a bar after the line's end as some servers write them.
func ParseResponse(body string) (*Response, error) {
	if refusal, ok := parseRefusal(body); ok {
		return nil, refusal
	}
	if len(body) > MaxResponse {
		return nil, fmt.Errorf("%w: %d bytes", ErrResponse, len(body))
	}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	if len(lines) != 3 {
		return nil, fmt.Errorf("%w: %d lines: %.80q", ErrResponse, len(lines), body)
	}
	var values [3]pairs
	for i, line := range lines {
		var err error
		if values[i], err = parsePairs(line); err != nil {
			return nil, err
		}
	}
	r := new(Response)
	first := &values[0]
	r.Beatmap.ID, r.Beatmap.SetID = int32(first.integer("beatmapId", 32)), int32(first.integer("beatmapSetId", 32))
	r.Beatmap.Plays, r.Beatmap.Passes = int32(first.integer("beatmapPlaycount", 32)), int32(first.integer("beatmapPasscount", 32))
	if text := first.text("approvedDate"); first.err == nil {
		var err error
		if r.Beatmap.ApprovedAt, err = time.Parse(dateLayout, text); err != nil {
			first.fail("approvedDate", err)
		}
	}
	r.Ranking = values[1].chart(idRanking)
	r.Overall = values[2].chart(idOverall)
	for i := range values[1:] { // one of the two is enough
		if line := &values[1+i]; line.has("onlineScoreId") {
			r.ScoreID = line.integer("onlineScoreId", 64)
		}
	}
	if r.ScoreID == 0 {
		values[1].fail("onlineScoreId", errMissing)
	}
	r.Achievements = values[2].achievements()
	for _, line := range values {
		if line.err != nil {
			return nil, line.err
		}
	}
	return r, nil
}

// pairs are the values of a line by their keys. The first failure sticks.
type pairs struct {
	values map[string]string
	err    error
}

// parsePairs reads "key:value|key:value". Values have colons themselves when they are URLs.
func parsePairs(line string) (pairs, error) {
	p := pairs{values: make(map[string]string)}
	for pair := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		key, value, ok := strings.Cut(pair, ":")
		if !ok {
			return p, fmt.Errorf("%w: %.80q is no pair", ErrResponse, pair)
		}
		if p.has(key) {
			return p, fmt.Errorf("%w: %.40q is there twice", ErrResponse, key)
		}
		p.values[key] = value
	}
	return p, nil
}

func (p *pairs) has(key string) bool {
	_, ok := p.values[key]
	return ok
}

func (p *pairs) fail(key string, err error) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s is %.80q: %w", ErrResponse, key, p.values[key], err)
	}
}

func (p *pairs) text(key string) string {
	if !p.has(key) {
		p.fail(key, errMissing)
	}
	return p.values[key]
}

var errMissing = errors.New("it is missing")

func (p *pairs) integer(key string, bits int) int64 {
	n, err := strconv.ParseInt(p.text(key), 10, bits)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	if err != nil {
		p.fail(key, err)
	}
	return n
}

func (p *pairs) chart(id string) Chart {
	if got := p.text("chartId"); got != id {
		p.fail("chartId", fmt.Errorf("should be %s", id))
	}
	p.text("chartName")
	c := Chart{URL: p.text("chartUrl")}
	var before Figures
	for _, column := range chartColumns {
		if text := p.text(column.key + "Before"); text != "" {
			c.Before = &before
			if err := column.parse(&before, text); err != nil {
				p.fail(column.key+"Before", err)
			}
		}
		if err := column.parse(&c.After, p.text(column.key+"After")); err != nil {
			p.fail(column.key+"After", err)
		}
	}
	if p.has("toNextRank") || p.has("toNextRankUser") {
		c.Next = &Rival{Name: p.text("toNextRankUser"), Score: p.integer("toNextRank", 64)}
	}
	return c
}

func (p *pairs) achievements() (list []Achievement) {
	text := p.text("achievements-new")
	if text == "" {
		return nil
	}
	for entry := range strings.SplitSeq(text, "/") {
		parts := strings.Split(entry, "+")
		if len(parts) != 3 || parts[0] == "" {
			p.fail("achievements-new", fmt.Errorf("%.80q is no medal", entry))
			return nil
		}
		list = append(list, Achievement{parts[0], parts[1], parts[2]})
	}
	return list
}
