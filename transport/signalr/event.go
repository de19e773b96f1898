package signalr

import (
	"bytes"
	"sync"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Message is a call of a client's method, ready to be sent. It is immutable: one Message can go to any number of connections and
// groups, and its bytes are shared. The zero value is no message, and sending it does nothing.
type Message struct{ frame []byte }

// Size returns the bytes of the message as it is sent.
func (m Message) Size() int { return len(m.frame) }

// Event makes messages that call a client's method without arguments.
type Event struct{ head }

// Events with arguments.
type (
	// EventOf1 makes messages with one argument.
	EventOf1[A any] struct {
		head
		a Append[A]
	}
	// EventOf2 makes messages with two arguments.
	EventOf2[A, B any] struct {
		head
		a Append[A]
		b Append[B]
	}
	// EventOf3 makes messages with three arguments.
	EventOf3[A, B, C any] struct {
		head
		a Append[A]
		b Append[B]
		c Append[C]
	}
)

// Event0 returns the event that calls target of clients that speak p.
func Event0(p protocol.Protocol, target string) Event { return Event{newHead(p, target, 0)} }

// Event1 returns an event with one argument.
func Event1[A any](p protocol.Protocol, target string, a Append[A]) EventOf1[A] {
	return EventOf1[A]{newHead(p, target, 1), a}
}

// Event2 returns an event with two arguments.
func Event2[A, B any](p protocol.Protocol, target string, a Append[A], b Append[B]) EventOf2[A, B] {
	return EventOf2[A, B]{newHead(p, target, 2), a, b}
}

// Event3 returns an event with three arguments.
func Event3[A, B, C any](p protocol.Protocol, target string, a Append[A], b Append[B], c Append[C]) EventOf3[A, B, C] {
	return EventOf3[A, B, C]{newHead(p, target, 3), a, b, c}
}

// Of returns the message.
func (e Event) Of() Message {
	return e.make(func(b []byte) []byte { return b })
}

// Of returns the message with its argument.
func (e EventOf1[A]) Of(a A) Message {
	return e.make(func(b []byte) []byte { return e.a(b, a) })
}

// Of returns the message with its arguments.
func (e EventOf2[A, B]) Of(a A, b B) Message {
	return e.make(func(buffer []byte) []byte {
		return e.b(e.protocol.Separate(e.a(buffer, a)), b)
	})
}

// Of returns the message with its arguments.
func (e EventOf3[A, B, C]) Of(a A, b B, c C) Message {
	return e.make(func(buffer []byte) []byte {
		buffer = e.protocol.Separate(e.a(buffer, a))
		return e.c(e.protocol.Separate(e.b(buffer, b)), c)
	})
}

// Raw is a value that is encoded already.
type Raw []byte

// AppendRaw appends a value as it is.
func AppendRaw(b []byte, v Raw) []byte { return append(b, v...) }

// head is what all messages of an event begin with.
type head struct {
	protocol protocol.Protocol
	message  protocol.Message
}

func newHead(p protocol.Protocol, target string, count int) head {
	return head{p, protocol.Message{Type: protocol.Invocation, Target: []byte(target), Count: count}}
}

// scratch is where messages are put together: only then it is known how long they are.
var scratch = sync.Pool{New: func() any {
	b := make([]byte, 0, 1<<10)
	return &b
}}

// maxScratch bounds what is kept for the next message.
const maxScratch = 64 << 10

func (h head) make(arguments func(b []byte) []byte) Message {
	buffer := scratch.Get().(*[]byte)
	b := arguments(h.protocol.Begin((*buffer)[:0], h.message))
	m := Message{bytes.Clone(h.protocol.End(b, h.message))}
	if cap(b) <= maxScratch {
		*buffer = b
		scratch.Put(buffer)
	}
	return m
}
