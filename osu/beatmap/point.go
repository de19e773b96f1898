package beatmap

import (
	"math"

	"github.com/pure-peace/peace/osu/slider"
)

// maxPathSteps bounds the work that deciding which sliders have no length may take in one file, in control points squared. The
// few sliders beyond it are taken to have a length; so far nobody has made a beatmap like that.
const maxPathSteps = 1 << 26

// isPoint reports whether a path has no length. Officially a slider like that loses its repeats, which stable counted into the
// combo without ever judging them. The path itself is only calculated when nothing simpler tells, for most have a length.
//
// Source: ppy/osu osu.Game/Rulesets/Objects/Legacy/ConvertHitObjectParser.cs (createSlider).
func (d *decoder) isPoint(points []slider.ControlPoint, expected float64) bool {
	const epsilon = 1e-7
	if expected > 0 && expected <= epsilon || len(points) == 0 {
		return true
	}
	switch extentOf(points) {
	case noExtent:
		return true
	case someExtent:
		return false
	}
	if d.pathSteps += len(points) * len(points); d.pathSteps > maxPathSteps {
		return false
	}
	if err := d.path.Reset(points, expected); err != nil {
		return false // a ruleset will refuse it
	}
	return math.Abs(d.path.Distance()) <= epsilon
}

// extent is what the control points tell of a path's length.
type extent uint8

const (
	unknownExtent extent = iota
	noExtent
	someExtent // more than one osu! pixel
)

func extentOf(points []slider.ControlPoint) extent {
	first, moved, kind := points[0].Position, false, slider.Inherit
	for i := range points {
		p := &points[i]
		if p.Type == slider.BSpline {
			return unknownExtent
		}
		if p.Type != slider.Inherit {
			kind = p.Type
		}
		if p.Position == first {
			continue
		}
		moved = true
		// These paths run through all control points, any other path through those where its segments begin and end.
		through := kind == slider.Linear || kind == slider.Catmull || p.Type != slider.Inherit || i == len(points)-1
		if through && p.Position.Sub(first).LengthSquared() > 1 {
			return someExtent
		}
	}
	if !moved {
		return noExtent
	}
	return unknownExtent
}
