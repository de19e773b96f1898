package database_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/feature"
	"github.com/uptrace/bun/dialect/mysqldialect"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
)

// The tables that these tests use, written as an embedder would write them.
var tables = fstest.MapFS{
	"20000101000000_pets.up.sql": {Data: []byte(`
CREATE TABLE owners (id {{.ID}}, name {{.String 32}} NOT NULL, UNIQUE (name));
CREATE TABLE pets (
    id       {{.ID}},
    owner_id BIGINT NOT NULL,
    name     {{.String 32}} NOT NULL,
    legs     INTEGER NOT NULL DEFAULT 4,
    born_at  {{.Time}} NOT NULL DEFAULT {{.Now}},
    FOREIGN KEY (owner_id) REFERENCES owners (id),
    UNIQUE (owner_id, name)
);`)},
	"20000101000000_pets.down.sql": {Data: []byte("DROP TABLE pets;\nDROP TABLE owners;")},
}

type owner struct {
	ID   int64 `bun:",pk,autoincrement"`
	Name string
}

type pet struct {
	ID      int64 `bun:",pk,autoincrement"`
	OwnerID int64
	Name    string
	Legs    int
	BornAt  time.Time
}

func each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	databasetest.EachURL(t, func(t *testing.T, url database.URL) {
		db := databasetest.Connect(t, url)
		m, err := migrations.New(t.Context(), db, tables)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, db)
	})
}

func insert(t *testing.T, db bun.IDB, model any) {
	t.Helper()
	if _, err := db.NewInsert().Model(model).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if err := db.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Check(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("Check under an ended context: %v", err)
		}
	})
}

func TestGeneratedID(t *testing.T) {
	test := func(t *testing.T, db *bun.DB) {
		first, second := owner{Name: "cookiezi"}, owner{Name: "peppy"}
		insert(t, db, &first)
		insert(t, db, &second)
		if first.ID == 0 || second.ID <= first.ID {
			t.Fatalf("generated ids %d, then %d", first.ID, second.ID)
		}
		var got owner
		if err := db.NewSelect().Model(&got).Where("id = ?", second.ID).Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(second, got); diff != "" {
			t.Error(diff)
		}
	}
	each(t, func(t *testing.T, db *database.DB) {
		test(t, db.DB)
		if db.Engine() == database.MySQL {
			// MariaDB returns the id from the INSERT; MySQL 8 cannot, and reports it with the result.
			t.Run("without returning", func(t *testing.T) {
				if _, err := db.NewTruncateTable().Model((*pet)(nil)).Exec(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := db.NewDelete().Model((*owner)(nil)).Where("TRUE").Exec(t.Context()); err != nil {
					t.Fatal(err)
				}
				plain := bun.NewDB(db.DB.DB, &lastInsertID{mysqldialect.New(mysqldialect.WithTimeLocation("UTC"))})
				if plain.HasFeature(feature.InsertReturning) {
					t.Fatal("still returns ids")
				}
				test(t, plain)
			})
		}
	})
}

// lastInsertID is the MySQL dialect as it is on a server without INSERT … RETURNING.
type lastInsertID struct{ *mysqldialect.Dialect }

func (d *lastInsertID) Features() feature.Feature {
	return d.Dialect.Features().Remove(feature.InsertReturning)
}

func TestTimes(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		o := owner{Name: "peppy"}
		insert(t, db, &o)
		tokyo := time.FixedZone("JST", 9*3600)
		for i, at := range []time.Time{
			time.Date(2007, 9, 16, 1, 2, 3, 0, time.UTC),
			time.Date(2026, 3, 29, 1, 30, 0, 100000*1000, time.UTC),
			time.Date(2026, 12, 31, 23, 59, 59, 999999*1000+999, time.UTC), // cut, never rounded into next year
			time.Date(2026, 1, 1, 3, 4, 5, 1000, tokyo),
		} {
			p := pet{OwnerID: o.ID, Name: fmt.Sprint(i), BornAt: at}
			insert(t, db, &p)
			var got time.Time
			if err := db.Reader.NewSelect().Model((*pet)(nil)).Column("born_at").Where("id = ?", p.ID).Scan(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			if want := at.UTC().Truncate(time.Microsecond); !got.Equal(want) {
				t.Errorf("stored %v, read %v", at, got)
			}
			if _, offset := got.Zone(); offset != 0 {
				t.Errorf("stored %v, read in zone %v", at, got.Location())
			}
			n, err := db.NewSelect().Model((*pet)(nil)).Where("born_at = ?", at).Count(t.Context())
			if err != nil || n != 1 {
				t.Errorf("found %d rows born at %v, %v", n, at, err)
			}
		}

		var names []string
		err := db.NewSelect().Model((*pet)(nil)).Column("name").Order("born_at").Scan(t.Context(), &names)
		if want := []string{"0", "3", "1", "2"}; err != nil || !slices.Equal(names, want) {
			t.Errorf("ordered by time: %v, want %v, %v", names, want, err)
		}

		before := time.Now().Add(-time.Minute)
		if _, err := db.ExecContext(t.Context(), "INSERT INTO pets (owner_id, name) VALUES (?, 'now')", o.ID); err != nil {
			t.Fatal(err)
		}
		n, err := db.NewSelect().Model((*pet)(nil)).Where("born_at BETWEEN ? AND ?", before, time.Now().Add(time.Minute)).Count(t.Context())
		if err != nil || n != 1 {
			t.Errorf("found %d rows born within a minute by default, %v", n, err)
		}
	})
}

func TestViolations(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		o := owner{Name: "peppy"}
		insert(t, db, &o)
		insert(t, db, &pet{OwnerID: o.ID, Name: "Muzi"})
		exec := func(model any) error {
			_, err := db.NewInsert().Model(model).Exec(t.Context())
			return err
		}
		_, deleted := db.NewDelete().Model(&o).WherePK().Exec(t.Context())
		_, missing := db.ExecContext(t.Context(), "SELECT nothing FROM nowhere")
		for name, test := range map[string]struct {
			err                error
			unique, foreignKey bool
		}{
			"same name":            {err: exec(&owner{Name: "peppy"}), unique: true},
			"same id":              {err: exec(&owner{ID: o.ID, Name: "other"}), unique: true},
			"unknown owner":        {err: exec(&pet{OwnerID: o.ID + 100, Name: "Tama"}), foreignKey: true},
			"owner with pets":      {err: deleted, foreignKey: true},
			"wrapped":              {err: fmt.Errorf("wrapped: %w", exec(&owner{Name: "peppy"})), unique: true},
			"something else":       {err: missing},
			"not from a database":  {err: errors.New("UNIQUE constraint failed")},
			"other letter case ok": {err: exec(&owner{Name: "Peppy"})},
		} {
			t.Run(name, func(t *testing.T) {
				if got := database.IsUnique(test.err); got != test.unique {
					t.Errorf("IsUnique(%v) = %v", test.err, got)
				}
				if got := database.IsForeignKey(test.err); got != test.foreignKey {
					t.Errorf("IsForeignKey(%v) = %v", test.err, got)
				}
				if database.Retryable(test.err) {
					t.Errorf("Retryable(%v)", test.err)
				}
			})
		}
		if database.IsUnique(nil) || database.IsForeignKey(nil) || database.Retryable(nil) {
			t.Error("nil is a violation")
		}
	})
}

func TestAffectedRowsAreThoseThatMatch(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		insert(t, db, &owner{Name: "peppy"})
		res, err := db.NewUpdate().Model((*owner)(nil)).Set("name = 'peppy'").Where("name = 'peppy'").Exec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); n != 1 || err != nil {
			t.Errorf("an update to the same value affected %d rows, %v", n, err)
		}
	})
}

func TestUpsert(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		o := owner{Name: "peppy"}
		insert(t, db, &o)
		old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		insert(t, db, &pet{OwnerID: o.ID, Name: "Muzi", Legs: 4, BornAt: old})

		key := []string{"owner_id", "name"}
		young := old.AddDate(1, 0, 0)
		for _, step := range []struct {
			name   string
			upsert database.Upsert
			legs   int
			born   time.Time
		}{
			{"leave", database.Upsert{Key: key}, 4, old},
			{"replace", database.Upsert{Key: key, Replace: []string{"born_at"}}, 4, young},
			{"add", database.Upsert{Key: key, Add: []string{"legs"}}, 7, young},
			{"both", database.Upsert{Key: key, Replace: []string{"born_at"}, Add: []string{"legs"}}, 10, young},
		} {
			rows := []pet{
				{OwnerID: o.ID, Name: "Muzi", Legs: 3, BornAt: young},
				{OwnerID: o.ID, Name: "new in " + step.name, Legs: 3, BornAt: young},
			}
			if _, err := step.upsert.On(db.NewInsert().Model(&rows)).Exec(t.Context()); err != nil {
				t.Fatal(step.name, err)
			}
			var got pet
			if err := db.NewSelect().Model(&got).Where("name = 'Muzi'").Scan(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got.Legs != step.legs || !got.BornAt.Equal(step.born) {
				t.Errorf("%s: %+v, want %d legs and %v", step.name, got, step.legs, step.born)
			}
			n, err := db.NewSelect().Model((*pet)(nil)).Where("name = ?", "new in "+step.name).Where("legs = 3").Count(t.Context())
			if err != nil || n != 1 {
				t.Errorf("%s: %d new rows, %v", step.name, n, err)
			}
		}
	})
}

// Two transactions that take the same two rows in opposite order: one of them is given up by the engine and runs again.
func TestInTxSurvivesDeadlock(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		o := owner{Name: "peppy"}
		insert(t, db, &o)
		a, b := pet{OwnerID: o.ID, Name: "a", BornAt: time.Now()}, pet{OwnerID: o.ID, Name: "b", BornAt: time.Now()}
		insert(t, db, &a)
		insert(t, db, &b)

		var holding sync.WaitGroup // both have their first row
		holding.Add(2)
		var attempts [2]int
		errs := make(chan error, 2)
		for i, order := range [][]int64{{a.ID, b.ID}, {b.ID, a.ID}} {
			go func() {
				errs <- db.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
					attempts[i]++
					for n, id := range order {
						if n == 1 && attempts[i] == 1 && db.Locks() {
							holding.Done()
							holding.Wait()
						}
						if _, err := tx.NewUpdate().Model((*pet)(nil)).Set("legs = legs + 1").Where("id = ?", id).Exec(ctx); err != nil {
							return err
						}
					}
					return nil
				})
			}()
		}
		if err := errors.Join(<-errs, <-errs); err != nil {
			t.Fatal(err)
		}
		if want := 2; db.Locks() && attempts[0]+attempts[1] <= want {
			t.Errorf("attempts %v: nothing was tried again", attempts)
		}
		var legs []int
		if err := db.NewSelect().Model((*pet)(nil)).Column("legs").Scan(t.Context(), &legs); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(legs, []int{2, 2}) {
			t.Errorf("counted %v", legs)
		}
	})
}

func TestInTxGivesUp(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	deadlock := &mysql.MySQLError{Number: 1213}
	for name, test := range map[string]struct {
		err      error
		attempts int
	}{
		"deadlock each time": {deadlock, 5},
		"any other error":    {errors.New("no"), 1},
		"success":            {nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			attempts := 0
			err := db.InTx(t.Context(), func(context.Context, bun.Tx) error {
				attempts++
				return test.err
			})
			if !errors.Is(err, test.err) || attempts != test.attempts {
				t.Errorf("%d attempts ended in %v", attempts, err)
			}
		})
	}
	t.Run("ended context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(context.Context, bun.Tx) error {
			cancel()
			return deadlock
		})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, deadlock) {
			t.Error(err)
		}
	})
}

func TestInTxRollsBack(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		no := errors.New("no")
		err := db.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			insert(t, tx, &owner{Name: "peppy"})
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		if n, err := db.Reader.NewSelect().Model((*owner)(nil)).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d rows after a rollback, %v", n, err)
		}
	})
}

func TestSQLiteFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new dir", "odd?name#%20.db")
	db := databasetest.Connect(t, database.URL("sqlite:"+file))
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file has mode %v", mode)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "1", "foreign_keys": "1", "busy_timeout": "10000"} {
		for name, pool := range map[string]*bun.DB{"writer": db.DB, "reader": db.Reader} {
			var got string
			if err := pool.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s = %q, want %q, %v", name, pragma, got, want, err)
			}
		}
	}
	if _, err := db.Reader.ExecContext(t.Context(), "CREATE TABLE t (id INTEGER)"); err == nil {
		t.Error("the reader wrote")
	}
}

// A reader sees the state before a transaction that is under way, and does not wait for it.
func TestSQLiteReadsBesideAWriter(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO t VALUES (1)"); err != nil {
			return err
		}
		var n int
		if err := db.Reader.QueryRowContext(ctx, "SELECT COUNT(*) FROM t").Scan(&n); err != nil || n != 0 {
			t.Errorf("read %d rows, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMemory(t *testing.T) {
	a, b := databasetest.Connect(t, "sqlite::memory:"), databasetest.Connect(t, "sqlite::memory:")
	if _, err := a.ExecContext(t.Context(), "CREATE TABLE t (id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reader.ExecContext(t.Context(), "SELECT * FROM t"); err != nil {
		t.Error(err)
	}
	if _, err := b.ExecContext(t.Context(), "SELECT * FROM t"); err == nil {
		t.Error("two databases in memory are the same")
	}
}

func TestOpenErrorsHideThePassword(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "none")
	for _, url := range []database.URL{
		"postgres://peace:hunter2@127.0.0.1:1/peace",
		"mysql://peace:hunter2@127.0.0.1:1/peace",
		"mysql://peace:hunter2@127.0.0.1:1/peace?hunter=2",
		"postgres://peace:hunter2@x/peace?socket=" + database.URL(socket),
		"mysql://peace:hunter2@x/peace?socket=" + database.URL(socket),
		"mysql://peace:hunter2/x@127.0.0.1:1/peace",
		"mysql://peace:%hunter2@127.0.0.1:1/peace",
		"hunter2://peace:hunter2@127.0.0.1",
	} {
		cfg := database.DefaultConfig()
		cfg.URL = url
		_, err := database.Open(t.Context(), cfg)
		if err == nil {
			t.Errorf("%s opened", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Error("shows the password:", err)
		}
	}
}
