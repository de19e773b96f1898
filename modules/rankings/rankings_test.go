package rankings_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/rankings/rankingspb"
	"github.com/pure-peace/peace/modules/rankings/rankingstest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rankingstest.Run(t, newSubject(t, databasetest.Indexed(t, db, "ranking_cursors", "ranking_counts")))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Rankings = wiretest.Loopback(t, rankingspb.Register, rankingspb.NewClient, s.Rankings)
	rankingstest.Run(t, s)
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, rankingspb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for rankings")
	}
	rankingstest.Questions(t, peer)
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, rankingspb.FromBoard, rankingspb.ToBoard)
	wiretest.RoundTrip(t, rankingspb.FromStatistics, rankingspb.ToStatistics)
	wiretest.RoundTrip(t, rankingspb.FromListing, rankingspb.ToListing)
	wiretest.RoundTrip(t, rankingspb.FromPage, rankingspb.ToPage)
	wiretest.RoundTrip(t, rankingspb.FromCountry, rankingspb.ToCountry)
	wiretest.RoundTrip(t, rankingspb.FromEffect, rankingspb.ToEffect)
	wiretest.RoundTrip(t, rankingspb.FromHistory, rankingspb.ToHistory)
	wiretest.RoundTrip(t, rankingspb.FromMonth, rankingspb.ToMonth)
	wiretest.RoundTrip(t, rankingspb.FromPlaycount, rankingspb.ToPlaycount)
	wiretest.RoundTrip(t, rankingspb.FromProgress, rankingspb.ToProgress)
}

func newSubject(t *testing.T, db *database.DB) *rankingstest.Subject {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	store, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	book := rankingstest.NewBook()
	s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{DB: db, Scores: book, State: store, Sessions: nobody{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	var _ rankings.Service = s
	return &rankingstest.Subject{Rankings: s, Book: book}
}
