package local

import (
	"sync"
	"time"
)

// maxSenders bounds the table of those who wrote lately.
const maxSenders = 1 << 14

// flood counts what each user writes: a bucket of Flood.Messages that is full again after Flood.Window.
type flood struct {
	limits Flood

	mu      sync.Mutex
	senders map[int32]*bucket
}

type bucket struct {
	left    float64 // messages
	strikes int     // refused since the bucket was last full
	at      time.Time
}

func newFlood(limits Flood) *flood {
	return &flood{limits: limits, senders: map[int32]*bucket{}}
}

// take counts a message. It reports whether it may be sent, and, when it may not, whether the sender has earned a silence.
func (f *flood) take(userID int32, at time.Time) (ok, silence bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.senders[userID]
	if b == nil {
		f.makeRoom(at)
		b = &bucket{left: float64(f.limits.Messages), at: at}
		f.senders[userID] = b
	}
	f.refill(b, at)
	if b.left >= 1 {
		b.left--
		return true, false
	}
	b.strikes++
	if f.limits.Strikes > 0 && b.strikes >= f.limits.Strikes {
		b.strikes = 0
		return false, true
	}
	return false, false
}

func (f *flood) refill(b *bucket, at time.Time) {
	full := float64(f.limits.Messages)
	b.left += full * max(0, at.Sub(b.at).Seconds()) / f.limits.Window.Seconds()
	b.at = at
	if b.left >= full {
		b.left, b.strikes = full, 0
	}
}

// makeRoom keeps the table below its bound: who has been quiet is forgotten, and when all are loud, anybody.
func (f *flood) makeRoom(at time.Time) {
	if len(f.senders) < maxSenders {
		return
	}
	for id, b := range f.senders {
		if f.refill(b, at); b.left == float64(f.limits.Messages) {
			delete(f.senders, id)
		}
	}
	for id := range f.senders {
		if len(f.senders) < maxSenders*3/4 {
			return
		}
		delete(f.senders, id)
	}
}
