package signalr

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// ErrGone is the failure of Deliver when the connection has ended.
var ErrGone = errors.New("signalr: the connection has ended")

// Conn is a connection of a client. Its methods are safe for concurrent use.
type Conn struct {
	// State belongs to the hub's methods, which may keep there what they know about the connection. They, Connected and Disconnected
	// need no lock for it; others must not touch it.
	State any

	hub  *Hub
	id   string
	user int32
	ws   *websocket.Conn
	wire wire

	ctx context.Context
	end context.CancelFunc

	groups []string // guarded by hub.mu; seldom more than a few

	// Only the goroutine that reads has these: the client has said which protocol it speaks, and Connected has been called.
	greeted, welcome bool

	mu      sync.Mutex
	who     Identity
	phase   phase
	busy    bool // a call is being done
	leaving bool // to be closed when the call is done, and it is not held
	held    bool
	since   time.Duration // when the phase began
	heard   time.Duration // when the client's last message came
	wrote   time.Duration // when something was last sent, or began to be sent
	writing bool          // there is a goroutine that sends
	queue   [][]byte      // what it will send
	queued  int           // bytes of it, and of what is being sent
	room    chan struct{} // closed when there is room again; nil when nobody waits for it
	refused bool          // the last message refuses the handshake
	cause   cause
	streams map[string]context.CancelFunc // by the id of the invocation
	workers sync.WaitGroup                // of streams
}

// phase of a connection's life.
type phase uint8

const (
	shaking phase = iota // no handshake yet
	open
	closing // the last message is in the queue
	closed
)

// cause is why a connection ended, for metrics.
type cause string

const (
	causeNone      cause = ""
	causeClient    cause = "client"    // it said so
	causeLost      cause = "lost"      // it went without a word
	causeTimeout   cause = "timeout"   // it was silent
	causeHandshake cause = "handshake" // it never got so far
	causeProtocol  cause = "protocol"  // it sent nonsense
	causeSlow      cause = "slow"      // it did not take what was sent
	causeServer    cause = "server"    // the hub closed it
)

func newConn(h *Hub, id string, who Identity) *Conn {
	now := h.since()
	c := &Conn{hub: h, id: id, user: who.UserID, who: who, since: now, heard: now, wrote: now}
	c.ctx, c.end = context.WithCancel(context.Background())
	return c
}

// ID returns the public name of the connection.
func (c *Conn) ID() string { return c.id }

// Identity returns whose connection it is.
func (c *Conn) Identity() Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.who
}

// Renew notes that the client has another token in place of the one that it connected with.
func (c *Conn) Renew(tokenID int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who.TokenID = tokenID
}

// Context ends with the connection.
func (c *Conn) Context() context.Context { return c.ctx }

// Join puts the connection into a group, which it leaves at the latest when it ends.
func (c *Conn) Join(group string) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if _, ok := c.hub.conns[c]; !ok {
		return // it has ended
	}
	if !slices.Contains(c.groups, group) {
		c.groups = append(c.groups, group)
		c.hub.join(c, group)
	}
}

// Leave takes the connection out of a group.
func (c *Conn) Leave(group string) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if i := slices.Index(c.groups, group); i >= 0 {
		c.groups = slices.Delete(c.groups, i, i+1)
		c.hub.leave(c, group)
	}
}

// LeaveAll takes the connection out of all its groups.
func (c *Conn) LeaveAll() {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	for _, group := range c.groups {
		c.hub.leave(c, group)
	}
	c.groups = nil
}

// Send puts m into the queue of the connection, and never waits. When there is no room, the connection is closed. To one that has
// ended it does nothing.
func (c *Conn) Send(m Message) {
	if m.frame != nil {
		c.push(m.frame)
	}
}

// Deliver is Send for many messages to one connection, as a list that is sent when it asks for it: it waits for room.
func (c *Conn) Deliver(ctx context.Context, m Message) error {
	if m.frame == nil {
		return nil
	}
	return c.pushWhenRoom(ctx, m.frame)
}

// Close says goodbye to the client, with a text if something is wrong, and whether it may come back at once, and ends the connection
// when what waits for it has been sent. It does not wait for that.
func (c *Conn) Close(text string, reconnect bool) { c.finish(causeServer, text, reconnect) }

// Hold asks Drain to close the connection as late as it can: something goes on that its end would disturb. Release takes that back.
func (c *Conn) Hold() { c.hold(true) }

// Release ends a Hold.
func (c *Conn) Release() { c.hold(false) }

func (c *Conn) hold(on bool) {
	c.mu.Lock()
	c.held = on
	now := c.leaving && !c.busy && !on
	c.mu.Unlock()
	if now {
		c.finish(causeServer, "", true)
	}
}

// leave is Close for a connection that may be in a call, which is still answered, and may be held.
func (c *Conn) leave(held bool) {
	c.mu.Lock()
	c.leaving = true
	c.held = c.held && !held
	later := c.busy || c.held
	c.mu.Unlock()
	if !later {
		c.finish(causeServer, "", true)
	}
}

// overhead is what a message costs in a queue beside its bytes.
const overhead = 32

func (c *Conn) push(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase != open {
		return
	}
	if c.queued+len(frame)+overhead > c.hub.config.MaxQueue && c.queued > 0 {
		c.queue = nil // the client has missed something anyway
		c.hub.options.Log.Debug("a client of a hub is too slow", "hub", c.hub.options.Name, "user", c.user)
		c.finishLocked(causeSlow, textSlow, true)
		return
	}
	c.enqueue(frame)
}

// pushWhenRoom leaves half of the queue to those who cannot wait.
func (c *Conn) pushWhenRoom(ctx context.Context, frame []byte) error {
	for {
		c.mu.Lock()
		if c.phase != open {
			c.mu.Unlock()
			return ErrGone
		}
		if c.queued == 0 || c.queued+len(frame)+overhead <= c.hub.config.MaxQueue/2 {
			c.enqueue(frame)
			c.mu.Unlock()
			return nil
		}
		if c.room == nil {
			c.room = make(chan struct{})
		}
		room := c.room
		c.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enqueue is called with the lock held.
func (c *Conn) enqueue(frame []byte) {
	c.queue = append(c.queue, frame)
	c.queued += len(frame) + overhead
	if !c.writing {
		c.writing = true
		c.wrote = c.hub.since()
		c.hub.running.Add(1)
		go c.write()
	}
}

func (c *Conn) finish(why cause, text string, reconnect bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finishLocked(why, text, reconnect)
}

func (c *Conn) finishLocked(why cause, text string, reconnect bool) {
	var last []byte
	switch c.phase {
	case shaking:
		c.refused = true
		last = protocol.Welcome(text)
		if text == "" {
			last = protocol.Welcome(textHandshakeTimeout)
		}
	case open:
		last = protocol.Whole(c.hub.options.Protocol, protocol.Message{Type: protocol.Close, Error: text, Reconnect: reconnect})
	default:
		return
	}
	c.because(why)
	c.phase, c.since = closing, c.hub.since()
	c.release()
	c.enqueue(last)
}

// because notes the first reason for the end. It is called with the lock held.
func (c *Conn) because(why cause) {
	if c.cause == causeNone {
		c.cause = why
	}
}

// release wakes who waits for room. It is called with the lock held.
func (c *Conn) release() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// cut ends the connection without a word. The goroutines of the connection notice.
func (c *Conn) cut(why cause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.phase == closed {
		return
	}
	c.because(why)
	c.end()
	c.hub.running.Add(1)
	go func() { // TLS says goodbye, which can take time
		defer c.hub.running.Done()
		_ = c.wire.Conn.Close()
	}()
}

// write sends what is in the queue, and returns when it is empty: an idle connection has no goroutine for this.
func (c *Conn) write() {
	defer c.hub.running.Done()
	var sent [][]byte
	size := 0
	for {
		c.mu.Lock()
		c.queued -= size
		clear(sent)
		batch := c.queue
		if len(batch) == 0 {
			c.writing = false
			if c.queue = nil; cap(sent) <= keptQueue {
				c.queue = sent[:0]
			}
			c.release()
			c.mu.Unlock()
			return
		}
		c.queue = sent[:0]
		if c.queued < c.hub.config.MaxQueue/4 {
			c.release()
		}
		c.wrote = c.hub.since()
		last := c.phase == closing
		kind := websocket.MessageBinary
		if c.refused || c.hub.options.Protocol.Text() { // a refusal must make sense to clients of any protocol
			kind = websocket.MessageText
		}
		c.mu.Unlock()

		size = 0
		c.wire.begin()
		var err error
		for _, frame := range batch {
			size += len(frame) + overhead
			if err == nil {
				err = c.ws.Write(context.Background(), kind, frame)
			}
		}
		if failed := c.wire.flush(); err == nil {
			err = failed
		}
		switch {
		case err != nil:
			c.cut(causeLost)
		case last:
			_ = c.wire.SetReadDeadline(past) // wakes who reads, to end the WebSocket
		}
		sent = batch
	}
}

// past is a time that is over.
var past = time.Unix(1, 0)

// keptQueue is for how many messages an idle connection keeps a queue.
const keptQueue = 2

// grace is how long a connection that is being closed may take to end.
const grace = 10 * time.Second

// look does what is due at the time now.
func (c *Conn) look(now time.Duration) {
	config := &c.hub.config
	c.mu.Lock()
	phase, age, silent, unsent := c.phase, now-c.since, now-c.heard, now-c.wrote
	busy, writing := c.busy, c.writing
	c.mu.Unlock()
	switch {
	case phase == closed:
	case writing && unsent > config.ClientTimeout:
		c.cut(causeSlow)
	case phase == closing && age > grace:
		c.cut(causeServer)
	case phase == shaking && age > config.HandshakeTimeout:
		c.finish(causeHandshake, textHandshakeTimeout, false)
	case phase == open && !busy && silent > config.ClientTimeout:
		c.finish(causeTimeout, "", true)
	case phase == open && !writing && unsent >= config.KeepAlive:
		c.push(c.hub.ping)
	}
}
