package rankings_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/rankings/rankingstest"
)

// until waits for what happens elsewhere in this process.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			t.Fatal(what)
		}
	}
}

// TestUpkeep finds ranks written down, those of earlier days kept, and old effects gone.
func TestUpkeep(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		book, store := rankingstest.NewBook(), newState(t)
		s := process(t, db, book, store, func(c *local.Config) { c.HistoryDays = 5 })
		book.Play(pass(1, 1, 100))
		play, seq := book.Play(pass(2, 1, 200))
		if _, err := s.Effect(t.Context(), seq, play.ID); err != nil {
			t.Fatal(err)
		}
		history := func(user int32) rankings.History {
			t.Helper()
			h, err := s.History(t.Context(), user, standard)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		if h := history(1); h.Highest != 2 || !slices.Equal(h.Ranks, []int32{0, 0, 0, 0, 2}) {
			t.Errorf("before the first night: %+v", h)
		}
		stop := run(t, s)
		written := func() bool {
			var n int
			if err := db.NewSelect().Table("rank_histories").ColumnExpr("COUNT(*)").Where("day > 0").Scan(t.Context(), &n); err != nil {
				t.Fatal(err)
			}
			return n == 2
		}
		until(t, "no ranks were written down", written)
		stop()
		// Two days pass, and on the third one ranks are others.
		for _, statement := range []string{
			"UPDATE rank_histories SET day = day - 2",
			"UPDATE ranking_effects SET counted_at = '2020-01-01 00:00:00'",
		} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		better, seq := book.Play(pass(1, 2, 500))
		again := process(t, db, book, store, func(c *local.Config) { c.HistoryDays = 5 })
		if _, err := again.Effect(t.Context(), seq, better.ID); err != nil {
			t.Fatal(err)
		}
		if h := history(1); h.Highest != 1 || !slices.Equal(h.Ranks, []int32{0, 0, 2, 0, 1}) {
			t.Errorf("two days later: %+v", h)
		}
		if h := history(2); h.Highest != 1 || !slices.Equal(h.Ranks, []int32{0, 0, 1, 0, 2}) {
			t.Errorf("two days later, of the other one: %+v", h)
		}
		for days, want := range map[int][]int32{2: {2, 0, 1}, 1: {0, 0, 0}, 3: {0, 0, 0}} {
			if ago, err := again.RanksAgo(t.Context(), []int32{1, 3, 2}, standard, days); err != nil || !slices.Equal(ago, want) {
				t.Errorf("ranks %d days ago: %v, %v, want %v", days, ago, err, want)
			}
		}
		run(t, again)
		third := process(t, db, book, store)
		until(t, "the old effect is still there", func() bool {
			_, err := third.Effect(t.Context(), 0, play.ID)
			return errors.Is(err, rankings.ErrNoScore)
		})
		if _, err := third.Effect(t.Context(), 0, better.ID); err != nil {
			t.Errorf("the new effect: %v", err)
		}
	})
}
