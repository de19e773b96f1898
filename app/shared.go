package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"github.com/pure-peace/peace/migrations"
	"github.com/pure-peace/peace/modules/database"
	peer "github.com/pure-peace/peace/transport/grpc"
)

// shared is what the modules of one App have in common and only some of them need: each thing is made when it is first
// asked for.
type shared struct {
	config     *Config
	version    string
	log        *slog.Logger
	registry   *prometheus.Registry
	tracing    *tracing
	migrations []fs.FS

	db    *database.DB
	conns map[string]*peer.Conn
}

// Log returns the logger of a module.
func (r *Resolver) Log(module string) *slog.Logger { return r.shared.log.With("module", module) }

// Metrics returns the registry of the App.
func (r *Resolver) Metrics() prometheus.Registerer { return r.shared.registry }

// Database returns the App's database, opened and migrated. When it cannot be had the result is nil, and Err tells why.
func (r *Resolver) Database(ctx context.Context) *database.DB {
	if r.err != nil {
		return nil
	}
	if r.shared.db == nil {
		r.shared.db, r.err = r.shared.openDatabase(ctx)
	}
	return r.shared.db
}

func (s *shared) openDatabase(ctx context.Context) (*database.DB, error) {
	db, err := database.Open(ctx, s.config.Database.Config)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (s *shared) migrate(ctx context.Context, db *database.DB) error {
	m, err := migrations.New(ctx, db, s.migrations...)
	if err != nil {
		return err
	}
	if !s.config.Database.Migrate {
		status, err := m.Status(ctx)
		if err != nil {
			return err
		}
		var pending []string
		for _, change := range status {
			if change.Applied.IsZero() {
				pending = append(pending, change.Name)
			}
		}
		if pending != nil {
			return fmt.Errorf("the schema of the database lacks %s: run peace migrate up, or set database.migrate", strings.Join(pending, ", "))
		}
		return nil
	}
	applied, err := m.Up(ctx)
	for _, change := range applied {
		s.log.Info("migrated", "change", change.Name)
	}
	return err
}

// dial returns the connection to a configured peer.
func (s *shared) dial(name string) (grpc.ClientConnInterface, error) {
	if conn := s.conns[name]; conn != nil {
		return conn, nil
	}
	conn, err := peer.Dial(s.config.Peer[name], peer.DialDeps{Peer: name, Name: hostname(), Build: s.version, Tracing: s.tracing.provider()})
	if err != nil {
		return nil, fmt.Errorf("peer.%s.%w", name, err)
	}
	s.conns[name] = conn
	return conn, nil
}

// close gives back what was made, the database last.
func (s *shared) close() error {
	var errs []error
	for _, conn := range s.conns {
		errs = append(errs, conn.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(append(errs, s.tracing.close())...)
}

// makeDataDir makes the directory that everything is written to, for this user alone.
func makeDataDir(c *Config) error {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	return nil
}

// hostname is what this process calls itself to its peers.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return filepath.Base(os.Args[0])
	}
	return name
}
