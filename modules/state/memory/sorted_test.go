package memory

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

type number int

func (a number) compare(b number) int { return cmp.Compare(a, b) }

func TestSorted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var set sorted[number]
	model := map[number]bool{}
	compare := func() {
		t.Helper()
		var order []number
		for n := range model {
			order = append(order, n)
		}
		slices.Sort(order)
		if got := slices.Collect(set.all()); !slices.Equal(got, order) || set.size != len(order) {
			t.Fatalf("the set of %d holds %d in another order", set.size, len(got))
		}
		for i, n := range order {
			if before, found := set.position(n); !found || before != i {
				t.Fatalf("%d is at %d, want %d", n, before, i)
			}
			if at := set.at(i); set.blocks[at.block][at.index] != n {
				t.Fatalf("at %d is %d, want %d", i, set.blocks[at.block][at.index], n)
			}
		}
		for _, block := range set.blocks {
			if len(block) == 0 || len(block) >= blockMax {
				t.Fatalf("a block of %d", len(block))
			}
		}
	}
	compare()
	for round := range 40_000 {
		// It grows to some 10,000 entries, many blocks, and shrinks to nothing.
		n := number(random.IntN(20_000))
		if grow := round < 20_000; grow == (random.IntN(4) > 0) {
			set.insert(n)
			model[n] = true
		} else {
			set.remove(n)
			delete(model, n)
		}
		if round%5000 == 0 {
			compare()
		}
	}
	for n := range model {
		set.remove(n)
		delete(model, n)
	}
	compare()
	if len(set.blocks) != 0 {
		t.Fatal("an empty set keeps blocks")
	}
}
