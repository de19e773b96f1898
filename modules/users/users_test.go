package users_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/users/userstest"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		topics := newTopics(t)
		// The log of everybody is read from its end.
		db = databasetest.Indexed(t, db, "audit_log")
		userstest.Run(t, userstest.Subject{Users: newLocal(t, db, topics), Topics: topics})
	})
}

func TestRemote(t *testing.T) {
	topics := newTopics(t)
	impl := newLocal(t, databasetest.Open(t, database.SQLite), topics)
	userstest.Run(t, userstest.Subject{Users: wiretest.Loopback(t, register, newClient, impl), Topics: topics})
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, newClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for users")
	}
	userstest.Run(t, userstest.Subject{Users: peer})
}

func newLocal(t *testing.T, db *database.DB, topics state.Topics) users.Service {
	t.Helper()
	s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{DB: db, Topics: topics, Log: newLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newTopics(t *testing.T) state.Topics {
	t.Helper()
	s, err := memory.New(t.Context(), memory.Config{}, newLogger(t))
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

func newLogger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// The contract has two interfaces and therefore two services on the wire.

func register(r grpc.ServiceRegistrar, s users.Service) {
	userspb.RegisterAccounts(r, s)
	userspb.RegisterModeration(r, s)
}

func newClient(conn grpc.ClientConnInterface) users.Service {
	return struct {
		users.Accounts
		users.Moderation
	}{userspb.NewAccountsClient(conn), userspb.NewModerationClient(conn)}
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, userspb.FromUser, userspb.ToUser)
	wiretest.RoundTrip(t, userspb.FromRegistration, userspb.ToRegistration)
	wiretest.RoundTrip(t, userspb.FromCredentials, userspb.ToCredentials)
	wiretest.RoundTrip(t, userspb.FromDevice, userspb.ToDevice)
	wiretest.RoundTrip(t, userspb.FromDeviceRecord, userspb.ToDeviceRecord)
	wiretest.RoundTrip(t, userspb.FromMatch, userspb.ToMatch)
	wiretest.RoundTrip(t, userspb.FromChange, userspb.ToChange)
	wiretest.RoundTrip(t, userspb.FromSettings, userspb.ToSettings)
	wiretest.RoundTrip(t, userspb.FromProfile, userspb.ToProfile)
	wiretest.RoundTrip(t, userspb.FromAuditEntry, userspb.ToAuditEntry)
	wiretest.RoundTrip(t, userspb.FromChanged, userspb.ToChanged)
}
