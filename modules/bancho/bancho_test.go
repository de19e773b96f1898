package bancho_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/bancho/banchopb"
	"github.com/pure-peace/peace/modules/bancho/banchotest"
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

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, banchopb.FromAttempt, banchopb.ToAttempt)
	wiretest.RoundTrip(t, banchopb.FromWelcome, banchopb.ToWelcome)
}

func newSubject(t *testing.T) banchotest.Subject {
	t.Helper()
	s := stacktest.New(t, stacktest.Options{})
	return banchotest.Subject{Bancho: s.Bancho, Users: s.Users, Relations: s.Relations, Sessions: s.Sessions, Chat: s.Chat}
}
