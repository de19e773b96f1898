package statetest

import (
	"bytes"
	"iter"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/state"
)

// mailOf drains a mailbox and returns what came as text. It checks that ids rise.
func mailOf(t testing.TB, s state.Service, space, key string, take state.Take) (state.Mail, []string) {
	t.Helper()
	mail, err := s.Drain(t.Context(), space, key, take)
	check(t, err)
	var texts []string
	last := uint64(0)
	for _, item := range mail.Items {
		if item.ID <= last {
			t.Fatalf("id %d after %d", item.ID, last)
		}
		last = item.ID
		texts = append(texts, string(item.Data))
	}
	return mail, texts
}

func numbers(from, to int) (texts []string) {
	for i := from; i <= to; i++ {
		texts = append(texts, name("%d", i))
	}
	return texts
}

// sendNumbers appends items that say what numbers returns.
func sendNumbers(t testing.TB, s state.Service, space, key string, from, to int) {
	t.Helper()
	for _, text := range numbers(from, to) {
		send(t, s, state.Append{Space: space, Keys: []string{key}, Item: []byte(text)})
	}
}

func testRedelivery(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	keep := state.Take{Keep: true}
	want(t, second2(mailOf(t, s, space, "k", keep)), nil)
	sendNumbers(t, s, space, "k", 1, 3)

	first, texts := mailOf(t, s, space, "k", keep)
	want(t, texts, numbers(1, 3))
	again, _ := mailOf(t, s, space, "k", state.Take{Keep: true, Wait: patience}) // there is something: no wait
	want(t, again, first)

	// Of what is kept, a part can be read and a part can be acknowledged.
	part, texts := mailOf(t, s, space, "k", state.Take{Keep: true, MaxBytes: 2})
	want(t, texts, numbers(1, 2))
	want(t, part.More, true)
	rest, texts := mailOf(t, s, space, "k", state.Take{Acknowledge: first.Items[0].ID, Keep: true})
	want(t, texts, numbers(2, 3))
	want(t, rest.More, false)
	check(t, s.Acknowledge(t.Context(), space, []state.Receipt{{Key: "k", ID: first.Items[1].ID}}))
	want(t, second2(mailOf(t, s, space, "k", keep)), numbers(3, 3))

	// A late acknowledgement of what is gone harms nobody, and what comes after an acknowledged item is new.
	sendNumbers(t, s, space, "k", 4, 5)
	check(t, s.Acknowledge(t.Context(), space, []state.Receipt{{Key: "k", ID: first.Items[0].ID}, {Key: "k"}}))
	_, texts = mailOf(t, s, space, "k", state.Take{Acknowledge: first.Items[2].ID, Keep: true})
	want(t, texts, numbers(4, 5))

	// Who does not keep takes what others kept.
	want(t, drain(t, s, space, "k"), numbers(4, 5))
	want(t, second2(mailOf(t, s, space, "k", keep)), nil)
}

// second2 is for a result after one that does not matter.
func second2[A, B any](_ A, b B) B { return b }

func testAcknowledgeWaits(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	sendNumbers(t, s, space, "k", 0, 0)
	for i := range 20 {
		mail, texts := mailOf(t, s, space, "k", state.Take{Keep: true})
		want(t, texts, numbers(i, i))
		got := make(chan state.Mail, 1)
		go func() {
			mail, err := s.Drain(t.Context(), space, "k", state.Take{Acknowledge: mail.Items[0].ID, Keep: true, Wait: patience})
			if err != nil {
				t.Error(err)
			}
			got <- mail
		}()
		eventually(t, "the acknowledged item is forgotten", func() bool {
			mail, err := s.Drain(t.Context(), space, "k", state.Take{Keep: true})
			check(t, err)
			return len(mail.Items) == 0
		})
		sendNumbers(t, s, space, "k", i+1, i+1)
		if mail := <-got; len(mail.Items) != 1 || string(mail.Items[0].Data) != name("%d", i+1) {
			t.Fatalf("round %d brought %v", i, mail)
		}
	}
}

func testAcknowledgeMany(t *testing.T, s state.Service) {
	space := unique()
	const boxes = 300
	keys := make([]string, boxes)
	for i := range keys {
		keys[i] = name("%d", i)
		apply(t, s, put(space, keys[i], "", "all"))
	}
	send(t, s, state.Append{Space: space, Tags: []string{"all"}, Item: []byte("1")})
	send(t, s, state.Append{Space: space, Tags: []string{"all"}, Item: []byte("2")})
	mail, _ := mailOf(t, s, space, keys[0], state.Take{Keep: true})

	next, stop := iter.Pull2(s.Watch(t.Context(), space))
	defer stop()
	for range boxes + 1 { // the snapshot
		_, err, _ := next()
		check(t, err)
	}
	var receipts []state.Receipt
	for i, key := range keys {
		receipts = append(receipts, state.Receipt{Key: key, ID: mail.Items[i%2].ID})
	}
	receipts = append(receipts, state.Receipt{Key: "nobody", ID: 1}, state.Receipt{Key: "nobody", ID: math.MaxUint64})
	check(t, s.Acknowledge(t.Context(), space, receipts))
	check(t, s.Acknowledge(t.Context(), space, receipts))
	check(t, s.Acknowledge(t.Context(), space, nil))
	check(t, s.Acknowledge(t.Context(), unique(), receipts))
	for i, key := range keys {
		_, texts := mailOf(t, s, space, key, state.Take{Keep: true})
		if i%2 == 0 {
			want(t, texts, []string{"2"})
		} else {
			want(t, texts, nil)
		}
	}
	want(t, get(t, s, space, "nobody"), nil)
	apply(t, s, put(space, "last", ""))
	e, err, _ := next()
	check(t, err)
	want(t, e.Record.Key, "last") // nobody heard of the acknowledgements
}

func testCompeting(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "shared", ""), put(space, "kept", ""))
	const n, consumers = 200, 4
	var mu sync.Mutex
	got, whole := map[string]int{}, 0
	all(consumers+1, func(i int) {
		if i == consumers {
			for _, text := range numbers(1, n) {
				if _, err := s.Append(t.Context(), state.Append{Space: space, Keys: []string{"shared", "kept"}, Item: []byte(text)}); err != nil {
					t.Error(err)
				}
			}
			return
		}
		for {
			mu.Lock()
			done := len(got) == n
			mu.Unlock()
			if done {
				return
			}
			mail, err := s.Drain(t.Context(), space, "shared", state.Take{MaxBytes: 5, Wait: 20 * time.Millisecond})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			for _, item := range mail.Items {
				got[string(item.Data)]++
			}
			mu.Unlock()
		}
	})
	for _, text := range numbers(1, n) {
		want(t, got[text], 1)
	}
	// Those that keep all get everything, whoever else does.
	all(consumers, func(int) {
		mail, err := s.Drain(t.Context(), space, "kept", state.Take{Keep: true, Wait: patience})
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		whole += len(mail.Items)
		mu.Unlock()
	})
	want(t, whole, consumers*n)
}

func testKeepingWaiters(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	const waiters = 5
	got := make(chan state.Mail, waiters)
	for range waiters {
		go func() {
			mail, err := s.Drain(t.Context(), space, "k", state.Take{Keep: true, Wait: patience})
			if err != nil {
				t.Error(err)
			}
			got <- mail
		}()
	}
	send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: []byte("for all")})
	for range waiters {
		if mail := <-got; len(mail.Items) != 1 || string(mail.Items[0].Data) != "for all" {
			t.Errorf("a waiter got %v", mail)
		}
	}
}

// testKeptLost follows Mail.Lost: it is told until it has arrived, and what has arrived is not lost.
func testKeptLost(t *testing.T, s state.Service) {
	space := unique()
	apply(t, s, put(space, "k", ""))
	const fit = state.MaxMailboxBytes / state.MaxValue
	big := func(n int) {
		for i := range n {
			send(t, s, state.Append{Space: space, Keys: []string{"k"}, Item: bytes.Repeat([]byte{byte(i)}, state.MaxValue)})
		}
	}
	look := func(take state.Take, items, lost int) state.Mail {
		t.Helper()
		take.Keep = true
		mail, _ := mailOf(t, s, space, "k", take)
		want(t, []int{len(mail.Items), mail.Lost}, []int{items, lost})
		return mail
	}
	upTo := func(mail state.Mail) state.Take { return state.Take{Acknowledge: mail.Items[len(mail.Items)-1].ID} }

	big(fit)
	look(state.Take{}, fit, 0)
	big(1) // kept items count, and the oldest goes
	look(state.Take{}, fit, 1)
	mail := look(state.Take{}, fit, 1) // whoever was told may have died
	big(2)
	look(upTo(mail), 2, 0) // that is, the two that went had arrived
	big(1)
	mail = look(state.Take{}, 3, 0)
	big(fit + 1) // three that have arrived go, and one that has not
	check(t, s.Acknowledge(t.Context(), space, []state.Receipt{{Key: "k", ID: mail.Items[0].ID}}))
	look(state.Take{}, fit, 4) // of three, only one is known to have arrived
	mail = look(state.Take{}, fit, 4)
	check(t, s.Acknowledge(t.Context(), space, []state.Receipt{{Key: "k", ID: mail.Items[fit-1].ID}}))
	look(state.Take{}, 0, 0)

	big(2)
	mail = look(state.Take{}, 2, 0)
	big(fit + 1)
	mail = look(upTo(mail), fit, 1) // the two had arrived
	big(1)
	taken, _ := mailOf(t, s, space, "k", state.Take{}) // who does not keep is told once
	want(t, []int{len(taken.Items), taken.Lost}, []int{fit, 2})
	big(1)
	look(upTo(mail), 1, 0)
}
