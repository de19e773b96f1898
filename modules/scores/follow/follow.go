// Package follow carries what the log of scores tells into the tables of another module, exactly once.
//
// How far a follower has come is a row in a table of its own module, and it moves in the transaction in which the effects of the
// entries are written: after a crash at any point the same entries come again, and nothing of them had happened. The row moves
// only from where the follower believes it to be, so that of two processes that follow for the same module one writes and the
// other one learns that it was late; neither needs to know of the other.
//
// Entries are dealt with in batches: by Run as they come, and by UpTo when somebody wants the effects of one now. Callers who
// wait together are served by one batch. scores.Topic says only that there is more; a look at the log every now and then finds
// what it did not tell.
//
// The table has the columns name and position:
//
//	CREATE TABLE rankings_cursors (
//	    name     {{.String 32}} NOT NULL PRIMARY KEY,
//	    position BIGINT NOT NULL
//	);
//
// What an entry means belongs to the module: it says so in a Plan.
package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
)

// ErrAhead says that the log has no entry with the number that UpTo was asked for, yet.
var ErrAhead = fault.New(fault.Unavailable, "follow", "ahead", "the log of scores has no such entry yet")

// Plan says what entries change. It is called with one batch after another, outside of the transaction: whatever has to be
// asked of other modules is asked here, because on SQLite they may need the one connection that a transaction holds. A batch may
// come again, whole or in part, when an effect could not be written or another process was faster.
//
// An error stops the follower at these entries until a later attempt succeeds, so what cannot ever succeed is no error: a plan
// logs it and leaves it out.
type Plan func(ctx context.Context, entries []scores.Entry) (Effects, error)

// Effects are what a batch changes. Both are optional.
type Effects struct {
	// Write makes the changes. It uses tx for every statement, and has no other effects: it may run several times.
	Write func(ctx context.Context, tx bun.Tx) error
	// Then runs after the transaction was committed, before the next batch and before UpTo returns. A crash may keep it from
	// happening, so it is for what can be told or done again: events, boards, caches.
	Then func(ctx context.Context)
}

// Config says where and how fast.
type Config struct {
	Table string        // of the cursors, in DB
	Name  string        // of this cursor
	Batch int           // entries at once, 1 to scores.MaxBatch; 0 for 200
	Every time.Duration // how often Run looks without being told; 0 for 5 s
}

// Deps are what a follower needs of others.
type Deps struct {
	DB     *database.DB
	Scores scores.Log
	Topics state.Topics
	Log    *slog.Logger
}

// Follower follows the log. Its methods are safe for concurrent use; make one with New.
type Follower struct {
	config Config
	deps   Deps
	plan   Plan

	turn     chan struct{} // holds one value while nobody works through the log
	position atomic.Int64  // where the cursor is known to be; unknown until it was read

	read  bool // whether position was read; guarded by turn
	batch int  // entries of the next batch: fewer after a failure; guarded by turn
}

// unread is a position before the first one.
const unread = -1

// New returns a follower. It reads nothing yet and starts nothing.
func New(config Config, deps Deps, plan Plan) *Follower {
	if config.Batch == 0 {
		config.Batch = 200
	}
	if config.Every == 0 {
		config.Every = 5 * time.Second
	}
	f := &Follower{config: config, deps: deps, plan: plan, turn: make(chan struct{}, 1), batch: config.Batch}
	f.position.Store(unread)
	f.turn <- struct{}{}
	return f
}

// Position returns the number of the last entry whose effects are written, as far as this process knows.
func (f *Follower) Position() int64 { return max(0, f.position.Load()) }

// UpTo returns when the effects of the entry with this number are written, and works through the log itself when that is what it
// takes. ErrAhead when the log does not reach as far; otherwise the error of ctx, the database, the log or the plan.
func (f *Follower) UpTo(ctx context.Context, seq int64) error {
	for f.position.Load() < seq {
		if err := f.take(ctx); err != nil {
			return err
		}
		more, err := f.step(ctx, seq)
		f.turn <- struct{}{}
		switch {
		case err != nil:
			return err
		case !more:
			return ErrAhead
		}
	}
	return nil
}

// CatchUp returns when the effects of all entries that the log had when it was called are written.
func (f *Follower) CatchUp(ctx context.Context) error {
	latest, err := f.deps.Scores.Latest(ctx)
	if err != nil {
		return err
	}
	return f.UpTo(ctx, latest)
}

// Run follows the log until ctx ends, and then returns nil.
func (f *Follower) Run(ctx context.Context) error {
	wake, listened := view.Wake(ctx, f.deps.Topics, []string{scores.Topic}, f.deps.Log)
	defer func() { <-listened }()

	ticker := time.NewTicker(f.config.Every)
	defer ticker.Stop()
	for pause := firstPause; ; {
		err := f.drain(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			f.deps.Log.WarnContext(ctx, "the log of scores is not followed", "cursor", f.config.Table+" "+f.config.Name,
				"position", f.Position(), "again_in", pause, "error", err)
			select {
			case <-time.After(pause):
				pause = min(2*pause, longestPause)
			case <-ctx.Done():
				return nil
			}
			continue
		}
		pause = firstPause
		select {
		case <-wake:
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

const firstPause, longestPause = 100 * time.Millisecond, time.Minute

// drain works through the log to its end, and lets others have their turn between batches.
func (f *Follower) drain(ctx context.Context) error {
	for {
		if err := f.take(ctx); err != nil {
			return err
		}
		more, err := f.step(ctx, 1<<63-1)
		f.turn <- struct{}{}
		if err != nil || !more {
			return err
		}
	}
}

func (f *Follower) take(ctx context.Context) error {
	select {
	case <-f.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// step deals with one batch unless the follower is at seq already. It reports whether there was one. It needs the turn.
func (f *Follower) step(ctx context.Context, seq int64) (more bool, err error) {
	if !f.read {
		if err := f.recall(ctx); err != nil {
			return false, err
		}
	}
	at := f.position.Load()
	if at >= seq {
		return true, nil // somebody else did it meanwhile
	}
	entries, err := f.deps.Scores.Entries(ctx, at, f.batch)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	err = f.apply(ctx, at, entries)
	switch {
	case errors.Is(err, errOvertaken):
		f.read = false
		return true, nil
	case err != nil && ctx.Err() != nil:
		return false, err
	case err != nil:
		f.read = false // a commit whose answer was lost may have happened
		if len(entries) > 1 {
			// Fewer at a time, at once: whatever comes before the one that fails shall not wait for it.
			f.batch = len(entries) / 2
			return true, nil
		}
		return false, fmt.Errorf("entry %d: %w", entries[0].Seq, err)
	}
	f.batch = min(f.config.Batch, 2*f.batch)
	return true, nil
}

// errOvertaken says that another process has moved the cursor.
var errOvertaken = errors.New("another process was faster")

// apply writes the effects of the entries and moves the cursor past them.
func (f *Follower) apply(ctx context.Context, at int64, entries []scores.Entry) error {
	effects, err := f.plan(ctx, entries)
	if err != nil {
		return err
	}
	next := entries[len(entries)-1].Seq
	err = f.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// First, because it locks the row: whoever else is at the same entries waits here, and then finds himself late.
		moved, err := tx.NewUpdate().Table(f.config.Table).Set("position = ?", next).
			Where("name = ?", f.config.Name).Where("position = ?", at).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := moved.RowsAffected()
		switch {
		case err != nil:
			return err
		case n == 0:
			return errOvertaken
		case effects.Write == nil:
			return nil
		}
		return effects.Write(ctx, tx)
	})
	if err != nil {
		return err
	}
	if effects.Then != nil {
		effects.Then(ctx)
	}
	f.position.Store(next)
	return nil
}

// cursor is how far a follower has come.
type cursor struct {
	bun.BaseModel `bun:"table:cursors"`

	Name     string `bun:"name,pk"`
	Position int64  `bun:"position"`
}

// recall reads the cursor, and makes it when the follower has never run.
func (f *Follower) recall(ctx context.Context) error {
	insert := f.deps.DB.NewInsert().Model(&cursor{Name: f.config.Name}).ModelTableExpr("?", bun.Ident(f.config.Table))
	if _, err := (database.Upsert{Key: []string{"name"}}).On(insert).Exec(ctx); err != nil {
		return err
	}
	var at int64
	err := f.deps.DB.NewSelect().Table(f.config.Table).Column("position").Where("name = ?", f.config.Name).Scan(ctx, &at)
	if err != nil {
		return err
	}
	f.position.Store(at)
	f.read = true
	return nil
}
