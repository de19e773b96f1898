package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
	peer "github.com/pure-peace/peace/transport/grpc"
)

// Tools gives a command the modules of a server: those of the running process through its socket, so that players see the
// effect at once, and otherwise modules made here for the moment.
type Tools struct {
	app     *App
	control *peer.Conn // nil when no server runs here
}

// control is the peer name of the running process.
const control = "the running server"

// NewTools looks for the running server and resolves nothing yet. Close it.
func NewTools(ctx context.Context, c *Config, o Options) (*Tools, error) {
	own := *c
	running := answers(ctx, c.Admin.Socket)
	if !running {
		// What is made here for a moment must not take the journal from a server that starts meanwhile.
		own.State.Journal = ""
	}
	a, err := newApp(ctx, &own, Options{Version: o.Version, Log: o.Log, Extensions: o.Extensions})
	if err != nil {
		return nil, err
	}
	t := &Tools{app: a}
	if !running {
		return t, nil
	}
	t.control, err = peer.Dial(
		peer.DialConfig{Target: "unix:" + c.Admin.Socket, Timeout: 30 * time.Second, MaxMessage: peer.DefaultDialConfig().MaxMessage},
		peer.DialDeps{Peer: control, Name: "peace command", Build: a.shared.version},
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("admin.socket: %w", err), a.shared.close())
	}
	a.resolver.place = func(module string) (place, error) {
		where, err := a.plan.place(module)
		if err == nil && where.peer == "" {
			where.peer = control
		}
		return where, err
	}
	a.resolver.dial = func(name string) (grpc.ClientConnInterface, error) {
		if name == control {
			return t.control, nil
		}
		return a.shared.dial(name)
	}
	return t, nil
}

// Tool returns the service of a row.
func Tool[S, C any](t *Tools, m *Module[S, C]) (S, error) {
	service := Use(t.app.resolver, m)
	return service, t.app.resolver.takeErr()
}

// Running reports whether the modules are those of a running server.
func (t *Tools) Running() bool { return t.control != nil }

// Close gives everything back.
func (t *Tools) Close() error {
	l := lifecycle{log: t.app.log, parts: t.app.moduleParts()}
	l.close()
	err := t.app.shared.close()
	if t.control != nil {
		err = errors.Join(err, t.control.Close())
	}
	return err
}

// Migrator changes the schema of the configured database.
type Migrator struct {
	*migrations.Migrator
	db *database.DB
}

// NewMigrator opens the database and changes nothing yet. Close it.
func NewMigrator(ctx context.Context, c *Config, o Options) (*Migrator, error) {
	if err := makeDataDir(c); err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, c.Database.Config)
	if err != nil {
		return nil, err
	}
	m, err := migrations.New(ctx, db, o.migrations()...)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Migrator{m, db}, nil
}

// Close closes the database.
func (m *Migrator) Close() error { return m.db.Close() }

// answers reports whether somebody serves a unix socket.
func answers(ctx context.Context, path string) bool {
	if path == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
