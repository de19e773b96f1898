package statetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

func testAddress(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s,
		put(space, "one", "", "odd", "all"),
		put(space, "two", "", "even", "all"),
		put(space, "three", "", "odd", "all"),
		put(space, "alone", ""),
		put(unique(), "one", "", "all"),
	)
	keys := []string{"one", "two", "three", "alone"}
	for _, test := range []struct {
		to   state.Append
		want []string
	}{
		{state.Append{}, nil},
		{state.Append{Tags: []string{"all"}}, []string{"one", "two", "three"}},
		{state.Append{Tags: []string{"all", "odd", "odd", "never"}}, []string{"one", "two", "three"}},
		{state.Append{Keys: []string{"alone", "one", "one", "never"}}, []string{"one", "alone"}},
		{state.Append{Tags: []string{"odd"}, Keys: []string{"one", "two"}}, []string{"one", "two", "three"}},
		{state.Append{Tags: []string{"all"}, ExceptTags: []string{"even", "never"}}, []string{"one", "three"}},
		{state.Append{Tags: []string{"all"}, ExceptKeys: []string{"one", "never"}}, []string{"two", "three"}},
		{state.Append{Tags: []string{"all"}, Keys: []string{"alone", "one"}, ExceptTags: []string{"odd"}, ExceptKeys: []string{"alone"}}, []string{"two"}},
	} {
		test.to.Space, test.to.Item = space, []byte("item")
		want(t, send(t, s, test.to), len(test.want))
		ids := map[uint64]bool{}
		for _, key := range keys {
			mail, err := s.Drain(t.Context(), space, key, state.Take{})
			check(t, err)
			if slices.Contains(test.want, key) != (len(mail.Items) == 1) {
				t.Errorf("%+v: %s has %d items", test.to, key, len(mail.Items))
			}
			for _, item := range mail.Items {
				ids[item.ID] = true
			}
		}
		if len(test.want) > 0 && (len(ids) != 1 || ids[0]) {
			t.Errorf("%+v: ids are %v, want one for all", test.to, ids)
		}
	}
	want(t, send(t, s, state.Append{Space: unique(), Tags: []string{"all"}, Keys: []string{"one"}}), 0)
}

func testDrainLimit(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	for _, size := range []int{10, 20, 0, 30, 40} {
		send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: make([]byte, size)})
	}
	last := uint64(0)
	for _, test := range []struct {
		maxBytes int
		want     []int
		more     bool
	}{
		{5, []int{10}, true}, // at least one
		{20, []int{20, 0}, true},
		{1000, []int{30, 40}, false},
		{1000, nil, false},
	} {
		mail, err := s.Drain(t.Context(), space, "k", state.Take{MaxBytes: test.maxBytes})
		check(t, err)
		var sizes []int
		for _, item := range mail.Items {
			sizes = append(sizes, len(item.Data))
			if item.ID == last {
				t.Errorf("id %d is used twice", last)
			}
			last = item.ID
		}
		want(t, sizes, test.want)
		want(t, mail.More, test.more)
	}
}

func testFullMailboxItems(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	const extra = 10
	var changes []state.Change
	for i := range state.MaxMailboxItems + extra {
		changes = append(changes, state.Change{Append: &state.Append{Space: space, Keys: []string{"k"}, Item: []byte(name("%d", i))}})
		if len(changes) == state.MaxChanges {
			apply(t, s, changes...)
			changes = nil
		}
	}
	apply(t, s, changes...)
	mail, err := s.Drain(t.Context(), space, "k", state.Take{})
	check(t, err)
	want(t, len(mail.Items), state.MaxMailboxItems)
	want(t, mail.Lost, extra)
	want(t, string(mail.Items[0].Data), name("%d", extra)) // the oldest went
	send(t, s, state.Append{Space: space, Keys: []string{"k"}})
	mail, err = s.Drain(t.Context(), space, "k", state.Take{})
	check(t, err)
	want(t, mail.Lost, 0)
}

func testFullMailboxBytes(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	const fit = state.MaxMailboxBytes / state.MaxValue
	for i := range fit {
		send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: bytes.Repeat([]byte{byte(i)}, state.MaxValue)})
	}
	send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: []byte("one more")})
	mail, err := s.Drain(t.Context(), space, "k", state.Take{})
	check(t, err)
	want(t, mail.Lost, 1)
	want(t, len(mail.Items), fit)
	want(t, mail.Items[0].Data[0], 1)
	want(t, string(mail.Items[fit-1].Data), "one more")
}

func testSameOrderEverywhere(t *testing.T, s state.Service) {
	space := unique()
	keys := []string{"a", "b", "c"}
	for _, key := range keys {
		apply(t, s, put(space, key, "", "all"))
	}
	const senders, each = 4, 25
	all(senders, func(i int) {
		for n := range each {
			if _, err := s.Append(t.Context(), state.Append{Space: space, Tags: []string{"all"}, Item: []byte{byte(i), byte(n)}}); err != nil {
				t.Error(err)
			}
		}
	})
	var order []state.Item
	for i, key := range keys {
		mail, err := s.Drain(t.Context(), space, key, state.Take{})
		check(t, err)
		if i == 0 {
			order = mail.Items
		}
		want(t, mail.Items, order)
	}
	want(t, len(order), senders*each)
	next, ids := [senders]byte{}, map[uint64]bool{}
	for _, item := range order {
		sender := item.Data[0]
		want(t, item.Data[1], next[sender]) // each sender's items stay in their order
		next[sender]++
		ids[item.ID] = true
	}
	want(t, len(ids), len(order))
}

func testDurable(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	want(t, send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: []byte("1"), Durable: true}), 1)
	want(t, send(t, s, state.Append{Space: space, Keys: []string{"none"}, Item: []byte("-"), Durable: true}), 0)
	apply(t, s, put(space, "l", ""), state.Change{Append: &state.Append{Space: space, Keys: []string{"k", "l"}, Item: []byte("2"), Durable: true}})
	want(t, drain(t, s, space, "k"), []string{"1", "2"})
	want(t, drain(t, s, space, "l"), []string{"2"})
}

func testWait(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", "", "t"))
	began := time.Now()
	mail, err := s.Drain(t.Context(), space, "k", state.Take{Wait: 30 * time.Millisecond})
	check(t, err)
	want(t, mail, state.Mail{})
	if waited := time.Since(began); waited < 30*time.Millisecond {
		t.Fatalf("waited only %v", waited)
	}
	for i := range 20 {
		got := make(chan state.Mail, 1)
		go func() {
			mail, err := s.Drain(t.Context(), space, "k", state.Take{Wait: patience})
			if err != nil {
				t.Error(err)
			}
			got <- mail
		}()
		send(t, s, state.Append{Space: space, Tags: []string{"t"}, Item: []byte{byte(i)}})
		mail := <-got
		if len(mail.Items) != 1 || mail.Items[0].Data[0] != byte(i) {
			t.Fatalf("round %d brought %v", i, mail)
		}
	}
}

func testWaiters(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	const waiters = 5
	got := make(chan string)
	for range waiters {
		go func() {
			mail, err := s.Drain(t.Context(), space, "k", state.Take{Wait: patience})
			if err != nil || len(mail.Items) == 0 {
				got <- name("%v %v", mail, err)
				return
			}
			text := ""
			for _, item := range mail.Items {
				text += string(item.Data)
			}
			got <- text
		}()
	}
	for i := range waiters {
		send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: []byte(name("%d", i))})
		want(t, <-got, name("%d", i)) // one waiter, and no other
	}
}

func testWaitEnds(t *testing.T, s state.Service) {
	space := unique()
	for _, test := range []struct {
		name string
		end  func(cancel func())
		want error
	}{
		{"canceled", func(cancel func()) { cancel() }, context.Canceled},
		{"deleted", func(func()) { apply(t, s, state.Change{Delete: &state.Delete{Space: space, Key: "k"}}) }, state.ErrNoRecord},
	} {
		apply(t, s, put(space, "k", ""))
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		failed := make(chan error, 1)
		go func() {
			_, err := s.Drain(ctx, space, "k", state.Take{Wait: patience})
			failed <- err
		}()
		test.end(cancel)
		if err := <-failed; !errors.Is(err, test.want) {
			t.Errorf("%s: error is %v", test.name, err)
		}
	}
	// What a canceled drain waited for is still delivered to the next.
	apply(t, s, put(space, "k", ""))
	send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: []byte("here")})
	want(t, drain(t, s, space, "k"), []string{"here"})
}

func testExpiry(t *testing.T, s state.Service) {
	space := unique()
	next := watch(t, s, space)
	want(t, next().Type, state.EventSynced)
	const short = 150 * time.Millisecond
	apply(t, s,
		state.Change{Put: &state.Put{Space: space, Key: "dies", Value: []byte("v"), TTL: short, AddTags: []string{"t"}}},
		state.Change{Put: &state.Put{Space: space, Key: "lives", TTL: short, AddTags: []string{"t"}}},
		put(space, "lives", ""), // for ever
		state.Change{Put: &state.Put{Space: space, Key: "shortened", TTL: time.Hour}},
		state.Change{Put: &state.Put{Space: space, Key: "shortened", TTL: short}},
	)
	send(t, s, state.Append{Space: space, Tags: []string{"t"}})
	waiting := make(chan error, 1)
	go func() {
		_, _ = s.Drain(t.Context(), space, "dies", state.Take{}) // the item
		_, err := s.Drain(t.Context(), space, "dies", state.Take{Wait: patience})
		waiting <- err
	}()
	last := map[string]state.Event{}
	for len(last) < 3 || last["dies"].Type != state.EventExpire || last["shortened"].Type != state.EventExpire {
		e := next()
		if before := last[e.Record.Key]; e.Record.Version <= before.Record.Version || before.Type == state.EventExpire {
			t.Fatalf("%v after %v", e, before)
		}
		last[e.Record.Key] = e
	}
	wantError(t, <-waiting, state.ErrNoRecord)
	dead := last["dies"].Record
	want(t, dead, state.Record{Space: space, Key: "dies", Value: []byte("v"), Tags: []string{"t"}, TTL: short, Version: dead.Version})
	records := get(t, s, space, "dies", "lives", "shortened")
	want(t, len(records), 1)
	want(t, records[0].Key, "lives")
	counts, err := s.Count(t.Context(), space, []string{"", "t"})
	check(t, err)
	want(t, counts, []int{1, 1})
	want(t, send(t, s, state.Append{Space: space, Tags: []string{"t"}, Keys: []string{"dies"}}), 1)
}

func testDrainRenews(t *testing.T, s state.Service) {
	space := unique()
	const ttl = 2 * time.Second
	for _, key := range []string{"drained", "put", "tagged", "acknowledged", "idle"} {
		apply(t, s, state.Change{Put: &state.Put{Space: space, Key: key, TTL: ttl}})
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for round := 0; ; round++ {
		if len(get(t, s, space, "idle", "acknowledged")) == 0 {
			break
		}
		if round > 300 {
			t.Fatal("the idle record or the one with a receipt does not expire")
		}
		_, err := s.Drain(t.Context(), space, "drained", state.Take{})
		check(t, err)
		check(t, s.Acknowledge(t.Context(), space, []state.Receipt{{Key: "acknowledged", ID: 1}}))
		apply(t, s,
			state.Change{Put: &state.Put{Space: space, Key: "put", TTL: ttl}},
			state.Change{Tag: &state.Tag{Space: space, Key: "tagged", Add: []string{"t"}}},
		)
		<-tick.C
	}
	want(t, len(get(t, s, space, "drained", "put", "tagged")), 3)
}
