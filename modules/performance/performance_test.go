package performance_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/performance/performancepb"
	"github.com/pure-peace/peace/modules/performance/performancetest"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		performancetest.Run(t, performancetest.Subject{
			Service: newService(t, databasetest.Indexed(t, db)), Known: performancetest.Official(t),
		})
	})
}

func TestRemote(t *testing.T) {
	s := newService(t, databasetest.Open(t, database.SQLite))
	remote := wiretest.Loopback(t, performancepb.Register, performancepb.NewClient, s)
	performancetest.Run(t, performancetest.Subject{Service: remote, Known: performancetest.Official(t)})
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, performancepb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for performance")
	}
	performancetest.Run(t, performancetest.Subject{Service: peer, Known: performancetest.Official(t)})
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, performancepb.FromAlgorithm, performancepb.ToAlgorithm)
	wiretest.RoundTrip(t, performancepb.FromTarget, performancepb.ToTarget)
	wiretest.RoundTrip(t, performancepb.FromDifficulty, performancepb.ToDifficulty)
	wiretest.RoundTrip(t, performancepb.FromPlay, performancepb.ToPlay)
	wiretest.RoundTrip(t, performancepb.FromPerformance, performancepb.ToPerformance)
	wiretest.RoundTrip(t, performancepb.FromStrain, performancepb.ToStrain)
	wiretest.RoundTrip(t, performancepb.FromJob, performancepb.ToJob)
	wiretest.RoundTrip(t, performancepb.FromOutcome, performancepb.ToOutcome)
}

func newService(t *testing.T, db *database.DB) performance.Service {
	t.Helper()
	cfg := local.DefaultConfig()
	cfg.Beatmaps = t.TempDir()
	s, err := local.New(t.Context(), cfg, local.Deps{DB: db, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
