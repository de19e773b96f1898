package osu_test

import (
	"math"
	"testing"

	"github.com/pure-peace/peace/osu"
)

func TestLevel(t *testing.T) {
	for total, want := range map[int64]int{
		-1: 1, 0: 1, 29_999: 1, 30_000: 2, 129_999: 2, 130_000: 3, 339_999: 3, 340_000: 4,
		26_931_190_828: 99, 26_931_190_829: 100, 126_931_190_827: 100, 126_931_190_828: 101, math.MaxInt64: 92_233_820,
	} {
		if got := osu.Level(total); got != want {
			t.Errorf("Level(%d) = %d, want %d", total, got, want)
		}
	}
}
