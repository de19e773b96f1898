package local

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
)

const (
	lease       = 5 * time.Minute // within which an inspection is done, or somebody else tries
	maxAttempts = 8
	idle        = 5 * time.Second // between looks at the queue when nobody tells
	candidates  = 8               // rows that a worker looks at to find one that nobody else took
)

type inspectionRow struct {
	bun.BaseModel `bun:"table:inspections,alias:i"`

	ScoreID  int64     `bun:"score_id,pk"`
	DueAt    time.Time `bun:"due_at"`
	Attempts int       `bun:"attempts"`
}

// work inspects one score after another until ctx ends.
func (s *Service) work(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		if err := s.limiter.Wait(ctx); err != nil {
			return nil // only because ctx ended: nobody asks for more than one at a time
		}
		row, err := s.store.take(ctx, now())
		switch {
		case err == nil:
			s.attempt(ctx, row)
			continue
		case ctx.Err() != nil:
			return nil
		case !errors.Is(err, sql.ErrNoRows):
			s.deps.Log.WarnContext(ctx, "no score could be taken up for inspection", "error", err)
		}
		timer.Reset(idle)
		select {
		case <-s.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return nil
}

// attempt inspects a score that was taken from the queue.
func (s *Service) attempt(ctx context.Context, row inspectionRow) {
	within, cancel := context.WithTimeout(ctx, lease/2)
	err := s.inspect(within, row.ScoreID)
	cancel()
	switch {
	case ctx.Err() != nil:
		return // it comes again when the lease has run out
	case err == nil:
		return
	case errors.Is(err, scores.ErrNotFound) || row.Attempts >= maxAttempts:
		if !errors.Is(err, scores.ErrNotFound) {
			s.deps.Log.ErrorContext(ctx, "a score could not be inspected", "score", row.ScoreID, "attempts", row.Attempts, "error", err)
		}
		err = s.store.done(ctx, s.deps.DB.DB, row.ScoreID)
	default:
		s.deps.Log.WarnContext(ctx, "a score is inspected later", "score", row.ScoreID, "attempts", row.Attempts, "error", err)
		err = s.store.putOff(ctx, row, now().Add(time.Second<<row.Attempts))
	}
	if err != nil {
		s.deps.Log.WarnContext(ctx, "the queue of inspections was not changed", "score", row.ScoreID, "error", err)
	}
}

// queue adds scores that are not there yet.
func (s store) queue(ctx context.Context, tx bun.Tx, ids []int64, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	rows := make([]inspectionRow, len(ids))
	for i, id := range ids {
		rows[i] = inspectionRow{ScoreID: id, DueAt: at}
	}
	_, err := database.Upsert{Key: []string{"score_id"}}.On(tx.NewInsert().Model(&rows)).Exec(ctx)
	return err
}

// take hands the next score to the caller for the length of a lease, or sql.ErrNoRows.
func (s store) take(ctx context.Context, at time.Time) (inspectionRow, error) {
	var rows []inspectionRow
	err := s.Reader.NewSelect().Model(&rows).Where("due_at <= ?", at).Order("due_at", "score_id").Limit(candidates).Scan(ctx)
	if err != nil {
		return inspectionRow{}, err
	}
	for _, r := range rows {
		taken, err := s.NewUpdate().Model((*inspectionRow)(nil)).Set("attempts = ?", r.Attempts+1).Set("due_at = ?", at.Add(lease)).
			Where("score_id = ?", r.ScoreID).Where("attempts = ?", r.Attempts).Exec(ctx)
		if err != nil {
			return inspectionRow{}, err
		}
		if n, err := taken.RowsAffected(); err != nil || n == 1 {
			r.Attempts++
			return r, err
		}
	}
	return inspectionRow{}, sql.ErrNoRows
}

func (s store) putOff(ctx context.Context, row inspectionRow, until time.Time) error {
	_, err := s.NewUpdate().Model((*inspectionRow)(nil)).Set("due_at = ?", until).
		Where("score_id = ?", row.ScoreID).Where("attempts = ?", row.Attempts).Exec(ctx)
	return err
}

// done takes a score out of the queue.
func (s store) done(ctx context.Context, db bun.IDB, id int64) error {
	_, err := db.NewDelete().Model((*inspectionRow)(nil)).Where("score_id = ?", id).Exec(ctx)
	return err
}
