package beatmap_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/internal/reference"
)

// TestReference compares what rows say of a map's own file.
func TestReference(t *testing.T) {
	t.Parallel()
	for _, source := range reference.Sources(t) {
		rows := 0
		for _, table := range []string{"osu", "taiko", "catch", "mania"} {
			for row := range source.Rows(t, table) {
				if row.Mods != "" {
					continue
				}
				rows++
				t.Run(source.Name+"/"+table+"/"+row.Map, func(t *testing.T) {
					m, err := beatmap.Parse(source.Map(t, row.Map))
					if err != nil {
						t.Fatal(err)
					}
					if m.Mode != row.Native || m.Version != row.Version {
						t.Errorf("mode %v version %d, want %v %d", m.Mode, m.Version, row.Native, row.Version)
					}
					t.Log(row.Counts, row.Objects, len(m.HitObjects))
				})
			}
		}
		if rows == 0 {
			t.Error("no rows")
		}
	}
	_ = cmp.Diff
}
