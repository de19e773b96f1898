package beatmap

import (
	"bytes"
	"math"

	"github.com/pure-peace/peace/osu"
)

// pair cuts a line at its first colon.
func pair(line []byte) (key, value []byte) {
	key, value, _ = bytes.Cut(line, []byte{':'})
	return trim(key), trim(value)
}

// assign sets a value that was read well.
func assign[T any](to *T, v T, ok bool) {
	if ok {
		*to = v
	}
}

var (
	bankNames      = []string{"None", "Normal", "Soft", "Drum"}
	countdownNames = []string{"None", "Normal", "HalfSpeed", "DoubleSpeed"}
)

func (d *decoder) general(line []byte) {
	g := &d.m.General
	key, value := pair(line)
	switch string(key) {
	case "AudioFilename":
		g.Audio = standardised(value)
	case "AudioLeadIn":
		setInt(&g.AudioLeadIn, value)
	case "PreviewTime":
		setInt(&g.Preview, value)
	case "SampleSet":
		v, ok := parseEnum(value, bankNames)
		assign(&g.SampleBank, Bank(v), ok)
	case "SampleVolume":
		setInt(&g.SampleVolume, value)
	case "StackLeniency":
		setFloat(&g.StackLeniency, value)
	case "Mode":
		v, ok := parseInt(value)
		assign(&g.Mode, osu.Ruleset(v), ok && v >= 0 && v < int32(osu.Rulesets))
	case "LetterboxInBreaks":
		setBool(&g.LetterboxBreaks, value)
	case "SpecialStyle":
		setBool(&g.SpecialStyle, value)
	case "WidescreenStoryboard":
		setBool(&g.Widescreen, value)
	case "EpilepsyWarning":
		setBool(&g.EpilepsyWarning, value)
	case "SamplesMatchPlaybackRate":
		setBool(&g.SamplesMatchRate, value)
	case "UseSkinSprites":
		g.SkinSprites = string(value) == "1"
	case "Countdown":
		v, ok := parseEnum(value, countdownNames)
		assign(&g.Countdown, Countdown(v), ok)
	case "CountdownOffset":
		setInt(&g.CountdownOffset, value)
	}
}

func (d *decoder) editor(line []byte) {
	e := &d.m.Editor
	key, value := pair(line)
	switch string(key) {
	case "Bookmarks":
		e.Bookmarks = nil
		for f := range bytes.SplitSeq(value, []byte{','}) {
			if v, ok := parseInt32(f); ok {
				e.Bookmarks = append(e.Bookmarks, v)
			}
		}
	case "VelocityPresets":
		e.VelocityPresets = nil
		for f := range bytes.SplitSeq(value, []byte{','}) {
			if v, ok := parseFloat64(f); ok {
				e.VelocityPresets = append(e.VelocityPresets, v)
			}
		}
	case "DistanceSpacing":
		v, ok := parseDouble(value)
		assign(&e.DistanceSpacing, math.Max(0, v), ok)
	case "BeatDivisor":
		v, ok := parseInt(value)
		assign(&e.BeatDivisor, clamp(v, 1, 64), ok)
	case "GridSize":
		setInt(&e.GridSize, value)
	case "TimelineZoom":
		v, ok := parseDouble(value)
		assign(&e.TimelineZoom, math.Max(0, v), ok)
	}
}

func (d *decoder) metadata(line []byte) {
	m := &d.m.Metadata
	key, value := pair(line)
	switch string(key) {
	case "Title":
		m.Title = valid(value)
	case "TitleUnicode":
		m.TitleUnicode = valid(value)
	case "Artist":
		m.Artist = valid(value)
	case "ArtistUnicode":
		m.ArtistUnicode = valid(value)
	case "Creator":
		m.Creator = valid(value)
	case "Version":
		m.Name = valid(value)
	case "Source":
		m.Source = valid(value)
	case "Tags":
		m.Tags = valid(value)
	case "BeatmapID":
		setInt(&m.ID, value)
	case "BeatmapSetID":
		setInt(&m.SetID, value)
	}
}

func (d *decoder) difficulty(line []byte) {
	s := &d.m.Difficulty
	key, value := pair(line)
	switch string(key) {
	case "HPDrainRate":
		setFloat(&s.DrainRate, value)
	case "CircleSize":
		setFloat(&s.CircleSize, value)
	case "OverallDifficulty":
		setFloat(&s.OverallDifficulty, value)
		if _, ok := parseFloat(value, maxValue); ok && !d.hasApproachRate {
			s.ApproachRate = s.OverallDifficulty
		}
	case "ApproachRate":
		if v, ok := parseFloat(value, maxValue); ok {
			s.ApproachRate, d.hasApproachRate = v, true
		}
	case "SliderMultiplier":
		v, ok := parseDouble(value)
		assign(&s.SliderMultiplier, v, ok)
	case "SliderTickRate":
		v, ok := parseDouble(value)
		assign(&s.SliderTickRate, v, ok)
	}
}

func (d *decoder) colour(line []byte) {
	key, value := pair(line)
	f := d.split(value)
	if len(f) != 3 && len(f) != 4 {
		return
	}
	red, okRed := parseByte(f[0])
	green, okGreen := parseByte(f[1])
	blue, okBlue := parseByte(f[2])
	if !okRed || !okGreen || !okBlue {
		return
	}
	c, all := Colour{red, green, blue}, &d.m.Colours
	if number, ok := bytes.CutPrefix(key, []byte("Combo")); ok {
		if n, ok := parseInt32(number); ok && n >= 1 && n <= 8 {
			if len(all.Combo) == MaxColours {
				d.err = ErrTooManyColours
				return
			}
			all.Combo = append(all.Combo, c)
			return
		}
	}
	name := valid(key)
	for i := range all.Custom {
		if all.Custom[i].Name == name {
			all.Custom[i].Colour = c
			return
		}
	}
	if len(all.Custom) == MaxColours {
		d.err = ErrTooManyColours
		return
	}
	all.Custom = append(all.Custom, NamedColour{name, c})
}

func setInt(to *int32, s []byte) {
	v, ok := parseInt(s)
	assign(to, v, ok)
}

func setFloat(to *float32, s []byte) {
	v, ok := parseFloat(s, maxValue)
	assign(to, v, ok)
}

func setBool(to *bool, s []byte) {
	v, ok := parseBool(s)
	assign(to, v, ok)
}
