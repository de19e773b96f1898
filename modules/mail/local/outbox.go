package local

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/mail"
)

// The pauses between attempts grow from the first to the longest.
const (
	firstPause   = 5 * time.Second
	longestPause = 10 * time.Minute
)

// entry is a mail that waits.
type entry struct {
	message  mail.Message
	accepted time.Time
	due      time.Time
	attempts int
}

// pause is how long to wait before the next attempt.
func (e entry) pause() time.Duration {
	pause := firstPause
	for range min(e.attempts-1, 10) {
		pause *= 3
	}
	return min(pause, longestPause)
}

// outbox holds what was accepted and not yet sent, what is being sent included, up to its bound. It is safe for concurrent use.
type outbox struct {
	size int

	mu      sync.Mutex
	waiting schedule
	held    int           // waiting, or being sent
	closed  bool          // takes no more
	changed chan struct{} // closed, and replaced, with every change that somebody may wait for
}

func newOutbox(size int) *outbox {
	return &outbox{size: size, changed: make(chan struct{})}
}

// tell wakes all who wait. The lock is held.
func (o *outbox) tell() {
	close(o.changed)
	o.changed = make(chan struct{})
}

func (o *outbox) add(m mail.Message, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return mail.ErrClosed
	case o.held >= o.size:
		return mail.ErrBusy
	}
	o.held++
	heap.Push(&o.waiting, entry{message: m, accepted: now, due: now})
	o.tell()
	return nil
}

// take waits for a mail that is due and counts the attempt; false when ctx has ended. The caller calls done, or again.
func (o *outbox) take(ctx context.Context) (entry, bool) {
	for ctx.Err() == nil {
		o.mu.Lock()
		changed, wait := o.changed, time.Duration(-1)
		if len(o.waiting) > 0 {
			if wait = time.Until(o.waiting[0].due); wait <= 0 {
				e := heap.Pop(&o.waiting).(entry)
				o.mu.Unlock()
				e.attempts++
				return e, true
			}
		}
		o.mu.Unlock()
		var due <-chan time.Time // never, when nothing waits
		if wait > 0 {
			due = time.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-due:
		}
	}
	return entry{}, false
}

// again puts an entry back until it is due; false when it must be given up because the outbox is being drained.
func (o *outbox) again(e entry, due time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	e.due = due
	heap.Push(&o.waiting, e)
	o.tell()
	return true
}

// done forgets an entry that was taken.
func (o *outbox) done() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held--
	o.tell()
}

// drain closes the outbox, gives up those that have been tried before, and waits for the rest. It returns how many were given up,
// those that are still there when ctx ends included.
func (o *outbox) drain(ctx context.Context) (lost int, err error) {
	o.mu.Lock()
	o.closed = true
	var fresh schedule
	for _, e := range o.waiting {
		if e.attempts > 0 {
			lost++
			o.held--
			continue
		}
		fresh = append(fresh, e)
	}
	heap.Init(&fresh)
	o.waiting = fresh
	o.tell()
	for o.held > 0 {
		changed := o.changed
		o.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		}
		o.mu.Lock()
		if err != nil {
			lost += o.held
			break
		}
	}
	o.mu.Unlock()
	return lost, err
}

// schedule is a heap of entries, the first due on top.
type schedule []entry

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(e any)        { *s = append(*s, e.(entry)) }
func (s *schedule) Pop() any {
	last := len(*s) - 1
	e := (*s)[last]
	(*s)[last] = entry{}
	*s = (*s)[:last]
	return e
}
