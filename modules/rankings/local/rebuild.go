package local

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
)

// A rebuild goes through the log a second time, into rows of its own beside those in force, while these are kept up to date as
// ever. It stays behind them, because what a play has changed is noted by the count that players see. When it has nearly
// caught up, one transaction counts the rest and puts it into force. How far it has come is in the database, so it goes on
// after a crash, and several processes may work on the same one.

// Rebuild implements rankings.Service.
func (s *Service) Rebuild(ctx context.Context) iter.Seq2[rankings.Progress, error] {
	return func(yield func(rankings.Progress, error) bool) {
		if err := s.rebuild(ctx, func(p rankings.Progress) bool { return yield(p, nil) }); err != nil && !errors.Is(err, errStopped) {
			yield(rankings.Progress{}, err)
		}
	}
}

// errStopped says that nobody wants the progress any more.
var errStopped = errors.New("stopped")

// progressEvery is how often a rebuild tells how far it is.
const progressEvery = time.Second

func (s *Service) rebuild(ctx context.Context, tell func(rankings.Progress) bool) error {
	shadow, err := s.store.beginShadow(ctx, s.rules)
	if err != nil {
		return err
	}
	if err := s.store.sweep(ctx); err != nil {
		return err
	}
	log := &ceiling{Log: s.scores}
	c := s.newCounter(shadow, false, log)
	if err := c.UpTo(ctx, 0); err != nil {
		return err
	}
	told := time.Now()
	for {
		latest, err := s.scores.Latest(ctx)
		if err != nil {
			return err
		}
		if err := s.upTo(ctx, latest); err != nil {
			return err
		}
		top, err := s.store.livePosition(ctx)
		if err != nil {
			return err
		}
		log.top.Store(top)
		for c.Position() < top {
			err := c.UpTo(ctx, min(c.Position()+int64(s.config.Batch), top))
			switch {
			case errors.Is(err, errRetired):
				return s.overtaken(ctx, tell, shadow, latest)
			case err != nil:
				return err
			case time.Since(told) < progressEvery:
				continue
			}
			told = time.Now()
			if !tell(rankings.Progress{Seq: c.Position(), Latest: max(latest, top)}) {
				return errStopped
			}
		}
		rest, err := s.scores.Entries(ctx, c.Position(), scores.MaxBatch)
		if err != nil {
			return err
		}
		switch done, err := s.promote(ctx, shadow, rest); {
		case errors.Is(err, errRetired):
			return s.overtaken(ctx, tell, shadow, latest)
		case err != nil:
			return err
		case done:
			return s.finish(ctx, tell, latest)
		}
	}
}

// ceiling is the log up to an entry.
type ceiling struct {
	scores.Log
	top atomic.Int64
}

// Entries implements scores.Log.
func (c *ceiling) Entries(ctx context.Context, after int64, limit int) ([]scores.Entry, error) {
	top := c.top.Load()
	if after >= top {
		return nil, nil
	}
	entries, err := c.Log.Entries(ctx, after, limit)
	return upToSeq(entries, top), err
}

// upToSeq returns the entries with numbers up to top.
func upToSeq(entries []scores.Entry, top int64) []scores.Entry {
	n, _ := slices.BinarySearchFunc(entries, top+1, func(e scores.Entry, seq int64) int { return cmp.Compare(e.Seq, seq) })
	return entries[:n]
}

// overtaken ends a rebuild whose count is not in the making any more: another process has put it into force, or has begun anew
// under other rules.
func (s *Service) overtaken(ctx context.Context, tell func(rankings.Progress) bool, shadow int32, latest int64) error {
	c, err := readCounts(ctx, s.store)
	switch {
	case err != nil:
		return err
	case c.Live < shadow:
		return errRetired
	}
	return s.finish(ctx, tell, latest)
}

// onlineTimeout is how long a rebuild waits to hear who is online.
const onlineTimeout = 2 * time.Second

// finish lets players see the new count, and clears away the old one.
func (s *Service) finish(ctx context.Context, tell func(rankings.Progress) bool, latest int64) error {
	if _, err := s.turn(ctx); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.audit(ctx); err != nil {
		return err
	}
	// In a command beside no server nobody is online, and nothing ever says so.
	asking, cancel := context.WithTimeout(ctx, onlineTimeout)
	online, err := s.sessions.Online(asking)
	cancel()
	if err != nil {
		s.log.WarnContext(ctx, "players see what was counted anew when they do something", "error", err)
	}
	s.news.add(online...)
	if err := s.store.sweep(ctx); err != nil {
		return err
	}
	if !tell(rankings.Progress{Seq: latest, Latest: latest}) {
		return errStopped
	}
	return nil
}

// beginShadow returns the count in the making, and begins one when there is none by these rules.
func (s store) beginShadow(ctx context.Context, rules rules) (shadow int32, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := s.lockCounts(ctx, tx)
		if err != nil {
			return err
		}
		if c.Shadow == 0 || c.Settings != rules.String() {
			c.Newest++
			c.Shadow, c.Settings = c.Newest, rules.String()
			if _, err := tx.NewUpdate().Model(&c).WherePK().Exec(ctx); err != nil {
				return err
			}
		}
		shadow = c.Shadow
		return nil
	})
	return shadow, err
}

func (s store) lockCounts(ctx context.Context, tx bun.Tx) (counts, error) {
	var c counts
	q := tx.NewSelect().Model(&c).Where("id = 1")
	if s.Locks() {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	return c, err
}

// livePosition returns up to which entry the count in force goes.
func (s store) livePosition(ctx context.Context) (int64, error) {
	c, err := readCounts(ctx, s)
	if err != nil {
		return 0, err
	}
	positions, err := positions(ctx, s.NewSelect(), c.Live)
	return positions[c.Live], err
}

// positions reads cursors.
func positions(ctx context.Context, q *bun.SelectQuery, counts ...int32) (map[int32]int64, error) {
	names := make([]string, len(counts))
	for i, count := range counts {
		names[i] = cursorOf(count)
	}
	var rows []struct {
		Name     string
		Position int64
	}
	err := q.Table("ranking_cursors").Column("name", "position").Where("name IN (?)", bun.List(names)).Order("name").Scan(ctx, &rows)
	out := make(map[int32]int64, len(rows))
	for _, r := range rows {
		out[counts[slices.Index(names, r.Name)]] = r.Position
	}
	return out, err
}

// promote counts the rest and puts the count in the making into force; it does nothing when the rest is not all. The cursors are
// locked first, as batches lock them first: nothing is counted meanwhile.
func (s *Service) promote(ctx context.Context, shadow int32, rest []scores.Entry) (done bool, err error) {
	c, err := readCounts(ctx, s.store)
	if err != nil {
		return false, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		done = false
		q := tx.NewSelect()
		if s.store.Locks() {
			q = q.For("UPDATE")
		}
		at, err := positions(ctx, q, c.Live, shadow)
		if err != nil {
			return err
		}
		now, err := s.store.lockCounts(ctx, tx)
		switch {
		case err != nil:
			return err
		case now.Shadow != shadow || now.Live != c.Live:
			return errRetired
		}
		missing := upToSeq(rest, at[c.Live])
		missing = missing[len(upToSeq(missing, at[shadow])):]
		if len(missing) > 0 {
			l := newLedger(s.rules, shadow)
			if err := l.run(ctx, tx, missing, s.memory); err != nil {
				return err
			}
			l.effects = nil // they are noted
			if err := l.save(ctx, tx, time.Now().UTC()); err != nil {
				return err
			}
			at[shadow] = missing[len(missing)-1].Seq
		}
		if at[shadow] < at[c.Live] {
			return errShort
		}
		if _, err := tx.NewUpdate().Table("ranking_cursors").Set("position = ?", at[shadow]).Where("name = ?", cursorOf(shadow)).Exec(ctx); err != nil {
			return err
		}
		now.Live, now.Shadow = shadow, 0
		_, err = tx.NewUpdate().Model(&now).WherePK().Exec(ctx)
		done = err == nil
		return err
	})
	if errors.Is(err, errShort) {
		return false, nil
	}
	return done && err == nil, err
}

// errShort says that the rest was not all.
var errShort = errors.New("more was counted meanwhile")

// sweepUsers is how many players are swept away at once.
const sweepUsers = 200

// sweep removes what belongs to counts that are neither in force nor in the making.
func (s store) sweep(ctx context.Context) error {
	c, err := readCounts(ctx, s)
	if err != nil {
		return err
	}
	var names []string
	if err := s.NewSelect().Table("ranking_cursors").Column("name").Scan(ctx, &names); err != nil {
		return err
	}
	for _, name := range names {
		count, err := strconv.ParseInt(name, 10, 32)
		if err != nil || int32(count) == c.Live || int32(count) == c.Shadow {
			continue
		}
		if err := s.sweepCount(ctx, int32(count)); err != nil {
			return err
		}
	}
	return nil
}

func (s store) sweepCount(ctx context.Context, count int32) error {
	for {
		var users []int32
		err := s.NewSelect().Model((*figures)(nil)).Column("user_id").Where("count_id = ?", count).Order("user_id").
			Limit(sweepUsers).Scan(ctx, &users)
		if err != nil {
			return err
		}
		if len(users) == 0 {
			break
		}
		for _, table := range []string{"ranking_scores", "ranking_bests", "ranking_months", "ranking_playcounts", "user_statistics"} {
			_, err := s.NewDelete().Table(table).Where("count_id = ?", count).Where("user_id >= ?", users[0]).
				Where("user_id <= ?", users[len(users)-1]).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	_, err := s.NewDelete().Table("ranking_cursors").Where("name = ?", cursorOf(count)).Exec(ctx)
	return err
}
