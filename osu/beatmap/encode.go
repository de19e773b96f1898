package beatmap

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/osu"
)

// Latest is the version of the format that the official client writes. Hit objects have fractional coordinates from it on.
const Latest = 128

// Encode writes the beatmap as a .osu file in the version of the format that m.Version says, in the words and the order of the
// official encoder. What is decoded from it equals m, for every m that was itself decoded, but for control points that change
// nothing, which a file with its lines out of order may leave.
//
// The official client always writes the latest version: call [Beatmap.Upgrade] before to do the same.
//
// Source: ppy/osu osu.Game/Beatmaps/Formats/LegacyBeatmapEncoder.cs.
func (m *Beatmap) Encode(w io.Writer) error {
	e := encoder{w: w, lazer: m.Version >= firstLazer, buffer: make([]byte, 0, flushSize+4096)}
	e.text("osu file format v").int(m.Version).line()
	e.general(m)
	e.editor(&m.Editor)
	e.metadata(&m.Metadata)
	e.difficulty(&m.Difficulty)
	e.events(&m.Events)
	e.timingPoints(m)
	e.colours(&m.Colours)
	e.hitObjects(m)
	e.flush()
	return e.err
}

// Offset returns the milliseconds that the official client adds to every time of the beatmap when it plays it. Formats before 5
// were made with a client whose audio began that much earlier.
func (m *Beatmap) Offset() float64 {
	if m.Version < 5 {
		return 24
	}
	return 0
}

// Upgrade turns the beatmap into one of the latest version of the format, as the official client does when it saves one. The
// offset of old formats is added to all times. Stacks of formats before 6 and Catmull sliders with repeated control points may
// come out different when they are played, as they do officially.
func (m *Beatmap) Upgrade() {
	if offset := m.Offset(); offset != 0 {
		if m.Preview != -1 {
			m.Preview += int32(offset)
		}
		for i := range m.Events.Breaks {
			m.Events.Breaks[i].Start += offset
			m.Events.Breaks[i].End += offset
		}
		for i := range m.Points.Timing {
			m.Points.Timing[i].Time += offset
		}
		for i := range m.Points.Difficulty {
			m.Points.Difficulty[i].Time += offset
		}
		for i := range m.Points.Effect {
			m.Points.Effect[i].Time += offset
		}
		for i := range m.Points.Sample {
			m.Points.Sample[i].Time += offset
		}
		for i := range m.HitObjects {
			m.HitObjects[i].Start += offset
			m.HitObjects[i].End += offset
		}
	}
	m.Version = Latest
}

// flushSize is how much is gathered before it is written.
const flushSize = 32 << 10

// encoder writes text, and keeps the first error.
type encoder struct {
	w        io.Writer
	err      error
	lazer    bool // the version of the format is lazer's
	buffer   []byte
	implicit []bool // see implicitSegments
}

func (e *encoder) flush() {
	if e.err == nil {
		_, e.err = e.w.Write(e.buffer)
	}
	e.buffer = e.buffer[:0]
}

// line ends a line.
func (e *encoder) line() {
	e.buffer = append(e.buffer, "\r\n"...)
	if len(e.buffer) >= flushSize {
		e.flush()
	}
}

func (e *encoder) text(s string) *encoder {
	e.buffer = append(e.buffer, s...)
	return e
}

func (e *encoder) int(v int) *encoder {
	e.buffer = strconv.AppendInt(e.buffer, int64(v), 10)
	return e
}

func (e *encoder) double(v float64) *encoder {
	e.buffer = appendNumber(e.buffer, v, 64)
	return e
}

func (e *encoder) float(v float32) *encoder {
	e.buffer = appendNumber(e.buffer, float64(v), 32)
	return e
}

// appendNumber writes a number in the fewest digits that tell it, with an exponent only when it is tiny or huge.
func appendNumber(to []byte, v float64, bits int) []byte {
	size := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return append(to, "NaN"...)
	case math.IsInf(v, 1):
		return append(to, "Infinity"...)
	case math.IsInf(v, -1):
		return append(to, "-Infinity"...)
	case size >= 1e15 || size < 1e-4 && size != 0:
		return strconv.AppendFloat(to, v, 'E', -1, bits)
	}
	return strconv.AppendFloat(to, v, 'f', -1, bits)
}

func (e *encoder) section(name string) {
	e.line()
	e.text("[").text(name).text("]").line()
}

func (e *encoder) setting(key, value string) {
	if strings.ContainsAny(value, "\r\n") { // which no decoded value has
		value = strings.NewReplacer("\r", " ", "\n", " ").Replace(value)
	}
	e.text(key).text(": ").text(value).line()
}

// optional writes a setting that is left out when it is empty.
func (e *encoder) optional(key, value string) {
	if value != "" {
		e.setting(key, value)
	}
}

func (e *encoder) number(key string, value int) { e.text(key).text(": ").int(value).line() }

func (e *encoder) double64(key string, value float64) { e.text(key).text(": ").double(value).line() }

func (e *encoder) float32(key string, value float32) { e.text(key).text(": ").float(value).line() }

func (e *encoder) bool(key string, value bool) {
	if value {
		e.number(key, 1)
	} else {
		e.number(key, 0)
	}
}

// flag writes a setting that is left out when it is off.
func (e *encoder) flag(key string, value bool) {
	if value {
		e.number(key, 1)
	}
}

func (e *encoder) general(m *Beatmap) {
	g := &m.General
	e.section("General")
	e.optional("AudioFilename", unambiguous(g.Audio, `\`))
	e.number("AudioLeadIn", int(g.AudioLeadIn))
	e.number("PreviewTime", int(g.Preview))
	e.number("Countdown", int(g.Countdown))
	e.setting("SampleSet", enumName(int32(g.SampleBank), bankNames))
	if g.SampleVolume != 100 {
		e.number("SampleVolume", int(g.SampleVolume))
	}
	e.float32("StackLeniency", g.StackLeniency)
	e.number("Mode", int(g.Mode))
	e.bool("LetterboxInBreaks", g.LetterboxBreaks)
	e.flag("EpilepsyWarning", g.EpilepsyWarning)
	if g.CountdownOffset != 0 {
		e.number("CountdownOffset", int(g.CountdownOffset))
	}
	if g.Mode == osu.Mania || g.SpecialStyle {
		e.bool("SpecialStyle", g.SpecialStyle)
	}
	e.flag("UseSkinSprites", g.SkinSprites)
	e.bool("WidescreenStoryboard", g.Widescreen)
	e.flag("SamplesMatchPlaybackRate", g.SamplesMatchRate)
}

// enumName returns the name of a constant, or its number when it has none.
func enumName(v int32, names []string) string {
	if v >= 0 && int(v) < len(names) {
		return names[v]
	}
	return strconv.Itoa(int(v))
}

// unambiguous returns a file's name in a form that holds no comment. Decoding makes slashes of the separators.
func unambiguous(name, separator string) string {
	if strings.Contains(name, "//") {
		return strings.ReplaceAll(name, "/", separator)
	}
	return name
}

func (e *encoder) editor(d *Editor) {
	e.section("Editor")
	if len(d.Bookmarks) > 0 {
		e.text("Bookmarks: ")
		for i, b := range d.Bookmarks {
			e.comma(i).int(int(b))
		}
		e.line()
	}
	e.double64("DistanceSpacing", d.DistanceSpacing)
	e.number("BeatDivisor", int(d.BeatDivisor))
	e.number("GridSize", int(d.GridSize))
	e.double64("TimelineZoom", d.TimelineZoom)
	e.text("VelocityPresets: ")
	for i, v := range d.VelocityPresets {
		e.comma(i).double(v)
	}
	e.line()
}

// comma writes what separates the ith element of a list from the one before.
func (e *encoder) comma(i int) *encoder {
	if i > 0 {
		e.text(",")
	}
	return e
}

func (e *encoder) metadata(m *Metadata) {
	e.section("Metadata")
	e.setting("Title", m.Title)
	e.optional("TitleUnicode", m.TitleUnicode)
	e.setting("Artist", m.Artist)
	e.optional("ArtistUnicode", m.ArtistUnicode)
	e.setting("Creator", m.Creator)
	e.setting("Version", m.Name)
	e.optional("Source", m.Source)
	e.optional("Tags", m.Tags)
	if m.ID != -1 {
		e.number("BeatmapID", int(m.ID))
	}
	if m.SetID != -1 {
		e.number("BeatmapSetID", int(m.SetID))
	}
}

func (e *encoder) difficulty(d *Difficulty) {
	e.section("Difficulty")
	e.float32("HPDrainRate", d.DrainRate)
	e.float32("CircleSize", d.CircleSize)
	e.float32("OverallDifficulty", d.OverallDifficulty)
	e.float32("ApproachRate", d.ApproachRate)
	e.double64("SliderMultiplier", d.SliderMultiplier)
	e.double64("SliderTickRate", d.SliderTickRate)
}

func (e *encoder) events(v *Events) {
	if v.Variables != "" {
		e.section("Variables")
		e.verbatim(v.Variables)
	}
	e.section("Events")
	e.text("//Background and Video events").line()
	if v.Background != "" || v.BackgroundOffset != [2]float32{} {
		e.text(`0,0,"`).text(unambiguous(v.Background, `\\`)).text(`",`)
		e.float(v.BackgroundOffset[0]).text(",").float(v.BackgroundOffset[1]).line()
	}
	for _, video := range v.Videos {
		e.text("Video,").int(int(video.Start)).text(`,"`).text(unambiguous(video.File, `\\`)).text(`"`).line()
		e.verbatim(video.Commands)
	}
	e.text("//Break Periods").line()
	for _, b := range v.Breaks {
		e.int(eventBreak).text(",").double(b.Start).text(",").double(b.End).line()
	}
	e.text("//Storyboard").line()
	e.verbatim(v.Storyboard)
}

// verbatim writes lines, each of which ends in a line feed.
func (e *encoder) verbatim(lines string) {
	for line := range strings.Lines(lines) {
		e.text(strings.TrimSuffix(line, "\n")).line()
	}
}

func (e *encoder) colours(c *Colours) {
	if len(c.Combo) == 0 && len(c.Custom) == 0 {
		return
	}
	e.section("Colours")
	for i, colour := range c.Combo {
		e.text("Combo").int(min(i+1, 8)).colour(colour) // decoding takes them in the order of the lines
	}
	for _, colour := range c.Custom {
		e.text(colour.Name).colour(colour.Colour)
	}
}

func (e *encoder) colour(c Colour) {
	e.text(": ").int(int(c.Red)).text(",").int(int(c.Green)).text(",").int(int(c.Blue)).text(",255").line()
}

// Bytes returns the beatmap as Encode writes it.
func (m *Beatmap) Bytes() []byte {
	var b bytes.Buffer
	_ = m.Encode(&b) // a buffer takes everything
	return b.Bytes()
}
