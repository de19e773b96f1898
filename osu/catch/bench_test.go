package catch_test

import (
	"context"
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/catch"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
)

func benchmarkMap(b *testing.B) *beatmap.Beatmap {
	b.Helper()
	return osutest.Sources(b)[0].Beatmap(b, "catch-streams")
}

// perObject reports the time per hit object of the file.
func perObject(b *testing.B, objects int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(objects), "ns/object")
}

func BenchmarkNew(b *testing.B) {
	m := benchmarkMap(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catch.New(context.Background(), m, nil); err != nil {
			b.Fatal(err)
		}
	}
	perObject(b, len(m.HitObjects))
}

func BenchmarkDifficulty(b *testing.B) {
	m := benchmarkMap(b)
	played := playable(b, m, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := catch.Difficulty(context.Background(), played); err != nil {
			b.Fatal(err)
		}
	}
	perObject(b, len(m.HitObjects))
}

func BenchmarkPerformance(b *testing.B) {
	ms := osutest.Mods(b, "HD,DT:speed_change=1.3")
	a := catch.Attributes{Stars: 6.5, MaxCombo: 1200, ApproachRate: 9.2}
	play := score.Play{Mods: ms, MaxCombo: 900, Statistics: score.Statistics{
		score.Great: 900, score.LargeTickHit: 290, score.SmallTickHit: 500, score.SmallTickMiss: 7, score.Miss: 3,
	}}
	b.ReportAllocs()
	for b.Loop() {
		if a.Performance(play).Total == 0 {
			b.Fatal("worth nothing")
		}
	}
}
