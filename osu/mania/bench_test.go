package mania_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/mania"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/score"
)

// benchmarks are the synthetic maps to measure with: native ones with and without many holds, and a converted one.
var benchmarks = []string{"mania-4k", "mania-7k-holds", "osu-aim"}

func measured(b *testing.B, name string) ([]byte, *beatmap.Beatmap, *mania.Beatmap) {
	b.Helper()
	data := osutest.Sources(b)[0].Map(b, name)
	m, err := beatmap.Parse(data)
	if err != nil {
		b.Fatal(err)
	}
	return data, m, playable(b, m, nil)
}

func perObject(b *testing.B, objects int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(objects), "ns/object")
}

func BenchmarkParse(b *testing.B) {
	for _, name := range benchmarks {
		data, _, p := measured(b, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := beatmap.Parse(data); err != nil {
					b.Fatal(err)
				}
			}
			perObject(b, len(p.Objects))
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for _, name := range benchmarks {
		_, m, p := measured(b, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := mania.New(b.Context(), m, nil); err != nil {
					b.Fatal(err)
				}
			}
			perObject(b, len(p.Objects))
		})
	}
}

func BenchmarkDifficulty(b *testing.B) {
	for _, name := range benchmarks {
		_, _, p := measured(b, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := mania.Difficulty(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
			perObject(b, len(p.Objects))
		})
	}
}

func BenchmarkPerformance(b *testing.B) {
	_, _, p := measured(b, benchmarks[0])
	a, err := mania.Difficulty(b.Context(), p)
	if err != nil {
		b.Fatal(err)
	}
	play := score.Play{Mods: mods.Of(mods.NoFail), Statistics: p.Max(), MaxCombo: a.MaxCombo, Accuracy: 1}
	play.Statistics[score.Ok] = 40
	b.ReportAllocs()
	for b.Loop() {
		a.Performance(play)
	}
}
