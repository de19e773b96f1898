// Package direct is what the stable client asks about beatmaps beside playing them: osu!direct's search and downloads, .osu
// files, pictures and previews, ratings, comments, favourites, grades in the song list and star ratings. Beatmaps cannot be
// submitted: the endpoints that would take them say so in the client's own words.
//
// Where the bytes come from is decided by the beatmaps module, and never does a request here wait for another server: what is
// not here is redirected to or refused. Scores and leaderboards belong to package scores beside this one.
package direct

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/web"
)

// Config is the section direct.
type Config struct {
	Open     bool          `koanf:"open" doc:"whether archives can be downloaded without being logged in to the game"`
	Upstream string        `koanf:"upstream" doc:"URL of the server to which requests for .osu files that are not here are redirected; empty answers 404"`
	Download time.Duration `koanf:"download_timeout" doc:"how long a download may take, 1m to 6h"`
}

// DefaultConfig sends players to the official server for what is not here.
func DefaultConfig() Config {
	return Config{Upstream: "https://osu.ppy.sh", Download: 30 * time.Minute}
}

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Upstream != "" {
		if u, err := url.Parse(c.Upstream); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			errs = append(errs, fmt.Errorf("upstream: %q is not an http or https URL", c.Upstream))
		}
	}
	if c.Download < time.Minute || c.Download > 6*time.Hour {
		errs = append(errs, fmt.Errorf("download_timeout: must be 1m to 6h, is %v", c.Download))
	}
	return errors.Join(errs...)
}

// Authenticator knows players by what the client sends with its requests: *web.Server.
type Authenticator interface {
	Player(style web.Style, next func(http.ResponseWriter, *http.Request, users.User)) http.HandlerFunc
	Authenticate(r *http.Request, name, passwordMD5 string) (users.User, error)
	Refuse(w http.ResponseWriter, r *http.Request, err error)
}

// Deps are what the edge needs of others.
type Deps struct {
	Players     Authenticator
	Users       users.Accounts
	Beatmaps    beatmaps.Service
	Files       files.Service
	Scores      scores.Boards       // nil on a server without scores: nobody has played anything
	Performance performance.Service // nil on one that does not calculate
	Log         *slog.Logger
}

// Server has the handlers. It is safe for concurrent use; make one with New.
type Server struct {
	cfg    Config
	deps   Deps
	rating *limit.Rate
}

// New returns the server.
func New(config Config, deps Deps) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config.Upstream = strings.TrimSuffix(config.Upstream, "/")
	return &Server{config, deps, limit.NewRate(ratings, ratingBurst, ratingPlaces)}, nil
}

// Bounds of bodies.
const (
	maxNames   = 256 << 10 // a list of file names
	maxComment = 16 << 10
	maxTarget  = 64 << 10 // mods of a star rating
)

// Star ratings are asked for without a name, and every combination of mods is a calculation that plays may have to wait for: so
// many a second may come from an address, so many at once, and so many addresses are told apart.
const (
	ratings      = 5
	ratingBurst  = 100
	ratingPlaces = 4096
)

// Osu adds the endpoints of the osu host to its router.
func (s *Server) Osu(r chi.Router) {
	player := s.deps.Players.Player
	get(r, "/web/osu-search.php", player(web.StyleB, s.search))
	get(r, "/web/osu-search-set.php", player(web.StyleB, s.searchSet))
	get(r, "/web/osu-rate.php", s.rate)
	get(r, "/web/osu-getfavourites.php", player(web.StyleB, s.favourites))
	get(r, "/web/osu-addfavourite.php", player(web.StyleB, s.addFavourite))
	get(r, "/web/maps/*", s.file)
	get(r, "/osu/{id}", s.file)
	r.With(limit.Body(maxComment)).Post("/web/osu-comment.php", player(web.StyleC, s.comment))
	r.With(limit.Body(maxNames)).Post("/web/osu-getbeatmapinfo.php", player(web.StyleB, s.info))
	r.With(s.rating.Handler, limit.Body(maxTarget)).Post("/difficulty-rating", s.stars)

	// Slow readers have time, but not for ever.
	long := r.With(limit.Stream, limit.Transfer(time.Minute, s.cfg.Download), limit.Timeout(s.cfg.Download))
	download := player(web.StyleB, func(w http.ResponseWriter, r *http.Request, _ users.User) { s.download(w, r) })
	if s.cfg.Open {
		download = s.download
	}
	get(long, "/d/*", download)

	get(r, "/mt/{name}", s.picture)
	get(r, "/images/map-thumb/{name}", s.picture)
	get(r, "/mp3/preview/{name}", s.preview)
	s.submission(r)
}

// B returns the handler of the b host: thumbnails and previews.
func (s *Server) B() http.Handler {
	r := chi.NewRouter()
	r.NotFound(empty(http.StatusNotFound))
	r.MethodNotAllowed(empty(http.StatusMethodNotAllowed))
	get(r, "/thumb/{name}", s.picture)
	get(r, "/preview/{name}", s.preview)
	return r
}

// Assets adds the covers to the router of the assets host.
func (s *Server) Assets(r chi.Router) {
	get(r, "/beatmaps/{id}/covers/{name}", s.cover)
}

// get adds a handler for GET and HEAD.
func get(r chi.Router, pattern string, h http.HandlerFunc) {
	r.Get(pattern, h)
	r.Head(pattern, h)
}

// empty answers with nothing but a status.
func empty(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// text answers 200 with text.
func text(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(body))
}
