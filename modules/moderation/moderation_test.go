package moderation_test

import (
	"context"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/moderation/local"
	"github.com/pure-peace/peace/modules/moderation/moderationpb"
	"github.com/pure-peace/peace/modules/moderation/moderationtest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		// The list of suspects is read from the top of an index.
		moderationtest.Run(t, newSubject(t, databasetest.Indexed(t, db, "suspects")))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Moderation = wiretest.Loopback(t, moderationpb.Register, moderationpb.NewClient, s.Moderation)
	moderationtest.Run(t, s)
}

// newSubject returns a service that runs until the test ends.
func newSubject(t *testing.T, db *database.DB) moderationtest.Subject {
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
	world := moderationtest.NewWorld(topics)
	config := local.DefaultConfig()
	config.PerSecond = 1000
	s, err := local.New(t.Context(), config, local.Deps{
		DB: db, Scores: world, Beatmaps: world, Performance: world, Files: world.Files, Users: world, Topics: topics, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return moderationtest.Subject{Moderation: s, World: world}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, moderationpb.FromFinding, moderationpb.ToFinding)
	wiretest.RoundTrip(t, moderationpb.FromQuery, moderationpb.ToQuery)
	wiretest.RoundTrip(t, moderationpb.FromComplaint, moderationpb.ToComplaint)
	wiretest.RoundTrip(t, moderationpb.FromSuspect, moderationpb.ToSuspect)
}
