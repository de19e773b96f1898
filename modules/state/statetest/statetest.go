// Package statetest is the conformance suite of state's contract. An engine that passes it, in this process or behind a peer, can
// take the place of any other:
//
//	func TestState(t *testing.T) {
//		statetest.Run(t, func(t *testing.T) state.Service { return open(t) })
//	}
//
// It makes its own spaces, boards and topics with names that no other run has, so it may run against a server in use; it leaves
// little behind. It needs real time, because records expire on the other side of a wire: it polls and never asserts that
// something was fast.
package statetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/state"
)

// patience is how long the suite waits for what must happen.
const patience = 30 * time.Second

// Run runs the suite. open is called once for each test; what it returns is closed by open's own t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) state.Service) {
	tests := []struct {
		name string
		run  func(t *testing.T, s state.Service)
	}{
		{"Limits", testLimits},
		{"BadChanges", testBadChanges},
		{"EndedContext", testEndedContext},
		{"Put", testPut},
		{"Conditions", testConditions},
		{"Tags", testTags},
		{"TagLimit", testTagLimit},
		{"Delete", testDelete},
		{"List", testList},
		{"AllOrNone", testAllOrNone},
		{"InOrder", testInOrder},
		{"Ownership", testOwnership},
		{"StrangeNames", testStrangeNames},
		{"ConcurrentCounter", testConcurrentCounter},
		{"ConcurrentPairs", testConcurrentPairs},
		{"Model", testModel},
		{"Address", testAddress},
		{"DrainLimit", testDrainLimit},
		{"FullMailboxItems", testFullMailboxItems},
		{"FullMailboxBytes", testFullMailboxBytes},
		{"SameOrderEverywhere", testSameOrderEverywhere},
		{"Durable", testDurable},
		{"Wait", testWait},
		{"Waiters", testWaiters},
		{"WaitEnds", testWaitEnds},
		{"Redelivery", testRedelivery},
		{"AcknowledgeWaits", testAcknowledgeWaits},
		{"AcknowledgeMany", testAcknowledgeMany},
		{"Competing", testCompeting},
		{"KeepingWaiters", testKeepingWaiters},
		{"KeptLost", testKeptLost},
		{"Expiry", testExpiry},
		{"DrainRenews", testDrainRenews},
		{"Watch", testWatch},
		{"WatchWhileWriting", testWatchWhileWriting},
		{"WatchLags", testWatchLags},
		{"Boards", testBoards},
		{"BoardModel", testBoardModel},
		{"BigBoard", testBigBoard},
		{"Topics", testTopics},
		{"TopicOrder", testTopicOrder},
		{"SubscriberLags", testSubscriberLags},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// unique makes a name that nobody else has.
func unique() string { return "statetest-" + rand.Text() }

// failer is a test, of the standard library's or of rapid's.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func check(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t failer, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// want compares; an empty list is as good as none.
func want[T any](t failer, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("(-want +got)\n%s", d)
	}
}

// eventually polls until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("gave up waiting: %s", what)
		}
	}
}

// all runs n functions at once and waits for them.
func all(n int, f func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

func put(space, key, value string, tags ...string) state.Change {
	return state.Change{Put: &state.Put{Space: space, Key: key, Value: []byte(value), AddTags: tags}}
}

func apply(t testing.TB, s state.Service, changes ...state.Change) []state.Outcome {
	t.Helper()
	outcomes, err := s.Apply(t.Context(), changes)
	check(t, err)
	if len(outcomes) != len(changes) {
		t.Fatalf("%d outcomes of %d changes", len(outcomes), len(changes))
	}
	return outcomes
}

func get(t testing.TB, s state.Service, space string, keys ...string) []state.Record {
	t.Helper()
	records, err := s.Get(t.Context(), space, keys)
	check(t, err)
	return records
}

func drain(t testing.TB, s state.Service, space, key string) []string {
	t.Helper()
	var all []string
	for {
		mail, err := s.Drain(t.Context(), space, key, state.Take{})
		check(t, err)
		for _, item := range mail.Items {
			all = append(all, string(item.Data))
		}
		if !mail.More {
			return all
		}
	}
}

func send(t testing.TB, s state.Service, a state.Append) int {
	t.Helper()
	n, err := s.Append(t.Context(), a)
	check(t, err)
	return n
}

func name(format string, args ...any) string { return fmt.Sprintf(format, args...) }
