// Package local speaks with stable clients: it is the implementation of the bancho contract that ships with Peace.
//
// A login goes through login.go: who is let in (gate.go), what is asked of the other modules, and what the client is told
// first (welcome.go). Everything later is an exchange (exchange.go): packets of the client are routed to the handlers in
// talk.go, people.go, stats.go and spectate.go, and the events that wait in the session's outbox become packets in events.go. How a player looks on
// the wire is in figure.go.
//
// The package keeps nothing that matters: sessions, outboxes and channels live in state, behind the contracts that Deps
// names. What it does keep is bounded and can be lost: encoded events (memo.go), allowances of packets and logins (flood.go), which
// token is being served (turns.go), and which mail was given out (receipts.go).
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// Config is the section [bancho].
type Config struct {
	Welcome       string `koanf:"welcome" doc:"notification after each login; empty means none"`
	MenuIconImage string `koanf:"menu_icon_image" doc:"URL of the picture in the main menu of clients that know no menu-content.json; empty means none"`
	MenuIconLink  string `koanf:"menu_icon_link" doc:"page that opens when it is clicked"`

	Maintenance        string `koanf:"maintenance" doc:"off, notify (everybody plays and is told) or closed (only staff can log in)"`
	MaintenanceMessage string `koanf:"maintenance_message" doc:"what players are told then"`

	MinVersion      int      `koanf:"min_version" doc:"oldest build that may log in, as YYYYMMDD; 0 means any"`
	Streams         []string `koanf:"streams" doc:"release streams that may log in: stable, beta, cuttingedge, dev (privilege tester), tourney (supporters and tournament hosts)"`
	SupporterForAll bool     `koanf:"supporter_for_all" doc:"unlock in every client what supporters have: osu!direct, country, friend and mod leaderboards"`

	Presences int `koanf:"presences" doc:"up to how many users online a client is told all about them at login; beyond, it gets their ids and asks"`

	PacketRate  float64 `koanf:"packet_rate" doc:"packets a second that a client may send for long, pings apart"`
	PacketBurst int     `koanf:"packet_burst" doc:"packets that it may send at once"`

	LoginRate  float64 `koanf:"login_rate" doc:"logins a minute that one account may make for long: everybody online hears of each"`
	LoginBurst int     `koanf:"login_burst" doc:"logins that it may make at once, as the 18 clients of a tournament do"`

	RestartNotice time.Duration `koanf:"restart_notice" doc:"when this process stops, tell clients to log in again after so long; 0s leaves them waiting, which loses nothing as long as state lives on"`
}

// The values of Config.Maintenance.
const (
	MaintenanceOff    = "off"
	MaintenanceNotify = "notify"
	MaintenanceClosed = "closed"
)

// DefaultConfig lets every client in that speaks the current protocol.
func DefaultConfig() Config {
	return Config{
		Maintenance:        MaintenanceOff,
		MaintenanceMessage: "The server is under maintenance. Please come back later.",
		MinVersion:         20160404, // what this server speaks: protocol 19 with numbered spectator frames
		Streams:            []string{"stable", "beta", "cuttingedge", "dev", "tourney"},
		SupporterForAll:    true,
		Presences:          128,
		PacketRate:         50,
		PacketBurst:        500,
		LoginRate:          12,
		LoginBurst:         40,
	}
}

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	fail := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	for key, text := range map[string]string{
		"welcome": c.Welcome, "menu_icon_image": c.MenuIconImage, "menu_icon_link": c.MenuIconLink,
		"maintenance_message": c.MaintenanceMessage,
	} {
		if len(text) > 4096 {
			fail(key, "must be at most 4096 bytes")
		}
	}
	if strings.Contains(c.MenuIconImage+c.MenuIconLink, "|") {
		fail("menu_icon_image", "neither it nor menu_icon_link may contain |")
	}
	if !slices.Contains([]string{MaintenanceOff, MaintenanceNotify, MaintenanceClosed}, c.Maintenance) {
		fail("maintenance", "%q is none of off, notify, closed", c.Maintenance)
	}
	if c.MinVersion < 0 || c.MinVersion > 99991231 {
		fail("min_version", "must be a date as YYYYMMDD, or 0")
	}
	for _, stream := range c.Streams {
		if !slices.Contains(DefaultConfig().Streams, stream) {
			fail("streams", "%q is none of stable, beta, cuttingedge, dev, tourney", stream)
		}
	}
	if c.Presences < 0 || c.Presences > 512 {
		fail("presences", "must be 0 to 512")
	}
	if !(c.PacketRate >= 1 && c.PacketRate <= 10_000) { // not NaN either
		fail("packet_rate", "must be 1 to 10000")
	}
	if c.PacketBurst < 20 || c.PacketBurst > 100_000 {
		fail("packet_burst", "must be 20 to 100000: a client that logs in sends about a dozen at once")
	}
	if !(c.LoginRate >= 1 && c.LoginRate <= 1e6) { // not NaN either
		fail("login_rate", "must be 1 to 1000000")
	}
	if c.LoginBurst < 1 || c.LoginBurst > 1_000_000 {
		fail("login_burst", "must be 1 to 1000000")
	}
	if c.RestartNotice < 0 || c.RestartNotice > time.Hour {
		fail("restart_notice", "must be 0s to 1h")
	}
	return errors.Join(errs...)
}

// Deps are what the module needs of others. Rankings, Spectator and Metrics may be nil: without the first, all figures are 0, without
// the second nobody watches anybody.
type Deps struct {
	State     state.Service
	Geoip     geoip.Service
	Users     users.Accounts
	Relations relations.Service
	Sessions  sessions.Service
	Chat      chat.Talk
	Rankings  rankings.Service
	Spectator spectator.Service
	Log       *slog.Logger
	Metrics   prometheus.Registerer
}

// Service speaks with stable clients. It is safe for concurrent use; make one with New.
type Service struct {
	config    atomic.Pointer[Config]
	records   state.Records
	queues    state.Queues
	geoip     geoip.Service
	users     users.Accounts
	relations relations.Service
	sessions  sessions.Service
	chat      chat.Talk
	rankings  rankings.Service
	spectator spectator.Service
	log       *slog.Logger
	metrics   metrics

	turns    turns
	receipts receipts
	flood    flood // of packets, by session
	statuses flood // of changes of status, by session
	watches  flood // of beginnings to watch, by session
	logins   flood // by account
	memo     memo
	bot      botName
}

// New returns the service. It asks nothing of the other modules.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		records:   deps.State,
		queues:    deps.State,
		geoip:     deps.Geoip,
		users:     deps.Users,
		relations: deps.Relations,
		sessions:  deps.Sessions,
		chat:      deps.Chat,
		rankings:  deps.Rankings,
		spectator: deps.Spectator,
		log:       deps.Log,
	}
	var err error
	if s.metrics, err = newMetrics(deps.Metrics); err != nil {
		return nil, err
	}
	s.config.Store(&config)
	return s, nil
}

// Reload puts a new configuration into force: all of it applies to the next login and the next packet.
func (s *Service) Reload(config Config) error {
	if err := config.Validate(); err != nil {
		return err
	}
	s.config.Store(&config)
	return nil
}

// Drain tells clients to log in again later when the configuration wants that. Otherwise a client whose server is away for a
// moment just keeps its token, and finds its session where it was.
func (s *Service) Drain(ctx context.Context) error {
	after := s.config.Load().RestartNotice
	if after == 0 {
		return nil
	}
	_, err := s.queues.Append(ctx, state.Append{
		Space: sessions.Space,
		Tags:  []string{sessions.KindTag(sessions.Stable), sessions.KindTag(sessions.Tournament)},
		Item:  wire.Pack(sessionspb.FromRestarting(sessions.Restarting{After: after})),
	})
	return err
}
