package local_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/stacktest"
)

// desk is a state that tells when it is drained and what it is told to have arrived.
type desk struct {
	state.Service
	drained      func()
	acknowledged func([]state.Receipt) error
}

func (d *desk) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	mail, err := d.Service.Drain(ctx, space, key, take)
	if d.drained != nil {
		d.drained()
	}
	return mail, err
}

func (d *desk) Acknowledge(ctx context.Context, space string, receipts []state.Receipt) error {
	if d.acknowledged != nil {
		if err := d.acknowledged(receipts); err != nil {
			return err
		}
	}
	return d.Service.Acknowledge(ctx, space, receipts)
}

// process returns a bancho process of its own over a desk of the stack's state.
func process(t *testing.T, s *stacktest.Stack) (*local.Service, *desk) {
	t.Helper()
	d := &desk{Service: s.State}
	return with(t, s, func(deps *local.Deps) { deps.State = d }), d
}

// TestNobodyWaits cancels a request when its mail is in hand: the next one brings it.
func TestNobodyWaits(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann := s.Player(t, "Ann")
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	notify(t, s, ann.Token())
	p, d := process(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	d.drained = cancel
	if _, err := p.Exchange(ctx, ann.Token(), packets.Ping{}.Append(nil)); !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	for i, want := range []bool{true, false} {
		reply, err := p.Exchange(t.Context(), ann.Token(), packets.Ping{}.Append(nil))
		if err != nil || bytes.Contains(reply, notice) != want {
			t.Errorf("poll %d brought %q, %v", i, reply, err)
		}
	}
}

// TestReceiptsWait fails the first acknowledgements: they are made again, and nothing comes twice after the one that works.
func TestReceiptsWait(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann := s.Player(t, "Ann")
	if _, err := ann.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	notify(t, s, ann.Token())
	p, d := process(t, s)
	tries, settled := 0, make(chan struct{})
	d.acknowledged = func(receipts []state.Receipt) error {
		if len(receipts) != 1 || receipts[0].Key != sessions.ID(ann.Token()) {
			t.Errorf("receipts are %v", receipts)
		}
		if tries++; tries < 3 {
			return fault.New(fault.Unavailable, "state", "gone", "state cannot be reached")
		}
		close(settled)
		return nil
	}
	if _, err := p.Exchange(t.Context(), ann.Token(), packets.Ping{}.Append(nil)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	<-settled
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	other, _ := process(t, s)
	if reply, err := other.Exchange(t.Context(), ann.Token(), packets.Ping{}.Append(nil)); err != nil || bytes.Contains(reply, notice) {
		t.Errorf("another process brought %q, %v", reply, err)
	}
}

const noticeText = "do not lose this"

var notice = packets.Notification(noticeText).Append(nil)

// notify puts a notice into a session's outbox.
func notify(t *testing.T, s *stacktest.Stack, token string) {
	t.Helper()
	item := wire.Pack(sessionspb.FromNotice(sessions.Notice{Text: noticeText}))
	if _, err := s.State.Append(t.Context(), state.Append{Space: sessions.Space, Keys: []string{sessions.ID(token)}, Item: item}); err != nil {
		t.Fatal(err)
	}
}
