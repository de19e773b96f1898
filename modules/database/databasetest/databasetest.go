// Package databasetest gives tests real databases: empty, migrated, and for each test its own.
//
// SQLite is always there. PostgreSQL and MySQL, or MariaDB, are used when the environment names a server whose user may create
// databases:
//
//	PEACE_TEST_POSTGRES=postgres://user:password@127.0.0.1:5432/postgres
//	PEACE_TEST_MYSQL=mysql://user:password@127.0.0.1:3306/mysql
//
// Without one its tests are skipped by name, or fail when PEACE_TEST_REQUIRE=1. The test command of the repository starts
// both. Everything here may be called from parallel tests and from several processes at once.
package databasetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun/dialect"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
)

// engines are the subtests of Each, in order.
var engines = []struct {
	name   string
	engine dialect.Name
}{
	{"sqlite", database.SQLite},
	{"postgres", database.PostgreSQL},
	{"mysql", database.MySQL},
}

// Each runs test as a subtest on every engine, each time with a database of its own that has the whole schema and no rows.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { test(t, Open(t, e.engine)) })
	}
}

// EachURL is like Each for tests that open the database themselves: it is empty, without a schema.
func EachURL(t *testing.T, test func(t *testing.T, url database.URL)) {
	t.Helper()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) { test(t, URL(t, e.engine)) })
	}
}

// Open returns a migrated database without rows, which is gone when the test ends. It skips the test when the engine is not
// available.
func Open(t testing.TB, engine dialect.Name) *database.DB {
	t.Helper()
	db := Connect(t, URL(t, engine))
	m, err := migrations.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Connect opens a database for the length of the test.
func Connect(t testing.TB, url database.URL) *database.DB {
	t.Helper()
	cfg := database.DefaultConfig()
	cfg.URL = url
	cfg.MaxConns = 8 // servers allow about a hundred, and packages are tested side by side
	db, err := database.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// URL creates an empty database, which is gone when the test ends, and returns its address. It skips the test when the
// engine is not available.
func URL(t testing.TB, engine dialect.Name) database.URL {
	t.Helper()
	switch engine {
	case database.PostgreSQL:
		return create(t, "PEACE_TEST_POSTGRES", "TEMPLATE template0", "WITH (FORCE)")
	case database.MySQL:
		return create(t, "PEACE_TEST_MYSQL", "", "")
	default:
		return database.URL("sqlite:" + filepath.Join(t.TempDir(), "test.db"))
	}
}

// create makes a database on the server that a variable names.
func create(t testing.TB, variable, createSuffix, dropSuffix string) database.URL {
	t.Helper()
	server := os.Getenv(variable)
	if server == "" {
		if os.Getenv("PEACE_TEST_REQUIRE") == "1" {
			t.Fatalf("%s names no server, and PEACE_TEST_REQUIRE=1 demands one", variable)
		}
		t.Skipf("%s names no server", variable)
	}
	address, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is not an address", variable)
	}
	name := "peace_test_" + strings.ToLower(rand.Text())
	address.Path = "/" + name

	execute(t, t.Context(), server, "CREATE DATABASE "+name+" "+createSuffix)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		execute(t, ctx, server, "DROP DATABASE "+name+" "+dropSuffix)
	})
	return database.URL(address.String())
}

// execute runs one statement on a connection of its own, so that idle ones never add up.
func execute(t testing.TB, ctx context.Context, server, statement string) {
	t.Helper()
	cfg := database.DefaultConfig()
	cfg.URL, cfg.MaxConns = database.URL(server), 1
	db, err := database.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(ctx, statement)
	if closeErr := db.Close(); err != nil || closeErr != nil {
		t.Error(statement, err, closeErr)
		t.FailNow()
	}
}
