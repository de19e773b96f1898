package local

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/pure-peace/peace/modules/performance"
)

// pool bounds how many calculations run, how many wait, and how long one may take.
type pool struct {
	running *semaphore.Weighted
	places  chan struct{} // one for each calculation that runs or waits
	timeout time.Duration
}

func newPool(workers, queue int, timeout time.Duration) *pool {
	return &pool{semaphore.NewWeighted(int64(workers)), make(chan struct{}, workers+queue), timeout}
}

// run runs a calculation on the caller's goroutine once a worker is free. ErrBusy when too many wait, ErrTooHard when it
// did not end in time; waiting does not count.
func (p *pool) run(ctx context.Context, calculate func(context.Context) error) error {
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	default:
		return performance.ErrBusy
	}
	if err := p.running.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.running.Release(1)
	limited, cancel := context.WithTimeoutCause(ctx, p.timeout, performance.ErrTooHard)
	defer cancel()
	err := calculate(limited)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return performance.ErrTooHard
	}
	return err
}
