package spectator_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/spectator/local"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/redis"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { spectatortest.Run(t, newSubject(t, newMemory(t))) }

// TestRedis runs the suite over the other engine of state.
func TestRedis(t *testing.T) {
	config := redis.Config{URL: os.Getenv("PEACE_TEST_REDIS"), Prefix: "test:" + rand.Text() + ":"}
	if config.URL == "" {
		if os.Getenv("PEACE_TEST_REQUIRE") == "1" {
			t.Fatal("PEACE_TEST_REDIS names no server, and PEACE_TEST_REQUIRE=1 demands one")
		}
		t.Skip("PEACE_TEST_REDIS names no server")
	}
	s, err := redis.New(t.Context(), config, newLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	spectatortest.Run(t, newSubject(t, live(t, s)))
}

func TestRemote(t *testing.T) {
	subject := newSubject(t, newMemory(t))
	subject.Spectator = wiretest.Loopback(t, spectatorpb.Register, spectatorpb.NewClient, subject.Spectator)
	spectatortest.Run(t, subject)
}

func newSubject(t *testing.T, store state.Service) spectatortest.Subject {
	t.Helper()
	log := newLogger(t)
	accounts, err := usersLocal.New(t.Context(), usersLocal.DefaultConfig(), usersLocal.Deps{
		DB: databasetest.Open(t, database.SQLite), Topics: store, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := sessionsLocal.New(t.Context(), sessionsLocal.DefaultConfig(), sessionsLocal.Deps{State: store, Users: accounts, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	run(t, registry)
	blobs, err := filesLocal.New(t.Context(), filesConfig(t), filesLocal.Deps{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := blobs.Close(); err != nil {
			t.Error(err)
		}
	})
	world := spectatortest.NewWorld(store)
	cfg := local.DefaultConfig()
	cfg.Score = 5 * time.Second
	s, err := local.New(t.Context(), cfg, local.Deps{
		State: store, Users: accounts, Sessions: registry, Beatmaps: world.Beatmaps(), Chat: world.Chat(), Scores: world.Scores(),
		Rankings: world.Rankings(), Files: blobs, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	return spectatortest.Subject{
		Spectator: s, State: store, Sessions: registry, Users: accounts, Files: blobs, World: world, ScoreTime: cfg.Score,
	}
}

func filesConfig(t *testing.T) filesLocal.Config {
	cfg := filesLocal.DefaultConfig()
	cfg.Dir = t.TempDir()
	return cfg
}

func newMemory(t *testing.T) state.Service {
	t.Helper()
	s, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
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
	wiretest.RoundTrip(t, spectatorpb.FromPlayer, spectatorpb.ToPlayer)
	wiretest.RoundTrip(t, spectatorpb.FromPlay, spectatorpb.ToPlay)
	wiretest.RoundTrip(t, spectatorpb.FromBundle, spectatorpb.ToBundle)
	wiretest.RoundTrip(t, spectatorpb.FromWatcher, spectatorpb.ToWatcher)
	wiretest.RoundTrip(t, spectatorpb.FromBegan, spectatorpb.ToBegan)
	wiretest.RoundTrip(t, spectatorpb.FromSent, spectatorpb.ToSent)
	wiretest.RoundTrip(t, spectatorpb.FromFinished, spectatorpb.ToFinished)
	wiretest.RoundTrip(t, spectatorpb.FromJoined, spectatorpb.ToJoined)
	wiretest.RoundTrip(t, spectatorpb.FromLeft, spectatorpb.ToLeft)
	wiretest.RoundTrip(t, spectatorpb.FromCannotWatch, spectatorpb.ToCannotWatch)
	wiretest.RoundTrip(t, spectatorpb.FromProcessed, spectatorpb.ToProcessed)
}
