package memory

import (
	"bytes"
	"context"
	"iter"
	"sync"

	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/internal/feed"
)

// change is a step of a watch; now is shared and must not be modified.
type change struct {
	what state.EventType
	now  *state.Record
}

// Watch implements state.Records.
func (s *Service) Watch(ctx context.Context, space string) iter.Seq2[state.Event, error] {
	return func(yield func(state.Event, error) bool) {
		if err := state.CheckName(space); err != nil {
			yield(state.Event{}, err)
			return
		}
		f := feed.New[change]()
		snapshot := s.startWatch(space, f)
		defer s.endWatch(space, f)
		for _, r := range snapshot {
			if err := ctx.Err(); err != nil {
				yield(state.Event{}, err)
				return
			}
			if !yield(state.Event{Type: state.EventPut, Record: copyOf(r)}, nil) {
				return
			}
		}
		snapshot = nil //nolint:ineffassign,wastedassign // a watch stands for days: it must not hold on to the first state of everything
		if !yield(state.Event{Type: state.EventSynced}, nil) {
			return
		}
		for {
			changes, err := f.Fetch(ctx, s.closing)
			if err != nil {
				yield(state.Event{}, err)
				return
			}
			for _, c := range changes {
				if !yield(state.Event{Type: c.what, Record: copyOf(c.now)}, nil) {
					return
				}
			}
		}
	}
}

// startWatch adds a feed to a space and returns what the space holds at that moment. No writer is between the two.
func (s *Service) startWatch(name string, f *feed.Feed[change]) []*state.Record {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	sp := s.space(name)
	sp.watches[f] = struct{}{}
	s.mu.Unlock()
	// Only writers change the index, and this one holds their lock: readers need not wait.
	snapshot := make([]*state.Record, 0, sp.order.size)
	for r := range sp.order.all() {
		snapshot = append(snapshot, r.now)
	}
	return snapshot
}

func (s *Service) endWatch(name string, f *feed.Feed[change]) {
	s.write.Lock()
	defer s.write.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	sp := s.spaces[name]
	delete(sp.watches, f)
	s.release(sp)
}

// notice is an event on a topic; the payload is shared.
type notice struct {
	topic   string
	payload []byte
}

// topics knows who listens to what.
type topics struct {
	mu     sync.Mutex
	byName map[string]map[*feed.Feed[notice]]struct{}
}

func (t *topics) publish(topic string, payload []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	feeds := t.byName[topic]
	if len(feeds) == 0 {
		return
	}
	n := notice{topic, bytes.Clone(payload)}
	for f := range feeds {
		f.Push(n, len(n.payload))
	}
}

func (t *topics) add(names []string, f *feed.Feed[notice]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		if t.byName[name] == nil {
			t.byName[name] = make(map[*feed.Feed[notice]]struct{})
		}
		t.byName[name][f] = struct{}{}
	}
}

func (t *topics) remove(names []string, f *feed.Feed[notice]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		delete(t.byName[name], f)
		if len(t.byName[name]) == 0 {
			delete(t.byName, name)
		}
	}
}

func (t *topics) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, feeds := range t.byName {
		n += len(feeds)
	}
	return n
}

// Publish implements state.Topics.
func (s *Service) Publish(ctx context.Context, topic string, payload []byte) error {
	if err := state.CheckPublish(topic, payload); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.topics.publish(topic, payload)
	return nil
}

// Subscribe implements state.Topics.
func (s *Service) Subscribe(ctx context.Context, topics []string) iter.Seq2[state.Notice, error] {
	return func(yield func(state.Notice, error) bool) {
		if err := state.CheckNames(topics, state.MaxTags); err != nil {
			yield(state.Notice{}, err)
			return
		}
		f := feed.New[notice]()
		s.topics.add(topics, f)
		defer s.topics.remove(topics, f)
		if !yield(state.Notice{}, nil) {
			return
		}
		for {
			notices, err := f.Fetch(ctx, s.closing)
			if err != nil {
				yield(state.Notice{}, err)
				return
			}
			for _, n := range notices {
				if !yield(state.Notice{Topic: n.topic, Payload: bytes.Clone(n.payload)}, nil) {
					return
				}
			}
		}
	}
}
