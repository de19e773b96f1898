package slider_test

import (
	"errors"
	"math"
	"testing"

	"github.com/pure-peace/peace/osu/slider"
)

// points returns control points of which the first and those that follow a repeated position begin segments of the type.
func points(kind slider.Type, at ...slider.Vector) []slider.ControlPoint {
	p := make([]slider.ControlPoint, len(at))
	for i, v := range at {
		p[i].Position = v
	}
	p[0].Type = kind
	return p
}

func path(t *testing.T, expected float64, p []slider.ControlPoint) *slider.Path {
	t.Helper()
	s, err := slider.NewPath(p, expected)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSegmentEnds has the values of ppy/osu osu.Game.Tests/Visual/Gameplay/TestSceneSliderPath.cs.
func TestSegmentEnds(t *testing.T) {
	corners := []slider.Vector{{}, {X: 100}, {X: 100, Y: 100}, {X: 200, Y: 100}}
	p := points(slider.Linear, corners...)
	for i := range p {
		p[i].Type = slider.Linear
	}
	for _, test := range []struct {
		expected float64
		length   float64
		at       []slider.Vector
	}{
		{0, 300, corners[1:]},
		{400, 400, corners[1:]},
		{150, 150, []slider.Vector{{X: 100}, {X: 100, Y: 50}, {X: 100, Y: 50}}},
	} {
		s := path(t, test.expected, p)
		if s.Distance() != test.length || s.NaturalDistance() != 300 {
			t.Errorf("%g: length %g of %g", test.expected, s.Distance(), s.NaturalDistance())
		}
		for i, end := range s.AppendSegmentEnds(nil) {
			if want := float64(i+1) * 100 / test.length; end != want {
				t.Errorf("%g: segment %d ends at %g, want %g", test.expected, i, end, want)
			}
			if got := s.PositionAt(end); got != test.at[i] {
				t.Errorf("%g: segment %d ends at %v, want %v", test.expected, i, got, test.at[i])
			}
		}
	}
}

func TestLinear(t *testing.T) {
	p := points(slider.Linear, slider.Vector{}, slider.Vector{Y: 100}, slider.Vector{X: 100, Y: 100})
	for _, test := range []struct {
		expected, length float64
		end              slider.Vector
	}{
		{0, 200, slider.Vector{X: 100, Y: 100}},
		{300, 300, slider.Vector{X: 200, Y: 100}},
		{150, 150, slider.Vector{X: 50, Y: 100}},
		{50, 50, slider.Vector{Y: 50}},
		{-10, 0, slider.Vector{}},
	} {
		s := path(t, test.expected, p)
		if s.Distance() != test.length {
			t.Errorf("expected %g: length %g", test.expected, s.Distance())
		}
		if got := s.PositionAt(1); got != test.end {
			t.Errorf("expected %g: ends at %v, want %v", test.expected, got, test.end)
		}
		if got := s.PositionAt(-1); got != (slider.Vector{}) {
			t.Errorf("expected %g: begins at %v", test.expected, got)
		}
	}
	// Where the last two points are the same the path has no direction to be extended in.
	stuck := path(t, 500, points(slider.Linear, slider.Vector{}, slider.Vector{X: 100}, slider.Vector{X: 100}))
	if stuck.Distance() != 100 || stuck.PositionAt(1) != (slider.Vector{X: 100}) {
		t.Errorf("length %g, ends at %v", stuck.Distance(), stuck.PositionAt(1))
	}
}

// TestArc compares circular arcs with geometry.
func TestArc(t *testing.T) {
	for _, test := range []struct {
		name           string
		a, b, c        slider.Vector
		centre         slider.Vector
		radius, radian float64
	}{
		{"half", slider.Vector{}, slider.Vector{X: 50, Y: 50}, slider.Vector{X: 100}, slider.Vector{X: 50}, 50, math.Pi},
		{"half, the other way", slider.Vector{}, slider.Vector{X: 50, Y: -50}, slider.Vector{X: 100}, slider.Vector{X: 50}, 50, math.Pi},
		{"three quarters", slider.Vector{}, slider.Vector{X: 200}, slider.Vector{X: 100, Y: -100}, slider.Vector{X: 100}, 100, 1.5 * math.Pi},
		{"quarter", slider.Vector{}, slider.Vector{X: 29.289322, Y: 70.710678}, slider.Vector{X: 100, Y: 100}, slider.Vector{X: 100}, 100, math.Pi / 2},
	} {
		s := path(t, 0, points(slider.PerfectCurve, test.a, test.b, test.c))
		// Chords within a tenth of a pixel of the arc are hardly shorter than it.
		if want := test.radius * test.radian; s.Distance() > want || s.Distance() < want*0.998 {
			t.Errorf("%s: length %g, want about %g", test.name, s.Distance(), want)
		}
		for _, v := range s.Vertices() {
			if r := float64(v.Distance(test.centre)); math.Abs(r-test.radius) > 1e-3 {
				t.Errorf("%s: vertex %v is %g from the centre", test.name, v, r)
			}
		}
		if d := s.PositionAt(1).Distance(test.c); d > 1e-3 {
			t.Errorf("%s: ends %g from the last point", test.name, d)
		}
		nearest := float32(math.Inf(1))
		for _, v := range s.Vertices() {
			nearest = min(nearest, v.Distance(test.b))
		}
		if nearest > 6 {
			t.Errorf("%s: stays %g from the middle point", test.name, nearest)
		}
	}
}

// TestArcFallback draws what is no arc as a Bézier curve.
func TestArcFallback(t *testing.T) {
	for _, p := range [][]slider.Vector{
		{{}, {Y: 100}},
		{{}, {Y: 100}, {X: 100, Y: 100}, {X: 100}},
		{{}, {X: 50}, {X: 100}},                    // on a line
		{{}, {X: 100000, Y: 100000}, {X: 20000}},   // too many vertices
		{{}, {}, {X: 100}},                         // two points
		{{X: 3, Y: 4}, {X: 3, Y: 4}, {X: 3, Y: 4}}, // one
	} {
		got := path(t, 0, points(slider.PerfectCurve, p...)).Vertices()
		want := path(t, 0, points(slider.Bezier, p...)).Vertices()
		if len(got) != len(want) {
			t.Fatalf("%v: %d vertices, want %d", p, len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%v: vertex %d is %v, want %v", p, i, got[i], want[i])
			}
		}
	}
}

// TestArcOfHugeCircle draws a line where a double cannot tell the angle of a chord from 0, as .NET 8 does.
func TestArcOfHugeCircle(t *testing.T) {
	s := path(t, 0, points(slider.PerfectCurve, slider.Vector{}, slider.Vector{X: 50000, Y: 1}, slider.Vector{X: 100000}))
	if n := len(s.Vertices()); n != 2 {
		t.Errorf("%d vertices", n)
	}
}

// bernstein evaluates a Bézier curve by its definition.
func bernstein(p []slider.Vector, t float64) (x, y float64) {
	n, weight := len(p)-1, 1.0
	for i, v := range p {
		w := weight * math.Pow(t, float64(i)) * math.Pow(1-t, float64(n-i))
		x, y = x+w*float64(v.X), y+w*float64(v.Y)
		weight = weight * float64(n-i) / float64(i+1)
	}
	return x, y
}

// TestBezier compares the polyline with the curve for every way of drawing it: by degree, and for the highest by recursion.
func TestBezier(t *testing.T) {
	all := []slider.Vector{{}, {X: 120, Y: 300}, {X: 400, Y: -80}, {X: 250, Y: 250}, {X: -90, Y: 10}, {X: 30, Y: 180}, {X: 512, Y: 384}}
	for n := 2; n <= len(all); n++ {
		p := all[:n]
		s := path(t, 0, points(slider.Bezier, p...))
		vertices := s.Vertices()
		if vertices[0] != p[0] || vertices[len(vertices)-1] != p[n-1] {
			t.Errorf("%d points: from %v to %v", n, vertices[0], vertices[len(vertices)-1])
		}
		var curve [4001]slider.Vector
		for i := range curve {
			x, y := bernstein(p, float64(i)/4000)
			curve[i] = slider.Vector{X: float32(x), Y: float32(y)}
		}
		for _, v := range vertices {
			nearest := float32(math.Inf(1))
			for _, c := range curve {
				nearest = min(nearest, v.Distance(c))
			}
			if nearest > 0.5 {
				t.Errorf("%d points: vertex %v is %g away", n, v, nearest)
			}
		}
	}
}

// TestBSpline compares B-splines with what they are the same as.
func TestBSpline(t *testing.T) {
	p := []slider.Vector{{}, {X: 100}, {X: 100, Y: 100}, {X: 200, Y: 100}}
	spline := func(degree uint16) *slider.Path {
		c := points(slider.BSpline, p...)
		c[0].Degree = degree
		return path(t, 0, c)
	}
	same := func(name string, a, b *slider.Path) {
		t.Helper()
		if a.Distance() != b.Distance() || len(a.Vertices()) != len(b.Vertices()) {
			t.Errorf("%s: length %g and %g, %d and %d vertices", name, a.Distance(), b.Distance(), len(a.Vertices()), len(b.Vertices()))
		}
	}
	same("degree 1", spline(1), path(t, 0, points(slider.Linear, p...)))
	same("highest degree", spline(3), path(t, 0, points(slider.Bezier, p...)))
	same("beyond the highest degree", spline(9), spline(3))
	// A quadratic spline touches the middles of the inner lines.
	quadratic := spline(2)
	nearest := float32(math.Inf(1))
	for _, v := range quadratic.Vertices() {
		nearest = min(nearest, v.Distance(slider.Vector{X: 100, Y: 50}))
	}
	if nearest > 0.01 {
		t.Errorf("degree 2 stays %g from the middle of the middle line", nearest)
	}
}

// TestCatmull looks at the points that a Catmull-Rom spline goes through, and at the bulbs that osu! takes out of it.
func TestCatmull(t *testing.T) {
	p := points(slider.Catmull, slider.Vector{}, slider.Vector{X: 100, Y: 50}, slider.Vector{X: 200}, slider.Vector{X: 300, Y: 80})
	s := path(t, 0, p)
	if n := len(s.Vertices()); n != 300 {
		t.Errorf("%d vertices, want 100 a segment", n)
	}
	for i, c := range p[1:] {
		if v := s.Vertices()[(i+1)*100-1]; v != c.Position {
			t.Errorf("point %d: %v, want %v", i+1, v, c.Position)
		}
	}
	thin := slider.Path{OptimiseCatmull: true}
	if err := thin.Reset(p, 0); err != nil {
		t.Fatal(err)
	}
	if len(thin.Vertices()) >= 300 || math.Abs(thin.Distance()-s.Distance()) > 1e-3 {
		t.Errorf("%d vertices, length %g instead of %g", len(thin.Vertices()), thin.Distance(), s.Distance())
	}
	// A knot that is repeated makes a bulb.
	p = points(slider.Catmull, slider.Vector{}, slider.Vector{X: 100}, slider.Vector{X: 100}, slider.Vector{X: 200})
	full := path(t, 0, p)
	if err := thin.Reset(p, full.Distance()); err != nil {
		t.Fatal(err)
	}
	if thin.Distance() != full.Distance() || len(thin.Vertices()) >= len(full.Vertices()) {
		t.Errorf("length %g of %g, %d vertices of %d", thin.Distance(), full.Distance(), len(thin.Vertices()), len(full.Vertices()))
	}
}

func TestEmpty(t *testing.T) {
	var s slider.Path
	if s.Distance() != 0 || s.PositionAt(0.5) != (slider.Vector{}) {
		t.Error("the zero path is not empty")
	}
	for _, expected := range []float64{0, 100} {
		if err := s.Reset(nil, expected); err != nil || s.Distance() != 0 || s.PositionAt(1) != (slider.Vector{}) {
			t.Errorf("no points: %v, length %g", err, s.Distance())
		}
		one := []slider.ControlPoint{{Position: slider.Vector{X: 1, Y: 2}, Type: slider.Bezier}}
		if err := s.Reset(one, expected); err != nil || s.Distance() != 0 || s.PositionAt(1) != one[0].Position {
			t.Errorf("one point: %v, length %g, at %v", err, s.Distance(), s.PositionAt(1))
		}
	}
}

// TestTooComplex bounds what a path takes.
func TestTooComplex(t *testing.T) {
	many := make([]slider.ControlPoint, slider.MaxVertices/50)
	for i := range many {
		many[i].Position = slider.Vector{X: float32(i % 512), Y: float32(i * 7 % 384)}
	}
	for _, kind := range []slider.Type{slider.Catmull, slider.Bezier} {
		many[0].Type = kind
		s, err := slider.NewPath(many, 0)
		if !errors.Is(err, slider.ErrTooComplex) || s != nil {
			t.Errorf("type %d: %v", kind, err)
		}
	}
	// In single precision such a curve never becomes flat.
	huge := points(slider.Bezier, slider.Vector{}, slider.Vector{X: 1e12, Y: 3e12}, slider.Vector{X: 5e12, Y: 7e12}, slider.Vector{X: 1e13}, slider.Vector{Y: 3e13})
	for n := 3; n <= len(huge); n++ {
		if _, err := slider.NewPath(huge[:n], 0); !errors.Is(err, slider.ErrTooComplex) {
			t.Errorf("%d huge points: %v", n, err)
		}
	}
}

func BenchmarkPath(b *testing.B) {
	for name, p := range map[string][]slider.ControlPoint{
		"linear":  points(slider.Linear, slider.Vector{}, slider.Vector{X: 200, Y: 50}),
		"arc":     points(slider.PerfectCurve, slider.Vector{}, slider.Vector{X: 60, Y: 80}, slider.Vector{X: 160}),
		"bezier3": points(slider.Bezier, slider.Vector{}, slider.Vector{X: 60, Y: 80}, slider.Vector{X: 160}),
		"bezier4": points(slider.Bezier, slider.Vector{}, slider.Vector{X: 60, Y: 80}, slider.Vector{X: 160}, slider.Vector{X: 200, Y: 90}),
		"bezier7": points(slider.Bezier, slider.Vector{}, slider.Vector{X: 60, Y: 80}, slider.Vector{X: 160}, slider.Vector{X: 200, Y: 90},
			slider.Vector{X: 150, Y: 200}, slider.Vector{X: 80, Y: 150}, slider.Vector{X: 10, Y: 250}),
		"catmull": points(slider.Catmull, slider.Vector{}, slider.Vector{X: 60, Y: 80}, slider.Vector{X: 160}),
	} {
		b.Run(name, func(b *testing.B) {
			var s slider.Path
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Reset(p, 150); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(s.Vertices())), "vertices")
		})
	}
}

// FuzzPath looks for panics, and for paths that take too much.
func FuzzPath(f *testing.F) {
	f.Add([]byte{4, 0, 10, 20, 0, 3, 30, 40, 2, 0, 50, 1}, 100.0, true)
	f.Add([]byte{1, 0, 10, 20, 0, 3, 30, 40, 1, 0, 50, 1}, 0.0, true)
	f.Add([]byte{5, 0, 10, 20, 0, 3, 30, 40, 2, 0, 50, 1, 9, 9, 9, 9}, math.NaN(), false)
	f.Fuzz(func(t *testing.T, data []byte, expected float64, optimise bool) {
		if len(data) > 256 {
			return
		}
		var p []slider.ControlPoint
		for ; len(data) >= 4; data = data[4:] {
			at := slider.Vector{X: (float32(data[1]) - 128) * 8, Y: (float32(data[2]) - 128) * 8}
			if data[3] > 250 {
				at = slider.Vector{X: math.Float32frombits(uint32(data[1])<<24 | uint32(data[2])), Y: float32(data[3]) * 1e9}
			}
			p = append(p, slider.ControlPoint{Position: at, Type: slider.Type(data[0] % 6), Degree: uint16(data[3] % 5)})
		}
		s := slider.Path{OptimiseCatmull: optimise}
		if err := s.Reset(p, expected); err != nil {
			if !errors.Is(err, slider.ErrTooComplex) {
				t.Fatal(err)
			}
			return
		}
		for _, progress := range []float64{0, 0.3, 1, 2, math.NaN(), s.Distance()} {
			_ = s.PositionAt(progress) // must not panic
		}
		if n := len(s.Vertices()); n > slider.MaxVertices || len(p) > 0 && n == 0 {
			t.Errorf("%d vertices of %d points", n, len(p))
		}
	})
}
