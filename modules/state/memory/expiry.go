package memory

import (
	"container/heap"
	"context"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

const (
	// expiryPause is the least time between two passes: many records that end one after another cost one pass.
	expiryPause = 20 * time.Millisecond
	// expiryStep is how many records one hold of the lock looks at.
	expiryStep = 256
)

// expiry is a heap of the records that have a time to live, by when to look at them next. A drain does not move its record in the
// heap: it only notes the time, and the look finds that the record has longer to live. Guarded by Service.write.
type expiry struct {
	records []*record
	wake    chan struct{} // holds a token when the first look has become earlier
}

func (e *expiry) Len() int           { return len(e.records) }
func (e *expiry) Less(i, j int) bool { return e.records[i].due < e.records[j].due }
func (e *expiry) Swap(i, j int) {
	e.records[i], e.records[j] = e.records[j], e.records[i]
	e.records[i].slot, e.records[j].slot = i, j
}

// Push implements heap.Interface.
func (e *expiry) Push(x any) {
	r := x.(*record)
	r.slot = len(e.records)
	e.records = append(e.records, r)
}

// Pop implements heap.Interface.
func (e *expiry) Pop() any {
	last := len(e.records) - 1
	r := e.records[last]
	e.records[last] = nil
	e.records = e.records[:last]
	r.slot = -1
	return r
}

// schedule makes sure that a record is looked at no later than its time to live after now.
func (e *expiry) schedule(r *record, now int64, ttl time.Duration) {
	if ttl == 0 {
		e.drop(r)
		return
	}
	due := now + int64(ttl)
	if due < now {
		due = 1<<63 - 1 // some 292 years
	}
	switch {
	case r.slot < 0:
		r.due = due
		heap.Push(e, r)
	case due < r.due:
		r.due = due
		heap.Fix(e, r.slot)
	}
	if r.slot == 0 {
		select {
		case e.wake <- struct{}{}:
		default:
		}
	}
}

func (e *expiry) drop(r *record) {
	if r.slot >= 0 {
		heap.Remove(e, r.slot)
	}
}

// runExpiry expires records until ctx ends.
func (s *Service) runExpiry(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(max(s.expire(), expiryPause))
		select {
		case <-ctx.Done():
			return
		case <-s.expiry.wake:
		case <-timer.C:
		}
	}
}

// expire removes what is due and returns how long there is nothing to do.
func (s *Service) expire() time.Duration {
	for {
		wait, more := s.expireSome()
		if !more {
			return wait
		}
	}
}

// expireSome looks at the next few records that are due. It reports whether others are.
func (s *Service) expireSome() (wait time.Duration, more bool) {
	s.write.Lock()
	defer s.write.Unlock()
	tx := s.begin()
	defer func() { tx.perform() }()
	now := s.now()
	for range expiryStep {
		if len(s.expiry.records) == 0 {
			return time.Hour, false
		}
		r := s.expiry.records[0]
		if r.due > now {
			return time.Duration(r.due - now), false
		}
		if until, ended := r.box.endBy(now, r.now.TTL); !ended {
			r.due = until
			heap.Fix(&s.expiry, 0)
			continue
		}
		heap.Pop(&s.expiry)
		s.mu.Lock()
		sp := s.spaces[r.space]
		tx.remove(sp, r, state.EventExpire)
		s.release(sp)
		s.mu.Unlock()
	}
	return 0, true
}

// endBy ends the mailbox when its record was not touched for ttl. Otherwise it returns until when the record lives.
func (b *mailbox) endBy(now int64, ttl time.Duration) (until int64, ended bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until = b.touched + int64(ttl); until > now {
		return until, false
	}
	b.bury()
	return 0, true
}
