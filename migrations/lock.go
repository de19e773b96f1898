package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/database"
)

// lockRetry is the pause between two attempts to take the lock. The servers could wait by themselves, but a context cannot
// end that on every driver.
const lockRetry = 50 * time.Millisecond

// postgresLock is the number of the advisory lock; advisory locks are per database. It spells "peace".
const postgresLock = 0x7065616365

// lock waits until no other process migrates the database. What it takes vanishes with the process or its connection, so a
// crash leaves nothing to clear: this is why bun's own lock, a row, is not used.
func lock(ctx context.Context, db *database.DB) (unlock func() error, err error) {
	switch db.Engine() {
	case database.SQLite:
		return lockSQLite(ctx, db)
	case database.PostgreSQL:
		return lockServer(ctx, db, fmt.Sprintf("SELECT pg_try_advisory_lock(%d)", postgresLock),
			fmt.Sprintf("SELECT pg_advisory_unlock(%d)", postgresLock))
	default:
		// Names of locks are shared by all databases of a server and at most 64 characters long.
		const name = "CONCAT('peace/', SHA1(DATABASE()))"
		return lockServer(ctx, db, "SELECT GET_LOCK("+name+", 0)", "SELECT RELEASE_LOCK("+name+")")
	}
}

// lockServer takes a lock that belongs to the session, on a connection kept for it.
func lockServer(ctx context.Context, db *database.DB, take, release string) (func() error, error) {
	conn, err := db.DB.DB.Conn(ctx)
	if err != nil {
		return nil, err
	}
	err = retry(ctx, func() (bool, error) {
		var ok sql.NullBool
		err := conn.QueryRowContext(ctx, take).Scan(&ok)
		return ok.Bool, err
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		// The work may have ended because its context did; the session goes back to the pool and must not keep the lock.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		var ok sql.NullBool
		err := conn.QueryRowContext(ctx, release).Scan(&ok)
		return errors.Join(err, conn.Close())
	}, nil
}

// lockSQLite opens a transaction on a small database of its own beside the file. The file itself cannot serve: whoever
// held it exclusively could not migrate it through the pool.
func lockSQLite(ctx context.Context, db *database.DB) (func() error, error) {
	file := strings.TrimPrefix(string(db.URL()), "sqlite:")
	if file == ":memory:" {
		return func() error { return nil }, nil // nobody else can reach it
	}
	file, err := filepath.Abs(file + ".lock")
	if err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()+"?_txlock=exclusive")
	if err != nil {
		return nil, err
	}
	var tx *sql.Tx
	err = retry(ctx, func() (bool, error) {
		tx, err = pool.BeginTx(context.WithoutCancel(ctx), nil)
		if database.Retryable(err) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return func() error { return errors.Join(tx.Rollback(), pool.Close()) }, nil
}

func retry(ctx context.Context, attempt func() (bool, error)) error {
	for {
		ok, err := attempt()
		if ok || err != nil {
			return err
		}
		select {
		case <-time.After(lockRetry):
		case <-ctx.Done():
			return fmt.Errorf("another process is migrating: %w", ctx.Err())
		}
	}
}
