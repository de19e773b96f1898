package geoip_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/geoip/geoippb"
	"github.com/pure-peace/peace/modules/geoip/geoiptest"
	"github.com/pure-peace/peace/modules/geoip/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var fixtures = []geoiptest.Fixture{
	{Address: "1.1.1.1", Location: geoip.Location{Country: "AU", Latitude: -33.5, Longitude: 143.25}},
	{Address: "8.8.8.8", Location: geoip.Location{Country: "US", Latitude: 37.75, Longitude: -97.75}},
	{Address: "81.2.69.142", Location: geoip.Location{Country: "GB", Latitude: 51.5, Longitude: -0.125}},
	{Address: "2001:4860:4860::8888", Location: geoip.Location{Country: "US", Latitude: 37.75, Longitude: -97.75}},
}

func TestLocal(t *testing.T) { geoiptest.Run(t, newLocal(t), fixtures...) }

func TestWithoutFile(t *testing.T) {
	s, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	geoiptest.Run(t, s, geoiptest.Fixture{Address: "8.8.8.8"})
}

func TestRemote(t *testing.T) {
	geoiptest.Run(t, wiretest.Loopback(t, geoippb.Register, geoippb.NewClient, newLocal(t)), fixtures...)
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, geoippb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for geoip")
	}
	geoiptest.Run(t, peer)
}

func newLocal(t *testing.T) geoip.Service {
	t.Helper()
	cfg := local.DefaultConfig()
	cfg.File = filepath.Join(t.TempDir(), "city.mmdb")
	if err := os.WriteFile(cfg.File, geoiptest.MMDB("GeoLite2-City", fixtures...), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, geoippb.FromLocation, geoippb.ToLocation)
}
