// Package feed carries events from writers, which never wait, to one consumer of a watch or a subscription, which may be slow.
package feed

import (
	"context"
	"sync"

	"github.com/pure-peace/peace/modules/state"
)

// The most that waits for one consumer. One more ends the feed with state.ErrLagged.
const (
	maxEvents = 16 << 10
	maxBytes  = 16 << 20
)

// Feed is a bounded queue with one consumer.
type Feed[T any] struct {
	mu     sync.Mutex
	events []T
	bytes  int
	err    error
	ready  chan struct{} // holds one token while there is something to fetch
}

// New returns an empty feed.
func New[T any]() *Feed[T] { return &Feed[T]{ready: make(chan struct{}, 1)} }

// Push adds an event of some size in bytes. It never waits.
func (f *Feed[T]) Push(event T, size int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return
	}
	f.events = append(f.events, event)
	f.bytes += size
	if len(f.events) > maxEvents || f.bytes > maxBytes {
		f.events, f.err = nil, state.ErrLagged
	}
	f.signal()
}

// End makes Fetch fail once what is there has been fetched.
func (f *Feed[T]) End(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
	f.signal()
}

func (f *Feed[T]) signal() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// Fetch waits for events and takes all that there are. It fails with ctx, with the error of End, with state.ErrLagged, and with
// state.ErrClosed when closing is closed.
func (f *Feed[T]) Fetch(ctx context.Context, closing <-chan struct{}) ([]T, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-closing:
		return nil, state.ErrClosed
	case <-f.ready:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	events := f.events
	f.events, f.bytes = nil, 0
	if len(events) == 0 {
		return nil, f.err
	}
	if f.err != nil {
		f.signal()
	}
	return events, nil
}
