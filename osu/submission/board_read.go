package submission

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/osu"
)

// ParseBoard reads a leaderboard, strictly. Its error is ErrResponse.
func ParseBoard(body string) (*Board, error) {
	if len(body) > MaxResponse {
		return nil, fmt.Errorf("%w: %d bytes", ErrResponse, len(body))
	}
	head, rest, long := strings.Cut(body, "\n")
	p := lineParser{fields: strings.Split(head, "|"), line: 1}
	b := &Board{Status: BoardStatus(p.number(int64(NotSubmitted), int64(Loved)))}
	b.Packed = p.boolean("false", "true")
	if p.err != nil {
		return nil, p.err
	}
	if len(p.fields) == 0 {
		if long && rest != "" {
			return nil, fmt.Errorf("%w: %.80q follows a beatmap without a board", ErrResponse, rest)
		}
		return b, nil
	}
	b.BeatmapID, b.SetID = int32(p.number(1, math.MaxInt32)), int32(p.number(-1, math.MaxInt32))
	b.Count, b.TrackID = int32(p.number(0, math.MaxInt32)), int32(p.number(0, math.MaxInt32))
	b.License = p.next()
	if err := p.end(); err != nil {
		return nil, err
	}
	lines := strings.Split(rest, "\n")
	if len(lines) < 4 {
		return nil, fmt.Errorf("%w: a board of %d lines", ErrResponse, 1+len(lines))
	}
	if len(lines) > 4 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) > 4+MaxBoard {
		return nil, fmt.Errorf("%w: over %d scores", ErrResponse, MaxBoard)
	}
	offset, err := strconv.ParseInt(lines[0], 10, 32)
	if err != nil {
		return nil, fmt.Errorf("%w: offset is %.40q", ErrResponse, lines[0])
	}
	b.Offset, b.Title = int32(offset), lines[1]
	if b.Rating, err = parseDecimal(lines[2], math.MaxInt32); err != nil {
		return nil, fmt.Errorf("%w: rating is %.40q", ErrResponse, lines[2])
	}
	if lines[3] != "" {
		own, err := parseLine(lines[3], 5)
		if err != nil {
			return nil, err
		}
		b.Own = &own
	}
	for i, text := range lines[4:] {
		line, err := parseLine(text, 6+i)
		if err != nil {
			return nil, err
		}
		b.Lines = append(b.Lines, line)
	}
	return b, nil
}

func parseLine(text string, number int) (Line, error) {
	p := lineParser{fields: strings.Split(text, "|"), line: number}
	l := Line{ScoreID: p.number(0, math.MaxInt64), Player: p.next(), Total: p.number(0, math.MaxInt32)}
	for _, count := range []*int32{&l.MaxCombo, &l.Count50, &l.Count100, &l.Count300, &l.CountMiss, &l.CountKatu, &l.CountGeki} {
		*count = int32(p.number(0, math.MaxInt32))
	}
	l.Perfect = p.boolean("0", "1")
	l.Mods = osu.Mods(p.number(0, math.MaxInt32))
	l.UserID, l.Position = int32(p.number(1, math.MaxInt32)), int32(p.number(0, math.MaxInt32))
	l.Time = time.Unix(p.number(math.MinInt64, math.MaxInt64), 0).UTC()
	l.HasReplay = p.boolean("0", "1")
	return l, p.end()
}

// lineParser takes fields off the front of a line. The first failure sticks.
type lineParser struct {
	fields []string
	line   int
	err    error
}

func (p *lineParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: line %d: "+format, append([]any{ErrResponse, p.line}, args...)...)
	}
}

func (p *lineParser) next() string {
	if len(p.fields) == 0 {
		p.fail("too few fields")
		return ""
	}
	field := p.fields[0]
	p.fields = p.fields[1:]
	return field
}

func (p *lineParser) number(least, most int64) int64 {
	field := p.next()
	n, err := strconv.ParseInt(field, 10, 64)
	if err != nil || n < least || n > most {
		p.fail("%.40q is no number from %d to %d", field, least, most)
		return 0
	}
	return n
}

func (p *lineParser) boolean(no, yes string) bool {
	field := p.next()
	if field != no && field != yes {
		p.fail("%.40q is neither %s nor %s", field, no, yes)
	}
	return field == yes
}

func (p *lineParser) end() error {
	if len(p.fields) > 0 {
		p.fail("%d fields too many", len(p.fields))
	}
	return p.err
}
