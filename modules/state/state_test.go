package state_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/local"
	"github.com/pure-peace/peace/modules/state/redis"
	"github.com/pure-peace/peace/modules/state/statepb"
	"github.com/pure-peace/peace/modules/state/statetest"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start opens an engine and runs it until the test ends.
func start(t *testing.T, config local.Config) state.Service {
	t.Helper()
	s, err := local.New(t.Context(), config, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func memory(t *testing.T) state.Service {
	return start(t, local.Config{Engine: local.EngineMemory, JournalInterval: time.Second})
}

func journaled(t *testing.T) state.Service {
	return start(t, local.Config{
		Engine: local.EngineMemory, JournalInterval: 10 * time.Millisecond, Journal: filepath.Join(t.TempDir(), "state.db"),
	})
}

// onRedis needs PEACE_TEST_REDIS, the URL of a server that may be written to.
func onRedis(t *testing.T) state.Service {
	url := os.Getenv("PEACE_TEST_REDIS")
	if url == "" {
		if os.Getenv("PEACE_TEST_REQUIRE") != "" {
			t.Fatal("PEACE_TEST_REDIS is not set")
		}
		t.Skip("PEACE_TEST_REDIS is not set")
	}
	return start(t, local.Config{Engine: local.EngineRedis, Redis: redis.Config{URL: url, Prefix: "test:" + rand.Text() + ":"}})
}

// reloaded is an engine that has come back from a journal with something in it.
func reloaded(t *testing.T) state.Service {
	config := local.Config{Engine: local.EngineMemory, JournalInterval: 10 * time.Millisecond, Journal: filepath.Join(t.TempDir(), "state.db")}
	t.Run("before", func(t *testing.T) {
		s := start(t, config)
		_, err := s.Apply(t.Context(), []state.Change{
			{Put: &state.Put{Space: "s", Key: "k", TTL: time.Hour, AddTags: []string{"t"}}},
			{Append: &state.Append{Space: "s", Tags: []string{"t"}, Item: []byte("has arrived")}},
			{Append: &state.Append{Space: "s", Tags: []string{"t"}, Item: []byte("from before")}},
		})
		if err != nil {
			t.Fatal(err)
		}
		mail, err := s.Drain(t.Context(), "s", "k", state.Take{Keep: true})
		if err != nil || len(mail.Items) != 2 {
			t.Fatal(mail, err)
		}
		if err := s.Acknowledge(t.Context(), "s", []state.Receipt{{Key: "k", ID: mail.Items[0].ID}}); err != nil {
			t.Fatal(err)
		}
	})
	s := start(t, config)
	mail, err := s.Drain(t.Context(), "s", "k", state.Take{})
	if err != nil || len(mail.Items) != 1 || string(mail.Items[0].Data) != "from before" {
		t.Fatal(mail, err)
	}
	return s
}

func overGRPC(open func(*testing.T) state.Service) func(*testing.T) state.Service {
	return func(t *testing.T) state.Service {
		return wiretest.Loopback(t, statepb.Register, statepb.NewClient, open(t))
	}
}

func TestMemory(t *testing.T) {
	statetest.Run(t, memory)
}

func TestMemoryWithJournal(t *testing.T) {
	statetest.Run(t, journaled)
}

func TestMemoryAfterReload(t *testing.T) {
	statetest.Run(t, reloaded)
}

func TestMemoryWithJournalOverGRPC(t *testing.T) {
	statetest.Run(t, overGRPC(journaled))
}

func TestMemoryOverGRPC(t *testing.T) {
	statetest.Run(t, overGRPC(memory))
}

func TestRedis(t *testing.T) {
	statetest.Run(t, onRedis)
}

func TestRedisOverGRPC(t *testing.T) {
	statetest.Run(t, overGRPC(onRedis))
}

func TestExternal(t *testing.T) {
	s, ok := wiretest.External(t, statepb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no state")
	}
	statetest.Run(t, func(*testing.T) state.Service { return s })
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, statepb.FromRecord, statepb.ToRecord)
	wiretest.RoundTrip(t, statepb.FromChange, statepb.ToChange, func(c *state.Change) {
		switch { // exactly one part
		case c.Put != nil:
			*c = state.Change{Put: c.Put}
		case c.Tag != nil:
			*c = state.Change{Tag: c.Tag}
		case c.Delete != nil:
			*c = state.Change{Delete: c.Delete}
		case c.Append != nil:
			*c = state.Change{Append: c.Append}
		}
	})
	wiretest.RoundTrip(t, statepb.FromOutcome, statepb.ToOutcome)
	wiretest.RoundTrip(t, statepb.FromEvent, statepb.ToEvent)
	wiretest.RoundTrip(t, statepb.FromMail, statepb.ToMail)
	wiretest.RoundTrip(t, statepb.FromTake, statepb.ToTake)
	wiretest.RoundTrip(t, statepb.FromReceipt, statepb.ToReceipt)
	wiretest.RoundTrip(t, statepb.FromScore, statepb.ToScore)
	wiretest.RoundTrip(t, statepb.FromNotice, statepb.ToNotice)
}
