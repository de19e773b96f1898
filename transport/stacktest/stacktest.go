// Package stacktest runs what stable clients need of Peace in one process for tests: the real modules on SQLite and the memory
// engine of state, behind the real edges on a real socket. Nothing of it is faked but beatmaps and scores, which a test may make up
// as it likes, so what a test sees is what a player sees; what an operator sees (configuration, lifecycle, topologies) is tested in app.
package stacktest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/banchopb"
	banchoLocal "github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	chatLocal "github.com/pure-peace/peace/modules/chat/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/geoip/geoippb"
	geoipLocal "github.com/pure-peace/peace/modules/geoip/local"
	"github.com/pure-peace/peace/modules/rankings"
	rankingsLocal "github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/rankings/rankingspb"
	"github.com/pure-peace/peace/modules/rankings/rankingstest"
	"github.com/pure-peace/peace/modules/relations"
	relationsLocal "github.com/pure-peace/peace/modules/relations/local"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	"github.com/pure-peace/peace/modules/sessions"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/spectator"
	spectatorLocal "github.com/pure-peace/peace/modules/spectator/local"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/statepb"
	"github.com/pure-peace/peace/modules/users"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	banchoHTTP "github.com/pure-peace/peace/transport/bancho"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/web"
)

// Domain is where the server of a stack is. Its hosts need no name server: clients are given the address.
const Domain = "peace.test"

// Options change a stack before it is made. The zero value is the default.
type Options struct {
	Bancho   func(*banchoLocal.Config)
	Users    func(*usersLocal.Config)
	Sessions func(*sessionsLocal.Config)
	Web      func(*web.Config)
	Content  web.Content
	Proxies  []string                            // whose forwarded headers are believed
	State    func(state.Service) state.Service   // between every module and state
	Gateway  func(bancho.Service) bancho.Service // between the edge and the bancho module
	Calls    wire.Observer                       // of all calls between modules, and of the edges
	Log      *slog.Logger                        // the test's output when nil
}

// Stack is a running server.
type Stack struct {
	State     state.Service
	Geoip     geoip.Service
	Users     users.Service
	Relations relations.Service
	Sessions  sessions.Service
	Chat      chat.Service
	Scores    *rankingstest.Book // what players have played
	Rankings  rankings.Service
	Spectator spectator.Service
	World     *spectatortest.World // the beatmaps that are played, and what becomes of plays of lazer
	Bancho    *banchoLocal.Service
	Metrics   *prometheus.Registry

	// Handler serves every host. Address is where it is served; "" before Serve.
	Handler http.Handler
	Address string
}

// New makes the modules and runs them until the test ends.
func New(t testing.TB, o Options) *Stack {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	ctx := t.Context()
	db := databasetest.Open(t, database.SQLite)
	engine := must(memory.New(ctx, memory.Config{}, o.Log))(t)
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	run(t, engine)
	s := &Stack{State: engine, Metrics: prometheus.NewRegistry()}
	if o.State != nil {
		s.State = o.State(engine)
	}
	s.State = statepb.Observe(s.State, o.Calls)
	places := must(geoipLocal.New(ctx, geoipLocal.DefaultConfig(), geoipLocal.Deps{Log: o.Log}))(t)
	s.Geoip = geoippb.Observe(places, o.Calls)
	usersConfig := usersLocal.DefaultConfig()
	usersConfig.RegistrationsPerAddress = 1 << 20 // all of a test's players come from one address
	apply(o.Users, &usersConfig)
	accounts := must(usersLocal.New(ctx, usersConfig, usersLocal.Deps{DB: db, Topics: s.State, Log: o.Log}))(t)
	s.Users = userspb.Observe(accounts, o.Calls)
	friends := must(relationsLocal.New(ctx, relationsLocal.DefaultConfig(), relationsLocal.Deps{DB: db, Topics: s.State, Log: o.Log}))(t)
	s.Relations = relationspb.Observe(friends, o.Calls)
	sessionsConfig := sessionsLocal.DefaultConfig()
	apply(o.Sessions, &sessionsConfig)
	registry := must(sessionsLocal.New(ctx, sessionsConfig, sessionsLocal.Deps{State: s.State, Users: s.Users, Log: o.Log}))(t)
	run(t, registry)
	s.Sessions = sessionspb.Observe(registry, o.Calls)
	talk := must(chatLocal.New(ctx, chatLocal.DefaultConfig(), chatLocal.Deps{
		DB: db, State: s.State, Users: s.Users, Relations: s.Relations, Sessions: s.Sessions, Log: o.Log,
	}))(t)
	run(t, talk)
	s.Chat = chatpb.Observe(talk, o.Calls)
	s.Scores = rankingstest.NewBook()
	ranks := must(rankingsLocal.New(ctx, rankingsLocal.DefaultConfig(), rankingsLocal.Deps{
		DB: db, Scores: s.Scores, State: s.State, Sessions: s.Sessions, Log: o.Log,
	}))(t)
	run(t, ranks)
	s.Rankings = rankingspb.Observe(ranks, o.Calls)

	s.World = spectatortest.NewWorld(s.State)
	plays := must(spectatorLocal.New(ctx, spectatorLocal.DefaultConfig(), spectatorLocal.Deps{
		State: s.State, Users: s.Users, Sessions: s.Sessions, Beatmaps: s.World.Beatmaps(), Chat: s.Chat, Log: o.Log,
	}))(t)
	run(t, plays)
	s.Spectator = spectatorpb.Observe(plays, o.Calls)

	banchoConfig := banchoLocal.DefaultConfig()
	apply(o.Bancho, &banchoConfig)
	s.Bancho = must(banchoLocal.New(ctx, banchoConfig, banchoLocal.Deps{
		State: s.State, Geoip: s.Geoip, Users: s.Users, Relations: s.Relations, Sessions: s.Sessions, Chat: s.Chat,
		Rankings: s.Rankings, Spectator: s.Spectator, Log: o.Log, Metrics: s.Metrics,
	}))(t)
	run(t, s.Bancho)
	s.Handler = s.edges(t, o)
	return s
}

// edges puts the hosts together as transport/http does.
func (s *Stack) edges(t testing.TB, o Options) http.Handler {
	t.Helper()
	gateway := banchopb.Observe(s.Bancho, o.Calls)
	if o.Gateway != nil {
		gateway = o.Gateway(gateway)
	}
	game := must(banchoHTTP.New(banchoHTTP.DefaultConfig(), banchoHTTP.Deps{
		Bancho: gateway, Sessions: s.Sessions, Domain: Domain, Log: o.Log,
	}))(t)
	webConfig := web.DefaultConfig()
	webConfig.AvatarsDir.Dir = t.TempDir()
	apply(o.Web, &webConfig)
	site := must(web.New(webConfig, web.Deps{
		Users: s.Users, Sessions: s.Sessions, Relations: s.Relations, Chat: s.Chat, Geoip: s.Geoip, Domain: Domain, Content: o.Content, Log: o.Log,
	}))(t)
	router := must(hosts.New(Domain))(t)
	for _, host := range []struct {
		names   []string
		handler http.Handler
	}{
		{[]string{"c", "ce", "c4", "c5", "c6", "cho"}, game},
		{[]string{"osu"}, site.Osu()},
		{[]string{"a"}, site.Avatars()},
		{[]string{"assets"}, site.Assets()},
	} {
		if err := router.Handle(host.names, host.handler); err != nil {
			t.Fatal(err)
		}
	}
	proxies := realip.DefaultConfig()
	proxies.Trusted = o.Proxies
	return must(realip.New(proxies))(t).Handler(router)
}

// Serve serves the stack on a socket of its own until the test ends.
func (s *Stack) Serve(t testing.TB) *Stack {
	t.Helper()
	s.Address = Serve(t, s.Handler)
	return s
}

// Serve serves a handler on a socket of its own until the test ends, and returns its address.
func Serve(t testing.TB, h http.Handler) string {
	t.Helper()
	var config net.ListenConfig
	listener := must(config.Listen(t.Context(), "tcp", "127.0.0.1:0"))(t)
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return listener.Addr().String()
}

// Password is the password of the players of a stack.
func Password(name string) string { return "secret of " + name }

// Register makes an account.
func (s *Stack) Register(t testing.TB, name string) users.User {
	t.Helper()
	return must(s.Users.Register(t.Context(), users.Registration{
		Name: name, Email: osu.SafeName(name) + "@example.com", Password: Password(name), Country: "NZ",
	}))(t)
}

// Client makes an account and a client of it that has not logged in. The stack must be served.
func (s *Stack) Client(t testing.TB, name string, edit ...func(*client.Options)) *client.Client {
	t.Helper()
	s.Register(t, name)
	return s.Again(t, name, edit...)
}

// Again returns another client of an account.
func (s *Stack) Again(t testing.TB, name string, edit ...func(*client.Options)) *client.Client {
	t.Helper()
	o := client.Options{Domain: Domain, Address: s.Address, Name: name, Password: Password(name)}
	for _, f := range edit {
		f(&o)
	}
	c := client.New(o)
	t.Cleanup(c.Close)
	return c
}

// Player makes an account and logs a client of it in.
func (s *Stack) Player(t testing.TB, name string, edit ...func(*client.Options)) *client.Client {
	t.Helper()
	c := s.Client(t, name, edit...)
	if err := c.Login(t.Context()); err != nil {
		t.Fatalf("%s logs in: %v", name, err)
	}
	return c
}

// Crowd puts n users online, with ids from 1,000,000, whose accounts do not exist: making so many would take minutes. The
// registry ends such sessions when it first reads the accounts, so that is awaited.
func (s *Stack) Crowd(t testing.TB, n int) {
	t.Helper()
	witness := s.Register(t, "witness")
	opened := must(s.Sessions.Open(t.Context(), sessions.Opening{User: witness, Kind: sessions.Stable}))(t)
	must(s.Users.Grant(t.Context(), witness.ID, users.BotID, users.Supporter, 0))(t)
	for t.Context().Err() == nil {
		if session := must(s.Sessions.Get(t.Context(), opened.Session.ID))(t); session.User.Privileges.Has(users.Supporter) {
			break
		}
		runtime.Gosched()
	}
	if err := s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		must(s.Sessions.Open(t.Context(), sessions.Opening{
			User: users.User{ID: int32(1e6 + i), Name: "crowd" + strconv.Itoa(i)}, Kind: sessions.Stable, Interest: sessions.InterestEveryone,
		}))(t)
	}
}

func apply[T any](edit func(*T), config *T) {
	if edit != nil {
		edit(config)
	}
}

// must ends the test when a constructor fails.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// run runs a module until the test ends, and later cleanups have ended.
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
