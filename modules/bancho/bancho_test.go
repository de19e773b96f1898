package bancho_test

import (
	"reflect"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"github.com/pure-peace/peace/modules/bancho/banchopb"
	"github.com/pure-peace/peace/modules/bancho/banchotest"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { banchotest.Run(t, newSubject(t)) }

func TestRemote(t *testing.T) {
	subject := newSubject(t)
	subject.Bancho = wiretest.Loopback(t, banchopb.Register, banchopb.NewClient, subject.Bancho)
	banchotest.Run(t, subject)
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, banchopb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for bancho")
	}
	banchotest.Run(t, banchotest.Subject{
		Bancho:    peer,
		Users:     neighbour(t, userspb.NewClient),
		Relations: neighbour(t, relationspb.NewClient),
		Sessions:  neighbour(t, sessionspb.NewClient),
		Chat:      neighbour(t, chatpb.NewClient),
	})
}

// neighbour returns the peer of another contract, which the suite needs beside that of bancho.
func neighbour[S any](t *testing.T, newClient func(grpc.ClientConnInterface) S) S {
	t.Helper()
	peer, ok := wiretest.External(t, newClient)
	if !ok {
		t.Fatalf("PEACE_TEST_PEER names a peer for bancho, and no %v", reflect.TypeFor[S]())
	}
	return peer
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, banchopb.FromAttempt, banchopb.ToAttempt)
	wiretest.RoundTrip(t, banchopb.FromWelcome, banchopb.ToWelcome)
}

func newSubject(t *testing.T) banchotest.Subject {
	t.Helper()
	s := stacktest.New(t, stacktest.Options{})
	return banchotest.Subject{Bancho: s.Bancho, Users: s.Users, Relations: s.Relations, Sessions: s.Sessions, Chat: s.Chat, Spectator: s.Spectator}
}
