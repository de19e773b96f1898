// Package geoiptest is the conformance suite of the geoip contract. Which address is where is for an implementation to know,
// so the suite asks for what all must know, and for the fixtures that the caller adds.
package geoiptest

import (
	"errors"
	"math"
	"net/netip"
	"sync"
	"testing"

	"github.com/pure-peace/peace/modules/geoip"
)

// Fixture is an address of which the implementation knows the place.
type Fixture struct {
	Address  string
	Location geoip.Location
}

// Run runs the whole suite.
func Run(t *testing.T, s geoip.Service, fixtures ...Fixture) {
	locate := func(t *testing.T, address netip.Addr) geoip.Location {
		t.Helper()
		location, err := s.Locate(t.Context(), address)
		if err != nil {
			t.Fatalf("%v: %v", address, err)
		}
		if l := location; l.Country != "" && !isCountry(l.Country) ||
			!(math.Abs(float64(l.Latitude)) <= 90 && math.Abs(float64(l.Longitude)) <= 180) {
			t.Errorf("%v: %+v is no place", address, l)
		}
		return location
	}

	t.Run("Nowhere", func(t *testing.T) {
		for _, text := range nowhere {
			if got := locate(t, netip.MustParseAddr(text)); got != (geoip.Location{}) {
				t.Errorf("%s is in %+v", text, got)
			}
		}
	})

	t.Run("NoAddress", func(t *testing.T) {
		location, err := s.Locate(t.Context(), netip.Addr{})
		if !errors.Is(err, geoip.ErrBadAddress) || location != (geoip.Location{}) {
			t.Errorf("%+v, %v, want %v", location, err, geoip.ErrBadAddress)
		}
	})

	t.Run("Mapped", func(t *testing.T) {
		addresses := []string{"1.1.1.1", "8.8.8.8", "81.2.69.142", "127.0.0.1"}
		for _, f := range fixtures {
			addresses = append(addresses, f.Address)
		}
		for _, text := range addresses {
			address := netip.MustParseAddr(text)
			mapped := netip.AddrFrom16(address.As16()) // of an IPv6 address: the same
			if got, want := locate(t, mapped), locate(t, address); got != want {
				t.Errorf("%v is in %+v, %v in %+v", mapped, got, address, want)
			}
		}
	})

	t.Run("Anywhere", func(t *testing.T) {
		var wg sync.WaitGroup
		for half := range 2 {
			wg.Go(func() {
				for i := half; i < 256; i += 2 {
					for _, address := range []netip.Addr{
						netip.AddrFrom4([4]byte{byte(i), 1, 2, 3}), netip.AddrFrom16([16]byte{0x20, byte(i), 0x48, 0x60}),
					} {
						if _, err := s.Locate(t.Context(), address); err != nil {
							t.Errorf("%v: %v", address, err)
						}
					}
				}
			})
		}
		wg.Wait()
	})

	t.Run("Fixtures", func(t *testing.T) {
		for _, f := range fixtures {
			if got := locate(t, netip.MustParseAddr(f.Address)); got != f.Location {
				t.Errorf("%s is in %+v, want %+v", f.Address, got, f.Location)
			}
		}
	})
}

// nowhere are addresses that are in no place: private, loopback, link-local, documentation, unspecified.
var nowhere = []string{
	"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1",
	"192.0.2.1", "198.51.100.7", "203.0.113.255", "0.0.0.0",
	"::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "2001:db8::1",
	"::ffff:10.0.0.1", "::ffff:192.0.2.1",
}

func isCountry(code string) bool {
	return len(code) == 2 && 'A' <= code[0] && code[0] <= 'Z' && 'A' <= code[1] && code[1] <= 'Z'
}
