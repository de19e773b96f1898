// Package chattest is the conformance suite of the chat contract: what it asks, every implementation must answer, in this
// process or behind a peer.
//
// It makes accounts, channels and messages with random names and leaves them behind, sessions excepted. It expects the
// configuration's defaults, but for the interval at which numbers of members are told, which should be short, and the flood
// control, which must allow 5 messages at once and silence after at most 20.
package chattest

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// patience bounds the wait for what is told a moment after its cause.
const patience = 20 * time.Second

// Subject is what is examined, with the neighbours that it uses.
type Subject struct {
	Chat      chat.Service
	State     state.Service
	Users     users.Service
	Relations relations.Service
	Sessions  sessions.Service
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Greet", testGreet},
		{"Join", testJoin},
		{"Say", testSay},
		{"SayRefused", testSayRefused},
		{"Automatic", testAutomatic},
		{"Blocked", testBlocked},
		{"Text", testText},
		{"Flood", testFlood},
		{"Whisper", testWhisper},
		{"WhisperRefused", testWhisperRefused},
		{"Mail", testMail},
		{"Away", testAway},
		{"History", testHistory},
		{"Conversation", testConversation},
		{"Open", testOpen},
		{"BadChannels", testBadChannels},
		{"Close", testClose},
		{"Temporary", testTemporary},
		{"Members", testMembers},
		{"Resized", testResized},
		{"Privileges", testPrivileges},
		{"Enter", testEnter},
		{"Public", testPublic},
		{"BothWorlds", testBothWorlds},
		{"SpeakRefused", testSpeakRefused},
		{"ThreadFlood", testThreadFlood},
		{"Converse", testConverse},
		{"Unseen", testUnseen},
		{"HiddenPeople", testHiddenPeople},
		{"Updates", testUpdates},
		{"TemporaryThreads", testTemporaryThreads},
		{"StoredThreads", testStoredThreads},
		{"LostThread", testLostThread},
		{"Silences", testSilences},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// player makes an account.
func (s Subject) player(t *testing.T, privileges users.Privileges) users.User {
	t.Helper()
	name := "c" + strings.ToLower(rand.Text()[:13])
	u, err := s.Users.Register(t.Context(), users.Registration{
		Name: name, Email: name + "@example.com", Password: "pw " + name, Country: "DE", Privileges: privileges,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// online starts a session that ends with the test, and returns its ID.
func (s Subject) online(t *testing.T, u users.User, channels ...string) string {
	t.Helper()
	return s.open(t, sessions.Opening{User: u, Kind: sessions.Stable, Channels: channels})
}

func (s Subject) open(t *testing.T, opening sessions.Opening) string {
	t.Helper()
	opened, err := s.Sessions.Open(t.Context(), opening)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout) })
	return opened.Session.ID
}

// channel makes a stored channel that is gone after the test, and returns its name.
func (s Subject) channel(t *testing.T, c chat.Channel) string {
	t.Helper()
	c.Name = "#" + strings.ToLower(rand.Text()[:12])
	if _, err := s.Chat.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Chat.Close(t.Context(), c.Name) })
	return c.Name
}

// number returns the thread of a channel.
func (s Subject) number(t *testing.T, name string) int64 {
	t.Helper()
	c := must[chat.Channel](t)(s.Chat.Find(t.Context(), name))
	if c.ID <= 0 {
		t.Fatalf("%s has the number %d", name, c.ID)
	}
	return c.ID
}

// heard returns the events of chat in an outbox, Resized ones left out: they come when they like.
func (s Subject) heard(t *testing.T, id string) []proto.Message {
	t.Helper()
	var all []proto.Message
	for _, m := range s.drain(t, id, 0) {
		if _, ok := m.(*chatpb.Resized); !ok {
			all = append(all, m)
		}
	}
	return all
}

// await drains an outbox until an event of type M comes that fits.
func await[M proto.Message](t *testing.T, s Subject, id string, fits func(M) bool) M {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		for _, m := range s.drain(t, id, time.Second) {
			if m, ok := m.(M); ok && fits(m) {
				return m
			}
		}
	}
	t.Fatal("the event did not come")
	panic("unreachable")
}

func (s Subject) drain(t *testing.T, id string, wait time.Duration) []proto.Message {
	t.Helper()
	mail, err := s.State.Drain(t.Context(), sessions.Space, id, state.Take{Wait: wait})
	if err != nil {
		t.Fatal(err)
	}
	var all []proto.Message
	for _, item := range mail.Items {
		m, err := wire.Unpack(item.Data)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(m.ProtoReflect().Descriptor().FullName()), "peace.chat.") {
			all = append(all, m)
		}
	}
	return all
}

func said(m chat.Message) proto.Message { return chatpb.FromSaid(chat.Said{Message: m}) }

func whispered(w chat.Whisper) proto.Message {
	return chatpb.FromWhispered(chat.Whispered{Message: w.Message, RecipientName: w.RecipientName})
}

func (s Subject) hears(t *testing.T, id string, wanted ...proto.Message) {
	t.Helper()
	equal := cmp.Comparer(func(a, b proto.Message) bool { return proto.Equal(a, b) })
	if diff := cmp.Diff(wanted, s.heard(t, id), equal, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
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

func find(list []chat.Channel, name string) (chat.Channel, bool) {
	for _, c := range list {
		if c.Name == name {
			return c, true
		}
	}
	return chat.Channel{}, false
}
