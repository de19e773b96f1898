package chattest

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
)

func emptyIsNil() cmp.Option { return cmpopts.EquateEmpty() }

func testGreet(t *testing.T, s Subject) {
	player, staff := s.player(t, 0), s.player(t, users.Moderator)
	open := s.channel(t, chat.Channel{Topic: "open", AutoJoin: true})
	closed := s.channel(t, chat.Channel{Topic: "closed", Read: users.Moderator | users.Administrator})
	s.online(t, player, open)
	s.online(t, staff, open)

	var g chat.Greeting
	var c chat.Channel
	var ok bool
	// Members may be some seconds old.
	for deadline := time.Now().Add(patience); c.Members != 2 && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		g = must[chat.Greeting](t)(s.Chat.Greet(t.Context(), player.ID, player.Privileges))
		c, ok = find(g.Channels, open)
	}
	if diff := cmp.Diff(chat.Channel{ID: c.ID, Name: open, Topic: "open", AutoJoin: true, Members: 2}, c); diff != "" || !ok {
		t.Errorf("channel (-want +got):\n%s", diff)
	}
	if _, ok := find(g.Channels, closed); ok {
		t.Error("a player is shown what he may not read")
	}
	if !slices.IsSortedFunc(g.Channels, func(a, b chat.Channel) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("channels are not in order")
	}
	if _, ok := find(must[chat.Greeting](t)(s.Chat.Greet(t.Context(), staff.ID, staff.Privileges)).Channels, closed); !ok {
		t.Error("staff is not shown what it may read")
	}
}

func testJoin(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Topic: "a topic"})
	closed := s.channel(t, chat.Channel{Read: users.Moderator})
	id := s.online(t, s.player(t, 0))
	for range 2 {
		c := must[chat.Channel](t)(s.Chat.Join(t.Context(), id, name))
		if diff := cmp.Diff(chat.Channel{ID: c.ID, Name: name, Topic: "a topic", Members: 1}, c); diff != "" {
			t.Errorf("Join (-want +got):\n%s", diff)
		}
	}
	records, err := s.State.Get(t.Context(), sessions.Space, []string{id})
	if err != nil || len(records) != 1 || !slices.Contains(records[0].Tags, sessions.ChannelTag(name)) {
		t.Errorf("the session's record lacks its tag: %v, %v", records, err)
	}
	for range 2 {
		if err := s.Chat.Part(t.Context(), id, name); err != nil {
			t.Fatal(err)
		}
	}
	if c := must[chat.Channel](t)(s.Chat.Find(t.Context(), name)); c.Members != 0 {
		t.Errorf("%d members", c.Members)
	}
	s.hears(t, id) // his own hand did it
	_, err = s.Chat.Join(t.Context(), id, closed)
	want(t, err, chat.ErrNoChannel)
	_, err = s.Chat.Join(t.Context(), id, "#nowhere")
	want(t, err, chat.ErrNoChannel)
	_, err = s.Chat.Join(t.Context(), id, "no channel\x00")
	want(t, err, chat.ErrNoChannel)
	_, err = s.Chat.Join(t.Context(), "nobody", name)
	want(t, err, sessions.ErrNoSession)
	for _, id := range []string{"", "nobody", strings.Repeat("x", 999)} {
		if err := s.Chat.Part(t.Context(), id, name); err != nil {
			t.Error(err)
		}
	}
}

func testOpen(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Topic: "old"})
	member, staff := s.online(t, s.player(t, 0), name), s.online(t, s.player(t, users.Moderator), name)
	wanted := chat.Channel{ID: s.number(t, name), Name: name, Topic: "new", Read: users.Moderator, Write: users.Developer, AutoJoin: true, Members: 1}
	given := wanted
	given.ID, given.Members = 77, 77
	if diff := cmp.Diff(wanted, must[chat.Channel](t)(s.Chat.Open(t.Context(), given))); diff != "" {
		t.Errorf("Open (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wanted, must[chat.Channel](t)(s.Chat.Find(t.Context(), name))); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
	s.hears(t, member, chatpb.FromParted(chat.Parted{Channel: name, ThreadID: wanted.ID}))
	resized := await(t, s, staff, func(m *chatpb.Resized) bool { return m.GetChannel().GetTopic() == "new" })
	if resized.GetChannel().GetName() != name {
		t.Errorf("Resized %v", resized)
	}
}

func testBadChannels(t *testing.T, s Subject) {
	for _, c := range []chat.Channel{
		{}, {Name: "#"}, {Name: "osu"}, {Name: "#with space"}, {Name: "#" + strings.Repeat("x", 64)}, {Name: "#ünïcode"},
		{Name: "#a,b"}, {Name: "#fine", Topic: strings.Repeat("x", 257)}, {Name: "#fine", Topic: "two\nlines"},
		{Name: "#fine", Topic: "\x00"}, {Name: s.channel(t, chat.Channel{}), Temporary: true},
	} {
		if _, err := s.Chat.Open(t.Context(), c); err == nil {
			t.Errorf("%+v: accepted", c)
		} else {
			want(t, err, chat.ErrBadChannel)
		}
	}
}

func testClose(t *testing.T, s Subject) {
	for _, temporary := range []bool{false, true} {
		name := "#" + strings.ToLower(rand.Text())
		if _, err := s.Chat.Open(t.Context(), chat.Channel{Name: name, Temporary: temporary}); err != nil {
			t.Fatal(err)
		}
		id := s.online(t, s.player(t, 0))
		if _, err := s.Chat.Join(t.Context(), id, name); err != nil {
			t.Fatal(err)
		}
		number := s.number(t, name)
		for range 2 {
			if err := s.Chat.Close(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		s.hears(t, id, chatpb.FromParted(chat.Parted{Channel: name, ThreadID: number}))
		_, err := s.Chat.Find(t.Context(), name)
		want(t, err, chat.ErrNoChannel)
		records, err := s.State.List(t.Context(), sessions.Space, sessions.ChannelTag(name), "", 10)
		if err != nil || len(records) != 0 {
			t.Errorf("%d members are left, %v", len(records), err)
		}
	}
}

func testTemporary(t *testing.T, s Subject) {
	name := "#multi_" + strings.ToLower(rand.Text())
	c := must[chat.Channel](t)(s.Chat.Open(t.Context(), chat.Channel{Name: name, Topic: "a room", Temporary: true}))
	if diff := cmp.Diff(chat.Channel{ID: c.ID, Name: name, Topic: "a room", Temporary: true}, c); diff != "" {
		t.Errorf("Open (-want +got):\n%s", diff)
	}
	a, b := s.player(t, 0), s.player(t, 0)
	first, second := s.online(t, a), s.online(t, b)
	for _, id := range []string{first, second} {
		if _, err := s.Chat.Join(t.Context(), id, name); err != nil {
			t.Fatal(err)
		}
	}
	m := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: a.ID, SessionID: first, Target: name, Text: "hi"}))
	s.hears(t, second, said(m))
	if got := must[[]chat.Message](t)(s.Chat.History(t.Context(), b.ID, name, 0, 5)); len(got) != 1 {
		t.Errorf("history of a member: %v", got)
	}
	_, err := s.Chat.History(t.Context(), s.player(t, 0).ID, name, 0, 5)
	want(t, err, chat.ErrNotMember)
	if _, ok := find(must[chat.Greeting](t)(s.Chat.Greet(t.Context(), a.ID, a.Privileges)).Channels, name); ok {
		t.Error("a temporary channel is shown to everybody")
	}
	_, err = s.Chat.Open(t.Context(), chat.Channel{Name: name})
	want(t, err, chat.ErrBadChannel)

	// It is gone when nobody is in it; one member does not leave but loses his session.
	s.counted(t, first, name)
	if err := s.Chat.Part(t.Context(), first, name); err != nil {
		t.Fatal(err)
	}
	if err := s.Sessions.Close(t.Context(), second, sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	clock := s.online(t, s.player(t, 0)) // draining with a wait is how this suite waits
	for deadline := time.Now().Add(patience); ; {
		_, err := s.Chat.Find(t.Context(), name)
		if err != nil {
			want(t, err, chat.ErrNoChannel)
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the empty channel stays")
		}
		s.drain(t, clock, 50*time.Millisecond)
	}
}

func testMembers(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	var wanted []int32
	for range 3 {
		u := s.player(t, 0)
		s.online(t, u, name)
		s.open(t, sessions.Opening{User: u, Kind: sessions.IRC, Channels: []string{name}})
		wanted = append(wanted, u.ID)
	}
	slices.Sort(wanted)
	if diff := cmp.Diff(wanted, must[[]int32](t)(s.Chat.Members(t.Context(), name))); diff != "" {
		t.Errorf("Members (-want +got):\n%s", diff)
	}
	_, err := s.Chat.Members(t.Context(), "#nowhere")
	want(t, err, chat.ErrNoChannel)
}

func testResized(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	first := s.online(t, s.player(t, 0), name)
	outside := s.online(t, s.player(t, 0))
	resized := s.counted(t, first, name)
	if diff := cmp.Diff(name, resized.GetChannel().GetName()); diff != "" || resized.GetChannel().GetMembers() < 1 {
		t.Errorf("Resized %v", resized)
	}
	for _, m := range s.drain(t, outside, 0) {
		t.Errorf("somebody else is told %v", m)
	}
}

// counted lets somebody go in and out of a channel until a member of it is told of it, and returns what he is told.
func (s Subject) counted(t *testing.T, id, name string) *chatpb.Resized {
	t.Helper()
	visitor := s.online(t, s.player(t, 0))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if _, err := s.Chat.Join(t.Context(), visitor, name); err != nil {
			t.Fatal(err)
		}
		events := s.drain(t, id, 300*time.Millisecond)
		if err := s.Chat.Part(t.Context(), visitor, name); err != nil {
			t.Fatal(err)
		}
		for _, m := range append(events, s.drain(t, id, 300*time.Millisecond)...) {
			if resized, ok := m.(*chatpb.Resized); ok {
				return resized
			}
		}
	}
	t.Fatal("nobody is told how many are in the channel")
	panic("unreachable")
}

func testPrivileges(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Read: users.Nominator})
	open := s.channel(t, chat.Channel{})
	u := s.player(t, users.Nominator)
	id := s.online(t, u, name, open)
	if _, err := s.Users.Grant(t.Context(), u.ID, users.BotID, 0, users.Nominator); err != nil {
		t.Fatal(err)
	}
	parted := await(t, s, id, func(*chatpb.Parted) bool { return true })
	if parted.GetChannel() != name {
		t.Errorf("parted from %s", parted.GetChannel())
	}
	if c := must[chat.Channel](t)(s.Chat.Find(t.Context(), open)); c.Members != 1 {
		t.Error("he lost a channel that everybody may read")
	}
}
