package relations_test

import (
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/relations/local"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	"github.com/pure-peace/peace/modules/relations/relationstest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	userslocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		relationstest.Run(t, newSubject(t, databasetest.Indexed(t, db)))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Relations = wiretest.Loopback(t, relationspb.Register, relationspb.NewClient, s.Relations)
	relationstest.Run(t, s)
}

func newSubject(t *testing.T, db *database.DB) relationstest.Subject {
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
	cfg := local.Config{Max: 5}
	s, err := local.New(t.Context(), cfg, local.Deps{DB: db, Topics: topics, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return relationstest.Subject{Relations: s, NewUser: newUsers(t, db, topics, log), Max: cfg.Max, Topics: topics}
}

func newUsers(t *testing.T, db *database.DB, topics state.Topics, log *slog.Logger) func(*testing.T) int32 {
	t.Helper()
	accounts, err := userslocal.New(t.Context(), userslocal.DefaultConfig(), userslocal.Deps{DB: db, Topics: topics, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) int32 {
		t.Helper()
		name := strings.ToLower(rand.Text()[:14])
		u, err := accounts.Register(t.Context(), users.Registration{Name: name, Password: "correct horse"})
		if err != nil {
			t.Fatal(err)
		}
		return u.ID
	}
}

// TestForgotten says that a deleted account leaves no relations behind.
func TestForgotten(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSubject(t, db)
		a, b := s.NewUser(t), s.NewUser(t)
		if err := s.Relations.Add(t.Context(), a, b, relations.Friend); err != nil {
			t.Fatal(err)
		}
		if _, err := db.NewDelete().Table("users").Where("id = ?", b).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Relations.List(t.Context(), a); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

func TestConfig(t *testing.T) {
	if err := local.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for _, limit := range []int{-1, 0, 10_001} {
		if err := (local.Config{Max: limit}).Validate(); err == nil || !strings.HasPrefix(err.Error(), "max: ") {
			t.Errorf("max = %d: %v", limit, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, relationspb.FromRelation, relationspb.ToRelation)
	wiretest.RoundTrip(t, relationspb.FromStanding, relationspb.ToStanding)
	wiretest.RoundTrip(t, relationspb.FromChanged, relationspb.ToChanged)
}
