package kudosu_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/kudosu/kudosupb"
	"github.com/pure-peace/peace/modules/kudosu/kudosutest"
	"github.com/pure-peace/peace/modules/kudosu/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kudosutest.Run(t, newSubject(t, databasetest.Indexed(t, db)))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Kudosu = wiretest.Loopback(t, kudosupb.Register, kudosupb.NewClient, s.Kudosu)
	kudosutest.Run(t, s)
}

func newSubject(t *testing.T, db *database.DB) kudosutest.Subject {
	t.Helper()
	world := kudosutest.NewWorld()
	s, err := local.New(t.Context(), local.Deps{DB: db, Users: world, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return kudosutest.Subject{Kudosu: s, World: world}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, kudosupb.FromEntry, kudosupb.ToEntry)
	wiretest.RoundTrip(t, kudosupb.FromTotal, kudosupb.ToTotal)
}
