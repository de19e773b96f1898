package local

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/scores"
)

// turn is a transaction whose holder is the only writer of scores, in this process and in all others.
type turn struct {
	tx     bun.Tx
	now    time.Time
	boards *boards

	lastSeq, lastScore int64
	entries            []logRow
	changes            []change
	lost               bool // more changed than changes tell
}

// entry writes a line of the log and returns its number.
func (t *turn) entry(kind scores.EntryKind, userID int32, scoreID int64) int64 {
	t.lastSeq++
	t.entries = append(t.entries, logRow{Seq: t.lastSeq, Kind: int16(kind), At: t.now, UserID: userID, ScoreID: scoreID})
	return t.lastSeq
}

// id returns the number of a new score.
func (t *turn) id() int64 {
	t.lastScore++
	return t.lastScore
}

// take runs fn when it is its turn. Everything that fn writes, and the log with it, is committed at once. fn may run several
// times.
//
// Writers take turns rather than lock what they touch: what a play changes (the bests of its player, the leaders of its
// boards, the plays of its beatmap, the end of the log) overlaps with most other plays, turns are short and are shared by many
// plays, and a log in the order of commits needs the same lock at their end anyway.
func (s *Service) take(ctx context.Context, fn func(ctx context.Context, t *turn) error) error {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var t *turn
	err := s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		t = &turn{tx: tx, now: time.Now().UTC().Truncate(time.Microsecond), boards: s.boards}
		q := tx.NewSelect().Table("score_turn").Column("last_seq", "last_score").Where("id = 1")
		if s.db.Locks() {
			q = q.For("UPDATE")
		}
		if err := q.Scan(ctx, &t.lastSeq, &t.lastScore); err != nil {
			return fmt.Errorf("turn: %w", err)
		}
		if err := s.boards.catchUp(ctx, tx, t.lastSeq); err != nil {
			return err
		}
		if err := fn(ctx, t); err != nil {
			return err
		}
		for part := range slices.Chunk(t.entries, maxRows) {
			if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
				return fmt.Errorf("log: %w", err)
			}
		}
		_, err := tx.NewUpdate().Table("score_turn").Set("last_seq = ?", t.lastSeq).Set("last_score = ?", t.lastScore).
			Where("id = 1").Exec(ctx)
		if err != nil {
			return fmt.Errorf("turn: %w", err)
		}
		return s.step("committing")
	})
	if err != nil {
		// A commit whose answer was lost may have happened; the log tells at the next turn.
		return err
	}
	s.boards.apply(t)
	return nil
}

// step stands between the steps of a submission, for tests that stop there.
func (s *Service) step(name string) error {
	if s.stop == nil {
		return nil
	}
	return s.stop(name)
}

// position returns the position, from 1, of a standing on a board as it is within the turn. It counts on what is in the table, so it
// is asked before the ledger is written.
func (t *turn) position(ctx context.Context, key boardKey, at standing) (int32, error) {
	ahead, known := t.boards.ahead(key, at)
	if !known {
		n, err := countAhead(ctx, t.tx, key, at)
		if err != nil {
			return 0, err
		}
		ahead = n
	}
	for _, c := range t.changes {
		if c.board != key {
			continue
		}
		if c.was != nil && c.was.before(at) {
			ahead--
		}
		if c.now != nil && c.now.before(at) {
			ahead++
		}
	}
	return int32(ahead) + 1, nil
}

// countAhead counts the visible players who stand before at.
func countAhead(ctx context.Context, db bun.IDB, key boardKey, at standing) (int, error) {
	n, err := whereBoard(db.NewSelect().Model((*bestRow)(nil)), key).Where("hidden = ?", false).
		Where("place <= ?", at.place).Where("(place < ? OR score_id < ?)", at.place, at.score).Count(ctx)
	return int(n), err
}
