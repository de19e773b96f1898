package local

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/performance"
)

// Recalculate implements performance.Service. It has as many jobs in hand as there are workers; the pool, which it shares
// with everybody, decides which of them runs.
func (s *Service) Recalculate(ctx context.Context, jobs []performance.Job) iter.Seq2[performance.Outcome, error] {
	return func(yield func(performance.Outcome, error) bool) {
		if len(jobs) > performance.MaxJobs {
			yield(performance.Outcome{}, performance.ErrTooLarge)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		outcomes := make(chan performance.Outcome)
		var next atomic.Int64
		var group errgroup.Group
		for range min(s.cfg.Workers, len(jobs)) {
			group.Go(func() error {
				for {
					i := int(next.Add(1)) - 1
					if i >= len(jobs) {
						return nil
					}
					select {
					case outcomes <- s.work(ctx, jobs[i]):
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			})
		}
		done := make(chan error, 1)
		go func() {
			done <- group.Wait()
			close(outcomes)
		}()
		wanted := true
		for outcome := range outcomes {
			if wanted && ctx.Err() == nil && !yield(outcome, nil) {
				wanted = false
				cancel() // and let the workers run dry
			}
		}
		if err := <-done; err != nil && wanted {
			yield(performance.Outcome{}, err)
		}
	}
}

// work does one job.
func (s *Service) work(ctx context.Context, job performance.Job) performance.Outcome {
	outcome := performance.Outcome{ID: job.ID}
	err := func() error {
		if len(job.Plays) > performance.MaxPlays {
			return performance.ErrTooLarge
		}
		k, a, err := s.attributes(ctx, job.Target)
		if err != nil {
			return err
		}
		outcome.Performance, err = rate(a, job.Target, job.Plays)
		if err == nil {
			outcome.Difficulty = describe(k, a)
		}
		return err
	}()
	if err != nil {
		outcome = performance.Outcome{ID: job.ID, Reason: "internal", Message: "the calculation failed"}
		var known *fault.Error
		if errors.As(err, &known) {
			outcome.Reason, outcome.Message = known.Reason, known.Message
		} else {
			s.log.WarnContext(ctx, "a recalculation failed", "beatmap", job.Target.Beatmap, "error", err)
		}
	}
	return outcome
}
