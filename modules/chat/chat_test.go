package chat_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/chat/chattest"
	"github.com/pure-peace/peace/modules/chat/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	relationsLocal "github.com/pure-peace/peace/modules/relations/local"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/statepb"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		// All channels are read at once, updates are parts that are bounded each, and the latest rows of the audit log are read in the
		// order of their key.
		chattest.Run(t, newSubject(t, databasetest.Indexed(t, db, "channels", "part", "audit_log")))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Chat = wiretest.Loopback(t, chatpb.Register, chatpb.NewClient, s.Chat)
	chattest.Run(t, s)
}

// TestPeer needs peers for the neighbours as well.
func TestPeer(t *testing.T) {
	talk, ok := wiretest.External(t, chatpb.NewClient)
	store, hasState := wiretest.External(t, statepb.NewClient)
	accounts, hasUsers := wiretest.External(t, userspb.NewClient)
	bonds, hasRelations := wiretest.External(t, relationspb.NewClient)
	registry, hasSessions := wiretest.External(t, sessionspb.NewClient)
	if !ok || !hasState || !hasUsers || !hasRelations || !hasSessions {
		t.Skip("PEACE_TEST_PEER does not name peers for chat, state, users, relations and sessions")
	}
	chattest.Run(t, chattest.Subject{Chat: talk, State: store, Users: accounts, Relations: bonds, Sessions: registry})
}

func newSubject(t testing.TB, db *database.DB) chattest.Subject {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	store, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	run(t, store)
	accounts, err := usersLocal.New(t.Context(), usersLocal.DefaultConfig(), usersLocal.Deps{DB: db, Topics: store, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	bonds, err := relationsLocal.New(t.Context(), relationsLocal.DefaultConfig(), relationsLocal.Deps{DB: db, Topics: store, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := sessionsLocal.New(t.Context(), sessionsLocal.DefaultConfig(), sessionsLocal.Deps{State: store, Users: accounts, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	run(t, registry)
	config := local.DefaultConfig()
	config.ResizeInterval = 100 * time.Millisecond
	s, err := local.New(t.Context(), config, local.Deps{
		DB: db, State: store, Users: accounts, Relations: bonds, Sessions: registry, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	return chattest.Subject{Chat: s, State: store, Users: accounts, Relations: bonds, Sessions: registry}
}

// run runs a module until the test ends.
func run(t testing.TB, module interface{ Run(context.Context) error }) {
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

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, chatpb.FromChannel, chatpb.ToChannel)
	wiretest.RoundTrip(t, chatpb.FromLine, chatpb.ToLine)
	wiretest.RoundTrip(t, chatpb.FromMessage, chatpb.ToMessage)
	wiretest.RoundTrip(t, chatpb.FromWhisper, chatpb.ToWhisper)
	wiretest.RoundTrip(t, chatpb.FromGreeting, chatpb.ToGreeting)
	wiretest.RoundTrip(t, chatpb.FromThread, chatpb.ToThread)
	wiretest.RoundTrip(t, chatpb.FromPart, chatpb.ToPart)
	wiretest.RoundTrip(t, chatpb.FromSilence, chatpb.ToSilence)
	wiretest.RoundTrip(t, chatpb.FromEntered, chatpb.ToEntered)
	wiretest.RoundTrip(t, chatpb.FromExited, chatpb.ToExited)
	wiretest.RoundTrip(t, chatpb.FromSaid, chatpb.ToSaid)
	wiretest.RoundTrip(t, chatpb.FromWhispered, chatpb.ToWhispered)
	wiretest.RoundTrip(t, chatpb.FromJoined, chatpb.ToJoined)
	wiretest.RoundTrip(t, chatpb.FromParted, chatpb.ToParted)
	wiretest.RoundTrip(t, chatpb.FromResized, chatpb.ToResized)
}
