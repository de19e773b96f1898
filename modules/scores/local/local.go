// Package local keeps scores in SQL: it is the implementation of the scores contract that ships with Peace.
//
// A submission goes three steps. It is kept: its bytes are a row before anything else happens. It is weighed: other modules are
// asked about its beatmap, its player and its pp. It is settled: the score, its places, the counts, the log and the submission's
// outcome are written in one transaction. Whatever is interrupted between is found by Run and done later, by whichever process comes
// first. Submissions that arrive together share the transactions of the first and the last step.
//
// All that writes scores does so in turns (turn.go), which makes the log gapless and in the order of commits. What a board is made
// of is worked out by a ledger (ledger.go), for a new score as for those that were removed, restored or rated anew. Boards that are
// looked at stay in memory (boards.go).
package local

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Deps are what the module needs of others.
type Deps struct {
	DB          *database.DB
	State       state.Topics
	Users       users.Service
	Beatmaps    beatmaps.Service
	Performance performance.Service // nil: scores have no pp, and stable's no standardised total
	Log         *slog.Logger
}

// Service keeps scores. It is safe for concurrent use; make one with New.
type Service struct {
	cfg    Config
	deps   Deps
	db     *database.DB
	log    *slog.Logger
	boards *boards

	turns    chan struct{} // holds a value while a turn is taken
	keeping  lane[*intake]
	settling lane[*intake]
	wake     chan struct{} // tells Run that there is something to process
	stop     func(step string) error
}

var _ scores.Service = (*Service)(nil)

// New expects a database that has the schema of package migrations.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Service{
		cfg: cfg, deps: deps, db: deps.DB, log: deps.Log, boards: newBoards(deps.DB, cfg.Cache),
		turns: make(chan struct{}, 1), wake: make(chan struct{}, 1),
	}
	s.keeping = lane[*intake]{batch: cfg.Batch, limit: cfg.Queue, timeout: cfg.Timeout, run: s.keep}
	s.settling = lane[*intake]{batch: cfg.Batch, limit: cfg.Queue, timeout: cfg.Timeout, run: s.settle}
	return s, nil
}

// Run processes what was interrupted or has to wait, and follows what other modules tell, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, loop := range []func(context.Context){
		s.processDue, s.reviewStale, s.pushCounts, s.followUsers, s.followBeatmaps, s.followScores, s.forgetTokens,
	} {
		wg.Go(func() { loop(ctx) })
	}
	wg.Wait()
	return nil
}

// Check reports whether the tables answer.
func (s *Service) Check(ctx context.Context) error {
	if _, err := s.Latest(ctx); err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	return nil
}

// every calls work at once and then at each interval, or when wake receives, until ctx ends. wake may be nil.
func every(ctx context.Context, interval time.Duration, wake <-chan struct{}, work func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		work()
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-wake:
		}
	}
}
