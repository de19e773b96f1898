// Package app is the composition root of Peace: the module table, the configuration tree, and the life of a process from
// its configuration to its last closed file. It is the only package that knows local implementations.
//
// An App is one process of a server, or all of it. Several can live in one program, which is how the topologies are
// tested and how Peace is embedded:
//
//	c := app.DefaultConfig()
//	c.Domain = "example.com"
//	server, err := app.New(ctx, c, app.Options{Log: slog.Default()})
//	if err != nil { … }
//	err = server.Run(ctx) // until ctx ends
//
// The command line is in app/cli; rules of the game are in no package below this one.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/pure-peace/peace/app/telemetry"
	peer "github.com/pure-peace/peace/transport/grpc"
	edge "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/http/admin"
	"github.com/pure-peace/peace/transport/http/certs"
	"github.com/pure-peace/peace/transport/http/listen"
	"github.com/pure-peace/peace/transport/web"
)

// App is a process of a server. Make one with New; Run it once.
type App struct {
	options   Options
	log       *slog.Logger
	shared    *shared
	resolver  *Resolver
	plan      *plan
	listeners *listen.Listeners

	server *edge.Server  // nil without public listeners
	site   *web.Server   // nil without accounts
	edges  []part        // those that do something by themselves
	certs  *certs.Source // nil without HTTPS
	hosts  []string      // that are served

	administrator *Account // made by this start

	ready   atomic.Bool
	started chan struct{}

	begun  *Config // what the process began with
	mu     sync.Mutex
	config *Config // as last loaded
	addrs  map[string]net.Addr
}

// Account is a name with the password that it was made with.
type Account struct{ Name, Password string }

// New builds everything that the configuration asks for: it opens the database, brings the schema up to date and makes the
// modules. It binds no address and starts nothing. What it made is given back when it fails.
func New(ctx context.Context, c *Config, o Options) (*App, error) {
	a, err := newApp(ctx, c, o)
	if err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		l := lifecycle{log: a.log, parts: a.moduleParts()}
		l.close()
		return nil, errors.Join(err, a.shared.close())
	}
	return a, nil
}

// newApp prepares the resolver, which resolves nothing yet.
func newApp(ctx context.Context, c *Config, o Options) (*App, error) {
	o.Log = o.logger()
	if o.Level == nil {
		o.Level = new(slog.LevelVar)
	}
	if o.Listeners == nil {
		o.Listeners = listen.New()
	}
	if err := makeDataDir(c); err != nil {
		return nil, err
	}
	rows, names := o.rows()
	p, err := newPlan(c, names, o.Only, o.As)
	if err != nil {
		return nil, err
	}
	traces, err := newTracing(ctx, c.Tracing, o.BuildVersion())
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	observer, err := telemetry.New(registry, traces.tracer())
	if err != nil {
		return nil, errors.Join(err, traces.close())
	}
	shared := &shared{
		config: c, version: o.BuildVersion(), log: o.Log, registry: registry, tracing: traces,
		migrations: o.migrations(), conns: map[string]*peer.Conn{},
	}
	return &App{
		options: o, log: o.Log, shared: shared, plan: p, listeners: o.Listeners, begun: c, config: c,
		resolver: &Resolver{
			ctx: ctx, config: c, rows: rows, place: p.place, dial: shared.dial, observer: observer, shared: shared,
			instances: map[string]*instance{},
		},
		started: make(chan struct{}), addrs: map[string]net.Addr{},
	}, nil
}

// build resolves what this process offers: to peers, and to the public.
func (a *App) build(ctx context.Context) error {
	for _, name := range a.plan.serve {
		in := a.resolver.use(a.resolver.rows[name])
		if err := a.resolver.takeErr(); err != nil {
			return err
		}
		if in.serve == nil {
			return fmt.Errorf("peers.serve: %s has no wire contract", name)
		}
	}
	if c := a.config; a.plan.edges && (c.HTTP.Listen != "" || c.HTTPS.Listen != "") {
		if err := a.buildEdges(ctx); err != nil {
			return err
		}
	}
	if len(a.resolver.order) == 0 {
		return errors.New("nothing to do: there is neither a public listener nor a module in peers.serve")
	}
	return nil
}

// Run binds the listeners, serves until ctx ends, and stops in order: not ready, drain, stop, close. It returns nil when ctx
// ended, and otherwise what went wrong.
func (a *App) Run(ctx context.Context) error {
	parts, err := a.parts(ctx)
	if err != nil {
		return err
	}
	l := &lifecycle{log: a.log, timeout: a.config.ShutdownTimeout, parts: parts}
	err = l.run(ctx, func() {
		a.ready.Store(true)
		close(a.started)
		a.log.Info("ready", "version", a.shared.version, "local", a.localNames())
	}, func(context.Context) {
		a.ready.Store(false)
		a.log.Info("stopping")
	})
	a.log.Info("stopped")
	return err
}

// Started is closed when every listener is bound and every module runs.
func (a *App) Started() <-chan struct{} { return a.started }

// Addr returns the address of a listener: "http", "https", "peer", "admin"; nil when there is none.
func (a *App) Addr(listener string) net.Addr {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.addrs[listener]
}

// HoldListeners keeps the bound sockets open when the App stops, so that clients queue for its successor instead of being
// refused: see listen.Listeners.
func (a *App) HoldListeners() error { return a.listeners.Hold() }

// Services returns the resolver of a built App, for Use: an embedder's access to the modules.
func (a *App) Services() *Resolver { return a.resolver }

// parts lists everything that runs, in the order of dependence. When it fails, it closes all of it.
func (a *App) parts(ctx context.Context) (parts []part, err error) {
	parts = append(parts, part{name: "shared", close: a.shared.close})
	parts = append(parts, a.moduleParts()...)
	fail := func(err error) ([]part, error) {
		l := lifecycle{log: a.log, parts: parts}
		l.close()
		return nil, err
	}
	if listener := a.config.Admin.Listen; listener != "" {
		p, err := a.adminPart(ctx)
		if err != nil {
			return fail(err)
		}
		parts = slices.Insert(parts, 1, p) // it tells of the others until they have stopped
	}
	peers, err := a.peerParts(ctx)
	if err != nil {
		return fail(err)
	}
	parts = append(parts, peers...)
	parts = append(parts, a.edges...)
	if a.certs != nil {
		parts = append(parts, partOf("certificates", a.certs))
	}
	if a.server != nil {
		if err := a.server.Listen(ctx); err != nil {
			return fail(err)
		}
		for _, name := range []string{"http", "https"} {
			if addr := a.server.Addr(name); addr != nil {
				a.bound(name, addr)
			}
		}
		parts = append(parts, partOf("http", a.server))
	}
	// Not earlier: a start that cannot bind its addresses must not make a password that nobody is told.
	if err := errors.Join(a.makeAdministrator(ctx), a.listeners.Release()); err != nil {
		return fail(err)
	}
	return parts, nil
}

func (a *App) moduleParts() []part {
	var parts []part
	for _, in := range a.resolver.order {
		if in.local != nil {
			parts = append(parts, partOf(in.name, in.local))
		}
	}
	return parts
}

// peerParts makes the listener for peers and the socket for commands.
func (a *App) peerParts(ctx context.Context) (parts []part, err error) {
	build := func(name string, c peer.Config, modules []*instance) error {
		listener, err := a.listeners.Listen(ctx, name, c.Listen)
		if err != nil {
			return err
		}
		server, err := peer.NewServer(ctx, c, peer.Deps{
			Log: a.log.With("listener", name), Name: hostname(), Build: a.shared.version, Tracing: a.shared.tracing.provider(), Listener: listener,
		})
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		for _, module := range modules {
			module.serve(server)
		}
		a.bound(name, server.Addr())
		parts = append(parts, partOf(name, server))
		return nil
	}
	if len(a.plan.serve) > 0 {
		c := a.config.Peers.Config
		c.Listen = a.plan.listen
		var offered []*instance
		for _, name := range a.plan.serve {
			offered = append(offered, a.resolver.instances[name])
		}
		if err := build("peer", c, offered); err != nil {
			return nil, fmt.Errorf("peers.%w", err)
		}
	}
	if path := a.config.Admin.Socket; path != "" && len(a.localNames()) > 0 && a.options.As == "" && a.options.Only == nil {
		c := peer.DefaultConfig()
		c.Listen = "unix:" + path
		var local []*instance
		for _, in := range a.resolver.order {
			if in.local != nil && in.serve != nil {
				local = append(local, in)
			}
		}
		err := build("control", c, local)
		if err == nil {
			err = os.Chmod(path, 0o600) // whoever can connect may do everything
		}
		if err != nil {
			// The server works without it; only commands have to be run where it stands still.
			a.log.Warn("commands cannot reach this process", "key", "admin.socket", "error", err)
		}
	}
	return parts, nil
}

// adminPart makes the listener for operators.
func (a *App) adminPart(ctx context.Context) (part, error) {
	c := a.config.Admin.Config
	if (a.options.As != "" || a.options.Only != nil) && c.Listen == admin.DefaultConfig().Listen {
		c.Listen = "127.0.0.1:0" // a fleet shares one file, and on one machine nobody has chosen a port for each process
	}
	if c.Token == "" {
		token, err := secretFile(filepath.Join(a.config.DataDir, "admin.token"))
		if err != nil {
			return part{}, fmt.Errorf("admin.token: %w", err)
		}
		c.Token = token
	}
	handler, err := admin.New(c, admin.Deps{Ready: a.checks, Metrics: a.shared.registry, Level: a.options.Level, Log: a.log})
	if err != nil {
		return part{}, err
	}
	socket, err := a.listeners.Listen(ctx, "admin", c.Listen)
	if err != nil {
		return part{}, fmt.Errorf("admin.listen: %w", err)
	}
	a.bound("admin", socket.Addr())
	server := &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		WriteTimeout: 2 * time.Minute, // a profile takes half a minute
	}
	return part{
		name: "admin",
		run: func(ctx context.Context) error {
			stop := context.AfterFunc(ctx, func() { _ = server.Close() })
			defer stop()
			if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
		close: server.Close,
	}, nil
}

// checks returns what readiness depends on.
func (a *App) checks() map[string]admin.Check {
	checks := map[string]admin.Check{"lifecycle": func(context.Context) error {
		if !a.ready.Load() {
			return errors.New("starting or stopping")
		}
		return nil
	}}
	if a.shared.db != nil {
		checks["database"] = a.shared.db.Check
	}
	for _, in := range a.resolver.order {
		if local, ok := in.local.(interface{ Check(context.Context) error }); ok {
			checks[in.name] = local.Check
		}
	}
	for name, conn := range a.shared.conns {
		checks["peer "+name] = func(ctx context.Context) error { return conn.Check(ctx) }
	}
	return checks
}

var errNotReloadable = errors.New("needs a restart")

// Reload applies a configuration that was loaded anew: what can change while the process runs does, and the returned keys
// name the sections that need a restart, because they differ from what the process began with.
func (a *App) Reload(c *Config) (pending []string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	known := map[string]bool{"log": true}
	for _, in := range a.resolver.order {
		if in.local == nil {
			continue
		}
		key, wanted := in.name, in.section(c)
		since := !reflect.DeepEqual(in.section(a.begun), wanted)
		if !since && reflect.DeepEqual(in.section(a.config), wanted) {
			continue
		}
		known[key] = true
		switch err := in.reload(c); {
		case errors.Is(err, errNotReloadable):
			if since {
				pending = append(pending, key)
			}
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
	}
	if a.options.Level != nil {
		a.options.Level.Set(c.Log.Level)
	}
	if a.certs != nil {
		errs = append(errs, a.certs.Reload())
	}
	if a.site != nil {
		known["web"] = true
		if err := a.site.Reload(c.Web); err != nil {
			errs = append(errs, fmt.Errorf("web: %w", err))
		}
	}
	for _, key := range changedSections(a.begun, c) {
		if !known[key] && !slices.Contains(pending, key) {
			pending = append(pending, key)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return pending, err
	}
	a.config = c
	return pending, nil
}

// changedSections names the top-level keys in which two configurations differ.
func changedSections(a, b *Config) []string {
	var keys []string
	var compare func(x, y reflect.Value)
	compare = func(x, y reflect.Value) {
		for i := range x.NumField() {
			f := x.Type().Field(i)
			switch key := f.Tag.Get("koanf"); {
			case key == "" && f.Anonymous:
				compare(x.Field(i), y.Field(i))
			case !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()):
				keys = append(keys, key)
			}
		}
	}
	compare(reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem())
	return keys
}

func (a *App) bound(name string, addr net.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.addrs[name] = addr
}

// localNames returns the modules that live in this process.
func (a *App) localNames() []string {
	var names []string
	for _, in := range a.resolver.order {
		if in.local != nil {
			names = append(names, in.name)
		}
	}
	return names
}

// remoteNames returns the modules that live elsewhere, with their peers.
func (a *App) remoteNames() map[string]string {
	names := map[string]string{}
	for _, in := range a.resolver.order {
		if in.local == nil {
			names[in.name] = in.peer
		}
	}
	return names
}

// secretFile returns the secret in a file, which is made when it is missing.
func secretFile(path string) (string, error) {
	if have, err := os.ReadFile(path); err == nil {
		return strings.TrimSpace(string(have)), nil
	}
	secret := newSecret()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(secret + "\n")
	return secret, errors.Join(err, f.Close())
}
