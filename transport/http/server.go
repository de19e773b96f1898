// Package http is the server under every HTTP edge of Peace: the listeners, the middleware chain that the edges share, and
// a stop that no client notices. The parts live below it and can be used alone:
//
//	hosts     dispatch by host name            observe   metrics, access log, request ids, panics
//	realip    client addresses behind proxies  compress  gzip
//	limit     bodies, time, rates, connections problem   faults as HTTP answers
//	certs     certificates                     admin     the operator's listener
//	listen    sockets, and their takeover
//
// No endpoint of osu! lives here. Only the composition root imports this package, under another name; edges import the
// parts.
package http

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pure-peace/peace/transport/http/certs"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/listen"
	"github.com/pure-peace/peace/transport/http/realip"
)

// Deps is what a Server works with.
type Deps struct {
	Handler   http.Handler          // usually a hosts.Router of Chain-wrapped edges
	Proxies   *realip.Proxies       // required
	Listeners *listen.Listeners     // required
	Certs     *certs.Source         // nil switches HTTPS off
	Log       *slog.Logger          // required
	Registry  prometheus.Registerer // required
}

// Server answers on the plain and the TLS listener. Its life is New, Listen, Run; Drain while Run runs; Close at any time.
type Server struct {
	cfg   Config
	deps  Deps
	conns *limit.Conns

	leaving  atomic.Bool
	finish   sync.Once
	finished chan struct{} // closed by the end of Drain and by Close

	mu        sync.Mutex
	listeners []*listener
}

// listener is one bound address and its server.
type listener struct {
	name   string
	socket net.Listener
	server *http.Server
	secure bool
}

// New checks the configuration and registers metrics. It binds nothing and starts nothing.
func New(cfg Config, deps Deps) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	connections := affordable(cfg.HTTP.MaxConnections, descriptors())
	if connections < cfg.HTTP.MaxConnections {
		deps.Log.Info("fewer connections are taken than configured: the system gives this process too few file descriptors",
			"key", "http.max_connections", "connections", connections)
	}
	s := &Server{
		cfg:      cfg,
		deps:     deps,
		conns:    limit.NewConns(connections, cfg.HTTP.MaxConnectionsPerAddress, deps.Proxies.Trusts),
		finished: make(chan struct{}),
	}
	return s, errors.Join(
		deps.Registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "peace_http_connections", Help: "Open HTTP connections.",
		}, func() float64 { return float64(s.conns.Open()) })),
		deps.Registry.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "peace_http_connections_refused_total", Help: "Connections closed because their address had too many.",
		}, func() float64 { return float64(s.conns.Refused()) })),
	)
}

// affordable returns how many connections leave descriptors for the rest of the process, the database and operators first: idle
// connections must not starve them.
func affordable(connections, descriptors int) int {
	return max(1, min(connections, descriptors-descriptors/4))
}

// Listen binds the configured addresses, under the names "http" and "https". Its error names the configuration key and,
// where the system tells, the process that has the port.
func (s *Server) Listen(ctx context.Context) error {
	handler := s.deps.Proxies.Handler(s.farewell(s.deps.Handler))
	plain := handler
	if s.deps.Certs != nil {
		plain = s.deps.Certs.ChallengeHandler(handler)
	}
	if err := s.bind(ctx, "http", s.cfg.HTTP.Listen, plain, nil); err != nil {
		return err
	}
	if s.deps.Certs == nil {
		return nil
	}
	return s.bind(ctx, "https", s.cfg.HTTPS.Listen, handler, s.deps.Certs)
}

func (s *Server) bind(ctx context.Context, name, address string, handler http.Handler, source *certs.Source) error {
	if address == "" {
		return nil
	}
	socket, err := s.deps.Listeners.Listen(ctx, name, address)
	if err != nil {
		return errors.Join(fmt.Errorf("%s.listen: %w", name, err), s.Close())
	}
	l := &listener{name: name, socket: s.conns.Listener(socket), secure: source != nil}
	l.server = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: s.cfg.HTTP.ReadHeaderTimeout,
		ReadTimeout:       s.cfg.HTTP.ReadTimeout,
		WriteTimeout:      s.cfg.HTTP.WriteTimeout,
		IdleTimeout:       s.cfg.HTTP.IdleTimeout,
		MaxHeaderBytes:    s.cfg.HTTP.MaxHeaderBytes,
		ConnContext:       s.deps.Proxies.ConnContext,
		// What net/http has to say is about clients: handshakes of scanners, broken requests.
		ErrorLog: slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelDebug),
	}
	if source != nil {
		l.server.TLSConfig = source.TLSConfig()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, l)
	return nil
}

// farewell asks clients of a server that is stopping to open a new connection for their next request: it then reaches the
// successor.
func (s *Server) farewell(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.leaving.Load() {
			w.Header()["Connection"] = []string{"close"}
		}
		next.ServeHTTP(w, r)
	})
}

// Addr returns the bound address of "http" or "https", or nil.
func (s *Server) Addr(name string) net.Addr {
	for _, l := range s.bound() {
		if l.name == name {
			return l.socket.Addr()
		}
	}
	return nil
}

func (s *Server) bound() []*listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listeners
}

// Run serves until ctx ends, and then cuts what is left; or until Drain or Close has finished. It returns nil in all these
// cases, and an error when a listener fails.
func (s *Server) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	listeners := s.bound()
	ended := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { ended <- s.serve(l) }()
	}
	var failure error
	for range listeners {
		if err := <-ended; err != nil {
			failure = errors.Join(failure, err)
			_ = s.Close()
		}
	}
	<-s.finished
	return failure
}

func (s *Server) serve(l *listener) error {
	var err error
	if l.secure {
		err = l.server.ServeTLS(l.socket, "", "")
	} else {
		err = l.server.Serve(l.socket)
	}
	if s.leaving.Load() || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("%s listener: %w", l.name, err)
}

// pollInterval is how often Drain looks whether clients have left.
const pollInterval = 10 * time.Millisecond

// Drain stops accepting, answers what is under way, and closes each connection after its answer. Idle connections have
// http.drain_linger to send one more request, since net/http drops a request that crosses with its Shutdown, even the first
// of a connection it has accepted. When ctx ends first the rest is cut, and the error says so.
func (s *Server) Drain(ctx context.Context) error {
	s.leaving.Store(true)
	for _, l := range s.bound() {
		_ = l.socket.Close()
	}
	s.linger(ctx)
	defer s.Close()
	for _, l := range s.bound() {
		if err := l.server.Shutdown(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("%s: %d connections were cut: %w", l.name, s.conns.Open(), err)
		}
	}
	return nil
}

func (s *Server) linger(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HTTP.DrainLinger)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for s.conns.Open() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Close cuts every connection. It can be called more than once.
func (s *Server) Close() error {
	s.leaving.Store(true)
	var errs []error
	for _, l := range s.bound() {
		err := errors.Join(l.server.Close(), l.socket.Close())
		if err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	s.finish.Do(func() { close(s.finished) })
	return errors.Join(errs...)
}
