// Package local awards medals: it is the implementation of the achievements contract that ships with Peace.
//
// It follows the log of scores. Each score that is good enough for a medal is a row, an earning; a user has a medal while he has
// an earning of it, and it counts as earned by the score that brought it first. So a medal goes when the last such score is
// removed, and comes back when it is restored. The earnings of a restricted player are kept, too, and give him medals once he is
// not restricted any more.
//
// The files: standard.go is the standard set, medal.go what a medal is, plan.go what entries of the log change, store.go the SQL.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu"
)

// Config is the achievements section of the configuration.
type Config struct {
	Standard bool `koanf:"standard" doc:"award the standard set of medals"`
	Assisted bool `koanf:"assisted" doc:"plays with Relax or Autopilot earn medals of the standard set, too"`
	Batch    int  `koanf:"batch" doc:"entries of the log of scores that are dealt with at once, 1 to 1000"`
}

// DefaultConfig awards the standard set to those who play themselves.
func DefaultConfig() Config { return Config{Standard: true, Batch: 200} }

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	if c.Batch < 1 || c.Batch > scores.MaxBatch {
		return fmt.Errorf("batch: must be 1 to %d, is %d", scores.MaxBatch, c.Batch)
	}
	return nil
}

// Beatmaps is what the module asks of beatmaps.
type Beatmaps interface {
	Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
}

// Performance is what the module asks of performance.
type Performance interface {
	Difficulty(ctx context.Context, target performance.Target) (performance.Difficulty, error)
}

// Deps are what the module needs of others.
type Deps struct {
	DB          *database.DB
	Scores      scores.Log
	Beatmaps    Beatmaps
	Performance Performance
	Topics      state.Topics
	Log         *slog.Logger

	// Medals are awarded beside the standard set; one whose File is that of a standard one takes its place.
	Medals []Medal
}

// Service awards medals. It is safe for concurrent use; make one with New.
type Service struct {
	config   Config
	deps     Deps
	store    store
	follower *follow.Follower

	medals []numbered // by id
	byID   map[int32]numbered
}

var _ achievements.Service = (*Service)(nil)

// numbered is a medal with its number.
type numbered struct {
	Medal

	id int32
}

// New expects a database that has the schema of package migrations, and gives new medals their numbers there.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Service{config: config, deps: deps, store: store{deps.DB}, byID: map[int32]numbered{}}
	medals, err := s.collect()
	if err != nil {
		return nil, err
	}
	files := make([]string, len(medals))
	for i, m := range medals {
		files[i] = m.File
	}
	ids, err := s.store.number(ctx, files)
	if err != nil {
		return nil, fmt.Errorf("achievements: number medals: %w", err)
	}
	for _, m := range medals {
		n := numbered{m, ids[m.File]}
		s.medals = append(s.medals, n)
		s.byID[n.id] = n
	}
	slices.SortFunc(s.medals, func(a, b numbered) int { return int(a.id - b.id) })
	s.follower = follow.New(
		follow.Config{Table: "medal_cursors", Name: "scores", Batch: config.Batch},
		follow.Deps{DB: deps.DB, Scores: deps.Scores, Topics: deps.Topics, Log: deps.Log},
		s.plan)
	return s, nil
}

// collect puts the medals together and checks those from outside.
func (s *Service) collect() ([]Medal, error) {
	medals := slices.Clone(s.deps.Medals)
	taken := map[string]bool{}
	for _, m := range medals {
		if err := m.validate(); err != nil {
			return nil, err
		}
		if taken[m.File] {
			return nil, fmt.Errorf("achievements: there are two medals %q", m.File)
		}
		taken[m.File] = true
	}
	if s.config.Standard {
		for _, m := range Standard() {
			if !taken[m.File] {
				medals = append(medals, s.unassisted(m))
			}
		}
	}
	return medals, nil
}

// unassisted keeps a medal from plays in which the game aimed or tapped, unless the server wants it otherwise.
func (s *Service) unassisted(m Medal) Medal {
	if s.config.Assisted {
		return m
	}
	earned := m.Earned
	m.Earned = func(ctx context.Context, play Play) (bool, error) {
		if play.Score.Variant != osu.Vanilla {
			return false, nil
		}
		return earned(ctx, play)
	}
	return m
}

// Run follows the log until ctx ends.
func (s *Service) Run(ctx context.Context) error { return s.follower.Run(ctx) }

// Achievements implements achievements.Service.
func (s *Service) Achievements(context.Context) ([]achievements.Achievement, error) {
	all := make([]achievements.Achievement, len(s.medals))
	for i, m := range s.medals {
		all[i] = m.describe()
	}
	return all, nil
}

// Of implements achievements.Service.
func (s *Service) Of(ctx context.Context, userIDs []int32) ([]achievements.Award, error) {
	switch {
	case len(userIDs) > achievements.MaxBatch:
		return nil, achievements.ErrTooLarge
	case len(userIDs) == 0:
		return nil, nil
	}
	awards, err := s.store.awards(ctx, userIDs)
	if err != nil {
		return nil, err
	}
	// Those of medals that this server had once are kept, but nobody could say what they are.
	return slices.DeleteFunc(awards, func(a achievements.Award) bool { return s.byID[a.AchievementID].Earned == nil }), nil
}

// patience is how long Earned works through the log before its caller has to ask again.
const patience = 5 * time.Second

// Earned implements achievements.Service.
func (s *Service) Earned(ctx context.Context, seq, scoreID int64) ([]achievements.Achievement, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.follower.UpTo(waiting, seq); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !errors.Is(err, follow.ErrAhead) {
			s.deps.Log.WarnContext(ctx, "a score was not looked at in time", "score", scoreID, "error", err)
		}
		return nil, achievements.ErrPending
	}
	ids, err := s.store.earnedBy(ctx, scoreID)
	if err != nil {
		return nil, err
	}
	var earned []achievements.Achievement
	for _, id := range ids {
		if m, ok := s.byID[id]; ok {
			earned = append(earned, m.describe())
		}
	}
	return earned, nil
}
