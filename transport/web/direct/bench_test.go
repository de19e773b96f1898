package direct

import (
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// BenchmarkPage writes a page of a hundred sets of five difficulties.
func BenchmarkPage(b *testing.B) {
	set := disco()
	set.Beatmaps = append(set.Beatmaps, make([]beatmaps.Beatmap, 3)...)
	for i := range set.Beatmaps {
		set.Beatmaps[i].Name, set.Beatmaps[i].Stars = "Someone's Insane, with commas", 5.25
	}
	b.ReportAllocs()
	for b.Loop() {
		var page strings.Builder
		for range pageSize {
			writeSet(&page, &set)
		}
	}
}
