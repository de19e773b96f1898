package local

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// interrupted is a performance module that lets something happen once, when it is asked about many plays.
type interrupted struct {
	performance.Service
	done *atomic.Bool
	by   func()
}

func (i interrupted) Recalculate(ctx context.Context, jobs []performance.Job) iter.Seq2[performance.Outcome, error] {
	if !i.done.Swap(true) {
		i.by()
	}
	return i.Service.Recalculate(ctx, jobs)
}

// library is a beatmaps module that lets something happen around its answers.
type library struct {
	beatmaps.Service
	found   func(beatmaps.Service, []beatmaps.Key) ([]beatmaps.Found, error)
	counted func([]beatmaps.Counts)
}

func (l library) Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	if l.found != nil {
		return l.found(l.Service, keys)
	}
	return l.Service.Beatmaps(ctx, keys)
}

func (l library) SetCounts(ctx context.Context, counts []beatmaps.Counts) error {
	if l.counted != nil {
		l.counted(counts)
	}
	return l.Service.SetCounts(ctx, counts)
}

func submit(t *testing.T, s *Service, sub scores.Submission) scores.Result {
	t.Helper()
	result, err := s.Submit(t.Context(), sub)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func readScore(t *testing.T, s *Service, id int64) scores.Score {
	t.Helper()
	found, err := s.Scores(t.Context(), []int64{id})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	return found[0]
}

func reviewAll(t *testing.T, s *Service) {
	t.Helper()
	for range 3 {
		if err := s.reviewSome(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestChangeWhileReviewed changes the status of a beatmap while its scores are ranked by the one before.
func TestChangeWhileReviewed(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s := newService(t, db, w)
	id := submit(t, s, submission("key", aUser, aMap, 90, 1000)).Score.ID
	change := func(status osu.Status) {
		b := w.Beatmap(t, aMap, osu.Standard, status)
		if err := s.setBeatmaps(t.Context(), []beatmaps.Beatmap{b}); err != nil {
			t.Error(err)
		}
	}
	s.deps.Performance = interrupted{w.Performance(), new(atomic.Bool), func() { change(osu.StatusPending) }}
	change(osu.StatusLoved)
	reviewAll(t, s)
	if got := readScore(t, s, id); got.Ranked {
		t.Error("a score is ranked on a pending beatmap")
	}
}

// TestChangeWhileRecalculated changes it while an operator has all scores rated anew.
func TestChangeWhileRecalculated(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s := newService(t, db, w)
	id := submit(t, s, submission("key", aUser, aMap, 90, 1000)).Score.ID
	w.Version(2)
	s.deps.Performance = interrupted{w.Performance(), new(atomic.Bool), func() {
		b := w.Beatmap(t, aMap, osu.Standard, osu.StatusPending)
		if err := s.setBeatmaps(t.Context(), []beatmaps.Beatmap{b}); err != nil {
			t.Error(err)
		}
		reviewAll(t, s)
	}}
	for _, err := range s.Recalculate(t.Context(), scores.Recalculation{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	reviewAll(t, s)
	if got := readScore(t, s, id); got.Ranked || got.PP != nil {
		t.Errorf("%+v", got)
	}
}

// TestChangeWhileSettled has news of another status come between what a submission reads and what it writes.
func TestChangeWhileSettled(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if db.Engine() == database.SQLite {
			t.Skip("whoever writes is alone")
		}
		w := newWorld(t)
		s := newService(t, db, w)
		submit(t, s, submission("first", aUser, aMap, 90, 1000))
		s.stop = func(step string) error {
			if step != "inserted" {
				return nil
			}
			s.stop = nil
			b := w.Beatmap(t, aMap, osu.Standard, osu.StatusPending)
			return s.setBeatmaps(t.Context(), []beatmaps.Beatmap{b})
		}
		id := submit(t, s, submission("second", aUser, aMap, 95, 2000)).Score.ID
		reviewAll(t, s)
		if got := readScore(t, s, id); got.Ranked {
			t.Error("a score is ranked on a pending beatmap")
		}
	})
}

// TestStatusWithoutPerformance says that the log tells of another status even where nothing about the scores changes.
func TestStatusWithoutPerformance(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	w.Fail(fault.New(fault.NotFound, "performance", "unknown", "there is no file"))
	s := newService(t, db, w)
	result := submit(t, s, submission("key", aUser, aMap, 90, 1000))
	b := w.Beatmap(t, aMap, osu.Standard, osu.StatusLoved)
	if err := s.setBeatmaps(t.Context(), []beatmaps.Beatmap{b}); err != nil {
		t.Fatal(err)
	}
	reviewAll(t, s)
	entries, err := s.Entries(t.Context(), result.Seq, 10)
	if err != nil || len(entries) == 0 {
		t.Fatalf("%+v, %v", entries, err)
	}
	for _, e := range entries {
		if e.Kind != scores.ScoreRevalued || len(e.Bests) == 0 || e.Bests[0].Status != osu.StatusLoved {
			t.Errorf("%+v", e)
		}
	}
}

// TestMerge has stable and lazer share their boards, and then not: a recalculation puts scores where they belong now.
func TestMerge(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s := newService(t, db, w)
	submit(t, s, submission("key", aUser, aMap, 90, 1000))
	lazer := submission("other", aUser, aMap, 80, 900)
	lazer.Client = scores.Lazer
	submit(t, s, lazer)
	for _, merge := range []bool{false, true} {
		s.cfg.Merge = merge
		for _, err := range s.Recalculate(t.Context(), scores.Recalculation{}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, client := range []scores.Client{scores.Stable, scores.Lazer} {
			got, err := s.Leaderboard(t.Context(), scores.Board{BeatmapID: aMap, Client: client, Limit: 10})
			if err != nil || got.Count != 1 || !merge && got.Scores[0].Score.Client != client {
				t.Errorf("merge %v, client %v: %+v, %v", merge, client, got, err)
			}
		}
		(&history{t: t, s: s, w: w}).check()
	}
}

// TestOvertakenTurn has a turn tell the boards in memory of what it did after the log told of it, and of a later change of another
// process.
func TestOvertakenTurn(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s, other := newService(t, db, w), newService(t, db, w)
	first := submit(t, s, submission("key", aUser, aMap, 90, 1000))
	last := submit(t, other, submission("other", aUser, aMap, 90, 2000))
	if err := s.boards.catchUp(t.Context(), db, last.Seq); err != nil {
		t.Fatal(err)
	}
	board := scores.Board{BeatmapID: aMap, Client: scores.Stable, Limit: 10}
	if _, err := s.Leaderboard(t.Context(), board); err != nil {
		t.Fatal(err)
	}
	key := boardKey{aMap, 0, 0, int16(scores.ByClassic), int16(everybody), anyMods}
	s.boards.apply(&turn{lastSeq: first.Seq, entries: make([]logRow, 1), changes: []change{
		{board: key, user: aUser, country: "DE", now: &standing{-1000, first.Score.ID}},
	}})
	got, err := s.Leaderboard(t.Context(), board)
	if err != nil || len(got.Scores) != 1 || got.Scores[0].Score.ID != last.Score.ID {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestKnownMeanwhile has a beatmap become known while a submission is told that it is not.
func TestKnownMeanwhile(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s := newService(t, db, w)
	asked := 0
	s.deps.Beatmaps = library{Service: w.Beatmaps(), found: func(all beatmaps.Service, keys []beatmaps.Key) ([]beatmaps.Found, error) {
		if asked++; asked == 1 {
			return nil, nil
		}
		return all.Beatmaps(t.Context(), keys)
	}}
	if _, err := s.Submit(t.Context(), submission("key", aUser, aMap, 90, 1000)); fault.KindOf(err) != fault.NotFound {
		t.Fatal(err)
	}
	if n, err := s.processSome(t.Context()); n != 1 || err != nil {
		t.Errorf("%d were due, %v", n, err)
	}
	if _, err := s.Submitted(t.Context(), aUser, "key"); err != nil {
		t.Error(err)
	}
}

// TestCountsOfTwo has a process tell of fewer plays after another one told of more.
func TestCountsOfTwo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t)
		slow, fast := newService(t, db, w), newService(t, db, w)
		submit(t, fast, submission("key", aUser, aMap, 90, 1000))
		var once sync.Once
		slow.deps.Beatmaps = library{Service: w.Beatmaps(), counted: func([]beatmaps.Counts) {
			once.Do(func() {
				submit(t, fast, submission("other", aUser, aMap, 90, 1000))
				if err := fast.pushSome(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}}
		for range 2 {
			if err := slow.pushSome(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.Counts(aMap); got.Plays != 2 {
			t.Errorf("%+v", got)
		}
	})
}

// TestWipeOfNothing says that the wipe before can be undone.
func TestWipeOfNothing(t *testing.T) {
	db, w := databasetest.Open(t, database.SQLite), newWorld(t)
	s := newService(t, db, w)
	submit(t, s, submission("key", aUser, aMap, 90, 1000))
	for i, want := range []int{1, 0} {
		if n, err := s.Wipe(t.Context(), scores.Wipe{UserID: aUser}); n != want || err != nil {
			t.Errorf("wipe %d: %d, %v", i, n, err)
		}
	}
	if n, err := s.Unwipe(t.Context(), scores.Wipe{UserID: aUser}); n != 1 || err != nil {
		t.Errorf("unwipe: %d, %v", n, err)
	}
}
