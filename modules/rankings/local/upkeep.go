package local

import (
	"context"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

const (
	// upkeepEvery is how often the boards are audited, ranks written down and old effects removed.
	upkeepEvery = time.Hour
	// upkeepAgain is when it is tried again after a failure.
	upkeepAgain = time.Minute
	// trimRows is how many effects are removed at once.
	trimRows = 1000
)

// Run counts as scores come, tells players of their figures, and keeps ranks, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { s.count(ctx) })
	wg.Go(func() { s.upkeep(ctx) })
	wg.Go(func() {
		for {
			select {
			case <-s.news.some:
				s.tell(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	wg.Wait()
	return nil
}

// count follows the log for the count in force, whichever that is.
func (s *Service) count(ctx context.Context) {
	for ctx.Err() == nil {
		c := s.counter.Load()
		following, stop := context.WithCancel(ctx)
		go func() {
			select {
			case <-c.retired:
			case <-following.Done():
			}
			stop()
		}()
		if err := c.Run(following); err != nil {
			s.log.ErrorContext(ctx, "the log is not followed any more", "error", err)
		}
		stop()
	}
}

// upkeep does what is done now and then, the first time at once.
func (s *Service) upkeep(ctx context.Context) {
	for {
		pause := upkeepEvery
		if err := s.maintain(ctx, time.Now().UTC()); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the upkeep of rankings failed", "error", err)
			pause = upkeepAgain
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

func (s *Service) maintain(ctx context.Context, now time.Time) error {
	// Another process may have put another count into force, and this one has nothing to count that would tell it.
	if _, err := s.turn(ctx); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return s.settle(ctx) },
		func() error { return s.audit(ctx) },
		func() error { return s.snapshot(ctx, now) },
		func() error { return s.store.trim(ctx, now.Add(-s.config.KeepEffects)) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// trim removes effects of plays that were counted before a moment.
func (s store) trim(ctx context.Context, before time.Time) error {
	for {
		var ids []int64
		err := s.NewSelect().Model((*effectRow)(nil)).Column("score_id").Where("counted_at < ?", before).Order("counted_at").
			Limit(trimRows).Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := s.NewDelete().Model((*effectRow)(nil)).Where("score_id IN (?)", bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
	}
}
