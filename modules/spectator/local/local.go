// Package local keeps plays and watchers in state: it is the implementation of the spectator contract that ships with Peace.
//
// Everything that matters is in state or in the files module, so it outlives this package (record.go has the layout). A player's
// plays are one record, changed by compare and swap (plays.go). Frames of a play with a token are appended, durably, to mailboxes of
// small records, and go on to files when one is full (frames.go, chunks.go), so that a long play costs state no more than a
// short one. Who watches is a record for each client that does (watch.go); #spectator is a temporary channel of chat (channel.go).
//
// A play with a token that has ended is a job (jobs.go): it waits for its score, tells the player when that is counted, and puts the
// replay together (replay.go). A job belongs to whichever process leases it, and is taken over when that dies. Plays whose client is
// gone are found and ended by patrol.go, and those of players who are restricted are hidden by accounts.go.
package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Config is the section [spectator].
type Config struct {
	Return  time.Duration `koanf:"return" doc:"how long the play of a lost client waits for it to come back, 10s to 1h"`
	Score   time.Duration `koanf:"score" doc:"how long a play that ended waits for its score, 1s to 10m"`
	Pending time.Duration `koanf:"pending" doc:"how long its replay waits when the score is kept but cannot be processed, 1m to 168h"`
	Patrol  time.Duration `koanf:"patrol" doc:"how often to look for plays and watchers whose client is gone, 1s to 10m"`
	Workers int           `koanf:"workers" doc:"replays that are put together at once, 1 to 64"`
	Jobs    int           `koanf:"jobs" doc:"plays that ended and are waited for at once in a process, 1 to 100000"`
}

// DefaultConfig is as patient as the official server.
func DefaultConfig() Config {
	return Config{
		Return: 5 * time.Minute, Score: 30 * time.Second, Pending: 24 * time.Hour, Patrol: 15 * time.Second, Workers: 2, Jobs: 2000,
	}
}

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	for _, span := range []struct {
		key            string
		d, least, most time.Duration
	}{
		{"return", c.Return, 10 * time.Second, time.Hour},
		{"score", c.Score, time.Second, 10 * time.Minute},
		{"pending", c.Pending, time.Minute, 168 * time.Hour},
		{"patrol", c.Patrol, time.Second, 10 * time.Minute},
	} {
		if span.d < span.least || span.d > span.most {
			errs = append(errs, fmt.Errorf("%s: must be %v to %v, is %v", span.key, span.least, span.most, span.d))
		}
	}
	if c.Workers < 1 || c.Workers > 64 {
		errs = append(errs, fmt.Errorf("workers: must be 1 to 64, is %d", c.Workers))
	}
	if c.Jobs < 1 || c.Jobs > 100_000 {
		errs = append(errs, fmt.Errorf("jobs: must be 1 to 100000, is %d", c.Jobs))
	}
	return errors.Join(errs...)
}

// Deps are what the module needs of others. Without Chat there is no #spectator; without Rankings, a player is told of his score as
// soon as it can be read; without Scores and Files nothing becomes of a play that ends.
type Deps struct {
	State    state.Service
	Users    Accounts
	Sessions Sessions
	Beatmaps Beatmaps
	Chat     Chat
	Scores   Scores
	Rankings Rankings
	Files    files.Service
	Log      *slog.Logger
}

// The parts of other modules' contracts that are used.
type (
	// Accounts is of users.
	Accounts interface {
		Get(ctx context.Context, ids []int32) ([]users.User, error)
	}
	// Sessions is of sessions.
	Sessions interface {
		Get(ctx context.Context, id string) (sessions.Session, error)
		Of(ctx context.Context, userIDs []int32) ([]sessions.Session, error)
		Presences(ctx context.Context, userIDs []int32) ([]sessions.Presence, error)
		Update(ctx context.Context, id string, update sessions.Update) (sessions.Session, error)
	}
	// Beatmaps is of beatmaps.
	Beatmaps interface {
		Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
	}
	// Chat is of chat.
	Chat interface {
		Open(ctx context.Context, channel chat.Channel) (chat.Channel, error)
		Close(ctx context.Context, name string) error
		Join(ctx context.Context, sessionID, channel string) (chat.Channel, error)
		Part(ctx context.Context, sessionID, channel string) error
	}
	// Scores is of scores.
	Scores interface {
		Token(ctx context.Context, id int64) (scores.Token, error)
		Submitted(ctx context.Context, userID int32, key string) (scores.Result, error)
		Attach(ctx context.Context, submissionKey, replay string) error
	}
	// Rankings is of rankings.
	Rankings interface {
		Effect(ctx context.Context, seq, scoreID int64) (rankings.Effect, error)
	}
)

// Service knows plays and watchers. It is safe for concurrent use; make one with New.
type Service struct {
	cfg  Config
	deps Deps
	log  *slog.Logger
	live live
	jobs jobs

	// Constants of their names, which tests make smaller.
	chunkBytes           int
	leaseTime, jobsEvery time.Duration
}

var _ spectator.Service = (*Service)(nil)

// New returns the service. It asks nothing of the other modules.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Service{
		cfg: cfg, deps: deps, log: deps.Log, jobs: newJobs(cfg),
		live:       live{process: rand.Text()[:10], plays: map[spectator.Player]*stream{}},
		chunkBytes: chunkBytes, leaseTime: leaseTime, jobsEvery: jobsEvery,
	}, nil
}

// Run finishes plays that ended, and ends those whose client is gone, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, loop := range []func(context.Context){s.finishAll, s.hearScores, s.hearAccounts, s.patrol, s.watchSessions} {
		wg.Go(func() { loop(ctx) })
	}
	wg.Wait()
	return nil
}
