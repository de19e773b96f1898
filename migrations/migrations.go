// Package migrations holds the schema of Peace, as SQL files, and brings a database to it. It knows no module: a module
// adds its files to sql/, an embedder passes an fs.FS of its own to New.
//
// # Files
//
// A change is a pair of files, sql/YYYYMMDDHHMMSS_name.up.sql and sql/YYYYMMDDHHMMSS_name.down.sql. The digits are the
// version: they are unique, and changes are applied in their order. A file that was released is never edited.
//
// One file serves every engine. It is a text/template, and what differs between the engines has a name:
//
//	{{.ID}}          the whole definition of a generated 64-bit primary key
//	{{.String 32}}   text of at most 32 characters, which can be indexed; compares byte by byte
//	{{.Text}}        text of any length up to 16 MiB; neither indexed nor given a default
//	{{.Bytes 32}}    at most 32 bytes, which can be indexed
//	{{.Blob}}        bytes of any length; neither indexed nor given a default
//	{{.Time}}        an instant in UTC, to the microsecond
//	{{.Now}}         the default of a {{.Time}} column: the moment of the insert
//	{{.Bool}}        true or false
//	{{.Engine}}      "sqlite", "postgres" or "mysql", for {{if eq .Engine "mysql"}}…{{end}}
//
// SMALLINT, INTEGER, BIGINT and DOUBLE PRECISION are written as they are. A reference to an {{.ID}} is a BIGINT. For
// example:
//
//	CREATE TABLE users (
//	    id         {{.ID}},
//	    name       {{.String 32}} NOT NULL,
//	    safe_name  {{.String 32}} NOT NULL,
//	    privileges BIGINT NOT NULL DEFAULT 1,
//	    bot        {{.Bool}} NOT NULL DEFAULT FALSE,
//	    created_at {{.Time}} NOT NULL DEFAULT {{.Now}},
//	    UNIQUE (safe_name)
//	);
//
//	CREATE TABLE tokens (
//	    hash    {{.Bytes 32}} NOT NULL PRIMARY KEY,
//	    user_id BIGINT NOT NULL,
//	    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
//	);
//
//	CREATE INDEX tokens_user_id ON tokens (user_id);
//
// and to undo it, dependents first:
//
//	DROP TABLE IF EXISTS tokens;
//	DROP TABLE IF EXISTS users;
//
// A statement ends with a semicolon at the end of a line. A file with a statement that contains such a semicolon (a
// trigger) puts a line --bun:split between its statements, and only those separate then.
//
// What to avoid, because one engine does something else: REFERENCES beside a column (MySQL ignores it: write FOREIGN KEY,
// the tests insist), partial indexes, RETURNING, text without {{.String}} or {{.Text}} (case is then ignored by MySQL), index
// names used twice, and reserved words as names: rank, rows, groups, key, keys, order, mode, system, window.
//
// # Running
//
// Up and Down hold a lock of the database's own, which ends with the process that holds it, so any number of processes may
// start at once: one migrates, the others wait and find nothing to do. Each change runs in a transaction together with
// its row in the table peace_migrations. On MySQL a statement that changes the schema commits by itself: a change that
// fails there leaves its earlier statements behind, and the error says so; keep files small, and down files tolerant
// (IF EXISTS).
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"github.com/pure-peace/peace/modules/database"
)

//go:embed sql
var builtin embed.FS

// table is where the applied changes are written down.
const table = "peace_migrations"

// Migrator brings one database to a version of the schema.
type Migrator struct {
	db      *database.DB
	bun     *migrate.Migrator
	changes map[string]*change // by version
}

// Status is one change and whether the database has it.
type Status struct {
	Version string    // the fourteen digits
	Name    string    // what follows them; empty when the change is not known to this program
	Applied time.Time // zero when it is pending
	Known   bool      // false when a newer or extended program applied it
}

// New reads the files of Peace and of the given sources, which hold theirs at any depth. It fails when a file is misnamed, two
// changes share a version, a file lacks its pair, or a template does not parse or render.
func New(ctx context.Context, db *database.DB, sources ...fs.FS) (*Migrator, error) {
	own, err := fs.Sub(builtin, "sql")
	if err != nil {
		return nil, err
	}
	words, err := newVocabulary(ctx, db)
	if err != nil {
		return nil, err
	}
	return newMigrator(db, words, append([]fs.FS{own}, sources...))
}

func newMigrator(db *database.DB, words vocabulary, sources []fs.FS) (*Migrator, error) {
	changes, err := discover(words, sources)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	set := migrate.NewMigrations()
	for _, c := range changes {
		set.Add(migrate.Migration{Name: c.version, Comment: c.name, Up: c.up.run, Down: c.down.run})
	}
	return &Migrator{
		db:      db,
		bun:     migrate.NewMigrator(db.DB, set, migrate.WithTableName(table)),
		changes: changes,
	}, nil
}

// Status lists every change, oldest first: those of the files, and those that the database has but the files do not. It changes
// nothing but the table peace_migrations, which it creates when it is missing.
func (m *Migrator) Status(ctx context.Context) ([]Status, error) {
	if err := m.init(ctx); err != nil {
		return nil, err
	}
	list, err := m.bun.MigrationsWithStatus(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	missing, err := m.bun.MissingMigrations(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	all := make([]Status, 0, len(list)+len(missing))
	for _, migration := range append(list, missing...) {
		_, known := m.changes[migration.Name]
		all = append(all, Status{Version: migration.Name, Name: migration.Comment, Applied: migration.MigratedAt, Known: known})
	}
	slices.SortFunc(all, func(a, b Status) int { return compareVersions(a.Version, b.Version) })
	return all, nil
}

// Up applies every pending change, oldest first, and returns those it applied. It stops at the first that fails: what was
// applied before stays and is returned.
func (m *Migrator) Up(ctx context.Context) (done []Status, err error) {
	err = m.locked(ctx, func(ctx context.Context) error {
		list, err := m.bun.MigrationsWithStatus(ctx)
		if err != nil {
			return err
		}
		group := list.LastGroupID() + 1
		for _, migration := range list.Unapplied() {
			migration.GroupID, migration.MigratedAt = group, time.Now().UTC()
			if err := migration.Up(ctx, m.bun, &migration); err != nil {
				return err
			}
			done = append(done, Status{migration.Name, migration.Comment, migration.MigratedAt, true})
		}
		return nil
	})
	return done, err
}

// Down undoes the last n applied changes, newest first, and returns those it undid. It refuses to start when one of them is
// not known to this program.
func (m *Migrator) Down(ctx context.Context, n int) (done []Status, err error) {
	if n < 0 {
		return nil, fmt.Errorf("migrations: cannot undo %d changes", n)
	}
	err = m.locked(ctx, func(ctx context.Context) error {
		applied, err := m.bun.AppliedMigrations(ctx)
		if err != nil {
			return err
		}
		applied = applied.Applied() // newest first
		applied = applied[:min(n, len(applied))]
		for _, migration := range applied {
			if m.changes[migration.Name] == nil {
				return fmt.Errorf("%s was applied by another version of this program, which must undo it", migration.Name)
			}
		}
		for _, migration := range applied {
			c := m.changes[migration.Name]
			if err := c.down.run(ctx, m.bun, &migration); err != nil {
				return err
			}
			done = append(done, Status{Version: c.version, Name: c.name, Known: true})
		}
		return nil
	})
	return done, err
}

func (m *Migrator) init(ctx context.Context) error {
	_, err := m.db.NewCreateTable().Model((*migrate.Migration)(nil)).ModelTableExpr(table).IfNotExists().Exec(ctx)
	if err != nil {
		return fmt.Errorf("migrations: create table %s: %w", table, err)
	}
	return nil
}

func (m *Migrator) locked(ctx context.Context, work func(context.Context) error) (err error) {
	unlock, err := lock(ctx, m.db)
	if err != nil {
		return fmt.Errorf("migrations: lock: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := m.init(ctx); err != nil {
		return err
	}
	if err := work(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// run executes one file, and writes down that it did in the same transaction. It has the signature of a bun migration.
func (f *file) run(ctx context.Context, m *migrate.Migrator, migration *migrate.Migration) error {
	return m.DB().RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for i, statement := range f.statements {
			// Past bun, which would take a question mark in the SQL for a placeholder.
			if _, err := tx.Tx.ExecContext(ctx, statement); err != nil {
				return &StatementError{File: f.path, Number: i + 1, Total: len(f.statements), Statement: statement, Err: err,
					partial: m.DB().Dialect().Name() == database.MySQL && i > 0}
			}
		}
		if !f.up {
			_, err := tx.NewDelete().Model(migration).ModelTableExpr(table).Where("name = ?", migration.Name).Exec(ctx)
			return err
		}
		_, err := tx.NewInsert().Model(migration).ModelTableExpr(table).Exec(ctx)
		return err
	})
}

// StatementError is the failure of one statement of a migration file.
type StatementError struct {
	File      string
	Number    int // of the statement in the file, from 1
	Total     int // statements in the file
	Statement string
	Err       error

	partial bool
}

func (e *StatementError) Error() string {
	left := ""
	if e.partial {
		left = " (the statements before it took effect: MySQL cannot undo a change of schema)"
	}
	return fmt.Sprintf("%s: statement %d of %d: %v%s\n%s", e.File, e.Number, e.Total, e.Err, left, e.Statement)
}

// Unwrap returns the engine's error.
func (e *StatementError) Unwrap() error { return e.Err }
