package local

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun/dialect"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorestest"
)

// BenchmarkSubmit measures plays to a durable answer: 64 players at once, with boards that somebody looks at.
func BenchmarkSubmit(b *testing.B) {
	for name, engine := range map[string]dialect.Name{"sqlite": database.SQLite, "postgres": database.PostgreSQL, "mysql": database.MySQL} {
		b.Run(name, func(b *testing.B) {
			db, w := databasetest.Open(b, engine), newWorld(b)
			s := newService(b, db, w)
			for id := aMap; id < aMap+5; id++ {
				if _, err := s.Leaderboard(b.Context(), scores.Board{BeatmapID: id, Client: scores.Stable}); err != nil {
					b.Fatal(err)
				}
			}
			var n atomic.Int64
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					sub := submission(fmt.Sprint("key", i), aUser+rand.Int32N(100), aMap+rand.Int32N(5), rand.Int32N(100)+1, rand.Int64N(1_000_000)+1)
					if _, err := s.Submit(b.Context(), sub); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "plays/s")
		})
	}
}

// crowd fills a database with scores: many on one beatmap, the rest spread over others, a thousand on each. The database makes the
// rows by itself, which is many times faster than to send them.
func crowd(b *testing.B, db *database.DB, onOne, all int) {
	b.Helper()
	exec := func(query string, args ...any) {
		if _, err := db.ExecContext(b.Context(), query, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec("INSERT INTO score_beatmaps VALUES (?, ?, 1, 0, 0, TRUE, FALSE)", aMap, scorestest.MD5(aMap))
	exec(`INSERT INTO scores
		WITH RECURSIVE number (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM number WHERE i < ?)
		SELECT i, 'crowd' || i, 10000 + i % ?, CASE WHEN i <= ? THEN ? ELSE 1000000 + i / 1000 END, ?, 0, 0, 1, '20251121', 'HD,CL', 'HD',
			'{"great":95,"ok":5}', NULL, 0, 0, 100, i * 7919 % 1000003, i * 104729 % 1000003, 0.97, 1, i * 15485863 % 500009 / 1000.0,
			'greats', 1, FALSE, TRUE, FALSE, TRUE, 60000, ?, 'replays/1', 0, NULL, NULL, 0
		FROM number`, all, onOne, onOne, aMap, scorestest.MD5(aMap), time.Now().UTC())
	for _, m := range metrics {
		value := map[scores.Metric]string{scores.ByPerformance: "pp * 1000000", scores.ByTotal: "total", scores.ByClassic: "classic"}[m]
		for _, key := range []string{anyMods, "HD"} {
			exec(`INSERT INTO score_bests
				SELECT user_id, beatmap_id, 0, 0, ?, 0, ?, id, CAST(-`+value+` AS BIGINT),
					CASE id % 4 WHEN 0 THEN 'DE' WHEN 1 THEN 'FR' WHEN 2 THEN 'JP' ELSE 'US' END, FALSE
				FROM scores WHERE id <= ?`, m, key, all)
		}
	}
	exec("UPDATE score_turn SET last_score = ? WHERE id = 1", all)
	if db.Engine() == database.PostgreSQL { // which it does by itself, a minute later
		exec("ANALYZE")
	}
}

// BenchmarkLeaderboard measures a board of 50 with one's own best, on a beatmap with 100,000 scores of 1,000,000 in the table.
func BenchmarkLeaderboard(b *testing.B) {
	onOne, all := 100_000, 1_000_000
	if testing.Short() {
		onOne, all = 10_000, 50_000
	}
	for name, engine := range map[string]dialect.Name{"sqlite": database.SQLite, "postgres": database.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			db := databasetest.Open(b, engine)
			crowd(b, db, onOne, all)
			s := newService(b, db, newWorld(b))
			board := scores.Board{BeatmapID: aMap, Client: scores.Stable, Limit: 50}
			ask := func(b *testing.B, board scores.Board) {
				out, err := s.Leaderboard(b.Context(), board)
				if err != nil || out.Count == 0 || out.Own == nil {
					b.Fatal(out.Count, out.Own, err)
				}
			}
			narrowed := func(narrow func(*scores.Board)) scores.Board {
				n := board
				narrow(&n)
				return n
			}
			for _, test := range []struct {
				name  string
				board scores.Board
			}{
				{"all", board},
				{"country", narrowed(func(b *scores.Board) { b.Country = "JP" })},
				{"friends", narrowed(func(b *scores.Board) {
					b.Users = &scores.Users{IDs: make([]int32, 500)}
					for i := range b.Users.IDs {
						b.Users.IDs[i] = int32(10_000 + 7*i)
					}
				})},
			} {
				b.Run(test.name, func(b *testing.B) {
					var took []time.Duration
					test.board.UserID = 10_000
					ask(b, test.board)
					for b.Loop() {
						test.board.UserID = int32(10_000 + rand.IntN(onOne))
						begun := time.Now()
						ask(b, test.board)
						took = append(took, time.Since(begun))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				})
			}
			b.Run("first look", func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					s.boards.mu.Lock()
					s.boards.clear()
					s.boards.mu.Unlock()
					b.StartTimer()
					board.UserID = 10_000
					ask(b, board)
				}
			})
		})
	}
}

// BenchmarkRecalculate measures scores a second of which every one changes. What pp costs is left out: the world's is free.
func BenchmarkRecalculate(b *testing.B) {
	db, w := databasetest.Open(b, database.SQLite), newWorld(b)
	s := newService(b, db, w)
	const plays = 20_000
	for from := 0; from < plays; from += 100 {
		batch := make([]*intake, 100)
		for i := range batch {
			sub := submission(fmt.Sprint("key", from+i), aUser+rand.Int32N(100), aMap+rand.Int32N(5), rand.Int32N(100)+1, rand.Int64N(1_000_000)+1)
			batch[i] = &intake{sub: sub, row: submissionRow{Key: sub.Key, UserID: sub.UserID, BeatmapMD5: sub.BeatmapMD5, Payload: []byte{}}}
		}
		for i, err := range s.keep(b.Context(), batch) {
			if err == nil {
				batch[i].weighed, err = s.weigh(b.Context(), &batch[i].sub)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		for _, err := range s.settle(b.Context(), batch) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	done := 0
	for version := int32(2); b.Loop(); version++ {
		w.Version(version)
		for p, err := range s.Recalculate(b.Context(), scores.Recalculation{}) {
			if err != nil {
				b.Fatal(err)
			}
			if p.Done == plays {
				done += p.Done
			}
		}
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "scores/s")
}
