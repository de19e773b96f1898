package banchotest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu/packets"
)

func testIdle(t *testing.T, s Subject) {
	p := s.player(t)
	p.send(t)
	for _, body := range [][]byte{nil, packets.Ping{}.Append(nil), packets.Ping{}.Append(packets.Ping{}.Append(nil))} {
		for _, packet := range p.raw(t, body) {
			if _, ok := packet.(packets.Pong); ok {
				t.Errorf("%x is answered with a pong", body)
			}
		}
	}
}

// testEnds looks at what a client is told when its session is ended, and that it does not come back by itself when it must
// not.
func testEnds(t *testing.T, s Subject) {
	for _, tc := range []struct {
		reason sessions.Reason
		login  bool // the client logs in again by itself
	}{
		{sessions.ReasonKicked, false},
		{sessions.ReasonPassword, false},
		{sessions.ReasonDeleted, false},
		{sessions.ReasonExpired, true},
	} {
		p := s.player(t)
		if _, err := s.Sessions.Disconnect(t.Context(), p.ID, tc.reason); err != nil {
			t.Fatal(err)
		}
		list := p.send(t)
		if tc.login {
			expect(t, list, packets.Restart(0))
			unexpected[packets.UserID](t, list)
		} else {
			expect(t, list, packets.LoginFailed)
			unexpected[packets.Restart](t, list)
			if _, ok := first[packets.Notification](list); !ok {
				t.Errorf("reason %d is not told: %v", tc.reason, list)
			}
		}
		expect(t, p.send(t), packets.Restart(0)) // and then it is forgotten
	}
}

func testReplaced(t *testing.T, s Subject) {
	p := s.player(t)
	again := &player{User: p.User, s: s, login: p.login}
	again.enter(t)
	list := p.send(t, packets.RequestStatusUpdate{})
	expect(t, list, packets.LoginFailed)
	unexpected[packets.UserStats](t, list)
	if list := again.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) == 0 {
		t.Errorf("the newer client is not served: %v", list)
	}
}

func testEarlyLogout(t *testing.T, s Subject) {
	p := s.player(t)
	p.send(t, packets.Logout(0))
	if _, err := s.Sessions.Get(t.Context(), sessions.ID(p.token)); err != nil {
		t.Errorf("a logout right after the login counts: %v", err)
	}
}

// testIgnored sends everything that belongs to rooms, spectators and tournaments.
func testIgnored(t *testing.T, s Subject) {
	p := s.player(t)
	p.send(t)
	for id := range packets.ID(110) {
		switch id {
		case packets.IDLogout:
			continue
		}
		var body []byte
		for _, payload := range [][]byte{nil, {0, 0, 0, 0}, bytes.Repeat([]byte{0xff}, 64), bytes.Repeat([]byte{11, 3, 'a', 'b', 'c'}, 100)} {
			body = packets.Raw{ID: id, Payload: payload}.Append(body)
		}
		p.raw(t, body)
	}
	p.raw(t, packets.Raw{ID: 60_000, Payload: []byte("new in 2030")}.Append(nil))
	if list := p.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) == 0 {
		t.Errorf("the session did not survive: %v", list)
	}
}

func testDamage(t *testing.T, s Subject) {
	p := s.player(t)
	good := packets.RequestStatusUpdate{}.Append(nil)
	for name, damage := range map[string][]byte{
		"half a header":   {0, 0, 0},
		"half a payload":  {63, 0, 0, 200, 0, 0, 0, 11},
		"compressed":      {63, 0, 1, 0, 0, 0, 0},
		"a huge length":   {63, 0, 0, 0xff, 0xff, 0xff, 0xff},
		"a wrong payload": packets.Raw{ID: packets.IDChannelJoin, Payload: []byte{0x0c}}.Append(nil),
	} {
		if list := p.raw(t, append(bytes.Clone(good), damage...)); len(all[packets.UserStats](list)) != 1 {
			t.Errorf("%s: what came before is answered %v", name, list)
		}
		if list := p.raw(t, damage); len(all[packets.UserStats](list)) != 0 {
			t.Errorf("%s: answered %v", name, list)
		}
	}
	if list := p.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) != 1 {
		t.Errorf("the session did not survive: %v", list)
	}
}

// testOverlap sends from many goroutines: requests wait for each other or are refused, and none is lost in between.
func testOverlap(t *testing.T, s Subject) {
	p := s.player(t)
	p.send(t)
	body := packets.RequestStatusUpdate{}.Append(nil)
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			reply, err := s.Bancho.Exchange(t.Context(), p.token, body)
			switch {
			case errors.Is(err, bancho.ErrOverlap):
			case err != nil:
				t.Error(err)
			case len(reply) == 0:
				t.Error("no answer")
			}
		})
	}
	wait.Wait()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if reply, err := s.Bancho.Exchange(ctx, p.token, body); err == nil && len(reply) == 0 {
		t.Error("a cancelled exchange is answered with nothing")
	}
	if list := p.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) == 0 {
		t.Errorf("the session did not survive: %v", list)
	}
}

// testBigMail fills an outbox beyond what one reply takes.
func testBigMail(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.player(t)
	bob.send(t)
	const lines = 60
	for range lines {
		line := chat.Line{SenderID: ann.ID, Target: bob.Name, Text: strings.Repeat("many words ", 150), Automatic: true}
		if _, err := s.Chat.Whisper(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	got := 0
	for range lines {
		got += len(all[packets.Message](bob.send(t)))
		if got == lines {
			return
		}
	}
	t.Errorf("%d of %d lines arrived", got, lines)
}
