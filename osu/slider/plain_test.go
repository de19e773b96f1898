package slider_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu/slider"
)

// plainSplit cuts a clamped uniform B-spline into Bézier curves.
func plainSplit(points []slider.Vector, degree int) (curves [][]slider.Vector) {
	points = append([]slider.Vector(nil), points...)
	last := len(points) - 1
	for i := range last - degree {
		curve := make([]slider.Vector, degree+1)
		curve[0] = points[i]
		for j := range degree - 1 {
			curve[j+1] = points[i+1]
			for k := 1; k < degree-j; k++ {
				l := float32(min(k, last-degree-i))
				points[i+k] = points[i+k].Mul(l).Add(points[i+k+1]).Div(l + 1)
			}
		}
		curve[degree] = points[i+1]
		curves = append(curves, curve)
	}
	return append(curves, points[last-degree:])
}

// plainCurve appends the vertices of a Bézier curve but its last.
func plainCurve(out, curve []slider.Vector) []slider.Vector {
	n := len(curve)
	left, right := make([]slider.Vector, n), make([]slider.Vector, n)
	middle := append([]slider.Vector(nil), curve...)
	for i := range n {
		left[i], right[n-i-1] = middle[0], middle[n-i-1]
		for j := range n - i - 1 {
			middle[j] = middle[j].Add(middle[j+1]).Div(2)
		}
	}
	for i := 1; i < n-1; i++ {
		if curve[i-1].Sub(curve[i].Mul(2)).Add(curve[i+1]).LengthSquared() > 0.25 {
			return plainCurve(plainCurve(out, left), right)
		}
	}
	both := slices.Concat(left, right[1:])
	out = append(out, curve[0])
	for i := 1; i < n-1; i++ {
		out = append(out, both[2*i-1].Add(both[2*i].Mul(2)).Add(both[2*i+1]).Mul(0.25))
	}
	return out
}

// TestPlainSpline compares B-splines and Bézier curves with plain ones.
func TestPlainSpline(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 31))
	for range 3000 {
		n := 2 + r.IntN(9)
		points, typed := make([]slider.Vector, n), make([]slider.ControlPoint, n)
		for i := range points {
			points[i] = slider.Vector{X: r.Float32()*600 - 50, Y: float32(r.IntN(400))}
			if i > 0 && r.IntN(5) == 0 {
				points[i] = points[i-1]
			}
			typed[i].Position = points[i]
		}
		typed[0].Type = slider.Bezier
		degree := n - 1
		if d := r.IntN(6); d > 0 {
			typed[0].Type, typed[0].Degree = slider.BSpline, uint16(d)
			degree = min(degree, d)
		}
		path, err := slider.NewPath(typed, 0)
		if err != nil {
			t.Fatal(err)
		}
		var want []slider.Vector
		for _, curve := range plainSplit(points, degree) {
			want = plainCurve(want, curve)
		}
		want = append(want, points[n-1])
		got := path.Vertices()
		if len(got) != len(want) {
			t.Fatalf("degree %d of %v: got %d vertices, want %d", degree, points, len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("degree %d of %v, vertex %d: got %v, want %v", degree, points, i, got[i], want[i])
			}
		}
	}
}
