package local_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestValidate(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for key, edit := range map[string]func(*local.Config){
		"welcome":         func(c *local.Config) { c.Welcome = strings.Repeat("x", 5000) },
		"menu_icon_image": func(c *local.Config) { c.MenuIconLink = "a|b" },
		"maintenance":     func(c *local.Config) { c.Maintenance = "yes" },
		"min_version":     func(c *local.Config) { c.MinVersion = -1 },
		"streams":         func(c *local.Config) { c.Streams = []string{"nightly"} },
		"presences":       func(c *local.Config) { c.Presences = 1000 },
		"packet_rate":     func(c *local.Config) { c.PacketRate = 0 },
		"packet_burst":    func(c *local.Config) { c.PacketBurst = 1 },
		"login_rate":      func(c *local.Config) { c.LoginRate = math.NaN() },
		"login_burst":     func(c *local.Config) { c.LoginBurst = 0 },
		"restart_notice":  func(c *local.Config) { c.RestartNotice = -time.Second },
	} {
		config := local.DefaultConfig()
		edit(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: error is %v", key, err)
		}
		if _, err := local.New(t.Context(), config, local.Deps{}); err == nil {
			t.Errorf("%s: New accepts it", key)
		}
	}
}

// rejection logs a client in and returns why it is refused, nil when it is not.
func rejection(t *testing.T, c *client.Client) *client.Rejected {
	t.Helper()
	err := c.Login(t.Context())
	var rejected *client.Rejected
	if err != nil && !errors.As(err, &rejected) {
		t.Fatal(err)
	}
	return rejected
}

func TestGate(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	for _, name := range []string{"player", "staff", "tester", "host"} {
		s.Register(t, name)
	}
	grant := func(name string, privileges users.Privileges) {
		found, err := s.Users.Find(t.Context(), []string{name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Users.Grant(t.Context(), found[0].ID, users.BotID, privileges, 0); err != nil {
			t.Fatal(err)
		}
	}
	grant("staff", users.Moderator)
	grant("tester", users.Tester)
	grant("host", users.TournamentHost)
	const accepted = packets.UserID(0)
	for _, tc := range []struct {
		name, player, version string
		edit                  func(*local.Config)
		code                  packets.UserID
		notice                string
	}{
		{"maintenance", "player", "", func(c *local.Config) { c.Maintenance, c.MaintenanceMessage = "closed", "Back at noon." }, packets.LoginServerError, "Back at noon."},
		{"maintenance, staff", "staff", "", func(c *local.Config) { c.Maintenance = "closed" }, accepted, ""},
		{"maintenance, told only", "player", "", func(c *local.Config) { c.Maintenance = "notify" }, accepted, ""},
		{"too old", "player", "b20200101", func(c *local.Config) { c.MinVersion = 20200102 }, packets.LoginOldClient, "too old"},
		{"just new enough", "player", "b20200102.3", func(c *local.Config) { c.MinVersion = 20200102 }, accepted, ""},
		{"any version", "player", "b1816", func(c *local.Config) { c.MinVersion = 0 }, accepted, ""},
		{"a stream that is off", "player", "b20250815cuttingedge", func(c *local.Config) { c.Streams = []string{"stable"} }, packets.LoginNeedsSupporter, "cuttingedge"},
		{"stable is off", "player", "b20250815", func(c *local.Config) { c.Streams = []string{"beta"} }, packets.LoginNeedsSupporter, "stable"},
		{"a test build", "player", "b20250815dev", nil, packets.LoginNeedsSupporter, "dev"},
		{"a test build, tester", "tester", "b20250815dev", nil, accepted, ""},
		{"tournament", "player", "b20250815tourney", func(c *local.Config) { c.SupporterForAll = false }, packets.LoginNeedsSupporter, "tourney"},
		{"tournament, host", "host", "b20250815tourney", func(c *local.Config) { c.SupporterForAll = false }, accepted, ""},
		{"tournament, all are supporters", "player", "b20250815tourney", nil, accepted, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config := local.DefaultConfig()
			if tc.edit != nil {
				tc.edit(&config)
			}
			if err := s.Bancho.Reload(config); err != nil {
				t.Fatal(err)
			}
			c := s.Again(t, tc.player, func(o *client.Options) { o.Version = tc.version })
			switch r := rejection(t, c); {
			case r == nil && tc.code != accepted:
				t.Errorf("accepted, want %d", tc.code)
			case r != nil && (r.Code != tc.code || !strings.Contains(strings.Join(r.Notices, " "), tc.notice)):
				t.Errorf("refused with %d %q, want %d and %q", r.Code, r.Notices, tc.code, tc.notice)
			}
		})
	}
	if err := s.Bancho.Reload(local.Config{}); err == nil {
		t.Error("a configuration that cannot work is accepted")
	}
}

func TestWelcomeSettings(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Bancho: func(c *local.Config) {
		c.Welcome, c.MenuIconImage, c.MenuIconLink = "Hello!", "https://peace.test/a.png", "https://peace.test/"
		c.SupporterForAll = true
	}}).Serve(t)
	ann := s.Player(t, "Ann")
	ctx := t.Context()
	if n, err := client.Await[packets.Notification](ctx, ann, nil); err != nil || n != "Hello!" {
		t.Errorf("welcome is %q, %v", n, err)
	}
	if icon, err := client.Await[packets.MainMenuIcon](ctx, ann, nil); err != nil || icon != "https://peace.test/a.png|https://peace.test/" {
		t.Errorf("icon is %q, %v", icon, err)
	}
	if osu.ClientPrivileges(ann.Privileges())&osu.ClientSupporter == 0 {
		t.Error("the client has no supporter features")
	}
	if shown := ann.Online()[ann.ID()].Presence; shown.Privileges&osu.ClientSupporter != 0 {
		t.Error("the name has the colour of supporters")
	}
}

// TestManyOnline logs in beside more players than are described one by one.
func TestManyOnline(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Bancho: func(c *local.Config) { c.Presences = 10 }}).Serve(t)
	s.Crowd(t, 600)
	s.Register(t, "Ann")
	welcome, err := s.Bancho.Login(t.Context(), attempt("Ann"))
	if err != nil {
		t.Fatal(err)
	}
	var bundles []int
	for raw, err := range packets.Split(welcome.Packets, packets.ServerLimit) {
		if err != nil {
			t.Fatal(err)
		}
		if raw.ID == packets.IDUserPresenceBundle {
			bundles = append(bundles, (len(raw.Payload)-2)/4)
		}
	}
	if len(bundles) != 2 || bundles[0] != 512 || bundles[1] != 88 {
		t.Errorf("600 others come in bundles of %v, want 512 and 88", bundles)
	}
	ann := s.Again(t, "Ann")
	if err := ann.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(ann.Online()); n != 601 {
		t.Errorf("Ann knows of %d players, want 601", n)
	}
	ann.Send(packets.UserPresenceRequestAll(0))
	list, err := ann.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	described := map[int32]bool{}
	for _, p := range list {
		switch p := p.(type) {
		case packets.UserPresence:
			described[p.UserID] = true
		case packets.UserPresenceBundle:
			t.Errorf("one who asks for presences gets %d ids", len(p))
		}
	}
	if len(described) != 601 {
		t.Errorf("%d players are described, want 601", len(described))
	}
}

// TestOverflow fills an outbox beyond its limit: its client is told who is online and that lines are lost.
func TestOverflow(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann, bob := s.Player(t, "Ann"), s.Player(t, "Bob")
	notice := wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: strings.Repeat("x", 30_000)}))
	for range 20 {
		if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Tags: []string{sessions.UserTag(ann.ID())}, Item: notice}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := ann.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var told, lost bool
	for _, p := range list {
		switch p := p.(type) {
		case packets.UserPresenceBundle:
			for _, id := range p {
				told = told || id == bob.ID()
			}
		case packets.Notification:
			lost = lost || strings.Contains(string(p), "lost")
		}
	}
	if !told || !lost {
		t.Errorf("told who is online: %v, told what is lost: %v; %d packets", told, lost, len(list))
	}
}

// TestStrangeMail puts items into an outbox that no module of this program makes.
func TestStrangeMail(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann := s.Player(t, "Ann")
	for _, item := range [][]byte{[]byte("\xff\xff"), wire.Pack(sessionspb.FromSession(sessions.Session{})), wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: "ok"}))} {
		if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Tags: []string{sessions.UserTag(ann.ID())}, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Await(t.Context(), ann, func(n packets.Notification) bool { return n == "ok" }); err != nil {
		t.Error(err)
	}
}

// TestBroadcast lets many clients hear of one event: it is encoded for the first of them.
func TestBroadcast(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	var clients []*client.Client
	for i := range 10 {
		clients = append(clients, s.Player(t, "player"+strconv.Itoa(i)))
	}
	for _, c := range clients {
		for range 2 {
			if _, err := c.Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	encoded, cached := events(t, s, "encoded"), events(t, s, "cached")
	notice := wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: "to all"}))
	if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Tags: []string{sessions.KindTag(sessions.Stable)}, Item: notice}); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		if _, err := client.Await(t.Context(), c, func(n packets.Notification) bool { return n == "to all" }); err != nil {
			t.Fatal(err)
		}
	}
	// A change in the size of a channel may come in between and adds to both.
	if encoded = events(t, s, "encoded") - encoded; encoded > 3 {
		t.Errorf("%v events were encoded for 10 clients", encoded)
	}
	if cached = events(t, s, "cached") - cached; cached < 9 {
		t.Errorf("%v events were taken as encoded before, want 9", cached)
	}
}

func events(t *testing.T, s *stacktest.Stack, how string) float64 {
	t.Helper()
	families, err := s.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "peace_bancho_events_total" && m.GetLabel()[0].GetValue() == how {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no counter of events that are %s", how)
	return 0
}

// TestMailOutlivesProcesses lets processes die after they have taken a client's mail in hand: the next one delivers it. What
// a process has acknowledged comes from nobody again.
func TestMailOutlivesProcesses(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann := s.Player(t, "Ann")
	process := func() *local.Service { return with(t, s, func(*local.Deps) {}) }
	notice := packets.Notification("do not lose this").Append(nil)
	gets := func(p *local.Service) bool {
		reply, err := p.Exchange(t.Context(), ann.Token(), packets.Ping{}.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(reply, notice)
	}
	item := wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: "do not lose this"}))
	if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Keys: []string{sessions.ID(ann.Token())}, Item: item}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if !gets(process()) {
			t.Error("mail died with the process that had taken it")
		}
	}
	survivor := process()
	if !gets(survivor) || gets(survivor) {
		t.Error("a process gives the same mail twice")
	}
	if gets(process()) {
		t.Error("acknowledged mail comes again")
	}

	stopping, stop := process(), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { stop <- stopping.Run(ctx) }()
	if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Keys: []string{sessions.ID(ann.Token())}, Item: item}); err != nil {
		t.Fatal(err)
	}
	if !gets(stopping) {
		t.Error("mail is missing")
	}
	cancel()
	if err := <-stop; err != nil {
		t.Fatal(err)
	}
	if gets(process()) {
		t.Error("what a process gave before it was stopped comes again")
	}
}

func TestFlood(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Bancho: func(c *local.Config) { c.PacketRate, c.PacketBurst = 1, 20 }}).Serve(t)
	ann := s.Player(t, "Ann")
	for range 30 {
		ann.Send(packets.RequestStatusUpdate{})
	}
	list, err := ann.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for _, p := range list {
		if stats, ok := p.(packets.UserStats); ok && stats.UserID == ann.ID() {
			answers++
		}
	}
	if answers == 0 || answers > 20 {
		t.Errorf("%d packets are answered, want at most 20", answers)
	}
	if n := counter(t, s.Metrics, "peace_bancho_packets_dropped_total"); n < 10 {
		t.Errorf("%v packets are counted as dropped", n)
	}
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Errorf("the session did not survive: %v", err)
	}
}

func counter(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func TestIgnoredIsCounted(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann := s.Player(t, "Ann")
	ann.Send(packets.JoinLobby{}, packets.JoinLobby{}, packets.Raw{ID: 40_000})
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	const want = `
# HELP peace_bancho_packets_ignored_total Packets of stable clients that nothing here handles, by id.
# TYPE peace_bancho_packets_ignored_total counter
peace_bancho_packets_ignored_total{id="30"} 2
peace_bancho_packets_ignored_total{id="unknown"} 1
`
	if err := testutil.GatherAndCompare(s.Metrics, strings.NewReader(want), "peace_bancho_packets_ignored_total"); err != nil {
		t.Error(err)
	}
}

func TestDrain(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann := s.Player(t, "Ann")
	if err := s.Bancho.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Errorf("by default a client notices nothing, but is told %v", err)
	}
	config := local.DefaultConfig()
	config.RestartNotice = 7 * time.Second
	if err := s.Bancho.Reload(config); err != nil {
		t.Fatal(err)
	}
	if err := s.Bancho.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := ann.Poll(t.Context()); !errors.Is(err, client.ErrRestart) || ann.RestartDelay() != 7*time.Second {
		t.Errorf("error is %v after %v", err, ann.RestartDelay())
	}
}
