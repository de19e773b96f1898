package chattest

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
)

// hearing starts a session that hears by threads.
func (s Subject) hearing(t *testing.T, u users.User) string {
	t.Helper()
	id := s.open(t, sessions.Opening{User: u, Kind: sessions.API})
	if _, err := s.Chat.Attend(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func (s Subject) threads(t *testing.T, u users.User) []chat.Thread {
	t.Helper()
	return must[[]chat.Thread](t)(s.Chat.Threads(t.Context(), u.ID))
}

func (s Subject) enter(t *testing.T, u users.User, id int64) chat.Thread {
	t.Helper()
	return must[chat.Thread](t)(s.Chat.Enter(t.Context(), u.ID, id))
}

func (s Subject) speak(t *testing.T, u users.User, id int64, text string) chat.Message {
	t.Helper()
	return must[chat.Message](t)(s.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: id, Text: text}))
}

func entered(thread chat.Thread) proto.Message {
	return chatpb.FromEntered(chat.Entered{Thread: thread})
}

func testEnter(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Topic: "a topic"})
	closed := s.channel(t, chat.Channel{Read: users.Moderator})
	id, u := s.number(t, name), s.player(t, 0)
	first, stable := s.hearing(t, u), s.online(t, u)

	wanted := chat.Thread{ID: id, Channel: chat.Channel{ID: id, Name: name, Topic: "a topic"}, Writable: true, MaxLength: 2000}
	if diff := cmp.Diff(wanted, must[chat.Thread](t)(s.Chat.Thread(t.Context(), u.ID, id))); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	wanted.Entered = true
	for range 2 {
		if diff := cmp.Diff(wanted, s.enter(t, u, id)); diff != "" {
			t.Errorf("Enter (-want +got):\n%s", diff)
		}
	}
	s.hears(t, first, entered(wanted)) // once
	s.hears(t, stable)
	if diff := cmp.Diff([]chat.Thread{wanted}, s.threads(t, u)); diff != "" {
		t.Errorf("Threads (-want +got):\n%s", diff)
	}

	// It belongs to the user: a session that starts later is in it, one that knows names is not.
	second := s.hearing(t, u)
	m := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: users.BotID, Target: name, Text: "x", Automatic: true}))
	s.hears(t, first, said(m))
	s.hears(t, second, said(m))
	s.hears(t, stable)

	for range 2 {
		if err := s.Chat.Leave(t.Context(), u.ID, id); err != nil {
			t.Fatal(err)
		}
	}
	exited := chatpb.FromExited(chat.Exited{Thread: chat.Thread{ID: id, Channel: wanted.Channel, LastMessageID: m.ID, MaxLength: 2000}})
	s.hears(t, first, exited)
	s.hears(t, second, exited)
	if got := s.threads(t, u); len(got) != 0 {
		t.Errorf("after leaving: %v", got)
	}
	if _, err := s.Chat.Say(t.Context(), chat.Line{SenderID: users.BotID, Target: name, Text: "y", Automatic: true}); err != nil {
		t.Fatal(err)
	}
	s.hears(t, first)

	for _, id := range []int64{0, -1, 1 << 50, s.number(t, closed)} {
		_, err := s.Chat.Enter(t.Context(), u.ID, id)
		want(t, err, chat.ErrNoChannel)
		_, err = s.Chat.Thread(t.Context(), u.ID, id)
		want(t, err, chat.ErrNoChannel)
		if err := s.Chat.Leave(t.Context(), u.ID, id); err != nil {
			t.Error(err)
		}
	}
	_, err := s.Chat.Attend(t.Context(), "nobody")
	want(t, err, sessions.ErrNoSession)
}

func testPublic(t *testing.T, s Subject) {
	u := s.player(t, 0)
	open, closed := s.channel(t, chat.Channel{}), s.channel(t, chat.Channel{Read: users.Moderator})
	readOnly := s.channel(t, chat.Channel{Write: users.Moderator})
	s.enter(t, u, s.number(t, open))
	found := map[string]chat.Thread{}
	for _, thread := range must[[]chat.Thread](t)(s.Chat.Public(t.Context(), u.ID)) {
		found[thread.Channel.Name] = thread
	}
	if thread, ok := found[open]; !ok || !thread.Entered || !thread.Writable {
		t.Errorf("the open channel is %+v", thread)
	}
	if thread, ok := found[readOnly]; !ok || thread.Entered || thread.Writable {
		t.Errorf("the channel to read is %+v", thread)
	}
	if _, ok := found[closed]; ok {
		t.Error("a channel that is not for him is shown")
	}
	for _, name := range []string{"#osu", "#lazer", "#lobby"} {
		if _, ok := found[name]; !ok {
			t.Errorf("%s, which lazer joins, is missing", name)
		}
	}
}

// testBothWorlds says that what one kind of client says, the other kind hears, and that the history has it.
func testBothWorlds(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	id := s.number(t, name)
	old, modern := s.player(t, 0), s.player(t, 0)
	stable := s.online(t, old, name)
	s.enter(t, modern, id)
	socket := s.hearing(t, modern)

	fromModern := must[chat.Message](t)(s.Chat.Speak(t.Context(), chat.Line{
		SenderID: modern.ID, ThreadID: id, Text: "waves", Action: true, UUID: "a-b-c", Whole: true,
	}))
	if fromModern.UUID != "a-b-c" || !fromModern.Action || fromModern.Channel != name {
		t.Errorf("said %+v", fromModern)
	}
	s.hears(t, stable, said(fromModern))
	s.hears(t, socket, said(fromModern)) // his own is told, too: the client knows it by its uuid
	fromOld := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: old.ID, SessionID: stable, Target: name, Text: "hello"}))
	s.hears(t, socket, said(fromOld))

	fromModern.UUID = "" // is not stored
	all := []chat.Message{fromModern, fromOld}
	if diff := cmp.Diff(all, must[[]chat.Message](t)(s.Chat.Messages(t.Context(), modern.ID, id, chat.Part{Limit: 10}))); diff != "" {
		t.Errorf("Messages (-want +got):\n%s", diff)
	}
	slices.Reverse(all)
	if diff := cmp.Diff(all, must[[]chat.Message](t)(s.Chat.History(t.Context(), old.ID, name, 0, 10))); diff != "" {
		t.Errorf("History (-want +got):\n%s", diff)
	}
}

func testSpeakRefused(t *testing.T, s Subject) {
	id := s.number(t, s.channel(t, chat.Channel{}))
	readOnly := s.number(t, s.channel(t, chat.Channel{Write: users.Moderator}))
	closed := s.number(t, s.channel(t, chat.Channel{Read: users.Moderator}))
	u, silenced := s.player(t, 0), s.player(t, 0)
	for _, u := range []users.User{u, silenced} {
		s.enter(t, u, id)
		s.enter(t, u, readOnly)
	}
	if _, err := s.Users.Silence(t.Context(), silenced.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	outsider := s.player(t, 0)
	for label, test := range map[string]struct {
		line chat.Line
		err  error
	}{
		"blank":      {chat.Line{SenderID: u.ID, ThreadID: id, Text: " \n "}, chat.ErrEmpty},
		"too long":   {chat.Line{SenderID: u.ID, ThreadID: id, Text: strings.Repeat("平", 2001), Whole: true}, chat.ErrTooLong},
		"nowhere":    {chat.Line{SenderID: u.ID, ThreadID: 1 << 40, Text: "x"}, chat.ErrNoChannel},
		"closed":     {chat.Line{SenderID: u.ID, ThreadID: closed, Text: "x"}, chat.ErrNoChannel},
		"read only":  {chat.Line{SenderID: u.ID, ThreadID: readOnly, Text: "x"}, chat.ErrReadOnly},
		"not inside": {chat.Line{SenderID: outsider.ID, ThreadID: id, Text: "x"}, chat.ErrNotMember},
		"silenced":   {chat.Line{SenderID: silenced.ID, ThreadID: id, Text: "x"}, chat.ErrSilenced},
	} {
		t.Run(label, func(t *testing.T) {
			_, err := s.Chat.Speak(t.Context(), test.line)
			want(t, err, test.err)
		})
	}
	if thread := must[chat.Thread](t)(s.Chat.Thread(t.Context(), silenced.ID, id)); thread.Writable {
		t.Error("somebody silenced may write")
	}
	if m := must[chat.Message](t)(s.Chat.Speak(t.Context(), chat.Line{
		SenderID: u.ID, ThreadID: id, Text: strings.Repeat("平", 2000), Whole: true, UUID: strings.Repeat("u", 65),
	})); m.Cut || m.UUID != "" {
		t.Errorf("cut %v, uuid %q", m.Cut, m.UUID)
	}
	_, err := s.Chat.Messages(t.Context(), outsider.ID, id, chat.Part{Limit: 1})
	want(t, err, chat.ErrNotMember)
	want(t, s.Chat.See(t.Context(), outsider.ID, id, 1), chat.ErrNotMember)
	_, err = s.Chat.Messages(t.Context(), outsider.ID, closed, chat.Part{Limit: 1})
	want(t, err, chat.ErrNoChannel)
}

func testThreadFlood(t *testing.T, s Subject) {
	id, u := s.number(t, s.channel(t, chat.Channel{})), s.player(t, 0)
	s.enter(t, u, id)
	for range 40 {
		if _, err := s.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: id, Text: "x"}); err != nil {
			want(t, err, chat.ErrFlood)
			return
		}
	}
	t.Error("nothing was refused")
}

func testConverse(t *testing.T, s Subject) {
	a, b, third := s.player(t, 0), s.player(t, 0), s.player(t, 0)
	socketA, socketB := s.hearing(t, a), s.hearing(t, b)
	stableB := s.online(t, b)

	none := must[chat.Thread](t)(s.Chat.Converse(t.Context(), a.ID, b.ID))
	if diff := cmp.Diff(chat.Thread{OtherID: b.ID, OtherName: b.Name, Writable: true, MaxLength: 2000}, none); diff != "" {
		t.Errorf("before anything was said (-want +got):\n%s", diff)
	}
	s.hears(t, socketA)
	w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: a.ID, RecipientID: b.ID, Text: "psst", UUID: "u"}))
	id := w.Message.ThreadID
	if id == 0 {
		t.Fatal("the message has no thread")
	}
	forA := chat.Thread{
		ID: id, OtherID: b.ID, OtherName: b.Name, LastMessageID: w.Message.ID, LastReadID: w.Message.ID,
		Entered: true, Writable: true, MaxLength: 2000,
	}
	forB := forA
	forB.OtherID, forB.OtherName, forB.LastReadID = a.ID, a.Name, 0
	s.hears(t, socketA, entered(forA), whispered(w))
	s.hears(t, socketB, entered(forB), whispered(w))
	s.hears(t, stableB, whispered(w))
	if diff := cmp.Diff([]chat.Thread{forA}, s.threads(t, a)); diff != "" {
		t.Errorf("Threads (-want +got):\n%s", diff)
	}
	forB.LastReadID = w.Message.ID // a client showed it that does not say when somebody looks
	if diff := cmp.Diff([]chat.Thread{forB}, s.threads(t, b)); diff != "" {
		t.Errorf("Threads of the other (-want +got):\n%s", diff)
	}

	// From both kinds of clients it is one conversation.
	stableA := s.online(t, a)
	again := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: b.ID, SessionID: stableB, Target: a.Name, Text: "what?"}))
	m := s.speak(t, a, id, "nothing")
	s.hears(t, stableA, whispered(again), whispered(chat.Whisper{Message: m, RecipientName: b.Name}))
	s.hears(t, stableB, whispered(chat.Whisper{Message: m, RecipientName: b.Name}))
	s.heard(t, socketA)

	// Left, it comes back with the next message.
	if err := s.Chat.Leave(t.Context(), a.ID, id); err != nil {
		t.Fatal(err)
	}
	if len(s.heard(t, socketA)) != 1 || len(s.threads(t, a)) != 0 {
		t.Error("the conversation was not left")
	}
	s.speak(t, b, id, "well")
	if got := s.heard(t, socketA); len(got) != 2 || got[0].(*chatpb.Entered).GetThread().GetId() != id {
		t.Errorf("a conversation that was left begins with %v", got)
	}
	if err := s.Chat.Leave(t.Context(), a.ID, id); err != nil {
		t.Fatal(err)
	}
	if back := must[chat.Thread](t)(s.Chat.Converse(t.Context(), a.ID, b.ID)); back.ID != id || !back.Entered {
		t.Errorf("Converse came back with %+v", back)
	}

	_, err := s.Chat.Thread(t.Context(), third.ID, id)
	want(t, err, chat.ErrNoChannel)
	_, err = s.Chat.Enter(t.Context(), third.ID, id)
	want(t, err, chat.ErrNoChannel)
	_, err = s.Chat.Converse(t.Context(), a.ID, a.ID)
	want(t, err, chat.ErrYourself)
	_, err = s.Chat.Converse(t.Context(), a.ID, 999)
	want(t, err, chat.ErrNoRecipient)
}

// testUnseen says that a message which only clients got that tell when it is read is mail until they do.
func testUnseen(t *testing.T, s Subject) {
	a, b := s.player(t, 0), s.player(t, 0)
	s.hearing(t, b)
	s.open(t, sessions.Opening{User: b, Kind: sessions.Lazer})
	var last chat.Message
	for range 3 {
		w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: a.ID, Target: b.Name, Text: "x"}))
		if !w.Online {
			t.Error("not online")
		}
		last = w.Message
	}
	unread := func() int {
		t.Helper()
		return len(must[chat.Greeting](t)(s.Chat.Greet(t.Context(), b.ID, b.Privileges)).Unread)
	}
	read := func() int64 {
		t.Helper()
		return must[chat.Thread](t)(s.Chat.Thread(t.Context(), b.ID, last.ThreadID)).LastReadID
	}
	see := func(id int64) {
		t.Helper()
		if err := s.Chat.See(t.Context(), b.ID, last.ThreadID, id); err != nil {
			t.Fatal(err)
		}
	}
	if unread() != 3 || read() != 0 {
		t.Fatalf("%d unread, read up to %d", unread(), read())
	}
	all := must[[]chat.Message](t)(s.Chat.Messages(t.Context(), b.ID, last.ThreadID, chat.Part{Limit: 10}))
	see(all[1].ID)
	if unread() != 1 || read() != all[1].ID {
		t.Errorf("%d unread, read up to %d", unread(), read())
	}
	see(all[0].ID) // never back
	see(-1)
	if read() != all[1].ID {
		t.Errorf("read up to %d", read())
	}
	see(1 << 60) // and not into the future
	if unread() != 0 || read() != last.ID {
		t.Errorf("%d unread, read up to %d", unread(), read())
	}
	next := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: a.ID, Target: b.Name, Text: "x"})).Message
	if err := s.Chat.MarkRead(t.Context(), b.ID, 0); err != nil { // as stable does
		t.Fatal(err)
	}
	if unread() != 0 || read() != next.ID {
		t.Errorf("after MarkRead: %d unread, read up to %d", unread(), read())
	}
}

func testHiddenPeople(t *testing.T, s Subject) {
	u, blocked, blocker, gone := s.player(t, 0), s.player(t, 0), s.player(t, 0), s.player(t, 0)
	ids := map[int32]int64{}
	for _, other := range []users.User{blocked, blocker, gone} {
		ids[other.ID] = must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: u.ID, RecipientID: other.ID, Text: "x"})).Message.ThreadID
	}
	if err := s.Relations.Add(t.Context(), u.ID, blocked.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	if err := s.Relations.Add(t.Context(), blocker.ID, u.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Restrict(t.Context(), gone.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	threads := s.threads(t, u)
	if len(threads) != 1 || threads[0].OtherID != blocker.ID || threads[0].Writable {
		t.Errorf("threads %+v", threads)
	}
	for _, other := range []users.User{blocked, gone} {
		_, err := s.Chat.Thread(t.Context(), u.ID, ids[other.ID])
		want(t, err, chat.ErrNoChannel)
		_, err = s.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: ids[other.ID], Text: "x"})
		want(t, err, chat.ErrNoChannel)
	}
	_, err := s.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: ids[blocker.ID], Text: "x"})
	want(t, err, chat.ErrBlocked)
	_, err = s.Chat.Converse(t.Context(), u.ID, blocker.ID)
	want(t, err, chat.ErrBlocked)
	_, err = s.Chat.Converse(t.Context(), u.ID, gone.ID)
	want(t, err, chat.ErrNoRecipient)
	shy := s.player(t, 0)
	if err := s.Users.SaveSettings(t.Context(), shy.ID, settings(t, s, shy.ID)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = s.Chat.Converse(t.Context(), u.ID, shy.ID)
		want(t, err, chat.ErrBlocked)
		_, err = s.Chat.Whisper(t.Context(), chat.Line{SenderID: u.ID, RecipientID: shy.ID, Text: "x"})
		want(t, err, chat.ErrBlocked)
		s.hearing(t, shy) // changes nothing
		s.open(t, sessions.Opening{User: shy, Kind: sessions.Lazer})
	}
}

func testUpdates(t *testing.T, s Subject) {
	u, other := s.player(t, users.Moderator), s.player(t, users.Moderator)
	var ids []int64
	for range 3 {
		id := s.number(t, s.channel(t, chat.Channel{}))
		s.enter(t, other, id)
		ids = append(ids, id)
	}
	s.enter(t, u, ids[0])
	s.enter(t, u, ids[1])
	var all []chat.Message
	for i := range 8 {
		m := s.speak(t, other, ids[i%3], "x")
		if i%3 != 2 { // he is not in the third
			all = append(all, m)
		}
		if i == 4 {
			all = append(all, must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: other.ID, RecipientID: u.ID, Text: "y"})).Message)
		}
	}
	for _, test := range []struct {
		after  int64
		limit  int
		wanted []chat.Message
	}{
		{all[0].ID - 1, 100, all},
		{all[0].ID, 100, all[1:]},
		{all[0].ID, 3, all[1:4]},
		{all[5].ID, 100, all[6:]},
		{all[len(all)-1].ID, 100, nil},
		{1 << 60, 100, nil},
		{0, 0, all[:1]},
	} {
		got := must[[]chat.Message](t)(s.Chat.Updates(t.Context(), u.ID, test.after, test.limit))
		if diff := cmp.Diff(test.wanted, got, emptyIsNil()); diff != "" {
			t.Errorf("Updates(%d, %d) (-want +got):\n%s", test.after, test.limit, diff)
		}
	}
	read := must[[]chat.Message](t)(s.Chat.Messages(t.Context(), u.ID, ids[0], chat.Part{After: all[0].ID, Limit: 1}))
	if len(read) != 1 || read[0].ThreadID != ids[0] || read[0].ID <= all[0].ID {
		t.Errorf("after the first: %v", read)
	}
	read = must[[]chat.Message](t)(s.Chat.Messages(t.Context(), u.ID, ids[0], chat.Part{Before: read[0].ID, Limit: 50}))
	if diff := cmp.Diff(all[:1], read); diff != "" {
		t.Errorf("before the second (-want +got):\n%s", diff)
	}
}

func testTemporaryThreads(t *testing.T, s Subject) {
	name := "#multi_" + strings.ToLower(rand.Text())
	c := must[chat.Channel](t)(s.Chat.Open(t.Context(), chat.Channel{Name: name, Temporary: true}))
	t.Cleanup(func() { _ = s.Chat.Close(t.Context(), name) })
	if c.ID == 0 {
		t.Fatal("a temporary channel has no number")
	}
	member, other := s.player(t, 0), s.player(t, 0)
	socket := s.hearing(t, member)
	_, err := s.Chat.Thread(t.Context(), other.ID, c.ID)
	want(t, err, chat.ErrNoChannel)
	s.enter(t, member, c.ID)
	s.heard(t, socket)
	m := s.speak(t, member, c.ID, "hi")
	s.hears(t, socket, said(m))
	if err := s.Chat.Close(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	s.hears(t, socket, chatpb.FromParted(chat.Parted{Channel: name, ThreadID: c.ID}))
	if got := s.threads(t, member); len(got) != 0 {
		t.Errorf("after the end: %v", got)
	}
	// Another one under its name is another one: nobody is in it, and nobody reads what was said before.
	again := must[chat.Channel](t)(s.Chat.Open(t.Context(), chat.Channel{Name: name, Temporary: true}))
	if again.ID == c.ID {
		t.Error("another channel has the same number")
	}
	if got := s.threads(t, member); len(got) != 0 {
		t.Errorf("he is in it again: %v", got)
	}
	s.enter(t, other, again.ID)
	if got := must[[]chat.Message](t)(s.Chat.Messages(t.Context(), other.ID, again.ID, chat.Part{Limit: 10})); len(got) != 0 {
		t.Errorf("he reads %v", got)
	}
	_, err = s.Chat.Thread(t.Context(), member.ID, c.ID)
	want(t, err, chat.ErrNoChannel)
}

// testStoredThreads says that a stored channel which is opened again is what it was.
func testStoredThreads(t *testing.T, s Subject) {
	name, u := s.channel(t, chat.Channel{}), s.player(t, 0)
	id := s.number(t, name)
	s.enter(t, u, id)
	m := s.speak(t, u, id, "x")
	if err := s.Chat.Close(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	_, err := s.Chat.Thread(t.Context(), u.ID, id)
	want(t, err, chat.ErrNoChannel)
	if again := must[chat.Channel](t)(s.Chat.Open(t.Context(), chat.Channel{Name: name})); again.ID != id {
		t.Errorf("the same channel has the number %d, had %d", again.ID, id)
	}
	if got := s.threads(t, u); len(got) != 0 {
		t.Errorf("he is in it still: %v", got)
	}
	s.enter(t, u, id)
	if diff := cmp.Diff([]chat.Message{m}, must[[]chat.Message](t)(s.Chat.Messages(t.Context(), u.ID, id, chat.Part{Limit: 10}))); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// testLostThread takes a privilege from somebody who entered a channel by it.
func testLostThread(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Read: users.Nominator})
	u := s.player(t, users.Nominator)
	id := s.number(t, name)
	s.enter(t, u, id)
	socket := s.hearing(t, u)
	if _, err := s.Users.Grant(t.Context(), u.ID, users.BotID, 0, users.Nominator); err != nil {
		t.Fatal(err)
	}
	if parted := await(t, s, socket, func(*chatpb.Parted) bool { return true }); parted.GetThreadId() != id {
		t.Errorf("parted from %v", parted)
	}
	if got := s.threads(t, u); len(got) != 0 {
		t.Errorf("threads %v", got)
	}
	_, err := s.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: id, Text: "x"})
	want(t, err, chat.ErrNoChannel)
}

func testSilences(t *testing.T, s Subject) {
	id, u := s.number(t, s.channel(t, chat.Channel{})), s.player(t, users.Moderator)
	s.enter(t, u, id)
	before := s.speak(t, u, id, "x")
	silenced := s.player(t, 0)
	if _, err := s.Users.Silence(t.Context(), silenced.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	var found chat.Silence
	for deadline := time.Now().Add(patience); found.ID == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the silence is not told")
		}
		for _, silence := range must[[]chat.Silence](t)(s.Chat.Silences(t.Context(), 0, before.ID)) {
			if silence.UserID == silenced.ID {
				found = silence
			}
		}
	}
	has := func(after, message int64) bool {
		t.Helper()
		return slices.Contains(must[[]chat.Silence](t)(s.Chat.Silences(t.Context(), after, message)), found)
	}
	later := s.speak(t, u, id, "y")
	for _, test := range []struct {
		after, message int64
		wanted         bool
	}{
		{found.ID - 1, 0, true}, {found.ID, 0, false}, {0, 0, false}, {0, before.ID, true}, {0, later.ID, false},
		{found.ID, before.ID, false}, {1 << 60, 0, false}, {0, 1 << 60, false},
	} {
		if has(test.after, test.message) != test.wanted {
			t.Errorf("Silences(%d, %d) has it: %v", test.after, test.message, !test.wanted)
		}
	}
}
