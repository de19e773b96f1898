package beatmap

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/pure-peace/peace/osu/slider"
)

// objectSlabs holds what the sliders of a beatmap share, and buffers for one slider.
type objectSlabs struct {
	sliders  []SliderData
	points   []slider.ControlPoint
	sounds   []Sound
	samples  []Sample
	nodes    int // of all sliders
	controls int // likewise

	vertices []slider.ControlPoint
	segments []segment
}

// segment is a part of a path that names its type.
type segment struct {
	kind   slider.Type
	degree int32
	start  int // index of its first vertex
}

// take cuts n elements off a slab, which is replaced by a larger one when it is used up.
func take[T any](slab *[]T, n int) []T {
	s := *slab
	if cap(s)-len(s) < n {
		s = make([]T, 0, max(n, min(2*cap(s), 4096), 64))
	}
	end := len(s) + n
	*slab = s[:end]
	return s[len(s):end:end]
}

// slider reads what follows a slider's sound, and reports whether it makes sense.
func (d *decoder) slider(h *HitObject, f [][]byte) bool {
	if len(f) < 7 {
		return false
	}
	spans, ok := parseInt(f[6])
	if !ok || spans > MaxSpans {
		return false
	}
	repeats := max(0, int(spans)-1)
	length := 0.0
	if len(f) > 7 {
		if length, ok = parseDouble(f[7]); !ok || length > maxCoordinate || length < -maxCoordinate {
			return false
		}
		length = math.Max(0, length)
	}
	if len(f) > 10 && !h.Sample.read(f[10], true) {
		return false
	}
	points, ok := d.controlPoints(f[5], h.Position)
	if !ok {
		return false
	}

	// A slider without length keeps its head and tail alone, but what is said of the others must still make sense.
	spoken := repeats + 2
	point := repeats > 0 && d.isPoint(points, length)
	if point {
		repeats = 0
	}
	nodes := repeats + 2
	slot := func(i int) (int, bool) {
		if point && i == spoken-1 {
			return 1, true
		}
		return i, !point || i == 0
	}
	a := &d.objects
	if a.nodes += nodes; a.nodes > MaxNodes {
		d.err = ErrTooManyNodes
		return false
	}
	sounds, samples := take(&a.sounds, nodes), take(&a.samples, nodes)
	for i := range nodes {
		sounds[i], samples[i] = h.Sound, h.Sample
	}
	if len(f) > 9 && len(f[9]) > 0 {
		for i, rest, more := 0, f[9], true; more && i < spoken; i++ {
			var set []byte
			set, rest, more = bytes.Cut(rest, []byte{'|'})
			sample := h.Sample
			if !sample.read(set, false) {
				return false
			}
			if j, ok := slot(i); ok {
				samples[j] = sample
			}
		}
	}
	if len(f) > 8 && len(f[8]) > 0 {
		for i, rest, more := 0, f[8], true; more && i < spoken; i++ {
			var sound []byte
			sound, rest, more = bytes.Cut(rest, []byte{'|'})
			v, ok := parseInt32(sound)
			if !ok {
				v = 0
			}
			if j, ok := slot(i); ok {
				sounds[j] = Sound(v) & soundBits
			}
		}
	}
	s := &take(&a.sliders, 1)[0]
	*s = SliderData{
		Points: append(take(&a.points, len(points))[:0], points...), ExpectedLength: length, Repeats: repeats,
		NodeSounds: sounds, NodeSamples: samples,
	}
	h.Slider = s
	return true
}

// controlPoints reads a path such as B|1:1|2:2|2:2|P|3:3|4:4 relative to the slider's position. The result is valid until the
// next call.
func (d *decoder) controlPoints(text []byte, position slider.Vector) ([]slider.ControlPoint, bool) {
	a := &d.objects
	vertices, segments := a.vertices[:0], a.segments[:0]
	for more := true; more; {
		var item []byte
		item, text, more = bytes.Cut(text, []byte{'|'})
		if len(item) == 0 {
			return nil, false
		}
		if startsWithLetter(item) {
			s := pathType(item)
			s.start = len(vertices)
			segments = append(segments, s)
			if len(vertices) == 0 {
				vertices = append(vertices, slider.ControlPoint{})
			}
			continue
		}
		x, y, ok := bytes.Cut(item, []byte{':'})
		if !ok {
			return nil, false
		}
		y, _, _ = bytes.Cut(y, []byte{':'})
		p, ok := d.coordinates(x, y)
		if !ok {
			return nil, false
		}
		vertices = append(vertices, slider.ControlPoint{Position: p.Sub(position)})
		if len(vertices) > MaxControlPoints {
			d.err = ErrTooManyControls
			return nil, false
		}
	}
	a.vertices, a.segments = vertices, segments
	if a.controls += len(vertices); a.controls > MaxPoints {
		d.err = ErrTooManyControls
		return nil, false
	}

	points := vertices[:0] // never more than have been read
	for i, s := range segments {
		end := len(vertices)
		var next *slider.Vector
		if i+1 < len(segments) {
			if end = segments[i+1].start; end < len(vertices) {
				next = &vertices[end].Position
			}
		}
		if end == s.start {
			return nil, false
		}
		points = d.implicit(points, s, vertices[s.start:end], next)
	}
	return points, true
}

func startsWithLetter(s []byte) bool {
	if s[0] < utf8.RuneSelf {
		return s[0]|0x20-'a' < 26
	}
	r, _ := utf8.DecodeRune(s)
	return r <= 0xFFFF && unicode.IsLetter(r) // .NET looks at half of a pair of surrogates
}

// pathType reads the letter of a segment. Unknown ones mean Catmull.
func pathType(item []byte) segment {
	switch item[0] {
	case 'B':
		if degree, ok := parseInt32(item[1:]); ok && degree > 0 {
			return segment{kind: slider.BSpline, degree: degree}
		}
		return segment{kind: slider.Bezier}
	case 'L':
		return segment{kind: slider.Linear}
	case 'P':
		return segment{kind: slider.PerfectCurve}
	}
	return segment{kind: slider.Catmull}
}

// implicit appends the vertices of one segment to points, which may overlap those before them. Two successive vertices in the
// same place become one that begins another segment of the same type. next is the first vertex of the next segment.
func (d *decoder) implicit(points []slider.ControlPoint, s segment, vertices []slider.ControlPoint, next *slider.Vector) []slider.ControlPoint {
	lazer := d.m.Version >= firstLazer
	if s.kind == slider.PerfectCurve {
		n := len(vertices)
		if next != nil {
			n++
		}
		switch {
		case lazer && n > 3, !lazer && n != 3:
			s.kind = slider.Bezier
		case !lazer:
			if next == nil {
				next = &vertices[2].Position
			}
			if inLine(vertices[0].Position, vertices[1].Position, *next) {
				s.kind = slider.Linear
			}
		}
	}
	typed := slider.ControlPoint{Type: s.kind, Degree: uint16(min(s.degree, math.MaxUint16))}
	typed.Position = vertices[0].Position
	previous := typed.Position
	points = append(points, typed)
	for i := 1; i < len(vertices); i++ {
		v := vertices[i]
		if v.Position == previous && i < len(vertices)-1 && (s.kind != slider.Catmull || i == 1 || lazer) {
			typed.Position = v.Position
			points[len(points)-1] = typed
			continue
		}
		previous = v.Position
		points = append(points, v)
	}
	return points
}

// inLine reports whether three points are on one line, as the official decoder reckons.
func inLine(a, b, c slider.Vector) bool {
	area := float32((b.Y-a.Y)*(c.X-a.X)) - float32((b.X-a.X)*(c.Y-a.Y))
	return area >= -1e-3 && area <= 1e-3
}
