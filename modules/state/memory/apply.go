package memory

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/state"
)

// Apply implements state.Records.
func (s *Service) Apply(ctx context.Context, changes []state.Change) ([]state.Outcome, error) {
	if err := state.CheckChanges(changes); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.write.Lock()
	if s.closed {
		s.write.Unlock()
		return nil, state.ErrClosed
	}
	tx := s.begin()
	outcomes, err := tx.index(changes)
	var written *batch
	if err == nil {
		written = tx.perform()
	}
	s.write.Unlock()
	if err == nil {
		err = s.await(written)
	}
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// transaction is one Apply, Append or expiry. It goes in two steps: first the index of records changes, which may fail and is
// undone then; after that come the effects, which cannot fail and need no lock that readers wait for. All of it happens under
// Service.write.
type transaction struct {
	s       *Service
	undo    []undo
	effects []effect
	durable bool
}

// begin starts a transaction. The caller holds Service.write and ends the transaction with perform or rollBack.
func (s *Service) begin() transaction { return transaction{s: s, effects: s.effects} }

// undo is what a record was before a change of the transaction.
type undo struct {
	space  *space
	record *record
	was    *state.Record // nil when the record was made
	linked bool          // false when the change was its deletion
}

// effect is what a change does outside the index.
type effect struct {
	// A changed record.
	space  *space
	record *record
	event  change // Type is EventUnspecified when nothing changed but the time to live

	// An appended item: its mailboxes are Service.targets[from:to].
	item     *item
	from, to int

	publish *state.Publish
}

// index makes the changes visible to readers, or none of them.
func (tx *transaction) index(changes []state.Change) ([]state.Outcome, error) {
	tx.s.mu.Lock()
	defer tx.s.mu.Unlock()
	outcomes := make([]state.Outcome, len(changes))
	for i, c := range changes {
		var err error
		switch {
		case c.Put != nil:
			outcomes[i].Version, err = tx.put(c.Put)
		case c.Tag != nil:
			outcomes[i].Version, err = tx.tag(c.Tag)
		case c.Delete != nil:
			outcomes[i].Version, err = tx.delete(c.Delete)
		case c.Append != nil:
			outcomes[i].Reached = tx.append(c.Append)
		case c.Publish != nil:
			tx.effects = append(tx.effects, effect{publish: c.Publish})
		}
		if err != nil {
			tx.rollBack()
			return nil, err
		}
	}
	tx.tidy()
	return outcomes, nil
}

func (tx *transaction) rollBack() {
	for _, u := range slices.Backward(tx.undo) {
		switch {
		case u.was == nil:
			u.space.unlink(u.record)
		case !u.linked:
			u.space.link(u.record, u.was)
		default:
			u.space.show(u.record, u.was)
		}
	}
	tx.tidy()
	tx.end()
}

// tidy forgets the spaces that are empty now. Not earlier: a later change may fill them again, or fail and bring back what was in
// them.
func (tx *transaction) tidy() {
	for _, u := range tx.undo {
		tx.s.release(u.space)
	}
}

// holds checks a change's condition on the present version of its record, which is 0 when there is none.
func holds(present uint64, wanted *uint64) error {
	if wanted != nil && *wanted != present {
		return state.ErrConflict.With("version", strconv.FormatUint(present, 10))
	}
	return nil
}

func (r *record) version() uint64 {
	if r == nil {
		return 0
	}
	return r.now.Version
}

func (tx *transaction) find(space, key string) (*space, *record) {
	sp := tx.s.spaces[space]
	if sp == nil {
		return nil, nil
	}
	return sp, sp.records[key]
}

func (tx *transaction) put(p *state.Put) (uint64, error) {
	sp, r := tx.find(p.Space, p.Key)
	if err := holds(r.version(), p.IfVersion); err != nil {
		return 0, err
	}
	var tags []string
	if r != nil {
		tags = r.now.Tags
	}
	tags = mergeTags(tags, p.AddTags, p.RemoveTags)
	if err := checkTags(tags); err != nil {
		return 0, err
	}
	next := &state.Record{
		Space: p.Space, Key: p.Key, Value: bytes.Clone(p.Value), Tags: tags, Version: tx.s.next(), TTL: p.TTL,
	}
	if r != nil {
		tx.show(sp, r, next)
		return next.Version, nil
	}
	if sp == nil {
		sp = tx.s.space(strings.Clone(p.Space))
	}
	next.Space, next.Key = sp.name, strings.Clone(p.Key)
	r = &record{space: sp.name, key: next.Key, slot: -1}
	sp.link(r, next)
	tx.undo = append(tx.undo, undo{space: sp, record: r})
	tx.changed(sp, r, state.EventPut, next)
	return next.Version, nil
}

func (tx *transaction) tag(t *state.Tag) (uint64, error) {
	sp, r := tx.find(t.Space, t.Key)
	if r == nil {
		return 0, nil
	}
	tags := mergeTags(r.now.Tags, t.Add, t.Remove)
	if slices.Equal(tags, r.now.Tags) {
		tx.changed(sp, r, state.EventUnspecified, r.now)
		return r.now.Version, nil
	}
	if err := checkTags(tags); err != nil {
		return 0, err
	}
	next := *r.now
	next.Tags, next.Version = tags, tx.s.next()
	tx.show(sp, r, &next)
	return next.Version, nil
}

func (tx *transaction) delete(d *state.Delete) (uint64, error) {
	sp, r := tx.find(d.Space, d.Key)
	if err := holds(r.version(), d.IfVersion); err != nil || r == nil {
		return 0, err
	}
	return tx.remove(sp, r, state.EventDelete), nil
}

func (tx *transaction) remove(sp *space, r *record, why state.EventType) uint64 {
	last := *r.now
	last.Version = tx.s.next()
	tx.undo = append(tx.undo, undo{space: sp, record: r, was: r.now})
	sp.unlink(r)
	tx.changed(sp, r, why, &last)
	return last.Version
}

func (tx *transaction) show(sp *space, r *record, next *state.Record) {
	tx.undo = append(tx.undo, undo{space: sp, record: r, was: r.now, linked: true})
	sp.show(r, next)
	tx.changed(sp, r, state.EventPut, next)
}

func (tx *transaction) changed(sp *space, r *record, what state.EventType, now *state.Record) {
	tx.effects = append(tx.effects, effect{space: sp, record: r, event: change{what, now}})
}

func checkTags(tags []string) error {
	if len(tags) > state.MaxTags {
		return state.ErrTooLarge.With("tags", strconv.Itoa(len(tags)))
	}
	return nil
}

// append finds the mailboxes of an item and returns how many they are.
func (tx *transaction) append(a *state.Append) int {
	from := len(tx.s.targets)
	tx.address(a)
	to := len(tx.s.targets)
	tx.durable = tx.durable || a.Durable
	if to > from {
		it := &item{id: tx.s.next(), data: bytes.Clone(a.Item)}
		it.holders.Store(int64(to - from))
		tx.effects = append(tx.effects, effect{item: it, from: from, to: to})
	}
	return to - from
}

// address adds the records that an Append is for to Service.targets. Who is excepted or has it already carries this address's
// mark.
func (tx *transaction) address(a *state.Append) {
	s := tx.s
	sp := s.spaces[a.Space]
	if sp == nil {
		return
	}
	if len(a.Tags) == 1 && len(a.Keys)+len(a.ExceptKeys)+len(a.ExceptTags) == 0 {
		if members := sp.carriers(a.Tags[0]); members != nil {
			for _, block := range members.blocks {
				s.targets = append(s.targets, block...)
			}
		}
		return
	}
	s.mark++
	except := func(r *record) { r.mark = s.mark }
	include := func(r *record) {
		if r.mark != s.mark {
			r.mark = s.mark
			s.targets = append(s.targets, r)
		}
	}
	sp.each(a.ExceptTags, a.ExceptKeys, except)
	sp.each(a.Tags, a.Keys, include)
}

// each calls f with the records that carry one of the tags and those of the keys; with one that is both, more than once.
func (sp *space) each(tags, keys []string, f func(*record)) {
	for _, name := range tags {
		if members := sp.carriers(name); members != nil {
			for r := range members.all() {
				f(r)
			}
		}
	}
	for _, key := range keys {
		if r := sp.records[key]; r != nil {
			f(r)
		}
	}
}

// perform does the effects in order and returns the batch of the journal to wait for, nil when there is none.
func (tx *transaction) perform() *batch {
	s := tx.s
	var mail []*record // mailboxes that became dirty
	now := s.now()
	for i := range tx.effects {
		e := &tx.effects[i]
		switch {
		case e.publish != nil:
			s.topics.publish(e.publish.Topic, e.publish.Payload)
		case e.item != nil:
			for _, r := range s.targets[e.from:e.to] {
				if r.box.push(e.item) && s.journal != nil {
					mail = append(mail, r)
				}
			}
		default:
			tx.settle(e, now)
		}
	}
	var written *batch
	if s.journal != nil {
		written = s.journal.mailAppended(mail, s.targets, tx.durable)
	}
	tx.end()
	return written
}

// settle is the effect of a changed record: its time to live, its watchers, its journal.
func (tx *transaction) settle(e *effect, now int64) {
	s, r := tx.s, e.record
	switch e.event.what {
	case state.EventDelete, state.EventExpire:
		r.gone = true
		r.box.kill()
		s.expiry.drop(r)
	default:
		r.box.touch(now)
		s.expiry.schedule(r, now, e.event.now.TTL)
	}
	if e.event.what == state.EventUnspecified {
		return
	}
	for w := range e.space.watches {
		w.Push(e.event, len(e.event.now.Value))
	}
	if s.journal != nil {
		s.journal.recordChanged(r)
	}
}

// end empties the scratch lists and lets go of an unusually large one.
func (tx *transaction) end() {
	s := tx.s
	clear(tx.effects)
	s.effects = tx.effects[:0]
	clear(s.targets)
	s.targets = s.targets[:0]
	if cap(s.targets) > 1<<20 {
		s.targets = nil
	}
}
