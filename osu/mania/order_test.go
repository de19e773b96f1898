package mania

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// chords returns so many objects ordered by start in chords of up to notes.
func chords(r *rand.Rand, objects, notes int) []Object {
	made := make([]Object, 0, objects)
	at := 0.0
	for len(made) < objects {
		at += 0.25 + 50*r.Float64()
		for range min(1+r.IntN(notes), objects-len(made)) {
			made = append(made, Object{Start: at, End: at})
			if r.IntN(4) == 0 {
				at += 0.25 // rounds to the same millisecond, or not
			}
		}
	}
	return made
}

// TestPresorted compares the short cut with the sort that it stands for.
func TestPresorted(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		for _, notes := range []int{1, 2, 4, 9, 300} {
			objects := chords(r, n, notes)
			got := sortedOrder(objects)
			var s sorter
			for i := range objects {
				s.keys = append(s.keys, int32(math.RoundToEven(objects[i].Start)))
				s.order = append(s.order, int32(i))
			}
			if n > 0 {
				s.quicksort(0, n-1, sortDepth)
			}
			if d := gocmp.Diff(s.order, got); d != "" {
				t.Fatalf("%d objects in chords of %d: %s", n, notes, d)
			}
		}
	}
}

// TestSortDepth makes both sorts give way to the heap sort.
func TestSortDepth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for depth := range 6 {
		objects := chords(r, 400, 5)
		var a, b sorter
		for i := range objects {
			key := int32(math.RoundToEven(objects[i].Start))
			if i == 0 || key != a.keys[i-1] {
				a.starts = append(a.starts, int32(i))
			}
			a.keys, a.order, a.run = append(a.keys, key), append(a.order, int32(i)), append(a.run, int32(len(a.starts)-1))
		}
		a.starts = append(a.starts, 400)
		b.keys, b.order = slices.Clone(a.keys), slices.Clone(a.order)
		a.presorted(0, 399, depth)
		b.quicksort(0, 399, depth)
		if d := gocmp.Diff(b.order, a.order); d != "" {
			t.Fatalf("depth %d: %s", depth, d)
		}
		if !slices.IsSorted(a.keys) {
			t.Fatalf("depth %d: out of order", depth)
		}
	}
}

// TestOrderWrapsAround has times whose differences wrap around, so that they have no order: the sort ends in some.
func TestOrderWrapsAround(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		objects := make([]Object, 0, 64)
		for range cap(objects) {
			objects = append(objects, Object{Start: math.Round((r.Float64()*2 - 1) * math.MaxInt32)})
		}
		slices.SortFunc(objects, func(a, b Object) int { return cmp.Compare(a.Start, b.Start) })
		order := sortedOrder(objects)
		slices.Sort(order)
		for i := range order {
			if int(order[i]) != i {
				t.Fatal(order)
			}
		}
	}
}
