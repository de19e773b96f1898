package beatmap_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
)

func TestPeppyStars(t *testing.T) {
	for _, test := range []struct {
		name           string
		d              beatmap.Difficulty
		objects, drain int
		want           int
	}{
		{"everything at its highest", beatmap.Difficulty{DrainRate: 10, OverallDifficulty: 10, CircleSize: 10}, 1, 0, 6},
		{"nothing", beatmap.Difficulty{}, 0, 100, 0},
		{"halves go to the even integer", beatmap.Difficulty{DrainRate: 5, OverallDifficulty: 5, CircleSize: 5}, 1, 2, 2},
		{"just above a half", beatmap.Difficulty{DrainRate: 5, OverallDifficulty: 5, CircleSize: 5.1}, 1, 2, 3},
		{"breaks longer than the beatmap", beatmap.Difficulty{DrainRate: 5}, 100, -7, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := beatmap.PeppyStars(test.d, test.objects, test.drain); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}
