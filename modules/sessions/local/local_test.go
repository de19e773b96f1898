package local_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// accounts are the accounts of a test: a database has no place in a synctest bubble.
type accounts struct {
	users.Accounts
	known map[int32]users.User
}

func (a *accounts) Get(_ context.Context, ids []int32) ([]users.User, error) {
	var found []users.User
	for _, id := range ids {
		if u, ok := a.known[id]; ok {
			found = append(found, u)
		}
	}
	return found, nil
}

func newAccounts(n int32) *accounts {
	a := &accounts{known: map[int32]users.User{}}
	for id := int32(1000); id < 1000+n; id++ {
		a.known[id] = users.User{ID: id, Name: "player " + string('a'+id%26), Country: "DE"}
	}
	return a
}

func newLogger(t testing.TB) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// within runs a test in a bubble with a store, which ends with it.
func within(t *testing.T, test func(t *testing.T, store state.Service)) {
	synctest.Test(t, func(t *testing.T) {
		store, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
		if err != nil {
			t.Fatal(err)
		}
		start(t, store)
		t.Cleanup(func() { _ = store.Close() })
		test(t, store)
	})
}

func start(t testing.TB, module interface{ Run(context.Context) error }) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- module.Run(ctx) }()
	var stopped bool
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func newRegistry(t testing.TB, store state.Service, a users.Accounts, change ...func(*local.Config)) *local.Service {
	t.Helper()
	config := local.DefaultConfig()
	for _, c := range change {
		c(&config)
	}
	s, err := local.New(t.Context(), config, local.Deps{State: store, Users: a, Log: newLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t testing.TB, s *local.Service, u users.User, kind sessions.Kind) sessions.Session {
	t.Helper()
	opened, err := s.Open(t.Context(), sessions.Opening{User: u, Kind: kind, Interest: sessions.InterestEveryone})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Session
}

// heard drains an outbox and returns the names of its events; it renews the session.
func heard(t testing.TB, store state.Service, id string) []string {
	t.Helper()
	mail, err := store.Drain(t.Context(), sessions.Space, id, state.Take{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, item := range mail.Items {
		m, err := wire.Unpack(item.Data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(m.ProtoReflect().Descriptor().Name()))
	}
	return all
}

// TestExpiry lets sessions fall silent: with three registries that all see it, the end of one is told once, and that of a
// session which nobody may know of is not.
func TestExpiry(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(4)
		first := newRegistry(t, store, a)
		start(t, first)
		start(t, newRegistry(t, store, a))
		start(t, newRegistry(t, store, a))
		hidden := open(t, first, a.known[1003], sessions.Tournament)
		watcher := open(t, first, a.known[1000], sessions.Stable)
		silent := open(t, first, a.known[1001], sessions.Stable)
		bot := open(t, first, a.known[1002], sessions.Bot)
		heard(t, store, watcher.ID)
		var told []string
		for range 7 {
			time.Sleep(time.Minute)
			synctest.Wait()
			told = append(told, heard(t, store, watcher.ID)...)
		}
		if !slices.Equal(told, []string{"Left"}) {
			t.Errorf("heard %v, want that one left", told)
		}
		for _, gone := range []string{silent.ID, hidden.ID} {
			if _, err := first.Get(t.Context(), gone); err == nil {
				t.Errorf("the silent session %s is still there", gone)
			}
		}
		if _, err := first.Get(t.Context(), bot.ID); err != nil {
			t.Errorf("the bot's session: %v", err)
		}
		if online, err := first.Online(t.Context()); err != nil || !slices.Equal(online, []int32{1000, 1002}) {
			t.Errorf("online %v, %v", online, err)
		}
	})
}

// TestLinger kicks a session whose client never asks again: its record goes.
func TestLinger(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(2)
		s := newRegistry(t, store, a)
		start(t, s)
		watcher := open(t, s, a.known[1000], sessions.Stable)
		kicked := open(t, s, a.known[1001], sessions.Stable)
		if n, err := s.Disconnect(t.Context(), 1001, sessions.ReasonKicked); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if got := heard(t, store, watcher.ID); !slices.Equal(got, []string{"Arrived", "Left"}) {
			t.Errorf("heard %v", got)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if records, err := store.Get(t.Context(), sessions.Space, []string{kicked.ID}); err != nil || len(records) != 0 {
			t.Errorf("%d records, %v", len(records), err)
		}
		if got := heard(t, store, watcher.ID); len(got) != 0 {
			t.Errorf("heard %v", got)
		}
	})
}

// TestRestart replaces the registry: the next one knows the sessions, and what happened to accounts meanwhile.
func TestRestart(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(3)
		old := newRegistry(t, store, a)
		stop := start(t, old)
		watcher := open(t, old, a.known[1000], sessions.Stable)
		session := open(t, old, a.known[1001], sessions.Stable)
		open(t, old, a.known[1002], sessions.Stable)
		stop()
		heard(t, store, watcher.ID)

		u := a.known[1001]
		u.Restricted = true
		a.known[1001] = u
		delete(a.known, 1002)
		s := newRegistry(t, store, a)
		start(t, s)
		start(t, newRegistry(t, store, a))
		synctest.Wait()
		got, err := s.Get(t.Context(), session.ID)
		if err != nil || !got.User.Restricted {
			t.Errorf("session %+v, %v", got, err)
		}
		if online, err := s.Online(t.Context()); err != nil || !slices.Equal(online, []int32{1000}) {
			t.Errorf("online %v, %v", online, err)
		}
		if got := heard(t, store, watcher.ID); !slices.Equal(got, []string{"Left", "Left"}) {
			t.Errorf("the watcher heard %v", got)
		}
		if got := heard(t, store, session.ID); !slices.Contains(got, "AccountChanged") {
			t.Errorf("the restricted user heard %v", got)
		}
	})
}

// TestTwoLogins logs one user in at two processes that do not know of each other's: one session remains.
func TestTwoLogins(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(1)
		one, two := newRegistry(t, store, a), newRegistry(t, store, a)
		start(t, one)
		start(t, two)
		synctest.Wait()
		for range 20 {
			done := make(chan struct{})
			go func() {
				open(t, one, a.known[1000], sessions.Stable)
				close(done)
			}()
			open(t, two, a.known[1000], sessions.Stable)
			<-done
			synctest.Wait()
			records, err := store.List(t.Context(), sessions.Space, sessions.UserTag(1000), "", 10)
			if err != nil || len(records) != 1 {
				t.Fatalf("%d sessions remain, %v", len(records), err)
			}
		}
	})
}

// TestOnce publishes a silence that several processes hear: everybody is told once.
func TestOnce(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(2)
		s := newRegistry(t, store, a)
		start(t, s)
		start(t, newRegistry(t, store, a))
		watcher := open(t, s, a.known[1000], sessions.Stable)
		silenced := open(t, s, a.known[1001], sessions.Stable)
		synctest.Wait()
		heard(t, store, watcher.ID)
		u := a.known[1001]
		u.SilencedUntil = time.Now().Add(time.Hour)
		a.known[1001] = u
		payload, err := proto.Marshal(userspb.FromChanged(users.Changed{User: u, Silenced: true}))
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range [][]byte{[]byte("nonsense"), payload, payload} {
			if err := store.Publish(t.Context(), users.Topic, event); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if got := heard(t, store, watcher.ID); !slices.Equal(got, []string{"Silenced"}) {
			t.Errorf("the watcher heard %v", got)
		}
		if got := heard(t, store, silenced.ID); !slices.Equal(got, []string{"Silenced", "AccountChanged"}) {
			t.Errorf("the silenced user heard %v", got)
		}
	})
}

func TestFull(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(3)
		s := newRegistry(t, store, a, func(c *local.Config) { c.MaxSessions = 1 })
		start(t, s)
		open(t, s, a.known[1000], sessions.Stable)
		if _, err := s.Open(t.Context(), sessions.Opening{User: a.known[1001], Kind: sessions.Stable}); !strings.Contains(err.Error(), sessions.ErrFull.Message) {
			t.Errorf("error is %v", err)
		}
		staff := a.known[1002]
		staff.Privileges = users.Moderator
		open(t, s, staff, sessions.Stable)
	})
}

// TestTimeouts looks at how long a session of each kind outlives its client.
func TestTimeouts(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(1)
		s := newRegistry(t, store, a, func(c *local.Config) { c.Timeout, c.Connected = time.Hour, time.Minute })
		start(t, s)
		for kind, want := range map[sessions.Kind]time.Duration{
			sessions.Stable: time.Hour, sessions.IRC: time.Hour, sessions.Tournament: time.Hour, sessions.Bot: 0,
			sessions.Lazer: time.Minute, sessions.API: time.Minute,
		} {
			session := open(t, s, a.known[1000], kind)
			records, err := store.Get(t.Context(), sessions.Space, []string{session.ID})
			if err != nil || len(records) != 1 {
				t.Fatal(len(records), err)
			}
			if got := records[0].TTL; got != want {
				t.Errorf("kind %d: %v, want %v", kind, got, want)
			}
		}
	})
}

// TestWait asks before the registry runs: the call waits as long as its context.
func TestWait(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		s := newRegistry(t, store, newAccounts(1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Online(ctx); err == nil {
			t.Error("answered without knowing")
		}
		start(t, s)
		if _, err := s.Online(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestForeignRecord puts something into the space that is no session.
func TestForeignRecord(t *testing.T) {
	within(t, func(t *testing.T, store state.Service) {
		a := newAccounts(1)
		s := newRegistry(t, store, a)
		start(t, s)
		_, err := store.Apply(t.Context(), []state.Change{{Put: &state.Put{Space: sessions.Space, Key: "x", Value: []byte("\xff")}}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		open(t, s, a.known[1000], sessions.Stable)
		if _, err := s.Get(t.Context(), "x"); err == nil {
			t.Error("nonsense is a session")
		}
		if err := s.Close(t.Context(), "x", sessions.ReasonLogout); err != nil {
			t.Error(err)
		}
	})
}

func TestValidate(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*local.Config){
		"timeout":           func(c *local.Config) { c.Timeout = time.Second },
		"connected_timeout": func(c *local.Config) { c.Connected = 25 * time.Hour },
		"max_sessions":      func(c *local.Config) { c.MaxSessions = 0 },
	} {
		config := local.DefaultConfig()
		spoil(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
