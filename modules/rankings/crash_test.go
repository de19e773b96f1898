package rankings_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/rankings/rankingstest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

// process is one of several that count from the same log.
func process(t *testing.T, db *database.DB, book scores.Log, store state.Service, edit ...func(*local.Config)) *local.Service {
	t.Helper()
	config := local.DefaultConfig()
	config.Poll = 100 * time.Millisecond
	for _, f := range edit {
		f(&config)
	}
	s, err := local.New(t.Context(), config, local.Deps{
		DB: db, Scores: book, State: store, Sessions: nobody{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nobody is a registry of sessions without any.
type nobody struct{ sessions.Service }

func (nobody) Of(context.Context, []int32) ([]sessions.Session, error) { return nil, nil }
func (nobody) Online(context.Context) ([]int32, error)                 { return nil, nil }

func newState(t *testing.T) *memory.Service {
	t.Helper()
	store, err := memory.New(t.Context(), memory.Config{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// run runs a process until the test ends or stop is called.
func run(t *testing.T, s *local.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

var standard = rankings.Board{Ruleset: osu.Standard}

func pass(user, beatmap int32, pp float64) scores.Score {
	return scores.Score{
		UserID: user, BeatmapID: beatmap, PP: &pp, Passed: true, Ranked: true, Classic: int64(pp), Accuracy: 0.9, Grade: osu.GradeA,
		EndedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
}

// agree asks until the statistics of users are what they should be, ranks included.
func agree(t *testing.T, s rankings.Service, book *rankingstest.Book, users ...int32) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var last string
	for ctx.Err() == nil {
		got, err := s.Statistics(ctx, users, standard)
		if err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		if last = book.Differs(got); last == "" {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Millisecond):
		}
	}
	t.Fatal(last)
}

// flaky is a state whose boards fail when they should.
type flaky struct {
	state.Service
	down atomic.Bool
}

var errDown = fault.New(fault.Unavailable, "test", "down", "state is down")

func (f *flaky) SetScores(ctx context.Context, board string, scores []state.Score) error {
	if f.down.Load() {
		return errDown
	}
	return f.Service.SetScores(ctx, board, scores)
}

func (f *flaky) RemoveMembers(ctx context.Context, board string, members []int64) error {
	if f.down.Load() {
		return errDown
	}
	return f.Service.RemoveMembers(ctx, board, members)
}

// TestBoardsMend counts while the boards cannot be reached, as if the process died between the transaction and the boards. They
// are mended by the next play, by the next process, and when they are lost altogether.
func TestBoardsMend(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		book, store := rankingstest.NewBook(), &flaky{Service: newState(t)}
		s := process(t, db, book, store)
		count := func(s *local.Service, seq int64) {
			t.Helper()
			if _, err := s.Effect(t.Context(), seq, 1<<60); !errors.Is(err, rankings.ErrNoScore) {
				t.Fatal(err)
			}
		}
		book.Play(pass(1, 1, 100))
		book.Play(pass(2, 1, 50))
		_, seq := book.Play(pass(3, 1, 10))
		count(s, seq)
		agree(t, s, book, 1, 2, 3)

		store.down.Store(true)
		book.Play(pass(2, 2, 200))
		book.Move(1, "FR")
		book.Move(1, "JP")
		count(s, book.Hide(3))
		if got, err := s.Statistics(t.Context(), []int32{2}, standard); err != nil || got[0].GlobalRank != 2 {
			t.Fatalf("the boards were reached: %+v, %v", got, err)
		}
		store.down.Store(false)
		_, seq = book.Play(pass(4, 1, 60))
		count(s, seq)
		agree(t, s, book, 1, 2, 3, 4)

		store.down.Store(true)
		book.Show(3)
		_, seq = book.Play(pass(3, 3, 500))
		count(s, seq)
		store.down.Store(false)
		next := process(t, db, book, store)
		stop := run(t, next)
		agree(t, next, book, 1, 2, 3, 4)
		stop()

		empty := newState(t)
		last := process(t, db, book, empty)
		run(t, last)
		agree(t, last, book, 1, 2, 3, 4)
	})
}

// TestStrangersLeave puts members on boards that do not belong there, and takes some off that do.
func TestStrangersLeave(t *testing.T) {
	db, store, book := databasetest.Open(t, database.SQLite), newState(t), rankingstest.NewBook()
	s := process(t, db, book, store)
	book.Play(pass(1, 1, 100))
	_, seq := book.Play(pass(2, 1, 50))
	if _, err := s.Effect(t.Context(), seq, 2); err != nil {
		t.Fatal(err)
	}
	page, err := s.Ranking(t.Context(), rankings.Listing{Board: standard, By: rankings.ByPerformance, Limit: 10})
	if err != nil || page.Total != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, board := range []string{"rankings.0.0.1.", "rankings.0.0.2.DE"} {
		if err := store.SetScores(t.Context(), board, []state.Score{{Member: 99, Value: 1e6}, {Member: 98, Value: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.DropBoard(t.Context(), "rankings.0.0.1.DE"); err != nil {
		t.Fatal(err)
	}
	run(t, process(t, db, book, store))
	agree(t, s, book, 1, 2)
	for _, by := range []rankings.By{rankings.ByPerformance, rankings.ByRankedScore} {
		for _, country := range []string{"", "DE"} {
			for t.Context().Err() == nil {
				page, err := s.Ranking(t.Context(), rankings.Listing{Board: standard, By: by, Country: country, Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				if page.Total == 2 && len(page.Statistics) == 2 {
					break
				}
			}
		}
	}
}

// TestProcesses has several processes count from one log, each asked for the plays that it took, with rebuilds on the way.
func TestProcesses(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, book := newState(t), rankingstest.NewBook()
		const processes, plays = 3, 60
		users := []int32{1, 2, 3, 4, 5}
		var wg sync.WaitGroup
		var all []*local.Service
		for range processes {
			all = append(all, process(t, db, book, store, func(c *local.Config) { c.Batch = 7 }))
		}
		run(t, all[0])
		for i, s := range all {
			wg.Go(func() {
				for n := range plays {
					play, seq := book.Play(pass(users[(i+n)%len(users)], int32(10*n+i+1), float64(1+n*(i+1))))
					if _, err := s.Effect(t.Context(), seq, play.ID); err != nil {
						t.Error(err)
						return
					}
					if n == 10*(i+1) {
						for _, err := range s.Rebuild(t.Context()) {
							if err != nil {
								t.Error(err)
							}
						}
					}
				}
			})
		}
		wg.Wait()
		for _, s := range all {
			agree(t, s, book, users...)
		}
	})
}

// failing makes one of the statements fail, and with it the transaction, as if the process had died there.
type failing struct{ left, deaths atomic.Int64 }

func (f *failing) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	if f.left.Add(-1) == 0 {
		f.deaths.Add(1)
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx
	}
	return ctx
}

func (f *failing) AfterQuery(context.Context, *bun.QueryEvent) {}

// TestDiesAnywhere dies at each statement of counting and of a rebuild, and goes on with a new process.
func TestDiesAnywhere(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		hook := new(failing)
		watched := *db
		watched.DB, watched.Reader = db.WithQueryHook(hook), db.Reader.WithQueryHook(hook)
		store, book := newState(t), rankingstest.NewBook()
		users := []int32{1, 2, 3}
		for n := int64(1); n < 60; n++ {
			s := process(t, &watched, book, store)
			play, _ := book.Play(pass(users[n%3], int32(n%5), float64(n)))
			if n%4 == 0 {
				book.Remove(play.ID)
			}
			if n%6 == 0 {
				book.Restore(play.ID)
			}
			seq, _ := book.Latest(t.Context())
			hook.left.Store(n)
			_, _ = s.Effect(t.Context(), seq, play.ID)
			for range s.Rebuild(t.Context()) { // until it ends or dies
			}
			hook.left.Store(0)
			s = process(t, db, book, store)
			if _, err := s.Effect(t.Context(), seq, play.ID); err != nil && !errors.Is(err, rankings.ErrNoScore) {
				t.Fatal(err)
			}
			stop := run(t, s)
			agree(t, s, book, users...)
			stop()
		}
		if deaths := hook.deaths.Load(); deaths < 40 {
			t.Errorf("only %d deaths", deaths)
		}
	})
}

// TestRebuildGoesOn stops a rebuild on its way; another process goes on with it, and sweeps away what is left of the old count.
func TestRebuildGoesOn(t *testing.T) {
	db, store, book := databasetest.Open(t, database.SQLite), newState(t), rankingstest.NewBook()
	s := process(t, db, book, store, func(c *local.Config) { c.Batch = 10 })
	var seq int64
	for n := range int32(200) {
		_, seq = book.Play(pass(n%7+1, n, float64(n)))
	}
	if _, err := s.Effect(t.Context(), seq, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reads := 0
	stopping := process(t, db, &counted{book, func() {
		if reads++; reads == 7 {
			cancel()
		}
	}}, store, func(c *local.Config) { c.Batch = 10 })
	for _, err := range stopping.Rebuild(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a rebuild that was stopped: %v", err)
		}
	}
	reads = 0
	next := process(t, db, &counted{book, func() { reads++ }}, store, func(c *local.Config) { c.Batch = 10 })
	for _, err := range next.Rebuild(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if reads < 10 || reads > 16 {
		t.Errorf("the rest was read in %d batches of 20 in all", reads)
	}
	agree(t, s, book, 1, 2, 3, 4, 5, 6, 7)
	for _, table := range []string{"user_statistics", "ranking_scores", "ranking_bests", "ranking_months"} {
		var counts int
		if err := db.NewSelect().Table(table).ColumnExpr("COUNT(DISTINCT count_id)").Scan(t.Context(), &counts); err != nil || counts != 1 {
			t.Errorf("%s has rows of %d counts, %v", table, counts, err)
		}
	}

	// Under other rules everything is counted anew.
	other := process(t, db, book, store, func(c *local.Config) { c.Bonus = local.BonusNone })
	for _, err := range other.Rebuild(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := other.Statistics(t.Context(), []int32{1}, standard)
	if want := book.Expected(1, standard).PP; err != nil || got[0].PP > want-40 || got[0].PP < want-60 { // of 26 beatmaps
		t.Errorf("without a bonus: %v, with one %v, %v", got[0].PP, want, err)
	}
}

// counted tells of each look into the log.
type counted struct {
	scores.Log
	look func()
}

func (c *counted) Entries(ctx context.Context, after int64, limit int) ([]scores.Entry, error) {
	c.look()
	return c.Log.Entries(ctx, after, limit)
}
