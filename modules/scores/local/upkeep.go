package local

import (
	"context"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/view"
	"github.com/pure-peace/peace/modules/wire"
)

// dueBatch is how many submissions a look for those that are due finds.
const dueBatch = 100

// processDue processes what was interrupted or had to wait.
func (s *Service) processDue(ctx context.Context) {
	every(ctx, s.cfg.Retry, s.wake, func() {
		for {
			n, err := s.processSome(ctx)
			if err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "earlier submissions are not processed", "error", err)
			}
			if err != nil || n < dueBatch || ctx.Err() != nil {
				return
			}
		}
	})
}

// processSome processes up to dueBatch submissions that are due, and returns how many were.
func (s *Service) processSome(ctx context.Context) (int, error) {
	now := time.Now().UTC()
	var rows []submissionRow
	err := s.db.Reader.NewSelect().Model(&rows).Where("due_at <= ?", now).Order("due_at").Limit(dueBatch).Scan(ctx)
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	limit := make(chan struct{}, s.cfg.Workers)
	for i := range rows {
		limit <- struct{}{}
		wg.Go(func() {
			defer func() { <-limit }()
			if err := s.processAgain(ctx, &rows[i], now); err != nil && ctx.Err() == nil {
				s.log.DebugContext(ctx, "an earlier submission is still not processed", "key", rows[i].Key, "error", err)
			}
		})
	}
	wg.Wait()
	return len(rows), nil
}

// processAgain processes a submission unless another process was faster to take it on.
func (s *Service) processAgain(ctx context.Context, row *submissionRow, now time.Time) error {
	result, err := s.db.NewUpdate().Model((*submissionRow)(nil)).Set("due_at = ?", now.Add(patience)).
		Where("submission_key = ?", row.Key).Where("due_at = ?", row.DueAt).Where("state IN (?, ?)", received, waiting).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	in := &intake{row: *row}
	if in.sub, err = submissionOf(row); err != nil {
		return s.refuse(ctx, in, err) // whoever wrote it, nobody can read it
	}
	// Somebody who never answers shall not keep all others waiting.
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	_, err = s.process(ctx, in)
	return err
}

// rouse makes Run look for what is due.
func (s *Service) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// followScores drops what other processes changed from memory.
func (s *Service) followScores(ctx context.Context) {
	catchUp := func(ctx context.Context) error {
		seq, err := s.Latest(ctx)
		if err != nil {
			return err
		}
		return s.boards.catchUp(ctx, s.db.Reader, seq)
	}
	view.Listen(ctx, s.deps.State, []string{scores.Topic}, s.log, catchUp, func(ctx context.Context, _ state.Notice) error {
		return catchUp(ctx)
	})
}

// notify tells those who follow the log that there is more in it than the event of a new score would tell.
func (s *Service) notify(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeout)
	defer cancel()
	if err := s.deps.State.Publish(ctx, scores.Topic, wire.Pack(&scorespb.Recorded{})); err != nil {
		s.log.WarnContext(ctx, "a change of scores was not announced", "error", err)
	}
}
