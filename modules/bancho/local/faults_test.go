package local_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/geoip"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/users"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
)

// The neighbours below fail where they are asked at a login.
type (
	badUsers struct {
		users.Accounts
		err error
	}
	badRelations struct {
		relations.Service
		err error
	}
	badChat struct {
		chat.Talk
		err error
	}
	badSessions struct {
		sessions.Service
		err error
	}
	badGeoip struct{ err error }
)

func (b badUsers) Authenticate(context.Context, users.Credentials, *users.Device) (users.User, error) {
	return users.User{}, b.err
}
func (b badRelations) List(context.Context, int32) ([]relations.Relation, error) { return nil, b.err }
func (b badChat) Greet(context.Context, int32, users.Privileges) (chat.Greeting, error) {
	return chat.Greeting{}, b.err
}
func (b badChat) Say(context.Context, chat.Line) (chat.Message, error) { return chat.Message{}, b.err }
func (b badSessions) Open(context.Context, sessions.Opening) (sessions.Opened, error) {
	return sessions.Opened{}, b.err
}
func (b badGeoip) Locate(context.Context, netip.Addr) (geoip.Location, error) {
	return geoip.Location{}, b.err
}

var errAway = fault.New(fault.Unavailable, "test", "away", "the peer cannot be reached")

// with returns a service with other neighbours than the stack's.
func with(t *testing.T, s *stacktest.Stack, edit func(*local.Deps)) *local.Service {
	t.Helper()
	deps := local.Deps{
		State: s.State, Geoip: s.Geoip, Users: s.Users, Relations: s.Relations, Sessions: s.Sessions, Chat: s.Chat,
		Rankings: s.Rankings, Log: slog.New(slog.DiscardHandler),
	}
	edit(&deps)
	p, err := local.New(t.Context(), local.DefaultConfig(), deps)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// attempt is a login of a player of the stack whose client shows its city.
func attempt(name string) bancho.Attempt {
	c := packets.Login{
		Name: name, PasswordMD5: md5Hex(stacktest.Password(name)), Version: client.DefaultVersion, DisplayCity: true, Hashes: client.HashesOf(name),
	}
	return bancho.Attempt{Body: packets.AppendLogin(nil, c), Address: netip.MustParseAddr("192.0.2.9")}
}

func TestNeighboursFail(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	s.Register(t, "Ann")
	bug := errors.New("a bug")
	for _, tc := range []struct {
		name string
		edit func(*local.Deps)
		code packets.UserID // 0: accepted
		err  error
	}{
		{"accounts are away", func(d *local.Deps) { d.Users = badUsers{d.Users, errAway} }, packets.LoginServerError, nil},
		{"accounts are busy", func(d *local.Deps) { d.Users = badUsers{d.Users, users.ErrBusy} }, packets.LoginServerError, nil},
		{"too many attempts", func(d *local.Deps) { d.Users = badUsers{d.Users, users.ErrTooMany} }, packets.LoginFailed, nil},
		{"accounts are slow", func(d *local.Deps) { d.Users = badUsers{d.Users, context.DeadlineExceeded} }, packets.LoginServerError, nil},
		{"accounts have a bug", func(d *local.Deps) { d.Users = badUsers{d.Users, bug} }, 0, bug},
		{"relations are away", func(d *local.Deps) { d.Relations = badRelations{d.Relations, errAway} }, packets.LoginServerError, nil},
		{"chat is away", func(d *local.Deps) { d.Chat = badChat{d.Chat, errAway} }, packets.LoginServerError, nil},
		{"sessions are away", func(d *local.Deps) { d.Sessions = badSessions{d.Sessions, errAway} }, packets.LoginServerError, nil},
		{"the server is full", func(d *local.Deps) { d.Sessions = badSessions{d.Sessions, sessions.ErrFull} }, packets.LoginServerError, nil},
		{"the map is away", func(d *local.Deps) { d.Geoip = badGeoip{errAway} }, 0, nil},
		{"the map has a bug", func(d *local.Deps) { d.Geoip = badGeoip{bug} }, 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			welcome, err := with(t, s, tc.edit).Login(t.Context(), attempt("Ann"))
			if !errors.Is(err, tc.err) {
				t.Fatalf("error is %v, want %v", err, tc.err)
			}
			switch {
			case err != nil:
			case welcome.Token == "":
				t.Error("there is no token")
			case tc.code == 0 && !bytes.HasPrefix(welcome.Packets, packets.Protocol.Append(nil)):
				t.Errorf("refused with %x", welcome.Packets)
			case tc.code != 0 && (!bytes.HasPrefix(welcome.Packets, tc.code.Append(nil)) || !bytes.Contains(welcome.Packets, []byte{byte(packets.IDNotification), 0, 0})):
				t.Errorf("answer is %x, want %d and a notification", welcome.Packets, tc.code)
			}
		})
	}
}

// TestSayingFails tells a player what was not said because of the server, and keeps his session.
func TestSayingFails(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ann := s.Player(t, "Ann")
	p := with(t, s, func(d *local.Deps) { d.Chat = badChat{d.Chat, errAway} })
	line := packets.PublicMessage{Text: "hi", Target: "#osu"}
	body := packets.RequestStatusUpdate{}.Append(line.Append(line.Append(nil)))
	reply, err := p.Exchange(t.Context(), ann.Token(), body)
	if err != nil {
		t.Fatal(err)
	}
	notices, stats := 0, 0
	for raw, err := range packets.Split(reply, packets.ServerLimit) {
		if err != nil {
			t.Fatal(err)
		}
		switch raw.ID {
		case packets.IDNotification:
			notices++
		case packets.IDUserStats:
			stats++
		}
	}
	if notices != 1 || stats == 0 {
		t.Errorf("%d notifications, want one for both lines; %d figures, want those asked for", notices, stats)
	}
	for err, want := range map[error]string{
		chat.ErrFlood:                         "You are writing too fast.",
		chat.ErrRestricted:                    "restricted",
		chat.ErrReadOnly:                      "#osu",
		chat.ErrSilenced.With("seconds", "x"): "You are silenced.",
	} {
		p := with(t, s, func(d *local.Deps) { d.Chat = badChat{d.Chat, err} })
		if reply, err := p.Exchange(t.Context(), ann.Token(), line.Append(nil)); err != nil || !bytes.Contains(reply, []byte(want)) {
			t.Errorf("answer is %q, %v; want %q", reply, err, want)
		}
	}
	p = with(t, s, func(d *local.Deps) { d.Chat = badChat{d.Chat, chat.ErrFlood.With("seconds", "60")} })
	if reply, err := p.Exchange(t.Context(), ann.Token(), line.Append(nil)); err != nil || !bytes.Contains(reply, packets.SilenceEnd(60).Append(nil)) {
		t.Errorf("answer is %q, %v", reply, err)
	}
}

func TestTurnedAway(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{
		Users:    func(c *usersLocal.Config) { c.FailuresPerAddress = 2 },
		Sessions: func(c *sessionsLocal.Config) { c.MaxSessions = 1 },
		Log:      slog.New(slog.DiscardHandler),
	}).Serve(t)
	s.Player(t, "Ann")
	if r := rejection(t, s.Client(t, "Bob")); r == nil || r.Code != packets.LoginServerError || !strings.Contains(strings.Join(r.Notices, ""), "full") {
		t.Errorf("one too many is told %v", r)
	}
	wrong := s.Again(t, "Ann", func(o *client.Options) { o.Password = "wrong" })
	var last *client.Rejected
	for range 5 {
		last = rejection(t, wrong)
	}
	if last == nil || last.Code != packets.LoginFailed || !strings.Contains(strings.Join(last.Notices, ""), "Too many") {
		t.Errorf("one who guesses is told %v", last)
	}
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
