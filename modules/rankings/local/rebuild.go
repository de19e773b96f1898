package local

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/rankings"
)

// A rebuild goes through the log a second time, into rows of its own beside those in force, while these are kept up to date as
// ever. When it has caught up, one transaction puts it into force. How far it has come is in the database, so it goes on
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
	c := s.newCounter(shadow, false)
	told := time.Now()
	for {
		latest, err := s.scores.Latest(ctx)
		if err != nil {
			return err
		}
		for c.Position() < latest {
			next := min(c.Position()+int64(s.config.Batch), latest)
			if err := c.UpTo(ctx, next); errors.Is(err, errRetired) {
				return s.finish(ctx, tell, latest) // another process has put it into force
			} else if err != nil {
				return err
			}
			if time.Since(told) >= progressEvery {
				told = time.Now()
				if !tell(rankings.Progress{Seq: c.Position(), Latest: latest}) {
					return errStopped
				}
			}
		}
		done, err := s.store.promote(ctx, shadow)
		if err != nil {
			return err
		}
		if done {
			return s.finish(ctx, tell, latest)
		}
	}
}

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

// promote puts the count in the making into force unless that has come further in the log. Their cursors are locked first, as
// batches lock them first: nothing is counted meanwhile.
func (s store) promote(ctx context.Context, shadow int32) (done bool, err error) {
	c, err := readCounts(ctx, s)
	if err != nil || c.Live == shadow {
		return err == nil, err
	}
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		done = false
		positions := make(map[string]int64)
		var rows []struct {
			Name     string
			Position int64
		}
		q := tx.NewSelect().Table("ranking_cursors").Column("name", "position").
			Where("name IN (?)", bun.List([]string{cursorOf(c.Live), cursorOf(shadow)})).Order("name")
		if s.Locks() {
			q = q.For("UPDATE")
		}
		if err := q.Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			positions[r.Name] = r.Position
		}
		now, err := s.lockCounts(ctx, tx)
		switch {
		case err != nil:
			return err
		case now.Live == shadow: // by another process
			done = true
			return nil
		case now.Shadow != shadow || now.Live != c.Live:
			return errRetired
		case positions[cursorOf(shadow)] < positions[cursorOf(c.Live)]:
			return nil
		}
		now.Live, now.Shadow = shadow, 0
		_, err = tx.NewUpdate().Model(&now).WherePK().Exec(ctx)
		done = err == nil
		return err
	})
	return done && err == nil, err
}

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
		for _, table := range []string{"ranking_scores", "ranking_bests", "ranking_months", "user_statistics"} {
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
