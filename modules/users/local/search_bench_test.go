package local

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/uptrace/bun/dialect"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/users"
)

// BenchmarkSearch searches 100,000 accounts with names of syllables.
func BenchmarkSearch(b *testing.B) {
	for _, engine := range []dialect.Name{database.SQLite, database.PostgreSQL, database.MySQL} {
		b.Run(engine.String(), func(b *testing.B) { benchmarkSearch(b, databasetest.Open(b, engine)) })
	}
}

func benchmarkSearch(b *testing.B, db *database.DB) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		return fmt.Sprintf("%c%c", "bcdfghklmnprstvz"[r.IntN(16)], "aeiou"[r.IntN(5)])
	}
	rows, ends := make([]account, 0, 100_000), make([]nameEnd, 0, 800_000)
	for id := range int32(100_000) {
		name := fmt.Sprintf("%s%s%s%05d", word(), word(), word(), id)
		rows = append(rows, account{ID: 2000 + id, Name: name, SafeName: name, CreatedAt: now()})
		for at := 1; at <= len(name)-minInfix; at++ {
			ends = append(ends, nameEnd{UserID: 2000 + id, End: name[at:]})
		}
	}
	for chunk := range slices.Chunk(rows, 1000) {
		if _, err := db.NewInsert().Model(&chunk).Exec(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	for chunk := range slices.Chunk(ends, 5000) {
		if _, err := db.NewInsert().Model(&chunk).Exec(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	s := newService(b, db, nil)
	for _, text := range []string{"b", "ba", "bana", "banana", "12345", "nothing"} {
		b.Run(text, func(b *testing.B) {
			found := 0
			for b.Loop() {
				var err error
				if _, found, err = s.Search(b.Context(), text, 0, 20); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(found), "found")
			if found > users.MaxFound {
				b.Errorf("%d found", found)
			}
		})
	}
}
