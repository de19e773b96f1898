package metadata

import (
	"context"
	"errors"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/lazer/activity"
	"github.com/pure-peace/peace/transport/signalr"
)

const (
	// patience is how long a drain waits for something to happen. It is well below sessions' time for clients that hold a connection.
	patience = 45 * time.Second

	// retry is how long it rests when state cannot be had.
	retry = 2 * time.Second

	// staleGrace is how long a connection whose session is another's stays to be told so, call by call.
	staleGrace = 30 * time.Second
)

// follow drains the outbox of a connection's session until the connection ends.
func (h *Hub) follow(c *signalr.Conn, p *player) {
	defer close(p.drained)
	ctx := c.Context()
	for ctx.Err() == nil {
		mail, err := h.deps.State.Drain(ctx, sessions.Space, p.session, state.Take{Wait: patience})
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, state.ErrNoRecord): // it expired, as after a long outage: the game connects anew
			p.gone.Store(true)
			c.Close("", true)
			return
		case err != nil:
			h.deps.Log.DebugContext(ctx, "an outbox is not drained", "user", c.Identity().UserID, "error", err)
			rest(ctx, retry)
		case mail.Lost > 0: // the client has missed something, and finds out where things stand when it connects anew
			c.Close("", true)
			return
		default:
			if closed := h.deliver(ctx, c, p, mail.Items); closed != nil {
				h.over(c, p, *closed)
				return
			}
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// deliver tells a client what happened. It returns how the session ended, nil when it did not.
func (h *Hub) deliver(ctx context.Context, c *signalr.Conn, p *player, items []state.Item) *sessions.Closed {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := c.Identity().UserID
	for _, item := range items {
		n := h.memo.of(item)
		switch {
		case n.closed != nil:
			return n.closed
		case n.userID == 0 || n.userID == own: // of himself the client knows what it said
		case n.ask != nil:
			p.tell(c, h.ask(ctx, n))
		default:
			p.tell(c, n)
		}
	}
	return nil
}

// tell sends news to a client. It needs the lock.
func (p *player) tell(c *signalr.Conn, n *news) {
	if p.watching {
		c.Send(n.everybody)
	}
	if p.befriended(n.userID) {
		c.Send(n.friends)
	}
}

// askTimeout bounds the wait for an answer that many wait for.
const askTimeout = 5 * time.Second

// ask returns the answer to a question.
func (h *Hub) ask(ctx context.Context, n *news) *news {
	n.ask.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		var found activity.Presence
		list, err := h.deps.Sessions.Presences(ctx, []int32{n.userID})
		switch {
		case err != nil:
			h.deps.Log.WarnContext(ctx, "somebody is shown as offline, for nobody knows", "user", n.userID, "error", err)
		case len(list) == 1:
			found = shown(&list[0])
		}
		n.ask.answer = presenceNews(n.userID, found)
	})
	return &n.ask.answer
}

// over ends a connection whose session has ended. A game in whose place there is another one logs out, as does one whose user was
// thrown out. One that has merely come back has left this connection behind.
func (h *Hub) over(c *signalr.Conn, p *player, closed sessions.Closed) {
	p.gone.Store(true)
	client := c.Identity().Client
	if closed.Reason != sessions.ReasonReplaced || client == "" || closed.Instance != client {
		c.Send(lazer.DisconnectRequested())
	}
	rest(c.Context(), staleGrace)
	c.Close("", false)
}
