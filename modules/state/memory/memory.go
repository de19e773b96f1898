// Package memory is state's engine for one process: everything is in memory, and a journal in SQLite carries it over a restart
// and over kill -9.
//
// Writers (Apply, Append, expiry) take turns under one mutex, so every order that the contract promises is the order in which
// they got it. Readers do not wait for them: what readers look at is under a second lock that a writer takes only for the
// moment in which it changes records or their index, never while it fills mailboxes. A mailbox has a small lock of its own, so
// a drain goes on while an append walks through 50,000 others.
//
// Locks are taken in this order: Service.write, Service.mu, mailbox.mu, journal.mu.
//
// The choice between this engine and Redis is made in package local, not here.
package memory

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/internal/feed"
)

var _ state.Service = (*Service)(nil)

// Config sets up the engine.
type Config struct {
	// Journal is the path of the journal's file. Empty means no journal: a restart begins with nothing.
	Journal string
	// Interval is the time between two writes of what changed.
	Interval time.Duration
}

// Service is the engine. It implements state.Service.
type Service struct {
	log     *slog.Logger
	began   time.Time
	journal *journal // nil without one
	boards  boards
	topics  topics

	write   sync.Mutex // held by every writer from its first look to its last effect
	seq     uint64     // the last version or item id given out
	mark    uint64     // see transaction.address
	targets []*record  // scratch of transaction.address
	effects []effect   // scratch of transaction
	expiry  expiry

	mu     sync.RWMutex // guards the fields below; writers hold write as well
	spaces map[string]*space

	closing chan struct{}
	close   sync.Once
	closed  bool // guarded by write
}

// New opens the journal, takes it for this process alone and loads what it holds. Every record gets its whole time to live
// again. New starts nothing: Run does.
func New(ctx context.Context, config Config, log *slog.Logger) (*Service, error) {
	s := &Service{
		log:    log,
		began:  time.Now(),
		spaces: make(map[string]*space),
		// A start never goes back to a number that an earlier one gave out, not even without a journal: nobody makes more
		// than one a microsecond for long. The journal makes sure when the clock is set back.
		seq:     uint64(time.Now().UnixMicro()),
		closing: make(chan struct{}),
	}
	s.expiry.wake = make(chan struct{}, 1)
	s.boards.byName = make(map[string]*board)
	s.topics.byName = make(map[string]map[*feed.Feed[notice]]struct{})
	if config.Journal == "" {
		return s, nil
	}
	if err := s.openJournal(ctx, config); err != nil {
		return nil, err
	}
	return s, nil
}

// Run expires records and writes the journal until ctx ends. It returns nil then.
func (s *Service) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { s.runExpiry(ctx) })
	if s.journal != nil {
		loops.Go(func() { s.runJournal(ctx) })
	}
	loops.Wait()
	return nil
}

// Close ends watches, subscriptions and waiting drains, writes the journal a last time and closes it. Everything after it is
// refused. Further calls do nothing.
func (s *Service) Close() error {
	var err error
	s.close.Do(func() {
		s.write.Lock()
		s.closed = true
		s.write.Unlock()
		close(s.closing)
		if s.journal != nil {
			err = errors.Join(s.flush(), s.journal.store.close())
		}
	})
	return err
}

// Check reports whether the journal can be written.
func (s *Service) Check(context.Context) error {
	if s.journal == nil {
		return nil
	}
	return s.journal.health()
}

// Stats are figures for metrics.
type Stats struct {
	Records         int    // in all spaces
	Boards          int    // with at least one member
	Watches         int    // watches and subscriptions that stand
	JournalWrites   uint64 // transactions committed
	JournalFailures uint64 // transactions that failed
}

// Stats counts.
func (s *Service) Stats() Stats {
	var stats Stats
	s.mu.RLock()
	for _, sp := range s.spaces {
		stats.Records += len(sp.records)
		stats.Watches += len(sp.watches)
	}
	s.mu.RUnlock()
	stats.Boards = s.boards.count()
	stats.Watches += s.topics.count()
	if s.journal != nil {
		stats.JournalWrites, stats.JournalFailures = s.journal.writes.Load(), s.journal.failures.Load()
	}
	return stats
}

// now is the time since the engine began, in nanoseconds: it does not jump when the clock is set.
func (s *Service) now() int64 { return int64(time.Since(s.began)) }

// next gives out a version or an item id. The caller holds s.write.
func (s *Service) next() uint64 {
	s.seq++
	return s.seq
}
