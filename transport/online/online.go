// Package online tells pages how many players are online. The number is a few seconds old, so that people who reload a page
// cost nothing.
package online

import (
	"context"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
)

// Counter counts sessions. sessions.Service is one.
type Counter interface {
	Count(ctx context.Context) (sessions.Counts, error)
}

// age is how old the number may be, and patience how long a page waits for it.
const (
	age      = 5 * time.Second
	patience = time.Second
)

// Players is the number of players online. It is safe for concurrent use; make one with New.
type Players struct {
	counter Counter

	mu     sync.Mutex
	number int
	asked  time.Time
}

// New returns the number that counter tells.
func New(counter Counter) *Players { return &Players{counter: counter} }

// Count returns the number, and -1 when it cannot be found out.
func (p *Players) Count(ctx context.Context) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.asked.IsZero() && time.Since(p.asked) < age {
		return p.number
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // the next reader wants it too
	defer cancel()
	p.number, p.asked = -1, time.Now()
	if counts, err := p.counter.Count(ctx); err == nil {
		p.number = counts.Visible
	}
	return p.number
}
