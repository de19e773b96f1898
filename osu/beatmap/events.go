package beatmap

import (
	"bytes"
	"math"
	"strings"
)

var eventNames = []string{"Background", "Video", "Break", "Colour", "Sprite", "Sample", "Animation"}

const (
	eventBackground = iota
	eventVideo
	eventBreak
	_
	eventSprite
)

// videos are the extensions of the files that officially are videos. Other files, which very old beatmaps call videos, are
// backgrounds.
var videos = []string{".mp4", ".mov", ".avi", ".flv", ".mpg", ".wmv", ".m4v"}

func (d *decoder) event(line []byte) {
	e := &d.m.Events
	f := d.split(line)
	kind, ok := parseEnum(f[0], eventNames)
	if !ok {
		kind = -1
	}
	if d.inVideo {
		if !ok && (line[0] == ' ' || line[0] == '_') {
			d.commands = append(append(d.commands, line...), '\n')
			return
		}
		d.endVideo()
	}
	switch kind {
	case eventBackground:
		if len(f) > 2 {
			e.Background = fileName(f[2])
		}
		if len(f) > 4 {
			x, okX := parseFloat(f[3], maxValue)
			y, okY := parseFloat(f[4], maxValue)
			assign(&e.BackgroundOffset, [2]float32{x, y}, okX && okY)
		}
		return
	case eventVideo:
		if len(f) <= 2 {
			return
		}
		name := fileName(f[2])
		if !isVideo(name) {
			e.Background = name
			return
		}
		if start, ok := parseInt(f[1]); ok {
			e.Videos = append(e.Videos, Video{Start: start, File: name})
			d.inVideo = true
		}
		return
	case eventBreak:
		if len(f) <= 2 {
			return
		}
		start, okStart := parseDouble(f[1])
		end, okEnd := parseDouble(f[2])
		if !okStart || !okEnd {
			return
		}
		if len(e.Breaks) == MaxBreaks {
			d.err = ErrTooManyBreaks
			return
		}
		e.Breaks = append(e.Breaks, Break{start, math.Max(start, end)})
		return
	case eventSprite:
		// Some old beatmaps have no background but a sprite in its place.
		if e.Background == "" && len(f) > 3 {
			e.Background = fileName(f[3])
		}
	}
	d.storyboard = append(append(d.storyboard, line...), '\n')
}

// endVideo ends the commands of the last video.
func (d *decoder) endVideo() {
	if d.inVideo {
		v := d.m.Events.Videos
		v[len(v)-1].Commands = string(d.commands)
		d.inVideo, d.commands = false, d.commands[:0]
	}
}

func isVideo(name string) bool {
	name = name[strings.LastIndexByte(name, '/')+1:]
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return false
	}
	for _, v := range videos {
		if strings.EqualFold(name[dot:], v) {
			return true
		}
	}
	return false
}

// fileName cleans the name of a file in [Events].
func fileName(s []byte) string {
	return standardised(bytes.Trim(bytes.ReplaceAll(s, []byte(`\\`), []byte(`\`)), `"`))
}

// standardised replaces backslashes, which separate folders on Windows, by slashes.
func standardised(s []byte) string { return strings.ReplaceAll(valid(s), `\`, "/") }
