package local

import (
	"context"
	"sync"

	"github.com/pure-peace/peace/modules/bancho"
)

// maxWaiting is how many exchanges of one session may wait for the one being served. A client overlaps two when it
// reconnects; more is no client.
const maxWaiting = 4

// turns serves the exchanges of one session one after the other. It remembers only sessions that are being served, so its
// size is that of the requests in flight. The zero value is ready.
type turns struct {
	mu   sync.Mutex
	held map[string]*turn
	free sync.Pool
}

// turn is a session being served. Its baton goes from one exchange to the next; the first has it without asking.
type turn struct {
	baton chan struct{}
	users int // the one being served and those that wait; guarded by turns.mu
}

// take waits for the session's turn, which give ends. ErrOverlap, or the context's error.
func (t *turns) take(ctx context.Context, id string) (*turn, error) {
	t.mu.Lock()
	if t.held == nil {
		t.held = make(map[string]*turn)
	}
	entry := t.held[id]
	if entry == nil {
		if entry, _ = t.free.Get().(*turn); entry == nil {
			entry = &turn{baton: make(chan struct{}, 1)}
		}
		entry.users = 1
		t.held[id] = entry
		t.mu.Unlock()
		return entry, nil
	}
	if entry.users > maxWaiting {
		t.mu.Unlock()
		return nil, bancho.ErrOverlap
	}
	entry.users++
	t.mu.Unlock()

	select {
	case <-entry.baton:
		return entry, nil
	case <-ctx.Done():
		t.mu.Lock()
		defer t.mu.Unlock()
		if entry.users--; entry.users == 0 { // the baton was passed on to nobody but us
			<-entry.baton
			t.forget(id, entry)
		}
		return nil, ctx.Err()
	}
}

func (t *turns) give(id string, entry *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if entry.users--; entry.users == 0 {
		t.forget(id, entry)
		return
	}
	entry.baton <- struct{}{}
}

func (t *turns) forget(id string, entry *turn) {
	delete(t.held, id)
	t.free.Put(entry)
}
