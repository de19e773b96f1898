package memory

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/internal/feed"
)

// space is one name space of records.
type space struct {
	name    string
	records map[string]*record
	order   sorted[*record]
	tags    map[string]*tag
	watches map[*feed.Feed[change]]struct{}
}

// tag is the set of records of a space that carry a tag.
type tag struct {
	name    string
	members sorted[*record]
}

// record is the identity of a record: its mailbox lives and dies with it. A key that is deleted and made again has another.
type record struct {
	box   mailbox
	space string
	key   string

	// now is what readers see. It is replaced, never modified, so a snapshot of a space is a list of pointers. The tags are
	// those of now, in the same order. Both are guarded by Service.mu.
	now  *state.Record
	tags []*tag

	// Guarded by Service.write.
	gone   bool   // deleted or expired
	stored bool   // the journal may hold a row of its name
	kept   bool   // the journal has written it, and no mailbox of a predecessor is left there
	mark   uint64 // see transaction.address
	due    int64  // when expiry looks at it next
	slot   int    // its index in the expiry heap, -1 when it lives for ever
}

func (r *record) compare(o *record) int { return strings.Compare(r.key, o.key) }

// space returns the space of that name and makes it when it is not there.
func (s *Service) space(name string) *space {
	sp := s.spaces[name]
	if sp == nil {
		sp = &space{
			name:    name,
			records: make(map[string]*record),
			tags:    make(map[string]*tag),
			watches: make(map[*feed.Feed[change]]struct{}),
		}
		s.spaces[name] = sp
	}
	return sp
}

// release forgets a space that nobody uses.
func (s *Service) release(sp *space) {
	if len(sp.records) == 0 && len(sp.watches) == 0 {
		delete(s.spaces, sp.name)
	}
}

// link puts a record into its space's index, under the tags of next.
func (sp *space) link(r *record, next *state.Record) {
	sp.records[r.key] = r
	sp.order.insert(r)
	sp.show(r, next)
}

// unlink takes a record out of its space's index. What it was stays in r.now.
func (sp *space) unlink(r *record) {
	delete(sp.records, r.key)
	sp.order.remove(r)
	for _, t := range r.tags {
		sp.untag(r, t)
	}
	r.tags = nil
}

// show makes next what readers see of a linked record.
func (sp *space) show(r *record, next *state.Record) {
	if r.now == nil || len(r.tags) != len(next.Tags) || !slices.Equal(r.now.Tags, next.Tags) {
		sp.retag(r, next.Tags)
	}
	r.now = next
}

// retag moves a record from the tags it is under to others. Both lists are sorted.
func (sp *space) retag(r *record, names []string) {
	old, tags := r.tags, make([]*tag, 0, len(names))
	for _, name := range names {
		for len(old) > 0 && old[0].name < name {
			sp.untag(r, old[0])
			old = old[1:]
		}
		if len(old) > 0 && old[0].name == name {
			tags, old = append(tags, old[0]), old[1:]
			continue
		}
		t := sp.tags[name]
		if t == nil {
			t = &tag{name: name}
			sp.tags[name] = t
		}
		t.members.insert(r)
		tags = append(tags, t)
	}
	for _, t := range old {
		sp.untag(r, t)
	}
	r.tags = tags
}

func (sp *space) untag(r *record, t *tag) {
	t.members.remove(r)
	if t.members.size == 0 {
		delete(sp.tags, t.name)
	}
}

// carriers returns the records that carry a tag, or nil.
func (sp *space) carriers(name string) *sorted[*record] {
	if t := sp.tags[name]; t != nil {
		return &t.members
	}
	return nil
}

// mergeTags returns tags without remove and with add, sorted and each once. It returns tags itself when nothing changes.
func mergeTags(tags, add, remove []string) []string {
	if len(add) == 0 && len(remove) == 0 {
		return tags
	}
	merged := make([]string, 0, len(tags)+len(add))
	for _, name := range tags {
		if !slices.Contains(remove, name) {
			merged = append(merged, name)
		}
	}
	merged = append(merged, add...)
	slices.Sort(merged)
	merged = slices.Compact(merged)
	if slices.Equal(merged, tags) {
		return tags
	}
	return slices.Clip(merged)
}

// copyOf returns a record that belongs to the caller.
func copyOf(r *state.Record) state.Record {
	c := *r
	c.Value = bytes.Clone(r.Value)
	c.Tags = slices.Clone(r.Tags)
	return c
}
