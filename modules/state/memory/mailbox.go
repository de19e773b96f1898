package memory

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

// keptItems is the capacity that an emptied mailbox keeps for its next items.
const keptItems = 16

// item is shared by all the mailboxes that it was appended to.
type item struct {
	id      uint64
	data    []byte
	holders atomic.Int64 // mailboxes that hold it; the journal forgets an item that has none
}

// mailbox is the queue of one record.
type mailbox struct {
	mu      sync.Mutex
	items   []*item // from head on, oldest first
	head    int
	bytes   int           // of the items' data
	lost    int           // items dropped since the last drain
	touched int64         // when the record was last drained or changed, by Service.now
	wake    chan struct{} // closed at the next item or at the end; nil while nobody waits
	dead    bool          // the record is gone
	dirty   bool          // the journal will look at it
	stored  bool          // the journal may hold it; used by the journal alone
}

// push adds an item and reports whether the mailbox has become dirty by it.
func (b *mailbox) push(it *item) (dirtied bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dead {
		it.holders.Add(-1)
		return false
	}
	if b.head > 0 && len(b.items) == cap(b.items) && b.head >= len(b.items)/2 {
		n := copy(b.items, b.items[b.head:])
		clear(b.items[n:])
		b.items, b.head = b.items[:n], 0
	}
	if b.items == nil {
		b.items = make([]*item, 0, 4)
	}
	b.items = append(b.items, it)
	b.bytes += len(it.data)
	for len(b.items)-b.head > state.MaxMailboxItems || b.bytes > state.MaxMailboxBytes {
		b.shift()
		b.lost++
	}
	b.signal()
	dirtied = !b.dirty
	b.dirty = true
	return dirtied
}

// shift removes the oldest item.
func (b *mailbox) shift() *item {
	it := b.items[b.head]
	b.items[b.head] = nil
	b.head++
	b.bytes -= len(it.data)
	it.holders.Add(-1)
	return it
}

func (b *mailbox) signal() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// waiting returns a channel that is closed when the mailbox has news.
func (b *mailbox) waiting() <-chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	return b.wake
}

// take removes the oldest items, at most limit bytes of them but at least one.
func (b *mailbox) take(limit int) state.Mail {
	queue := b.items[b.head:]
	n, size := 1, len(queue[0].data)
	for n < len(queue) && size+len(queue[n].data) <= limit {
		size += len(queue[n].data)
		n++
	}
	// The items are shared and what is returned belongs to the caller: one copy for all of them.
	mail := state.Mail{Items: make([]state.Item, n), More: n < len(queue), Lost: b.lost}
	data := make([]byte, 0, size)
	for i := range mail.Items {
		it := b.shift()
		begin := len(data)
		data = append(data, it.data...)
		mail.Items[i] = state.Item{ID: it.id, Data: data[begin:len(data):len(data)]}
	}
	b.lost = 0
	if b.head == len(b.items) {
		b.items, b.head = b.items[:0], 0
		if cap(b.items) > keptItems {
			b.items = nil
		}
	}
	return mail
}

// kill ends the mailbox with its record.
func (b *mailbox) kill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bury()
}

func (b *mailbox) bury() {
	for _, it := range b.items[b.head:] {
		it.holders.Add(-1)
	}
	b.dead, b.items, b.head, b.bytes = true, nil, 0, 0
	b.signal()
}

// touch renews the record.
func (b *mailbox) touch(now int64) {
	b.mu.Lock()
	b.touched = now
	b.mu.Unlock()
}

// Append implements state.Queues.
func (s *Service) Append(ctx context.Context, a state.Append) (int, error) {
	if err := state.CheckAppend(&a); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.write.Lock()
	if s.closed {
		s.write.Unlock()
		return 0, state.ErrClosed
	}
	tx := s.begin()
	reached := tx.append(&a)
	written := tx.perform()
	s.write.Unlock()
	return reached, s.await(written)
}

// Drain implements state.Queues.
func (s *Service) Drain(ctx context.Context, space, key string, maxBytes int, wait time.Duration) (state.Mail, error) {
	if err := state.CheckDrain(space, key, maxBytes, wait); err != nil {
		return state.Mail{}, err
	}
	if err := ctx.Err(); err != nil {
		return state.Mail{}, err
	}
	r := s.lookup(space, key)
	if r == nil {
		return state.Mail{}, state.ErrNoRecord
	}
	if maxBytes == 0 {
		maxBytes = state.MaxMailboxBytes
	}
	mail, news, err := s.drain(r, maxBytes, wait > 0)
	if news == nil || err != nil {
		return mail, err
	}
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		again := true
		select {
		case <-news:
		case <-timeout.C:
			again = false
		case <-ctx.Done():
			return state.Mail{}, ctx.Err()
		case <-s.closing:
			return state.Mail{}, state.ErrClosed
		}
		mail, news, err = s.drain(r, maxBytes, again)
		if news == nil || err != nil {
			return mail, err
		}
	}
}

// drain renews the record and takes its items. When there are none and the caller would wait, it returns the channel to wait on.
func (s *Service) drain(r *record, maxBytes int, wait bool) (mail state.Mail, news <-chan struct{}, err error) {
	b := &r.box
	b.mu.Lock()
	if b.dead {
		b.mu.Unlock()
		return state.Mail{}, nil, state.ErrNoRecord
	}
	b.touched = s.now()
	if b.head == len(b.items) {
		// lost cannot be set: what pushed an item out is still there.
		if wait {
			news = b.waiting()
		}
		b.mu.Unlock()
		return state.Mail{}, news, nil
	}
	mail = b.take(maxBytes)
	dirtied := !b.dirty && s.journal != nil
	b.dirty = true
	b.mu.Unlock()
	if dirtied {
		s.journal.mailChanged(r)
	}
	return mail, nil, nil
}

// lookup finds a record.
func (s *Service) lookup(space, key string) *record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if sp := s.spaces[space]; sp != nil {
		return sp.records[key]
	}
	return nil
}
