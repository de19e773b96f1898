package scores_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/scores/local"
	"github.com/pure-peace/peace/modules/scores/scorespb"
	"github.com/pure-peace/peace/modules/scores/scorestest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		scorestest.Run(t, newSubject(t, databasetest.Indexed(t, db)))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Scores = wiretest.Loopback(t, scorespb.Register, scorespb.NewClient, s.Scores)
	scorestest.Run(t, s)
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, scorespb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for scores")
	}
	scorestest.Run(t, scorestest.Subject{Scores: peer})
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, scorespb.FromAttempt, scorespb.ToAttempt)
	wiretest.RoundTrip(t, scorespb.FromToken, scorespb.ToToken)
	wiretest.RoundTrip(t, scorespb.FromSubmission, scorespb.ToSubmission)
	wiretest.RoundTrip(t, scorespb.FromDoubt, scorespb.ToDoubt)
	wiretest.RoundTrip(t, scorespb.FromScore, scorespb.ToScore)
	wiretest.RoundTrip(t, scorespb.FromResult, scorespb.ToResult)
	wiretest.RoundTrip(t, scorespb.FromBoard, scorespb.ToBoard)
	wiretest.RoundTrip(t, scorespb.FromUsers, scorespb.ToUsers)
	wiretest.RoundTrip(t, scorespb.FromLeaderboard, scorespb.ToLeaderboard)
	wiretest.RoundTrip(t, scorespb.FromPlaced, scorespb.ToPlaced)
	wiretest.RoundTrip(t, scorespb.FromList, scorespb.ToList)
	wiretest.RoundTrip(t, scorespb.FromListing, scorespb.ToListing)
	wiretest.RoundTrip(t, scorespb.FromBeatmapGrades, scorespb.ToBeatmapGrades)
	wiretest.RoundTrip(t, scorespb.FromReplay, scorespb.ToReplay)
	wiretest.RoundTrip(t, scorespb.FromEntry, scorespb.ToEntry)
	wiretest.RoundTrip(t, scorespb.FromStanding, scorespb.ToStanding)
	wiretest.RoundTrip(t, scorespb.FromWipe, scorespb.ToWipe)
	wiretest.RoundTrip(t, scorespb.FromFilter, scorespb.ToFilter)
	wiretest.RoundTrip(t, scorespb.FromRecalculation, scorespb.ToRecalculation)
	wiretest.RoundTrip(t, scorespb.FromProgress, scorespb.ToProgress)
	wiretest.RoundTrip(t, scorespb.FromDifference, scorespb.ToDifference)
	wiretest.RoundTrip(t, scorespb.FromRecorded, scorespb.ToRecorded)
}

// newSubject returns a service that runs until the test ends.
func newSubject(t *testing.T, db *database.DB) scorestest.Subject {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	})
	world := scorestest.NewWorld(topics)
	cfg := local.DefaultConfig()
	cfg.Retry, cfg.Counts = 100*time.Millisecond, time.Second
	s, err := local.New(t.Context(), cfg, local.Deps{
		DB: db, State: topics, Users: world.Users(), Beatmaps: world.Beatmaps(), Performance: world.Performance(), Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return scorestest.Subject{Scores: s, World: world}
}
