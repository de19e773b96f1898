package difficulty_test

import (
	"fmt"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
)

// BenchmarkPP rates one play from attributes, which is what a submission costs once its beatmap is known.
func BenchmarkPP(b *testing.B) {
	source := osutest.Sources(b)[0]
	for r, name := range []string{"osu-mixed", "taiko-patterns", "catch-fruits", "mania-4k"} {
		m, err := beatmap.Parse(source.Map(b, name))
		if err != nil {
			b.Fatal(err)
		}
		set := mods.Of(mods.Hidden, mods.DoubleTime, mods.Classic)
		a, err := difficulty.Calculate(b.Context(), m, m.Mode, set)
		if err != nil {
			b.Fatal(err)
		}
		play := a.Reach(set, 0.97, 3)
		total := int64(1_234_567)
		play.LegacyTotal = &total
		b.Run(osu.Ruleset(r).String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a.PP(play)
			}
		})
	}
}

// BenchmarkLibrary divides the cost of a beatmap by step; the metric is per object of the file.
func BenchmarkLibrary(b *testing.B) {
	source := osutest.Sources(b)[0]
	for _, c := range []struct {
		ruleset osu.Ruleset
		name    string
	}{
		{osu.Standard, "osu-mixed"}, {osu.Taiko, "osu-mixed"}, {osu.Catch, "osu-mixed"}, {osu.Mania, "osu-mixed"},
		{osu.Taiko, "taiko-patterns"}, {osu.Catch, "catch-fruits"}, {osu.Mania, "mania-4k"},
	} {
		file := source.Map(b, c.name)
		m, err := beatmap.Parse(file)
		if err != nil {
			b.Fatal(err)
		}
		report := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(m.HitObjects)), "ns/object")
		}
		b.Run(fmt.Sprintf("%s/%s/parse", c.ruleset, c.name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := beatmap.Parse(file); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
		b.Run(fmt.Sprintf("%s/%s/calculate", c.ruleset, c.name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := difficulty.Calculate(b.Context(), m, c.ruleset, nil); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
	}
}
