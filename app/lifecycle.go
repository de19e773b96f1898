package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// part is something that lives as long as the process: a module, a listener, a pool. Each function may be nil.
type part struct {
	name  string
	run   func(context.Context) error // returns when its context ends
	drain func(context.Context) error // takes no new work and finishes what it has
	close func() error
}

// runner is the capability of a local implementation that works in the background.
type runner interface{ Run(context.Context) error }

// drainer is the capability of one that has work to finish before it stops.
type drainer interface{ Drain(context.Context) error }

// closer is the capability of one that holds something.
type closer interface{ Close() error }

// partOf finds the capabilities of v.
func partOf(name string, v any) part {
	p := part{name: name}
	if v, ok := v.(runner); ok {
		p.run = v.Run
	}
	if v, ok := v.(drainer); ok {
		p.drain = v.Drain
	}
	if v, ok := v.(closer); ok {
		p.close = v.Close
	}
	return p
}

// lifecycle runs parts: all at once, and stops them in reverse, so that none outlives what it depends on.
//
//	run ──(ctx ends, or a part's run fails)──▶ drain, last part first ──▶ cancel and await, last part first ──▶ close
type lifecycle struct {
	log     *slog.Logger
	timeout time.Duration // for all drains together
	parts   []part
}

// run starts every part, calls started, and returns when all have stopped. It returns the error of the part that failed,
// or nil when ctx ended; errors while stopping are logged, since there is nothing left to decide on them. It closes every
// part exactly once, whatever happens.
func (l *lifecycle) run(ctx context.Context, started func(), stopping func(context.Context)) error {
	type running struct {
		cancel context.CancelFunc
		done   chan struct{}
	}
	var (
		failed = make(chan error, len(l.parts))
		group  = make([]running, len(l.parts))
		all    sync.WaitGroup
	)
	// What ends ctx must not end the parts: they are stopped one by one.
	base := context.WithoutCancel(ctx)
	for i, p := range l.parts {
		if p.run == nil {
			continue
		}
		partCtx, cancel := context.WithCancel(base)
		group[i] = running{cancel, make(chan struct{})}
		all.Go(func() {
			defer close(group[i].done)
			if err := p.run(partCtx); err != nil && partCtx.Err() == nil {
				failed <- fmt.Errorf("%s: %w", p.name, err)
			} else if partCtx.Err() == nil {
				failed <- fmt.Errorf("%s: stopped by itself", p.name)
			}
		})
	}
	started()

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
		l.log.Error("a part failed, stopping", "error", cause)
	}

	drainCtx, cancel := context.WithTimeout(base, l.timeout)
	defer cancel()
	stopping(drainCtx)
	for _, p := range slices.Backward(l.parts) {
		if p.drain == nil {
			continue
		}
		if err := p.drain(drainCtx); err != nil && !errors.Is(err, context.Canceled) {
			l.log.Warn("did not finish in time", "part", p.name, "error", err)
		}
	}
	for _, g := range slices.Backward(group) {
		if g.cancel != nil {
			g.cancel()
			<-g.done
		}
	}
	all.Wait()
	l.close()
	return cause
}

// close closes the parts, last first.
func (l *lifecycle) close() {
	for _, p := range slices.Backward(l.parts) {
		if p.close == nil {
			continue
		}
		if err := p.close(); err != nil {
			l.log.Error("closing failed", "part", p.name, "error", err)
		}
	}
	l.parts = nil
}
