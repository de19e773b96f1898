package database

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// busyTimeout is how long, in milliseconds, a statement waits for a lock of another process (a backup, a second Peace)
// before it fails.
const busyTimeout = "10000"

func openSQLite(ctx context.Context, a address, cfg Config) (*DB, error) {
	if a.file == ":memory:" {
		// Every connection to :memory: is a database of its own, so there is one, which never ends.
		pool, err := openSQLitePool(ctx, "file::memory:", url.Values{"_txlock": {"immediate"}}, 1)
		if err != nil {
			return nil, err
		}
		return &DB{DB: pool, Reader: pool}, nil
	}

	file, err := filepath.Abs(a.file)
	if err != nil {
		return nil, err
	}
	if err := createPrivate(file); err != nil {
		return nil, err
	}
	uri := sqliteURI(file)
	writer, err := openSQLitePool(ctx, uri, url.Values{
		"_txlock":       {"immediate"}, // a lock taken late cannot be waited for: SQLite fails at once with BUSY_SNAPSHOT
		"_journal_mode": {"WAL"},
		"_synchronous":  {"NORMAL"},
	}, 1)
	if err != nil {
		return nil, err
	}
	reader, err := openSQLitePool(ctx, uri, url.Values{
		"_synchronous": {"NORMAL"},
		"_query_only":  {"1"},
	}, cfg.MaxConns)
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return &DB{DB: writer, Reader: reader}, nil
}

func openSQLitePool(ctx context.Context, uri string, params url.Values, conns int) (*bun.DB, error) {
	params.Set("_busy_timeout", busyTimeout)
	params.Set("_foreign_keys", "1")
	params.Set("_timezone", "UTC")
	params.Set("_dqs", "0") // a misspelt column in double quotes is an error, not a string
	pool, err := sql.Open("sqlite", uri+"?"+params.Encode())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return bun.NewDB(pool, sqlitedialect.New()), nil
}

// sqliteURI writes an absolute path as a file: address, so that no character of it is taken for a parameter.
func sqliteURI(file string) string {
	slashed := filepath.ToSlash(file)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/peace.db
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

// createPrivate makes the file before SQLite does, because SQLite would make it readable for everybody, and it gives
// its log the mode of the file.
func createPrivate(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}
