package memory

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/state"
)

// errJournal is what a durable append gets when the journal cannot be written. The item is in the mailboxes all the same.
var errJournal = fault.New(fault.Unavailable, "state", "journal", "the journal of state cannot be written")

const (
	// seqReserve is how many versions and ids the journal allows for in advance. A start begins after them.
	seqReserve = 1 << 24
	// journalShare bounds the journal's work: after a flush it rests this many times as long as the flush took.
	journalShare = 4
	// flushStep is how many mailboxes one transaction writes, so that a durable append does not wait for 50,000 of them.
	flushStep = 2000
)

// journal knows what has changed since it was last written. It does not log operations: a flush writes the present state of
// what changed, so a mailbox that was filled and drained in between costs nothing.
//
// A flush is a consistent cut of records and boards: of each Apply it holds all or nothing. Mailboxes are written as they are a
// moment later; what matters of them is in durable items.
type journal struct {
	store    *store
	interval time.Duration
	log      *slog.Logger

	// Guarded by Service.write.
	records map[recordID]*record // changed, made or gone
	ceiling uint64               // see seqReserve

	mu     sync.Mutex
	mail   []*record // exactly those whose mailbox is dirty, and gone ones
	urgent []*record // those with durable items that somebody waits for
	next   *batch    // what the next flush settles

	flushing sync.Mutex
	items    map[uint64]*item // those in the file; guarded by flushing

	writes, failures atomic.Uint64
	failed           atomic.Pointer[error] // of the last flush; nil when it went well
}

type recordID struct{ space, key string }

// batch is the part of a flush that a durable append waits for. Guarded by journal.flushing.
type batch struct {
	done bool
	err  error
}

// openJournal loads the journal and makes it the engine's.
func (s *Service) openJournal(ctx context.Context, config Config) error {
	st, err := openStore(ctx, config.Journal)
	if err != nil {
		return err
	}
	j := &journal{
		store:    st,
		interval: config.Interval,
		log:      s.log,
		records:  make(map[recordID]*record),
		next:     new(batch),
		items:    make(map[uint64]*item),
	}
	if err := s.load(ctx, j); err != nil {
		return errors.Join(err, st.close())
	}
	s.boards.dirty = make(map[boardMember]struct{})
	s.boards.dropped = make(map[string]struct{})
	s.journal = j
	// The first flush reserves numbers before any is given out.
	if err := s.flush(); err != nil {
		return errors.Join(st.explain(err), st.close())
	}
	return nil
}

// recordChanged notes a record that was made, changed or removed. The caller holds Service.write.
func (j *journal) recordChanged(r *record) {
	id := recordID{r.space, r.key}
	if old := j.records[id]; old != nil && old != r && old.stored {
		r.stored = true // the row of its predecessor is still there
	}
	if r.gone && !r.stored {
		delete(j.records, id) // came and went between two flushes
		return
	}
	j.records[id] = r
}

// mailChanged notes a mailbox that a drain has made dirty.
func (j *journal) mailChanged(r *record) {
	j.mu.Lock()
	j.mail = append(j.mail, r)
	j.mu.Unlock()
}

// mailAppended notes mailboxes that an append has made dirty. When it was durable, the answer is the batch that settles it.
// The caller holds Service.write.
func (j *journal) mailAppended(dirty, targets []*record, durable bool) *batch {
	if len(dirty) == 0 && !durable {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mail = append(j.mail, dirty...)
	if !durable {
		return nil
	}
	j.urgent = append(j.urgent, targets...)
	return j.next
}

// await returns when a batch is written. Whoever comes first writes for all who wait.
func (s *Service) await(b *batch) error {
	if b == nil {
		return nil
	}
	s.journal.flushing.Lock()
	defer s.journal.flushing.Unlock()
	if !b.done {
		_ = s.flushLocked(false) // the batch carries the error
	}
	return b.err
}

// runJournal flushes until ctx ends.
func (s *Service) runJournal(ctx context.Context) {
	timer := time.NewTimer(s.journal.interval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		began := time.Now()
		_ = s.flush() // logged, counted and tried again
		timer.Reset(max(s.journal.interval, journalShare*time.Since(began)))
	}
}

// flush writes everything that has changed until now.
func (s *Service) flush() error {
	j := s.journal
	j.mu.Lock()
	left := len(j.mail)
	j.mu.Unlock()
	for {
		j.flushing.Lock()
		err := s.flushLocked(true)
		j.flushing.Unlock()
		if left -= flushStep; left <= 0 || err != nil {
			return err
		}
	}
}

// flushLocked writes records, boards and urgent mailboxes, and with all the next step of the other mailboxes, too.
func (s *Service) flushLocked(all bool) error {
	j := s.journal
	c := s.cut(all)
	if c.empty() {
		c.settled.done = true
		return nil
	}
	c.capture(j)
	err := j.store.write(&c.rows)
	c.settled.done = true
	if err != nil {
		c.settled.err = errJournal
		s.restore(c)
		j.failures.Add(1)
		if j.failed.Swap(&err) == nil {
			j.log.Error("the journal of state cannot be written; trying on", "file", j.store.path, "error", err)
		}
		return err
	}
	for _, it := range c.newItems {
		j.items[it.id] = it
	}
	for _, id := range c.rows.deadItems {
		delete(j.items, id)
	}
	j.writes.Add(1)
	if j.failed.Swap(nil) != nil {
		j.log.Info("the journal of state is written again", "file", j.store.path)
	}
	return nil
}

// health reports the failure of the last flush.
func (j *journal) health() error {
	if err := j.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// cut is what one flush has to write.
type cut struct {
	all      bool
	records  map[recordID]*record
	fresh    []*record
	mail     []*record // of j.mail
	urgent   []*record
	scores   map[boardMember]struct{}
	dropped  map[string]struct{}
	settled  *batch
	newItems []*item
	rows     rows
}

func (c *cut) empty() bool {
	return len(c.records)+len(c.mail)+len(c.urgent)+len(c.scores)+len(c.dropped) == 0 && c.rows.ceiling == 0
}

// cut takes the lists of what changed.
func (s *Service) cut(all bool) *cut {
	j := s.journal
	c := &cut{all: all}
	s.write.Lock()
	defer s.write.Unlock()
	c.records, j.records = j.records, make(map[recordID]*record)
	for id, r := range c.records {
		row := recordRow{recordID: id, fresh: !r.kept}
		if !r.gone {
			row.now = r.now
			r.stored, r.kept = true, true
		}
		if row.fresh {
			c.fresh = append(c.fresh, r)
		}
		c.rows.records = append(c.rows.records, row)
	}
	if s.seq+seqReserve/2 > j.ceiling {
		j.ceiling = s.seq + seqReserve
		c.rows.ceiling = j.ceiling
	}
	j.mu.Lock()
	c.urgent, j.urgent = j.urgent, nil
	c.settled, j.next = j.next, new(batch)
	if all {
		n := min(len(j.mail), flushStep)
		c.mail = slices.Clone(j.mail[:n])
		if j.mail = j.mail[n:]; len(j.mail) == 0 {
			j.mail = nil
		}
	}
	j.mu.Unlock()

	b := &s.boards
	b.mu.Lock()
	defer b.mu.Unlock()
	c.scores, b.dirty = b.dirty, make(map[boardMember]struct{})
	c.dropped, b.dropped = b.dropped, make(map[string]struct{})
	for name := range c.dropped {
		c.rows.dropped = append(c.rows.dropped, name)
	}
	for m := range c.scores {
		row := scoreRow{boardMember: m}
		if bd := b.byName[m.board]; bd != nil {
			row.value, row.present = bd.scores[m.member]
		}
		c.rows.scores = append(c.rows.scores, row)
	}
	return c
}

// capture reads the mailboxes.
func (c *cut) capture(j *journal) {
	known := make(map[uint64]struct{})
	read := func(r *record, clean bool) {
		b := &r.box
		b.mu.Lock()
		defer b.mu.Unlock()
		if clean {
			b.dirty = false
		}
		queue := b.items[b.head:]
		if b.dead || len(queue) == 0 && !b.stored {
			return
		}
		b.stored = true
		row := mailRow{recordID: recordID{r.space, r.key}, lost: b.lost, ids: make([]uint64, len(queue))}
		for i, it := range queue {
			row.ids[i] = it.id
			if _, ok := known[it.id]; ok || j.items[it.id] != nil {
				continue
			}
			known[it.id] = struct{}{}
			c.newItems = append(c.newItems, it)
		}
		c.rows.mail = append(c.rows.mail, row)
	}
	for _, r := range c.urgent {
		read(r, false) // it stays on j.mail, or was read with it
	}
	for _, r := range c.mail {
		read(r, true)
	}
	c.rows.items = c.newItems
	if !c.all {
		return
	}
	// The row of a mailbox that is written later may still name an item that nobody holds. It was drained there: load leaves it out.
	for id, it := range j.items {
		if it.holders.Load() == 0 {
			c.rows.deadItems = append(c.rows.deadItems, id)
		}
	}
}

// restore puts back what a failed flush took.
func (s *Service) restore(c *cut) {
	j := s.journal
	s.write.Lock()
	defer s.write.Unlock()
	for _, r := range c.fresh {
		r.kept = false
	}
	for id, r := range c.records {
		if j.records[id] == nil {
			j.records[id] = r
		}
	}
	if c.rows.ceiling != 0 {
		j.ceiling = 0 // not reserved
	}
	for _, r := range c.mail {
		r.box.mu.Lock()
		again := !r.box.dead && !r.box.dirty
		r.box.dirty = r.box.dirty || again
		r.box.mu.Unlock()
		if again {
			j.mailChanged(r)
		}
	}

	b := &s.boards
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range c.dropped {
		b.dropped[name] = struct{}{}
	}
	for m := range c.scores {
		b.dirty[m] = struct{}{}
	}
}

// load fills a new engine from its journal.
func (s *Service) load(ctx context.Context, j *journal) error {
	var content content
	if err := j.store.load(ctx, &content); err != nil {
		return err
	}
	s.seq = max(s.seq, content.ceiling)
	now := s.now()
	for i := range content.records {
		shown := &content.records[i]
		sp := s.space(shown.Space)
		shown.Space = sp.name
		r := &record{space: sp.name, key: shown.Key, slot: -1, stored: true, kept: true}
		sp.link(r, shown)
		s.expiry.schedule(r, now, shown.TTL)
		r.box.touched = now
	}
	for id, data := range content.items {
		j.items[id] = &item{id: id, data: data}
	}
	for _, m := range content.mail {
		sp := s.spaces[m.space]
		if sp == nil || sp.records[m.key] == nil {
			continue
		}
		b := &sp.records[m.key].box
		b.stored, b.lost = true, m.lost
		for _, id := range m.ids {
			if it := j.items[id]; it != nil {
				it.holders.Add(1)
				b.items = append(b.items, it)
				b.bytes += len(it.data)
			}
		}
	}
	for _, row := range content.scores {
		s.boards.set(row.board, state.Score{Member: row.member, Value: row.value})
	}
	return nil
}
