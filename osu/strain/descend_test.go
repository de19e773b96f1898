package strain

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestDescend(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n := range 400 {
		for _, spread := range []float64{0, 1e-9, 1, 5, 200} {
			values := make([]float64, n)
			var want []float64
			for i := range values {
				switch rng.IntN(20) {
				case 0:
					values[i] = 0
				case 1:
					values[i] = math.NaN()
				case 2:
					values[i] = -1
				default:
					values[i] = math.Exp(rng.NormFloat64() * spread)
					if values[i] > 0 {
						want = append(want, values[i])
					}
				}
			}
			more := []float64{0, 1, math.NaN(), 1e300, 5e-324, math.Inf(1)}[rng.IntN(6)]
			if more > 0 {
				want = append(want, more)
			}
			slices.Sort(want)
			slices.Reverse(want)
			if got := descend(values, more, n+1, nil); !slices.Equal(got, want) {
				t.Fatalf("%d values, of spread %g, are not in order: %.500v", n, spread, got)
			}
			need := rng.IntN(n + 2)
			if got := descend(values, more, need, nil); !slices.Equal(got[:min(need, len(got))], want[:min(need, len(want))]) {
				t.Fatalf("the first %d of %d values, of spread %g, are not in order: %.500v", need, n, spread, got)
			}
		}
	}
}

func BenchmarkDescend(b *testing.B) {
	rng := rand.New(rand.NewPCG(9, 10))
	peaks := make([]float64, 350)
	for i := range peaks {
		peaks[i] = math.Exp(rng.NormFloat64())
	}
	for b.Loop() {
		descend(peaks, 1, math.MaxInt, nil)
	}
}
