package beatmap

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/osu/slider"
)

// TestIsPoint compares the short cuts with the length of the path itself.
func TestIsPoint(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	points, none := 0, 0
	for range 20000 {
		control := make([]slider.ControlPoint, 1+random.IntN(4))
		for i := range control {
			c := &control[i]
			switch random.IntN(4) { // few different points, so that many paths go nowhere
			case 0:
				c.Position = slider.Vector{X: float32(random.IntN(3) - 1), Y: float32(random.IntN(2))}
			case 1:
				c.Position = slider.Vector{X: float32(random.IntN(5)) * 20}
			}
			if i == 0 || random.IntN(3) == 0 {
				c.Type = slider.Catmull + slider.Type(random.IntN(5))
			}
			if c.Type == slider.BSpline {
				c.Degree = uint16(1 + random.IntN(3))
			}
		}
		expected := []float64{0, 1e-9, 1e-7, 2e-7, 1, 100}[random.IntN(6)]
		path, err := slider.NewPath(control, expected)
		if err != nil {
			t.Fatal(err)
		}
		var d decoder
		want := math.Abs(path.Distance()) <= 1e-7
		if got := d.isPoint(control, expected); got != want {
			t.Errorf("%+v of %v: %v, but the path is %v long", control, expected, got, path.Distance())
		}
		points++
		if want {
			none++
		}
	}
	if none < points/10 || none > points*9/10 {
		t.Errorf("%d of %d paths have no length", none, points)
	}
}
