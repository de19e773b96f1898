package limit

import (
	"net/netip"
	"sync"
)

// Share bounds how much of something that all clients share a single address can hold at a time: bytes of memory, or places.
// An IPv6 client is its /64. It is safe for concurrent use.
type Share struct {
	most int64

	mu   sync.Mutex
	held map[[16]byte]int64
}

// NewShare lets each address hold most.
func NewShare(most int64) *Share { return &Share{most: most, held: map[[16]byte]int64{}} }

// Take takes n for an address and reports whether it may have them. Who has no address, as behind a unix socket, takes freely:
// there is no telling such clients apart.
func (s *Share) Take(addr netip.Addr, n int64) bool {
	if !addr.IsValid() {
		return true
	}
	network := networkOf(addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[network]+n > s.most {
		return false
	}
	s.held[network] += n
	return true
}

// Give gives back what was taken.
func (s *Share) Give(addr netip.Addr, n int64) {
	if !addr.IsValid() {
		return
	}
	network := networkOf(addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[network] -= n; s.held[network] <= 0 {
		delete(s.held, network)
	}
}
