package ws

import (
	"sync"
	"sync/atomic"
)

// memoSlots is how many encoded events are remembered: those of the last moments, which many sockets are about to get.
const memoSlots = 1024

// memo remembers the frames of recent events by the id of their mailbox item, so that what all hear of is encoded once. An event
// has one place in it and takes that of the one before: no list, no growth. Of many sockets that ask at once, one encodes and the
// others wait. The zero value is ready.
type memo struct {
	slots [memoSlots]atomic.Pointer[remembered]
}

type remembered struct {
	id    uint64
	once  sync.Once
	frame frame
}

// frame returns that of an item, and encodes it when it is not remembered.
func (m *memo) frame(id uint64, encode func() frame) frame {
	// Fibonacci hashing spreads ids, consecutive or not, over the places.
	slot := &m.slots[id*0x9E3779B97F4A7C15>>(64-10)]
	r := slot.Load()
	for r == nil || r.id != id {
		fresh := &remembered{id: id}
		if slot.CompareAndSwap(r, fresh) {
			r = fresh
		} else {
			r = slot.Load()
		}
	}
	r.once.Do(func() { r.frame = encode() })
	return r.frame
}
