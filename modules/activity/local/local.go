// Package local remembers what players did in SQL: it is the implementation of the activity contract that ships with Peace.
//
// It follows three things. The log of scores (plan.go) and the log of changed beatmaps (sets.go) are followed with a cursor that moves
// in the transaction of the effects, so nothing of them is missed or told twice, also after a crash. New names (names.go) come as
// events, at most once: one that is missed while the module is down is not told.
//
// An event has a source, which is unique: following a log from its start again adds nothing. What a removed score brought about is
// kept, but not shown, and so is what a restricted player did. Old events go (forget.go).
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Config is the activity section of the configuration.
type Config struct {
	Rank  int32         `koanf:"rank" doc:"a personal best that reaches this place of a beatmap's leaderboard or a better one is told, 0 to 100000; 0 for none"`
	Lost  int32         `koanf:"lost" doc:"a lost first place is told when the beatmap has been played this often"`
	Keep  time.Duration `koanf:"keep" doc:"how long events are kept, 24h to 87600h"`
	Batch int           `koanf:"batch" doc:"entries of the log of scores that are dealt with at once, 1 to 1000"`
}

// DefaultConfig tells of ranks as the official server does (ppy/osu-queue-score-statistics
// HighBeatmapLeaderboardRankEventEmitter.cs), but of every first place that is lost: there, only a beatmap of more than 100 plays
// counts.
func DefaultConfig() Config { return Config{Rank: 1000, Keep: 90 * 24 * time.Hour, Batch: 100} }

// Validate reports everything that cannot work, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Rank < 0 || c.Rank > 100_000 {
		errs = append(errs, fmt.Errorf("rank: must be 0 to 100000, is %d", c.Rank))
	}
	if c.Lost < 0 {
		errs = append(errs, fmt.Errorf("lost: must not be negative, is %d", c.Lost))
	}
	if c.Keep < 24*time.Hour || c.Keep > 87600*time.Hour {
		errs = append(errs, fmt.Errorf("keep: must be 24h to 87600h, is %v", c.Keep))
	}
	if c.Batch < 1 || c.Batch > scores.MaxBatch {
		errs = append(errs, fmt.Errorf("batch: must be 1 to %d, is %d", scores.MaxBatch, c.Batch))
	}
	return errors.Join(errs...)
}

// Scores is what the module asks of scores.
type Scores interface {
	scores.Log
	Submitted(ctx context.Context, userID int32, key string) (scores.Result, error)
}

// Beatmaps is what the module asks of beatmaps.
type Beatmaps interface {
	Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
	Sets(ctx context.Context, ids []int32) ([]beatmaps.Set, error)
	Changes(ctx context.Context, after int64, limit int) ([]beatmaps.Change, int64, error)
}

// Users is what the module asks of accounts.
type Users interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Profiles(ctx context.Context, ids []int32) ([]users.Profile, error)
}

// Medals is what the module asks of achievements.
type Medals interface {
	Earned(ctx context.Context, seq, scoreID int64) ([]achievements.Achievement, error)
}

// Deps are what the module needs of others.
type Deps struct {
	DB       *database.DB
	Scores   Scores
	Beatmaps Beatmaps
	Users    Users
	Medals   Medals // nil when there are none
	Topics   state.Topics
	Log      *slog.Logger
}

// Service keeps events. It is safe for concurrent use; make one with New.
type Service struct {
	config   Config
	deps     Deps
	store    store
	follower *follow.Follower
}

var _ activity.Service = (*Service)(nil)

// New expects a database that has the schema of package migrations.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Service{config: config, deps: deps, store: store{deps.DB}}
	s.follower = follow.New(
		follow.Config{Table: "activity_cursors", Name: "scores", Batch: config.Batch},
		follow.Deps{DB: deps.DB, Scores: deps.Scores, Topics: deps.Topics, Log: deps.Log},
		s.plan)
	return s, nil
}

// Run follows everything until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		all error
	)
	for _, run := range []func(context.Context) error{s.follower.Run, s.followSets, s.followNames, s.forget} {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				cancel()
				mu.Lock()
				defer mu.Unlock()
				all = errors.Join(all, err)
			}
		})
	}
	wg.Wait()
	return all
}

// Of implements activity.Service.
func (s *Service) Of(ctx context.Context, userID int32, offset, limit int) ([]activity.Event, error) {
	if limit < 1 || limit > activity.MaxPage || offset < 0 || offset > activity.MaxOffset {
		return nil, activity.ErrTooLarge
	}
	return s.store.of(ctx, userID, offset, limit)
}

// Feed implements activity.Service.
func (s *Service) Feed(ctx context.Context, after int64, descending bool, limit int) ([]activity.Event, error) {
	if limit < 1 || limit > activity.MaxPage {
		return nil, activity.ErrTooLarge
	}
	return s.store.feed(ctx, after, descending, limit)
}

// now is the time as every database stores it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
