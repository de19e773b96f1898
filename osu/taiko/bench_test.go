package taiko_test

import (
	"context"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/taiko"
)

// benchmark runs fn over beatmaps of taiko and of osu!, and reports its time per hit object of the file.
func benchmark(b *testing.B, fn func(*beatmap.Beatmap, *taiko.Beatmap) error) {
	b.Helper()
	for _, name := range []string{"taiko-patterns", "taiko-speed", "osu-mixed"} {
		m := osutest.Sources(b)[0].Beatmap(b, name)
		played := playable(b, m, nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := fn(m, played); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(m.HitObjects)), "ns/object")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	benchmark(b, func(m *beatmap.Beatmap, _ *taiko.Beatmap) error {
		_, err := taiko.New(context.Background(), m, nil)
		return err
	})
}

func BenchmarkDifficulty(b *testing.B) {
	benchmark(b, func(_ *beatmap.Beatmap, played *taiko.Beatmap) error {
		_, err := taiko.Difficulty(context.Background(), played)
		return err
	})
}

func BenchmarkTimed(b *testing.B) {
	benchmark(b, func(_ *beatmap.Beatmap, played *taiko.Beatmap) error {
		_, err := taiko.Timed(context.Background(), played)
		return err
	})
}

func BenchmarkPerformance(b *testing.B) {
	a := taiko.Attributes{
		Stars: 6.1, MaxCombo: 1200, Rhythm: 1.3, MonoStaminaFactor: 0.1, ConsistencyFactor: 0.8, OverallDifficulty: 5.5,
	}
	p := score.Play{
		Mods: osutest.Mods(b, "HD,DT:speed_change=1.3"), MaxCombo: 900,
		Statistics: score.Statistics{score.Great: 1150, score.Ok: 47, score.Miss: 3},
	}
	b.ReportAllocs()
	for b.Loop() {
		if a.Performance(p).Total == 0 {
			b.Fatal("worth nothing")
		}
	}
}
