package limit

import (
	"net/netip"
	"testing"
)

func TestShare(t *testing.T) {
	s := NewShare(10)
	one, same, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("192.0.2.1")
	if !s.Take(one, 7) || s.Take(same, 4) || !s.Take(same, 3) || s.Take(one, 1) {
		t.Error("a network does not have its share")
	}
	if !s.Take(other, 10) || s.Take(other, 1) {
		t.Error("another address does not have its own")
	}
	if !s.Take(netip.Addr{}, 100) {
		t.Error("who has no address is bounded")
	}
	s.Give(netip.Addr{}, 100)
	s.Give(same, 3)
	if !s.Take(one, 3) {
		t.Error("what was given back is not there")
	}
	s.Give(one, 10)
	s.Give(other, 10)
	if len(s.held) != 0 {
		t.Errorf("%d addresses are remembered that hold nothing", len(s.held))
	}
}
