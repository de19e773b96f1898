// Package kudosutest is the conformance suite of the kudosu contract: what it asks, every implementation must answer, in this
// process or behind a peer.
package kudosutest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/users"
)

// World has the accounts that the implementation is connected to. It is safe for concurrent use.
type World struct {
	mu       sync.Mutex
	accounts map[int32]users.User
	audit    []users.AuditEntry
}

// NewWorld returns an empty world.
func NewWorld() *World { return &World{accounts: map[int32]users.User{}} }

// NewUser makes an account and returns its id.
func (w *World) NewUser(privileges users.Privileges, restricted bool) int32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := int32(1001 + len(w.accounts))
	w.accounts[id] = users.User{ID: id, Privileges: privileges, Restricted: restricted}
	return id
}

// Get is that of users.Accounts.
func (w *World) Get(_ context.Context, ids []int32) ([]users.User, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []users.User
	for _, id := range ids {
		if u, ok := w.accounts[id]; ok {
			found = append(found, u)
		}
	}
	return found, nil
}

// Record is that of users.Moderation.
func (w *World) Record(_ context.Context, entry users.AuditEntry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audit = append(w.audit, entry)
	return nil
}

// Subject is what is examined.
type Subject struct {
	Kudosu kudosu.Service
	World  *World // that it is connected to
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Give", testGive},
		{"GiveRefused", testGiveRefused},
		{"GiveTogether", testGiveTogether},
		{"Ranking", testRanking},
		{"Bounds", testBounds},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func give(t *testing.T, s Subject, by, to, amount int32) kudosu.Entry {
	t.Helper()
	e, err := s.Kudosu.Give(t.Context(), kudosu.Entry{UserID: to, By: by, Amount: amount, Reason: " for a good mod "})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func total(t *testing.T, s Subject, user int32) int32 {
	t.Helper()
	totals, err := s.Kudosu.Totals(t.Context(), []int32{user})
	if err != nil || len(totals) != 1 || totals[0].UserID != user {
		t.Fatalf("%+v, %v", totals, err)
	}
	return totals[0].Amount
}

func testGive(t *testing.T, s Subject) {
	staff, user := s.World.NewUser(users.Moderator, false), s.World.NewUser(0, false)
	if n := total(t, s, user); n != 0 {
		t.Errorf("a new player has %d", n)
	}
	first := give(t, s, staff, user, 5)
	second := give(t, s, users.BotID, user, -2)
	want := kudosu.Entry{ID: first.ID, At: first.At, UserID: user, By: staff, Amount: 5, Reason: "for a good mod"}
	if diff := cmp.Diff(want, first); diff != "" || first.ID == 0 || time.Since(first.At) > time.Minute {
		t.Errorf("%+v, -want +got:\n%s", first, diff)
	}
	history, err := s.Kudosu.History(t.Context(), user, 0, 10)
	if diff := cmp.Diff([]kudosu.Entry{second, first}, history); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if page, err := s.Kudosu.History(t.Context(), user, 1, 1); err != nil || len(page) != 1 || page[0].ID != first.ID {
		t.Errorf("%+v, %v", page, err)
	}
	if n := total(t, s, user); n != 3 {
		t.Errorf("%d are left", n)
	}
	var audited int
	for _, e := range s.World.audit {
		if e.TargetID == user && e.Action == "kudosu" {
			audited++
		}
	}
	if audited != 2 {
		t.Errorf("%d rows", audited)
	}
}

func testGiveRefused(t *testing.T, s Subject) {
	staff, user := s.World.NewUser(users.Administrator, false), s.World.NewUser(users.Supporter, false)
	give(t, s, staff, user, 3)
	for name, test := range map[string]struct {
		entry kudosu.Entry
		want  error
	}{
		"nothing":            {kudosu.Entry{UserID: user, By: staff, Reason: "x"}, kudosu.ErrBadGift},
		"too much":           {kudosu.Entry{UserID: user, By: staff, Amount: kudosu.MaxAmount + 1, Reason: "x"}, kudosu.ErrBadGift},
		"more than there is": {kudosu.Entry{UserID: user, By: staff, Amount: -4, Reason: "x"}, kudosu.ErrBadGift},
		"no reason":          {kudosu.Entry{UserID: user, By: staff, Amount: 1, Reason: " "}, kudosu.ErrBadGift},
		"a long reason":      {kudosu.Entry{UserID: user, By: staff, Amount: 1, Reason: strings.Repeat("é", kudosu.MaxReason+1)}, kudosu.ErrBadGift},
		"two lines":          {kudosu.Entry{UserID: user, By: staff, Amount: 1, Reason: "a\nb"}, kudosu.ErrBadGift},
		"a player":           {kudosu.Entry{UserID: staff, By: user, Amount: 1, Reason: "x"}, kudosu.ErrForbidden},
		"to oneself":         {kudosu.Entry{UserID: staff, By: staff, Amount: 1, Reason: "x"}, kudosu.ErrForbidden},
		"restricted":         {kudosu.Entry{UserID: user, By: s.World.NewUser(users.Developer, true), Amount: 1, Reason: "x"}, kudosu.ErrForbidden},
		"to nobody":          {kudosu.Entry{UserID: 1 << 30, By: staff, Amount: 1, Reason: "x"}, kudosu.ErrNoUser},
	} {
		if _, err := s.Kudosu.Give(t.Context(), test.entry); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if n := total(t, s, user); n != 3 {
		t.Errorf("%d are left", n)
	}
	if history, err := s.Kudosu.History(t.Context(), user, 0, 10); err != nil || len(history) != 1 {
		t.Errorf("%+v, %v", history, err)
	}
}

func testGiveTogether(t *testing.T, s Subject) {
	user := s.World.NewUser(0, false)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := s.Kudosu.Give(t.Context(), kudosu.Entry{UserID: user, By: users.BotID, Amount: 1, Reason: "x"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := total(t, s, user); n != 10 {
		t.Errorf("%d", n)
	}
}

func testRanking(t *testing.T, s Subject) {
	a, b, c := s.World.NewUser(0, false), s.World.NewUser(0, false), s.World.NewUser(0, false)
	give(t, s, users.BotID, a, 900)
	give(t, s, users.BotID, b, 1000)
	give(t, s, users.BotID, c, 1)
	give(t, s, users.BotID, c, -1)
	all, err := s.Kudosu.Ranking(t.Context(), 0, kudosu.MaxPage)
	if err != nil || len(all) < 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	if diff := cmp.Diff([]kudosu.Total{{UserID: b, Amount: 1000}, {UserID: a, Amount: 900}}, all[:2]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, r := range all {
		if r.Amount <= 0 {
			t.Errorf("%+v is ranked", r)
		}
	}
	if page, err := s.Kudosu.Ranking(t.Context(), 1, 1); err != nil || len(page) != 1 || page[0].UserID != a {
		t.Errorf("%+v, %v", page, err)
	}
}

func testBounds(t *testing.T, s Subject) {
	for _, p := range [][2]int{{0, 0}, {0, kudosu.MaxPage + 1}, {-1, 1}, {kudosu.MaxOffset + 1, 1}} {
		_, err1 := s.Kudosu.History(t.Context(), 1, p[0], p[1])
		_, err2 := s.Kudosu.Ranking(t.Context(), p[0], p[1])
		if !errors.Is(err1, kudosu.ErrTooLarge) || !errors.Is(err2, kudosu.ErrTooLarge) {
			t.Errorf("%v: %v, %v", p, err1, err2)
		}
	}
	if _, err := s.Kudosu.Totals(t.Context(), make([]int32, kudosu.MaxBatch+1)); !errors.Is(err, kudosu.ErrTooLarge) {
		t.Error(err)
	}
	if none, err := s.Kudosu.Totals(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}
