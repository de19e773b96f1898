package local

import (
	"net/netip"
	"sync"
	"time"
)

// attemptsKept bounds the keys that one attempts counts at a time: some 6 MiB.
const attemptsKept = 1 << 16

// attempts counts what somebody did within a window that begins with his first attempt. It forgets those who made theirs
// longest ago when there are too many to count. It is safe for concurrent use.
type attempts[K comparable] struct {
	mu     sync.Mutex
	counts *recent[K, count]
}

type count struct {
	n   int
	end time.Time // of the window
}

func newAttempts[K comparable]() *attempts[K] {
	return &attempts[K]{counts: newRecent[K, count](attemptsKept)}
}

// full reports whether k has made its attempts.
func (a *attempts[K]) full(k K, limit int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.counts.get(k)
	return ok && c.n >= limit && time.Now().Before(c.end)
}

// add counts an attempt of k.
func (a *attempts[K]) add(k K, window time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, _ := a.counts.get(k)
	if t := time.Now(); !t.Before(c.end) {
		c = count{end: t.Add(window)}
	}
	c.n++
	a.counts.put(k, c)
}

// network is what counts as one address: an IPv4 address, or the 64 bits of an IPv6 address that a provider gives to one
// customer. The zero Addr, which is the server's own, has the zero Prefix.
func network(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits)
	return prefix
}
