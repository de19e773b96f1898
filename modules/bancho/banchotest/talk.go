package banchotest

import (
	"crypto/rand"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
)

// channel makes a channel for the test.
func (s Subject) channel(t *testing.T, edit func(*chat.Channel)) string {
	t.Helper()
	c := chat.Channel{Name: "#b" + strings.ToLower(rand.Text()[:12]), Topic: "a test"}
	if edit != nil {
		edit(&c)
	}
	if _, err := s.Chat.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Name
}

func testChannels(t *testing.T, s Subject) {
	p := s.player(t)
	name := s.channel(t, nil)
	list := p.send(t, packets.ChannelJoin(name))
	expect(t, list, packets.ChannelJoinSuccess(name))
	expect(t, list, packets.ChannelInfo{Name: name, Topic: "a test", Users: 1})
	expect(t, p.send(t, packets.ChannelJoin(name)), packets.ChannelJoinSuccess(name)) // again
	expect(t, p.send(t, packets.ChannelJoin("#osu")), packets.ChannelJoinSuccess("#osu"))

	p.send(t, packets.ChannelPart(name))
	members, err := s.Chat.Members(t.Context(), name)
	if err != nil || len(members) != 0 {
		t.Errorf("members are %v, %v", members, err)
	}
	staff := s.channel(t, func(c *chat.Channel) { c.Read = users.Staff })
	for _, name := range []string{"#" + strings.ToLower(rand.Text()), staff} {
		expect(t, p.send(t, packets.ChannelJoin(name)), packets.ChannelKick(name))
	}
	for _, name := range []string{"", "#", "osu", "#highlight", "#userlog", "#spectator", "#multiplayer", strings.Repeat("#", 200)} {
		if list := p.send(t, packets.ChannelJoin(name), packets.ChannelPart(name)); len(all[packets.ChannelJoinSuccess](list)) > 0 {
			t.Errorf("joining %.20q succeeds", name)
		}
	}
}

func testSay(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	name := s.channel(t, nil)
	ann.send(t, packets.ChannelJoin(name))
	bob.send(t, packets.ChannelJoin(name))

	echo := ann.send(t, packets.PublicMessage{Sender: "someone else", SenderID: 3, Text: "hi", Target: name})
	unexpected[packets.Message](t, echo)
	expect(t, bob.send(t), packets.Message{Sender: ann.Name, SenderID: ann.ID, Text: "hi", Target: name})

	ann.send(t, packets.PublicMessage{Text: "\x01ACTION waves\x01", Target: name})
	expect(t, bob.send(t), packets.Message{Sender: ann.Name, SenderID: ann.ID, Text: "\x01ACTION waves\x01", Target: name})
	lines, err := s.Chat.History(t.Context(), bob.ID, name, 0, 10)
	if err != nil || len(lines) != 2 || !lines[0].Action || lines[0].Text != "waves" {
		t.Errorf("history is %+v, %v", lines, err)
	}

	ann.send(t, packets.PublicMessage{Text: " ", Target: name})
	long := ann.send(t, packets.PublicMessage{Text: strings.Repeat("long ", 3000), Target: name})
	if _, ok := first[packets.Notification](long); !ok {
		t.Error("nobody says that the line was cut")
	}
	cut, ok := first[packets.Message](bob.send(t))
	if !ok || len(cut.Text) >= 15_000 || !strings.HasPrefix(cut.Text, "long long") {
		t.Errorf("the line arrives with %d bytes", len(cut.Text))
	}
}

func testSayNowhere(t *testing.T, s Subject) {
	p := s.player(t)
	name := s.channel(t, nil)
	expect(t, p.send(t, packets.PublicMessage{Text: "hi", Target: name}), packets.ChannelKick(name))
	expect(t, p.send(t, packets.PublicMessage{Text: "hi", Target: "#nothing"}), packets.ChannelKick("#nothing"))
	for _, target := range []string{"", "#highlight", "#userlog", "#spectator", "#multiplayer", p.Name, strings.Repeat("x", 9000)} {
		if list := spoken(p.send(t, packets.PublicMessage{Text: "hi", Target: target})); len(list) != 0 {
			t.Errorf("a line to %.20q is answered %v", target, list)
		}
	}
	readOnly := s.channel(t, func(c *chat.Channel) { c.Write = users.Staff })
	p.send(t, packets.ChannelJoin(readOnly))
	list := p.send(t, packets.PublicMessage{Text: "hi", Target: readOnly})
	if _, ok := first[packets.Notification](list); !ok {
		t.Errorf("writing where one may not is answered %v", list)
	}
}

// testRoom uses the channel of a room under the name that clients have for it.
func testRoom(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	room := s.channel(t, func(c *chat.Channel) { c.Name = "#multi_" + strconv.Itoa(int(ann.ID)); c.Temporary = true })
	for _, p := range []*player{ann, bob} {
		if _, err := s.Chat.Join(t.Context(), sessions.ID(p.token), room); err != nil {
			t.Fatal(err)
		}
	}
	outsider := s.player(t)
	unexpected[packets.ChannelJoinSuccess](t, outsider.send(t, packets.ChannelJoin(room)))
	if members, err := s.Chat.Members(t.Context(), room); err != nil || len(members) != 2 {
		t.Errorf("who knows the name of a room's channel gets into it: members are %v, %v", members, err)
	}
	ann.send(t, packets.PublicMessage{Text: "ready?", Target: "#multiplayer"})
	expect(t, bob.send(t), packets.Message{Sender: ann.Name, SenderID: ann.ID, Text: "ready?", Target: "#multiplayer"})

	// Ann watches Bob and is watched herself: what she says goes to Bob.
	own := s.channel(t, func(c *chat.Channel) { c.Name = "#spec_" + strconv.Itoa(int(ann.ID)); c.Temporary = true })
	host := s.channel(t, func(c *chat.Channel) { c.Name = "#spec_" + strconv.Itoa(int(bob.ID)); c.Temporary = true })
	for _, join := range []struct {
		p       *player
		channel string
	}{{ann, own}, {ann, host}, {bob, host}} {
		if _, err := s.Chat.Join(t.Context(), sessions.ID(join.p.token), join.channel); err != nil {
			t.Fatal(err)
		}
	}
	ann.send(t, packets.PublicMessage{Text: "nice", Target: "#spectator"})
	expect(t, bob.send(t), packets.Message{Sender: ann.Name, SenderID: ann.ID, Text: "nice", Target: "#spectator"})

	// Whose account is older makes no difference.
	carl := s.player(t)
	for _, join := range []struct {
		p       *player
		channel string
	}{{carl, own}, {bob, own}} {
		if _, err := s.Chat.Join(t.Context(), sessions.ID(join.p.token), join.channel); err != nil {
			t.Fatal(err)
		}
	}
	bob.send(t, packets.PublicMessage{Text: "thanks", Target: "#spectator"})
	expect(t, carl.send(t), packets.Message{Sender: bob.Name, SenderID: bob.ID, Text: "thanks", Target: "#spectator"})
}

// testTakenOut puts a player into a channel and takes him out, by another hand than his own.
func testTakenOut(t *testing.T, s Subject) {
	p := s.player(t)
	name := s.channel(t, nil)
	p.send(t, packets.ChannelJoin(name))
	if err := s.Chat.Close(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	eventually(t, p, func(q packets.ChannelKick) bool { return string(q) == name })
}

func testWhisper(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	target := strings.ToUpper(bob.Name)
	if list := spoken(ann.send(t, packets.PrivateMessage{Text: "psst", Target: target})); len(list) != 0 {
		t.Errorf("a private message is answered %v", list)
	}
	expect(t, bob.send(t), packets.Message{Sender: ann.Name, SenderID: ann.ID, Text: "psst", Target: bob.Name})

	list := ann.send(t, packets.PrivateMessage{Text: "psst", Target: "nobody is called this"})
	if _, ok := first[packets.Notification](list); !ok {
		t.Errorf("a message to nobody is answered %v", list)
	}
	for _, target := range []string{"", strings.Repeat("x", 9000)} {
		ann.send(t, packets.PrivateMessage{Text: "psst", Target: target})
	}
}

func testMail(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.account(t)
	list := ann.send(t, packets.PrivateMessage{Text: "read this later", Target: bob.Name})
	if _, ok := first[packets.Notification](list); !ok {
		t.Errorf("nobody says that %s is offline: %v", bob.Name, list)
	}
	for range 2 { // it stays unread until it is read
		mail := all[packets.Message](bob.enter(t))
		if len(mail) != 1 || mail[0].Sender != ann.Name || mail[0].Target != bob.Name ||
			!strings.HasPrefix(mail[0].Text, "[20") || !strings.HasSuffix(mail[0].Text, "] read this later") {
			t.Fatalf("mail is %+v", mail)
		}
	}
	if err := s.Chat.MarkRead(t.Context(), bob.ID, ann.ID); err != nil {
		t.Fatal(err)
	}
	if mail := all[packets.Message](bob.enter(t)); len(mail) != 0 {
		t.Errorf("mail that was read comes again: %+v", mail)
	}
}

func testStrangers(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	bob.send(t, packets.ToggleBlockNonFriendDMs(1))
	typed := strings.ToUpper(bob.Name)
	expect(t, ann.send(t, packets.PrivateMessage{Text: "hi", Target: typed}), packets.UserDMBlocked{Target: typed})
	bob.send(t, packets.ToggleBlockNonFriendDMs(0))
	if list := spoken(ann.send(t, packets.PrivateMessage{Text: "hi", Target: bob.Name})); len(list) != 0 {
		t.Errorf("once strangers may write the answer is %v", list)
	}
}

func testAway(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	confirmed := func(text, want string) {
		t.Helper()
		var said []string
		for _, m := range all[packets.Message](bob.send(t, packets.SetAwayMessage{Text: text})) {
			if m.SenderID == users.BotID && m.Target == bob.Name {
				said = append(said, m.Text)
			}
		}
		if got := strings.Join(said, "\n"); got != want {
			t.Errorf("being away as %q is confirmed by %q, want %q", text, got, want)
		}
	}
	confirmed("", "") // as he is here, there is nothing to say
	confirmed("gone fishing", "You have been marked as being away: gone fishing")
	expect(t, ann.send(t, packets.PrivateMessage{Text: "hi", Target: bob.Name}), packets.Message{
		Sender: bob.Name, SenderID: bob.ID, Text: "\x01ACTION is away: gone fishing\x01", Target: ann.Name,
	})
	if list := spoken(ann.send(t, packets.PrivateMessage{Text: "hi again", Target: bob.Name})); len(list) != 0 {
		t.Errorf("the same sender is told twice: %v", list)
	}
	confirmed("", "You are no longer marked as being away")
	session, err := s.Sessions.Get(t.Context(), sessions.ID(bob.token))
	if err != nil || session.Away != "" {
		t.Errorf("away is %q, %v", session.Away, err)
	}
}

func testSilence(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	name := s.channel(t, nil)
	ann.send(t, packets.ChannelJoin(name))
	bob.send(t, packets.ChannelJoin(name))
	if _, err := s.Users.Silence(t.Context(), ann.ID, users.BotID, "a test", time.Hour); err != nil {
		t.Fatal(err)
	}
	left := eventually(t, ann, func(q packets.SilenceEnd) bool { return q > 0 })
	if left < 3500 || left > 3600 {
		t.Errorf("the silence has %d seconds left, want about 3600", left)
	}
	eventually(t, bob, func(q packets.UserSilenced) bool { return int32(q) == ann.ID })

	list := ann.send(t, packets.PublicMessage{Text: "hi", Target: name})
	if end, ok := first[packets.SilenceEnd](list); !ok || end < 3500 {
		t.Errorf("speaking in a silence is answered %v", list)
	}
	unexpected[packets.Message](t, bob.send(t))
	typed := strings.ToUpper(ann.Name) // by which the client knows the tab
	expect(t, bob.send(t, packets.PrivateMessage{Text: "hi", Target: typed}), packets.TargetIsSilenced{Target: typed})
	if end, _ := first[packets.SilenceEnd](ann.enter(t)); end < 3500 {
		t.Errorf("after a login the silence has %d seconds left", end)
	}
	if _, err := s.Users.Silence(t.Context(), ann.ID, users.BotID, "a test", 0); err != nil {
		t.Fatal(err)
	}
	eventually(t, ann, func(q packets.SilenceEnd) bool { return q == 0 })
}
