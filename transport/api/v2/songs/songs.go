// Package songs is the part of API v2 that is about beatmaps: what they are and how hard, search and downloads, what players
// think of them (favourites, tags), and the beatmaps of a user.
//
// Scores on them are package plays' business. Nothing here waits for another server: a beatmap that is not known is looked for by
// the beatmaps module in the background.
package songs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/http/limit"
)

// Config is the section [api.songs].
type Config struct {
	Download time.Duration `koanf:"download_timeout" doc:"how long the download of an archive may take, 1m to 6h"`
	Patience time.Duration `koanf:"lookup_patience" doc:"how long a lookup of an unknown beatmap waits for the sources to tell of it meanwhile, 0s to 5s: lazer forgets the id of a beatmap that was not found"`
}

// DefaultConfig waits a moment for beatmaps that nobody asked for before.
func DefaultConfig() Config {
	return Config{Download: 30 * time.Minute, Patience: time.Second}
}

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Download < time.Minute || c.Download > 6*time.Hour {
		errs = append(errs, fmt.Errorf("download_timeout: must be 1m to 6h, is %v", c.Download))
	}
	if c.Patience < 0 || c.Patience > 5*time.Second {
		errs = append(errs, fmt.Errorf("lookup_patience: must be 0s to 5s, is %v", c.Patience))
	}
	return errors.Join(errs...)
}

// Deps are what the area needs of others.
type Deps struct {
	Beatmaps    Library
	Files       files.Service
	Users       v2.Accounts
	People      People
	Scores      Boards              // nil on a server without scores
	Rankings    Rankings            // nil on one that does not count
	Performance performance.Service // nil on one that does not calculate
	Links       resource.Links
}

// Library is the part of beatmaps.Service that is asked.
type Library interface {
	beatmaps.Opinions
	beatmaps.Tagging
	Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
	Sets(ctx context.Context, ids []int32) ([]beatmaps.Set, error)
	Search(ctx context.Context, query beatmaps.Query) (beatmaps.Page, error)
	Archive(ctx context.Context, setID int32, withoutVideo bool) (beatmaps.Archive, error)
}

// People shows users: *resource.People.
type People interface {
	Compact(ctx context.Context, viewer int32, ids []int32) (map[int32]*resource.User, error)
	Stranger(id int32, name string) *resource.User
}

// Boards is the part of scores.Service that is asked.
type Boards interface {
	Of(ctx context.Context, list scores.List) (scores.Listing, error)
	Grades(ctx context.Context, userID int32, beatmapIDs []int32) ([]scores.BeatmapGrades, error)
}

// Rankings is the part of rankings.Service that is asked.
type Rankings interface {
	Statistics(ctx context.Context, userIDs []int32, board rankings.Board) ([]rankings.Statistics, error)
	MostPlayed(ctx context.Context, userID int32, offset, limit int) ([]rankings.Playcount, int, error)
	Playcounts(ctx context.Context, userID int32, beatmapIDs []int32) ([]int32, error)
}

// Area has the endpoints. It is safe for concurrent use.
type Area struct {
	cfg   Config
	deps  Deps
	waits *limit.Rate // of lookups, by user
}

// A lookup that waits keeps its client's other requests waiting: a user has a few such at once, and then one every few seconds.
const (
	waitsPerSecond = 0.2
	waitBurst      = 10
	waitPlaces     = 4096
)

// New returns the area.
func New(cfg Config, deps Deps) (*Area, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Area{cfg, deps, limit.NewRate(waitsPerSecond, waitBurst, waitPlaces)}, nil
}

// Register adds the endpoints to an API.
func (a *Area) Register(api *v2.API) {
	download := v2.Game
	download.Within = a.cfg.Download

	api.Get("/beatmaps", v2.Public, a.list)
	api.Get("/beatmaps/lookup", v2.Public, a.lookup)
	api.Get("/beatmaps/{beatmap}", v2.Public, a.show)
	api.Post("/beatmaps/{beatmap}/attributes", v2.Public, a.attributes)
	api.Put("/beatmaps/{beatmap}/tags/{tag}", v2.Game, a.tag(true))
	api.Delete("/beatmaps/{beatmap}/tags/{tag}", v2.Game, a.tag(false))
	api.Get("/tags", v2.Public, a.tags)

	api.Get("/beatmapsets/search", v2.Public, a.search)
	api.Get("/beatmapsets/lookup", v2.Public, a.lookupSet)
	api.Get("/beatmapsets/{beatmapset}", v2.Public, a.showSet)
	api.Get("/beatmapsets/{beatmapset}/download", download, a.download)
	api.Post("/beatmapsets/{beatmapset}/favourites", v2.Game, a.favour)

	api.Get("/users/{user}/beatmapsets/{type}", v2.Public, a.ofUser)
	api.Get("/users/{user}/beatmaps-passed", v2.Public, a.passed)
}

// maxForm bounds the body of a request, which has a few fields.
const maxForm = 64 << 10

// allowed fails unless the user who asks may write things that others see.
func (a *Area) allowed(ctx context.Context, r *v2.Request) error {
	found, err := a.deps.Users.Get(ctx, []int32{r.UserID()})
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0 || found[0].Restricted:
		return v2.Refuse(http.StatusForbidden, "You can't do that while your account is restricted.")
	case found[0].Silenced(time.Now()) > 0:
		return v2.Refuse(http.StatusForbidden, "You can't do that while you are silenced.")
	}
	return nil
}
