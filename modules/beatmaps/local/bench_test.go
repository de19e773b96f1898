package local

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/osu"
)

// fill makes n sets of four beatmaps each. Their words are as unevenly spread as those of a language.
func fill(tb testing.TB, db *database.DB, n int) {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.1, 4, 20_000)
	text := func(words int) string {
		out := ""
		for range words {
			out += fmt.Sprintf("%s ", word(zipf.Uint64()))
		}
		return out[:len(out)-1]
	}
	const batch = 500
	for first := 1; first <= n; first += batch {
		err := db.InTx(tb.Context(), func(ctx context.Context, tx bun.Tx) error {
			var sets []setRow
			var rows []beatmapRow
			for id := first; id < first+batch && id <= n; id++ {
				d := &draft{set: setRow{
					ID: int32(id), Artist: text(2), Title: text(3), Creator: text(1), Tags: text(12), Origin: imported,
					Status: osu.Status(random.IntN(7) - 2), UpdatedAt: time.Unix(1_200_000_000+int64(random.IntN(500_000_000)), 0).UTC(),
				}}
				for i := range 4 {
					d.rows = append(d.rows, &beatmapRow{
						ID: int32(id*4 + i), SetID: int32(id), MD5: fmt.Sprintf("%032x", id*4+i), File: fmt.Sprintf("%d.osu", id*4+i),
						Name: text(1), Ruleset: osu.Ruleset(random.IntN(4)), Status: d.set.Status, Stars: random.Float64() * 9,
						Approach: float64(random.IntN(100)) / 10, Plays: int64(random.IntN(10_000)), BPM: 100 + float64(random.IntN(150)),
						Length: int32(random.IntN(600_000)),
					})
				}
				d.settle()
				if err := writeWords(ctx, tx, d.set.ID, words(&d.set, slices.Values(d.rows))); err != nil {
					return err
				}
				sets = append(sets, d.set)
				for _, row := range d.rows {
					rows = append(rows, *row)
				}
			}
			if _, err := tx.NewInsert().Model(&sets).Exec(ctx); err != nil {
				return err
			}
			_, err := tx.NewInsert().Model(&rows).Exec(ctx)
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// word returns the nth of a made-up language, common ones first.
func word(n uint64) string {
	const consonants, vowels = "bdfghklmnprstvz", "aeiou"
	out := ""
	for n += 15 * 5; n > 0; n /= 15 * 5 {
		out += string(consonants[n%15]) + string(vowels[n/15%5])
	}
	return out
}

// BenchmarkSearch searches 25,000 sets with 100,000 beatmaps, and says how long the slowest hundredth takes.
func BenchmarkSearch(b *testing.B) {
	for _, engine := range []struct {
		name string
		of   func() *database.DB
	}{
		{"sqlite", func() *database.DB { return databasetest.Open(b, database.SQLite) }},
		{"postgres", func() *database.DB { return databasetest.Open(b, database.PostgreSQL) }},
		{"mysql", func() *database.DB { return databasetest.Open(b, database.MySQL) }},
	} {
		b.Run(engine.name, func(b *testing.B) {
			db := engine.of()
			fill(b, db, 25_000)
			s := newService(b, db)
			for _, test := range []struct {
				name  string
				query func(n int) beatmaps.Query
			}{
				{"newest", func(n int) beatmaps.Query { return beatmaps.Query{Offset: n % 20 * 50} }},
				{"ranked", func(n int) beatmaps.Query {
					return beatmaps.Query{Statuses: []osu.Status{osu.StatusRanked}, Offset: n % 20 * 50}
				}},
				{"common", func(n int) beatmaps.Query { return beatmaps.Query{Text: word(uint64(n % 20))} }},
				{"rare", func(n int) beatmaps.Query { return beatmaps.Query{Text: word(uint64(2000 + n%15_000))} }},
				{"two words", func(n int) beatmaps.Query {
					return beatmaps.Query{Text: word(uint64(n%50)) + " " + word(uint64(100+n%500))}
				}},
				{"beginning", func(n int) beatmaps.Query { return beatmaps.Query{Text: word(uint64(n % 75))[:3]} }},
				{"filter", func(n int) beatmaps.Query {
					return beatmaps.Query{Text: fmt.Sprintf("stars>%.2f ar<9", 3+float64(n%500)/100)}
				}},
			} {
				b.Run(test.name, func(b *testing.B) {
					var took []time.Duration
					for n := 0; b.Loop(); n++ {
						query := test.query(n)
						query.Limit = 50
						start := time.Now()
						page, err := s.Search(b.Context(), query)
						if err != nil {
							b.Fatal(err)
						}
						took = append(took, time.Since(start))
						if len(page.Sets) == 0 {
							b.Fatalf("%q finds nothing", query.Text)
						}
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				})
			}
		})
	}
}

// BenchmarkBeatmaps looks a beatmap up by its MD5 that is in memory, as each submission does.
func BenchmarkBeatmaps(b *testing.B) {
	db := databasetest.Open(b, database.SQLite)
	fill(b, db, 1000)
	s := newService(b, db)
	keys := []beatmaps.Key{{MD5: fmt.Sprintf("%032x", 4000)}}
	b.ReportAllocs()
	for b.Loop() {
		if found, err := s.Beatmaps(b.Context(), keys); err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
	}
}

func newService(tb testing.TB, db *database.DB) *Service {
	tb.Helper()
	cfg := DefaultConfig()
	cfg.Sources.Order = nil
	s, err := New(tb.Context(), cfg, Deps{DB: db, Log: slog.New(slog.NewTextHandler(tb.Output(), nil))})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
