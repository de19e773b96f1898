package local

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/rankingspb"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow"
)

// counter follows the log for one count.
type counter struct {
	*follow.Follower

	count   int32
	live    bool          // it counts what players see
	doubted atomic.Bool   // a batch found that its count is in force no more
	retired chan struct{} // closed when its count is in force no more
}

func (s *Service) newCounter(count int32, live bool, log scores.Log) *counter {
	c := &counter{count: count, live: live, retired: make(chan struct{})}
	c.Follower = follow.New(
		follow.Config{Table: "ranking_cursors", Name: cursorOf(count), Batch: s.config.Batch, Every: s.config.Poll},
		follow.Deps{DB: s.store.DB, Scores: log, Topics: s.state, Log: s.log},
		func(ctx context.Context, entries []scores.Entry) (follow.Effects, error) {
			return s.plan(ctx, c, entries)
		})
	return c
}

// turn returns the counter of the count in force.
func (s *Service) turn(ctx context.Context) (*counter, error) {
	s.turning.Lock()
	defer s.turning.Unlock()
	now, err := readCounts(ctx, s.store)
	if err != nil {
		return nil, err
	}
	c := s.counter.Load()
	if c != nil && c.count == now.Live {
		return c, nil
	}
	next := s.newCounter(now.Live, true, s.scores)
	s.counter.Store(next)
	if c != nil {
		close(c.retired)
	}
	return next, nil
}

// thenTimeout bounds what follows a transaction: it goes on when the caller who began it gives up.
const thenTimeout = 5 * time.Second

// plan says what a batch of entries changes.
func (s *Service) plan(ctx context.Context, c *counter, entries []scores.Entry) (follow.Effects, error) {
	if c.live && c.doubted.Load() {
		if _, err := s.turn(ctx); err != nil {
			return follow.Effects{}, err
		}
		return follow.Effects{}, errRetired
	}
	var before ranks
	if c.live {
		before = s.ranksOf(ctx, accounts(entries))
	}
	var l *ledger
	write := func(ctx context.Context, tx bun.Tx) error {
		now, err := readCounts(ctx, tx)
		if err != nil {
			return err
		}
		if c.live && now.Live != c.count || !c.live && now.Shadow != c.count {
			c.doubted.Store(true)
			return errRetired
		}
		l = newLedger(s.rules, c.count)
		if err := l.run(ctx, tx, entries, s.memory); err != nil {
			return err
		}
		if !c.live {
			l.effects = nil // they were told when they happened
		}
		for i := range l.effects {
			e := &l.effects[i]
			e.before.GlobalRank = before[account{e.before.UserID, e.before.Board}]
			e.after.GlobalRank = e.before.GlobalRank
		}
		return l.save(ctx, tx, time.Now().UTC())
	}
	then := func(ctx context.Context) {
		s.memory.keep(l)
		if c.live {
			s.announce(ctx, l)
		}
	}
	return follow.Effects{Write: write, Then: then}, nil
}

// accounts returns whose figures the plays among the entries change.
func accounts(entries []scores.Entry) []account {
	seen := make(map[account]bool)
	var all []account
	for i := range entries {
		if e := &entries[i]; e.Kind == scores.ScoreRecorded && concerns(e) && !seen[accountOf(e.Score)] {
			seen[accountOf(e.Score)] = true
			all = append(all, accountOf(e.Score))
		}
	}
	return all
}

// announce does what follows a batch: ranks, and who is told of them.
func (s *Service) announce(ctx context.Context, l *ledger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), thenTimeout)
	defer cancel()
	if err := s.settle(ctx); err != nil {
		s.log.WarnContext(ctx, "rankings are behind until the next score", "error", err)
		return
	}
	played := make([]account, 0, len(l.effects))
	seen := make(map[account]bool)
	for i := range l.effects {
		if a := (account{l.effects[i].after.UserID, l.effects[i].after.Board}); !seen[a] {
			seen[a] = true
			played = append(played, a)
		}
	}
	after := s.ranksOf(ctx, played)
	for _, e := range l.effects {
		e.after.GlobalRank = after[account{e.after.UserID, e.after.Board}]
		s.memory.effects.Add(e.score, rankings.Effect{Before: e.before, After: e.after})
	}
	if err := s.store.reach(ctx, after, time.Now().UTC()); err != nil {
		s.log.WarnContext(ctx, "best ranks were not kept", "error", err)
	}
	for a := range l.changed {
		s.news.add(a.user)
	}
}

// Effect implements rankings.Service. Ranks of a country are not part of it.
func (s *Service) Effect(ctx context.Context, seq, scoreID int64) (rankings.Effect, error) {
	if err := s.upTo(ctx, seq); err != nil {
		return rankings.Effect{}, err
	}
	if e, ok := s.memory.effects.Get(scoreID); ok {
		return e, nil
	}
	// Another process has counted it, or this one some time ago.
	row := effectRow{ScoreID: scoreID}
	encoded, err := s.store.effect(ctx, row.ScoreID)
	if err != nil {
		return rankings.Effect{}, err
	}
	var message rankingspb.Effect
	if err := proto.Unmarshal(encoded, &message); err != nil {
		return rankings.Effect{}, err
	}
	e, err := rankingspb.ToEffect(&message)
	if err != nil {
		return rankings.Effect{}, err
	}
	a := account{e.After.UserID, e.After.Board}
	if rank, ok := s.ranksOf(ctx, []account{a})[a]; ok {
		e.After.GlobalRank = rank
	}
	return e, nil
}

// maxTurns bounds how many counts may come into force while somebody waits for an entry.
const maxTurns = 5

// upTo counts up to an entry. When another count came into force meanwhile, it is that one which counts.
func (s *Service) upTo(ctx context.Context, seq int64) error {
	c := s.counter.Load()
	for turns := 0; ; turns++ {
		err := c.UpTo(ctx, seq)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, follow.ErrAhead):
			return rankings.ErrPending
		case ctx.Err() != nil || turns == maxTurns:
			return err
		}
		next, turned := s.turn(ctx)
		if turned != nil || next == c {
			return err
		}
		c = next
	}
}
