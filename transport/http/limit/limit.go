// Package limit holds the bounds that HTTP edges put on what a client can take: bytes of a body, time of a request,
// connections, and requests a second. Each is a middleware or a listener, to be set where the route is known; what an
// address is comes from package realip.
package limit

import (
	"context"
	"net/http"
	"time"

	"github.com/pure-peace/peace/transport/http/problem"
)

// Body bounds request bodies to max bytes. A request that announces more is answered 413 at once; reading more than max
// from one that does not fails with *http.MaxBytesError, which problem.WriteError answers 413 too.
func Body(max int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > max {
				w.Header().Set("Connection", "close") // the rest of the body is not worth reading
				problem.WriteError(w, r, &http.MaxBytesError{Limit: max})
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, max)
			next.ServeHTTP(w, r)
		})
	}
}

// Transfer replaces the server's deadlines for reading the body and for writing the answer, counted from now, for routes
// that carry more than most. Zero means no deadline. A body that misses it fails with os.ErrDeadlineExceeded.
func Transfer(read, write time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			setDeadlines(w, read, write)
			next.ServeHTTP(w, r)
		})
	}
}

// setDeadlines ignores writers that have no deadlines, as those of tests: the server's own then apply.
func setDeadlines(w http.ResponseWriter, read, write time.Duration) {
	var readBy, writeBy time.Time
	if read > 0 {
		readBy = time.Now().Add(read)
	}
	if write > 0 {
		writeBy = time.Now().Add(write)
	}
	controller := http.NewResponseController(w)
	_ = controller.SetReadDeadline(readBy)
	_ = controller.SetWriteDeadline(writeBy)
}

// Timeout ends the request's context after d: work for a client that no longer waits is wasted. It answers nothing; the
// handler sees context.DeadlineExceeded.
func Timeout(d time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(&timed{Context: ctx, outer: r.Context()}))
		})
	}
}

type timedKey struct{}

// timed remembers the context that it bounded, so that Stream can lift the bound.
type timed struct {
	context.Context
	outer context.Context
}

func (c *timed) Value(key any) any {
	if key == (timedKey{}) {
		return c.outer
	}
	return c.Context.Value(key)
}

// Stream lifts the bounds in time for a route whose answer has no end, as a WebSocket: the deadlines of the connection and
// the Timeout around it. The context still ends when the client goes away. The handler has to notice dead peers itself.
func Stream(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setDeadlines(w, 0, 0)
		if outer, ok := r.Context().Value(timedKey{}).(context.Context); ok {
			r = r.WithContext(untimed{Context: outer, values: r.Context()})
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
