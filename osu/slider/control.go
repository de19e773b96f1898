package slider

// Type is how a segment of a path runs between its control points.
type Type uint8

// The types of segments. Inherit continues the segment of the point before.
const (
	Inherit Type = iota
	Catmull
	Bezier
	Linear
	PerfectCurve
	BSpline // with a degree, see ControlPoint
)

// ControlPoint is a point of a path, relative to the slider's own position. A point whose Type is not Inherit begins a segment.
type ControlPoint struct {
	Position Vector
	Type     Type
	Degree   uint16 // of a BSpline, at least 1; 0 for every other type
}
