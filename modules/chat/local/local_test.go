package local

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newLogger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

func newState(t *testing.T) state.Service {
	t.Helper()
	s, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestFlood(t *testing.T) {
	f := newFlood(Flood{Messages: 3, Window: 3 * time.Second, Strikes: 2, Silence: time.Minute})
	at := time.Unix(1000, 0)
	steps := []struct {
		after       time.Duration
		ok, silence bool
	}{
		{0, true, false}, {0, true, false}, {0, true, false}, {0, false, false},
		{time.Second, true, false}, {0, false, true}, {0, false, false},
		{3 * time.Second, true, false}, {0, true, false}, {0, true, false}, {0, false, false}, {0, false, true},
		{-time.Hour, false, false}, // a clock that was set back
	}
	for i, step := range steps {
		at = at.Add(step.after)
		if ok, silence := f.take(1, at); ok != step.ok || silence != step.silence {
			t.Errorf("step %d: %v, %v", i, ok, silence)
		}
	}
	if ok, _ := f.take(2, at); !ok {
		t.Error("somebody else is refused")
	}
}

func TestFloodIsBounded(t *testing.T) {
	f := newFlood(DefaultConfig().Flood)
	at := time.Unix(1000, 0)
	for id := range int32(5 * maxSenders) {
		if id%2 == 0 {
			at = at.Add(time.Millisecond)
		}
		f.take(id, at)
		if len(f.senders) > maxSenders {
			t.Fatalf("%d senders", len(f.senders))
		}
	}
}

func TestTold(t *testing.T) {
	told := newTold()
	n := notice{"session", "away", 1}
	if !told.first(n) || told.first(n) {
		t.Error("told twice")
	}
	for i := range int32(maxTold) {
		told.first(notice{"other", "away", i})
	}
	if told.first(n) {
		t.Error("forgotten after one generation")
	}
	for i := range int32(3 * maxTold) {
		told.first(notice{"third", "away", i})
	}
	if got := len(told.current) + len(told.past); got > 2*maxTold {
		t.Errorf("%d are remembered", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("plain", 10, false)
	f.Add("two\nlines\x00\xff", 3, true)
	f.Add(strings.Repeat("平", chat.MaxText), 2000, false)
	f.Fuzz(func(t *testing.T, text string, limit int, automatic bool) {
		if limit < 1 || limit > chat.MaxText/4 {
			return
		}
		got, cut := clean(text, limit, automatic)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > limit || len(got) > chat.MaxText {
			t.Errorf("%q", got)
		}
		if strings.ContainsAny(got, "\x00\r\x1b") || !automatic && strings.Contains(got, "\n") {
			t.Errorf("control characters in %q", got)
		}
		if again, _ := clean(got, limit, automatic); !cut && again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	})
}

func TestValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*Config){
		"max_length":          func(c *Config) { c.MaxLength = 5000 },
		"retention_days":      func(c *Config) { c.RetentionDays = -1 },
		"resize_interval":     func(c *Config) { c.ResizeInterval = 0 },
		"flood.messages":      func(c *Config) { c.Flood.Messages = 0 },
		"flood.window":        func(c *Config) { c.Flood.Window = 0 },
		"flood.strikes":       func(c *Config) { c.Flood.Strikes = -1 },
		"flood.silence":       func(c *Config) { c.Flood.Silence = 0 },
		"channels.osu.read":   func(c *Config) { c.Channels["osu"] = Preset{Read: "cats"} },
		"channels.osu.write":  func(c *Config) { c.Channels["osu"] = Preset{Write: "cats"} },
		"channels.bad name":   func(c *Config) { c.Channels["bad name"] = Preset{} },
		"channels.long_topic": func(c *Config) { c.Channels["long_topic"] = Preset{Topic: strings.Repeat("x", 257)} },
	} {
		config := DefaultConfig()
		spoil(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestSeed starts on an empty database, and again after somebody closed a channel: it stays closed.
func TestSeed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		deps := Deps{DB: db, State: newState(t), Log: newLogger(t)}
		s, err := New(t.Context(), DefaultConfig(), deps)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range s.directory.list() {
			names = append(names, c.Name)
		}
		if want := []string{"#announce", "#lazer", "#lobby", "#osu", "#staff", "#supporter"}; !slices.Equal(names, want) {
			t.Errorf("channels %v", names)
		}
		if c, err := s.directory.find(t.Context(), "#announce"); err != nil || c.Write != users.Staff || c.Read != 0 || !c.AutoJoin {
			t.Errorf("#announce is %+v, %v", c, err)
		}
		if err := s.Close(t.Context(), "#lobby"); err != nil {
			t.Fatal(err)
		}
		if s, err = New(t.Context(), DefaultConfig(), deps); err != nil {
			t.Fatal(err)
		}
		if _, err := s.directory.find(t.Context(), "#lobby"); err == nil {
			t.Error("a closed channel is back")
		}
	})
}

// TestRetention deletes in batches what is too old.
func TestRetention(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := store{db}
		now := time.Now().UTC().Truncate(time.Microsecond)
		for i := range 7 {
			m := chat.Message{SenderID: 1, ThreadID: 7, SenderName: "x", Channel: "#osu", Text: "x", SentAt: now.Add(time.Duration(i-5) * time.Hour)}
			if _, err := s.save(t.Context(), m, false); err != nil {
				t.Fatal(err)
			}
		}
		var deleted []int
		for range 3 {
			n, err := s.deleteBefore(t.Context(), now, 3)
			if err != nil {
				t.Fatal(err)
			}
			deleted = append(deleted, n)
		}
		if !slices.Equal(deleted, []int{3, 2, 0}) {
			t.Errorf("deleted %v", deleted)
		}
		if left, err := s.history(t.Context(), 7, 0, 10); err != nil || len(left) != 2 {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
}

// TestLease lets two processes take turns.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := newState(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = records.(*memory.Service).Run(ctx)
		}()
		a, b := &lease{records: records, ttl: 15 * time.Second}, &lease{records: records, ttl: 15 * time.Second}
		holds := func(l *lease) bool {
			t.Helper()
			held, err := l.hold(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		for range 5 {
			if !holds(a) || holds(b) {
				t.Error("the lease is not the first one's")
			}
			time.Sleep(10 * time.Second)
		}
		time.Sleep(time.Minute) // the first dies
		synctest.Wait()
		if !holds(b) || holds(a) {
			t.Error("the lease did not pass on")
		}
		b.release(t.Context())
		if !holds(a) || holds(b) {
			t.Error("the lease was not given up")
		}
		cancel()
		<-done
	})
}

// TestUnjoined opens a temporary channel that nobody joins.
func TestUnjoined(t *testing.T) {
	db := databasetest.Open(t, database.SQLite)
	s, err := New(t.Context(), DefaultConfig(), Deps{DB: db, State: newState(t), Log: newLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), chat.Channel{Name: "#multi_1", Temporary: true}); err != nil {
		t.Fatal(err)
	}
	c := newCensus()
	take := func() {
		members, err := s.countAll(t.Context())
		if err == nil {
			err = s.takeCensus(t.Context(), c, members)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	take()
	if !slices.Equal(slices.Collect(maps.Keys(c.empty)), []string{"#multi_1"}) {
		t.Errorf("empty: %v", c.empty)
	}
	if _, err := s.Find(t.Context(), "#multi_1"); err != nil {
		t.Errorf("gone at once: %v", err)
	}
	c.empty["#multi_1"] = time.Now().Add(-unjoined)
	take()
	if _, err := s.Find(t.Context(), "#multi_1"); err == nil {
		t.Error("still there after a minute")
	}
}

// TestForget ends temporary channels: their threads are there for as long as what was said in them.
func TestForget(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := store{db}
		count := func() int {
			t.Helper()
			n, err := db.NewSelect().Model((*threadRow)(nil)).Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		forget := func(want int) {
			t.Helper()
			if n, err := s.forget(t.Context(), 10); err != nil || n != want {
				t.Errorf("%d are forgotten, want %d, %v", n, want, err)
			}
		}
		before := count()
		if _, err := s.begin(t.Context(), 1, 2); err != nil { // a conversation without messages stays
			t.Fatal(err)
		}
		at := time.Now().UTC().Truncate(time.Microsecond)
		for _, name := range []string{"#spec_1", "#spec_2", "#spec_3"} {
			id, err := s.number(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "#spec_1" {
				m := chat.Message{SenderID: 1, ThreadID: id, SenderName: "x", Channel: name, Text: "x", SentAt: at}
				if _, err := s.save(t.Context(), m, false); err != nil {
					t.Fatal(err)
				}
			}
			if name == "#spec_3" {
				continue // goes on
			}
			if err := s.retire(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		forget(0)
		if got := count() - before; got != 3 {
			t.Errorf("%d threads are left", got)
		}
		if n, err := s.deleteBefore(t.Context(), at.Add(time.Second), 10); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		forget(1)
		if got := count() - before; got != 2 {
			t.Errorf("%d threads are left at the end", got)
		}
	})
}
