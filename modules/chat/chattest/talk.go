package chattest

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
)

func testSay(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	speaker, listener := s.player(t, 0), s.player(t, 0)
	id, other := s.online(t, speaker, name), s.online(t, listener, name)
	twin := s.open(t, sessions.Opening{User: speaker, Kind: sessions.IRC, Channels: []string{name}})
	outside := s.online(t, s.player(t, 0))
	bot := s.open(t, sessions.Opening{User: s.player(t, 0), Kind: sessions.Bot})

	before := time.Now().Add(-time.Second)
	m := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{
		SenderID: speaker.ID, SessionID: id, Target: name, Text: "hello, 平和", Action: true,
	}))
	wanted := chat.Message{
		ID: m.ID, SenderID: speaker.ID, SenderName: speaker.Name, Channel: name, Text: "hello, 平和", Action: true, SentAt: m.SentAt,
		ThreadID: s.number(t, name),
	}
	if diff := cmp.Diff(wanted, m); diff != "" || m.ID == 0 || m.SentAt.Before(before) {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	s.hears(t, id)
	s.hears(t, other, said(m))
	s.hears(t, twin, said(m))
	s.hears(t, outside)
	s.hears(t, bot, said(m))

	// An interface of programs has no session of its own: it speaks for one that is in the channel.
	m = must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: speaker.ID, Target: name, Text: "again"}))
	s.hears(t, id, said(m))
}

func testSayRefused(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Write: users.Moderator})
	hidden := s.channel(t, chat.Channel{Read: users.Moderator})
	u, silenced, restricted := s.player(t, 0), s.player(t, 0), s.player(t, 0)
	if _, err := s.Users.Silence(t.Context(), silenced.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Restrict(t.Context(), restricted.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	member, outside := s.online(t, u, name, hidden), s.online(t, s.player(t, 0))
	for label, test := range map[string]struct {
		line chat.Line
		err  error
	}{
		"empty":      {chat.Line{SenderID: silenced.ID, Target: name, Text: " \x00\n "}, chat.ErrEmpty},
		"nobody":     {chat.Line{SenderID: 999, Target: name, Text: "x"}, users.ErrNotFound},
		"silenced":   {chat.Line{SenderID: silenced.ID, Target: "#nowhere", Text: "x"}, chat.ErrSilenced},
		"restricted": {chat.Line{SenderID: restricted.ID, Target: name, Text: "x"}, chat.ErrRestricted},
		"nowhere":    {chat.Line{SenderID: u.ID, SessionID: member, Target: "#nowhere", Text: "x"}, chat.ErrNoChannel},
		"no name":    {chat.Line{SenderID: u.ID, SessionID: member, Target: strings.Repeat("#", 500), Text: "x"}, chat.ErrNoChannel},
		"hidden":     {chat.Line{SenderID: u.ID, SessionID: member, Target: hidden, Text: "x"}, chat.ErrNoChannel},
		"foreign":    {chat.Line{SenderID: u.ID, SessionID: outside, Target: name, Text: "x"}, chat.ErrNotMember},
		"read only":  {chat.Line{SenderID: u.ID, SessionID: member, Target: name, Text: "x"}, chat.ErrReadOnly},
	} {
		t.Run(label, func(t *testing.T) {
			_, err := s.Chat.Say(t.Context(), test.line)
			want(t, err, test.err)
			if f := fault.As(err); label == "silenced" && f != nil {
				if n, err := strconv.Atoi(f.Details["seconds"]); err != nil || n < 3500 || n > 3600 {
					t.Errorf("seconds %q", f.Details["seconds"])
				}
			}
		})
	}
	if all := must[[]chat.Message](t)(s.Chat.History(t.Context(), u.ID, name, 0, 10)); len(all) != 0 {
		t.Errorf("refused messages are in the history: %v", all)
	}
}

func testAutomatic(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{Write: users.Developer})
	listener := s.online(t, s.player(t, 0), name)
	for range 30 {
		m := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: users.BotID, Target: name, Text: "one\ntwo", Automatic: true}))
		if m.Text != "one\ntwo" {
			t.Fatalf("text %q", m.Text)
		}
		s.hears(t, listener, said(m))
	}
}

func testBlocked(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	speaker, offended := s.player(t, 0), s.player(t, 0)
	s.online(t, speaker, name)
	deaf, other := s.online(t, offended, name), s.online(t, s.player(t, 0), name)
	if err := s.Relations.Add(t.Context(), offended.ID, speaker.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	m := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: speaker.ID, Target: name, Text: "x"}))
	s.hears(t, deaf)
	s.hears(t, other, said(m))
}

func testText(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	for _, test := range []struct {
		text, wanted string
		cut          bool
	}{
		{"  spaces  ", "spaces", false},
		{"two\nlines\tand\r\nmore", "two lines and more", false},
		{"bell\x07 escape\x1b[0m nul\x00", "bell escape[0m nul", false},
		{"bro\xffken", "bro\uFFFDken", false},
		{strings.Repeat("平", 2000), strings.Repeat("平", 2000), false},
		{strings.Repeat("平", 2001), strings.Repeat("平", 2000), true},
		{strings.Repeat("平", 100_000), strings.Repeat("平", 2000), true},
		{"🎵", "🎵", false},
	} {
		u := s.player(t, 0)
		s.online(t, u, name)
		m := must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{SenderID: u.ID, Target: name, Text: test.text}))
		if m.Text != test.wanted || m.Cut != test.cut {
			t.Errorf("%.30q became %.30q (%d bytes), cut %v", test.text, m.Text, len(m.Text), m.Cut)
		}
		all := must[[]chat.Message](t)(s.Chat.History(t.Context(), u.ID, name, 0, 1))
		if diff := cmp.Diff([]chat.Message{m}, all); diff != "" {
			t.Errorf("stored (-said +stored):\n%s", diff)
		}
	}
}

func testFlood(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	loud, staff := s.player(t, 0), s.player(t, users.Moderator)
	s.online(t, loud, name)
	s.online(t, staff, name)
	var errs []error
	for range 40 {
		_, err := s.Chat.Say(t.Context(), chat.Line{SenderID: loud.ID, Target: name, Text: "x"})
		errs = append(errs, err)
		if _, err := s.Chat.Say(t.Context(), chat.Line{SenderID: staff.ID, Target: name, Text: "x"}); err != nil {
			t.Fatalf("staff: %v", err)
		}
	}
	for _, err := range errs[:5] {
		if err != nil {
			t.Fatalf("within the limit: %v", err)
		}
	}
	first := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if first < 0 {
		t.Fatal("nothing was refused")
	}
	want(t, errs[first], chat.ErrFlood)
	punished := slices.IndexFunc(errs, func(err error) bool { return fault.As(err) != nil && fault.As(err).Details["seconds"] != "" })
	if punished < 0 {
		t.Fatal("the sender was never silenced")
	}
	want(t, errs[punished], chat.ErrFlood)
	want(t, errs[len(errs)-1], chat.ErrSilenced)
	audit := must[[]users.AuditEntry](t)(s.Users.Audit(t.Context(), loud.ID, 0, 1))
	if len(audit) != 1 || audit[0].ActorID != users.BotID {
		t.Errorf("audit %v", audit)
	}
}

func testWhisper(t *testing.T, s Subject) {
	a, b := s.player(t, 0), s.player(t, 0)
	from, to := s.online(t, a), s.online(t, b)
	twin := s.open(t, sessions.Opening{User: a, Kind: sessions.Lazer})
	third := s.online(t, s.player(t, 0))

	w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{
		SenderID: a.ID, SessionID: from, Target: strings.ToUpper(b.Name), Text: "psst",
	}))
	wanted := chat.Whisper{
		Message: chat.Message{
			ID: w.Message.ID, SenderID: a.ID, SenderName: a.Name, Recipient: b.ID, Text: "psst", SentAt: w.Message.SentAt,
			ThreadID: w.Message.ThreadID,
		},
		RecipientName: b.Name,
		Online:        true,
	}
	if diff := cmp.Diff(wanted, w); diff != "" {
		t.Errorf("whisper (-want +got):\n%s", diff)
	}
	s.hears(t, from)
	s.hears(t, to, whispered(w))
	s.hears(t, twin, whispered(w))
	s.hears(t, third)
	if g := must[chat.Greeting](t)(s.Chat.Greet(t.Context(), b.ID, b.Privileges)); len(g.Unread) != 0 {
		t.Errorf("a delivered message is unread: %v", g.Unread)
	}

	if _, err := s.Users.Silence(t.Context(), b.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	if w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: a.ID, Target: b.Name, Text: "x"})); !w.Silenced {
		t.Error("the recipient's silence is not told")
	}
	// To oneself it comes once.
	s.drain(t, twin, 0)
	w = must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: a.ID, SessionID: from, Target: a.Name, Text: "note"}))
	s.hears(t, twin, whispered(w))
}

func testWhisperRefused(t *testing.T, s Subject) {
	sender, offended := s.player(t, 0), s.player(t, 0)
	shy, shyOffline, shyFriend, hidden := s.player(t, 0), s.player(t, 0), s.player(t, 0), s.player(t, 0)
	staff := s.player(t, users.Moderator)
	silenced := s.player(t, 0)
	if err := s.Relations.Add(t.Context(), offended.ID, sender.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	if err := s.Relations.Add(t.Context(), shyFriend.ID, sender.ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	if err := s.Users.SaveSettings(t.Context(), shyOffline.ID, settings(t, s, shyOffline.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Restrict(t.Context(), hidden.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Silence(t.Context(), silenced.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, u := range []users.User{shy, shyFriend} {
		s.open(t, sessions.Opening{User: u, Kind: sessions.Stable, FriendsOnly: true})
	}
	for _, test := range []struct {
		name   string
		sender users.User
		target string
		err    error
	}{
		{"nobody", sender, "no one has this name", chat.ErrNoRecipient},
		{"restricted", sender, hidden.Name, chat.ErrNoRecipient},
		{"restricted, of staff", staff, hidden.Name, nil},
		{"blocked", sender, offended.Name, chat.ErrBlocked},
		{"friends only", sender, shy.Name, chat.ErrBlocked},
		{"friends only, offline", sender, shyOffline.Name, chat.ErrBlocked},
		{"friends only, of a friend", sender, shyFriend.Name, nil},
		{"friends only, of staff", staff, shy.Name, nil},
		{"silenced", silenced, sender.Name, chat.ErrSilenced},
		{"restricted sender", hidden, sender.Name, chat.ErrRestricted},
	} {
		_, err := s.Chat.Whisper(t.Context(), chat.Line{SenderID: test.sender.ID, Target: test.target, Text: "x"})
		if test.err == nil && err != nil || test.err != nil {
			t.Run(test.name, func(t *testing.T) { want(t, err, test.err) })
		}
	}
	_, err := s.Chat.Whisper(t.Context(), chat.Line{SenderID: sender.ID, Target: staff.Name, Text: "\r\n"})
	want(t, err, chat.ErrEmpty)
	if _, err := s.Chat.Whisper(t.Context(), chat.Line{SenderID: users.BotID, Target: shy.Name, Text: "x", Automatic: true}); err != nil {
		t.Errorf("the server itself: %v", err)
	}
}

func settings(t *testing.T, s Subject, id int32) users.Settings {
	t.Helper()
	all := must[users.Settings](t)(s.Users.Settings(t.Context(), id))
	all.FriendsOnlyMessages = true
	return all
}

func testMail(t *testing.T, s Subject) {
	a, b, recipient := s.player(t, 0), s.player(t, 0), s.player(t, 0)
	var mail []chat.Message
	for i, from := range []users.User{a, b, a} {
		w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{
			SenderID: from.ID, Target: recipient.Name, Text: "letter " + strconv.Itoa(i),
		}))
		if w.Online {
			t.Error("online")
		}
		mail = append(mail, w.Message)
	}
	unread := func(wanted ...chat.Message) {
		t.Helper()
		got := must[chat.Greeting](t)(s.Chat.Greet(t.Context(), recipient.ID, recipient.Privileges)).Unread
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("unread (-want +got):\n%s", diff)
		}
	}
	unread(mail...)
	unread(mail...) // greeting reads nothing
	if err := s.Chat.MarkRead(t.Context(), recipient.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	unread(mail[1])
	if err := s.Chat.MarkRead(t.Context(), recipient.ID, 0); err != nil {
		t.Fatal(err)
	}
	unread()
	// Tournament clients show no messages.
	s.open(t, sessions.Opening{User: recipient, Kind: sessions.Tournament})
	w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: a.ID, Target: recipient.Name, Text: "x"}))
	unread(w.Message)
}

func testAway(t *testing.T, s Subject) {
	a, b, away := s.player(t, 0), s.player(t, 0), s.player(t, 0)
	id := s.online(t, away)
	leave := func(text string) {
		t.Helper()
		if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Away: &text}); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(from users.User, wanted string) {
		t.Helper()
		w := must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: from.ID, Target: away.Name, Text: "there?"}))
		if w.Away != wanted || !w.Online {
			t.Errorf("away %q, online %v, want %q", w.Away, w.Online, wanted)
		}
	}
	ask(a, "")
	leave("eating")
	ask(a, "eating")
	ask(a, "")
	ask(b, "eating")
	leave("sleeping")
	ask(a, "sleeping")
	leave("")
	ask(a, "")
}

func testHistory(t *testing.T, s Subject) {
	name := s.channel(t, chat.Channel{})
	reader := s.player(t, 0)
	var all []chat.Message
	for i := range 7 {
		all = append(all, must[chat.Message](t)(s.Chat.Say(t.Context(), chat.Line{
			SenderID: users.BotID, Target: name, Text: strconv.Itoa(i), Automatic: true,
		})))
	}
	slices.Reverse(all)
	for _, test := range []struct {
		before int64
		limit  int
		wanted []chat.Message
	}{
		{0, 3, all[:3]},
		{all[2].ID, 3, all[3:6]},
		{all[5].ID, 3, all[6:]},
		{all[6].ID, 3, nil},
		{0, chat.MaxPage + 1, all},
		{0, -1, all[:1]},
	} {
		got := must[[]chat.Message](t)(s.Chat.History(t.Context(), reader.ID, name, test.before, test.limit))
		if diff := cmp.Diff(test.wanted, got, emptyIsNil()); diff != "" {
			t.Errorf("History(%d, %d) (-want +got):\n%s", test.before, test.limit, diff)
		}
	}
	_, err := s.Chat.History(t.Context(), reader.ID, "#nowhere", 0, 1)
	want(t, err, chat.ErrNoChannel)
	_, err = s.Chat.History(t.Context(), reader.ID, s.channel(t, chat.Channel{Read: users.Moderator}), 0, 1)
	want(t, err, chat.ErrNoChannel)
}

func testConversation(t *testing.T, s Subject) {
	a, b, third := s.player(t, 0), s.player(t, 0), s.player(t, 0)
	say := func(from, to users.User) chat.Message {
		t.Helper()
		return must[chat.Whisper](t)(s.Chat.Whisper(t.Context(), chat.Line{SenderID: from.ID, Target: to.Name, Text: from.Name})).Message
	}
	all := []chat.Message{say(a, b), say(b, a), say(a, b)}
	say(a, third)
	slices.Reverse(all)
	for _, pair := range [][2]users.User{{a, b}, {b, a}} {
		got := must[[]chat.Message](t)(s.Chat.Conversation(t.Context(), pair[0].ID, pair[1].ID, 0, 10))
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("Conversation (-want +got):\n%s", diff)
		}
	}
	got := must[[]chat.Message](t)(s.Chat.Conversation(t.Context(), a.ID, b.ID, all[0].ID, 1))
	if diff := cmp.Diff(all[1:2], got); diff != "" {
		t.Errorf("a page (-want +got):\n%s", diff)
	}
}
