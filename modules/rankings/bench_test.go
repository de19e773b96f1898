package rankings_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/rankings/rankingstest"
	"github.com/pure-peace/peace/modules/state/memory"
)

// newBench returns a service that has counted the best plays of so many players on so many beatmaps each.
func newBench(b *testing.B, players, beatmaps int) (*local.Service, *rankingstest.Book) {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := memory.New(b.Context(), memory.Config{}, log)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	book := rankingstest.NewBook()
	s, err := local.New(b.Context(), local.DefaultConfig(), local.Deps{
		DB: databasetest.Open(b, database.SQLite), Scores: book, State: store, Sessions: nobody{}, Log: log,
	})
	if err != nil {
		b.Fatal(err)
	}
	for user := range players {
		for beatmap := range beatmaps {
			book.Play(pass(int32(user+1), int32(10*beatmap+1), float64(1+rand.IntN(300))))
		}
	}
	seq, _ := book.Latest(b.Context())
	if _, err := s.Effect(b.Context(), seq, seq); err != nil {
		b.Fatal(err)
	}
	return s, book
}

// BenchmarkEffect counts plays of which every fourth is a new best, asked for by so many edges at once. One operation is a play.
func BenchmarkEffect(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			s, book := newBench(b, 500, 100)
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			var done atomic.Int64
			for range callers {
				wg.Go(func() {
					for n := done.Add(1); n <= int64(b.N); n = done.Add(1) {
						pp := 0.5
						if n%4 == 0 {
							pp = 300 + float64(n)/1e3
						}
						play, seq := book.Play(pass(int32(1+rand.IntN(500)), int32(10*rand.IntN(200)+1), pp))
						if _, err := s.Effect(b.Context(), seq, play.ID); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "plays/s")
		})
	}
}

// BenchmarkRanking reads pages of a ranking of 100,000 players, at its beginning and as far behind as one can look.
func BenchmarkRanking(b *testing.B) {
	s, _ := newBench(b, 100_000, 1)
	for _, offset := range []int{0, 9_900} {
		b.Run(fmt.Sprint(offset), func(b *testing.B) {
			for b.Loop() {
				page, err := s.Ranking(b.Context(), rankings.Listing{Board: standard, By: rankings.ByPerformance, Offset: offset, Limit: 50})
				if err != nil || len(page.Statistics) != 50 {
					b.Fatal(len(page.Statistics), err)
				}
			}
		})
	}
	b.Run("statistics", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Statistics(b.Context(), []int32{int32(1 + rand.IntN(100_000))}, standard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("countries", func(b *testing.B) {
		for b.Loop() { // made once a minute
			if _, err := s.Countries(b.Context(), standard, 0, 50); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRebuild counts 100 plays of each of 500 players anew.
func BenchmarkRebuild(b *testing.B) {
	s, _ := newBench(b, 500, 100)
	for b.Loop() {
		for _, err := range s.Rebuild(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(50_000*b.N)/b.Elapsed().Seconds(), "plays/s")
}
