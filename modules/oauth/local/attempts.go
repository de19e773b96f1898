package local

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// attemptsKept bounds the accounts that one attempts counts at a time.
const attemptsKept = 1 << 16

// attempts bounds what an account does within a window that begins with its first attempt. It forgets those whose latest attempt
// is the oldest when there are too many to count. It is safe for concurrent use.
type attempts struct {
	limit  int
	window time.Duration

	mu     sync.Mutex
	counts *simplelru.LRU[int32, count]
}

type count struct {
	n   int
	end time.Time // of the window
}

func newAttempts(limit int, window time.Duration) *attempts {
	counts, err := simplelru.NewLRU[int32, count](attemptsKept, nil)
	if err != nil {
		panic("oauth: " + err.Error()) // only for a size that is not positive
	}
	return &attempts{limit: limit, window: window, counts: counts}
}

// take counts an attempt, before it is known how it ends, and reports whether it is within the limit: no burst gets past it.
func (a *attempts) take(id int32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, _ := a.counts.Get(id)
	if t := time.Now(); !t.Before(c.end) {
		c = count{end: t.Add(a.window)}
	}
	if c.n >= a.limit {
		return false
	}
	c.n++
	a.counts.Add(id, c)
	return true
}

// giveBack takes an attempt off the count that turned out not to be one.
func (a *attempts) giveBack(id int32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.counts.Get(id); ok && c.n > 0 {
		c.n--
		a.counts.Add(id, c)
	}
}
