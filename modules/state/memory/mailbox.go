package memory

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

// spareItems is the capacity that an emptied mailbox keeps for its next items.
const spareItems = 16

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
	lost    int           // items dropped, until a drain that reports them has arrived
	shown   uint64        // the id of the last item that a drain has returned and left here
	told    int           // those of lost that nobody needs to hear of once shown is acknowledged
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
		b.lost++
		if b.shift().id <= b.shown {
			b.told++
		}
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

// forget removes the items up to an id and reports whether that changed anything.
func (b *mailbox) forget(upTo uint64) (changed bool) {
	for b.head < len(b.items) && b.items[b.head].id <= upTo {
		b.shift()
		changed = true
	}
	if b.told > 0 && upTo >= b.shown {
		b.lost -= b.told
		b.told, changed = 0, true
	}
	if changed {
		b.tidy()
	}
	return changed
}

// take returns the oldest items, at most limit bytes of them but at least one, and removes them unless it is told to keep them.
func (b *mailbox) take(limit int, keep bool) state.Mail {
	queue := b.items[b.head:]
	n, size := 1, len(queue[0].data)
	for n < len(queue) && size+len(queue[n].data) <= limit {
		size += len(queue[n].data)
		n++
	}
	// The items are shared and what is returned belongs to the caller: one copy for all of them.
	mail := state.Mail{Items: make([]state.Item, n), More: n < len(queue), Lost: b.lost}
	data := make([]byte, 0, size)
	for i, it := range queue[:n] {
		begin := len(data)
		data = append(data, it.data...)
		mail.Items[i] = state.Item{ID: it.id, Data: data[begin:len(data):len(data)]}
	}
	if keep {
		b.shown, b.told = queue[n-1].id, b.lost
		return mail
	}
	for range n {
		b.shift()
	}
	b.lost, b.told = 0, 0
	b.tidy()
	return mail
}

// tidy begins anew when the mailbox is empty. Nothing can be lost then: what pushed an item out would still be there, or its
// consumer has it and was told.
func (b *mailbox) tidy() {
	if b.head < len(b.items) {
		return
	}
	b.lost, b.told = 0, 0
	b.items, b.head = b.items[:0], 0
	if cap(b.items) > spareItems {
		b.items = nil
	}
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
func (s *Service) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	if err := state.CheckDrain(space, key, take); err != nil {
		return state.Mail{}, err
	}
	if err := ctx.Err(); err != nil {
		return state.Mail{}, err
	}
	r := s.lookup(space, key)
	if r == nil {
		return state.Mail{}, state.ErrNoRecord
	}
	if take.MaxBytes == 0 {
		take.MaxBytes = state.MaxMailboxBytes
	}
	mail, news, err := s.drain(r, &take, take.Wait > 0)
	if news == nil || err != nil {
		return mail, err
	}
	timeout := time.NewTimer(take.Wait)
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
		mail, news, err = s.drain(r, &take, again)
		if news == nil || err != nil {
			return mail, err
		}
	}
}

// drain renews the record and takes its items. When there are none and the caller would wait, it returns the channel to wait on.
func (s *Service) drain(r *record, take *state.Take, wait bool) (mail state.Mail, news <-chan struct{}, err error) {
	b := &r.box
	b.mu.Lock()
	if b.dead {
		b.mu.Unlock()
		return state.Mail{}, nil, state.ErrNoRecord
	}
	b.touched = s.now()
	changed := take.Acknowledge > 0 && b.forget(take.Acknowledge)
	switch {
	case b.head < len(b.items):
		mail = b.take(take.MaxBytes, take.Keep)
		changed = changed || !take.Keep
	case wait:
		news = b.waiting()
	}
	s.unlockMail(r, changed)
	return mail, news, nil
}

// Acknowledge implements state.Queues.
func (s *Service) Acknowledge(ctx context.Context, space string, receipts []state.Receipt) error {
	if err := state.CheckAcknowledge(space, receipts); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, receipt := range receipts {
		if r := s.lookup(space, receipt.Key); r != nil {
			r.box.mu.Lock()
			s.unlockMail(r, r.box.forget(receipt.ID))
		}
	}
	return nil
}

// unlockMail unlocks the mailbox of a record, and has the journal look at it when items have left it.
func (s *Service) unlockMail(r *record, changed bool) {
	dirtied := changed && !r.box.dirty && s.journal != nil
	r.box.dirty = r.box.dirty || changed
	r.box.mu.Unlock()
	if dirtied {
		s.journal.mailChanged(r)
	}
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
