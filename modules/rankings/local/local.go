// Package local counts for players in SQL and ranks them on boards of the state module: it is the implementation of the rankings
// contract that ships with Peace.
//
// Entries of the log come in batches (counter.go). A batch is read into a ledger (ledger.go), which knows what entries mean
// and how figures are made (formula.go), and written with the position in the log in one transaction (batch.go). Then the
// boards are brought up to date (boards.go), and the sessions of the players are told (news.go).
//
// Everything hangs on a count (rebuild.go): one is in force; another one may be in the making, with rows of its own.
package local

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
)

// Deps are what the module needs of others.
type Deps struct {
	DB       *database.DB
	Scores   scores.Log
	State    state.Service
	Sessions sessions.Service
	Log      *slog.Logger
}

// Service counts. It is safe for concurrent use; make one with New.
type Service struct {
	config   Config
	rules    rules
	store    store
	scores   scores.Log
	state    state.Service
	sessions sessions.Service
	log      *slog.Logger

	memory  *memory
	counter atomic.Pointer[counter] // of the count that was in force when it was last looked
	turning sync.Mutex              // held while the counter is replaced

	settling sync.Mutex
	settled  *settled // nil until it is read; guarded by settling

	news      news
	countries countries
	flights   singleflight.Group
}

// New expects a database that has the schema of package migrations. It asks nothing of the other modules.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	memory, err := newMemory()
	if err != nil {
		return nil, err
	}
	s := &Service{
		config: config, rules: config.rules(), store: store{deps.DB}, scores: deps.Scores, state: deps.State,
		sessions: deps.Sessions, log: deps.Log, memory: memory, news: newNews(),
	}
	if _, err := s.turn(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func check(board rankings.Board) error {
	if !board.Variant.In(board.Ruleset) {
		return rankings.ErrBadBoard
	}
	return nil
}

// Statistics implements rankings.Service.
func (s *Service) Statistics(ctx context.Context, userIDs []int32, board rankings.Board) ([]rankings.Statistics, error) {
	if len(userIDs) > rankings.MaxBatch {
		return nil, rankings.ErrTooLarge
	}
	if err := check(board); err != nil || len(userIDs) == 0 {
		return nil, err
	}
	known, err := s.store.statistics(ctx, userIDs, board)
	if err != nil {
		return nil, err
	}
	all := make([]rankings.Statistics, len(userIDs))
	for i, id := range userIDs {
		var ok bool
		if all[i], ok = known[id]; !ok {
			all[i] = rankings.Statistics{UserID: id, Board: board}
		}
	}
	return all, s.rank(ctx, board, all)
}

// Viewed implements rankings.Service.
func (s *Service) Viewed(ctx context.Context, userID int32, board rankings.Board) error {
	if err := check(board); err != nil {
		return err
	}
	return s.store.view(ctx, userID, board, time.Now())
}
