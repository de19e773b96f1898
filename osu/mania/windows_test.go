package mania_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/osutest"
)

// The windows are those that ppy/osu osu.Game.Rulesets.Mania.Tests/TestSceneLegacyReplayPlayback.cs and
// TestSceneReplayStability.cs expect.
func TestWindows(t *testing.T) {
	for _, c := range []struct {
		mods    string
		od      float32
		convert bool
		want    mania.Windows
	}{
		{"", 5, false, mania.Windows{Perfect: 19.5, Great: 49.5, Good: 82.5, Ok: 112.5, Meh: 136.5}},
		{"", 9.3, false, mania.Windows{Perfect: 14.5, Great: 36.5, Good: 69.5, Ok: 99.5, Meh: 123.5}},
		{"CL,SV2", 5, false, mania.Windows{Perfect: 19.5, Great: 49.5, Good: 82.5, Ok: 112.5, Meh: 136.5}},
		{"CL", 5, false, mania.Windows{Perfect: 16.5, Great: 49.5, Good: 82.5, Ok: 112.5, Meh: 136.5}},
		{"CL", 9.3, false, mania.Windows{Perfect: 16.5, Great: 36.5, Good: 69.5, Ok: 99.5, Meh: 123.5}},
		{"CL", 5, true, mania.Windows{Perfect: 16.5, Great: 34.5, Good: 67.5, Ok: 97.5, Meh: 121.5}},
		{"CL", 3.1, true, mania.Windows{Perfect: 16.5, Great: 47.5, Good: 77.5, Ok: 97.5, Meh: 121.5}},
		{"CL,HR", 5, false, mania.Windows{Perfect: 11.5, Great: 35.5, Good: 58.5, Ok: 80.5, Meh: 97.5}},
		{"CL,EZ", 5, false, mania.Windows{Perfect: 22.5, Great: 68.5, Good: 114.5, Ok: 156.5, Meh: 190.5}},
		{"CL,DT", 5, false, mania.Windows{Perfect: 24.5, Great: 73.5, Good: 123.5, Ok: 168.5, Meh: 204.5}},
		{"CL,HT", 5, false, mania.Windows{Perfect: 12.5, Great: 36.5, Good: 61.5, Ok: 84.5, Meh: 102.5}},
	} {
		m := &beatmap.Beatmap{Difficulty: beatmap.Difficulty{OverallDifficulty: c.od, CircleSize: 4}}
		if !c.convert {
			m.Mode = osu.Mania
		}
		ms := osutest.Mods(t, c.mods)
		got := playable(t, m, ms).Windows
		got.Miss = 0
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s, OD %v, converted %v: %s", c.mods, c.od, c.convert, d)
		}
	}
}
