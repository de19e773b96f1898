// Package web is the HTTP that the stable client speaks beside bancho, and the static hosts around it: registration, what a
// game asks when it starts, friends, reports and pages on the osu host, avatars on the a host, the main menu on the assets
// host.
//
// Answers are what the client expects and nothing else: text without a byte order mark, an empty 401 for wrong credentials, an
// empty 404 for an endpoint that is not there. Endpoints about scores, beatmaps and screenshots belong to packages of their own.
//
// Credentials arrive in queries and passwords in forms. Nothing here logs a query or a body, with one exception: what a
// game reports about its own crash is logged at level debug, without who sent it.
//
// The handlers expect transport/http around them, for client addresses, deadlines and compression.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/online"
)

// Config is the section [web].
type Config struct {
	Site       string        `koanf:"site" doc:"URL of the website: profiles, beatmaps and forum pages that the game opens are redirected to it; empty shows a small page"`
	Updates    string        `koanf:"updates" doc:"URL to which clients that look for updates are redirected, for example https://osu.ppy.sh/web/check-updates.php; empty says that there are none"`
	AvatarsDir AvatarsConfig `koanf:"avatars"`
}

// AvatarsConfig is the section [web.avatars].
type AvatarsConfig struct {
	Dir string `koanf:"dir" doc:"directory of avatars, each named after its user's id: 1000.png, 1000.jpg or 1000.gif; relative to data_dir"`
}

// DefaultConfig has no website beside the server.
func DefaultConfig() Config {
	return Config{AvatarsDir: AvatarsConfig{Dir: "avatars"}}
}

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	check := func(key, text string, optional bool) {
		if text == "" && optional {
			return
		}
		if u, err := url.Parse(text); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			errs = append(errs, fmt.Errorf("%s: %q is not an http or https URL", key, text))
		}
	}
	check("site", c.Site, true)
	check("updates", c.Updates, true)
	return errors.Join(errs...)
}

// Deps are what the edge needs of others.
type Deps struct {
	Users     users.Accounts
	Sessions  sessions.Service
	Relations relations.Service
	Chat      chat.Talk
	Geoip     geoip.Service
	Domain    string

	// Moderation hears what clients tell about themselves; nil when it is off.
	Moderation moderation.Service
	// Content has what the main menu shows; nil when it is off.
	Content Content
	Log     *slog.Logger
}

// Content is the part of content.Service that is needed here.
type Content interface {
	Backgrounds(ctx context.Context) (content.Backgrounds, error)
	Menu(ctx context.Context) ([]content.Banner, error)
}

// Server has the handlers of the hosts. It is safe for concurrent use; make one with New.
type Server struct {
	deps    Deps
	config  atomic.Pointer[Config]
	players *online.Players
}

// New returns the server. The avatars' directory need not exist.
func New(config Config, deps Deps) (*Server, error) {
	s := &Server{deps: deps, players: online.New(deps.Sessions)}
	if err := s.Reload(config); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload puts a new configuration into force.
func (s *Server) Reload(config Config) error {
	if err := config.Validate(); err != nil {
		return err
	}
	config.Site = strings.TrimSuffix(config.Site, "/")
	s.config.Store(&config)
	return nil
}

const (
	// maxForm bounds the bodies of forms with a few short fields, maxReport those of crash reports.
	maxForm   = 16 << 10
	maxReport = 256 << 10

	// timeout bounds the work on a request. A registration may wait for its turn to have the password hashed.
	timeout = 15 * time.Second
)

// Osu returns the handler of the osu host. More endpoints can be added to the router below /web.
func (s *Server) Osu() *chi.Mux {
	r := chi.NewRouter()
	r.NotFound(empty(http.StatusNotFound))
	r.MethodNotAllowed(empty(http.StatusMethodNotAllowed))
	r.Use(limit.Timeout(timeout))

	r.With(limit.Body(maxForm)).Post("/users", s.register)
	r.Route("/web", func(r chi.Router) {
		r.Get("/bancho_connect.php", s.banchoConnect)
		r.Get("/check-updates.php", s.checkUpdates)
		r.Get("/osu-getseasonal.php", s.seasonal)
		r.Get("/osu-getfriends.php", s.Player(StyleB, s.friends))
		r.Get("/osu-markasread.php", s.Player(StyleB, s.markAsRead))
		r.Get("/lastfm.php", s.Player(StyleA, s.lastFM))
		r.With(limit.Body(maxReport)).Post("/osu-error.php", s.crashReport)
		r.With(limit.Body(maxReport)).Post("/osu-session.php", s.sessionReport)
	})
	r.Get("/", s.index)
	for _, pattern := range pages {
		r.Get(pattern, s.page)
	}
	return r
}

// pages are opened by the client in a browser; they are the website's.
var pages = []string{
	"/u/{id}", "/users/{id}", "/users/{id}/*", "/b/{id}", "/beatmaps/{id}", "/s/{id}", "/beatmapsets/{id}", "/beatmapsets/{id}/*",
	"/community/*", "/forum/*", "/home/*", "/p/*", "/wiki/*", "/mp/{id}", "/rankings", "/rankings/*",
}

// empty answers with nothing but a status: the client shows no page.
func empty(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// text answers 200 with text.
func text(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(body))
}

// country returns the country of a request's client in upper case, "" when it is unknown: by the word of the proxy, else by
// the address.
func (s *Server) country(ctx context.Context, r *http.Request) string {
	hint, address := origin(r)
	if hint != "" || !address.IsValid() {
		return hint
	}
	place, err := s.deps.Geoip.Locate(ctx, address)
	if err != nil {
		s.deps.Log.LogAttrs(ctx, slog.LevelDebug, "locate a client", slog.Any("error", err))
	}
	return place.Country
}

// openAvatars opens the directory of the avatars; an error for one that is not there.
func (s *Server) openAvatars() (*os.Root, error) { return os.OpenRoot(s.config.Load().AvatarsDir.Dir) }
