package comments_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/comments/commentspb"
	"github.com/pure-peace/peace/modules/comments/commentstest"
	"github.com/pure-peace/peace/modules/comments/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		// What a query counts is a table of its own to SQLite.
		commentstest.Run(t, newSubject(t, databasetest.Indexed(t, db, "counted")))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Comments = wiretest.Loopback(t, commentspb.Register, commentspb.NewClient, s.Comments)
	commentstest.Run(t, s)
}

func newSubject(t *testing.T, db *database.DB) commentstest.Subject {
	t.Helper()
	world := commentstest.NewWorld()
	config := local.DefaultConfig()
	config.Flood = local.Flood{Comments: 12, Within: 10 * time.Minute}
	s, err := local.New(t.Context(), config, local.Deps{
		DB: db, Users: world, Beatmaps: world, Content: world, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return commentstest.Subject{Comments: s, World: world, Flood: config.Flood.Comments}
}

func TestConfig(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, edit := range map[string]func(*local.Config){
		"flood.comments": func(c *local.Config) { c.Flood.Comments = 0 },
		"flood.within":   func(c *local.Config) { c.Flood.Within = 0 },
	} {
		c := local.DefaultConfig()
		edit(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, commentspb.FromComment, commentspb.ToComment)
	wiretest.RoundTrip(t, commentspb.FromQuery, commentspb.ToQuery)
	wiretest.RoundTrip(t, commentspb.FromPage, commentspb.ToPage)
}
