package taiko

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSumGreatest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		values := make([]float64, 1+r.IntN(200))
		few := 1 + r.IntN(50) // different values
		for i := range values {
			values[i] = float64(r.IntN(few))
		}
		switch r.IntN(4) {
		case 0:
			slices.Sort(values)
		case 1:
			slices.Sort(values)
			slices.Reverse(values)
		}
		n := 1 + r.IntN(len(values))
		sorted := slices.Sorted(slices.Values(values))
		want := 0.0
		for _, v := range sorted[len(values)-n:] {
			want += v
		}
		if got := sumGreatest(values, n); math.Abs(got-want) > 1e-9 {
			t.Fatalf("sum of the %d greatest of %v is %g, want %g", n, sorted, got, want)
		}
		slices.Sort(values)
		if !slices.Equal(values, sorted) {
			t.Fatal("values are not the same any more")
		}
	}
}
