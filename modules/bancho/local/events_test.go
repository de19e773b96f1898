package local_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/stacktest"
)

// TestEvents puts events into an outbox and compares what the client is told.
func TestEvents(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	user := s.Register(t, "Ann")
	opened, err := s.Sessions.Open(t.Context(), sessions.Opening{User: user, Kind: sessions.Stable})
	if err != nil {
		t.Fatal(err)
	}
	channel := func(name string) chat.Channel { return chat.Channel{Name: name, Topic: "talk", Members: 70_000} }
	message := chat.Message{SenderID: 7, SenderName: "Bob", Channel: "#multi_3", Text: "waves", Action: true}
	for name, tc := range map[string]struct {
		event proto.Message
		want  []packets.Packet
	}{
		"joined": {chatpb.FromJoined(chat.Joined{Channel: channel("#osu")}), []packets.Packet{
			packets.ChannelJoinSuccess("#osu"), packets.ChannelInfo{Name: "#osu", Topic: "talk", Users: 65535},
		}},
		"joined a room": {chatpb.FromJoined(chat.Joined{Channel: channel("#multi_3")}), []packets.Packet{
			packets.ChannelJoinSuccess("#multiplayer"), packets.ChannelInfo{Name: "#multiplayer", Topic: "talk", Users: 65535},
		}},
		"parted from a host": {chatpb.FromParted(chat.Parted{Channel: "#spec_9"}), []packets.Packet{packets.ChannelKick("#spectator")}},
		"resized": {chatpb.FromResized(chat.Resized{Channel: channel("#osu")}), []packets.Packet{
			packets.ChannelInfo{Name: "#osu", Topic: "talk", Users: 65535},
		}},
		"spectators resized": {chatpb.FromResized(chat.Resized{Channel: channel("#spec_9")}), nil}, // it would open the tab again
		"said in a room": {chatpb.FromSaid(chat.Said{Message: message}), []packets.Packet{
			packets.Message{Sender: "Bob", SenderID: 7, Text: "\x01ACTION waves\x01", Target: "#multiplayer"},
		}},
		"silenced": {sessionspb.FromSilenced(sessions.Silenced{UserID: 7}), []packets.Packet{packets.UserSilenced(7)}},
		"gone":     {sessionspb.FromLeft(sessions.Left{UserID: 7, Kind: sessions.Stable}), []packets.Packet{packets.UserLogout{UserID: 7}}},
		"notice":   {sessionspb.FromNotice(sessions.Notice{Text: "hi"}), []packets.Packet{packets.Notification("hi")}},
		"restarting": {sessionspb.FromRestarting(sessions.Restarting{After: 1500 * time.Millisecond}), []packets.Packet{
			packets.Restart(1500),
		}},
	} {
		if _, err := s.State.Append(t.Context(), state.Append{
			Space: sessions.Space, Keys: []string{opened.Session.ID}, Item: wire.Pack(tc.event),
		}); err != nil {
			t.Fatal(err)
		}
		reply, err := s.Bancho.Exchange(t.Context(), opened.Token, packets.Ping{}.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		for _, p := range tc.want {
			want = p.Append(want)
		}
		if !bytes.Equal(reply, want) {
			t.Errorf("%s: told %x, want %x", name, reply, want)
		}
	}
}

// TestMaintenanceNotice lets players in and tells them.
func TestMaintenanceNotice(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Bancho: func(c *local.Config) {
		c.Maintenance, c.MaintenanceMessage = local.MaintenanceNotify, "Soon back."
	}})
	s.Register(t, "Ann")
	welcome, err := s.Bancho.Login(t.Context(), attempt("Ann"))
	if err != nil || !bytes.HasPrefix(welcome.Packets, packets.Protocol.Append(nil)) ||
		!bytes.Contains(welcome.Packets, packets.Notification("Soon back.").Append(nil)) {
		t.Errorf("answer is %x, %v", welcome.Packets, err)
	}
}

// TestMuchMail has more unread messages than fit into the answer to a login.
func TestMuchMail(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	s.Register(t, "Ann")
	const lines = 40
	for range lines {
		line := chat.Line{SenderID: users.BotID, Target: "Ann", Text: strings.Repeat("x", 1900), Automatic: true}
		if _, err := s.Chat.Whisper(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	welcome, err := s.Bancho.Login(t.Context(), attempt("Ann"))
	if err != nil {
		t.Fatal(err)
	}
	shown, told := 0, false
	for raw, err := range packets.Split(welcome.Packets, packets.ServerLimit) {
		if err != nil {
			t.Fatal(err)
		}
		if raw.ID == packets.IDMessage {
			shown++
		}
		told = told || raw.ID == packets.IDNotification && bytes.Contains(raw.Payload, []byte("more unread messages"))
	}
	if shown == 0 || shown == lines || !told {
		t.Errorf("%d of %d messages are shown, the others told of: %v", shown, lines, told)
	}
}
