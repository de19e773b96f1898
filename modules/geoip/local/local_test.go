package local

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/geoip/geoiptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	somewhere = netip.MustParseAddr("8.8.8.8")
	germany   = geoiptest.Fixture{Address: "8.8.8.8", Location: geoip.Location{Country: "DE"}}
	france    = geoiptest.Fixture{Address: "8.8.8.8", Location: geoip.Location{Country: "FR"}}
)

// replace puts a file in place as an update does.
func replace(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func newService(t testing.TB, content []byte) (*Service, Config, *bytes.Buffer) {
	t.Helper()
	cfg := DefaultConfig()
	cfg.File = filepath.Join(t.TempDir(), "geo.mmdb")
	replace(t, cfg.File, content)
	var log bytes.Buffer
	s, err := New(t.Context(), cfg, Deps{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s, cfg, &log
}

func wantCountry(t testing.TB, s *Service, country string) {
	t.Helper()
	if got, err := s.Locate(t.Context(), somewhere); err != nil || got.Country != country {
		t.Errorf("country is %q, want %q; %v", got.Country, country, err)
	}
}

func TestNewFileIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, cfg, log := newService(t, geoiptest.MMDB("GeoLite2-City", germany))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		check := func() {
			time.Sleep(cfg.CheckEvery)
			synctest.Wait()
		}

		check()
		wantCountry(t, s, "DE")
		replace(t, cfg.File, geoiptest.MMDB("GeoLite2-Country", france))
		check()
		wantCountry(t, s, "FR")

		replace(t, cfg.File, []byte("no database"))
		check()
		check()
		wantCountry(t, s, "FR")
		if n := strings.Count(log.String(), "refused"); n != 1 {
			t.Errorf("a bad file is complained of %d times:\n%s", n, log)
		}
		if err := os.Remove(cfg.File); err != nil {
			t.Fatal(err)
		}
		check()
		wantCountry(t, s, "FR")
		replace(t, cfg.File, geoiptest.MMDB("GeoLite2-City", germany))
		check()
		wantCountry(t, s, "DE")

		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestReload(t *testing.T) {
	s, cfg, _ := newService(t, geoiptest.MMDB("GeoLite2-City", germany))
	replace(t, cfg.File, geoiptest.MMDB("GeoLite2-City", france))
	if err := s.Reload(cfg); err != nil {
		t.Fatal(err)
	}
	wantCountry(t, s, "FR")

	missing := cfg
	missing.File += ".missing"
	if err := s.Reload(missing); err == nil || !strings.HasPrefix(err.Error(), "file: ") {
		t.Errorf("a missing file: %v", err)
	}
	wantCountry(t, s, "FR")

	if err := s.Reload(DefaultConfig()); err != nil {
		t.Fatal(err)
	}
	wantCountry(t, s, "")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestReloadWhileLocating lets look-ups hold on to mappings that are replaced under them.
func TestReloadWhileLocating(t *testing.T) {
	s, cfg, _ := newService(t, geoiptest.MMDB("GeoLite2-City", germany))
	s.log = slog.New(slog.DiscardHandler)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					wantCountry(t, s, "DE")
				}
			}
		})
	}
	for range 50 {
		if err := s.Reload(cfg); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}

// TestCutShort takes the mapped file away from under a look-up, which must not end the process.
func TestCutShort(t *testing.T) {
	content := geoiptest.MMDB("GeoLite2-City", germany)
	s, cfg, log := newService(t, content)
	if err := os.Truncate(cfg.File, 0); err != nil {
		t.Fatal(err)
	}
	wantCountry(t, s, "")
	wantCountry(t, s, "")
	if n := strings.Count(log.String(), "is damaged\""); n != 1 {
		t.Errorf("damage is complained of %d times:\n%s", n, log)
	}
}

func TestRefused(t *testing.T) {
	good := geoiptest.MMDB("GeoLite2-City", germany)
	for name, content := range map[string][]byte{
		"empty":      nil,
		"text":       []byte("<!doctype html>"),
		"other type": geoiptest.MMDB("GeoLite2-ASN", germany),
		"cut":        good[len(good)/2:],
	} {
		cfg := DefaultConfig()
		cfg.File = filepath.Join(t.TempDir(), "geo.mmdb")
		replace(t, cfg.File, content)
		_, err := New(t.Context(), cfg, Deps{Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.HasPrefix(err.Error(), "file: ") || !strings.Contains(err.Error(), cfg.File) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := New(t.Context(), Config{File: t.TempDir(), CheckEvery: time.Minute}, Deps{Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Error("a directory is a database")
	}
	if _, err := New(t.Context(), Config{}, Deps{}); err == nil || !strings.HasPrefix(err.Error(), "check_every: ") {
		t.Error(err)
	}
}

func TestStrangeRecords(t *testing.T) {
	for _, location := range []geoip.Location{
		{Country: "de"}, {Country: "DEU"}, {Country: "\xff\xff"}, {Latitude: 91}, {Longitude: -181},
	} {
		s, _, _ := newService(t, geoiptest.MMDB("GeoLite2-City", geoiptest.Fixture{Address: "8.8.8.8", Location: location}))
		if got, err := s.Locate(t.Context(), somewhere); err != nil || got != (geoip.Location{}) {
			t.Errorf("%+v became %+v, %v", location, got, err)
		}
	}
}

func FuzzDatabase(f *testing.F) {
	good := geoiptest.MMDB("GeoLite2-City", germany, geoiptest.Fixture{Address: "2001:4860::1", Location: geoip.Location{Country: "US"}})
	f.Add(good)
	f.Add(geoiptest.MMDB("DBIP-Country-Lite"))
	for _, offset := range []int{0, len(good) / 2, len(good) - 20} {
		bad := bytes.Clone(good)
		binary.BigEndian.PutUint64(bad[offset:], 0xffff_ffff_ffff_ffff)
		f.Add(bad)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		db, err := check(func() (*maxminddb.Reader, error) { return maxminddb.OpenBytes(content) })
		if err != nil {
			return
		}
		for _, address := range []string{"8.8.8.8", "255.255.255.255", "2001:4860::1", "ffff::ffff"} {
			location, err := db.locate(netip.MustParseAddr(address))
			if err != nil && location != (geoip.Location{}) {
				t.Errorf("%+v with %v", location, err)
			}
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	s, _, _ := newService(b, geoiptest.MMDB("GeoLite2-City", germany))
	b.ReportAllocs()
	for b.Loop() {
		if got, err := s.Locate(b.Context(), somewhere); err != nil || got.Country != "DE" {
			b.Fatal(got, err)
		}
	}
}
