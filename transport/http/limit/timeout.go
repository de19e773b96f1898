package limit

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Timeout ends the request's context after d: work for a client that no longer waits is wasted. It answers nothing; the
// handler sees context.DeadlineExceeded.
func Timeout(d time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := &timed{outer: r.Context(), deadline: time.Now().Add(d)}
			defer ctx.finish()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// timed is a context with a deadline that starts a timer only when somebody waits for it. Most requests are answered
// without, and the timer and its bookkeeping would be the dearest part of the chain around them.
type timed struct {
	outer    context.Context
	deadline time.Time

	mu       sync.Mutex
	inner    context.Context // the ordinary context, once one is needed
	cancel   context.CancelFunc
	finished bool // the request is over
}

func (c *timed) Deadline() (time.Time, bool) {
	if outer, ok := c.outer.Deadline(); ok && outer.Before(c.deadline) {
		return outer, true
	}
	return c.deadline, true
}

func (c *timed) Done() <-chan struct{} { return c.ordinary().Done() }

func (c *timed) Err() error {
	c.mu.Lock()
	inner, finished := c.inner, c.finished
	c.mu.Unlock()
	if inner != nil {
		return inner.Err()
	}
	if err := c.outer.Err(); err != nil {
		return err
	}
	if finished || !time.Now().Before(c.deadline) {
		return c.ordinary().Err()
	}
	return nil
}

// Value asks the ordinary context once there is one, so that package context finds its own type and needs no goroutine to
// cancel contexts derived from this one.
func (c *timed) Value(key any) any {
	if key == (timedKey{}) {
		return c.outer
	}
	c.mu.Lock()
	inner := c.inner
	c.mu.Unlock()
	if inner != nil {
		return inner.Value(key)
	}
	return c.outer.Value(key)
}

func (c *timed) ordinary() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		c.inner, c.cancel = context.WithDeadline(c.outer, c.deadline)
		if c.finished {
			c.cancel()
		}
	}
	return c.inner
}

func (c *timed) finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished = true
	if c.cancel != nil {
		c.cancel()
	}
}

type timedKey struct{}

// Stream lifts the bounds in time for a route whose answer has no end, as a WebSocket: the deadlines of the connection and
// every Timeout around it. The context still ends when the client goes away. The handler has to notice dead peers itself.
func Stream(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setDeadlines(w, 0, 0)
		inner := r.Context()
		for outer, ok := inner.Value(timedKey{}).(context.Context); ok; outer, ok = outer.Value(timedKey{}).(context.Context) {
			inner = untimed{Context: outer, values: r.Context()}
		}
		if inner != r.Context() {
			r = r.WithContext(inner)
		}
		next.ServeHTTP(w, r)
	})
}

// untimed ends with the outer context and keeps the values of the inner one.
type untimed struct {
	context.Context
	values context.Context
}

func (c untimed) Value(key any) any {
	if key == (timedKey{}) {
		return c.Context.Value(key)
	}
	return c.values.Value(key)
}
