// Package notificationstest is the conformance suite of the notifications contract: what it asks, every implementation must
// answer, in this process or behind a peer.
//
// It tells players of things and leaves that behind; it expects that medals are told of.
package notificationstest

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/notifications"
	"github.com/pure-peace/peace/modules/notifications/notificationspb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// patience bounds the wait for what happens a moment after its cause.
const patience = 20 * time.Second

// Subject is what is examined, with what it is connected to.
type Subject struct {
	Notifications notifications.Service
	State         state.Service

	// Earn lets a player earn a medal once more than before: a new one by its slug, or one that he has already. nil when medals
	// come from elsewhere.
	Earn func(t *testing.T, userID int32, slug string)
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Notify", testNotify},
		{"Once", testOnce},
		{"Refused", testRefused},
		{"List", testList},
		{"MarkRead", testMarkRead},
		{"Medals", testMedals},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// player returns an id that nobody else has, and the key of a record with his outbox.
func (s Subject) player(t *testing.T) (int32, string) {
	t.Helper()
	id := rand.Int32N(1<<30) + 1<<20
	key := "notificationstest-" + sessions.UserTag(id)
	_, err := s.State.Apply(t.Context(), []state.Change{{Put: &state.Put{
		Space: sessions.Space, Key: key, TTL: 10 * time.Minute, AddTags: []string{sessions.UserTag(id)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = s.State.Apply(t.Context(), []state.Change{{Delete: &state.Delete{Space: sessions.Space, Key: key}}})
	})
	return id, key
}

// hears drains an outbox.
func (s Subject) hears(t *testing.T, key string, wait time.Duration) []proto.Message {
	t.Helper()
	mail, err := s.State.Drain(t.Context(), sessions.Space, key, state.Take{Wait: wait})
	if err != nil {
		t.Fatal(err)
	}
	var all []proto.Message
	for _, item := range mail.Items {
		m, err := wire.Unpack(item.Data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func (s Subject) list(t *testing.T, userID int32, before int64, limit int, unread bool) ([]notifications.Notification, int) {
	t.Helper()
	list, n, err := s.Notifications.List(t.Context(), userID, before, limit, unread)
	if err != nil {
		t.Fatal(err)
	}
	return list, n
}

func (s Subject) notify(t *testing.T, n notifications.Notification, users ...int32) {
	t.Helper()
	if err := s.Notifications.Notify(t.Context(), users, n); err != nil {
		t.Fatal(err)
	}
}

func note(key string) notifications.Notification {
	return notifications.Notification{
		Name: "channel_announcement", Key: key, ObjectType: "channel", ObjectID: 7, SourceID: 1000, Details: []byte(`{"title":"平和"}`),
	}
}

func equal() cmp.Option { return cmpopts.EquateEmpty() }

func testNotify(t *testing.T, s Subject) {
	a, outboxA := s.player(t)
	b, outboxB := s.player(t)
	stranger, _ := s.player(t)
	n := note("k")
	n.At = time.Date(2026, 8, 21, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	s.notify(t, n, a, b, a)
	for _, user := range []struct {
		id     int32
		outbox string
	}{{a, outboxA}, {b, outboxB}} {
		list, unread := s.list(t, user.id, 0, 10, false)
		if len(list) != 1 || unread != 1 {
			t.Fatalf("%d notifications, %d unread", len(list), unread)
		}
		wanted := n
		wanted.ID, wanted.UserID, wanted.At = list[0].ID, user.id, n.At.UTC().Truncate(time.Microsecond)
		if diff := cmp.Diff(wanted, list[0]); diff != "" || wanted.ID == 0 {
			t.Errorf("List (-want +got):\n%s", diff)
		}
		heard := s.hears(t, user.outbox, 0)
		event := notificationspb.FromNotified(notifications.Notified{Notification: wanted})
		if len(heard) != 1 || !proto.Equal(heard[0], event) {
			t.Errorf("hears %v, want %v", heard, event)
		}
	}
	if list, unread := s.list(t, stranger, 0, 10, false); len(list)+unread != 0 {
		t.Errorf("somebody else is told %v", list)
	}
	s.notify(t, notifications.Notification{Name: "x", ObjectType: "user"}, stranger)
	list, _ := s.list(t, stranger, 0, 10, true)
	if len(list) != 1 || string(list[0].Details) != "{}" || time.Since(list[0].At).Abs() > time.Minute {
		t.Errorf("the smallest notification is %+v", list)
	}
}

func testOnce(t *testing.T, s Subject) {
	a, outbox := s.player(t)
	b, _ := s.player(t)
	for range 2 {
		s.notify(t, note("same"), a)
	}
	s.notify(t, note("same"), a, b)
	s.notify(t, note("other"), a)
	for range 2 {
		s.notify(t, note(""), a) // no key: each is another
	}
	if list, _ := s.list(t, a, 0, 10, false); len(list) != 4 {
		t.Errorf("%d notifications", len(list))
	}
	if heard := s.hears(t, outbox, 0); len(heard) != 4 {
		t.Errorf("told %d times", len(heard))
	}
	if list, _ := s.list(t, b, 0, 10, false); len(list) != 1 {
		t.Errorf("%d notifications of the other one", len(list))
	}
}

func testRefused(t *testing.T, s Subject) {
	id, _ := s.player(t)
	bad := func(spoil func(*notifications.Notification)) notifications.Notification {
		n := note("k")
		spoil(&n)
		return n
	}
	for name, n := range map[string]notifications.Notification{
		"no name":      bad(func(n *notifications.Notification) { n.Name = "" }),
		"wrong name":   bad(func(n *notifications.Notification) { n.Name = "Not Snake" }),
		"long name":    bad(func(n *notifications.Notification) { n.Name = strings.Repeat("x", 65) }),
		"no type":      bad(func(n *notifications.Notification) { n.ObjectType = "" }),
		"negative id":  bad(func(n *notifications.Notification) { n.ObjectID = -1 }),
		"no source":    bad(func(n *notifications.Notification) { n.SourceID = -1 }),
		"long key":     bad(func(n *notifications.Notification) { n.Key = strings.Repeat("x", 65) }),
		"list":         bad(func(n *notifications.Notification) { n.Details = []byte("[1]") }),
		"no json":      bad(func(n *notifications.Notification) { n.Details = []byte("{") }),
		"null":         bad(func(n *notifications.Notification) { n.Details = []byte("null") }),
		"not UTF-8":    bad(func(n *notifications.Notification) { n.Details = []byte("{\"a\":\"\xff\"}") }),
		"long details": bad(func(n *notifications.Notification) { n.Details = []byte(`{"a":"` + strings.Repeat("x", 4<<10) + `"}`) }),
	} {
		if err := s.Notifications.Notify(t.Context(), []int32{id}, n); !errors.Is(err, notifications.ErrBadNotification) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Notifications.Notify(t.Context(), make([]int32, 1001), note("k")); !errors.Is(err, notifications.ErrTooLarge) {
		t.Errorf("too many users: %v", err)
	}
	for _, limit := range []int{-1, 0, 101} {
		if _, _, err := s.Notifications.List(t.Context(), id, 0, limit, false); !errors.Is(err, notifications.ErrTooLarge) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
	if err := s.Notifications.MarkRead(t.Context(), id, notifications.Which{IDs: make([]int64, 101)}); !errors.Is(err, notifications.ErrTooLarge) {
		t.Errorf("too many ids: %v", err)
	}
	if list, _ := s.list(t, id, 0, 10, false); len(list) != 0 {
		t.Errorf("refused ones are there: %v", list)
	}
}

func ids(list []notifications.Notification) []int64 {
	var all []int64
	for _, n := range list {
		all = append(all, n.ID)
	}
	return all
}

// told tells a player of n things, and returns their numbers, newest first.
func (s Subject) told(t *testing.T, id int32, n int) []int64 {
	t.Helper()
	for range n {
		s.notify(t, note(""), id)
	}
	list, unread := s.list(t, id, 0, n, false)
	if len(list) != n || unread != n {
		t.Fatalf("%d notifications, %d unread", len(list), unread)
	}
	return ids(list)
}

func testList(t *testing.T, s Subject) {
	id, _ := s.player(t)
	all := s.told(t, id, 5)
	if err := s.Notifications.MarkRead(t.Context(), id, notifications.Which{IDs: all[1:2]}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		before int64
		limit  int
		unread bool
		wanted []int64
	}{
		{0, 2, false, all[:2]},
		{all[1], 2, false, all[2:4]},
		{all[4], 2, false, nil},
		{0, 3, true, []int64{all[0], all[2], all[3]}},
		{all[2], 10, true, all[3:]},
	} {
		list, unread := s.list(t, id, test.before, test.limit, test.unread)
		if diff := cmp.Diff(test.wanted, ids(list), equal()); diff != "" || unread != 4 {
			t.Errorf("List(%d, %d, %v), %d unread (-want +got):\n%s", test.before, test.limit, test.unread, unread, diff)
		}
	}
}

func testMarkRead(t *testing.T, s Subject) {
	id, outbox := s.player(t)
	other, _ := s.player(t)
	all := s.told(t, id, 4)
	foreign := s.told(t, other, 1)
	s.hears(t, outbox, 0)
	mark := func(which notifications.Which, unread int, seen ...int64) {
		t.Helper()
		if err := s.Notifications.MarkRead(t.Context(), id, which); err != nil {
			t.Fatal(err)
		}
		if _, n := s.list(t, id, 0, 1, true); n != unread {
			t.Errorf("%+v leaves %d unread, want %d", which, n, unread)
		}
		var wanted []proto.Message
		if len(seen) > 0 {
			wanted = append(wanted, notificationspb.FromSeen(notifications.Seen{UserID: id, IDs: seen}))
		}
		same := cmp.Comparer(func(a, b proto.Message) bool { return proto.Equal(a, b) })
		if diff := cmp.Diff(wanted, s.hears(t, outbox, 0), same, equal()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", which, diff)
		}
	}
	mark(notifications.Which{IDs: []int64{all[0], foreign[0], 1 << 50}}, 3, all[0])
	mark(notifications.Which{IDs: all[:1]}, 3)
	mark(notifications.Which{Name: "other"}, 3)
	mark(notifications.Which{ObjectType: "channel", ObjectID: 8}, 3)
	for _, none := range []string{"\x00", "channel\x00", "\xff", "' OR 1=1", "Channel"} {
		mark(notifications.Which{ObjectType: none}, 3)
		mark(notifications.Which{Name: none}, 3)
	}
	mark(notifications.Which{Through: all[3]}, 2, all[3])
	mark(notifications.Which{Name: "channel_announcement", ObjectType: "channel", ObjectID: 7, Through: all[2]}, 1, all[2])
	mark(notifications.Which{}, 0, all[1])
	if _, n := s.list(t, other, 0, 1, true); n != 1 {
		t.Errorf("somebody else has %d unread", n)
	}
	for range 150 {
		s.notify(t, note(""), other)
	}
	if err := s.Notifications.MarkRead(t.Context(), other, notifications.Which{}); err != nil {
		t.Fatal(err)
	}
	if _, n := s.list(t, other, 0, 1, true); n != 0 {
		t.Errorf("%d of many are unread", n)
	}
}

func testMedals(t *testing.T, s Subject) {
	if s.Earn == nil {
		t.Skip("medals come from elsewhere")
	}
	id, outbox := s.player(t)
	s.Earn(t, id, "first-medal")
	s.Earn(t, id, "first-medal") // by another score: no news
	s.Earn(t, id, "second-medal")
	var slugs []string
	for deadline := time.Now().Add(patience); len(slugs) < 2; {
		if time.Now().After(deadline) {
			t.Fatalf("told of %v", slugs)
		}
		for _, event := range s.hears(t, outbox, time.Second) {
			n := event.(*notificationspb.Notified).GetNotification()
			if n.GetName() != notifications.Medal || n.GetObjectType() != "user" || n.GetObjectId() != int64(id) || n.GetSourceId() != id {
				t.Errorf("told %v", n)
			}
			var details struct {
				Achievement uint32 `json:"achievement_id"`
				Cover       string `json:"cover_url"`
				Slug        string
				Title       string
				Description string
				User        int32 `json:"user_id"`
			}
			if err := json.Unmarshal(n.GetDetails(), &details); err != nil {
				t.Fatal(err)
			}
			if details.Achievement == 0 || details.User != id || details.Title == "" || details.Description == "" ||
				!strings.Contains(details.Cover, "/medals/client/"+details.Slug+"@2x.png") {
				t.Errorf("details %s", n.GetDetails())
			}
			slugs = append(slugs, details.Slug)
		}
	}
	if diff := cmp.Diff([]string{"first-medal", "second-medal"}, slugs); diff != "" {
		t.Errorf("medals (-want +got):\n%s", diff)
	}
	if _, unread := s.list(t, id, 0, 10, true); unread != 2 {
		t.Errorf("%d unread", unread)
	}
}
