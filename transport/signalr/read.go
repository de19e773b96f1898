package signalr

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// serve reads the connection until it ends. Where it waits, the stack must not be deep: see wire.await.
func (c *Conn) serve() {
	defer c.hub.running.Done()
	var input *[]byte // nil when no message has begun
	err := c.wire.await()
	for err == nil {
		if input, err = c.read(input); err == nil {
			err = c.wire.await()
		}
	}
	if input != nil {
		inputs.Put(input)
	}
	c.conclude(err)
}

// conclude ends the connection when there is nothing more to be read.
func (c *Conn) conclude(err error) {
	if c.said() {
		_ = c.wire.SetReadDeadline(time.Time{})
		_ = c.ws.Close(websocket.StatusNormalClosure, "")
	}

	c.mu.Lock()
	clean := c.cause == causeClient || c.cause == causeNone && saidGoodbye(err)
	switch {
	case clean:
		c.because(causeClient)
	case c.phase == shaking:
		c.because(causeHandshake)
	default:
		c.because(causeLost)
	}
	why := c.cause
	c.phase = closed
	c.queue, c.queued = nil, 0
	c.release()
	c.mu.Unlock()

	c.end()
	c.workers.Wait()
	if c.welcome && c.hub.options.Disconnected != nil {
		ctx, cancel := context.WithTimeout(context.Background(), c.hub.config.CallTimeout)
		_ = c.guard(func() error { c.hub.options.Disconnected(ctx, c, clean); return nil })
		cancel()
	}
	c.hub.remove(c)
	_ = c.wire.Conn.Close()
	_ = c.ws.CloseNow()
	c.hub.options.Metrics.closed(c.hub, why)
}

// saidGoodbye tells whether a client ended its connection on purpose. Browsers give no status.
func saidGoodbye(err error) bool {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return true
	}
	return false
}

// errEnd says that nothing more is to be done for a connection: it is being closed.
var errEnd = errors.New("signalr: the end")

// inputs are buffers for what is read. A connection has one only while it reads a message.
var inputs = sync.Pool{New: func() any {
	b := make([]byte, 0, 4<<10)
	return &b
}}

// read reads a message of the WebSocket and does what it says. Messages of the hub need not be the same: one of the WebSocket may have
// several of them, or a part of one, which is kept in input for the next one.
func (c *Conn) read(input *[]byte) (*[]byte, error) {
	_, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return input, err
	}
	if input == nil {
		input = inputs.Get().(*[]byte)
		*input = (*input)[:0]
	}
	for err == nil {
		b := *input
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		var n int
		n, err = r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		rest, failed := c.handle(b)
		*input = b[:copy(b, rest)]
		if failed != nil {
			return input, c.ignore(r)
		}
	}
	if !errors.Is(err, io.EOF) {
		return input, err
	}
	if len(*input) > 0 {
		return input, nil
	}
	if cap(*input) <= 2*c.hub.config.MaxMessage {
		inputs.Put(input)
	}
	return nil, nil
}

// said tells whether the last message has been sent, or is about to be.
func (c *Conn) said() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.phase == closing
}

// ignore reads on until the last message has been sent, or the connection has ended.
func (c *Conn) ignore(r io.Reader) error {
	for {
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		var err error
		if _, r, err = c.ws.Reader(context.Background()); err != nil {
			return err
		}
	}
}

// handle does what the messages at the front of b say, and returns what is left. It fails with errEnd.
func (c *Conn) handle(b []byte) (rest []byte, err error) {
	limit := c.hub.config.MaxMessage
	for len(b) > 0 {
		var message []byte
		if !c.greeted {
			if message, b, err = protocol.SplitHandshake(b, limit); err == nil {
				err = c.shake(message)
			}
		} else if message, b, err = c.hub.options.Protocol.Split(b, limit); err == nil {
			err = c.receive(message)
		}
		switch {
		case err == nil:
		case errors.Is(err, protocol.ErrShort):
			return b, nil
		case errors.Is(err, errEnd):
			return nil, errEnd
		default:
			c.hub.options.Log.LogAttrs(c.ctx, slog.LevelDebug, "a client of a hub sent what is no message",
				slog.String("hub", c.hub.options.Name), slog.Int("user", int(c.user)), slog.Any("error", err))
			c.finish(causeProtocol, textConnectionError, false)
			return nil, errEnd
		}
	}
	return nil, nil
}

// shake answers the client's handshake.
func (c *Conn) shake(message []byte) error {
	h, err := protocol.ParseHandshake(message)
	if err != nil {
		return err
	}
	c.greeted = true
	switch spoken := c.hub.options.Protocol.Name(); {
	case h.Protocol != spoken:
		c.finish(causeHandshake, textProtocol(h.Protocol), false)
		return errEnd
	case h.Version != protocol.Version:
		c.finish(causeHandshake, textVersion(h.Version, spoken), false)
		return errEnd
	}
	c.mu.Lock()
	if c.phase != shaking {
		c.mu.Unlock()
		return errEnd
	}
	now := c.hub.since()
	c.phase, c.since, c.heard = open, now, now
	c.enqueue(protocol.Welcome(""))
	leaving := c.leaving // there is nothing yet for which it could be held
	c.mu.Unlock()
	if leaving {
		c.finish(causeServer, "", true)
		return errEnd
	}
	return c.connect()
}

// connect tells the hub of the connection.
func (c *Conn) connect() error {
	if c.hub.options.Connected != nil {
		ctx, cancel := context.WithTimeout(c.ctx, c.hub.config.CallTimeout)
		defer cancel()
		if err := c.guard(func() error { return c.hub.options.Connected(ctx, c) }); err != nil {
			text, e := textConnectionError, c.hub.options.Explain(err)
			if e != nil {
				text += " " + e.Error()
			}
			c.logFailure("Connected", err, e == nil)
			c.finish(causeServer, text, false)
			return errEnd
		}
	}
	c.welcome = true
	return nil
}
