package banchotest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

func testWelcome(t *testing.T, s Subject) {
	other := s.player(t)
	p := s.account(t)
	list := p.enter(t)

	var order []packets.ID // without what may be absent, and each id once in a row
	for _, packet := range list {
		id := packet.PacketID()
		switch id {
		case packets.IDNotification, packets.IDUserPresenceBundle:
			continue
		case packets.IDChannelInfo:
			id = packets.IDChannelAutoJoin
		case packets.IDUserStats:
			id = packets.IDUserPresence
		}
		if len(order) == 0 || order[len(order)-1] != id {
			order = append(order, id)
		}
	}
	want := []packets.ID{
		packets.IDProtocolVersion, packets.IDUserID, packets.IDPrivileges, packets.IDChannelAutoJoin, packets.IDChannelInfoEnd,
		packets.IDMainMenuIcon, packets.IDFriendsList, packets.IDSilenceEnd, packets.IDUserPresence,
	}
	if !slices.Equal(order, want) {
		t.Errorf("order of packets is %v, want %v", order, want)
	}
	expect(t, list, packets.Protocol)
	expect(t, list, packets.SilenceEnd(0))
	if privileges, _ := first[packets.Privileges](list); osu.ClientPrivileges(privileges)&osu.ClientPlayer == 0 {
		t.Errorf("privileges %b lack the first bit", privileges)
	}
	var joined bool
	for _, c := range all[packets.ChannelAutoJoin](list) {
		joined = joined || c.Name == "#osu"
	}
	if !joined {
		t.Error("#osu is not joined by itself")
	}
	for _, c := range all[packets.ChannelInfo](list) {
		if c.Name == "#lobby" {
			t.Error("#lobby is listed")
		}
	}

	own, ok := first[packets.UserPresence](list)
	if !ok || own.UserID != p.ID || own.Name != p.Name || own.UTCOffset != 9 || own.Country != "JP" {
		t.Errorf("first presence is %+v, want that of %s himself", own, p.Name)
	}
	if !knows(list, other.ID) {
		t.Errorf("%s is not told that %s is online", p.Name, other.Name)
	}

	session, err := s.Sessions.Get(t.Context(), sessions.ID(p.token))
	if err != nil {
		t.Fatal(err)
	}
	if session.Kind != sessions.Stable || session.ClientVersion != p.login.Version ||
		session.ClientHashes != p.login.Hashes.String() || session.Address != address || session.User.ID != p.ID {
		t.Errorf("session is %+v", session)
	}
	devices, err := s.Users.Devices(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(devices) != 1 || devices[0].Device.Disk != p.login.Hashes.DiskMD5 || devices[0].Device.Adapters != p.login.Hashes.AdaptersMD5 {
		t.Errorf("devices are %+v", devices)
	}
}

// knows reports whether a client that got the packets knows that a user is online.
func knows(list []packets.Packet, id int32) bool {
	for _, presence := range all[packets.UserPresence](list) {
		if presence.UserID == id {
			return true
		}
	}
	for _, bundle := range all[packets.UserPresenceBundle](list) {
		if slices.Contains(bundle, id) {
			return true
		}
	}
	return false
}

func testBadLogins(t *testing.T, s Subject) {
	for _, tc := range []struct {
		name   string
		edit   func(*packets.Login)
		code   packets.UserID
		notice bool
		update bool
	}{
		{"wrong password", func(l *packets.Login) { l.PasswordMD5 = md5Hex("no") }, packets.LoginFailed, false, false},
		{"unknown name", func(l *packets.Login) { l.Name = "nobody is called this" }, packets.LoginFailed, false, false},
		{"password is no MD5", func(l *packets.Login) { l.PasswordMD5 = "plain" }, packets.LoginFailed, false, false},
		{"adapters without a dot", func(l *packets.Login) { l.Hashes.Adapters = "001122334455" }, packets.LoginFailed, true, false},
		{"no adapters", func(l *packets.Login) { l.Hashes.Adapters = "." }, packets.LoginFailed, true, false},
		{"a hash that is none", func(l *packets.Login) { l.Hashes.DiskMD5 = "disk" }, packets.LoginFailed, true, false},
		{"version that is none", func(l *packets.Login) { l.Version = "2025" }, packets.LoginOldClient, true, true},
		{"an old client", func(l *packets.Login) { l.Version = "b1816" }, packets.LoginOldClient, true, true},
		{"a developer's build", func(l *packets.Login) { l.Version = "b20250815dev" }, packets.LoginNeedsSupporter, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := s.account(t)
			tc.edit(&p.login)
			_, list := p.attempt(t)
			expect(t, list, tc.code)
			if _, told := first[packets.Notification](list); told != tc.notice {
				t.Errorf("told why: %v, want %v", told, tc.notice)
			}
			updater := slices.IndexFunc(list, func(p packets.Packet) bool { return p == packets.VersionUpdate{} })
			code := slices.IndexFunc(list, func(p packets.Packet) bool { return p == tc.code })
			if tc.update != (updater >= 0) || updater > code {
				t.Errorf("the updater is started at %d, the code comes at %d", updater, code)
			}
			unexpected[packets.ProtocolVersion](t, list)
		})
	}
}

func testMalformedLogins(t *testing.T, s Subject) {
	for _, body := range []string{
		"", "\n", "name\n", "name\n" + md5Hex("x") + "\n",
		"name\n" + md5Hex("x") + "\nb20250815|0|0\n",
		"name\n" + md5Hex("x") + "\nb20250815|99|0|a:b.:c:d:e:|0\n",
		"\xff\n" + md5Hex("x") + "\nb20250815|0|0|a:b.:c:d:e:|0\n",
	} {
		if _, err := s.Bancho.Login(t.Context(), bancho.Attempt{Body: []byte(body), Address: address}); !errors.Is(err, bancho.ErrMalformed) {
			t.Errorf("%q: error is %v, want %v", body, err, bancho.ErrMalformed)
		}
	}
	large := bytes.Repeat([]byte("x"), bancho.MaxLogin+1)
	if _, err := s.Bancho.Login(t.Context(), bancho.Attempt{Body: large}); !errors.Is(err, bancho.ErrTooLarge) {
		t.Errorf("error is %v, want %v", err, bancho.ErrTooLarge)
	}
}

func testHidden(t *testing.T, s Subject) {
	watcher := s.player(t)
	p := s.account(t)
	p.login.DisplayCity = false
	p.enter(t)
	presence := eventually(t, watcher, func(q packets.UserPresence) bool { return q.UserID == p.ID })
	if presence.Longitude >= -180 && presence.Longitude <= 180 {
		t.Errorf("longitude %v is on the map", presence.Longitude)
	}
	session, err := s.Sessions.Get(t.Context(), sessions.ID(p.token))
	if err != nil || !session.Location.Hidden {
		t.Errorf("location is %+v, %v", session.Location, err)
	}
}

func testTournament(t *testing.T, s Subject) {
	p := s.player(t)
	manager := &player{User: p.User, s: s, login: p.login}
	manager.login.Version = "b20250815tourney"
	child := *manager
	welcome, list := manager.attempt(t)
	if id, _ := first[packets.UserID](list); id == packets.LoginNeedsSupporter {
		t.Skip("this server wants a privilege for tournament clients")
	}
	manager.keep(t, welcome.Token)
	child.enter(t)
	for name, q := range map[string]*player{"the game": p, "the manager": manager, "a child": &child} {
		if list := q.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) != 1 {
			t.Errorf("%s is gone: %v", name, list)
		}
	}
	session, err := s.Sessions.Get(t.Context(), sessions.ID(child.token))
	if err != nil || session.Kind != sessions.Tournament {
		t.Errorf("kind is %v, %v", session.Kind, err)
	}
}

func testUnknownToken(t *testing.T, s Subject) {
	want := packets.Restart(0).Append(nil)
	for _, token := range []string{"", "x", "no", strings.Repeat("A", 26), strings.Repeat("long", 1000), "\x00\xff"} {
		for _, body := range [][]byte{nil, packets.Ping{}.Append(nil), packets.RequestStatusUpdate{}.Append(nil), []byte("\x00")} {
			reply, err := s.Bancho.Exchange(t.Context(), token, body)
			if err != nil || !bytes.Equal(reply, want) {
				t.Errorf("token %.40q, body %x: %x, %v; want %x", token, body, reply, err, want)
			}
		}
	}
}

func testLimits(t *testing.T, s Subject) {
	p := s.player(t)
	if _, err := s.Bancho.Exchange(t.Context(), p.token, make([]byte, bancho.MaxRequest+1)); !errors.Is(err, bancho.ErrTooLarge) {
		t.Errorf("error is %v, want %v", err, bancho.ErrTooLarge)
	}
	if list := p.send(t, packets.RequestStatusUpdate{}); len(list) == 0 {
		t.Error("the session did not survive")
	}
}
