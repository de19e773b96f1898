package beatmap

import (
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/pure-peace/peace/osu/slider"
)

func (e *encoder) hitObjects(m *Beatmap) {
	e.section("HitObjects")
	for i := range m.HitObjects {
		e.hitObject(&m.HitObjects[i])
	}
}

func (e *encoder) hitObject(h *HitObject) {
	kind := [...]int{Circle: typeCircle, Slider: typeSlider, Spinner: typeSpinner, Hold: typeHold}[h.Kind]
	if h.NewCombo {
		kind |= typeNewCombo
	}
	kind |= int(h.ComboOffset&7) << 4
	e.float(h.Position.X).text(",").float(h.Position.Y).text(",").double(h.Start).text(",").int(kind).text(",")
	e.int(int(h.Sound)).text(",")
	switch h.Kind {
	case Spinner:
		e.double(h.End).text(",")
	case Hold:
		e.double(h.End).text(":")
	case Slider:
		if h.Slider != nil {
			e.slider(h)
		}
	case Circle:
	}
	e.sample(&h.Sample, false)
	if r, _ := utf8.DecodeLastRuneInString(h.Sample.File); unicode.IsSpace(r) {
		e.text(",") // white space at the end of a line would get lost
	}
	e.line()
}

// sample writes the sample of an object, or in short form, that of a node.
func (e *encoder) sample(s *Sample, node bool) {
	e.int(int(s.Bank)).text(":").int(int(s.Additions))
	if node && s.Index == 0 && s.Volume == 0 && s.File == "" {
		return
	}
	e.text(":").int(int(s.Index)).text(":").int(int(s.Volume)).text(":").text(s.File)
}

// slider writes what tells a slider between its sound and its sample.
func (e *encoder) slider(h *HitObject) {
	s := h.Slider
	e.path(s.Points, h.Position)
	e.text(",").int(s.Repeats + 1).text(",").double(s.ExpectedLength).text(",")
	for i, sound := range s.NodeSounds {
		e.bar(i).int(int(sound))
	}
	e.text(",")
	for i := range s.NodeSamples {
		e.bar(i).sample(&s.NodeSamples[i], true)
	}
	e.text(",")
}

// bar writes what separates the ith element of a list from the one before.
func (e *encoder) bar(i int) *encoder {
	if i > 0 {
		e.text("|")
	}
	return e
}

// path writes control points. The first, which is the slider's own position, is left out.
func (e *encoder) path(points []slider.ControlPoint, position slider.Vector) {
	implied := len(points) > 0 && points[0].Position == slider.Vector{} && points[0].Type != slider.Inherit
	if !implied {
		// A path that does not begin at the slider comes from one whose first point belongs to no segment.
		e.point(position)
	}
	e.implicitSegments(points)
	for i := range points {
		p := &points[i]
		if i > 0 || !implied {
			e.text("|")
		}
		absolute := slider.Vector{X: absolute(position.X, p.Position.X), Y: absolute(position.Y, p.Position.Y)}
		switch {
		case e.implicit[i]:
			e.point(absolute).text("|")
		case p.Type != slider.Inherit:
			e.pathType(p)
			if i == 0 && implied {
				e.repeatCatmull(points[i:], absolute)
				continue
			}
			e.text("|")
		}
		e.point(absolute)
		e.repeatCatmull(points[i:], absolute)
	}
}

// repeatCatmull writes the first of points again when it begins a Catmull segment and its successor is in the same place: before
// lazer, decoding leaves out the second of a segment's points in one place, and no other.
func (e *encoder) repeatCatmull(points []slider.ControlPoint, absolute slider.Vector) {
	if e.lazer || points[0].Type != slider.Catmull || len(points) < 3 || points[1].Type != slider.Inherit ||
		points[2].Type != slider.Inherit || points[1].Position != points[0].Position {
		return
	}
	e.text("|").point(absolute)
}

// implicitSegments notes which control points begin a segment by being written twice, which is the only way that stable knows.
// The official encoder names the type again, as is done here for lazer's versions, for types that change, and where a point
// written twice would mean something else.
func (e *encoder) implicitSegments(points []slider.ControlPoint) {
	e.implicit = append(e.implicit[:0], make([]bool, len(points))...)
	if e.lazer {
		return
	}
	segment := slider.ControlPoint{}
	for i := range points {
		p := &points[i]
		if p.Type == slider.Inherit {
			continue
		}
		again := i > 0 && p.Type == segment.Type && p.Degree == segment.Degree && p.Position != points[i-1].Position
		e.implicit[i] = again && (p.Type == slider.Bezier || p.Type == slider.Linear || p.Type == slider.BSpline)
		segment = *p
	}
	for i := len(points) - 1; i >= 0; i-- {
		if i == len(points)-1 || points[i+1].Type != slider.Inherit && !e.implicit[i+1] {
			e.implicit[i] = false // the last point of a segment is a point of it even when it is written twice
		}
	}
}

func (e *encoder) pathType(p *slider.ControlPoint) {
	switch p.Type {
	case slider.Linear:
		e.text("L")
	case slider.PerfectCurve:
		e.text("P")
	case slider.BSpline:
		e.text("B").int(int(p.Degree))
	case slider.Bezier:
		e.text("B")
	case slider.Catmull, slider.Inherit:
		e.text("C")
	}
}

func (e *encoder) point(p slider.Vector) *encoder { return e.float(p.X).text(":").float(p.Y) }

// absolute returns the coordinate that is relative to origin when it is decoded. Where single precision is too coarse for their
// sum to lead back, one of its neighbours does.
func absolute(origin, relative float32) float32 {
	down := origin + relative
	up := down
	for range 4 {
		if down-origin == relative {
			return down
		}
		if up-origin == relative {
			return up
		}
		down, up = math.Nextafter32(down, -math.MaxFloat32), math.Nextafter32(up, math.MaxFloat32)
	}
	return origin + relative
}
