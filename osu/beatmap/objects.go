package beatmap

import (
	"bytes"
	"math"

	"github.com/pure-peace/peace/osu/slider"
)

// The bits of a hit object's type.
const (
	typeCircle   = 1 << 0
	typeSlider   = 1 << 1
	typeNewCombo = 1 << 2
	typeSpinner  = 1 << 3
	typeHold     = 1 << 7
)

// soundBits are the bits of a sound that mean something.
const soundBits = SoundNormal | SoundWhistle | SoundFinish | SoundClap

// hitObject reads a line of [HitObjects].
//
// Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/ConvertHitObjectParser.cs.
func (d *decoder) hitObject(line []byte) {
	f := d.split(line)
	if len(f) < 5 {
		return
	}
	position, ok := d.coordinates(f[0], f[1])
	if !ok {
		return
	}
	start, ok := parseDouble(f[2])
	if !ok {
		return
	}
	kind, ok := parseInt(f[3])
	if !ok {
		return
	}
	sound, ok := parseInt(f[4])
	if !ok {
		return
	}
	h := HitObject{Start: start, End: start, Position: position, Sound: Sound(sound) & soundBits}
	newCombo := kind&typeNewCombo != 0
	switch {
	case kind&typeCircle != 0:
		d.combo(&h, newCombo, kind)
		d.lastSpinner = false // even if the rest of the line makes no sense
		if len(f) > 5 && !h.Sample.read(f[5], false) {
			return
		}
	case kind&typeSlider != 0:
		h.Kind = Slider
		if !d.slider(&h, f) {
			return
		}
		d.combo(&h, newCombo, kind)
		d.lastSpinner = false
	case kind&typeSpinner != 0:
		h.Kind, h.Position, h.NewCombo = Spinner, slider.Vector{X: 256, Y: 192}, newCombo
		if len(f) < 6 {
			return
		}
		end, ok := parseDouble(f[5])
		if !ok {
			return
		}
		h.End = start + math.Max(0, end-start)
		d.lastSpinner = true
		if len(f) > 6 && !h.Sample.read(f[6], false) {
			return
		}
	case kind&typeHold != 0:
		h.Kind = Hold
		end := start
		if len(f) > 5 && len(f[5]) > 0 {
			first, rest, _ := bytes.Cut(f[5], []byte{':'})
			v, ok := parseDouble(first)
			if !ok || !h.Sample.read(rest, false) {
				return
			}
			end = math.Max(start, v)
		}
		h.End = start + (end - start)
		d.lastSpinner = false
	default:
		return
	}
	d.firstObject = false
	if len(d.m.HitObjects) == MaxHitObjects {
		d.err = ErrTooManyObjects
		return
	}
	d.m.HitObjects = append(d.m.HitObjects, h)
}

// combo says whether a circle or slider begins a combo.
func (d *decoder) combo(h *HitObject, newCombo bool, kind int32) {
	h.NewCombo = newCombo || d.firstObject || d.lastSpinner
	if newCombo {
		h.ComboOffset = uint8(kind >> 4 & 7)
	}
}

// coordinates reads a position, which has no fractions before lazer's versions of the format.
func (d *decoder) coordinates(x, y []byte) (slider.Vector, bool) {
	vx, okX := parseFloat(x, maxCoordinate)
	vy, okY := parseFloat(y, maxCoordinate)
	if d.m.Version < firstLazer {
		vx, vy = float32(int32(vx)), float32(int32(vy))
	}
	return slider.Vector{X: vx, Y: vy}, okX && okY
}

// read reads normal:additions:index:volume:file, of which the last three may be absent, and reports whether it makes sense. An
// empty text changes nothing.
func (s *Sample) read(text []byte, banksOnly bool) bool {
	if len(text) == 0 {
		return true
	}
	if !banksOnly && string(text) == "0:0:0:0:" { // as most are
		*s = Sample{}
		return true
	}
	bank, rest, more := bytes.Cut(text, []byte{':'})
	additions, rest, hasIndex := bytes.Cut(rest, []byte{':'})
	b, okBank := parseInt(bank)
	a, okAdditions := parseInt(additions)
	if !more || !okBank || !okAdditions {
		return false
	}
	s.Bank, s.Additions = defined(b), defined(a)
	if banksOnly {
		return true
	}
	var index, volume []byte
	hasVolume, hasFile := false, false
	if hasIndex {
		index, rest, hasVolume = bytes.Cut(rest, []byte{':'})
		v, ok := parseInt(index)
		if !ok {
			return false
		}
		s.Index = v
	}
	if hasVolume {
		volume, rest, hasFile = bytes.Cut(rest, []byte{':'})
		v, ok := parseInt(volume)
		if !ok {
			return false
		}
		s.Volume = max(0, v)
	}
	s.File = ""
	if hasFile {
		file, _, _ := bytes.Cut(rest, []byte{':'})
		s.File = valid(file)
	}
	return true
}

// defined returns the bank of a hit object: numbers without a bank mean the normal one.
func defined(b int32) Bank {
	if b < int32(BankNone) || b > int32(BankDrum) {
		return BankNormal
	}
	return Bank(b)
}
