// Package database opens the SQL databases that local implementations keep their rows in: SQLite, PostgreSQL, and MySQL
// or MariaDB, all through bun.
//
// Here live the connections, their settings and the few things on which the three engines disagree: what a unique
// violation looks like (IsUnique), how to insert or replace a row (Upsert), and which failures are worth trying again
// (Retryable, InTx). No table is described here: a module owns its rows in its store, and the schema lives in migrations.
//
// What callers may rely on, on every engine:
//
//   - times are stored to the microsecond, finer digits are cut, and read as the same instant with an offset of zero;
//   - text compares byte by byte when its column is declared with the vocabulary of package migrations;
//   - the number of affected rows of an update counts the rows that matched, changed or not;
//   - foreign keys are enforced.
//
// The isolation level is the engine's default. A transaction that reads a row, decides and writes must lock the row
// (SELECT … FOR UPDATE where DB.Locks says so) or put what it decided on into the WHERE of its write.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// The engines.
const (
	SQLite     = dialect.SQLite
	PostgreSQL = dialect.PG
	MySQL      = dialect.MySQL // and MariaDB
)

// Config is the database section of the configuration.
type Config struct {
	// URL names the database: sqlite:PATH, sqlite::memory:, postgres://USER:PASSWORD@HOST:PORT/NAME or
	// mysql://USER:PASSWORD@HOST:PORT/NAME; the servers also take ?socket=PATH.
	URL URL `koanf:"url" doc:"empty for peace.db in data_dir, or sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/NAME or mysql://USER:PASSWORD@HOST:PORT/NAME; ?socket=/path for a unix socket"`
	// MaxConns bounds the connections of the pool, 1 to 1000. On SQLite it bounds the readers: there is one writer.
	MaxConns int `koanf:"max_conns" doc:"connections at most; on SQLite those that read, beside the one that writes"`
	// MaxIdleTime and MaxLifetime say when a connection is closed; zero means never. SQLite ignores both.
	MaxIdleTime time.Duration `koanf:"max_idle_time" doc:"close a connection that was unused for so long; 0s is never"`
	MaxLifetime time.Duration `koanf:"max_lifetime" doc:"close a connection that is so old; 0s is never"`
}

// DefaultConfig is a SQLite file in the data directory and a pool that suits a small machine.
func DefaultConfig() Config {
	return Config{
		URL:         "sqlite:data/peace.db",
		MaxConns:    16,
		MaxIdleTime: 5 * time.Minute,
		MaxLifetime: 30 * time.Minute,
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	if _, err := c.URL.parse(); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	switch {
	case c.MaxConns < 1 || c.MaxConns > 1000:
		return fmt.Errorf("max_conns: must be between 1 and 1000, is %d", c.MaxConns)
	case c.MaxIdleTime < 0:
		return errors.New("max_idle_time: must not be negative")
	case c.MaxLifetime < 0:
		return errors.New("max_lifetime: must not be negative")
	}
	return nil
}

// DB is an open database. The embedded bun.DB writes, and may read. Reader only reads: on SQLite it is a pool of its own,
// so that readers neither wait for the single writer nor starve it; on the servers, and in memory, it is the same pool.
//
// On SQLite the writer is one connection. Inside a transaction use the transaction for everything: another write through
// the DB would wait for the connection that the transaction holds, until its context ends.
type DB struct {
	*bun.DB
	Reader *bun.DB

	url URL
}

// Open connects to the database that cfg names and checks that it answers. A SQLite file, and its directory, are created
// when they are missing, readable by nobody else. No error contains the password.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	u, err := cfg.URL.parse()
	if err != nil {
		return nil, fmt.Errorf("database: url: %w", err)
	}
	var db *DB
	switch u.scheme {
	case SQLite:
		db, err = openSQLite(ctx, u, cfg)
	case PostgreSQL:
		db, err = openPostgres(ctx, u, cfg)
	default:
		db, err = openMySQL(ctx, u, cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("database: open %s: %w", cfg.URL, cfg.URL.redact(err))
	}
	db.url = cfg.URL
	return db, nil
}

// Engine tells which of SQLite, PostgreSQL and MySQL the database is.
func (db *DB) Engine() dialect.Name { return db.Dialect().Name() }

// Locks reports whether SELECT … FOR UPDATE exists. SQLite has no such clause and no need: a transaction that writes is
// alone from its first statement.
func (db *DB) Locks() bool { return db.Engine() != SQLite }

// URL returns the address that the database was opened with. It prints without its password.
func (db *DB) URL() URL { return db.url }

// Check reports whether the database answers, both for writing and for reading.
func (db *DB) Check(ctx context.Context) error {
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("database: %w", db.url.redact(err))
	}
	if db.Reader == db.DB {
		return nil
	}
	if err := db.Reader.PingContext(ctx); err != nil {
		return fmt.Errorf("database: reader: %w", db.url.redact(err))
	}
	return nil
}

// Close closes every connection. Statements in flight fail.
func (db *DB) Close() error {
	var reader error
	if db.Reader != db.DB {
		reader = db.Reader.Close()
	}
	// The writer goes last: the last connection to a SQLite file folds its write-ahead log into it.
	return errors.Join(reader, db.DB.Close())
}

func bound(pool *sql.DB, cfg Config) {
	pool.SetMaxOpenConns(cfg.MaxConns)
	pool.SetMaxIdleConns(cfg.MaxConns)
	pool.SetConnMaxIdleTime(cfg.MaxIdleTime)
	pool.SetConnMaxLifetime(cfg.MaxLifetime)
}
