// Package local gathers findings in SQL: it is the implementation of the moderation contract that ships with Peace.
//
// It follows the log of scores. What the submission itself says is kept at once; everything that takes longer (statistics against
// the beatmap, replays, other replays of the beatmap, shared hardware) is an inspection: a row written in the same transaction,
// which a few workers take up at a bounded rate, also after a restart. Inspecting a score again finds the same again and counts
// nothing twice.
//
// The files: report.go is what callers ask, store.go its SQL; kinds.go what a finding weighs; plan.go what follows from the log;
// queue.go the workers; inspect.go an inspection, with figures.go, recording.go, prints.go and hardware.go as its parts.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Config is the moderation section of the configuration.
type Config struct {
	Workers   int     `koanf:"workers" doc:"scores that are inspected at once, 0 to 16; 0 leaves it to staff"`
	PerSecond float64 `koanf:"per_second" doc:"scores that are inspected in a second at most, 0.1 to 1000"`
	Batch     int     `koanf:"batch" doc:"entries of the log of scores that are dealt with at once, 1 to 1000"`
	Similar   float64 `koanf:"similar" doc:"osu! pixels that the cursors of two replays must be apart on average to be two players, 0 to 50"`
}

// DefaultConfig looks at every score, one after another.
func DefaultConfig() Config { return Config{Workers: 1, PerSecond: 20, Batch: 200, Similar: 12} }

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Workers < 0 || c.Workers > 16:
		return fmt.Errorf("workers: must be 0 to 16, is %d", c.Workers)
	case !(c.PerSecond >= 0.1 && c.PerSecond <= 1000):
		return fmt.Errorf("per_second: must be 0.1 to 1000, is %v", c.PerSecond)
	case c.Batch < 1 || c.Batch > scores.MaxBatch:
		return fmt.Errorf("batch: must be 1 to %d, is %d", scores.MaxBatch, c.Batch)
	case !(c.Similar >= 0 && c.Similar <= 50):
		return fmt.Errorf("similar: must be 0 to 50, is %v", c.Similar)
	}
	return nil
}

// Scores is what the module asks of scores.
type Scores interface {
	scores.Log
	Scores(ctx context.Context, ids []int64) ([]scores.Score, error)
	Replay(ctx context.Context, scoreID int64, viewerID int32) (scores.Replay, error)
}

// Beatmaps is what the module asks of beatmaps.
type Beatmaps interface {
	Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
}

// Performance is what the module asks of performance.
type Performance interface {
	Difficulty(ctx context.Context, target performance.Target) (performance.Difficulty, error)
}

// Users is what the module asks of accounts.
type Users interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Matches(ctx context.Context, id int32) ([]users.Match, error)
	Record(ctx context.Context, entry users.AuditEntry) error
}

// Deps are what the module needs of others.
type Deps struct {
	DB          *database.DB
	Scores      Scores
	Beatmaps    Beatmaps
	Performance Performance
	Files       files.Service
	Users       Users
	Topics      state.Topics
	Log         *slog.Logger
}

// Service keeps findings. It is safe for concurrent use; make one with New.
type Service struct {
	config   Config
	deps     Deps
	store    store
	follower *follow.Follower

	limiter *rate.Limiter
	slots   *semaphore.Weighted // inspections under way, those that staff asked for included
	wake    chan struct{}       // there may be something to inspect
	checked *lru.Cache[int32, time.Time]
}

var _ moderation.Service = (*Service)(nil)

// maxChecked bounds the players of whom is remembered when their hardware was compared.
const maxChecked = 10_000

// New expects a database that has the schema of package migrations.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	checked, err := lru.New[int32, time.Time](maxChecked)
	if err != nil {
		return nil, err
	}
	s := &Service{
		config:  config,
		deps:    deps,
		store:   store{deps.DB},
		limiter: rate.NewLimiter(rate.Limit(config.PerSecond), 1),
		slots:   semaphore.NewWeighted(int64(max(1, config.Workers))),
		wake:    make(chan struct{}, 1),
		checked: checked,
	}
	s.follower = follow.New(
		follow.Config{Table: "moderation_cursors", Name: "scores", Batch: config.Batch},
		follow.Deps{DB: deps.DB, Scores: deps.Scores, Topics: deps.Topics, Log: deps.Log},
		s.plan)
	return s, nil
}

// Run follows the log and inspects what is to be inspected, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		all error
	)
	start := func(run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				cancel()
				mu.Lock()
				defer mu.Unlock()
				all = errors.Join(all, err)
			}
		})
	}
	start(s.follower.Run)
	for range s.config.Workers {
		start(s.work)
	}
	wg.Wait()
	return all
}
