package notifications_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/notifications/local"
	"github.com/pure-peace/peace/modules/notifications/notificationspb"
	"github.com/pure-peace/peace/modules/notifications/notificationstest"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/follow/followtest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/state/statepb"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		notificationstest.Run(t, newSubject(t, databasetest.Indexed(t, db)))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Notifications = wiretest.Loopback(t, notificationspb.Register, notificationspb.NewClient, s.Notifications)
	notificationstest.Run(t, s)
}

func TestPeer(t *testing.T) {
	subject, ok := wiretest.External(t, notificationspb.NewClient)
	store, hasState := wiretest.External(t, statepb.NewClient)
	if !ok || !hasState {
		t.Skip("PEACE_TEST_PEER does not name peers for notifications and state")
	}
	notificationstest.Run(t, notificationstest.Subject{Notifications: subject, State: store})
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, notificationspb.FromNotification, notificationspb.ToNotification)
	wiretest.RoundTrip(t, notificationspb.FromWhich, notificationspb.ToWhich)
	wiretest.RoundTrip(t, notificationspb.FromNotified, notificationspb.ToNotified)
	wiretest.RoundTrip(t, notificationspb.FromSeen, notificationspb.ToSeen)
}

// cabinet is achievements as the module asks them: which medals a score earned is what the test said.
type cabinet struct {
	mu     sync.Mutex
	earned map[int64]achievements.Achievement // by score
	asked  map[int64]int
}

func (c *cabinet) Earned(_ context.Context, _, scoreID int64) ([]achievements.Achievement, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[scoreID]++
	if c.asked[scoreID] == 1 {
		return nil, achievements.ErrPending // comes again
	}
	if medal, ok := c.earned[scoreID]; ok {
		return []achievements.Achievement{medal}, nil
	}
	return nil, nil
}

func newSubject(t *testing.T, db *database.DB) notificationstest.Subject {
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
	medals := &cabinet{earned: map[int64]achievements.Achievement{}, asked: map[int64]int{}}
	book := followtest.New(store)
	s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{
		DB: db, State: store, Scores: book, Medals: medals, Domain: "example.com", Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []interface{ Run(context.Context) error }{store, s} {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- module.Run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	var last int64
	numbers := map[string]int32{}
	earn := func(t *testing.T, userID int32, slug string) {
		t.Helper()
		last++
		if numbers[slug] == 0 {
			numbers[slug] = int32(len(numbers) + 1)
		}
		taiko := osu.Taiko
		medals.mu.Lock()
		medals.earned[last] = achievements.Achievement{ID: numbers[slug], File: slug, Name: "A " + slug, Description: "What it is for", Ruleset: &taiko}
		medals.mu.Unlock()
		book.Record(t, scores.Score{ID: last, UserID: userID, Passed: true, Ranked: true})
	}
	return notificationstest.Subject{Notifications: s, State: store, Earn: earn}
}
