package dotnet_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu/internal/dotnet"
)

func TestInt32(t *testing.T) {
	for _, test := range []struct {
		f    float64
		want int32
	}{
		{0, 0}, {1.9, 1}, {-1.9, -1}, {math.MaxInt32, math.MaxInt32}, {math.MaxInt32 + 0.5, math.MaxInt32},
		{math.MinInt32 - 0.5, math.MinInt32}, {math.MaxInt32 + 1, math.MinInt32}, {-1e300, math.MinInt32},
		{math.NaN(), math.MinInt32}, {math.Inf(1), math.MinInt32},
	} {
		if got := dotnet.Int32(test.f); got != test.want {
			t.Errorf("Int32(%g) = %d, want %d", test.f, got, test.want)
		}
	}
}

func TestSortSorts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		for _, values := range []int{2, 10, 1 << 30} {
			s := make([]int, n)
			for i := range s {
				s[i] = rng.IntN(values)
			}
			want := slices.Sorted(slices.Values(s))
			dotnet.Sort(s, cmp.Compare[int])
			if !slices.Equal(s, want) {
				t.Fatalf("%d of %d values: %v", n, values, s)
			}
		}
	}
}

// TestSortWorstCase sorts what makes quicksort quadratic, so that heapsort has to step in.
func TestSortWorstCase(t *testing.T) {
	const n = 1 << 12
	// The adversary of M. D. McIlroy ("A Killer Adversary for Quicksort"): values are decided as late as possible.
	values, solid, candidate := make([]int, n), 0, 0
	for i := range values {
		values[i] = n
	}
	compare := func(x, y int) int {
		if values[x] == n && values[y] == n {
			if x == candidate {
				values[x] = solid
			} else {
				values[y] = solid
			}
			solid++
		}
		if values[x] == n {
			candidate = x
		} else if values[y] == n {
			candidate = y
		}
		return cmp.Compare(values[x], values[y])
	}
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	comparisons := 0
	dotnet.Sort(s, func(x, y int) int { comparisons++; return compare(x, y) })
	if limit := 6 * n * 12; comparisons > limit {
		t.Errorf("%d comparisons of %d elements, more than %d", comparisons, n, limit)
	}
	if !slices.IsSortedFunc(s, func(x, y int) int { return cmp.Compare(values[x], values[y]) }) {
		t.Error("not sorted")
	}
}

// TestSortEquals tells the order that .NET leaves equal elements in, worked out by hand from its algorithm.
func TestSortEquals(t *testing.T) {
	type pair struct{ key, place int }
	byKey := func(a, b pair) int { return cmp.Compare(a.key, b.key) }

	three := []pair{{2, 0}, {2, 1}, {1, 2}}
	dotnet.Sort(three, byKey)
	if want := []pair{{1, 2}, {2, 1}, {2, 0}}; !slices.Equal(three, want) {
		t.Errorf("got %v, want %v", three, want)
	}
	// Up to 16 elements, other than three, are sorted by insertion and keep their order.
	for _, n := range []int{2, 4, 16} {
		s := make([]pair, n)
		for i := range s {
			s[i] = pair{1, i}
		}
		want := slices.Clone(s)
		dotnet.Sort(s, byKey)
		if !slices.Equal(s, want) {
			t.Errorf("got %v", s)
		}
	}
	// 17 equal elements: the middle one goes to the last place but one, both pointers stop at every element and swap them
	// until they meet; there the pivot changes places with what stands last but one.
	s := make([]pair, 17)
	for i := range s {
		s[i].place = i
	}
	dotnet.Sort(s, byKey)
	var places []int
	for _, p := range s {
		places = append(places, p.place)
	}
	if want := []int{0, 14, 13, 12, 11, 10, 9, 15, 8, 6, 5, 4, 3, 2, 1, 7, 16}; !slices.Equal(places, want) {
		t.Errorf("got %v, want %v", places, want)
	}
}

func FuzzSort(f *testing.F) {
	f.Add([]byte("an unstable sort, but always the same"))
	f.Fuzz(func(t *testing.T, s []byte) {
		want := slices.Sorted(slices.Values(s))
		dotnet.Sort(s, cmp.Compare[byte])
		if !slices.Equal(s, want) {
			t.Errorf("got %v, want %v", s, want)
		}
		dotnet.Sort(s, func(a, b byte) int { return int(a^b)%3 - 1 }) // senseless, but it has to end
	})
}
