package local

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

func TestMemo(t *testing.T) {
	var m memo
	for id := range uint64(3 * memoSlots) {
		m.put(id, []byte(strconv.Itoa(int(id))))
		if got, ok := m.get(id); !ok || string(got) != strconv.Itoa(int(id)) {
			t.Fatalf("event %d is %q, %v right after it was put", id, got, ok)
		}
	}
	kept := 0
	for id := range uint64(3 * memoSlots) {
		if got, ok := m.get(id); ok {
			kept++
			if string(got) != strconv.Itoa(int(id)) {
				t.Fatalf("event %d is %q", id, got)
			}
		}
	}
	if kept < memoSlots/2 || kept > memoSlots {
		t.Errorf("%d events are kept in %d places", kept, memoSlots)
	}
	m.put(1<<40, bytes.Repeat([]byte("x"), memoMax+1))
	if _, ok := m.get(1 << 40); ok {
		t.Error("a large event is kept")
	}
}

func TestFloodAllowance(t *testing.T) {
	var f flood
	now := time.Now()
	take := func(n int) int { return f.take("a", n, 10, 100, now) }
	if got := take(150); got != 100 {
		t.Errorf("%d of 150 at once are granted, want the burst of 100", got)
	}
	if got := take(1); got != 0 {
		t.Errorf("%d are granted after the burst", got)
	}
	now = now.Add(time.Second)
	if got := take(50); got != 10 {
		t.Errorf("after a second %d are granted, want 10", got)
	}
	now = now.Add(time.Hour)
	if got := take(150); got != 100 {
		t.Errorf("after an hour %d are granted, want 100", got)
	}
	for i := range 2 * maxAllowances {
		f.take(strconv.Itoa(i), 100, 10, 100, now)
	}
	if len(f.full) > maxAllowances {
		t.Errorf("%d sessions are remembered", len(f.full))
	}
}

func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		first, err := all.take(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		if other, err := all.take(t.Context(), "b"); err != nil {
			t.Errorf("another session waits: %v", err)
		} else {
			all.give("b", other)
		}
		served := make(chan int, maxWaiting)
		for i := range maxWaiting {
			go func() {
				turn, err := all.take(t.Context(), "a")
				if err != nil {
					t.Error(err)
					return
				}
				served <- i
				all.give("a", turn)
			}()
			synctest.Wait()
		}
		if len(served) != 0 {
			t.Errorf("%d are served beside the first", len(served))
		}
		if _, err := all.take(t.Context(), "a"); !errors.Is(err, bancho.ErrOverlap) {
			t.Errorf("one too many is told %v", err)
		}
		all.give("a", first)
		synctest.Wait()
		if len(served) != maxWaiting {
			t.Errorf("%d of %d were served", len(served), maxWaiting)
		}
		if len(all.held) != 0 {
			t.Errorf("%d sessions are remembered", len(all.held))
		}
	})
}

func TestTurnsAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		first, _ := all.take(t.Context(), "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := all.take(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting ends with %v", err)
		}
		all.give("a", first)
		again, err := all.take(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		all.give("a", again)
		if len(all.held) != 0 {
			t.Errorf("%d sessions are remembered", len(all.held))
		}
	})
}

func TestReceipts(t *testing.T) {
	var r receipts
	now := time.Now()
	mail := func(ids ...uint64) (m state.Mail) {
		for _, id := range ids {
			m.Items = append(m.Items, state.Item{ID: id})
		}
		return m
	}
	r.given("a", 0, true, mail())
	if id, _ := r.of("a"); id != 0 || len(r.pending) != 0 {
		t.Errorf("no mail leaves receipt %d", id)
	}
	r.given("a", 0, true, mail(3, 5))
	if id, room := r.of("a"); id != 5 || !room {
		t.Errorf("receipt is %d, want that of the last item", id)
	}
	if list := r.older(now.Add(-time.Second), 10); len(list) != 0 {
		t.Errorf("%v are called old", list)
	}
	list := r.older(now.Add(time.Minute), 10)
	if len(list) != 1 || list[0] != (state.Receipt{Key: "a", ID: 5}) {
		t.Errorf("old are %v", list)
	}
	r.given("a", 5, true, mail(8))
	r.settled(list)
	if id, _ := r.of("a"); id != 8 {
		t.Errorf("a newer receipt was forgotten with an older one: %d", id)
	}
	r.given("a", 8, true, mail())
	if id, _ := r.of("a"); id != 0 {
		t.Errorf("receipt is %d after the poll that carried it", id)
	}
	r.given("b", 0, false, mail(9))
	if len(r.pending) != 0 {
		t.Error("mail that was taken out leaves a receipt")
	}
	for i := range maxReceipts {
		r.given(strconv.Itoa(i), 0, true, mail(1))
	}
	if _, room := r.of("b"); room {
		t.Errorf("there is room beside %d receipts", len(r.pending))
	}
}

func TestClientPrivileges(t *testing.T) {
	for _, tc := range []struct {
		have users.Privileges
		want osu.ClientPrivileges
	}{
		{0, osu.ClientPlayer},
		{users.Supporter, osu.ClientPlayer | osu.ClientSupporter},
		{users.Nominator, osu.ClientPlayer | osu.ClientModerator},
		{users.Administrator | users.Developer, osu.ClientPlayer | osu.ClientDeveloper | osu.ClientOwner},
		{users.TournamentHost, osu.ClientPlayer | osu.ClientTournament},
		{^users.Privileges(0), osu.AllClientPrivileges},
	} {
		if got := clientPrivileges(tc.have); got != tc.want {
			t.Errorf("%b is shown as %b, want %b", tc.have, got, tc.want)
		}
	}
}

func TestClientChannel(t *testing.T) {
	for name, want := range map[string]string{
		"#osu": "#osu", "#multi_7": "#multiplayer", "#spec_1000": "#spectator", "#multi_": "#multi_", "#multi_x": "#multi_x", "": "",
	} {
		if got := clientChannel(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

func TestFriendsFirst(t *testing.T) {
	got := friendsFirst([]int32{1, 5, 7, 9}, []int32{9, 8, 1}, 5)
	want := []int32{1, 9, 7}
	if len(got) != len(want) {
		t.Fatalf("order is %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("order is %v, want %v", got, want)
		}
	}
}

// TestReceiptsAreBounded fills the receipts: the next mail is taken out of state at once, until there is room again.
func TestReceiptsAreBounded(t *testing.T) {
	var r receipts
	mail := state.Mail{Items: []state.Item{{ID: 3}, {ID: 7}}}
	for i := range maxReceipts {
		id := strconv.Itoa(i)
		if _, keep := r.of(id); !keep {
			t.Fatalf("there is no room after %d", i)
		}
		r.given(id, 0, true, mail)
	}
	if _, keep := r.of("one more"); keep {
		t.Fatal("there is room without end")
	}
	r.given("one more", 0, false, mail)
	if id, _ := r.of("0"); id != 7 || len(r.pending) != maxReceipts {
		t.Errorf("the receipt is %d, of %d", id, len(r.pending))
	}
	list := r.older(time.Now().Add(time.Hour), 2)
	r.given(list[0].Key, 7, true, state.Mail{Items: []state.Item{{ID: 9}}}) // meanwhile
	r.settled(list)
	if _, keep := r.of(""); !keep || len(r.pending) != maxReceipts-1 {
		t.Errorf("%d are left", len(r.pending))
	}
	r.given(list[0].Key, 9, true, state.Mail{}) // the poll that brought nothing acknowledged it
	if id, _ := r.of(list[0].Key); id != 0 {
		t.Errorf("receipt %d is kept", id)
	}
}
