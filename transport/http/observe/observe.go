// Package observe watches the requests of HTTP edges: it counts and times them, logs them with their secrets removed, gives
// them ids, and keeps a panic from ending the process or telling the client anything. What is served lives in the edges.
package observe

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/pure-peace/peace/transport/http/realip"
)

// Observer watches the requests of one App. It is safe for concurrent use.
type Observer struct {
	log      *slog.Logger
	metrics  *metrics
	idPrefix string
	lastID   atomic.Uint64
}

// New returns an Observer that logs to log and registers its metrics with registry. It fails when they are registered.
func New(log *slog.Logger, registry prometheus.Registerer) (*Observer, error) {
	m, err := newMetrics(registry)
	if err != nil {
		return nil, err
	}
	return &Observer{log: log, metrics: m, idPrefix: rand.Text()[:8] + "-"}, nil
}

// Host watches the requests of one host. The label names it in metrics and logs and must come from a small fixed set, never
// from the Host header. Routes are known by their chi pattern. Every request gets an id, which is in its context
// (RequestID), in the X-Request-Id header of its answer and in the log; a listed proxy may choose it.
func (o *Observer) Host(label string, next http.Handler) http.Handler {
	host := o.metrics.host(label)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scope := &scope{Context: r.Context(), id: o.requestID(r)}
		r = r.WithContext(scope)
		w.Header()["X-Request-Id"] = []string{scope.id}
		o.serve(host, &scope.route, scope.id, next, w, r)
	})
}

// Route watches the requests of a host that serves a single route, without an id: the least that keeps a server honest, for
// handlers that are asked so often that a copy of the request counts.
func (o *Observer) Route(label, pattern string, next http.Handler) http.Handler {
	host := o.metrics.host(label)
	fixed := &chi.Context{RoutePatterns: []string{pattern}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.serve(host, fixed, "", next, w, r)
	})
}

func (o *Observer) serve(host *hostMetrics, route *chi.Context, id string, next http.Handler, w http.ResponseWriter, r *http.Request) {
	rec := &recorder{ResponseWriter: w}
	start := time.Now()
	defer func() {
		reason := recover()
		aborted := reason != nil && o.handlePanic(reason, rec, r, id)
		elapsed := time.Since(start)
		if rec.status == http.StatusSwitchingProtocols {
			elapsed = rec.switched.Sub(start) // how long a socket lives afterwards is no latency
		}
		pattern := route.RoutePattern()
		host.observe(pattern, rec.status, elapsed)
		if o.log.Enabled(r.Context(), slog.LevelDebug) {
			o.log.LogAttrs(r.Context(), slog.LevelDebug, "http request", slog.String("host", host.label),
				slog.String("method", clip(r.Method)), slog.String("path", clip(r.URL.Path)), slog.String("query", ScrubQuery(r.URL.RawQuery)),
				slog.String("route", pattern), slog.Int("status", rec.answered()), slog.Int64("bytes", rec.bytes),
				slog.Duration("took", elapsed), slog.String("client", realip.ClientIP(r.Context()).String()), slog.String("request_id", id))
		}
		if aborted {
			panic(http.ErrAbortHandler) // net/http hangs up and logs nothing
		}
	}()
	next.ServeHTTP(rec, r)
}

// handlePanic answers 500 when that is still possible, and says whether the connection has to be cut instead: an answer
// that has begun must not look complete.
func (o *Observer) handlePanic(reason any, rec *recorder, r *http.Request, id string) (abort bool) {
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return true // the handler asked for it
	}
	o.log.LogAttrs(r.Context(), slog.LevelError, "http handler panicked", slog.Any("panic", reason),
		slog.String("method", clip(r.Method)), slog.String("path", clip(r.URL.Path)), slog.String("request_id", id),
		slog.String("stack", string(debug.Stack())))
	if rec.status != 0 {
		return true
	}
	clear(rec.Header())
	rec.Header().Set("Connection", "close")
	http.Error(rec, "something went wrong on our side", http.StatusInternalServerError)
	return false
}

// requestID returns the id of a listed proxy when it is short and plain, and a new one otherwise.
func (o *Observer) requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" && len(id) <= 64 && realip.Trusted(r.Context()) && isPlain(id) {
		return id
	}
	buffer := make([]byte, 0, 32)
	buffer = append(buffer, o.idPrefix...)
	return string(strconv.AppendUint(buffer, o.lastID.Add(1), 36))
}

func isPlain(id string) bool {
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if s, ok := ctx.Value(scopeKey{}).(*scope); ok {
		return s.id
	}
	return ""
}

type scopeKey struct{}

// scope is what a request carries, in one allocation: its id, and the routing context that chi would make otherwise, which
// is how the pattern of the route becomes known out here.
type scope struct {
	context.Context
	id    string
	route chi.Context
}

func (s *scope) Value(key any) any {
	switch key {
	case chi.RouteCtxKey:
		return &s.route
	case scopeKey{}:
		return s
	}
	return s.Context.Value(key)
}

// recorder notes the status and size of an answer.
type recorder struct {
	http.ResponseWriter
	status   int // 0 until the header is written
	bytes    int64
	switched time.Time // when the connection became one of another protocol
}

// answered is the status that the client sees: net/http writes 200 for a handler that writes nothing.
func (w *recorder) answered() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	if status == http.StatusSwitchingProtocols {
		w.switched = time.Now()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom keeps the kernel copying files: io.Copy looks for it.
func (w *recorder) ReadFrom(r io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

// Flush is for handlers that look for http.Flusher; http.ResponseController goes through Unwrap.
func (w *recorder) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
