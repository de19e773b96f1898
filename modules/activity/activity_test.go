package activity_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/activity/activitypb"
	"github.com/pure-peace/peace/modules/activity/activitytest"
	"github.com/pure-peace/peace/modules/activity/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		activitytest.Run(t, newSubject(t, databasetest.Indexed(t, db)))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Activity = wiretest.Loopback(t, activitypb.Register, activitypb.NewClient, s.Activity)
	activitytest.Run(t, s)
}

// newSubject returns a service that two processes follow for, until the test ends.
func newSubject(t *testing.T, db *database.DB) activitytest.Subject {
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
	subject := activitytest.Subject{World: activitytest.NewWorld(topics)}
	w := subject.World
	for range 2 {
		s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{
			DB: db, Scores: w, Beatmaps: w, Users: w, Medals: w, Topics: topics, Log: log,
		})
		if err != nil {
			t.Fatal(err)
		}
		subject.Activity = s
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	return subject
}

func TestConfig(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, edit := range map[string]func(*local.Config){
		"rank":  func(c *local.Config) { c.Rank = -1 },
		"lost":  func(c *local.Config) { c.Lost = -1 },
		"keep":  func(c *local.Config) { c.Keep = 1 },
		"batch": func(c *local.Config) { c.Batch = 0 },
	} {
		c := local.DefaultConfig()
		edit(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, activitypb.FromEvent, activitypb.ToEvent)
}
