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

// What the first levels take: ppy/osu-wiki Gameplay/Score/Total_score.
func TestLevelProgress(t *testing.T) {
	total := int64(0)
	for i, takes := range []int64{30_000, 100_000, 210_000, 360_000, 550_000, 780_000} {
		for _, part := range []float64{0, 0.25, 0.5} {
			level, progress := osu.LevelProgress(total + int64(part*float64(takes)))
			if level != i+1 || math.Abs(progress-part) > 1e-3 {
				t.Errorf("%v of level %d: level %d and %v", part, i+1, level, progress)
			}
		}
		total += takes
	}
	if level, progress := osu.LevelProgress(26_931_190_829 + 99_999_999_999/2); level != 100 || math.Abs(progress-0.5) > 1e-9 {
		t.Errorf("half way to level 101: %d and %v", level, progress)
	}
	if level, progress := osu.LevelProgress(-5); level != 1 || progress != 0 {
		t.Errorf("less than nothing: %d and %v", level, progress)
	}
}
