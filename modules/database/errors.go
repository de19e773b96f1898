package database

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/driver/pgdriver"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// IsUnique reports whether a row was refused because another one has the same primary or unique key.
func IsUnique(err error) bool {
	return matches(err, codes{
		sqlite:   []int{sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID},
		postgres: []string{"23505"},
		mysql:    []uint16{1062, 1586},
	})
}

// IsForeignKey reports whether a row was refused because the row it refers to does not exist, or kept because other rows
// refer to it.
func IsForeignKey(err error) bool {
	return matches(err, codes{
		sqlite:   []int{sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY},
		postgres: []string{"23503"},
		mysql:    []uint16{1216, 1217, 1451, 1452},
	})
}

// Retryable reports whether the engine gave a transaction up for the sake of another one (a deadlock, a serialization
// failure, a lock that stayed busy), so that the same transaction may succeed when it is run again.
func Retryable(err error) bool {
	var busy *sqlite.Error
	if errors.As(err, &busy) {
		primary := busy.Code() & 0xff // the rest of the code says why it is busy
		return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
	}
	return matches(err, codes{
		postgres: []string{"40001", "40P01", "55P03"},
		mysql:    []uint16{1020, 1205, 1213},
	})
}

type codes struct {
	sqlite   []int
	postgres []string
	mysql    []uint16
}

func matches(err error, c codes) bool {
	var (
		lite *sqlite.Error
		pg   pgdriver.Error
		my   *mysql.MySQLError
	)
	switch {
	case errors.As(err, &lite):
		return slices.Contains(c.sqlite, lite.Code())
	case errors.As(err, &pg):
		return slices.Contains(c.postgres, pg.Field('C'))
	case errors.As(err, &my):
		return slices.Contains(c.mysql, my.Number)
	}
	return false
}

// txAttempts bounds how often InTx runs its function.
const txAttempts = 5

// InTx runs fn in a transaction and commits it when fn returns nil. When the engine gave the transaction up (Retryable)
// it is rolled back and fn runs again, at most five times in all with a short random pause between, so fn must not have
// effects outside the transaction. Within fn use tx for every statement.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.RunInTx(ctx, nil, fn)
		if err == nil || attempt == txAttempts || !Retryable(err) {
			return err
		}
		pause := time.Duration(1+rand.IntN(10<<attempt)) * time.Millisecond
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}
