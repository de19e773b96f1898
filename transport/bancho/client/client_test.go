package client_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRegister(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	options := client.Options{Domain: stacktest.Domain, Address: s.Address, Name: "Ann", Password: "correct horse"}
	ann := client.New(options)
	defer ann.Close()
	if err := ann.Login(t.Context()); err == nil {
		t.Fatal("an account that does not exist logs in")
	}
	if err := ann.Register(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := ann.Login(t.Context()); err != nil || !ann.LoggedIn() || ann.ID() == 0 || ann.Protocol() != packets.Protocol {
		t.Errorf("login: %v; id %d, protocol %d", err, ann.ID(), ann.Protocol())
	}
	options.Password = "something else"
	other := client.New(options)
	defer other.Close()
	var form client.FormError
	if err := other.Register(t.Context(), "no address"); !errors.As(err, &form) || len(form["username"]) == 0 || len(form["user_email"]) == 0 {
		t.Errorf("registering the name again: %v", err)
	}
}

func TestKnowledge(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ann, bob := s.Player(t, "Ann"), s.Player(t, "Bob")
	ctx := t.Context()
	if _, err := client.Await(ctx, ann, func(p packets.UserPresence) bool { return p.UserID == bob.ID() }); err != nil {
		t.Fatal(err)
	}
	if u := ann.Online()[bob.ID()]; u.Presence.Name != "Bob" {
		t.Errorf("Bob is %+v", u)
	}
	if !slices.Contains(ann.Joined(), "#osu") {
		t.Errorf("joined are %v", ann.Joined())
	}
	if _, ok := ann.Channels()["#osu"]; !ok {
		t.Errorf("channels are %v", ann.Channels())
	}
	ann.AddFriend(bob.ID())
	ann.RemoveFriend(1)
	ann.Part("#osu")
	if _, err := ann.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(ann.Friends(), bob.ID()) || slices.Contains(ann.Joined(), "#osu") {
		t.Errorf("friends are %v, joined are %v", ann.Friends(), ann.Joined())
	}
	bob.SetStatus(packets.Status{Info: "a map", Action: 2})
	if _, err := bob.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Await(ctx, ann, func(p packets.UserStats) bool { return p.UserID == bob.ID() && p.Status.Info == "a map" }); err != nil {
		t.Fatal(err)
	}
	if text, ok := client.IsAction("\x01ACTION waves\x01"); !ok || text != "waves" {
		t.Errorf("action is %q, %v", text, ok)
	}
	if _, err := s.Sessions.Disconnect(ctx, ann.ID(), 4); err != nil {
		t.Fatal(err)
	}
	if err := ann.Logout(ctx); err != nil || ann.LoggedIn() {
		t.Errorf("logout: %v", err)
	}
	if err := ann.Logout(ctx); !errors.Is(err, client.ErrOffline) {
		t.Errorf("a second logout: %v", err)
	}
}

// answer is a server that always says the same.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: a.status, ProtoMajor: 1, ProtoMinor: 1, Header: a.header.Clone(), Request: r,
		Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}, nil
}

func TestStrangeServers(t *testing.T) {
	id := string(packets.UserID(1000).Append(nil))
	token := http.Header{"Cho-Token": {"x"}}
	for name, tc := range map[string]struct {
		answer answer
		want   string
	}{
		"an error status":   {answer{500, token, "oops"}, "HTTP 500"},
		"no token":          {answer{200, http.Header{}, id}, "token"},
		"nothing":           {answer{200, token, ""}, "neither a user id"},
		"half a packet":     {answer{200, token, id[:9]}, "reply of 9 bytes"},
		"a page":            {answer{200, token, "<!doctype html>"}, "reply of 15 bytes"},
		"a refusal":         {answer{200, token, string(packets.LoginBanned.Append(nil))}, "answered -3"},
		"bad compression":   {answer{200, http.Header{"Content-Encoding": {"gzip"}}, "no"}, "compressed answer"},
		"a payload too few": {answer{200, token, string(packets.Raw{ID: packets.IDUserID, Payload: []byte{1}}.Append(nil))}, "UserID"},
	} {
		c := client.New(client.Options{Domain: "peace.test", Name: "Ann", Password: "x", Transport: tc.answer})
		if err := c.Login(t.Context()); err == nil || !strings.Contains(err.Error(), tc.want) || c.LoggedIn() {
			t.Errorf("%s: error is %v, want %q", name, err, tc.want)
		}
	}
}

// TestPause follows the cadence of Lekuruu/osu.py: at once after news, then a second, growing while nothing happens.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		script := answer{200, http.Header{"Cho-Token": {"x"}}, string(packets.UserID(1000).Append(nil))}
		c := client.New(client.Options{Domain: "peace.test", Name: "Ann", Password: "x", Transport: &script})
		if err := c.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := c.Pause(); got != 0 {
			t.Errorf("after a login the pause is %v", got)
		}
		script.body = ""
		poll := func() time.Duration {
			if _, err := c.Poll(context.Background()); err != nil {
				t.Fatal(err)
			}
			pause := c.Pause()
			time.Sleep(pause)
			return pause
		}
		if got := poll(); got != time.Second { // it carried packets
			t.Errorf("after activity the pause is %v", got)
		}
		last := time.Duration(0)
		for range 10 {
			got := poll()
			if got < last || got < time.Second || got > 2500*time.Millisecond {
				t.Errorf("a pause of %v follows one of %v", got, last)
			}
			last = got
		}
		if last != 2500*time.Millisecond {
			t.Errorf("the longest pause is %v", last)
		}
		c.Say("#osu", "hi")
		if got := c.Pause(); got != 0 {
			t.Errorf("with something to say the pause is %v", got)
		}
	})
}
