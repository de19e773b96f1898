package local

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/scores"
)

// lane lets callers who come at once share transactions. It needs no goroutine of its own: the first caller works for all who
// are waiting when he begins, and hands over to the first of those who came meanwhile.
type lane[T any] struct {
	batch   int // items of one run, at most
	limit   int // callers that may wait
	timeout time.Duration
	run     func(ctx context.Context, items []T) []error // an error for each

	mu    sync.Mutex
	queue []*ticket[T]
	busy  bool // somebody works
}

type ticket[T any] struct {
	item T
	lead chan struct{} // receives when it is this caller's turn to work
	done chan struct{} // closed when err is there
	err  error
}

// do returns what became of an item. ErrBusy when too many wait. When ctx ends first the item may be worked on all the same.
func (l *lane[T]) do(ctx context.Context, item T) error {
	t := &ticket[T]{item: item, lead: make(chan struct{}, 1), done: make(chan struct{})}
	l.mu.Lock()
	if len(l.queue) >= l.limit {
		l.mu.Unlock()
		return scores.ErrBusy
	}
	l.queue = append(l.queue, t)
	if !l.busy {
		l.busy = true
		t.lead <- struct{}{}
	}
	l.mu.Unlock()
	select {
	case <-t.lead:
	case <-t.done:
		return t.err
	case <-ctx.Done():
		if !l.leave(t) {
			return ctx.Err()
		}
	}
	l.work(ctx)
	return t.err
}

// leave takes a ticket out of the queue. It reports true when the others rely on its caller to work.
func (l *lane[T]) leave(t *ticket[T]) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-t.lead:
		return true
	default:
	}
	if i := slices.Index(l.queue, t); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
	}
	return false
}

// work runs the head of the queue, among it the caller's own ticket, and hands over. Others depend on it, so it does not end with
// its caller.
func (l *lane[T]) work(ctx context.Context) {
	l.mu.Lock()
	tickets := slices.Clone(l.queue[:min(l.batch, len(l.queue))])
	l.queue = slices.Delete(l.queue, 0, len(tickets))
	l.mu.Unlock()

	defer func() {
		for _, t := range tickets {
			close(t.done)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.queue) > 0 {
			l.queue[0].lead <- struct{}{}
		} else {
			l.busy = false
		}
	}()
	items := make([]T, len(tickets))
	for i, t := range tickets {
		items[i], t.err = t.item, scores.ErrPending // unless run says better, should it panic
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	for i, err := range l.run(ctx, items) {
		tickets[i].err = err
	}
}
