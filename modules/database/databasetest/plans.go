package databasetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
)

// Indexed returns db with an eye on its queries: one that reads a whole table, for want of an index, fails the test. Tables that
// may be read so are named. Only SQLite tells how it answers a query whatever the size of its tables, so on the other engines
// Indexed returns db as it is.
func Indexed(t testing.TB, db *database.DB, except ...string) *database.DB {
	t.Helper()
	if db.Engine() != database.SQLite {
		return db
	}
	hook := &planHook{t: t, db: db, except: except}
	watched := *db
	watched.DB, watched.Reader = db.WithQueryHook(hook), db.Reader.WithQueryHook(hook)
	return &watched
}

type planHook struct {
	t      testing.TB
	db     *database.DB
	except []string
	seen   sync.Map // statements that were explained
}

func (h *planHook) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (h *planHook) AfterQuery(ctx context.Context, event *bun.QueryEvent) {
	switch event.Operation() {
	case "SELECT", "UPDATE", "DELETE":
	default:
		return
	}
	if event.Err != nil {
		return
	}
	if _, seen := h.seen.LoadOrStore(event.Query, true); seen {
		return
	}
	// Past bun, which would call this hook again.
	rows, err := h.db.Reader.DB.QueryContext(context.WithoutCancel(ctx), "EXPLAIN QUERY PLAN "+event.Query)
	if err != nil {
		h.t.Errorf("explain: %v\n%s", err, event.Query)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			h.t.Errorf("explain: %v", err)
			return
		}
		// SCAN TABLE reads all of it; SCAN … USING INDEX reads all of an index.
		words := strings.Fields(step)
		if words[0] == "SCAN" && words[1] != "CONSTANT" && !h.excepted(event.Query) {
			h.t.Errorf("%s:\n%s", step, event.Query)
		}
	}
	if err := rows.Err(); err != nil {
		h.t.Errorf("explain: %v", err)
	}
}

// excepted reports whether the query is of a table that may be read whole.
func (h *planHook) excepted(query string) bool {
	return slices.ContainsFunc(h.except, func(table string) bool { return strings.Contains(query, `"`+table+`"`) })
}
