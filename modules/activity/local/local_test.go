package local

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/activity/activitytest"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t *testing.T, db *database.DB) (*Service, *activitytest.World) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	w := activitytest.NewWorld(topics)
	s, err := New(t.Context(), DefaultConfig(), Deps{DB: db, Scores: w, Beatmaps: w, Users: w, Medals: w, Topics: topics, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return s, w
}

// TestAnew says that following the log from its start again changes nothing.
func TestAnew(t *testing.T) {
	s, w := newService(t, databasetest.Open(t, database.SQLite))
	u, set := w.NewUser(), w.NewSet(false, osu.StatusRanked)
	for place := range int32(5) {
		id := w.Play(t, u.ID, set, scores.Result{Best: true, After: place + 1}, nil)
		if place == 2 {
			w.Remove(t, id)
		}
	}
	follow := func() []activity.Event {
		t.Helper()
		if err := s.follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		events, err := s.Of(t.Context(), u.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	before := follow()
	if len(before) != 4 {
		t.Errorf("%+v", before)
	}
	if _, err := s.deps.DB.NewDelete().Model((*cursorRow)(nil)).Where("1 = 1").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := New(t.Context(), s.config, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	s = again
	if diff := cmp.Diff(before, follow()); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

func TestForget(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, _ := newService(t, db)
		var rows []row
		for i := range 1200 {
			at := now().Add(-s.config.Keep)
			if i%2 == 0 {
				at = at.Add(-time.Minute)
			} else {
				at = at.Add(time.Minute)
			}
			rows = append(rows, newRow(string(rune('a'+i%26))+at.String()+time.Duration(i).String(), 0, activity.Event{At: at, UserID: 5}))
		}
		if err := s.store.add(t.Context(), db, rows); err != nil {
			t.Fatal(err)
		}
		if err := s.forgetOld(t.Context()); err != nil {
			t.Fatal(err)
		}
		left, err := db.NewSelect().Model((*row)(nil)).Count(t.Context())
		if err != nil || left != 600 {
			t.Errorf("%d are left, %v", left, err)
		}
	})
}

func TestMilestone(t *testing.T) {
	for plays, want := range map[int32]int32{
		0: 0, 999: 0, 1000: 1000, 1100: 1000, 1101: 0, 9999: 0, 10_000: 10_000, 11_000: 10_000, 1_000_001: 1_000_000, 1<<31 - 1: 0,
	} {
		if got := milestone(plays); got != want {
			t.Errorf("%d plays: %d, want %d", plays, got, want)
		}
	}
}
