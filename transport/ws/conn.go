package ws

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
)

// Why a socket ends.
var (
	errGone     = errors.New("gone")     // the client left
	errLogout   = errors.New("logout")   // its token or its user's session ended
	errStale    = errors.New("stale")    // its token has expired or is not known any more
	errReplaced = errors.New("replaced") // its user has too many sockets
	errStopping = errors.New("stopping") // this process
	errSlow     = errors.New("slow")     // it does not read, or not fast enough
	errNoisy    = errors.New("noisy")    // it says too much
	errFailed   = errors.New("failed")   // a module could not be reached
)

// conn is one socket.
type conn struct {
	handler *Handler
	ws      *websocket.Conn
	access  string // the token's secret, which is asked about again when events may have been missed
	token   oauth.Token
	address netip.Addr
	bound   int64 // the token under which the handler has filed it, guarded by its lock

	ctx      context.Context // ends with why the socket does
	cancel   context.CancelCauseFunc
	verified chan struct{} // closed when the second factor is there
	proof    sync.Once     // closes it
	expires  atomic.Int64  // when the token does, in Unix seconds; 0 for never
	chatting atomic.Bool   // wants to hear of chat

	mu       sync.Mutex
	session  string // "" until it is open
	attended bool   // whether the session is in its user's channels
}

func newConn(h *Handler, ws *websocket.Conn, access string, token oauth.Token, address netip.Addr) *conn {
	c := &conn{handler: h, ws: ws, access: access, token: token, address: address, verified: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	if !token.ExpiresAt.IsZero() {
		c.expires.Store(token.ExpiresAt.Unix())
	}
	return c
}

// end ends the socket from elsewhere; the first reason counts.
func (c *conn) end(why error) { c.cancel(why) }

// verify says that the second factor of the token is there.
func (c *conn) verify() { c.proof.Do(func() { close(c.verified) }) }

// refreshed says that another token has taken the place of this one. It lasts as long, as far as can be known here.
func (c *conn) refreshed() {
	if c.expires.Load() != 0 {
		c.expires.Store(time.Now().Add(c.token.ExpiresAt.Sub(c.token.IssuedAt)).Unix())
	}
}

// serve is the life of the socket.
func (c *conn) serve() {
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		c.end(c.read())
	}()
	err := c.run()
	c.cancel(err)
	why := context.Cause(c.ctx)
	gone := errors.Is(why, errGone)
	if errors.Is(why, errLogout) {
		gone = c.write(bare("logout")) != nil
	}
	c.leave()
	if !gone {
		c.farewell(why)
	}
	_ = c.ws.CloseNow()
	<-reading
	c.handler.remove(c, why)
}

// farewell closes the socket with a status that says why, and waits a moment for the client to do the same.
func (c *conn) farewell(why error) {
	status := websocket.StatusTryAgainLater
	switch {
	case errors.Is(why, errLogout), errors.Is(why, errReplaced):
		status = websocket.StatusNormalClosure
	case errors.Is(why, errStopping):
		status = websocket.StatusServiceRestart
	case errors.Is(why, errNoisy), errors.Is(why, errStale):
		status = websocket.StatusPolicyViolation
	}
	_ = c.ws.Close(status, "")
}

// leave ends the session.
func (c *conn) leave() {
	if c.session == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	if err := c.handler.deps.Sessions.Close(ctx, c.session, sessions.ReasonLogout); err != nil {
		c.handler.deps.Log.DebugContext(ctx, "session of a notification socket not closed; it will expire", slog.Any("error", err))
	}
}

// run brings events to the client until something ends that.
func (c *conn) run() error {
	if err := c.write(bare("connection.ready")); err != nil {
		return errSlow
	}
	// The token may have ended or been verified after it was looked at and before the handler knew of this socket.
	if err := c.compare(c.ctx); err != nil {
		return c.failed("look at its token", err)
	}
	if err := c.prove(); err != nil {
		return err
	}
	if err := c.openSession(); err != nil {
		return err
	}
	c.attend()
	ping := time.Now().Add(c.handler.config.PingInterval)
	for {
		mail, err := c.handler.deps.State.Drain(c.ctx, sessions.Space, c.session, state.Take{Wait: max(time.Until(ping), time.Millisecond)})
		switch {
		case errors.Is(err, state.ErrNoRecord): // it expired, as after a long outage: the client connects again
			return errFailed
		case err != nil:
			return c.failed("drain its outbox", err)
		case mail.Lost > 0:
			return errSlow
		}
		if err := c.deliver(mail.Items); err != nil {
			return err
		}
		if now := time.Now(); !now.Before(ping) {
			if err := c.check(now); err != nil {
				return err
			}
			ping = time.Now().Add(c.handler.config.PingInterval)
		}
	}
}

// failed logs what could not be done, and ends the socket: its client tries again.
func (c *conn) failed(what string, err error) error {
	if c.ctx.Err() == nil {
		c.handler.deps.Log.WarnContext(c.ctx, "a notification socket ends: could not "+what, "user", c.token.UserID, "error", err)
	}
	return errFailed
}

// check asks whether the client is still there and still somebody.
func (c *conn) check(now time.Time) error {
	if expires := c.expires.Load(); expires != 0 && now.Unix() >= expires {
		return errStale
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.handler.config.PingInterval)
	defer cancel()
	if err := c.ws.Ping(ctx); err != nil {
		return errSlow
	}
	return nil
}

// prove waits until the second factor is there.
func (c *conn) prove() error {
	if c.token.Verified {
		c.verify()
		return nil
	}
	ticker := time.NewTicker(c.handler.config.PingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-c.verified:
			if err := c.write(bare("verified")); err != nil {
				return errSlow
			}
			return nil
		case now := <-ticker.C:
			if err := c.check(now); err != nil {
				return err
			}
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		}
	}
}

// openSession makes the outbox.
func (c *conn) openSession() error {
	ctx, cancel := context.WithTimeout(c.ctx, checkTimeout)
	defer cancel()
	found, err := c.handler.deps.Users.Get(ctx, []int32{c.token.UserID})
	if err != nil {
		return c.failed("find its user", err)
	}
	if len(found) == 0 {
		return errLogout
	}
	opened, err := c.handler.deps.Sessions.Open(ctx, sessions.Opening{
		User: found[0], Kind: sessions.API, Address: c.address, Location: sessions.Location{Country: found[0].Country},
	})
	if err != nil {
		return c.failed("open its session", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = opened.Session.ID
	return nil
}

// attend puts the session into its user's channels once the client wants to hear of chat.
func (c *conn) attend() {
	c.mu.Lock()
	wanted := c.chatting.Load() && c.session != "" && !c.attended
	c.attended = c.attended || wanted
	session := c.session
	c.mu.Unlock()
	if !wanted {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, checkTimeout)
	defer cancel()
	if _, err := c.handler.deps.Chat.Attend(ctx, session); err != nil {
		c.end(c.failed("enter its channels", err))
	}
}

// deliver writes events, as far as the client wants and may hear of them.
func (c *conn) deliver(items []state.Item) error {
	for _, item := range items {
		f := c.handler.frame(item, c.token.UserID)
		if f.end != nil {
			return f.end
		}
		if len(f.data) == 0 || !c.hears(f) {
			continue
		}
		if err := c.write(f.data); err != nil {
			return errSlow
		}
		c.handler.deps.Metrics.sent(f.name)
	}
	return nil
}

// hears reports whether the token may hear of an event and the client wants to (ppy/osu-notification-server
// src/user-connection.ts).
func (c *conn) hears(f frame) bool {
	if slices.Contains(c.token.Scopes, "*") {
		return !f.chat || c.chatting.Load()
	}
	return f.chat && c.chatting.Load() && slices.Contains(c.token.Scopes, "chat.read")
}

// write sends one frame. It does not end with the socket's context, so that the reason of the end can be told.
func (c *conn) write(data []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), c.handler.config.WriteTimeout)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, data)
}
