package memory

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite" // and with it the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/pure-peace/peace/modules/state"
)

// storeVersion is the version of the tables, kept in SQLite's user_version.
const storeVersion = 1

const storeTables = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE records (space TEXT, key TEXT, version INTEGER NOT NULL, ttl INTEGER NOT NULL, tags TEXT NOT NULL, value BLOB,
	PRIMARY KEY (space, key)) WITHOUT ROWID;
CREATE TABLE mail (space TEXT, key TEXT, lost INTEGER NOT NULL, ids BLOB,
	PRIMARY KEY (space, key)) WITHOUT ROWID;
CREATE TABLE items (id INTEGER PRIMARY KEY, data BLOB);
CREATE TABLE scores (board TEXT, member INTEGER, value REAL NOT NULL,
	PRIMARY KEY (board, member)) WITHOUT ROWID;
`

// store is the journal's file. Others may read it (a backup does). That only one process writes it is the work of a second file
// beside it, PATH.lock: a database in which this process leaves an exclusive transaction open. The operating system ends that with
// the process, however it dies.
type store struct {
	path string
	db   *sql.DB
	lock *sql.DB
}

// rows are what one flush writes.
type rows struct {
	ceiling   uint64 // 0 means unchanged
	records   []recordRow
	mail      []mailRow
	items     []*item
	deadItems []uint64
	dropped   []string
	scores    []scoreRow
}

type recordRow struct {
	recordID
	now   *state.Record // nil when it is gone
	fresh bool          // a mailbox in the file is not this record's
}

type mailRow struct {
	recordID
	lost int
	ids  []uint64
}

type scoreRow struct {
	boardMember
	value   float64
	present bool
}

// content is everything in the file.
type content struct {
	ceiling uint64
	records []state.Record
	mail    []mailRow
	items   map[uint64][]byte
	scores  []scoreRow
}

// openStore opens or makes the file and takes it for this process.
func openStore(ctx context.Context, path string) (*store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	st := &store{path: path}
	if st.lock, err = openSQLite(path+".lock", "busy_timeout(500)"); err != nil {
		return nil, err
	}
	if _, err := st.lock.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		return nil, errors.Join(st.explain(err), st.lock.Close())
	}
	st.db, err = openSQLite(path, "busy_timeout(5000)", "journal_mode(wal)", "synchronous(normal)")
	if err != nil {
		return nil, errors.Join(err, st.lock.Close())
	}
	if err := st.prepare(ctx); err != nil {
		return nil, errors.Join(st.explain(err), st.close())
	}
	return st, nil
}

// openSQLite opens a file with one connection that is never given back.
func openSQLite(path string, pragmas ...string) (*sql.DB, error) {
	// SQLite would make the file readable for everybody.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/state.db
	}
	dsn := url.URL{Scheme: "file", Path: slashed, RawQuery: url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, nil
}

// prepare makes the tables of a new file.
func (st *store) prepare(ctx context.Context) error {
	var version int
	if err := st.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch version {
	case storeVersion:
		return nil
	case 0:
		_, err := st.db.ExecContext(ctx, "BEGIN IMMEDIATE;"+storeTables+"PRAGMA user_version = 1; COMMIT")
		return err
	default:
		return fmt.Errorf("its format is %d, and this version of Peace reads %d: use the version that wrote it", version, storeVersion)
	}
}

func (st *store) close() error { return errors.Join(st.db.Close(), st.lock.Close()) }

// explain says what an error of SQLite means for whoever runs the server.
func (st *store) explain(err error) error {
	var failure *sqlite.Error
	if errors.As(err, &failure) {
		switch failure.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("the state journal %s is in use by another process: stop that one, or give this one a journal of its own (state.journal): %w", st.path, err)
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return st.damaged(err)
		}
	}
	return fmt.Errorf("state journal %s: %w", st.path, err)
}

func (st *store) damaged(err error) error {
	return fmt.Errorf("the state journal %s is damaged: restore it from a backup, or move it away to start without the sessions and rooms that it held: %w", st.path, err)
}

// write commits a flush. It is not interrupted by anything but the end of the process.
func (st *store) write(r *rows) (err error) {
	ctx := context.Background()
	tx, err := st.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	w := writer{ctx: ctx, tx: tx}
	if r.ceiling != 0 {
		w.each("INSERT OR REPLACE INTO meta VALUES ('ceiling', ?)", 1, func(int) []any { return []any{int64(r.ceiling)} })
	}
	w.records(r.records)
	w.each("INSERT OR REPLACE INTO items VALUES (?, ?)", len(r.items), func(i int) []any {
		return []any{int64(r.items[i].id), r.items[i].data}
	})
	w.each("INSERT OR REPLACE INTO mail VALUES (?, ?, ?, ?)", len(r.mail), func(i int) []any {
		m := &r.mail[i]
		return []any{m.space, m.key, m.lost, packIDs(m.ids)}
	})
	w.each("DELETE FROM items WHERE id = ?", len(r.deadItems), func(i int) []any { return []any{int64(r.deadItems[i])} })
	w.each("DELETE FROM scores WHERE board = ?", len(r.dropped), func(i int) []any { return []any{r.dropped[i]} })
	w.scores(r.scores)
	if w.err != nil {
		return w.err
	}
	return tx.Commit()
}

// writer runs statements until one fails.
type writer struct {
	ctx context.Context
	tx  *sql.Tx
	err error
}

// each runs one statement n times. Arguments of nil leave a turn out.
func (w *writer) each(query string, n int, args func(int) []any) {
	if n == 0 || w.err != nil {
		return
	}
	statement, err := w.tx.PrepareContext(w.ctx, query)
	if err != nil {
		w.err = err
		return
	}
	defer statement.Close()
	for i := range n {
		values := args(i)
		if values == nil {
			continue
		}
		if _, w.err = statement.ExecContext(w.ctx, values...); w.err != nil {
			return
		}
	}
}

func (w *writer) records(rows []recordRow) {
	w.each("DELETE FROM mail WHERE space = ? AND key = ?", len(rows), func(i int) []any {
		if !rows[i].fresh && rows[i].now != nil {
			return nil
		}
		return []any{rows[i].space, rows[i].key}
	})
	w.each("DELETE FROM records WHERE space = ? AND key = ?", len(rows), func(i int) []any {
		if rows[i].now != nil {
			return nil
		}
		return []any{rows[i].space, rows[i].key}
	})
	w.each("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)", len(rows), func(i int) []any {
		now := rows[i].now
		if now == nil {
			return nil
		}
		tags, err := json.Marshal(now.Tags)
		if err != nil {
			w.err = err
			return nil
		}
		return []any{now.Space, now.Key, int64(now.Version), int64(now.TTL), string(tags), now.Value}
	})
}

func (w *writer) scores(rows []scoreRow) {
	w.each("INSERT OR REPLACE INTO scores VALUES (?, ?, ?)", len(rows), func(i int) []any {
		if !rows[i].present {
			return nil
		}
		return []any{rows[i].board, rows[i].member, rows[i].value}
	})
	w.each("DELETE FROM scores WHERE board = ? AND member = ?", len(rows), func(i int) []any {
		if rows[i].present {
			return nil
		}
		return []any{rows[i].board, rows[i].member}
	})
}

// load reads the whole file.
func (st *store) load(ctx context.Context, c *content) error {
	if err := st.loadTables(ctx, c); err != nil {
		return st.explain(err)
	}
	return nil
}

func (st *store) loadTables(ctx context.Context, c *content) error {
	err := st.scan(ctx, "SELECT value FROM meta WHERE name = 'ceiling'", func(rows *sql.Rows) error {
		var ceiling int64
		defer func() { c.ceiling = uint64(ceiling) }()
		return rows.Scan(&ceiling)
	})
	if err != nil {
		return err
	}
	err = st.scan(ctx, "SELECT space, key, version, ttl, tags, value FROM records", func(rows *sql.Rows) error {
		var r state.Record
		var version, ttl int64
		var tags []byte
		if err := rows.Scan(&r.Space, &r.Key, &version, &ttl, &tags, &r.Value); err != nil {
			return err
		}
		if err := json.Unmarshal(tags, &r.Tags); err != nil {
			return st.damaged(err)
		}
		r.Version, r.TTL = uint64(version), time.Duration(ttl)
		c.records = append(c.records, r)
		return nil
	})
	if err != nil {
		return err
	}
	c.items = make(map[uint64][]byte)
	err = st.scan(ctx, "SELECT id, data FROM items", func(rows *sql.Rows) error {
		var id int64
		var data []byte
		if err := rows.Scan(&id, &data); err != nil {
			return err
		}
		c.items[uint64(id)] = data
		return nil
	})
	if err != nil {
		return err
	}
	err = st.scan(ctx, "SELECT space, key, lost, ids FROM mail", func(rows *sql.Rows) error {
		var m mailRow
		var ids []byte
		if err := rows.Scan(&m.space, &m.key, &m.lost, &ids); err != nil {
			return err
		}
		var ok bool
		if m.ids, ok = unpackIDs(ids); !ok {
			return st.damaged(errors.New("a mailbox cannot be read"))
		}
		c.mail = append(c.mail, m)
		return nil
	})
	if err != nil {
		return err
	}
	return st.scan(ctx, "SELECT board, member, value FROM scores", func(rows *sql.Rows) error {
		row := scoreRow{present: true}
		if err := rows.Scan(&row.board, &row.member, &row.value); err != nil {
			return err
		}
		c.scores = append(c.scores, row)
		return nil
	})
}

func (st *store) scan(ctx context.Context, query string, row func(*sql.Rows) error) error {
	rows, err := st.db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// packIDs writes ascending ids as the differences between them.
func packIDs(ids []uint64) []byte {
	packed := make([]byte, 0, 8+2*len(ids))
	var last uint64
	for _, id := range ids {
		packed = binary.AppendUvarint(packed, id-last)
		last = id
	}
	return packed
}

func unpackIDs(packed []byte) (ids []uint64, ok bool) {
	var last uint64
	for len(packed) > 0 {
		difference, n := binary.Uvarint(packed)
		if n <= 0 {
			return nil, false
		}
		last += difference
		ids = append(ids, last)
		packed = packed[n:]
	}
	return ids, true
}
