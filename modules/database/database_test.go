package database_test

import (
	"testing"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

func TestCheck(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if err := db.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
