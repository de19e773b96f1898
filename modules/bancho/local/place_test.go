package local_test

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
)

// atlas knows one place.
type atlas struct{}

func (atlas) Locate(context.Context, netip.Addr) (geoip.Location, error) {
	return geoip.Location{Country: "AU", Latitude: -33.75, Longitude: 151.25}, nil
}

// TestPlace logs in from a place that is known: what others see of it, and what the player himself does.
func TestPlace(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	user := s.Register(t, "Ann")
	p := with(t, s, func(d *local.Deps) { d.Geoip = atlas{} })
	none := ""
	if _, err := s.Users.Update(t.Context(), user.ID, user.ID, users.Change{Country: &none}); err != nil {
		t.Fatal(err)
	}
	const off = 1000
	for _, tc := range []struct {
		name                string
		shown, hidden       bool   // by the client, by the account
		country             string // told by a proxy
		latitude, longitude float32
		flag                string
	}{
		{"shown", true, false, "", -33.75, 151.25, "AU"},
		{"shown, told by a proxy", true, false, "NZ", -33.75, 151.25, "NZ"},
		{"hidden by the client", false, false, "", off, off, "AU"},
		{"hidden by the account", true, true, "", off, off, "AU"},
	} {
		if err := s.Users.SaveSettings(t.Context(), user.ID, users.Settings{HideLocation: tc.hidden}); err != nil {
			t.Fatal(err)
		}
		welcome, err := p.Login(t.Context(), bancho.Attempt{
			Body: packets.AppendLogin(nil, packets.Login{
				Name: "Ann", PasswordMD5: md5Hex(stacktest.Password("Ann")), Version: client.DefaultVersion,
				DisplayCity: tc.shown, Hashes: client.HashesOf("Ann"),
			}),
			Address: netip.MustParseAddr("192.0.2.9"),
			Country: tc.country,
		})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for raw, err := range packets.Split(welcome.Packets, packets.ServerLimit) {
			if err != nil {
				t.Fatal(err)
			}
			var own packets.UserPresence
			if raw.ID != packets.IDUserPresence || own.Decode(raw.Payload) != nil || own.UserID != user.ID {
				continue
			}
			found = true
			if own.Latitude != tc.latitude || own.Longitude != tc.longitude || string(own.Country) != tc.flag {
				t.Errorf("%s: the player sees himself at %+v", tc.name, own)
			}
		}
		if !found {
			t.Errorf("%s: the player does not see himself", tc.name)
		}
	}
}

// awayUpdates is a registry that cannot change sessions.
type awayUpdates struct{ sessions.Service }

func (awayUpdates) Update(context.Context, string, sessions.Update) (sessions.Session, error) {
	return sessions.Session{}, errAway
}

// TestStatusFails says nothing of a status that could not be told: the next one mends it.
func TestStatusFails(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ann := s.Player(t, "Ann")
	p := with(t, s, func(d *local.Deps) { d.Sessions = awayUpdates{d.Sessions} })
	reply, err := p.Exchange(t.Context(), ann.Token(), packets.ChangeAction{Info: "x"}.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	for raw, err := range packets.Split(reply, packets.ServerLimit) {
		if err != nil || raw.ID == packets.IDNotification {
			t.Errorf("answer has %q, %v", raw.Payload, err)
		}
	}
}

// TestRestrictedTournament keeps restricted accounts from tournament clients, which sit in rooms of others.
func TestRestrictedTournament(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	user := s.Register(t, "Ann")
	if _, err := s.Users.Restrict(t.Context(), user.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	c := s.Again(t, "Ann", func(o *client.Options) { o.Version = "b20250815tourney" })
	if r := rejection(t, c); r == nil || r.Code != packets.LoginNeedsSupporter {
		t.Errorf("answer is %v, want %d", r, packets.LoginNeedsSupporter)
	}
	if r := rejection(t, s.Again(t, "Ann")); r != nil {
		t.Errorf("the game is refused with %v", r)
	}
}
