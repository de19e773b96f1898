package protocol_test

import (
	"bytes"
	"testing"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// What is read must be the same however it is cut, and must survive being written.
func fuzz(f *testing.F, p protocol.Protocol) {
	for _, g := range golden {
		f.Add(protocol.Whole(p, values(p, g.message)), 3)
	}
	f.Add([]byte("\x0a\x95\x01\x80\xc0\xa1\x6d\x92\x01\x02\x02\x91\x06"), 1)
	f.Add([]byte("{\"arguments\":[1,[2]],\"target\":\"m\",\"type\":1,\"streamIds\":[\"1\"]}\x1e{\"type\":6}\x1e"), 7)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		whole := read(p, data, len(data))
		if cut < 0 {
			cut = -(cut + 1)
		}
		for i, m := range read(p, data, 1+cut%64) {
			if i >= len(whole) || !bytes.Equal(m, whole[i]) {
				t.Fatalf("message %d depends on how it is cut: %q", i, m)
			}
		}
		for _, message := range whole {
			m, err := p.Parse(message)
			if err != nil {
				continue
			}
			_, _ = p.Tail(m.Body, m)
			if m.Type != protocol.Completion && m.Type != protocol.Close && m.Type != protocol.CancelInvocation {
				continue
			}
			again, rest, err := p.Split(protocol.Whole(p, m), 1<<20)
			if err != nil || len(rest) > 0 {
				t.Fatalf("%+v: %q, %v", m, rest, err)
			}
			second, err := p.Parse(again)
			if err != nil || second.Type != m.Type || !bytes.Equal(second.ID, m.ID) || second.Result != m.Result || !bytes.Equal(second.Body, m.Body) {
				t.Fatalf("%+v was written and read as %+v, %v", m, second, err)
			}
		}
	})
}

// read splits data that arrives in pieces.
func read(p protocol.Protocol, data []byte, piece int) (messages [][]byte) {
	const limit = 1 << 10
	var buffer []byte
	for len(data) > 0 {
		n := min(piece, len(data))
		buffer = append(buffer, data[:n]...)
		data = data[n:]
		for {
			message, rest, err := p.Split(buffer, limit)
			if err == protocol.ErrShort { //nolint:errorlint // it is this very error
				break
			}
			if err != nil {
				return messages
			}
			messages = append(messages, bytes.Clone(message))
			buffer = rest
		}
	}
	return messages
}

func FuzzMessagePack(f *testing.F) { fuzz(f, protocol.MessagePack) }

func FuzzJSON(f *testing.F) { fuzz(f, protocol.JSON) }

func FuzzHandshake(f *testing.F) {
	f.Add([]byte(`{"protocol":"messagepack","version":1}`))
	f.Add([]byte(`{"error":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, err := protocol.ParseHandshake(data); err == nil {
			frame := h.Frame()
			again, err := protocol.ParseHandshake(frame[:len(frame)-1])
			if err != nil || again.Version != h.Version {
				t.Fatalf("%+v, %v", again, err)
			}
		}
		_, _ = protocol.ParseWelcome(data)
	})
}
