package slider

import "math"

// The approximations are those of ppy/osu-framework osu.Framework/Utils/PathApproximator.cs and CircularArcProperties.cs, with
// what ppy/osu osu.Game/Rulesets/Objects/SliderPath.cs decides around them.

const (
	arcTolerance  = float32(0.1)  // osu! pixels between an arc and its chords
	flatTolerance = float32(0.25) // square of the largest second difference of a flat curve's control points
	maxArcPoints  = 1000          // beyond which an arc is drawn as a Bézier curve
	catmullDetail = 50            // lines between two points of a Catmull segment
)

// arc appends the circular arc from a through b to c, or returns false when there is none worth the name.
func (p *Path) arc(a, b, c Vector) bool {
	if abs(float32((b.Y-a.Y)*(c.X-a.X))-float32((b.X-a.X)*(c.Y-a.Y))) <= 1e-3 {
		return false // the points are nearly on a line
	}
	ab, bc, ca := a.Sub(b), b.Sub(c), c.Sub(a)
	d := 2 * (float32(float32(a.X*bc.Y)+float32(b.X*ca.Y)) + float32(c.X*ab.Y))
	aa, bb, cc := a.LengthSquared(), b.LengthSquared(), c.LengthSquared()
	cb, ac, ba := c.Sub(b), a.Sub(c), b.Sub(a)
	centre := Vector{
		float32(float32(aa*bc.Y)+float32(bb*ca.Y)) + float32(cc*ab.Y),
		float32(float32(aa*cb.X)+float32(bb*ac.X)) + float32(cc*ba.X),
	}.Div(d)
	toA, toC := a.Sub(centre), c.Sub(centre)
	radius := toA.Length()
	start, end := math.Atan2(float64(toA.Y), float64(toA.X)), math.Atan2(float64(toC.Y), float64(toC.X))
	for end < start {
		end += 2 * math.Pi
	}
	direction, span := 1.0, end-start
	if (Vector{ca.Y, -ca.X}).Dot(ba) < 0 {
		direction, span = -1, 2*math.Pi-span
	}
	n := arcPoints(radius, span)
	if n >= maxArcPoints {
		return false
	}
	for i := range n {
		theta := start + float64(direction*(float64(i)/float64(n-1))*span)
		sin, cos := sincos(theta)
		p.vertices = append(p.vertices, centre.Add(Vector{float32(cos) * radius, float32(sin) * radius}))
	}
	return true
}

// arcPoints returns how many vertices keep an arc of span radians within the tolerance.
func arcPoints(radius float32, span float64) int {
	if 2*radius <= arcTolerance {
		return 2
	}
	n := math.Ceil(span / (2 * math.Acos(float64(1-arcTolerance/radius))))
	if !(n < math.MaxInt32) {
		return 2 // .NET 8 casts what no int can hold to the smallest int, so circles too large for acos become lines
	}
	return max(2, int(n))
}

// catmull appends a Catmull-Rom spline through points.
func (p *Path) catmull(points []ControlPoint) error {
	if len(p.vertices)+(len(points)-1)*catmullDetail*2 > MaxVertices {
		return ErrTooComplex
	}
	from := len(p.vertices)
	for i := range points[1:] {
		v2, v3 := points[i].Position, points[i+1].Position
		v1 := v2
		if i > 0 {
			v1 = points[i-1].Position
		}
		v4 := v3.Add(v3).Sub(v2)
		if i+2 < len(points) {
			v4 = points[i+2].Position
		}
		// Every line is given by both of its ends. The doubled vertices matter: stable's optimisation counts them.
		at := v2
		for c := range catmullDetail {
			if c == 0 {
				at = catmullPoint(v1, v2, v3, v4, 0)
			}
			next := catmullPoint(v1, v2, v3, v4, float32(c+1)/catmullDetail)
			p.vertices = append(p.vertices, at, next)
			at = next
		}
	}
	if p.OptimiseCatmull {
		p.thin(from)
	}
	return nil
}

func catmullPoint(a, b, c, d Vector, t float32) Vector {
	t2 := t * t
	t3 := t * t2
	return Vector{catmullValue(a.X, b.X, c.X, d.X, t, t2, t3), catmullValue(a.Y, b.Y, c.Y, d.Y, t, t2, t3)}
}

func catmullValue(a, b, c, d, t, t2, t3 float32) float32 {
	sum := 2*b + float32((-a+c)*t)
	sum += float32((float32(float32(2*a-float32(5*b))+4*c) - d) * t2)
	sum += float32((float32(float32(-a+float32(3*b))-float32(3*c)) + d) * t3)
	return 0.5 * sum
}

// thin drops vertices of the Catmull segment from the index on which are within 6 pixels of the last one kept, and remembers
// the length that is lost by it. Every hundredth vertex, which is a control point, stays.
func (p *Path) thin(from int) {
	full := p.vertices[from:]
	kept := 0 // overwritten from the front, always behind what is read
	var start, last Vector
	started, walked := false, 0.0
	for i, v := range full {
		previous := last
		last = v
		if !started {
			full[kept] = v
			kept++
			start, started = v, true
			continue
		}
		direct := float64(start.Distance(v))
		walked += float64(previous.Distance(v))
		if direct > 6 || (i+1)%(catmullDetail*2) == 0 || i == len(full)-1 {
			full[kept] = v
			kept++
			p.removed += walked - direct
			started, walked = false, 0
		}
	}
	p.vertices = p.vertices[:from+kept]
}

func abs(f float32) float32 { return float32(math.Abs(float64(f))) }
