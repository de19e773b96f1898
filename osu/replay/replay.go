package replay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/score"
)

// Versions of the game that changed the file. Stable's are dates, YYYYMMDD; lazer's begin at 30,000,000.
const (
	firstID     = 20121008 // with an online id, of 32 bits
	firstLongID = 20140721 // of 64 bits

	// FirstLazer is the first version of lazer. Its scores are standardised and count for lazer's rules.
	FirstLazer = 30_000_000

	// FirstInfo is the first version with lazer's block: see [Info].
	FirstInfo = 30_000_001

	// Latest is what lazer writes at the time of writing.
	Latest = 30_000_019
)

// Bounds of what is read.
const (
	MaxFile   = 32 << 20  // bytes of a file
	MaxName   = 1 << 10   // bytes of a name or checksum
	MaxLife   = 1 << 20   // bytes of a life bar; that of a play of an hour has 20,000
	MaxText   = 32 << 20  // bytes of the frames when decompressed
	MaxFrames = 1_000_000 // more than four hours at sixty a second
	MaxInfo   = 1 << 20   // bytes of lazer's block when decompressed
)

// What can be wrong with a file. Errors of reading wrap one of these, or the error of the reader.
var (
	ErrTruncated   = errors.New("replay: file ends too early")
	ErrTooLarge    = errors.New("replay: too large")
	ErrRuleset     = errors.New("replay: unknown ruleset")
	ErrString      = errors.New("replay: malformed string")
	ErrDate        = errors.New("replay: date is out of range")
	ErrCompression = errors.New("replay: malformed compression")
	ErrFrame       = errors.New("replay: malformed frame")
	ErrInfo        = errors.New("replay: malformed score of lazer")
	ErrLife        = errors.New("replay: malformed life bar")
)

// Replay is an .osr file.
type Replay struct {
	Ruleset  osu.Ruleset
	Version  int32
	Beatmap  string // MD5 of the .osu file
	Player   string
	Checksum string // MD5: see [Replay.Verify]

	Count300   uint16 // what the counts mean depends on the ruleset: see [score.Counts]
	Count100   uint16
	Count50    uint16
	CountGeki  uint16
	CountKatu  uint16
	CountMiss  uint16
	TotalScore int32
	MaxCombo   uint16
	FullCombo  bool
	Mods       osu.Mods // of lazer those that stable has
	LifeBar    string   // see [ParseLife]; lazer leaves it empty
	Date       Ticks
	Frames     Data
	OnlineID   int64 // stable's score; 0 or, by lazer, -1 when there is none

	// TargetAccuracy is how well targets were hit, 0 to 1. Only plays of stable with Target Practice have it.
	TargetAccuracy float64

	// ScoreData is lazer's block as stored. See [Replay.Info] and [Replay.SetInfo].
	ScoreData []byte
}

// Lazer reports whether lazer wrote the file.
func (r *Replay) Lazer() bool { return r.Version >= FirstLazer }

// Counts returns the judgements of the header.
func (r *Replay) Counts() score.Counts {
	return score.Counts{
		Count300: int32(r.Count300), Count100: int32(r.Count100), Count50: int32(r.Count50),
		CountGeki: int32(r.CountGeki), CountKatu: int32(r.CountKatu), CountMiss: int32(r.CountMiss),
	}
}

// SetCounts puts judgements into the header, which has room for 65,535 of each: as the official encoder does, it keeps the
// lower bits of more.
func (r *Replay) SetCounts(c score.Counts) {
	r.Count300, r.Count100, r.Count50 = uint16(c.Count300), uint16(c.Count100), uint16(c.Count50)
	r.CountGeki, r.CountKatu, r.CountMiss = uint16(c.CountGeki), uint16(c.CountKatu), uint16(c.CountMiss)
}

// hasTargetAccuracy reports whether the file has room for [Replay.TargetAccuracy].
func (r *Replay) hasTargetAccuracy() bool { return !r.Lazer() && r.Mods.Has(osu.ModTarget) }

// Ticks is a time of .NET: 100-nanosecond intervals since the first of January of year 1, UTC.
type Ticks int64

const (
	unixEpoch Ticks = 621_355_968_000_000_000
	maxTicks  Ticks = 3_155_378_975_999_999_999 // the end of year 9999
	perSecond       = int64(time.Second / 100)
)

// TicksOf returns the ticks of t, bounded by what .NET can hold.
func TicksOf(t time.Time) Ticks {
	switch seconds := t.Unix(); {
	case seconds < -int64(unixEpoch)/perSecond:
		return 0
	case seconds > int64(maxTicks-unixEpoch)/perSecond:
		return maxTicks
	default:
		return Ticks(seconds*perSecond+int64(t.Nanosecond())/100) + unixEpoch
	}
}

// Time returns t in UTC.
func (t Ticks) Time() time.Time {
	since := int64(t - unixEpoch)
	return time.Unix(since/perSecond, since%perSecond*100).UTC()
}

// Decode reads a file. It takes in at most [MaxFile] bytes.
func Decode(r io.Reader) (*Replay, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return Parse(b)
}

// Parse reads a file. What is compressed stays so and is not looked at; it lies within b. Bytes behind the last field are
// ignored: some programs leave them.
func Parse(b []byte) (*Replay, error) {
	if len(b) > MaxFile {
		return nil, fmt.Errorf("%w: file of %d bytes", ErrTooLarge, len(b))
	}
	p := parser{rest: b}
	r := &Replay{Ruleset: osu.Ruleset(p.u8("ruleset")), Version: int32(p.u32("version"))}
	r.Beatmap, r.Player, r.Checksum = p.str("beatmap", MaxName), p.str("player", MaxName), p.str("checksum", MaxName)
	for _, count := range []*uint16{&r.Count300, &r.Count100, &r.Count50, &r.CountGeki, &r.CountKatu, &r.CountMiss} {
		*count = p.u16("counts")
	}
	r.TotalScore, r.MaxCombo, r.FullCombo = int32(p.u32("total score")), p.u16("combo"), p.u8("full combo") != 0
	r.Mods, r.LifeBar, r.Date = osu.Mods(p.u32("mods")), p.str("life bar", MaxLife), Ticks(p.u64("date"))
	r.Frames = p.block("frames")
	switch {
	case r.Version >= firstLongID:
		r.OnlineID = int64(p.u64("online id"))
	case r.Version >= firstID:
		r.OnlineID = int64(int32(p.u32("online id")))
	}
	if r.hasTargetAccuracy() && len(p.rest) >= 8 { // old files lack it
		r.TargetAccuracy = math.Float64frombits(p.u64("target accuracy"))
	}
	if r.Version >= FirstInfo {
		r.ScoreData = p.block("score")
	}
	switch {
	case p.err != nil:
		return nil, p.err
	case !r.Ruleset.Valid():
		return nil, fmt.Errorf("%w: %d", ErrRuleset, uint8(r.Ruleset))
	case r.Date < 0 || r.Date > maxTicks:
		return nil, fmt.Errorf("%w: %d ticks", ErrDate, r.Date)
	}
	return r, nil
}

// parser takes fields off the front of a file. The first failure sticks.
type parser struct {
	rest []byte
	err  error
}

func (p *parser) fail(field string, err error) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s", err, field)
	}
	p.rest = nil
}

// take returns the next n bytes, or zeros when there are fewer.
func (p *parser) take(field string, n int) []byte {
	if n > len(p.rest) {
		p.fail(field, ErrTruncated)
		return make([]byte, min(n, 8))
	}
	b := p.rest[:n:n]
	p.rest = p.rest[n:]
	return b
}

func (p *parser) u8(field string) uint8   { return p.take(field, 1)[0] }
func (p *parser) u16(field string) uint16 { return binary.LittleEndian.Uint16(p.take(field, 2)) }
func (p *parser) u32(field string) uint32 { return binary.LittleEndian.Uint32(p.take(field, 4)) }
func (p *parser) u64(field string) uint64 { return binary.LittleEndian.Uint64(p.take(field, 8)) }

func (p *parser) str(field string, limit int) string {
	if p.err != nil {
		return ""
	}
	s, rest, err := packets.ReadString(p.rest)
	switch {
	case errors.Is(err, packets.ErrTruncated):
		p.fail(field, ErrTruncated)
	case err != nil:
		p.fail(field, ErrString)
	case len(s) > limit:
		p.fail(field, ErrTooLarge)
	default:
		p.rest = rest
		return s
	}
	return ""
}

// block reads bytes with their length before them; a negative length stands for none.
func (p *parser) block(field string) []byte {
	n := int32(p.u32(field))
	if p.err != nil || n <= 0 {
		return nil
	}
	b := p.take(field, int(n))
	if p.err != nil {
		return nil
	}
	return b
}

// Encode writes the file.
func (r *Replay) Encode(w io.Writer) error {
	if _, err := w.Write(r.Append(nil)); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	return nil
}

// Append appends the file to dst. The same replay always gives the same bytes. What a file of its version has no room for is
// left out.
func (r *Replay) Append(dst []byte) []byte {
	le := binary.LittleEndian
	dst = append(dst, byte(r.Ruleset))
	dst = le.AppendUint32(dst, uint32(r.Version))
	dst = packets.AppendString(dst, r.Beatmap)
	dst = packets.AppendString(dst, r.Player)
	dst = packets.AppendString(dst, r.Checksum)
	for _, count := range []uint16{r.Count300, r.Count100, r.Count50, r.CountGeki, r.CountKatu, r.CountMiss} {
		dst = le.AppendUint16(dst, count)
	}
	dst = le.AppendUint32(dst, uint32(r.TotalScore))
	dst = le.AppendUint16(dst, r.MaxCombo)
	if r.FullCombo {
		dst = append(dst, 1)
	} else {
		dst = append(dst, 0)
	}
	dst = le.AppendUint32(dst, uint32(r.Mods))
	dst = packets.AppendString(dst, r.LifeBar)
	dst = le.AppendUint64(dst, uint64(r.Date))
	dst = appendBlock(dst, r.Frames)
	switch {
	case r.Version >= firstLongID:
		dst = le.AppendUint64(dst, uint64(r.OnlineID))
	case r.Version >= firstID:
		dst = le.AppendUint32(dst, uint32(r.OnlineID))
	}
	if r.hasTargetAccuracy() {
		dst = le.AppendUint64(dst, math.Float64bits(r.TargetAccuracy))
	}
	if r.Version >= FirstInfo {
		dst = appendBlock(dst, r.ScoreData)
	}
	return dst
}

func appendBlock(dst, b []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(b))), b...)
}
