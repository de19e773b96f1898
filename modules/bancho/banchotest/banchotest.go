// Package banchotest is the conformance suite of the bancho contract: what it asks, every implementation must answer, in this
// process or behind a peer. It speaks the client's packets and looks at nothing but the answers and what other modules
// keep.
//
// It makes accounts with random names and ends the sessions that it opens. Others may be online meanwhile: packets about
// strangers are skipped. What depends on an implementation's settings (old clients, maintenance) is not examined here.
package banchotest

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
)

// Subject is what is examined, with the neighbours that it uses. It has the channels #osu, which is joined at login, and
// #lobby, as migrations make them.
type Subject struct {
	Bancho    bancho.Service
	Users     users.Service
	Relations relations.Service
	Sessions  sessions.Service
	Chat      chat.Service
	Spectator spectator.Service // nil: nothing is asked about watching players of lazer
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Welcome", testWelcome},
		{"BadLogins", testBadLogins},
		{"MalformedLogins", testMalformedLogins},
		{"Hidden", testHidden},
		{"Choices", testChoices},
		{"Wine", testWine},
		{"MultiAccount", testMultiAccount},
		{"Tournament", testTournament},
		{"UnknownToken", testUnknownToken},
		{"Limits", testLimits},
		{"Idle", testIdle},
		{"Arrival", testArrival},
		{"Remaining", testRemaining},
		{"Status", testStatus},
		{"OwnStats", testOwnStats},
		{"Requests", testRequests},
		{"Interest", testInterest},
		{"Channels", testChannels},
		{"TakenOut", testTakenOut},
		{"Say", testSay},
		{"SayNowhere", testSayNowhere},
		{"Room", testRoom},
		{"Whisper", testWhisper},
		{"Mail", testMail},
		{"Strangers", testStrangers},
		{"Away", testAway},
		{"Silence", testSilence},
		{"Friends", testFriends},
		{"Ends", testEnds},
		{"Replaced", testReplaced},
		{"EarlyLogout", testEarlyLogout},
		{"Account", testAccount},
		{"Restricted", testRestricted},
		{"Ignored", testIgnored},
		{"Damage", testDamage},
		{"Overlap", testOverlap},
		{"BigMail", testBigMail},
		{"Watch", testWatch},
		{"WatchOther", testWatchOther},
		{"WatchNobody", testWatchNobody},
		{"WatcherLeaves", testWatcherLeaves},
		{"BadFrames", testBadFrames},
		{"WatchLazer", testWatchLazer},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// address is where the suite's clients come from.
var address = netip.MustParseAddr("192.0.2.7")

// player is an account with a client.
type player struct {
	users.User
	s     Subject
	token string
	login packets.Login
}

// account makes an account whose client has not logged in.
func (s Subject) account(t *testing.T) *player {
	t.Helper()
	name := "b" + strings.ToLower(rand.Text()[:13])
	password := "pw " + name
	u, err := s.Users.Register(t.Context(), users.Registration{
		Name: name, Email: name + "@example.com", Password: password, Country: "JP",
	})
	if err != nil {
		t.Fatal(err)
	}
	return &player{User: u, s: s, login: packets.Login{
		Name:        name,
		PasswordMD5: md5Hex(password),
		Version:     "b20250815",
		UTCOffset:   9,
		DisplayCity: true,
		Hashes: packets.ClientHashes{
			Executable:   md5Hex("exe"),
			Adapters:     "001122334455.66778899AABB.",
			AdaptersMD5:  md5Hex("adapters " + name),
			UninstallMD5: md5Hex("uninstall " + name),
			DiskMD5:      md5Hex("disk " + name),
		},
	}}
}

// attempt sends the player's login.
func (p *player) attempt(t *testing.T) (bancho.Welcome, []packets.Packet) {
	t.Helper()
	welcome, err := p.s.Bancho.Login(t.Context(), bancho.Attempt{Body: packets.AppendLogin(nil, p.login), Address: address})
	if err != nil {
		t.Fatal(err)
	}
	if welcome.Token == "" {
		t.Error("the token is empty: a client would not try again")
	}
	return welcome, decode(t, welcome.Packets)
}

// enter logs the player in until the test ends, and returns what he is told.
func (p *player) enter(t *testing.T) []packets.Packet {
	t.Helper()
	welcome, list := p.attempt(t)
	if id, ok := first[packets.UserID](list); !ok || int32(id) != p.ID {
		t.Fatalf("login of %s (%d) is answered %d: %v", p.Name, p.ID, id, list)
	}
	p.keep(t, welcome.Token)
	return list
}

// keep makes a token the player's until the test ends.
func (p *player) keep(t *testing.T, token string) {
	p.token = token
	t.Cleanup(func() {
		if err := p.s.Sessions.Close(context.WithoutCancel(t.Context()), sessions.ID(token), sessions.ReasonLogout); err != nil {
			t.Error(err)
		}
	})
}

// player makes an account and logs it in.
func (s Subject) player(t *testing.T) *player {
	t.Helper()
	p := s.account(t)
	p.enter(t)
	return p
}

// send exchanges packets and returns the answer.
func (p *player) send(t *testing.T, list ...packets.Packet) []packets.Packet {
	t.Helper()
	var body []byte
	for _, packet := range list {
		body = packet.Append(body)
	}
	return p.raw(t, body)
}

// raw exchanges a body.
func (p *player) raw(t *testing.T, body []byte) []packets.Packet {
	t.Helper()
	reply, err := p.s.Bancho.Exchange(t.Context(), p.token, body)
	if err != nil {
		t.Fatal(err)
	}
	if len(reply) > bancho.MaxReply {
		t.Errorf("a reply has %d bytes", len(reply))
	}
	return decode(t, reply)
}

// patience bounds the wait for what is told a moment after its cause.
const patience = 20 * time.Second

// eventually polls until there is a packet of the type that match accepts.
func eventually[P packets.Packet](t *testing.T, p *player, match func(P) bool) P {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		for _, packet := range p.send(t, packets.Ping{}) {
			if typed, ok := packet.(P); ok && match(typed) {
				return typed
			}
		}
	}
	t.Fatalf("%s never got such a %T", p.Name, *new(P))
	panic("unreachable")
}

func decode(t *testing.T, body []byte) (list []packets.Packet) {
	t.Helper()
	for raw, err := range packets.Split(body, packets.ServerLimit) {
		if err != nil {
			t.Fatalf("the answer is no run of packets: %v", err)
		}
		p, err := packets.DecodeServer(raw)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// all returns the packets of one type.
func all[P packets.Packet](list []packets.Packet) (found []P) {
	for _, packet := range list {
		if p, ok := packet.(P); ok {
			found = append(found, p)
		}
	}
	return found
}

// first returns the first packet of a type.
func first[P packets.Packet](list []packets.Packet) (p P, ok bool) {
	if found := all[P](list); len(found) > 0 {
		return found[0], true
	}
	return p, false
}

// spoken returns the packets that are no news about who is online and what they do, which may come at any time.
func spoken(list []packets.Packet) (rest []packets.Packet) {
	for _, packet := range list {
		switch packet.(type) {
		case packets.UserPresence, packets.UserStats, packets.UserLogout, packets.UserPresenceBundle, packets.ChannelInfo:
		default:
			rest = append(rest, packet)
		}
	}
	return rest
}

// has reports whether a packet is in the list.
func has[P interface {
	packets.Packet
	comparable
}](list []packets.Packet, want P) bool {
	for _, p := range all[P](list) {
		if p == want {
			return true
		}
	}
	return false
}

// expect fails unless a packet is in the list.
func expect[P interface {
	packets.Packet
	comparable
}](t *testing.T, list []packets.Packet, want P) {
	t.Helper()
	if !has(list, want) {
		t.Errorf("no %T %+v in %v", want, want, list)
	}
}

// unexpected fails when a packet of the type is in the list.
func unexpected[P packets.Packet](t *testing.T, list []packets.Packet) {
	t.Helper()
	if p, ok := first[P](list); ok {
		t.Errorf("unexpected %T: %+v", p, p)
	}
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
