package strain_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pure-peace/peace/osu/strain"
)

func TestPow(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	check := func(x, y float64) {
		t.Helper()
		got, want := strain.Pow(x, y), math.Pow(x, y)
		if got == want || math.IsNaN(got) && math.IsNaN(want) {
			return
		}
		if err := math.Abs(got/want - 1); !(err <= 2e-15+6e-16*math.Abs(y*math.Log(x))) {
			t.Fatalf("Pow(%g, %g) = %g, want %g, off by %.2g", x, y, got, want, err)
		}
	}
	for range 100_000 {
		y := []float64{0.3, 1.1, 1.3, 1.5, 3.2, 0.15, -0.7}[rng.IntN(7)]
		check(math.Exp(rng.Float64()*24-12), y)
		check(1+(rng.Float64()-0.5)*1e-3, y)
		check(math.Float64frombits(rng.Uint64()), y)
		check(math.Float64frombits(rng.Uint64()), math.Float64frombits(rng.Uint64()))
	}
	special := []float64{
		0, math.Copysign(0, -1), 1, -1, 2, 0.5, 3, -3, 1.5, -1.5, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64,
		math.SmallestNonzeroFloat64, 0x1p-1022, 1 - 0x1p-53, 1 + 0x1p-52, 1022, 1023, -1021, -1022, 1e300,
	}
	for _, x := range special {
		for _, y := range special {
			check(x, y)
		}
	}
	if strain.Pow(1, 1.3) != 1 || strain.Pow(2, 10) != 1024 || strain.Pow(4, 0.5) != 2 {
		t.Error("powers of two are not exact")
	}
}

func TestExp(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 200_000 {
		x := (rng.Float64() - 0.5) * 10
		if i%2 == 0 {
			x *= 150
		}
		got, want := strain.Exp(x), math.Exp(x)
		if err := math.Abs(got/want - 1); got != want && !(err <= 2e-15+3e-16*math.Abs(x)) {
			t.Fatalf("Exp(%g) = %g, want %g, off by %.2g", x, got, want, err)
		}
	}
	for _, x := range []float64{0, math.Inf(1), math.Inf(-1), -708.4, -709, -745, -746, 709, 709.8} {
		if got, want := strain.Exp(x), math.Exp(x); math.Abs(got-want) > 3e-13*want && got != want {
			t.Errorf("Exp(%g) = %g, want %g", x, got, want)
		}
	}
	if !math.IsNaN(strain.Exp(math.NaN())) {
		t.Error("Exp of NaN is a number")
	}
}

func BenchmarkPow(b *testing.B) {
	sum, x := 0.0, 13.3
	for b.Loop() {
		sum += strain.Pow(x, 1.3)
		x += 1e-7
	}
	if sum == 0 {
		b.Fatal(sum)
	}
}
