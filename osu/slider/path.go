package slider

import (
	"errors"
	"math"
)

const (
	// MaxVertices bounds the vertices of one calculated path. The longest sliders of ranked beatmaps have some thousand.
	MaxVertices = 1 << 22

	// maxSteps bounds the work that one Path does in all its life, in vertices and in midpoints of Bézier curves: about a second.
	maxSteps = 1 << 30

	// maxDepth bounds how often a curve is halved in a row. Every time divides its second differences by four, so that no
	// curve needs more, unless single precision is too coarse for it to ever become flat.
	maxDepth = 64
)

// ErrTooComplex says that a path has too many vertices, or that a beatmap's paths take too long to calculate.
var ErrTooComplex = errors.New("slider path is too complex")

// Path is the polyline that the official client approximates a slider's path by. The zero value is an empty path.
//
// It is made for being reset from slider to slider of one beatmap: its buffers are kept, and the work it does is bounded.
//
// Source: ppy/osu osu.Game/Rulesets/Objects/SliderPath.cs.
type Path struct {
	// OptimiseCatmull takes the loops out of Catmull segments that stable did not draw. The osu! ruleset does so, the others
	// do not. It counts from the next Reset on.
	OptimiseCatmull bool

	vertices []Vector
	lengths  []float64 // of the path up to each vertex; one more than vertices when the path could not be extended
	ends     []int     // the last vertex of each segment
	endsAt   []float64 // the length of the path up to each of them, before it was cut to the expected length

	natural float64 // length by the control points alone
	removed float64 // length that OptimiseCatmull took away
	steps   int     // of maxSteps that were taken

	curve   []Vector // control points of one segment
	pending []Vector // stack of curves to be split
	split   []Vector // both halves of a curve
}

// NewPath calculates the path along points, cut or extended to the expected length, or as long as the points make it when that
// is 0.
func NewPath(points []ControlPoint, expected float64) (*Path, error) {
	p := new(Path)
	if err := p.Reset(points, expected); err != nil {
		return nil, err
	}
	return p, nil
}

// Reset replaces the path by that of NewPath. The path does not keep points. After an error the path is empty.
func (p *Path) Reset(points []ControlPoint, expected float64) error {
	p.clear()
	err := p.approximate(points)
	if spent := p.spend(len(p.vertices)); err == nil {
		err = spent
	}
	if err != nil {
		p.clear()
		return err
	}
	p.measure()
	if expected != 0 && p.natural != expected {
		p.fit(expected)
	}
	return nil
}

func (p *Path) clear() {
	p.vertices, p.lengths, p.ends, p.endsAt = p.vertices[:0], p.lengths[:0], p.ends[:0], p.endsAt[:0]
	p.natural, p.removed = 0, 0
}

// approximate appends the vertices of every segment.
func (p *Path) approximate(points []ControlPoint) error {
	start := 0
	for i := range points {
		if points[i].Type == Inherit && i < len(points)-1 {
			continue
		}
		segment := points[start : i+1]
		if len(segment) == 1 {
			p.vertices = append(p.vertices, segment[0].Position)
		} else {
			before := len(p.vertices)
			if err := p.segment(segment); err != nil {
				return err
			}
			// Segments share a vertex only when it is exactly the same.
			if before > 0 && len(p.vertices) > before && p.vertices[before] == p.vertices[before-1] {
				p.vertices = append(p.vertices[:before], p.vertices[before+1:]...)
			}
		}
		if len(p.vertices) > MaxVertices {
			return ErrTooComplex
		}
		if i > 0 {
			p.ends = append(p.ends, len(p.vertices)-1)
		}
		start = i
	}
	return nil
}

// segment appends the vertices of one segment of at least two points.
func (p *Path) segment(points []ControlPoint) error {
	degree := len(points) - 1
	switch points[0].Type {
	case Inherit, Linear:
		if len(p.vertices)+len(points) > MaxVertices {
			return ErrTooComplex
		}
		for i := range points {
			p.vertices = append(p.vertices, points[i].Position)
		}
		return nil
	case PerfectCurve:
		if len(points) == 3 && p.arc(points[0].Position, points[1].Position, points[2].Position) {
			return nil
		}
	case Catmull:
		return p.catmull(points)
	case BSpline:
		if d := int(points[0].Degree); d > 0 {
			degree = min(degree, d)
		}
	case Bezier:
	}
	return p.bspline(points, degree)
}

// measure adds up the lengths.
func (p *Path) measure() {
	total := p.removed
	p.lengths = append(p.lengths, 0)
	for i := 1; i < len(p.vertices); i++ {
		total += float64(p.vertices[i].Sub(p.vertices[i-1]).Length())
		p.lengths = append(p.lengths, total)
	}
	p.natural = total
	for _, end := range p.ends {
		p.endsAt = append(p.endsAt, p.lengths[end])
	}
}

// fit cuts the path, or extends its last line, to the expected length.
func (p *Path) fit(expected float64) {
	n := len(p.vertices)
	if n >= 2 && p.vertices[n-1] == p.vertices[n-2] && expected > p.natural {
		p.lengths = append(p.lengths, p.natural) // as in stable, a path that ends on the spot has no direction to go on in
		return
	}
	last := n - 1
	p.lengths = p.lengths[:len(p.lengths)-1]
	if p.natural > expected {
		for len(p.lengths) > 0 && p.lengths[len(p.lengths)-1] >= expected {
			p.lengths = p.lengths[:len(p.lengths)-1]
			p.vertices = p.vertices[:last]
			last--
		}
	}
	if last <= 0 {
		p.lengths = append(p.lengths, 0)
		return
	}
	from := p.vertices[last-1]
	direction := p.vertices[last].Sub(from).Normalized()
	p.vertices[last] = from.Add(direction.Mul(float32(expected - p.lengths[len(p.lengths)-1])))
	p.lengths = append(p.lengths, expected)
}

// Distance returns the length of the path in osu! pixels.
func (p *Path) Distance() float64 {
	if len(p.lengths) == 0 {
		return 0
	}
	return p.lengths[len(p.lengths)-1]
}

// NaturalDistance returns the length of the path before it was cut or extended to the expected one.
func (p *Path) NaturalDistance() float64 { return p.natural }

// Vertices returns the polyline. It belongs to the path, until its next Reset.
func (p *Path) Vertices() []Vector { return p.vertices }

// AppendSegmentEnds appends how far along the path, as fractions of its length, each segment of control points ends: beyond 1
// for what was cut away.
func (p *Path) AppendSegmentEnds(dst []float64) []float64 {
	d := p.Distance()
	for _, at := range p.endsAt {
		dst = append(dst, at/d)
	}
	return dst
}

// PositionAt returns the point at a fraction of the path's length: 0 is the head, which is the first control point, and 1 the
// end. What lies beyond is moved to the nearer of them.
func (p *Path) PositionAt(progress float64) Vector {
	switch {
	case progress < 0:
		progress = 0
	case progress > 1:
		progress = 1
	}
	d := progress * p.Distance()
	return p.interpolate(p.search(d), d)
}

// search returns the index of a vertex at the length d, else of the first one beyond. With several at the same length the
// choice is that of .NET's binary search, which sorts NaN before everything.
func (p *Path) search(d float64) int {
	lo, hi := 0, len(p.lengths)-1
	for lo <= hi {
		i := lo + (hi-lo)>>1
		switch l := p.lengths[i]; {
		case l < d:
			lo = i + 1
		case l > d:
			hi = i - 1
		case l == d:
			return i
		case !math.IsNaN(l): // d is NaN
			hi = i - 1
		case !math.IsNaN(d):
			lo = i + 1
		default:
			return i
		}
	}
	return lo
}

// interpolate returns the point at the length d, which is on the line that ends in vertex i.
func (p *Path) interpolate(i int, d float64) Vector {
	switch n := len(p.vertices); {
	case n == 0:
		return Vector{}
	case i <= 0:
		return p.vertices[0]
	case i >= n:
		return p.vertices[n-1]
	}
	from, to := p.vertices[i-1], p.vertices[i]
	d0, d1 := p.lengths[i-1], p.lengths[i]
	if math.Abs(d0-d1) <= 1e-7 {
		return from
	}
	w := float32((d - d0) / (d1 - d0))
	return from.Add(to.Sub(from).Mul(w))
}
