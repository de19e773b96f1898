package beatmap_test

import (
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
)

// official are the official names of what hit objects of each kind are in their own ruleset.
var official = [osu.Rulesets][4]string{
	osu.Standard: {"HitCircle", "Slider", "Spinner", "Spinner"},
	osu.Taiko:    {"Hit", "DrumRoll", "Swell", "Swell"},
	osu.Catch:    {"Fruit", "JuiceStream", "BananaShower", "BananaShower"},
	osu.Mania:    {"Note", "HoldNote", "HoldNote", "HoldNote"},
}

// TestReference compares with what the official client makes of every map that no conversion changes: its mode, its version and
// its objects.
func TestReference(t *testing.T) {
	t.Parallel()
	for _, source := range osutest.Sources(t) {
		rows := 0
		for mode, table := range osutest.Tables {
			for row := range source.Rows(t, table) {
				if row.Mods != "" || row.Native != osu.Ruleset(mode) {
					continue
				}
				rows++
				m, err := beatmap.Parse(source.Map(t, row.Map))
				if err != nil {
					t.Errorf("%s: %v", row.Map, err)
					continue
				}
				counts := map[string]int{}
				for i := range m.HitObjects {
					counts[official[mode][m.HitObjects[i].Kind]]++
				}
				same(t, row.Map+" mode", m.Mode, row.Native)
				same(t, row.Map+" version", m.Version, row.Version)
				same(t, row.Map+" objects", len(m.HitObjects), row.Objects)
				same(t, row.Map+" counts", counts, row.Counts)
			}
		}
		if rows == 0 {
			t.Errorf("%s has no rows", source.Name)
		}
	}
}
