package statetest

import (
	"errors"
	"iter"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/state"
)

// pull turns a stream into a function that returns its next value and fails the test when there is none.
func pull[T any](t *testing.T, stream iter.Seq2[T, error]) func() T {
	next, stop := iter.Pull2(stream)
	t.Cleanup(stop)
	return func() T {
		t.Helper()
		v, err, ok := next()
		if err != nil || !ok {
			t.Fatalf("the stream ended: %v", err)
		}
		return v
	}
}

func watch(t *testing.T, s state.Service, space string) func() state.Event {
	return pull(t, s.Watch(t.Context(), space))
}

// subscribe returns when the subscription stands.
func subscribe(t *testing.T, s state.Service, topics ...string) func() state.Notice {
	t.Helper()
	next := pull(t, s.Subscribe(t.Context(), topics))
	want(t, next(), state.Notice{})
	return next
}

func testWatch(t *testing.T, s state.Service) {
	space := unique()
	empty := watch(t, s, space)
	want(t, empty(), state.Event{Type: state.EventSynced})

	apply(t, s, put(space, "a", "1", "t"), put(space, "b", "1"))
	records := get(t, s, space, "a", "b")
	full := watch(t, s, space)
	for _, r := range records {
		e := full()
		if e.Record.Key != r.Key { // the snapshot has no order of its own
			r = records[1-indexOf(records, r.Key)]
		}
		want(t, e, state.Event{Type: state.EventPut, Record: r})
	}
	want(t, full(), state.Event{Type: state.EventSynced})
	for _, r := range records {
		want(t, empty(), state.Event{Type: state.EventPut, Record: r})
	}

	// Neither a renewal, nor mail, nor another space, nor a tag that is there already is an event.
	_, err := s.Drain(t.Context(), space, "a", state.Take{})
	check(t, err)
	send(t, s, state.Append{Space: space, Keys: []string{"a"}})
	apply(t, s, put(unique(), "a", ""), state.Change{Tag: &state.Tag{Space: space, Key: "a", Add: []string{"t"}}})
	out := apply(t, s,
		state.Change{Tag: &state.Tag{Space: space, Key: "a", Add: []string{"u"}}},
		state.Change{Delete: &state.Delete{Space: space, Key: "a"}},
		state.Change{Delete: &state.Delete{Space: space, Key: "a"}},
		put(space, "a", "2"),
	)
	tagged := state.Record{Space: space, Key: "a", Value: []byte("1"), Tags: []string{"t", "u"}, Version: out[0].Version}
	gone := tagged
	gone.Version = out[1].Version
	for _, next := range []func() state.Event{empty, full} {
		want(t, next(), state.Event{Type: state.EventPut, Record: tagged})
		want(t, next(), state.Event{Type: state.EventDelete, Record: gone})
		want(t, next(), state.Event{Type: state.EventPut, Record: state.Record{Space: space, Key: "a", Value: []byte("2"), Version: out[3].Version}})
	}
}

func indexOf(records []state.Record, key string) int {
	for i, r := range records {
		if r.Key == key {
			return i
		}
	}
	return -1
}

// testWatchWhileWriting starts watches in the middle of writes. Each must end with what List says, having seen every record
// change from one version to a later one and nothing vanish that was not there.
func testWatchWhileWriting(t *testing.T, s state.Service) {
	space := unique()
	const keys, writers, watchers = 40, 3, 4
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		all(writers, func(w int) {
			for i := 0; !stop.Load(); i++ {
				key := strconv.Itoa((i*7 + w*13) % keys)
				change := put(space, key, name("%d %d", w, i), name("t%d", i%5))
				if i%4 == 3 {
					change = state.Change{Delete: &state.Delete{Space: space, Key: key}}
				}
				if _, err := s.Apply(t.Context(), []state.Change{change}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}()
	var views [watchers]map[string]state.Record
	synced := make(chan struct{}, watchers)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		all(watchers, func(i int) { views[i] = follow(t, s, space, synced) })
	}()
	for range watchers {
		<-synced
	}
	stop.Store(true)
	<-done
	apply(t, s, put(space, "end", ""))
	<-finished
	records, err := s.List(t.Context(), space, "", "", state.MaxPage)
	check(t, err)
	final := map[string]state.Record{}
	for _, r := range records {
		final[r.Key] = r
	}
	for _, view := range views {
		want(t, view, final)
	}
}

// follow builds a view of a space from a watch until the record "end" is there.
func follow(t *testing.T, s state.Service, space string, synced chan<- struct{}) map[string]state.Record {
	view := map[string]state.Record{}
	last := map[string]uint64{}
	live, after := false, 0
	for e, err := range s.Watch(t.Context(), space) {
		if err != nil {
			t.Error(err)
			break
		}
		if e.Type == state.EventSynced {
			live = true
			continue
		}
		r := e.Record
		if r.Version <= last[r.Key] {
			t.Errorf("%s: version %d after %d", r.Key, r.Version, last[r.Key])
		}
		last[r.Key] = r.Version
		before, known := view[r.Key]
		switch {
		case e.Type == state.EventPut && !live && known:
			t.Errorf("%s is twice in the snapshot", r.Key)
		case e.Type == state.EventPut:
			view[r.Key] = r
		case e.Type == state.EventDelete && live && known:
			if string(before.Value) != string(r.Value) {
				t.Errorf("%s was %q and is deleted as %q", r.Key, before.Value, r.Value)
			}
			delete(view, r.Key)
		default:
			t.Errorf("unexpected %v (live %t, known %t)", e, live, known)
		}
		if live {
			if after++; after == 50 {
				synced <- struct{}{} // it has seen changes, too
			}
		}
		if r.Key == "end" {
			break
		}
	}
	return view
}

// lags reads a stream whose consumer has slept and expects state.ErrLagged before all that was sent.
func lags[T any](t *testing.T, next func() (T, error, bool), sent int) {
	t.Helper()
	for range sent {
		_, err, ok := next()
		if !ok {
			t.Fatal("the stream ended without an error")
		}
		if err != nil {
			if !errors.Is(err, state.ErrLagged) {
				t.Fatalf("error is %v", err)
			}
			return
		}
	}
	t.Fatal("everything arrived: the engine keeps any amount for a slow consumer")
}

const lagEvents = 1200 // of 64 KiB: more than what sockets and bounded buffers hold

func testWatchLags(t *testing.T, s state.Service) {
	space := unique()
	next, stop := iter.Pull2(s.Watch(t.Context(), space))
	defer stop()
	if e, err, _ := next(); err != nil || e.Type != state.EventSynced {
		t.Fatal(e, err)
	}
	value := string(make([]byte, state.MaxValue))
	for range lagEvents {
		apply(t, s, put(space, "k", value))
	}
	lags(t, next, lagEvents)
	want(t, watch(t, s, space)().Record.Key, "k") // a new watch starts afresh
	apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: "k"}})
}

func testSubscriberLags(t *testing.T, s state.Service) {
	topic := unique()
	next, stop := iter.Pull2(s.Subscribe(t.Context(), []string{topic}))
	defer stop()
	if _, err, _ := next(); err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, state.MaxValue)
	for range lagEvents {
		check(t, s.Publish(t.Context(), topic, payload))
	}
	lags(t, next, lagEvents)
}

func testTopics(t *testing.T, s state.Service) {
	one, two, other := unique(), unique(), unique()
	check(t, s.Publish(t.Context(), one, []byte("nobody listens")))
	first, both := subscribe(t, s, one), subscribe(t, s, one, two, one)
	check(t, s.Publish(t.Context(), other, []byte("elsewhere")))
	check(t, s.Publish(t.Context(), one, []byte("1")))
	apply(t, s,
		state.Change{Publish: &state.Publish{Topic: two}},
		state.Change{Publish: &state.Publish{Topic: one, Payload: []byte{0, 255}}},
	)
	for _, payload := range []string{"1", "\x00\xff"} {
		want(t, first(), state.Notice{Topic: one, Payload: []byte(payload)})
	}
	want(t, both(), state.Notice{Topic: one, Payload: []byte("1")})
	want(t, both(), state.Notice{Topic: two})
	want(t, both(), state.Notice{Topic: one, Payload: []byte{0, 255}})
}

func testTopicOrder(t *testing.T, s state.Service) {
	topic := unique()
	next := subscribe(t, s, topic)
	const publishers, each = 4, 50
	all(publishers, func(p int) {
		for i := range each {
			if err := s.Publish(t.Context(), topic, []byte{byte(p), byte(i)}); err != nil {
				t.Error(err)
			}
		}
	})
	var expected [publishers]byte
	for range publishers * each {
		n := next()
		p := n.Payload[0]
		want(t, n.Payload[1], expected[p])
		expected[p]++
	}
}
