package signalr

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// maxStreams bounds the streams that a connection is sent at a time.
const maxStreams = 16

// receive does what a message of the client says.
func (c *Conn) receive(message []byte) error {
	m, err := c.hub.options.Protocol.Parse(message)
	if err != nil {
		return err
	}
	if !c.begin() {
		return errEnd
	}
	switch m.Type {
	case protocol.Invocation, protocol.StreamInvocation:
		c.invoke(m)
	case protocol.CancelInvocation:
		c.cancel(string(m.ID))
	case protocol.Close:
		c.finish(causeClient, "", false)
		return errEnd
	default: // pings, results and items that nobody asked for, and what only future clients know
	}
	return c.done()
}

// begin marks the connection as busy, and fails when it is being closed.
func (c *Conn) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = true
	return c.phase == open
}

func (c *Conn) done() error {
	c.mu.Lock()
	c.busy = false
	c.heard = c.hub.since()
	leaving, on := c.leaving && !c.held, c.phase == open
	c.mu.Unlock()
	if leaving {
		c.finish(causeServer, "", true)
	}
	if leaving || !on {
		return errEnd
	}
	return nil
}

// invoke calls a method, and answers the call if an answer is wanted.
func (c *Conn) invoke(m protocol.Message) {
	streaming := m.Type == protocol.StreamInvocation
	method := c.hub.method(m.Target)
	switch {
	case method == nil:
		c.hub.options.Metrics.called(c.hub, "", "unknown", 0)
		c.fail(m.ID, textUnknownMethod(string(m.Target)))
	case m.Count != method.count:
		c.hub.options.Metrics.called(c.hub, method.name, "arguments", 0)
		c.fail(m.ID, textBind(string(m.Target)))
	case streaming && method.stream == nil:
		c.hub.options.Metrics.called(c.hub, method.name, "kind", 0)
		c.fail(m.ID, textNotStreaming(string(m.Target)))
	case !streaming && method.stream != nil:
		c.hub.options.Metrics.called(c.hub, method.name, "kind", 0)
		c.fail(m.ID, textStreaming(string(m.Target)))
	case streaming:
		c.stream(method, m)
	default:
		c.call(method, m)
	}
}

func (c *Conn) call(method *Method, m protocol.Message) {
	ctx, cancel := context.WithTimeout(c.ctx, c.hub.config.CallTimeout)
	defer cancel()
	began := time.Now()
	var answer []byte
	err := c.guard(func() error {
		if err := c.admit(ctx, method); err != nil {
			return err
		}
		in := arguments{protocol: c.hub.options.Protocol, message: m}
		result, err := method.call(ctx, c, &in)
		if err != nil || m.ID == nil {
			return err
		}
		done := protocol.Message{Type: protocol.Completion, ID: m.ID, Result: protocol.Void}
		if result != nil {
			done.Result = protocol.Value
		}
		answer = c.frame(done, result)
		return nil
	})
	c.hub.options.Metrics.called(c.hub, method.name, outcome(err), time.Since(began))
	switch {
	case err != nil:
		c.failed(method, m.ID, err)
	case answer != nil:
		c.push(answer)
	}
}

func (c *Conn) admit(ctx context.Context, method *Method) error {
	if c.hub.options.Admit == nil {
		return nil
	}
	return c.hub.options.Admit(ctx, c, method.name)
}

// stream starts a stream.
func (c *Conn) stream(method *Method, m protocol.Message) {
	id := string(m.ID)
	ctx, cancel := context.WithCancel(c.ctx)
	var seq iter.Seq2[encode, error]
	err := c.guard(func() error {
		if err := c.admit(ctx, method); err != nil {
			return err
		}
		in := arguments{protocol: c.hub.options.Protocol, message: m}
		var err error
		seq, err = method.stream(ctx, c, &in)
		return err
	})
	c.hub.options.Metrics.called(c.hub, method.name, outcome(err), 0)
	if err != nil {
		cancel()
		c.failed(method, m.ID, err)
		return
	}
	c.mu.Lock()
	_, twice := c.streams[id]
	refused := m.ID == nil || twice || len(c.streams) >= maxStreams || c.phase != open
	if !refused {
		if c.streams == nil {
			c.streams = make(map[string]context.CancelFunc)
		}
		c.streams[id] = cancel
		c.workers.Add(1)
	}
	c.mu.Unlock()
	if refused {
		cancel()
		c.fail(m.ID, textBind(method.name))
		return
	}
	go func() {
		defer cancel()
		c.run(ctx, method, id, seq)
	}()
}

// run sends a stream.
func (c *Conn) run(ctx context.Context, method *Method, id string, seq iter.Seq2[encode, error]) {
	defer c.workers.Done()
	err := c.guard(func() error {
		for item, err := range seq {
			if err == nil {
				err = c.pushWhenRoom(ctx, c.frame(protocol.Message{Type: protocol.StreamItem, ID: []byte(id)}, item))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	canceled := ctx.Err() != nil
	c.cancel(id)
	switch {
	case err != nil && !canceled:
		c.failed(method, []byte(id), err)
	default: // a stream that was cancelled is complete
		c.answer(protocol.Message{Type: protocol.Completion, ID: []byte(id), Result: protocol.Void})
	}
}

// cancel ends a stream. One that is not there has just ended.
func (c *Conn) cancel(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end := c.streams[id]; end != nil {
		delete(c.streams, id)
		end()
	}
}

// failed answers a call that went wrong.
func (c *Conn) failed(method *Method, id []byte, err error) {
	if bind := (*bindError)(nil); errors.As(err, &bind) {
		c.fail(id, textBind(method.name))
		return
	}
	e := c.hub.options.Explain(err)
	c.logFailure(method.name, err, e == nil)
	c.fail(id, textFailed(method.name, e))
}

// logFailure logs an error. One that the client is not told is the server's affair.
func (c *Conn) logFailure(method string, err error, ours bool) {
	level := slog.LevelDebug
	if ours {
		level = slog.LevelWarn
	}
	c.hub.options.Log.LogAttrs(c.ctx, level, "a method of a hub failed", slog.String("hub", c.hub.options.Name),
		slog.String("method", method), slog.Int("user", int(c.user)), slog.Any("error", err))
}

func (c *Conn) fail(id []byte, text string) {
	c.answer(protocol.Message{Type: protocol.Completion, ID: id, Result: protocol.Failed, Error: text})
}

// answer sends a completion without a value, if one is wanted.
func (c *Conn) answer(m protocol.Message) {
	if m.ID != nil {
		c.push(c.frame(m, nil))
	}
}

func (c *Conn) frame(m protocol.Message, value encode) []byte {
	p := c.hub.options.Protocol
	b := p.Begin(make([]byte, 0, 64+len(m.Error)), m)
	if value != nil {
		b = value(b)
	}
	return p.End(b, m)
}

// panicked is the failure of a method that panicked. It has been logged.
type panicked struct{ reason any }

func (e *panicked) Error() string { return fmt.Sprintf("panic: %v", e.reason) }

// guard calls what is written elsewhere: a bug in a method costs its call, not the process.
func (c *Conn) guard(do func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = &panicked{reason}
			c.hub.options.Log.LogAttrs(c.ctx, slog.LevelError, "a method of a hub panicked",
				slog.String("hub", c.hub.options.Name), slog.Any("panic", reason), slog.String("stack", string(debug.Stack())))
		}
	}()
	return do()
}
