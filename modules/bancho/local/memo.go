package local

import "sync/atomic"

const (
	// memoSlots is how many encoded events are remembered: those of the last moments, which many clients are about to get.
	memoSlots = 4096
	// memoMax bounds the bytes of one of them, so that all take at most 16 MiB.
	memoMax = 4 << 10
)

// memo remembers the packets of recent events by the id of their mailbox item, so that a broadcast is encoded once and not
// once a receiver. An event has one place in it and replaces the one before: no lock, no list, no growth. The zero value is
// ready.
type memo struct {
	slots [memoSlots]atomic.Pointer[encoded]
}

type encoded struct {
	id      uint64
	packets []byte
}

// slot spreads ids, consecutive or not, over the places (Fibonacci hashing).
func (m *memo) slot(id uint64) *atomic.Pointer[encoded] {
	return &m.slots[id*0x9E3779B97F4A7C15>>(64-12)]
}

func (m *memo) get(id uint64) ([]byte, bool) {
	if e := m.slot(id).Load(); e != nil && e.id == id {
		return e.packets, true
	}
	return nil, false
}

// put keeps packets, which must not be changed any more.
func (m *memo) put(id uint64, packets []byte) {
	if len(packets) <= memoMax {
		m.slot(id).Store(&encoded{id, packets})
	}
}
