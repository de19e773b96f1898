package client

import (
	"context"
	"iter"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Argument is an argument of a call.
type Argument func(b []byte) []byte

// Arg returns an argument that append encodes.
func Arg[T any](encode func(b []byte, v T) []byte, v T) Argument {
	return func(b []byte) []byte { return encode(b, v) }
}

// Encoded returns an argument that is encoded already.
func Encoded(data []byte) Argument {
	return func(b []byte) []byte { return append(b, data...) }
}

func encode(p protocol.Protocol, kind protocol.Type, id []byte, target string, args []Argument) []byte {
	m := protocol.Message{Type: kind, ID: id, Target: []byte(target), Count: len(args)}
	b := p.Begin(nil, m)
	for i, arg := range args {
		if i > 0 {
			b = p.Separate(b)
		}
		b = arg(b)
	}
	return p.End(b, m)
}

// Send calls a method, and hears nothing of what becomes of it.
func (c *Conn) Send(ctx context.Context, target string, args ...Argument) error {
	if err := c.Err(); err != nil {
		return err
	}
	return c.write(ctx, encode(c.options.Protocol, protocol.Invocation, nil, target, args))
}

// Invoke calls a method and waits until it is done. A failure on the server is a *CallError.
func (c *Conn) Invoke(ctx context.Context, target string, args ...Argument) error {
	_, err := c.invoke(ctx, target, args)
	return err
}

// Call is Invoke for a method with a result.
func Call[R any](ctx context.Context, c *Conn, target string, read func([]byte) (R, []byte, error), args ...Argument) (result R, err error) {
	m, err := c.invoke(ctx, target, args)
	if err != nil {
		return result, err
	}
	result, _, err = read(m.Body)
	return result, err
}

func (c *Conn) invoke(ctx context.Context, target string, args []Argument) (protocol.Message, error) {
	id, waiting, err := c.start(ctx, protocol.Invocation, target, args)
	if err != nil {
		return protocol.Message{}, err
	}
	select {
	case m, ok := <-waiting.answers:
		switch {
		case !ok:
			return protocol.Message{}, c.Err()
		case m.Result == protocol.Failed:
			return protocol.Message{}, &CallError{m.Error}
		}
		return m, nil
	case <-ctx.Done():
		c.forget(id)
		return protocol.Message{}, ctx.Err()
	}
}

// Stream calls a method with a stream of results, when it is ranged over, and cancels it when the loop breaks or ctx ends.
func Stream[R any](ctx context.Context, c *Conn, target string, read func([]byte) (R, []byte, error), args ...Argument) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var zero R
		id, waiting, err := c.start(ctx, protocol.StreamInvocation, target, args)
		if err != nil {
			yield(zero, err)
			return
		}
		cancel := func() {
			c.forget(id)
			m := protocol.Message{Type: protocol.CancelInvocation, ID: []byte(id)}
			_ = c.write(context.WithoutCancel(ctx), protocol.Whole(c.options.Protocol, m)) // else it is over anyway
		}
		for {
			select {
			case <-ctx.Done():
				cancel()
				yield(zero, ctx.Err())
				return
			case m, ok := <-waiting.answers:
				switch {
				case !ok:
					yield(zero, c.Err())
					return
				case m.Type == protocol.Completion:
					if m.Result == protocol.Failed {
						yield(zero, &CallError{m.Error})
					}
					return
				}
				item, _, err := read(m.Body)
				if !yield(item, err) || err != nil {
					cancel()
					return
				}
			}
		}
	}
}

// Handler is a method of the client, that the server calls. Handlers of a connection are called one after the other, by the goroutine
// that reads: one that waits for an answer of the server waits for ever.
type Handler struct {
	target string
	call   func(p protocol.Protocol, m protocol.Message) bool
}

// On adds a handler, or replaces the one of its name.
func (c *Conn) On(h Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handlers[h.target] = h
}

// On0 returns a handler without arguments.
func On0(target string, do func()) Handler {
	return Handler{target, func(p protocol.Protocol, m protocol.Message) bool {
		if m.Count != 0 {
			return false
		}
		do()
		return true
	}}
}

// On1 returns a handler with one argument.
func On1[A any](target string, a func([]byte) (A, []byte, error), do func(A)) Handler {
	return Handler{target, func(p protocol.Protocol, m protocol.Message) bool {
		va, rest, err := a(m.Body)
		if m.Count != 1 || err != nil || !ends(p, rest, m) {
			return false
		}
		do(va)
		return true
	}}
}

// On2 returns a handler with two arguments.
func On2[A, B any](target string, a func([]byte) (A, []byte, error), b func([]byte) (B, []byte, error), do func(A, B)) Handler {
	return Handler{target, func(p protocol.Protocol, m protocol.Message) bool {
		va, rest, err := a(m.Body)
		if m.Count != 2 || err != nil {
			return false
		}
		vb, rest, err := b(rest)
		if err != nil || !ends(p, rest, m) {
			return false
		}
		do(va, vb)
		return true
	}}
}

func ends(p protocol.Protocol, rest []byte, m protocol.Message) bool {
	_, err := p.Tail(rest, m)
	return err == nil
}
