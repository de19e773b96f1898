package local_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/stacktest"
)

// TestLogout leaves in the first second of a session, which does not count, and later, which does.
func TestLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
		user := s.Register(t, "Ann")
		opened, err := s.Sessions.Open(t.Context(), sessions.Opening{User: user, Kind: sessions.Stable})
		if err != nil {
			t.Fatal(err)
		}
		logout := func() []byte {
			reply, err := s.Bancho.Exchange(t.Context(), opened.Token, packets.Logout(0).Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			return reply
		}
		online := func() int {
			open, err := s.Sessions.Of(t.Context(), []int32{user.ID})
			if err != nil {
				t.Fatal(err)
			}
			return len(open)
		}
		time.Sleep(999 * time.Millisecond)
		logout()
		if online() != 1 {
			t.Error("a logout in the first second counts")
		}
		time.Sleep(time.Millisecond)
		if reply := logout(); len(reply) != 0 {
			t.Errorf("a logout is answered %x: a restart would log the client in again", reply)
		}
		if online() != 0 {
			t.Error("a logout does not count")
		}
	})
}

// TestForgottenSession lets a session expire: the client is told to log in again.
func TestForgottenSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
		user := s.Register(t, "Ann")
		opened, err := s.Sessions.Open(t.Context(), sessions.Opening{User: user, Kind: sessions.Stable})
		if err != nil {
			t.Fatal(err)
		}
		poll := func() []byte {
			reply, err := s.Bancho.Exchange(t.Context(), opened.Token, packets.Ping{}.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			return reply
		}
		for range 5 { // the longest gap that the client leaves is 300 s
			time.Sleep(300 * time.Second)
			if reply := poll(); len(reply) != 0 {
				t.Fatalf("a poll after five minutes is answered %x", reply)
			}
		}
		time.Sleep(time.Hour)
		if reply := poll(); string(reply) != string(packets.Restart(0).Append(nil)) {
			t.Errorf("after an hour the answer is %x", reply)
		}
	})
}
