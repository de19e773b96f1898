package signature_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/signature"
	"github.com/pure-peace/peace/modules/signature/local"
	"github.com/pure-peace/peace/modules/signature/signaturepb"
	"github.com/pure-peace/peace/modules/signature/signaturetest"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { signaturetest.Run(t, newLocal(t)) }

func TestRemote(t *testing.T) {
	signaturetest.Run(t, wiretest.Loopback(t, signaturepb.Register, signaturepb.NewClient, newLocal(t)))
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, signaturepb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for signature")
	}
	signaturetest.Run(t, peer)
}

func newLocal(t *testing.T) signature.Service {
	t.Helper()
	s, err := local.New(t.Context(), local.Config{Dir: t.TempDir()}, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, signaturepb.FromSignature, signaturepb.ToSignature)
	wiretest.RoundTrip(t, signaturepb.FromKey, signaturepb.ToKey)
}
