package random_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/random"
)

// The first values of .NET's System.Random, as its documentation and countless programs show them.
func TestDotNet(t *testing.T) {
	for seed, want := range map[int32][]int{
		0:  {1559595546, 1755192844, 1649316166, 1198642031, 442452829, 1200195957, 1945678308, 949569752, 2099272109, 587775847},
		1:  {534011718, 237820880, 1002897798, 1657007234, 1412011072, 929393559, 760389092, 2026928803, 217468053, 1379662799},
		-1: {534011718, 237820880, 1002897798},
		42: {1434747710, 302596119, 269548474, 1122627734, 361709742},
	} {
		r := random.NewDotNet(seed)
		var got []int
		for range want {
			got = append(got, r.Next())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("seed %d: %s", seed, d)
		}
	}
	r := random.NewDotNet(0)
	for _, want := range []float64{0.7262432699679598, 0.8173253595909687, 0.7680226893946634} {
		if got := r.NextDouble(); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	lowest, greatest := random.NewDotNet(math.MinInt32), random.NewDotNet(math.MaxInt32)
	if a, b := lowest.Next(), greatest.Next(); a != b {
		t.Errorf("the lowest seed gives %d, the greatest %d", a, b)
	}
}

func TestDotNetRanges(t *testing.T) {
	a, b := random.NewDotNet(5), random.NewDotNet(5)
	for range 1000 {
		f := a.NextDouble()
		if got := b.NextRange(-3, 4); got != int(f*7)-3 {
			t.Fatalf("%v gives %d", f, got)
		}
	}
	wide := random.NewDotNet(7)
	var negative, positive int
	for range 1000 {
		switch v := wide.NextRange(math.MinInt32, math.MaxInt32); {
		case v < math.MinInt32 || v >= math.MaxInt32:
			t.Fatal(v)
		case v < 0:
			negative++
		default:
			positive++
		}
	}
	if negative < 400 || positive < 400 {
		t.Errorf("%d are negative, %d are not", negative, positive)
	}
}

func TestLegacy(t *testing.T) {
	r := random.NewLegacy(1337)
	ints, bools := r, r
	if v := r.NextUInt(); v != 273326509^273326509>>19^(1337^1337<<11)^(1337^1337<<11)>>8 {
		t.Errorf("the first value is %d", v)
	}
	r = ints
	for i := range 10_000 {
		f := r.NextDouble()
		if f < 0 || f >= 1 {
			t.Fatal(f)
		}
		other := ints
		if got := other.NextRange(-20, 20); got != int(-20+f*40) {
			t.Fatalf("%d: %v gives %d", i, f, got)
		}
		other = ints
		if got := other.NextMax(7); got != int(f*7) {
			t.Fatalf("%d: %v gives %d", i, f, got)
		}
		if got := ints.Next(); float64(got)/(1<<31) != f {
			t.Fatalf("%d: %v and %d", i, f, got)
		}
	}
	one := bools
	for range 3 {
		bits := one.NextUInt()
		for i := range 32 {
			if got := bools.NextBool(); got != (bits>>i&1 == 1) {
				t.Fatalf("bit %d of %b is %v", i, bits, got)
			}
		}
	}
	if got := r.NextRangeFloat(0, math.NaN()); got != math.MinInt32 {
		t.Errorf("not a number gives %d", got)
	}
}

func ExampleLegacy() {
	r := random.NewLegacy(1337)
	fmt.Println(r.NextMax(100), r.NextMax(100), r.NextMax(100))
	// Output: 12 23 43
}
