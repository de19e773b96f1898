// Package plays is the part of API v2 that is about scores: leaderboards, the scores of a user, single scores with their replays,
// and the submission of plays by lazer.
//
// A play gets a token before it begins and is submitted with it, through the same intake as every other. The frames of its replay
// do not come here but to the spectator hub. Multiplayer and playlists have endpoints of their own.
package plays

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/http/limit"
)

// Config is the section [api.plays].
type Config struct {
	Submission bool                `koanf:"submission" doc:"whether lazer may submit plays"`
	Versions   map[string][]string `koanf:"versions" doc:"builds of lazer that may: for each version, as \"2026.821.0\", the MD5s of osu.Game.dll on each system; empty lets every build submit"`
	Patience   time.Duration       `koanf:"patience" doc:"how long an answer to a submission waits for the score to be processed, 1s to 25s: lazer waits 30s"`
	Replays    int                 `koanf:"replays" doc:"replays a minute that one token may download, 1 to 10000"`
}

// DefaultConfig takes plays of every build, and gives out as many replays as the official server.
func DefaultConfig() Config { return Config{Submission: true, Patience: 20 * time.Second, Replays: 10} }

var md5Form = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Patience < time.Second || c.Patience > 25*time.Second {
		errs = append(errs, fmt.Errorf("patience: must be 1s to 25s, is %v", c.Patience))
	}
	if c.Replays < 1 || c.Replays > 10_000 {
		errs = append(errs, fmt.Errorf("replays: must be 1 to 10000, is %d", c.Replays))
	}
	for version, hashes := range c.Versions {
		if version == "" || len(version) > maxVersion {
			errs = append(errs, fmt.Errorf("versions.%s: must have 1 to %d bytes", version, maxVersion))
		}
		for _, hash := range hashes {
			if !md5Form.MatchString(hash) {
				errs = append(errs, fmt.Errorf("versions.%s: %q is not an MD5", version, hash))
			}
		}
	}
	return errors.Join(errs...)
}

// maxVersion bounds the name of a version, in bytes.
const maxVersion = 32

// Deps are what the area needs of others.
type Deps struct {
	Scores    Scores
	Beatmaps  Library
	Users     v2.Accounts
	People    People
	Relations Friends
	Files     files.Service
	Rankings  Viewing // nil on a server that does not count
	Links     resource.Links
	Log       *slog.Logger
}

// Scores is the part of scores.Service that is asked.
type Scores interface {
	scores.Boards
	Issue(ctx context.Context, attempt scores.Attempt) (scores.Token, error)
	Token(ctx context.Context, id int64) (scores.Token, error)
	Submit(ctx context.Context, submission scores.Submission) (scores.Result, error)
	Submitted(ctx context.Context, userID int32, key string) (scores.Result, error)
	Entries(ctx context.Context, after int64, limit int) ([]scores.Entry, error)
	Latest(ctx context.Context) (int64, error)
}

// Library is the part of beatmaps.Service that is asked.
type Library interface {
	Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
}

// People shows users: *resource.People.
type People interface {
	Compact(ctx context.Context, viewer int32, ids []int32) (map[int32]*resource.User, error)
}

// Friends is the part of relations.Service that is asked.
type Friends interface {
	List(ctx context.Context, userID int32) ([]relations.Relation, error)
}

// Viewing is the part of rankings.Service that is told of views.
type Viewing interface {
	Viewed(ctx context.Context, userID int32, board rankings.Board) error
}

// Area has the endpoints. It is safe for concurrent use.
type Area struct {
	cfg      Config
	deps     Deps
	versions map[string]string // by the MD5 of the build
	replays  *limit.Rate
}

// replayPlaces is for how many tokens at a time downloads are counted.
const replayPlaces = 4096

// New returns the area.
func New(cfg Config, deps Deps) (*Area, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a := &Area{
		cfg: cfg, deps: deps, versions: make(map[string]string),
		replays: limit.NewRate(float64(cfg.Replays)/60, cfg.Replays, replayPlaces),
	}
	for version, hashes := range cfg.Versions {
		for _, hash := range hashes {
			a.versions[strings.ToLower(hash)] = version
		}
	}
	return a, nil
}

// Register adds the endpoints to an API.
func (a *Area) Register(api *v2.API) {
	submit := v2.Game
	submit.Within = 30 * time.Second // lazer gives up then

	api.Get("/beatmaps/{beatmap}/scores", v2.Public, a.leaderboard)
	api.Get("/beatmaps/{beatmap}/solo-scores", v2.Public, a.soloLeaderboard)
	api.Get("/beatmaps/{beatmap}/scores/users/{user}", v2.Public, a.userScore)
	api.Get("/beatmaps/{beatmap}/scores/users/{user}/all", v2.Public, a.userScores)
	api.Post("/beatmaps/{beatmap}/solo/scores", v2.Game, a.issue)
	api.Put("/beatmaps/{beatmap}/solo/scores/{token}", submit, a.submit)

	api.Get("/users/{user}/scores/{type}", v2.Public, a.ofUser)

	api.Get("/scores", v2.Public, a.latest)
	api.Get("/scores/{score}", v2.Public, a.show)
	api.Get("/scores/{score}/download", v2.Public, a.download)
	api.Get("/scores/{ruleset}/{score}", v2.Public, a.showLegacy)
	api.Get("/scores/{ruleset}/{score}/download", v2.Public, a.downloadLegacy)
}

// beatmap returns the beatmap that the path names.
func (a *Area) beatmap(ctx context.Context, r *v2.Request) (beatmaps.Found, error) {
	id, err := r.ID("beatmap")
	if err != nil {
		return beatmaps.Found{}, err
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: id}})
	if err != nil {
		return beatmaps.Found{}, err
	}
	if len(found) == 0 || found[0].Beatmap.Deleted {
		return beatmaps.Found{}, v2.NotFound("beatmap")
	}
	return found[0], nil
}

// unprocessable is a 422.
func unprocessable(text string) error { return v2.Refuse(http.StatusUnprocessableEntity, text) }
