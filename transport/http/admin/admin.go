// Package admin serves the operator's side of Peace on a listener of its own: health, readiness, metrics, the log level and
// profiles. Players never reach it, and nothing of osu! lives here.
package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pure-peace/peace/modules/fault"
)

// Config is the section [admin].
type Config struct {
	Listen string `koanf:"listen" doc:"address of the operator's listener (health, metrics, profiles), or unix:PATH; empty switches it off"`
	Token  string `koanf:"token" doc:"bearer token that allows changing the log level and taking profiles; empty allows neither from outside this machine"`
}

// DefaultConfig listens on loopback only.
func DefaultConfig() Config { return Config{Listen: "127.0.0.1:9090"} }

// minToken is the shortest token that cannot be guessed in the life of a server, in bytes.
const minToken = 16

// Validate reports the first mistake with its key.
func (c Config) Validate() error {
	if c.Token != "" && len(c.Token) < minToken {
		return fmt.Errorf("token: must have at least %d characters", minToken)
	}
	if c.Listen == "" || strings.HasPrefix(c.Listen, "unix:") {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: %q is not HOST:PORT or unix:PATH", c.Listen)
	}
	return nil
}

// Check tells whether a part of the server can do its work. It should answer within a second or so.
type Check func(ctx context.Context) error

// Deps is what the operator's side looks at.
type Deps struct {
	Ready   func() map[string]Check // by name, for example "database"; all must pass
	Metrics prometheus.Gatherer
	Level   *slog.LevelVar
	Log     *slog.Logger
}

// checkTimeout bounds a readiness request.
const checkTimeout = 5 * time.Second

// New returns the handler:
//
//	GET /healthz         200 while the process runs
//	GET /readyz          200 when every check passes, else 503; JSON with the state of each
//	GET /metrics         Prometheus
//	GET /log/level       the level; PUT changes it to the one in the body (debug, info, warn, error)
//	GET /debug/pprof/…   profiles
//
// Changing the level needs the token. Profiles need it too, except on a loopback listener asked from this machine.
func New(cfg Config, deps Deps) (http.Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a := &admin{Deps: deps, token: sha256.Sum256([]byte(cfg.Token)), hasToken: cfg.Token != "", loopback: isLoopback(cfg.Listen)}
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	r.Get("/readyz", a.ready)
	r.Method(http.MethodGet, "/metrics", promhttp.HandlerFor(deps.Metrics, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	r.Get("/log/level", a.level)
	r.With(a.needToken).Put("/log/level", a.setLevel)
	r.Route("/debug/pprof", func(r chi.Router) {
		r.Use(a.needTokenOrLoopback)
		r.HandleFunc("/cmdline", http.NotFound) // may hold secrets
		r.HandleFunc("/profile", pprof.Profile)
		r.HandleFunc("/symbol", pprof.Symbol)
		r.HandleFunc("/trace", pprof.Trace)
		r.HandleFunc("/*", pprof.Index)
	})
	return r, nil
}

type admin struct {
	Deps
	token    [sha256.Size]byte
	hasToken bool
	loopback bool // the listener is reachable from this machine only
}

// ready runs the checks side by side. A failure is shown as its kind or as the fault's message: other errors may hold
// addresses and passwords, and go to the log.
func (a *admin) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	checks := a.Ready()
	states := make(map[string]string, len(checks))
	status := http.StatusOK
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		wg.Go(func() {
			state := "ok"
			err := checks[name](ctx)
			if err != nil {
				state = describe(err)
				a.Log.LogAttrs(ctx, slog.LevelWarn, "readiness check failed", slog.String("check", name), slog.Any("error", err))
			}
			mu.Lock()
			defer mu.Unlock()
			states[name] = state
			if err != nil {
				status = http.StatusServiceUnavailable
			}
		})
	}
	wg.Wait()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Ready  bool              `json:"ready"`
		Checks map[string]string `json:"checks"`
	}{status == http.StatusOK, states})
}

func describe(err error) string {
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		return f.Message
	}
	return fault.KindOf(err).String()
}

func (a *admin) level(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, strings.ToLower(a.Level.Level().String())+"\n")
}

func (a *admin) setLevel(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64))
	var level slog.Level
	if err == nil {
		err = level.UnmarshalText([]byte(strings.TrimSpace(string(body))))
	}
	if err != nil {
		http.Error(w, "the body must be debug, info, warn or error", http.StatusBadRequest)
		return
	}
	a.Level.Set(level)
	a.Log.LogAttrs(r.Context(), slog.LevelWarn, "log level changed", slog.String("level", level.String()))
	a.level(w, r)
}

func (a *admin) needToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.authorized(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="peace admin"`)
			http.Error(w, "this needs the admin token: Authorization: Bearer TOKEN", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *admin) needTokenOrLoopback(next http.Handler) http.Handler {
	guarded := a.needToken(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		// A browser that a page has sent here names the page's host, not loopback: no rebinding of names gets through.
		if a.loopback && err == nil && peer.Addr().Unmap().IsLoopback() && isLoopback(r.Host) && r.Header.Get("X-Forwarded-For") == "" {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// authorized compares digests, so that the time taken tells neither the token nor its length.
func (a *admin) authorized(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	given := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], a.token[:]) == 1 && ok && a.hasToken
}

// isLoopback reports whether an address, with or without a port, is of this machine only.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
