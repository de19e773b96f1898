package sessions_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/sessions/sessionstest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/redis"
	"github.com/pure-peace/peace/modules/state/statepb"
	"github.com/pure-peace/peace/modules/users"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { sessionstest.Run(t, newSubject(t, newMemory(t))) }

// TestRedis runs the suite over the other engine of state, two processes of it.
func TestRedis(t *testing.T) {
	config := redis.Config{URL: os.Getenv("PEACE_TEST_REDIS"), Prefix: "test:" + rand.Text() + ":"}
	if config.URL == "" {
		if os.Getenv("PEACE_TEST_REQUIRE") == "1" {
			t.Fatal("PEACE_TEST_REDIS names no server, and PEACE_TEST_REQUIRE=1 demands one")
		}
		t.Skip("PEACE_TEST_REDIS names no server")
	}
	subject := newSubject(t, newRedis(t, config))
	start(t, newRedis(t, config), subject.Users)
	sessionstest.Run(t, subject)
}

func TestRemote(t *testing.T) {
	subject := newSubject(t, newMemory(t))
	subject.Sessions = wiretest.Loopback(t, sessionspb.Register, sessionspb.NewClient, subject.Sessions)
	sessionstest.Run(t, subject)
}

// TestPeer needs peers for the neighbours as well.
func TestPeer(t *testing.T) {
	registry, ok := wiretest.External(t, sessionspb.NewClient)
	store, hasState := wiretest.External(t, statepb.NewClient)
	accounts, hasUsers := wiretest.External(t, userspb.NewClient)
	if !ok || !hasState || !hasUsers {
		t.Skip("PEACE_TEST_PEER does not name peers for sessions, state and users")
	}
	sessionstest.Run(t, sessionstest.Subject{Sessions: registry, State: store, Users: accounts})
}

// TestTwoProcesses runs the suite on two registries over one state, which take turns.
func TestTwoProcesses(t *testing.T) {
	subject := newSubject(t, newMemory(t))
	start(t, subject.State, subject.Users)
	sessionstest.Run(t, subject)
}

func newSubject(t *testing.T, store state.Service) sessionstest.Subject {
	t.Helper()
	accounts, err := usersLocal.New(t.Context(), usersLocal.DefaultConfig(), usersLocal.Deps{
		DB: databasetest.Open(t, database.SQLite), Topics: store, Log: newLogger(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return sessionstest.Subject{Sessions: start(t, store, accounts), State: store, Users: accounts}
}

func newMemory(t *testing.T) state.Service {
	t.Helper()
	s, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	return live(t, s)
}

func newRedis(t *testing.T, config redis.Config) state.Service {
	t.Helper()
	s, err := redis.New(t.Context(), config, newLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	return live(t, s)
}

// engine is an engine of state with its lifecycle.
type engine interface {
	state.Service
	Run(ctx context.Context) error
	Close() error
}

func live(t *testing.T, s engine) state.Service {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	run(t, s)
	return s
}

func start(t *testing.T, store state.Service, accounts users.Accounts) sessions.Service {
	t.Helper()
	s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{State: store, Users: accounts, Log: newLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	return s
}

// run runs a module until the test ends.
func run(t *testing.T, module interface{ Run(context.Context) error }) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- module.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func newLogger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, sessionspb.FromSession, sessionspb.ToSession)
	wiretest.RoundTrip(t, sessionspb.FromPresence, sessionspb.ToPresence)
	wiretest.RoundTrip(t, sessionspb.FromLocation, sessionspb.ToLocation)
	wiretest.RoundTrip(t, sessionspb.FromStatus, sessionspb.ToStatus)
	wiretest.RoundTrip(t, sessionspb.FromStats, sessionspb.ToStats)
	wiretest.RoundTrip(t, sessionspb.FromOpening, sessionspb.ToOpening)
	wiretest.RoundTrip(t, sessionspb.FromOpened, sessionspb.ToOpened)
	wiretest.RoundTrip(t, sessionspb.FromUpdate, sessionspb.ToUpdate)
	wiretest.RoundTrip(t, sessionspb.FromCounts, sessionspb.ToCounts)
	wiretest.RoundTrip(t, sessionspb.FromArrived, sessionspb.ToArrived)
	wiretest.RoundTrip(t, sessionspb.FromLeft, sessionspb.ToLeft)
	wiretest.RoundTrip(t, sessionspb.FromMoved, sessionspb.ToMoved)
	wiretest.RoundTrip(t, sessionspb.FromRenamed, sessionspb.ToRenamed)
	wiretest.RoundTrip(t, sessionspb.FromAccountChanged, sessionspb.ToAccountChanged)
	wiretest.RoundTrip(t, sessionspb.FromSilenced, sessionspb.ToSilenced)
	wiretest.RoundTrip(t, sessionspb.FromNotice, sessionspb.ToNotice)
	wiretest.RoundTrip(t, sessionspb.FromClosed, sessionspb.ToClosed)
	wiretest.RoundTrip(t, sessionspb.FromRestarting, sessionspb.ToRestarting)
}
