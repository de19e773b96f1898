package achievements_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/achievements/achievementspb"
	"github.com/pure-peace/peace/modules/achievements/achievementstest"
	"github.com/pure-peace/peace/modules/achievements/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		achievementstest.Run(t, newSubject(t, databasetest.Indexed(t, db, "medals")))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Achievements = wiretest.Loopback(t, achievementspb.Register, achievementspb.NewClient, s.Achievements)
	achievementstest.Run(t, s)
}

func newSubject(t *testing.T, db *database.DB) achievementstest.Subject {
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
	world := achievementstest.NewWorld(topics)
	s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{
		DB: db, Scores: world, Beatmaps: world, Performance: world, Topics: topics, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	return achievementstest.Subject{Achievements: s, World: world}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, achievementspb.FromAchievement, achievementspb.ToAchievement)
	wiretest.RoundTrip(t, achievementspb.FromAward, achievementspb.ToAward)
}

var _ achievements.Service = (*local.Service)(nil)
