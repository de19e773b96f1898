package submission

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/score"
)

// Bounds of a score.
const (
	MaxCount   = 1_000_000 // of each judgement
	maxVersion = 64        // bytes, without the flags behind it
	maxTime    = 32
	maxFields  = 64
)

// Score is the score string: what happened in the play.
type Score struct {
	BeatmapMD5 string
	Player     string
	Supporter  bool   // the client believes that the player is one
	Checksum   string // MD5, another one for each play: see [Submission.Checksum]
	Counts     score.Counts
	Total      int32
	MaxCombo   int32
	Perfect    bool // no combo was broken
	Grade      osu.Grade
	Mods       osu.Mods
	Passed     bool
	Ruleset    osu.Ruleset
	Time       string // as sent; see [Score.PlayedAt]. Empty in very old clients
	Version    string // YYYYMMDD of the build; empty in very old clients
	Flags      Flags
}

// timeLayout is how a client writes its local time.
const timeLayout = "060102150405"

// Timestamp writes a time as [Score.Time].
func Timestamp(t time.Time) string { return t.Format(timeLayout) }

// PlayedAt returns the time on the client's clock, in its own unknown zone, given as UTC. The client writes it in its own
// calendar as well, so that the time of an honest player can be centuries off, or none at all.
func (s *Score) PlayedAt() (time.Time, bool) {
	t, err := time.Parse(timeLayout, s.Time)
	return t, err == nil
}

// ParseScore reads a score string: fields with colons between them. Clients of before about 2014 leave out the last two; what
// follows the eighteenth is ignored. Its error is ErrScore.
func ParseScore(text string) (Score, error) {
	if !utf8.ValidString(text) {
		return Score{}, fmt.Errorf("%w: not UTF-8", ErrScore)
	}
	p := scoreParser{fields: strings.SplitN(text, ":", maxFields)}
	if len(p.fields) < 16 {
		return Score{}, fmt.Errorf("%w: %d fields", ErrScore, len(p.fields))
	}
	s := Score{BeatmapMD5: p.md5(0), Checksum: p.md5(2)}
	s.Player, s.Supporter = strings.CutSuffix(p.fields[1], " ")
	if s.Player == "" || len(s.Player) > packets.MaxLoginName {
		p.fail(1)
	}
	for i, count := range []*int32{
		&s.Counts.Count300, &s.Counts.Count100, &s.Counts.Count50, &s.Counts.CountGeki, &s.Counts.CountKatu, &s.Counts.CountMiss,
	} {
		*count = p.number(3+i, MaxCount)
	}
	s.Total, s.MaxCombo = p.number(9, math.MaxInt32), p.number(10, MaxCount*6)
	s.Perfect = p.word(11)
	grade, err := osu.ParseGrade(p.fields[12])
	if err != nil {
		p.fail(12)
	}
	s.Grade = grade
	s.Mods = osu.Mods(p.number(13, math.MaxInt32))
	s.Passed = p.word(14)
	s.Ruleset = osu.Ruleset(p.number(15, int64(osu.Rulesets-1)))
	if len(p.fields) > 16 {
		if s.Time = p.fields[16]; len(s.Time) > maxTime {
			p.fail(16)
		}
	}
	if len(p.fields) > 17 {
		s.Version = strings.TrimRight(p.fields[17], " ")
		flags := len(p.fields[17]) - len(s.Version)
		if len(s.Version) > maxVersion {
			p.fail(17)
		}
		s.Flags = Flags(flags)
	}
	if p.err != nil {
		return Score{}, p.err
	}
	return s, nil
}

// scoreParser reads fields. The first failure sticks.
type scoreParser struct {
	fields []string
	err    error
}

func (p *scoreParser) fail(i int) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: field %d is %.40q", ErrScore, i, p.fields[i])
	}
}

func (p *scoreParser) md5(i int) string {
	if !isMD5(p.fields[i]) {
		p.fail(i)
	}
	return p.fields[i]
}

func (p *scoreParser) number(i int, most int64) int32 {
	n, err := strconv.ParseInt(p.fields[i], 10, 64)
	if err != nil || n < 0 || n > most {
		p.fail(i)
		return 0
	}
	return int32(n)
}

func (p *scoreParser) word(i int) bool {
	if p.fields[i] != "True" && p.fields[i] != "False" {
		p.fail(i)
	}
	return p.fields[i] == "True"
}

// String writes what ParseScore reads.
func (s *Score) String() string {
	b := make([]byte, 0, 256)
	field := func(text string) { b = append(append(b, text...), ':') }
	number := func(n int32) { b = append(strconv.AppendInt(b, int64(n), 10), ':') }
	field(s.BeatmapMD5)
	b = append(b, s.Player...)
	if s.Supporter {
		b = append(b, ' ')
	}
	b = append(b, ':')
	field(s.Checksum)
	c := s.Counts
	for _, n := range []int32{c.Count300, c.Count100, c.Count50, c.CountGeki, c.CountKatu, c.CountMiss, s.Total, s.MaxCombo} {
		number(n)
	}
	field(word(s.Perfect))
	field(s.Grade.String())
	number(int32(s.Mods))
	field(word(s.Passed))
	number(int32(s.Ruleset))
	field(s.Time)
	b = append(b, s.Version...)
	return string(b) + strings.Repeat(" ", int(s.Flags))
}

// word writes a bool as .NET does.
func word(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
