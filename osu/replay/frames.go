package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"

	"github.com/pure-peace/peace/osu"
)

// Frame is what a player did at one moment.
//
//	        X                                    Y          Keys
//	osu!    of the cursor, 0 to 512              0 to 384   buttons
//	taiko   –                                    –          the four zones of the drum
//	catch   of the catcher, 0 to 512             –          Left1 for a dash
//	mania   the held columns as bits: Columns    –          –
//
// The cursor may leave the playfield. What a ruleset does not use holds anything: stable puts 320 and 9999, or the scroll
// speed of mania.
type Frame struct {
	Time int32 // ms since the beginning of the music, without the rate of mods; may be negative
	X, Y float32
	Keys Keys
}

// Columns returns the columns of mania that are held, the first in the lowest bit.
func (f Frame) Columns() uint32 {
	if !(f.X > 0) {
		return 0
	}
	return uint32(min(f.X, maxColumns))
}

// Keys is a set of held buttons.
type Keys uint32

// The buttons. A key of the keyboard sets its mouse button as well: K1 is Left1|Left2.
const (
	Left1  Keys = 1 << iota // left mouse button
	Right1                  // right mouse button
	Left2                   // first key, K1
	Right2                  // second key, K2
	Smoke
)

// The zones of taiko's drum.
const (
	LeftCentre  = Left1
	RightCentre = Left2
	LeftRim     = Right1
	RightRim    = Right2
)

// Bounds of the official decoder.
const (
	maxCoordinate = 131_072
	maxColumns    = 1<<20 - 1
)

// seedMark is the time of the frame that is none but holds the seed of stable's random numbers as its keys.
const seedMark = "-12345"

// Recording is all that a player did.
type Recording struct {
	Frames []Frame

	// Seed is that of mods which shuffle the beatmap. Seeded says whether the file has one: all have since 2013.
	Seed   int32
	Seeded bool
}

// Data is a recording as the game stores and uploads it: an .lzma file of text, without a header of .osr around it. The text
// is a list of frames "w|x|y|keys", each followed by a comma, where w is the time since the frame before. The frame of w =
// -12345 at the end holds the seed.
type Data []byte

// Compress returns the stored form of a recording. The same recording always gives the same bytes. No frames and no seed are
// stored as nothing.
func Compress(rec *Recording) (Data, error) {
	if len(rec.Frames) > MaxFrames {
		return nil, fmt.Errorf("%w: %d frames", ErrTooLarge, len(rec.Frames))
	}
	text := make([]byte, 0, 20*len(rec.Frames)+32)
	var last int32
	for i, f := range rec.Frames {
		if !finite(f.X) || !finite(f.Y) {
			return nil, fmt.Errorf("%w: frame %d is at %g, %g", ErrFrame, i, f.X, f.Y)
		}
		if delta := int64(f.Time) - int64(last); delta == -12345 {
			text = append(text, "-012345"...) // the same number, but not the mark of the seed
		} else {
			text = strconv.AppendInt(text, delta, 10)
		}
		last = f.Time
		text = strconv.AppendFloat(append(text, '|'), float64(f.X), 'f', -1, 32)
		text = strconv.AppendFloat(append(text, '|'), float64(f.Y), 'f', -1, 32)
		text = strconv.AppendInt(append(text, '|'), int64(int32(f.Keys)), 10)
		text = append(text, ',')
	}
	if rec.Seeded {
		text = append(text, seedMark+"|0|0|"...)
		text = strconv.AppendInt(text, int64(rec.Seed), 10)
	}
	return compress(text)
}

func finite(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }

// Recording reads all frames and the seed. Ruleset is that of the play: mania keeps columns where others have a position.
func (d Data) Recording(ruleset osu.Ruleset) (Recording, error) {
	var rec Recording
	if len(d) == 0 {
		return rec, nil
	}
	s, err := newScanner(d, ruleset)
	if err != nil {
		return rec, err
	}
	rec.Frames = make([]Frame, 0, min(max(s.size, 0)/16, MaxFrames))
	for {
		f, err := s.next()
		if errors.Is(err, io.EOF) {
			rec.Seed, rec.Seeded = s.seed, s.seeded
			return rec, nil
		}
		if err != nil {
			return Recording{}, err
		}
		rec.Frames = append(rec.Frames, f)
	}
}

// All yields the frames one by one while it decompresses them, and ends with an error when there is one.
func (d Data) All(ruleset osu.Ruleset) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		if len(d) == 0 {
			return
		}
		s, err := newScanner(d, ruleset)
		if err != nil {
			yield(Frame{}, err)
			return
		}
		for {
			f, err := s.next()
			if errors.Is(err, io.EOF) || !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// scanner reads frames off a text.
type scanner struct {
	text   *bufio.Reader
	size   int64 // of the text, -1 when unknown
	limitX float32
	time   int64
	frames int
	seed   int32
	seeded bool
}

func newScanner(data []byte, ruleset osu.Ruleset) (*scanner, error) {
	r, size, err := decompress(data, MaxText)
	if err != nil {
		return nil, err
	}
	s := &scanner{text: bufio.NewReaderSize(r, 4096), size: size, limitX: maxCoordinate}
	if ruleset == osu.Mania {
		s.limitX = maxColumns
	}
	return s, nil
}

// next returns the next frame, or io.EOF. As in the official decoder frames of fewer than four fields are skipped, and fields
// beyond the fourth ignored.
func (s *scanner) next() (Frame, error) {
	for {
		line, err := s.text.ReadSlice(',')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return Frame{}, fmt.Errorf("%w: frame %d is too long", ErrFrame, s.frames)
		case errors.Is(err, io.EOF):
			if len(line) == 0 {
				return Frame{}, io.EOF
			}
		case err != nil:
			return Frame{}, err
		default:
			line = line[:len(line)-1]
		}
		var fields [4][]byte
		if !split(line, &fields) {
			continue
		}
		if string(fields[0]) == seedMark {
			if seed, ok := parseInt(fields[3]); ok && seed == int64(int32(seed)) {
				s.seed, s.seeded = int32(seed), true
			}
			continue
		}
		if s.frames == MaxFrames {
			return Frame{}, fmt.Errorf("%w: more than %d frames", ErrTooLarge, MaxFrames)
		}
		f, ok := s.frame(&fields)
		if !ok {
			return Frame{}, fmt.Errorf("%w: frame %d is %.64q", ErrFrame, s.frames, line)
		}
		s.frames++
		return f, nil
	}
}

// split cuts a line at its bars into four fields, the last of which ends at a fourth bar.
func split(line []byte, fields *[4][]byte) bool {
	for i := range 3 {
		field, rest, found := bytes.Cut(line, []byte{'|'})
		if !found {
			return false
		}
		fields[i], line = field, rest
	}
	fields[3], _, _ = bytes.Cut(line, []byte{'|'})
	return true
}

func (s *scanner) frame(fields *[4][]byte) (f Frame, ok bool) {
	delta, ok := parseInt(fields[0])
	if !ok { // lazer wrote fractions until 2021
		v, valid := parseFloat(fields[0], math.MaxInt32)
		if !valid {
			return f, false
		}
		delta = int64(math.RoundToEven(float64(v)))
	}
	if s.time += delta; s.time != int64(int32(s.time)) {
		return f, false
	}
	f.Time = int32(s.time)
	var okX, okY bool
	f.X, okX = parseFloat(fields[1], s.limitX)
	f.Y, okY = parseFloat(fields[2], maxCoordinate)
	keys, okKeys := parseInt(fields[3])
	f.Keys = Keys(int32(keys))
	return f, okX && okY && okKeys && keys == int64(int32(keys))
}

// parseInt reads an integer of at most 18 digits, with spaces around it.
func parseInt(b []byte) (int64, bool) {
	b = bytes.TrimSpace(b)
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var v int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = 10*v + int64(c-'0')
	}
	if negative {
		v = -v
	}
	return v, true
}

// parseFloat reads a decimal number between -limit and limit.
func parseFloat(b []byte, limit float32) (float32, bool) {
	b = bytes.TrimSpace(b)
	for _, c := range b { // neither hexadecimal nor words
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(b), 32)
	if err != nil || !(v >= -float64(limit) && v <= float64(limit)) {
		return 0, false
	}
	return float32(v), true
}

// EarlyOffset is how many ms later than written the objects of beatmaps before version 5 of their format are, and with them
// the frames of replays.
const EarlyOffset = 24

// Played returns the frames as lazer plays them: shifted by offset, which is [EarlyOffset] or 0, without the two frames by
// which stable marks the beginning, and without those that would go back in time. It does not change frames.
func Played(frames []Frame, offset int32) []Frame {
	out := make([]Frame, len(frames))
	for i, f := range frames {
		f.Time += offset
		out[i] = f
	}
	// Stable itself mends the order of the first frames before it plays them.
	if len(out) >= 2 && out[1].Time < out[0].Time {
		out[1].Time, out[0].Time = out[0].Time, 0
	}
	if len(out) >= 3 && out[0].Time > out[2].Time {
		out[0].Time, out[1].Time = out[2].Time, out[2].Time
	}
	mark := func(f Frame) bool { return f.X == 256 && f.Y == -500 }
	if len(out) >= 2 && mark(out[1]) {
		out[1] = out[0]
		out = out[1:]
	}
	if len(out) >= 1 && mark(out[0]) {
		out = out[1:]
	}
	kept := out[:0]
	for _, f := range out {
		if len(kept) == 0 || f.Time >= kept[len(kept)-1].Time {
			kept = append(kept, f)
		}
	}
	return kept
}
