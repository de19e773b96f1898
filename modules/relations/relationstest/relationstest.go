// Package relationstest is the conformance suite of the relations contract: what it asks, every implementation must answer,
// in this process or behind a peer.
package relationstest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/relations/relationspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Subject is what is examined.
type Subject struct {
	Relations relations.Service

	// NewUser makes an account that has no relations and returns its id; ids grow.
	NewUser func(t *testing.T) int32

	// Max is how many relations a user can have, when that is few enough to try; 0 means that it is not.
	Max int

	// Topics is where the service publishes. Without it, nothing is asked of events.
	Topics state.Topics
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"AddRemove", testAddRemove},
		{"Replace", testReplace},
		{"Mutual", testMutual},
		{"Refusals", testRefusals},
		{"Bot", testBot},
		{"Inbound", testInbound},
		{"Counts", testCounts},
		{"Between", testBetween},
		{"Together", testTogether},
		{"Max", testMax},
		{"Events", testEvents},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

const nobody = 1 << 30

func testAddRemove(t *testing.T, s Subject) {
	a, b, c := s.NewUser(t), s.NewUser(t), s.NewUser(t)
	wantList(t, s, a)
	for range 2 {
		add(t, s, a, c, relations.Block)
		add(t, s, a, b, relations.Friend)
	}
	wantList(t, s, a, relations.Relation{Target: b, Kind: relations.Friend}, relations.Relation{Target: c, Kind: relations.Block})
	wantList(t, s, b)

	remove(t, s, a, b, relations.Block) // which it is not
	wantList(t, s, a, relations.Relation{Target: b, Kind: relations.Friend}, relations.Relation{Target: c, Kind: relations.Block})
	for range 2 {
		remove(t, s, a, b, relations.Friend)
	}
	wantList(t, s, a, relations.Relation{Target: c, Kind: relations.Block})
	remove(t, s, a, nobody, relations.Friend)
}

func testReplace(t *testing.T, s Subject) {
	a, b := s.NewUser(t), s.NewUser(t)
	for _, kind := range []relations.Kind{relations.Friend, relations.Block, relations.Friend} {
		add(t, s, a, b, kind)
		wantList(t, s, a, relations.Relation{Target: b, Kind: kind})
	}
}

func testMutual(t *testing.T, s Subject) {
	a, b := s.NewUser(t), s.NewUser(t)
	add(t, s, a, b, relations.Friend)
	add(t, s, b, a, relations.Friend)
	wantList(t, s, a, relations.Relation{Target: b, Kind: relations.Friend, Mutual: true})
	wantList(t, s, b, relations.Relation{Target: a, Kind: relations.Friend, Mutual: true})

	add(t, s, b, a, relations.Block)
	wantList(t, s, a, relations.Relation{Target: b, Kind: relations.Friend})
	wantList(t, s, b, relations.Relation{Target: a, Kind: relations.Block})

	add(t, s, a, b, relations.Block)
	wantList(t, s, a, relations.Relation{Target: b, Kind: relations.Block})
}

func testRefusals(t *testing.T, s Subject) {
	a, b := s.NewUser(t), s.NewUser(t)
	ctx := t.Context()
	want(t, s.Relations.Add(ctx, a, a, relations.Friend), relations.ErrYourself)
	want(t, s.Relations.Add(ctx, a, a, relations.Block), relations.ErrYourself)
	want(t, s.Relations.Add(ctx, a, nobody, relations.Friend), relations.ErrNoTarget)
	want(t, s.Relations.Add(ctx, a, -1, relations.Block), relations.ErrNoTarget)
	want(t, s.Relations.Add(ctx, nobody, a, relations.Friend), relations.ErrNoTarget)
	for _, kind := range []relations.Kind{relations.KindUnspecified, 3, -1} {
		want(t, s.Relations.Add(ctx, a, b, kind), relations.ErrBadKind)
		want(t, s.Relations.Remove(ctx, a, b, kind), relations.ErrBadKind)
		_, err := s.Relations.Inbound(ctx, a, kind)
		want(t, err, relations.ErrBadKind)
		_, err = s.Relations.Counts(ctx, []int32{a}, kind)
		want(t, err, relations.ErrBadKind)
	}
	wantList(t, s, a)
}

func testBot(t *testing.T, s Subject) {
	a := s.NewUser(t)
	want(t, s.Relations.Add(t.Context(), a, users.BotID, relations.Block), relations.ErrProtected)
	add(t, s, a, users.BotID, relations.Friend)
	remove(t, s, a, users.BotID, relations.Friend)
	wantList(t, s, a)
}

func testInbound(t *testing.T, s Subject) {
	target := s.NewUser(t)
	fans, foes := []int32{s.NewUser(t), s.NewUser(t), s.NewUser(t)}, []int32{s.NewUser(t)}
	for _, fan := range slices.Backward(fans) {
		add(t, s, fan, target, relations.Friend)
	}
	add(t, s, foes[0], target, relations.Block)
	add(t, s, target, foes[0], relations.Friend)
	for kind, expected := range map[relations.Kind][]int32{relations.Friend: fans, relations.Block: foes} {
		got, err := s.Relations.Inbound(t.Context(), target, kind)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, expected)
	}
	if got, err := s.Relations.Inbound(t.Context(), nobody, relations.Friend); err != nil || len(got) != 0 {
		t.Errorf("nobody's followers: %v, %v", got, err)
	}
}

func testCounts(t *testing.T, s Subject) {
	liked, loathed := s.NewUser(t), s.NewUser(t)
	for range 3 {
		fan := s.NewUser(t)
		add(t, s, fan, liked, relations.Friend)
		add(t, s, fan, loathed, relations.Block)
	}
	add(t, s, liked, loathed, relations.Friend)
	for kind, expected := range map[relations.Kind][]int32{relations.Friend: {1, 0, 3, 1}, relations.Block: {3, 0, 0, 3}} {
		got, err := s.Relations.Counts(t.Context(), []int32{loathed, nobody, liked, loathed}, kind)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, expected)
	}
	if got, err := s.Relations.Counts(t.Context(), nil, relations.Friend); err != nil || len(got) != 0 {
		t.Errorf("nobody's followers: %v, %v", got, err)
	}
	_, err := s.Relations.Counts(t.Context(), make([]int32, relations.MaxBatch+1), relations.Friend)
	want(t, err, relations.ErrTooLarge)
}

func testBetween(t *testing.T, s Subject) {
	me, friend, fan, foe, stranger := s.NewUser(t), s.NewUser(t), s.NewUser(t), s.NewUser(t), s.NewUser(t)
	add(t, s, me, friend, relations.Friend)
	add(t, s, friend, me, relations.Friend)
	add(t, s, fan, me, relations.Friend)
	add(t, s, me, foe, relations.Block)
	add(t, s, foe, me, relations.Friend)
	add(t, s, fan, foe, relations.Block)
	got, err := s.Relations.Between(t.Context(), me, []int32{stranger, foe, fan, friend, me, nobody, friend})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, []relations.Standing{
		{UserID: stranger},
		{UserID: foe, Towards: relations.Block, From: relations.Friend},
		{UserID: fan, From: relations.Friend},
		{UserID: friend, Towards: relations.Friend, From: relations.Friend},
		{UserID: me},
		{UserID: nobody},
		{UserID: friend, Towards: relations.Friend, From: relations.Friend},
	})
	if got, err := s.Relations.Between(t.Context(), me, nil); err != nil || len(got) != 0 {
		t.Errorf("with nobody: %v, %v", got, err)
	}
	if got, err := s.Relations.Between(t.Context(), me, make([]int32, relations.MaxBatch)); err != nil || len(got) != relations.MaxBatch {
		t.Errorf("a full batch: %d, %v", len(got), err)
	}
	_, err = s.Relations.Between(t.Context(), me, make([]int32, relations.MaxBatch+1))
	want(t, err, relations.ErrTooLarge)
}

// testTogether has two users befriend, block and drop each other at once.
func testTogether(t *testing.T, s Subject) {
	a, b := s.NewUser(t), s.NewUser(t)
	var wg sync.WaitGroup
	for _, pair := range [][2]int32{{a, b}, {b, a}, {a, b}, {b, a}} {
		wg.Go(func() {
			for range 5 {
				for _, kind := range []relations.Kind{relations.Block, relations.Friend} {
					if err := s.Relations.Add(t.Context(), pair[0], pair[1], kind); err != nil {
						t.Error(err)
					}
				}
				if err := s.Relations.Remove(t.Context(), pair[0], pair[1], relations.Friend); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	add(t, s, a, b, relations.Friend)
	add(t, s, b, a, relations.Friend)
	wantList(t, s, a, relations.Relation{Target: b, Kind: relations.Friend, Mutual: true})
}

func testMax(t *testing.T, s Subject) {
	if s.Max == 0 {
		t.Skip("the limit is too high to try")
	}
	// More at once than there is room for.
	me := s.NewUser(t)
	others := make([]int32, s.Max+3)
	for i := range others {
		others[i] = s.NewUser(t)
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		full int
	)
	for _, other := range others {
		wg.Go(func() {
			err := s.Relations.Add(t.Context(), me, other, relations.Friend)
			if err == nil {
				return
			}
			want(t, err, relations.ErrTooMany)
			mu.Lock()
			defer mu.Unlock()
			full++
		})
	}
	wg.Wait()
	list, err := s.Relations.List(t.Context(), me)
	if err != nil || len(list) != s.Max || full != 3 {
		t.Fatalf("the list has %d of %d, %d were refused, %v", len(list), s.Max, full, err)
	}
	// What is there can still change, and makes room when it goes.
	add(t, s, me, list[0].Target, relations.Friend)
	add(t, s, me, list[0].Target, relations.Block)
	remove(t, s, me, list[0].Target, relations.Block)
	add(t, s, me, list[0].Target, relations.Friend)
}

func testEvents(t *testing.T, s Subject) {
	if s.Topics == nil {
		t.Skip("no topics to listen to")
	}
	a, b := s.NewUser(t), s.NewUser(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next, stop := iter.Pull2(s.Topics.Subscribe(ctx, []string{relations.Topic}))
	defer stop()
	if _, err, ok := next(); err != nil || !ok {
		t.Fatalf("no subscription: %v", err)
	}
	for range 2 { // repetitions are silent
		add(t, s, a, b, relations.Friend)
	}
	add(t, s, a, b, relations.Block)
	for range 2 {
		remove(t, s, a, b, relations.Block)
	}
	add(t, s, b, a, relations.Friend)
	for _, expected := range []relations.Changed{
		{UserID: a, Target: b, Kind: relations.Friend, Added: true},
		{UserID: a, Target: b, Kind: relations.Friend},
		{UserID: a, Target: b, Kind: relations.Block, Added: true},
		{UserID: a, Target: b, Kind: relations.Block},
		{UserID: b, Target: a, Kind: relations.Friend, Added: true},
	} {
		notice, err, ok := next()
		if err != nil || !ok {
			t.Fatalf("no event: %v", err)
		}
		var m relationspb.Changed
		if err := proto.Unmarshal(notice.Payload, &m); err != nil {
			t.Fatal(err)
		}
		changed, err := relationspb.ToChanged(&m)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, changed, expected)
	}
}

func add(t *testing.T, s Subject, userID, target int32, kind relations.Kind) {
	t.Helper()
	if err := s.Relations.Add(t.Context(), userID, target, kind); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, s Subject, userID, target int32, kind relations.Kind) {
	t.Helper()
	if err := s.Relations.Remove(t.Context(), userID, target, kind); err != nil {
		t.Fatal(err)
	}
}

func wantList(t *testing.T, s Subject, userID int32, expected ...relations.Relation) {
	t.Helper()
	got, err := s.Relations.List(t.Context(), userID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, expected)
}

func wantEqual[T any](t *testing.T, got, expected T) {
	t.Helper()
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}
