// Package limit holds the bounds that HTTP edges put on what a client can take: bytes of a body, time of a request,
// connections, and requests a second. Each is a middleware or a listener, to be set where the route is known; what an
// address is comes from package realip.
package limit

import (
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
