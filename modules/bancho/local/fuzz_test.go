package local_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
)

// FuzzExchange sends bodies to a session of the real modules: it answers packets, and the session survives.
func FuzzExchange(f *testing.F) {
	s := stacktest.New(f, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	user := s.Register(f, "Ann")
	opened, err := s.Sessions.Open(f.Context(), sessions.Opening{User: user, Kind: sessions.Stable, Interest: sessions.InterestEveryone})
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range []packets.Packet{
		packets.Ping{}, packets.RequestStatusUpdate{}, packets.ChangeAction{Info: "a map", BeatmapMD5: "x"}, packets.Logout(0),
		packets.PublicMessage{Text: "hi", Target: "#osu"}, packets.PublicMessage{Text: "hi", Target: "#multiplayer"},
		packets.PrivateMessage{Text: "\x01ACTION waves\x01", Target: "Ann"}, packets.SetAwayMessage{Text: "away"},
		packets.ChannelJoin("#osu"), packets.ChannelPart("#osu"), packets.FriendAdd(users.BotID), packets.FriendRemove(-1),
		packets.UpdatesFriends, packets.UserStatsRequest{1, 2, 3}, packets.UserPresenceRequest{1}, packets.UserPresenceRequestAll(0),
		packets.ToggleBlockNonFriendDMs(1), packets.ErrorReport("oops"), packets.JoinLobby{}, packets.StartSpectating(-1),
		packets.StartSpectating(users.BotID), packets.StopSpectating{}, packets.CantSpectate{},
		packets.SpectateFrames{Frames: make([]packets.ReplayFrame, 2), Action: packets.ReplayNewSong, Score: &packets.ScoreFrame{}},
	} {
		f.Add(p.Append(nil))
		f.Add(append(p.Append(packets.Ping{}.Append(nil)), 1, 2, 3))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reply, err := s.Bancho.Exchange(t.Context(), opened.Token, body)
		if err != nil {
			if !errors.Is(err, bancho.ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		if len(reply) > bancho.MaxReply {
			t.Fatalf("a reply has %d bytes", len(reply))
		}
		for raw, err := range packets.Split(reply, packets.ServerLimit) {
			if err != nil {
				t.Fatal(err)
			}
			switch p, err := packets.DecodeServer(raw); p := p.(type) {
			case packets.UserID, packets.Restart:
				// Fuzzing outlives the first second of the session, so a logout counts.
				if opened, err = s.Sessions.Open(t.Context(), sessions.Opening{User: user, Kind: sessions.Stable}); err != nil {
					t.Fatal(err)
				}
			default:
				if err != nil {
					t.Fatalf("%v: %v", p, err)
				}
			}
		}
	})
}

func FuzzLogin(f *testing.F) {
	s := stacktest.New(f, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	login := packets.Login{Name: "Ann", PasswordMD5: "0123456789abcdef0123456789abcdef", Version: client.DefaultVersion, Hashes: client.HashesOf("Ann")}
	f.Add(packets.AppendLogin(nil, login))
	login.Version = "b20250815tourney"
	f.Add(packets.AppendLogin(nil, login))
	f.Add([]byte("a\nb\nc|d|e|f|g\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		welcome, err := s.Bancho.Login(t.Context(), bancho.Attempt{Body: body})
		switch {
		case errors.Is(err, bancho.ErrMalformed), errors.Is(err, bancho.ErrTooLarge):
		case err != nil:
			t.Fatal(err)
		case welcome.Token == "" || len(welcome.Packets) == 0:
			t.Fatalf("the answer is %+v", welcome)
		}
	})
}
