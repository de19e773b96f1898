package standard_test

import (
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/standard"
)

// measured are the synthetic maps to measure with and, as "real", all real maps together when there are any.
func measured(b *testing.B, run func(b *testing.B, parsed []*beatmap.Beatmap, objects int)) {
	b.Helper()
	sources := osutest.Sources(b)
	for _, name := range []string{"osu-aim", "osu-speed", "osu-mixed"} {
		m := sources[0].Beatmap(b, name)
		b.Run(name, func(b *testing.B) { run(b, []*beatmap.Beatmap{m}, len(m.HitObjects)) })
	}
	for _, source := range sources[1:] {
		var all []*beatmap.Beatmap
		objects := 0
		for _, data := range source.Maps(b) {
			if m, err := beatmap.Parse(data); err == nil && m.Mode == osu.Standard {
				if p, err := standard.New(b.Context(), m, nil); err == nil && len(p.Objects) > 1 {
					all = append(all, m)
					objects += len(p.Objects)
				}
			}
		}
		b.Run("real", func(b *testing.B) { run(b, all, objects) })
	}
}

func perObject(b *testing.B, objects int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(objects), "ns/object")
}

func BenchmarkNew(b *testing.B) {
	measured(b, func(b *testing.B, parsed []*beatmap.Beatmap, objects int) {
		b.ReportAllocs()
		for b.Loop() {
			for _, m := range parsed {
				if _, err := standard.New(b.Context(), m, nil); err != nil {
					b.Fatal(err)
				}
			}
		}
		perObject(b, objects)
	})
}

func BenchmarkDifficulty(b *testing.B) {
	measured(b, func(b *testing.B, parsed []*beatmap.Beatmap, objects int) {
		var converted []*standard.Beatmap
		for _, m := range parsed {
			converted = append(converted, playable(b, m, nil))
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range converted {
				if _, err := standard.Difficulty(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
		}
		perObject(b, objects)
	})
}

func BenchmarkPerformance(b *testing.B) {
	set := osutest.Mods(b, "HD,DT,FL,CL")
	p := playable(b, osutest.Sources(b)[0].Beatmap(b, "osu-mixed"), set)
	a, err := standard.Difficulty(b.Context(), p)
	if err != nil {
		b.Fatal(err)
	}
	total := int64(1_000_000)
	play := score.Play{Mods: set, MaxCombo: a.MaxCombo / 2, Accuracy: 0.97, LegacyTotal: &total}
	play.Statistics[score.Great] = int32(len(p.Objects) - 9)
	play.Statistics[score.Ok], play.Statistics[score.Meh], play.Statistics[score.Miss] = 5, 2, 2
	b.ReportAllocs()
	for b.Loop() {
		a.Performance(play)
	}
}

func BenchmarkTimed(b *testing.B) {
	p := playable(b, osutest.Sources(b)[0].Beatmap(b, "osu-mixed"), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := standard.Timed(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
	perObject(b, len(p.Objects))
}
