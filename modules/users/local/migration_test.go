package local

import (
	"testing"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

// profilesVersion is the change that brought profiles and the search.
const profilesVersion = "20261121001500"

// TestMigration finds those by a part of their name who were there before anybody could be searched for.
func TestMigration(t *testing.T) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		db := databasetest.Connect(t, url)
		m, err := migrations.New(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		done, err := m.Up(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		undo := 0
		for _, change := range done {
			if change.Version >= profilesVersion {
				undo++
			}
		}
		if _, err := m.Down(t.Context(), undo); err != nil {
			t.Fatal(err)
		}
		for id, name := range map[int32]string{2001: "ab", 2002: "abc", 2003: "0123456789 abcd"} {
			row := account{ID: id, Name: name, CreatedAt: now()}
			row.SafeName = map[int32]string{2001: "ab", 2002: "abc", 2003: "0123456789_abcd"}[id]
			if _, err := db.NewInsert().Model(&row).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := newService(t, db, nil)
		for text, want := range map[string]int{"ab": 3, "bc": 2, "cd": 1, "b": 1, "9 a": 1, "12": 1, "d": 0, "banc": 1, "ncho": 1} {
			if found, total, err := s.Search(t.Context(), text, 0, 10); err != nil || total != want || len(found) != want {
				t.Errorf("%q: %d of %d found, want %d, %v", text, len(found), total, want, err)
			}
		}
	})
}
