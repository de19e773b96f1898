package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/internal/feed"
)

// watchPage is how many records of a snapshot one script reads.
const watchPage = 500

var errFormat = errors.New("what is in Redis was not written by this version of Peace")

// Get implements state.Records.
func (s *Service) Get(ctx context.Context, space string, keys []string) ([]state.Record, error) {
	if err := state.CheckGet(space, keys); err != nil {
		return nil, err
	}
	blobs, err := s.read.Exec(ctx, s.client, nil, append([]string{s.prefix, "get", space}, keys...)).AsStrSlice()
	if err != nil {
		return nil, s.fail(err)
	}
	return decodeAll(space, blobs)
}

// List implements state.Records.
func (s *Service) List(ctx context.Context, space, tag, after string, limit int) ([]state.Record, error) {
	if err := state.CheckList(space, tag, after, limit); err != nil {
		return nil, err
	}
	records, _, err := s.list(ctx, space, tag, after, limit)
	return records, err
}

// list also returns the sequence number at that moment.
func (s *Service) list(ctx context.Context, space, tag, after string, limit int) ([]state.Record, uint64, error) {
	args := []string{s.prefix, "list", space, tag, after, strconv.Itoa(limit)}
	blobs, err := s.read.Exec(ctx, s.client, nil, args).AsStrSlice()
	if err != nil {
		return nil, 0, s.fail(err)
	}
	last := len(blobs) - 1
	seq, err := strconv.ParseUint(blobs[last], 10, 64)
	if err != nil {
		return nil, 0, errFormat
	}
	records, err := decodeAll(space, blobs[:last])
	return records, seq, err
}

// Count implements state.Records.
func (s *Service) Count(ctx context.Context, space string, tags []string) ([]int, error) {
	if err := state.CheckCount(space, tags); err != nil {
		return nil, err
	}
	counts, err := s.read.Exec(ctx, s.client, nil, append([]string{s.prefix, "count", space}, tags...)).AsIntSlice()
	if err != nil {
		return nil, s.fail(err)
	}
	return ints(counts), nil
}

func ints(in []int64) []int {
	out := make([]int, len(in))
	for i, n := range in {
		out[i] = int(n)
	}
	return out
}

// Apply implements state.Records.
func (s *Service) Apply(ctx context.Context, changes []state.Change) ([]state.Outcome, error) {
	if err := state.CheckChanges(changes); err != nil {
		return nil, err
	}
	a := arguments{s.prefix}
	for _, c := range changes {
		a.change(c)
	}
	results, err := s.apply.Exec(ctx, s.client, nil, a).AsIntSlice()
	if err != nil {
		return nil, s.fail(err)
	}
	outcomes := make([]state.Outcome, len(changes))
	for i, c := range changes {
		if c.Append != nil {
			outcomes[i].Reached = int(results[i])
		} else if c.Publish == nil {
			outcomes[i].Version = uint64(results[i])
		}
	}
	return outcomes, nil
}

// arguments are those of apply.lua.
type arguments []string

func (a *arguments) add(fields ...string) { *a = append(*a, fields...) }

func (a *arguments) list(names []string) {
	a.add(strconv.Itoa(len(names)))
	a.add(names...)
}

func (a *arguments) condition(version *uint64) {
	if version == nil {
		a.add("")
		return
	}
	a.add(strconv.FormatUint(*version, 10))
}

func (a *arguments) change(c state.Change) {
	switch {
	case c.Put != nil:
		p := c.Put
		ms := (p.TTL + time.Millisecond - 1) / time.Millisecond
		if p.TTL > 0 && ms <= 0 { // the sum overflowed
			ms = p.TTL / time.Millisecond
		}
		a.add("put", p.Space, p.Key, rueidis.BinaryString(p.Value), strconv.FormatInt(int64(p.TTL), 10), strconv.FormatInt(int64(ms), 10))
		a.condition(p.IfVersion)
		a.list(p.AddTags)
		a.list(p.RemoveTags)
	case c.Tag != nil:
		a.add("tag", c.Tag.Space, c.Tag.Key)
		a.list(c.Tag.Add)
		a.list(c.Tag.Remove)
	case c.Delete != nil:
		a.add("delete", c.Delete.Space, c.Delete.Key)
		a.condition(c.Delete.IfVersion)
	case c.Append != nil:
		p := c.Append
		a.add("append", p.Space)
		for _, names := range [...][]string{p.Tags, p.Keys, p.ExceptTags, p.ExceptKeys} {
			a.list(names)
		}
		a.add(rueidis.BinaryString(p.Item))
	case c.Publish != nil:
		a.add("publish", c.Publish.Topic, rueidis.BinaryString(c.Publish.Payload))
	}
}

// Watch implements state.Records. It subscribes first and reads the space after that, page by page. What happens to a record
// meanwhile is in the page, in the subscription or in both; versions tell.
func (s *Service) Watch(ctx context.Context, space string) iter.Seq2[state.Event, error] {
	return func(yield func(state.Event, error) bool) {
		if err := s.watch(ctx, space, yield); err != nil {
			yield(state.Event{}, err)
		}
	}
}

// watch returns the error that ends it, or nil when the consumer has enough.
func (s *Service) watch(ctx context.Context, space string, yield func(state.Event, error) bool) error {
	if err := state.CheckName(space); err != nil {
		return err
	}
	f := feed.New[message]()
	channels := []string{s.prefix + "e:" + space}
	if err := s.hub.add(ctx, channels, f); err != nil {
		return s.fail(err)
	}
	defer s.hub.remove(channels, f)

	seen := make(map[string]uint64)
	var seq uint64
	for after, more := "", true; more; {
		page, now, err := s.list(ctx, space, "", after, watchPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			seen[r.Key], after = r.Version, r.Key
			if !yield(state.Event{Type: state.EventPut, Record: r}, nil) {
				return nil
			}
		}
		seq, more = now, len(page) == watchPage
	}
	if !yield(state.Event{Type: state.EventSynced}, nil) {
		return nil
	}
	for {
		messages, err := f.Fetch(ctx, s.closing)
		if err != nil {
			return err
		}
		for _, m := range messages {
			e, err := decode(space, m.payload)
			if err != nil {
				return err
			}
			if e.Record.Version > seq {
				seen = nil // from here on everything is news
			} else if !isNews(seen, e) {
				continue
			}
			if !yield(e, nil) {
				return nil
			}
		}
	}
}

// isNews reports whether an event from the time of the snapshot tells more than the snapshot did.
func isNews(seen map[string]uint64, e state.Event) bool {
	version, known := seen[e.Record.Key]
	if e.Record.Version <= version || e.Type != state.EventPut && !known {
		return false
	}
	if e.Type == state.EventPut {
		seen[e.Record.Key] = e.Record.Version
	} else {
		delete(seen, e.Record.Key)
	}
	return true
}

func decodeAll(space string, blobs []string) ([]state.Record, error) {
	records := make([]state.Record, len(blobs))
	for i, blob := range blobs {
		e, err := decode(space, blob)
		if err != nil {
			return nil, err
		}
		records[i] = e.Record
	}
	return records, nil
}

// decode reads what encode in common.lua writes.
func decode(space, blob string) (state.Event, error) {
	var fields []string
	for len(blob) > 0 {
		if len(blob) < 4 {
			return state.Event{}, errFormat
		}
		n := int(binary.BigEndian.Uint32([]byte(blob[:4])))
		if blob = blob[4:]; n > len(blob) {
			return state.Event{}, errFormat
		}
		fields, blob = append(fields, blob[:n]), blob[n:]
	}
	if len(fields) < 5 {
		return state.Event{}, errFormat
	}
	what, err1 := strconv.Atoi(fields[0])
	version, err2 := strconv.ParseUint(fields[1], 10, 64)
	ttl, err3 := strconv.ParseInt(fields[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return state.Event{}, errFormat
	}
	tags := fields[5:]
	slices.Sort(tags)
	return state.Event{Type: state.EventType(what), Record: state.Record{
		Space: space, Key: fields[3], Value: []byte(fields[4]), Tags: tags, Version: version, TTL: time.Duration(ttl),
	}}, nil
}
