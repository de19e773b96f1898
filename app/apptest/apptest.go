// Package apptest runs whole servers in tests: Peace itself, or one's own with its extensions. Servers of one test know
// nothing of each other or of the machine: each has a data directory of its own and listens on a free port of the loopback.
package apptest

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/transport/bancho/client"
)

// patience bounds how long a server may take to start or to stop.
const patience = 30 * time.Second

// Config returns the configuration of a server for the test: plain HTTP on a free port, SQLite, no listener for operators,
// no source of beatmaps, and limits that do not bother tests, which all come from one address.
func Config(t testing.TB, options app.Options) *app.Config {
	t.Helper()
	c, err := app.LoadConfig(config.Sources{Overrides: Settings(t.TempDir())}, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Settings is what Config sets, by key, for a server of another process.
func Settings(dir string) map[string]string {
	return map[string]string{
		"data_dir":                        filepath.Join(dir, "data"),
		"http.listen":                     "127.0.0.1:0",
		"http.drain_linger":               "0s",
		"https.listen":                    "",
		"admin.listen":                    "",
		"admin.socket":                    "",
		"administrator":                   "",
		"shutdown_timeout":                "5s",
		"users.registrations_per_address": "100000",
		"users.failures_per_address":      "100000",
		"chat.flood.messages":             "1000",
		"beatmaps.sources.order":          "",
	}
}

// Server is a running server.
type Server struct {
	*app.App
	cancel context.CancelFunc
	done   chan error
}

// Start runs a server until the test ends, or Stop. It fails the test when the server does not come up or goes down by
// itself.
func Start(t testing.TB, c *app.Config, options app.Options) *Server {
	t.Helper()
	if options.Log == nil {
		options.Log = slog.New(slog.NewTextHandler(writer{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	built, err := app.New(t.Context(), c, options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{built, cancel, make(chan error, 1)}
	go func() { s.done <- built.Run(ctx) }()
	select {
	case <-built.Started():
	case err := <-s.done:
		cancel()
		t.Fatalf("the server did not start: %v", err)
	case <-time.After(patience):
		cancel()
		t.Fatal("the server did not start in time")
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("the server did not stop well: %v", err)
		}
	})
	return s
}

// Stop stops the server and waits for it. Stopping it again does nothing.
func (s *Server) Stop() error {
	s.cancel()
	select {
	case err, running := <-s.done:
		if running {
			close(s.done)
		}
		return err
	case <-time.After(patience):
		return errors.New("the server does not stop")
	}
}

// Address returns where the server's HTTP listener is.
func (s *Server) Address() string { return s.Addr("http").String() }

// Client returns a stable client for the server that has not logged in.
func (s *Server) Client(t testing.TB, name string) *client.Client {
	return Client(t, s.Address(), name)
}

// Client returns a stable client for the server at address, by a name that is also its password's seed.
func Client(t testing.TB, address, name string) *client.Client {
	c := client.New(client.Options{Domain: "localhost", Address: address, Name: name, Password: "peaceful " + name + "!"})
	t.Cleanup(c.Close)
	return c
}

// writer sends the log to the test.
type writer struct{ t testing.TB }

func (w writer) Write(p []byte) (int, error) {
	w.t.Logf("%s", p[:max(0, len(p)-1)])
	return len(p), nil
}
