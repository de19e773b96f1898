package beatmap

import (
	"bytes"
	"cmp"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/bits"
	"slices"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/slider"
)

const (
	latestStable = 14  // the version of files that tell none
	firstLazer   = 128 // from here on coordinates have fractions
)

// Decode reads a .osu file from r. See Parse.
func Decode(r io.Reader) (*Beatmap, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read beatmap: %w", err)
	}
	return Parse(data)
}

// Parse reads a .osu file. Lines that make no sense are skipped, as the official decoder skips them, so that almost any text is
// a beatmap; an error means that the file as a whole is none, or that it exceeds a limit. The beatmap does not keep data.
//
// Source: ppy/osu osu.Game/Beatmaps/Formats (Decoder.cs, LegacyDecoder.cs, LegacyBeatmapDecoder.cs).
func Parse(data []byte) (*Beatmap, error) {
	if len(data) > MaxSize {
		return nil, ErrTooLarge
	}
	d := decoder{m: defaults(), firstObject: true}
	sum := md5.Sum(data)
	d.m.MD5 = hex.EncodeToString(sum[:])
	rest := lines{text(data), -1}
	if err := d.version(&rest); err != nil {
		return nil, err
	}
	d.lines(&rest)
	if d.err != nil {
		return nil, d.err
	}
	d.finish()
	return d.m, nil
}

func defaults() *Beatmap {
	return &Beatmap{
		Version: latestStable,
		General: General{Preview: -1, SampleVolume: 100, StackLeniency: 0.7},
		Editor:  Editor{VelocityPresets: []float64{0.75, 1, 1.5}, DistanceSpacing: 1, BeatDivisor: 4, TimelineZoom: 1},
		Metadata: Metadata{
			Title: "Unknown", Artist: "Unknown", Creator: "Unknown Creator", Name: "Normal", ID: -1, SetID: -1,
		},
		Difficulty: Difficulty{
			DrainRate: 5, CircleSize: 5, OverallDifficulty: 5, ApproachRate: 5, SliderMultiplier: 1.4, SliderTickRate: 1,
		},
	}
}

// decoder is the state of decoding one file.
type decoder struct {
	m       *Beatmap
	err     error // which ends decoding
	fields  [maxFields][]byte
	section section

	hasApproachRate bool
	timings         int
	pending         pendingPoints
	timelines       timelines
	storyboard      []byte
	variables       []byte
	inVideo         bool   // the commands of a video are being read
	commands        []byte // so far

	firstObject bool // no hit object has been decoded
	lastSpinner bool // the last that was begun is a spinner
	objects     objectSlabs
	path        slider.Path
	pathSteps   int // see maxPathSteps
}

// section is a part of the file.
type section int32

const (
	sectionGeneral section = iota
	sectionEditor
	sectionMetadata
	sectionDifficulty
	sectionEvents
	sectionTimingPoints
	sectionColours
	sectionHitObjects
	sectionVariables
)

var sectionNames = []string{
	"General", "Editor", "Metadata", "Difficulty", "Events", "TimingPoints", "Colours", "HitObjects", "Variables", "Fonts",
	"CatchTheBeat", "Mania",
}

// version reads the line that begins the file, which remains to be read when it tells none.
func (d *decoder) version(l *lines) error {
	for {
		before := *l
		line, ok := l.next()
		if !ok {
			return ErrEmpty
		}
		if line = trim(line); len(line) == 0 {
			continue
		}
		switch line = skipIgnorable(line); {
		case bytes.HasPrefix(line, []byte("osu file format v")):
			v, ok := parseInt(line[bytes.LastIndexByte(line, 'v')+1:])
			if !ok {
				return fmt.Errorf("%w: %.40q", ErrVersion, line)
			}
			d.m.Version = int(v)
			return nil
		case len(line) > 0 && line[0] == '{':
			return ErrJSON
		}
		*l = before
		return nil
	}
}

// lines reads everything after the version.
func (d *decoder) lines(l *lines) {
	for d.err == nil {
		line, ok := l.next()
		if !ok {
			return
		}
		if line = d.clean(line); len(line) == 0 {
			continue
		}
		if line[0] == '[' && line[len(line)-1] == ']' {
			v, _ := parseEnum(line[1:len(line)-1], sectionNames) // what is unknown is read as [General]
			d.section = section(v)
			if d.section == sectionHitObjects && d.m.HitObjects == nil {
				d.m.HitObjects = make([]HitObject, 0, min(bytes.Count(l.rest, []byte{'\n'})+1, MaxHitObjects))
			}
			continue
		}
		d.line(line)
	}
}

// clean returns the line without comments and the white space after it. What is skipped becomes empty.
func (d *decoder) clean(line []byte) []byte {
	if i := bytes.IndexByte(line, '/'); i >= 0 {
		if i = bytes.Index(line, []byte("//")); i >= 0 {
			if len(trim(line[:i])) == 0 {
				return nil
			}
			if d.section != sectionMetadata {
				line = line[:i]
			}
		}
	}
	return trimEnd(line)
}

// line reads one line of the current section. Those that make no sense are skipped.
func (d *decoder) line(line []byte) {
	switch d.section {
	case sectionGeneral:
		d.general(line)
	case sectionEditor:
		d.editor(line)
	case sectionMetadata:
		d.metadata(line)
	case sectionDifficulty:
		d.difficulty(line)
	case sectionEvents:
		d.event(line)
	case sectionTimingPoints:
		d.timingPoint(line)
	case sectionColours:
		d.colour(line)
	case sectionHitObjects:
		d.hitObject(line)
	case sectionVariables:
		d.variables = append(append(d.variables, line...), '\n')
	}
}

// finish does what the official decoder does after the last line.
func (d *decoder) finish() {
	m := d.m
	restrict(&m.Difficulty, m.Mode)
	d.flush()
	l := &d.timelines
	m.Points = ControlPoints{l.timing.points(), l.difficulty.points(), l.effect.points(), l.sample.points()}
	if !slices.IsSortedFunc(m.HitObjects, byStart) {
		slices.SortStableFunc(m.HitObjects, byStart)
	}
	slices.SortStableFunc(m.Events.Breaks, func(a, b Break) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	d.endVideo()
	m.Events.Storyboard, m.Events.Variables = string(d.storyboard), string(d.variables)
	beginCombos(m.HitObjects, m.Events.Breaks)
}

func byStart(a, b HitObject) int { return cmp.Compare(a.Start, b.Start) }

// restrict limits the settings as stable does.
func restrict(d *Difficulty, mode osu.Ruleset) {
	d.DrainRate = clamp(d.DrainRate, 0, 10)
	if mode == osu.Mania {
		d.CircleSize = clamp(d.CircleSize, 1, 18)
	} else {
		d.CircleSize = clamp(d.CircleSize, 0, 10)
	}
	d.OverallDifficulty = clamp(d.OverallDifficulty, 0, 10)
	d.ApproachRate = clamp(d.ApproachRate, 0, 10)
	d.SliderMultiplier = clamp(d.SliderMultiplier, 0.4, 3.6)
	d.SliderTickRate = clamp(d.SliderTickRate, 0.5, 8)
}

// beginCombos makes the first object after each break begin a combo.
func beginCombos(objects []HitObject, breaks []Break) {
	b := 0
	for i := range objects {
		for b < len(breaks) && breaks[b].End < objects[i].Start {
			objects[i].NewCombo = true
			b++
		}
		if b == len(breaks) {
			return
		}
	}
}

// maxFields is how many fields of a line can matter.
const maxFields = 11

// split cuts a line at its commas. What follows the last field that can matter is left out. The result is valid until the next
// call.
func (d *decoder) split(line []byte) [][]byte {
	n, start, i := 0, 0, 0
	for ; i+8 <= len(line); i += 8 {
		for m := commas(binary.LittleEndian.Uint64(line[i:])); m != 0; m &= m - 1 {
			end := i + bits.TrailingZeros64(m)/8
			d.fields[n] = line[start:end]
			start = end + 1
			if n++; n == maxFields {
				return d.fields[:]
			}
		}
	}
	for ; i < len(line); i++ {
		if line[i] == ',' {
			d.fields[n] = line[start:i]
			start = i + 1
			if n++; n == maxFields {
				return d.fields[:]
			}
		}
	}
	d.fields[n] = line[start:]
	return d.fields[:n+1]
}

// commas returns the eight bytes of text with the highest bit of each set that is a comma, and nothing else. A line's fields are
// too short for looking for one comma after the other.
func commas(text uint64) uint64 {
	const low = 0x7F7F7F7F7F7F7F7F
	text ^= 0x2C2C2C2C2C2C2C2C // a comma becomes 0
	return ^(text&low + low | text | low)
}
