// Package sessionstest is the conformance suite of the sessions contract: what it asks, every implementation must answer, in
// this process or behind a peer.
//
// It makes accounts with random names and ends the sessions that it opens. Others may be online meanwhile, but nobody else
// should be busy on the server: news of strangers in an outbox are skipped by their user. Time is left alone, so a
// session's expiry is not examined here.
package sessionstest

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

// patience bounds the wait for what is told a moment after its cause.
const patience = 20 * time.Second

// Subject is what is examined, with the neighbours that it uses.
type Subject struct {
	Sessions sessions.Service
	State    state.Service
	Users    users.Service
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Open", testOpen},
		{"BadOpenings", testBadOpenings},
		{"Record", testRecord},
		{"Arrival", testArrival},
		{"Friends", testFriends},
		{"Replace", testReplace},
		{"ReplaceHidden", testReplaceHidden},
		{"ComeBack", testComeBack},
		{"Race", testRace},
		{"Tournament", testTournament},
		{"API", testAPI},
		{"Invisible", testInvisible},
		{"Precedence", testPrecedence},
		{"Update", testUpdate},
		{"Moved", testMoved},
		{"Detail", testDetail},
		{"Hide", testHide},
		{"Interest", testInterest},
		{"BadUpdates", testBadUpdates},
		{"UpdateRace", testUpdateRace},
		{"Close", testClose},
		{"Disconnect", testDisconnect},
		{"Batches", testBatches},
		{"Count", testCount},
		{"Rename", testRename},
		{"Restrict", testRestrict},
		{"Silence", testSilence},
		{"Password", testPassword},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// player makes an account.
func (s Subject) player(t *testing.T) users.User {
	t.Helper()
	name := "s" + strings.ToLower(rand.Text()[:13])
	u, err := s.Users.Register(t.Context(), users.Registration{
		Name: name, Email: name + "@example.com", Password: "pw " + name, Country: "DE",
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// open starts a session that ends with the test.
func (s Subject) open(t *testing.T, opening sessions.Opening) sessions.Opened {
	t.Helper()
	opened, err := s.Sessions.Open(t.Context(), opening)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return opened
}

// stable starts a session of the stable client that hears of everybody, and returns its ID.
func (s Subject) stable(t *testing.T, u users.User) string {
	t.Helper()
	return s.open(t, sessions.Opening{User: u, Kind: sessions.Stable, Interest: sessions.InterestEveryone}).Session.ID
}

// watcher starts a session of somebody else that hears of everybody.
func (s Subject) watcher(t *testing.T) string {
	t.Helper()
	return s.stable(t, s.player(t))
}

// drain returns what lies in an outbox.
func (s Subject) drain(t *testing.T, id string, wait time.Duration) []proto.Message {
	t.Helper()
	var all []proto.Message
	for {
		mail, err := s.State.Drain(t.Context(), sessions.Space, id, state.Take{Wait: wait})
		if err != nil {
			t.Fatalf("drain %s: %v", id, err)
		}
		for _, item := range mail.Items {
			m, err := wire.Unpack(item.Data)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		if !mail.More {
			return all
		}
	}
}

// hears drains an outbox and compares what it says of a user with the events.
func (s Subject) hears(t *testing.T, id string, userID int32, events ...proto.Message) {
	t.Helper()
	var got []proto.Message
	for _, m := range s.drain(t, id, 0) {
		if about(m) == userID {
			got = append(got, m)
		}
	}
	equal(t, got, events)
}

// eventually waits until an outbox has brought as many events about a user as there are given, and compares them. What is
// told of other users meanwhile is dropped.
func (s Subject) eventually(t *testing.T, id string, userID int32, events ...proto.Message) {
	t.Helper()
	var got []proto.Message
	for deadline := time.Now().Add(patience); len(got) < len(events) && time.Now().Before(deadline); {
		for _, m := range s.drain(t, id, time.Second) {
			if about(m) == userID {
				got = append(got, m)
			}
		}
	}
	equal(t, got, events)
}

// about returns the user that an event tells of.
func about(m proto.Message) int32 {
	switch m := m.(type) {
	case *sessionspb.Arrived:
		return m.GetPresence().GetUserId()
	case *sessionspb.Left:
		return m.GetUserId()
	case *sessionspb.Moved:
		return m.GetUserId()
	case *sessionspb.Renamed:
		return m.GetPresence().GetUserId()
	case *sessionspb.AccountChanged:
		return m.GetUser().GetId()
	case *sessionspb.Silenced:
		return m.GetUserId()
	}
	return 0
}

func equal(t *testing.T, got, want []proto.Message) {
	t.Helper()
	if diff := cmp.Diff(texts(want), texts(got)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func texts(events []proto.Message) []string {
	all := make([]string, len(events))
	for i, m := range events {
		data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			panic(err)
		}
		all[i] = string(m.ProtoReflect().Descriptor().Name()) + " " + string(data)
	}
	return all
}

// presenceOf is what others should see of a session.
func presenceOf(session sessions.Session) sessions.Presence {
	p := sessions.Presence{
		UserID: session.User.ID, Name: session.User.Name, Kind: session.Kind, Privileges: session.User.Privileges,
		Location: session.Location, Status: session.Status, Stats: session.Stats,
	}
	if p.Location.Hidden {
		p.Location.Latitude, p.Location.Longitude = 0, 0
	}
	return p
}

func arrived(p sessions.Presence) proto.Message {
	return sessionspb.FromArrived(sessions.Arrived{Presence: p})
}

func left(userID int32, kind sessions.Kind, remaining ...sessions.Kind) proto.Message {
	return sessionspb.FromLeft(sessions.Left{UserID: userID, Kind: kind, Remaining: remaining})
}

// whole is an opening with every field set.
func whole(u users.User) sessions.Opening {
	return sessions.Opening{
		User:          u,
		Kind:          sessions.Stable,
		ClientVersion: "b20250815",
		ClientHashes:  "a:b.:c:d:e:",
		Address:       netip.MustParseAddr("2001:db8::1"),
		Location:      sessions.Location{Country: "JP", Latitude: 35.5, Longitude: 139.5, UTCOffset: 9},
		Status: sessions.Status{
			Action: osu.ActionPlaying, Text: "artist - title [diff]", BeatmapMD5: strings.Repeat("0a", 16), BeatmapID: 75,
			Mods: 64, Ruleset: osu.Mania, Busy: true, Detail: []byte{0, 0xff, 0x90},
		},
		Stats:       sessions.Stats{RankedScore: 1 << 40, Accuracy: .5, Playcount: 7, Rank: 9},
		Interest:    sessions.InterestEveryone,
		FriendsOnly: true,
		Channels:    []string{"#osu"},
		Instance:    "6f9619ff-8b86-d011-b42d-00c04fc964ff",
		Presences:   sessions.MaxBatch,
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
