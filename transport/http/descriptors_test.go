package http

import (
	"math"
	"testing"
)

func TestAffordable(t *testing.T) {
	for _, tc := range []struct{ wanted, descriptors, want int }{
		{65536, math.MaxInt, 65536}, {65536, 1 << 20, 65536}, {65536, 1024, 768}, {100, 1024, 100}, {65536, 4, 3}, {65536, 0, 1},
	} {
		if got := affordable(tc.wanted, tc.descriptors); got != tc.want {
			t.Errorf("of %d connections %d are affordable with %d descriptors, want %d", tc.wanted, got, tc.descriptors, tc.want)
		}
	}
	if n := descriptors(); n < 64 {
		t.Errorf("this process has %d descriptors", n)
	}
}
