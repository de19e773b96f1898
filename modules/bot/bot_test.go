package bot_test

import (
	"context"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/bot"
	"github.com/pure-peace/peace/modules/bot/botpb"
	"github.com/pure-peace/peace/modules/bot/bottest"
	"github.com/pure-peace/peace/modules/bot/local"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	chatLocal "github.com/pure-peace/peace/modules/chat/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	relationsLocal "github.com/pure-peace/peace/modules/relations/local"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/statepb"
	"github.com/pure-peace/peace/modules/users"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { bottest.Run(t, newSubject(t)) }

func TestRemote(t *testing.T) {
	s := newSubject(t)
	s.Bot = wiretest.Loopback(t, botpb.Register, botpb.NewClient, s.Bot)
	bottest.Run(t, s)
}

// TestPeer needs peers for the neighbours as well.
func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, botpb.NewClient)
	store, hasState := wiretest.External(t, statepb.NewClient)
	accounts, hasUsers := wiretest.External(t, userspb.NewClient)
	registry, hasSessions := wiretest.External(t, sessionspb.NewClient)
	talk, hasChat := wiretest.External(t, chatpb.NewClient)
	if !ok || !hasState || !hasUsers || !hasSessions || !hasChat {
		t.Skip("PEACE_TEST_PEER does not name peers for bot, state, users, sessions and chat")
	}
	bottest.Run(t, bottest.Subject{Bot: peer, State: store, Users: accounts, Sessions: registry, Chat: talk})
}

// TestTwoProcesses runs the suite on one of two bots: they share a session, and each line is answered once.
func TestTwoProcesses(t *testing.T) {
	s := newSubject(t)
	start(t, s, nil)
	bottest.Run(t, s)
}

// TestExtension adds a command and replaces one.
func TestExtension(t *testing.T) {
	s := newSubject(t)
	echo := func(_ context.Context, call local.Call) (bot.Reply, error) {
		return bot.Reply{Lines: []string{call.Rest(1)}, Public: true}, nil
	}
	s.Bot = start(t, s, func(deps *local.Deps) {
		deps.Commands = []local.Command{
			{Name: "echo", Aliases: []string{"repeat"}, Summary: "Repeats.", Do: echo},
			{Name: "roll", Summary: "Repeats as well.", Do: echo, Needs: users.Supporter},
		}
	})
	for text, wanted := range map[string]string{"!echo  one  two  three": "two  three", "!REPEAT one two": "two"} {
		reply, err := s.Bot.Execute(t.Context(), bot.Invocation{UserID: users.BotID, Channel: "#osu", Text: text})
		if err != nil || !reply.Public || len(reply.Lines) != 1 || reply.Lines[0] != wanted {
			t.Errorf("%s: %+v, %v", text, reply, err)
		}
	}
	commands, err := s.Bot.Commands(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		if c.Name == "roll" {
			t.Error("the built-in command is still there")
		}
	}
}

func newSubject(t *testing.T) bottest.Subject {
	t.Helper()
	s := newNeighbours(t)
	s.Bot = start(t, s, nil)
	return s
}

// newNeighbours returns what a bot needs, without one.
func newNeighbours(t *testing.T) bottest.Subject {
	t.Helper()
	log := newLogger(t)
	db := databasetest.Open(t, database.SQLite)
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
	talk, err := chatLocal.New(t.Context(), chatLocal.DefaultConfig(), chatLocal.Deps{
		DB: db, State: store, Users: accounts, Relations: bonds, Sessions: registry, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, talk)
	return bottest.Subject{State: store, Users: accounts, Sessions: registry, Chat: talk}
}

func start(t *testing.T, s bottest.Subject, edit func(*local.Deps)) bot.Service {
	t.Helper()
	deps := local.Deps{State: s.State, Users: s.Users, Sessions: s.Sessions, Chat: s.Chat, Log: newLogger(t)}
	if edit != nil {
		edit(&deps)
	}
	b, err := local.New(t.Context(), local.DefaultConfig(), deps)
	if err != nil {
		t.Fatal(err)
	}
	run(t, b)
	return b
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
	wiretest.RoundTrip(t, botpb.FromCommand, botpb.ToCommand)
	wiretest.RoundTrip(t, botpb.FromInvocation, botpb.ToInvocation)
	wiretest.RoundTrip(t, botpb.FromReply, botpb.ToReply)
}
