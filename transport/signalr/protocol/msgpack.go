package protocol

import (
	"github.com/tinylib/msgp/msgp"
)

// MessagePack is the binary protocol: each message is an array behind its length.
var MessagePack Protocol = messagePack{}

type messagePack struct{}

// room is kept in front of a message for its length, which is known last.
const room = maxVarint

func (messagePack) Name() string { return "messagepack" }
func (messagePack) Text() bool   { return false }

func (messagePack) Split(b []byte, limit int) (message, rest []byte, err error) {
	length, n, err := varint(b)
	if err != nil {
		return nil, b, err
	}
	if length > uint64(limit) {
		return nil, b, ErrTooLong
	}
	if uint64(len(b)-n) < length {
		return nil, b, ErrShort
	}
	end := n + int(length)
	return b[n:end:end], b[end:], nil
}

func (messagePack) Parse(b []byte) (Message, error) {
	r := reader{b: b}
	size := r.array()
	m := Message{Type: Type(r.small())}
	if r.failed {
		return Message{}, ErrInvalid
	}
	var least int
	switch m.Type {
	case Invocation, StreamInvocation:
		least = 5
	case StreamItem, Completion:
		least = 4
	case CancelInvocation:
		least = 3
	case Close:
		least = 2
	default: // a ping has nothing, and nobody knows what else there will be
		return m, nil
	}
	if size < least {
		return Message{}, ErrInvalid
	}
	if m.Type == Close {
		m.Error = string(r.text())
		if size > 2 {
			m.Reconnect = r.bool()
		}
		return m, r.err()
	}
	r.headers()
	m.ID = r.text()
	switch m.Type {
	case Invocation, StreamInvocation:
		m.Target = r.text()
		m.Count = r.array()
		if size == 5 {
			r.b = append(r.b[:len(r.b):len(r.b)], 0x90) // so that Tail always finds the list of streams
		}
	case Completion:
		switch m.Result = Result(r.small()); m.Result {
		case Failed:
			m.Error = string(r.text())
		case Void:
		case Value:
			if size < 5 {
				return Message{}, ErrInvalid
			}
		default:
			return Message{}, ErrInvalid
		}
	}
	m.Body = r.b
	return m, r.err()
}

func (messagePack) Tail(rest []byte, m Message) (streams int, err error) {
	r := reader{b: rest}
	if m.Type == Invocation || m.Type == StreamInvocation {
		streams = r.array()
		for i := 0; i < streams && !r.failed; i++ {
			r.text()
		}
	}
	if r.failed || len(r.b) > 0 {
		return 0, ErrInvalid
	}
	return streams, nil
}

func (messagePack) Begin(b []byte, m Message) []byte {
	b = append(b, make([]byte, room)...)
	switch m.Type {
	case Invocation, StreamInvocation:
		b = append(b, 0x96, byte(m.Type), 0x80)
		b = appendID(b, m.ID)
		b = msgp.AppendStringFromBytes(b, m.Target)
		return msgp.AppendArrayHeader(b, uint32(m.Count))
	case StreamItem:
		b = append(b, 0x94, byte(m.Type), 0x80)
		return appendID(b, m.ID)
	case Completion:
		size := byte(0x95)
		if m.Result == Void {
			size = 0x94
		}
		b = append(b, size, byte(m.Type), 0x80)
		b = append(appendID(b, m.ID), byte(m.Result))
		if m.Result == Failed {
			b = msgp.AppendString(b, m.Error)
		}
		return b
	case CancelInvocation:
		return appendID(append(b, 0x93, byte(m.Type), 0x80), m.ID)
	case Close:
		b = append(b, 0x93, byte(m.Type))
		if m.Error == "" {
			b = msgp.AppendNil(b)
		} else {
			b = msgp.AppendString(b, m.Error)
		}
		return msgp.AppendBool(b, m.Reconnect)
	default:
		return append(b, 0x91, byte(m.Type))
	}
}

func (messagePack) Separate(b []byte) []byte { return b }

func (messagePack) End(b []byte, m Message) []byte {
	if m.Type == Invocation || m.Type == StreamInvocation {
		b = append(b, 0x90) // no streams
	}
	length := uint64(len(b) - room)
	start := room - varintSize(length)
	putVarint(b[start:room], length)
	return b[start:]
}

func appendID(b, id []byte) []byte {
	if id == nil {
		return msgp.AppendNil(b)
	}
	return msgp.AppendStringFromBytes(b, id)
}

// reader reads the elements of a message; it fails once and for all.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) err() error {
	if r.failed {
		return ErrInvalid
	}
	return nil
}

// take notes the outcome of one of msgp's Read functions.
func take[T any](r *reader, read func([]byte) (T, []byte, error)) (v T) {
	if r.failed {
		return v
	}
	v, rest, err := read(r.b)
	if err != nil {
		r.failed = true
		var zero T
		return zero
	}
	r.b = rest
	return v
}

// array reads the length of an array, which cannot be over the bytes that are left.
func (r *reader) array() int {
	n := take(r, msgp.ReadArrayHeaderBytes)
	if int64(n) > int64(len(r.b)) {
		r.failed = true
		return 0
	}
	return int(n)
}

func (r *reader) small() uint8 { return take(r, msgp.ReadUint8Bytes) }
func (r *reader) bool() bool   { return take(r, msgp.ReadBoolBytes) }

// text reads a string or nil.
func (r *reader) text() []byte {
	if !r.failed && len(r.b) > 0 && msgp.IsNil(r.b) {
		r.b = r.b[1:]
		return nil
	}
	return take(r, msgp.ReadStringZC)
}

// headers skips the headers of a message: a map of strings, or nil.
func (r *reader) headers() {
	if !r.failed && len(r.b) > 0 && msgp.IsNil(r.b) {
		r.b = r.b[1:]
		return
	}
	for n := take(r, msgp.ReadMapHeaderBytes); n > 0 && !r.failed; n-- {
		r.text()
		r.text()
	}
}
