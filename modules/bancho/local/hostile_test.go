package local_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/stacktest"
)

// TestRepliesFit asks for more answers in one request than fit into a reply, with an outbox beside them that overflows.
func TestRepliesFit(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	s.Crowd(t, 2000)
	ann := s.Player(t, "Ann")
	notice := wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: "x"}))
	var body []byte
	for i := range 500 { // the allowance of packets
		if i%2 == 0 {
			body = packets.SetAwayMessage{Text: strings.Repeat("x", 512)}.Append(body)
		} else {
			body = packets.ReceiveUpdates(i / 2 % 2).Append(body)
		}
	}
	for range state.MaxMailboxItems + 1 {
		if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Tags: []string{sessions.UserTag(ann.ID())}, Item: notice}); err != nil {
			t.Fatal(err)
		}
	}
	reply, err := s.Bancho.Exchange(t.Context(), ann.Token(), body)
	if err != nil {
		t.Fatal(err)
	}
	if len(reply) > bancho.MaxReply || len(reply) < bancho.MaxReply/2 {
		t.Errorf("the reply has %d bytes of at most %d", len(reply), bancho.MaxReply)
	}
	lost := false
	for raw, err := range packets.Split(reply, packets.ServerLimit) {
		if err != nil {
			t.Fatal("the reply is not cut between packets:", err)
		}
		lost = lost || raw.ID == packets.IDNotification && strings.Contains(string(raw.Payload), "lost")
	}
	if !lost {
		t.Error("the client is not told that mail is lost")
	}
	if n := dropped(t, s, "answer"); n < 100 {
		t.Errorf("%v answers are counted as left out", n)
	}
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Errorf("the session did not survive: %v", err)
	}
}

// TestStatusFlood changes a status more often than others should hear of.
func TestStatusFlood(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ann := s.Player(t, "Ann")
	for range 400 {
		ann.Send(packets.ChangeAction{Info: "again"})
	}
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dropped(t, s, "flood"); n < 300 || n > 345 {
		t.Errorf("%v of 400 changes were dropped, want all but some 60", n)
	}
}

// TestWatchFlood watches somebody more often than he should hear of.
func TestWatchFlood(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ann, bob := s.Player(t, "Ann"), s.Player(t, "Bob")
	for range 100 {
		ann.Send(packets.StartSpectating(bob.ID()), packets.StopSpectating{})
	}
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := dropped(t, s, "flood"); n < 60 || n > 75 {
		t.Errorf("%v of 100 beginnings were dropped, want all but some 30", n)
	}
}

// TestNobodyWatches has no module of spectators.
func TestNobodyWatches(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(t)
	ann, bob := s.Player(t, "Ann"), s.Player(t, "Bob")
	p := with(t, s, func(*local.Deps) {})
	var body []byte
	for _, packet := range []packets.Packet{
		packets.StartSpectating(bob.ID()), packets.StopSpectating{}, packets.CantSpectate{}, packets.SpectateFrames{},
	} {
		body = packet.Append(body)
	}
	if _, err := p.Exchange(t.Context(), ann.Token(), body); err != nil {
		t.Error(err)
	}
	if watchers, err := s.Spectator.Watchers(t.Context(), bob.ID()); err != nil || len(watchers) > 0 {
		t.Errorf("%v, %v", watchers, err)
	}
}

// TestLoginFlood logs one account in again and again, with the right password.
func TestLoginFlood(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{
		Log:    slog.New(slog.DiscardHandler),
		Bancho: func(c *local.Config) { c.LoginRate, c.LoginBurst = 1, 3 },
	}).Serve(t)
	ann := s.Client(t, "Ann")
	for i := range 5 {
		switch r := rejection(t, ann); {
		case i < 3 && r != nil:
			t.Errorf("login %d is refused with %v", i+1, r)
		case i >= 3 && (r == nil || r.Code != packets.LoginServerError || !strings.Contains(strings.Join(r.Notices, ""), "too often")):
			t.Errorf("login %d is answered %v, want %d", i+1, r, packets.LoginServerError)
		}
	}
	if r := rejection(t, s.Client(t, "Bob")); r != nil {
		t.Errorf("another account is refused with %v", r)
	}
	counts, err := s.Sessions.Of(t.Context(), []int32{mustFind(t, s, "Ann").ID})
	if err != nil || len(counts) != 1 {
		t.Errorf("Ann has %d sessions, %v: a refused login must not end the one she has", len(counts), err)
	}
}

func mustFind(t *testing.T, s *stacktest.Stack, name string) users.User {
	t.Helper()
	found, err := s.Users.Find(t.Context(), []string{name})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d accounts, %v", len(found), err)
	}
	return found[0]
}

// dropped returns how many packets are counted as dropped for a reason.
func dropped(t *testing.T, s *stacktest.Stack, reason string) float64 {
	t.Helper()
	families, err := s.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "peace_bancho_packets_dropped_total" && m.GetLabel()[0].GetValue() == reason {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}
