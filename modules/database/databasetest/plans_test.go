package databasetest_test

import (
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

// recorder takes down what would fail a test.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, strings.TrimSpace(format), args[0].(string))
}

func TestIndexed(t *testing.T) {
	db := databasetest.Connect(t, databasetest.URL(t, database.SQLite))
	for _, statement := range []string{"CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, c TEXT)", "CREATE INDEX a_b ON a (b)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for column, scans := range map[string]int{"id": 0, "b": 0, "c": 1} {
		for _, except := range []string{"a", "other"} {
			r := &recorder{TB: t}
			watched := databasetest.Indexed(r, db, except)
			var found []int
			for range 2 { // told once
				err := watched.Reader.NewSelect().Table("a").Column("id").Where(column+" = ?", "x").Scan(t.Context(), &found)
				if err != nil {
					t.Fatal(err)
				}
			}
			want := scans
			if except == "a" {
				want = 0
			}
			if len(r.errors)/2 != want {
				t.Errorf("by %s, except %s: %q", column, except, r.errors)
			}
		}
	}
}
