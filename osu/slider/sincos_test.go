package slider

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSincos(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	worst := 0.0
	check := func(angle float64) {
		t.Helper()
		sin, cos := sincos(angle)
		wantSin, wantCos := math.Sincos(angle)
		if math.IsNaN(wantSin) && math.IsNaN(sin) && math.IsNaN(cos) {
			return
		}
		d := max(math.Abs(sin-wantSin), math.Abs(cos-wantCos))
		worst = max(worst, d)
		if !(d <= 5e-16) {
			t.Fatalf("%g: %g, %g, want %g, %g", angle, sin, cos, wantSin, wantCos)
		}
	}
	for range 300_000 {
		check((rng.Float64() - 0.5) * 30)
		check((rng.Float64() - 0.5) * 9000)
		check(rng.NormFloat64() * 1e-6)
	}
	for i := range 2000 {
		check(float64(i) * math.Pi / 256)
		check(-float64(i) * math.Pi / 256)
	}
	for _, angle := range []float64{0, 1e300, -1e300, math.NaN(), math.Inf(1), math.SmallestNonzeroFloat64} {
		check(angle)
	}
	t.Logf("off by at most %.2g from package math, of which either may be half", worst)
}

func BenchmarkSincos(b *testing.B) {
	sum, angle := 0.0, 0.0
	for b.Loop() {
		sin, cos := sincos(angle)
		sum += sin * cos
		angle += 0.01
		if angle > 6 {
			angle = 0
		}
	}
	if sum == 0 {
		b.Fatal(sum)
	}
}

func BenchmarkSincosMath(b *testing.B) {
	sum, angle := 0.0, 0.0
	for b.Loop() {
		sin, cos := math.Sincos(angle)
		sum += sin * cos
		angle += 0.01
		if angle > 6 {
			angle = 0
		}
	}
	if sum == 0 {
		b.Fatal(sum)
	}
}
