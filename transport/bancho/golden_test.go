package bancho_test

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	banchoLocal "github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/stacktest"
)

// TestLoginBytes compares the whole answer to a login, written down by hand: everything that one can be told at once.
func TestLoginBytes(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Bancho: func(c *banchoLocal.Config) {
		c.Welcome, c.MenuIconImage, c.MenuIconLink = "Hi!", "i", "l"
	}})
	ann, bob := s.Register(t, "Ann"), s.Register(t, "Bob")
	if ann.ID != 1000 || bob.ID != 1001 {
		t.Fatalf("ids are %d and %d", ann.ID, bob.ID)
	}
	bot, err := s.Users.Get(t.Context(), []int32{users.BotID})
	if err != nil || len(bot) != 1 {
		t.Fatal(len(bot), err)
	}
	for _, o := range []sessions.Opening{
		{User: bot[0], Kind: sessions.Bot, Location: sessions.Location{Country: string(osu.SatelliteProvider)}},
		{User: ann, Kind: sessions.Stable, Location: sessions.Location{Country: "NZ", Latitude: 39.75, Longitude: 116.5, UTCOffset: 8}},
	} {
		if _, err := s.Sessions.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Chat.Whisper(t.Context(), chat.Line{SenderID: ann.ID, Target: "Bob", Text: "waves", Action: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Users.Restrict(t.Context(), bob.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}

	const idle = "00 00 00  00000000 00 00000000  0000000000000000 00000000 00000000 0000000000000000 00000000 0000"
	want := []string{
		"4b00 00 04000000  13000000",    // protocol 19
		"0500 00 04000000  e9030000",    // Bob is 1001
		"4700 00 04000000  05000000",    // player, with what supporters have
		"1800 00 05000000  0b 03 'Hi!'", // welcome
		"4300 00 31000000  0b 09 '#announce' 0b 22 'Exemplary plays and announcements.' 0000",
		"4100 00 2a000000  0b 06 '#lazer' 0b 1e 'For those who play with lazer.' 0000",
		"4300 00 1d000000  0b 04 '#osu' 0b 13 'General discussion.' 0000",
		"5900 00 00000000",                // end of the channels: #lobby, #supporter and #staff are not for him
		"4c00 00 05000000  0b 03 'i|l'",   // menu icon
		"4800 00 06000000  0100 01000000", // friends: the bot
		"5c00 00 04000000  00000000",      // not silenced
		"5300 00 18000000  e9030000 0b 03 'Bob' 18 a6 01 00007a44 00007a44 00000000", // off the map
		"0b00 00 2e000000  e9030000 " + idle,
		"5300 00 1e000000  01000000 0b 09 'BanchoBot' 18 f5 01 00007a44 00007a44 00000000", // country 245
		"0b00 00 2e000000  01000000 " + idle,
		"5300 00 18000000  e8030000 0b 03 'Ann' 20 a6 01 0000e942 00001f42 00000000", // longitude first
		"0b00 00 2e000000  e8030000 " + idle,
		"0700 00 31000000  0b 03 'Ann' 0b 21 01 'ACTION [2006-01-02 15:04] waves' 01 0b 03 'Bob' e8030000",
		"6800 00 00000000", // restricted, and the bot says what that is
		"0700 00 64000000  0b 09 'BanchoBot' 0b 4e 'Your account is restricted: other players cannot see you, and you cannot chat.' 0b 03 'Bob' 01000000",
	}
	w := serve(s, request("POST", "/", loginBody("Bob", stacktest.Password("Bob"))))
	got := regexp.MustCompile(`\[\d{4}-\d\d-\d\d \d\d:\d\d\]`).ReplaceAll(w.Body.Bytes(), []byte("[2006-01-02 15:04]"))
	rest := got
	for _, text := range want {
		packet := unhex(t, text)
		if len(rest) < len(packet) || string(rest[:len(packet)]) != string(packet) {
			t.Fatalf("answer goes on with\n%x, want\n%x (%s)", rest[:min(len(rest), len(packet))], packet, text)
		}
		rest = rest[len(packet):]
	}
	if len(rest) > 0 {
		t.Errorf("answer ends with %x", rest)
	}
}

// unhex reads hexadecimal digits and, between quotes, text.
func unhex(t *testing.T, text string) (b []byte) {
	t.Helper()
	for i, part := range strings.Split(text, "'") {
		if i%2 == 1 {
			b = append(b, part...)
			continue
		}
		digits, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, digits...)
	}
	return b
}
