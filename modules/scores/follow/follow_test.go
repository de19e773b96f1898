package follow_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
	"github.com/pure-peace/peace/modules/state/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book is a log in memory. The user of an entry is its number, so that the sum of users says which were counted.
type book struct {
	mu      sync.Mutex
	entries []scores.Entry
	fail    func() error
}

func (b *book) write(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range n {
		seq := int64(len(b.entries) + 1)
		b.entries = append(b.entries, scores.Entry{Seq: seq, UserID: int32(seq), Kind: scores.ScoreRecorded})
	}
}

func (b *book) Entries(_ context.Context, after int64, limit int) ([]scores.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(); err != nil {
			return nil, err
		}
	}
	if after >= int64(len(b.entries)) {
		return nil, nil
	}
	rest := b.entries[after:]
	return append([]scores.Entry(nil), rest[:min(limit, len(rest))]...), nil
}

func (b *book) Latest(context.Context) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(len(b.entries)), nil
}

// tables makes a table of cursors and one for effects.
func tables(t *testing.T, db *database.DB) {
	t.Helper()
	for _, statement := range []string{
		"CREATE TABLE test_cursors (name VARCHAR(32) NOT NULL PRIMARY KEY, position BIGINT NOT NULL)",
		"CREATE TABLE effects (seq BIGINT NOT NULL, worth BIGINT NOT NULL)",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

type effect struct {
	bun.BaseModel `bun:"table:effects"`

	Seq   int64 `bun:"seq"`
	Worth int64 `bun:"worth"`
}

// record is a plan that writes a row for each entry.
func record(_ context.Context, entries []scores.Entry) (follow.Effects, error) {
	rows := make([]effect, len(entries))
	for i, e := range entries {
		rows[i] = effect{Seq: e.Seq, Worth: int64(e.UserID)}
	}
	return follow.Effects{Write: func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&rows).Exec(ctx)
		return err
	}}, nil
}

// check asks that each of the first n entries had its effect once.
func check(t *testing.T, db *database.DB, n int64) {
	t.Helper()
	var rows, distinct, worth int64
	err := db.NewSelect().Table("effects").ColumnExpr("COUNT(*), COUNT(DISTINCT seq), COALESCE(SUM(worth), 0)").
		Scan(t.Context(), &rows, &distinct, &worth)
	if err != nil {
		t.Fatal(err)
	}
	if rows != n || distinct != n || worth != n*(n+1)/2 {
		t.Errorf("%d effects of %d entries worth %d, want those of %d", rows, distinct, worth, n)
	}
}

func newFollower(t *testing.T, db *database.DB, log scores.Log, plan follow.Plan) (*follow.Follower, *memory.Service) {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	topics, err := memory.New(t.Context(), memory.Config{}, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	config := follow.Config{Table: "test_cursors", Name: "a", Batch: 7, Every: 10 * time.Millisecond}
	return follow.New(config, follow.Deps{DB: db, Scores: log, Topics: topics, Log: logger}, plan), topics
}

func TestUpTo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		tables(t, db)
		log := &book{}
		f, _ := newFollower(t, db, log, record)
		if err := f.UpTo(t.Context(), 0); err != nil {
			t.Error(err)
		}
		if err := f.UpTo(t.Context(), 1); !errors.Is(err, follow.ErrAhead) {
			t.Errorf("an entry that is not there: %v", err)
		}
		log.write(20)
		if err := f.UpTo(t.Context(), 8); err != nil {
			t.Fatal(err)
		}
		check(t, db, 14) // two batches
		if err := f.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, db, 20)
		// Another one under the same name goes on where the first one is.
		log.write(1)
		g, _ := newFollower(t, db, log, record)
		if err := g.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(t, db, 21)
		// And the first one, which believes to be further back, does nothing twice.
		if err := f.UpTo(t.Context(), 21); err != nil {
			t.Fatal(err)
		}
		check(t, db, 21)
	})
}

// TestShared says that callers who wait together are served by one batch.
func TestShared(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	tables(t, db)
	log := &book{}
	var batches atomic.Int32
	begun, release := make(chan struct{}), make(chan struct{})
	f, _ := newFollower(t, db, log, func(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
		if batches.Add(1) == 1 {
			close(begun)
			<-release
		}
		return record(ctx, entries)
	})
	log.write(1)
	var wg sync.WaitGroup
	wait := func(seq int64) {
		wg.Go(func() {
			if err := f.UpTo(t.Context(), seq); err != nil {
				t.Error(err)
			}
		})
	}
	wait(1)
	<-begun
	log.write(7)
	for seq := range int64(7) {
		wait(2 + seq)
	}
	close(release)
	wg.Wait()
	check(t, db, 8)
	if n := batches.Load(); n != 2 {
		t.Errorf("%d batches", n)
	}
}

// TestWithdrawn says that who gives up waiting leaves nothing behind that keeps others waiting.
func TestWithdrawn(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	tables(t, db)
	log := &book{}
	log.write(3)
	ctx, cancel := context.WithCancel(t.Context())
	f, _ := newFollower(t, db, log, func(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
		cancel()
		if ctx.Err() != nil {
			return follow.Effects{}, ctx.Err()
		}
		return record(ctx, entries)
	})
	if err := f.UpTo(ctx, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("withdrawn: %v", err)
	}
	if err := f.UpTo(t.Context(), 3); err != nil {
		t.Error(err)
	}
	check(t, db, 3)
}

// TestRun says that entries are found when they are told of and when they are not, and that one that fails does not keep those
// before it.
func TestRun(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	tables(t, db)
	log := &book{}
	var broken atomic.Bool
	broken.Store(true)
	f, topics := newFollower(t, db, log, func(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
		if last := entries[len(entries)-1]; broken.Load() && last.Seq >= 6 {
			return follow.Effects{}, errors.New("cannot be done")
		}
		return record(ctx, entries)
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	log.write(10)
	if err := topics.Publish(ctx, scores.Topic, nil); err != nil {
		t.Error(err)
	}
	until(t, func() bool { return f.Position() == 5 })
	check(t, db, 5)
	broken.Store(false)
	until(t, func() bool { return f.Position() == 10 })
	log.write(5)
	until(t, func() bool { return f.Position() == 15 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	check(t, db, 15)
}

// until waits for what happens elsewhere in this process.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			t.Fatal("it never happened")
		}
	}
}

// TestExactlyOnce has several processes follow under one name while the log grows, everything fails now and then, and every one
// of them is started anew again and again.
func TestExactlyOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		tables(t, db)
		const total = 300
		mishap := errors.New("a mishap")
		chance := func() error {
			if rand.IntN(6) == 0 {
				return mishap
			}
			return nil
		}
		log := &book{fail: chance}
		plan := func(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
			effects, _ := record(ctx, entries)
			before, after := chance(), chance()
			write := effects.Write
			effects.Write = func(ctx context.Context, tx bun.Tx) error {
				if before != nil {
					return before
				}
				if err := write(ctx, tx); err != nil {
					return err
				}
				return after
			}
			return effects, chance()
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for {
					f, _ := newFollower(t, db, log, plan)
					for range 20 {
						latest, _ := log.Latest(t.Context())
						err := f.UpTo(t.Context(), latest)
						if err == nil && latest == total {
							return
						}
						if err != nil && !errors.Is(err, mishap) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		for range total / 10 {
			log.write(10)
		}
		wg.Wait()
		check(t, db, total)
	})
}
