// Package scores is the HTTP that the stable client speaks about plays: submitting them, the leaderboards of song select, and
// replays; and the download of a whole replay file, for browsers.
//
// It translates. What a play is worth, where it stands and who may see it is decided by the modules; what is wrong with a
// submission is written down as doubts for staff, and the play is taken all the same.
//
// An answer of a submission is either final or not. The client throws a play away once it has got an answer of status 200,
// whatever that says, and sends it again for anything else, for days and over restarts. So whatever will not get better is
// answered 200 with the client's own word, and whatever may is an empty error: see answer.go.
package scores

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/web"
)

// Config is the section of scores in [web].
type Config struct {
	Submissions  int  `koanf:"submissions_per_minute" doc:"plays that a player may submit in a minute; more are taken later"`
	Boards       int  `koanf:"boards_per_minute" doc:"leaderboards that a player may ask for in a minute"`
	Replays      int  `koanf:"replays_per_minute" doc:"replays that a player, or an address without one, may fetch in a minute"`
	UploadMemory int  `koanf:"upload_memory" doc:"bytes of submissions that may be in memory while they are read; further ones are taken later"`
	Notify       bool `koanf:"notify" doc:"show players the position that a new best score has reached"`
}

// DefaultConfig leaves room for a player who retries all the time.
func DefaultConfig() Config {
	return Config{Submissions: 60, Boards: 300, Replays: 60, UploadMemory: 256 << 20, Notify: true}
}

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	for _, bound := range []struct {
		key            string
		n, least, most int
	}{
		{"submissions_per_minute", c.Submissions, 1, 100_000},
		{"boards_per_minute", c.Boards, 1, 100_000},
		{"replays_per_minute", c.Replays, 1, 100_000},
		{"upload_memory", c.UploadMemory, 32 << 20, 64 << 30},
	} {
		if bound.n < bound.least || bound.n > bound.most {
			errs = append(errs, fmt.Errorf("%s: must be %d to %d", bound.key, bound.least, bound.most))
		}
	}
	return errors.Join(errs...)
}

// Deps are what the edge needs of others.
type Deps struct {
	Web       *web.Server // authenticates
	Users     users.Accounts
	Sessions  sessions.Service
	Relations relations.Service
	Files     files.Service
	Beatmaps  beatmaps.Library
	Scores    scores.Service
	State     state.Queues // for notices; nil without them
	Domain    string
	Log       *slog.Logger
	Metrics   prometheus.Registerer // nil without metrics

	// These are nil when their module is off.
	Rankings     rankings.Service
	Achievements achievements.Service
	Moderation   moderation.Service
}

// Server has the handlers. It is safe for concurrent use; make one with New.
type Server struct {
	deps    Deps
	config  Config
	metrics metrics
	names   *names
	uploads *semaphore.Weighted // bytes
	share   *limit.Share        // of them

	submitting, ranking, watching *limit.Rate // by user
	downloading                   *limit.Rate // by address
}

const (
	// rated is how many players and addresses the rates tell apart at a time, for 24 bytes each.
	rated = 65536
	// burst is the part of a minute's allowance that may be used at once.
	burst = 2

	// fewest is how many addresses are needed to fill the memory for submissions, unless a single submission needs more.
	fewest     = 8
	leastShare = submission.MaxBody + 1<<20

	// A submission may take uploadTime to arrive, workTime to be worked on and answerTime to be answered.
	uploadTime = 2 * time.Minute
	workTime   = 20 * time.Second
	answerTime = 3 * time.Minute
)

// New returns the edge.
func New(config Config, deps Deps) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	counts, err := newMetrics(deps.Metrics)
	if err != nil {
		return nil, err
	}
	perMinute := func(n int) *limit.Rate { return limit.NewRate(float64(n)/60, max(1, n/burst), rated) }
	return &Server{
		deps: deps, config: config, metrics: counts, names: newNames(deps.Users),
		uploads: semaphore.NewWeighted(int64(config.UploadMemory)), share: limit.NewShare(max(int64(config.UploadMemory)/fewest, leastShare)),
		submitting: perMinute(config.Submissions), ranking: perMinute(config.Boards),
		watching: perMinute(config.Replays), downloading: perMinute(config.Replays),
	}, nil
}

// Osu adds the endpoints to the router of the osu host (web.Server.Osu).
func (s *Server) Osu(r chi.Router) {
	r.With(limit.Transfer(uploadTime, answerTime)).Post("/web/osu-submit-modular-selector.php", s.submit)
	for _, old := range oldSubmissions {
		r.HandleFunc(old, s.submitOld)
	}
	r.Get("/web/osu-osz2-getscores.php", s.deps.Web.Game(web.StyleA, s.board))
	r.Get("/web/osu-getreplay.php", s.deps.Web.Player(web.StyleB, s.replay))
	r.With(s.downloading.Handler).Get("/scores/{id}/download", s.download)
}

// oldSubmissions are where clients of before 2016 submit. Their checksums cannot be verified, and the client that is online
// is a newer one in any case.
var oldSubmissions = []string{"/web/osu-submit.php", "/web/osu-submit-new.php", "/web/osu-submit-modular.php"}

// fail answers a request that a module failed.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.deps.Web.Refuse(w, r, err)
}
