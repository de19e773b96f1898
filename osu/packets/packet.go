package packets

import (
	"encoding/binary"
	"math"
)

// Protocol is the version of the protocol that this package speaks.
const Protocol ProtocolVersion = 19

// Packet is a packet that can be written. Every packet type is one, and its pointer has a method
//
//	Decode(payload []byte) error
//
// that reads what Append writes after the header. Decode keeps no part of the payload.
type Packet interface {
	// PacketID returns the id under which the packet travels.
	PacketID() ID

	// Append appends the whole packet, header and payload, and returns the extended slice.
	Append(dst []byte) []byte
}

// headerSize is the length of what precedes every payload.
const headerSize = 7

// begin appends the header of a packet whose length is not known yet. Its second result is for finish.
func begin(dst []byte, id ID) ([]byte, int) {
	return appendHeader(dst, id, 0), len(dst)
}

// finish writes the length of the payload, which is everything after the header that begins at start.
func finish(dst []byte, start int) []byte {
	binary.LittleEndian.PutUint32(dst[start+3:], uint32(len(dst)-start-headerSize))
	return dst
}

func appendHeader(dst []byte, id ID, length int) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(id))
	return binary.LittleEndian.AppendUint32(append(dst, 0), uint32(length))
}

// Raw is a packet that is not decoded. Its payload belongs to whom it was read from: [Split] yields parts of the body.
type Raw struct {
	ID      ID
	Payload []byte
}

// PacketID returns p.ID.
func (p Raw) PacketID() ID { return p.ID }

// Append appends the payload under the id.
func (p Raw) Append(dst []byte) []byte {
	return append(appendHeader(dst, p.ID, len(p.Payload)), p.Payload...)
}

// Empty is the kind of the packets without a payload.
type Empty[T tag] struct{}

// PacketID returns the packet's id.
func (Empty[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (Empty[T]) Append(dst []byte) []byte { return appendHeader(dst, idOf[T](), 0) }

// Decode accepts every payload.
func (*Empty[T]) Decode([]byte) error { return nil }

// Int is the kind of the packets whose payload is one i32.
type Int[T tag] int32

// PacketID returns the packet's id.
func (Int[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p Int[T]) Append(dst []byte) []byte {
	return binary.LittleEndian.AppendUint32(appendHeader(dst, idOf[T](), 4), uint32(p))
}

// Decode reads the payload.
func (p *Int[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = Int[T](r.i32())
	return r.end(idOf[T]())
}

// Text is the kind of the packets whose payload is one string.
type Text[T tag] string

// PacketID returns the packet's id.
func (Text[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p Text[T]) Append(dst []byte) []byte {
	dst, start := begin(dst, idOf[T]())
	return finish(AppendString(dst, string(p)), start)
}

// Decode reads the payload.
func (p *Text[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = Text[T](r.str())
	return r.end(idOf[T]())
}

// IDs is the kind of the packets whose payload is a list of user ids. The list is counted in 16 bits: Append writes the first
// 65,535 ids of a longer one.
type IDs[T tag] []int32

// PacketID returns the packet's id.
func (IDs[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p IDs[T]) Append(dst []byte) []byte {
	p = p[:min(len(p), math.MaxUint16)]
	dst = appendHeader(dst, idOf[T](), 2+4*len(p))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(p)))
	for _, id := range p {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(id))
	}
	return dst
}

// Decode reads the payload into a new list, nil when it is empty.
func (p *IDs[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = r.ids(int(r.u16()))
	return r.end(idOf[T]())
}

// idOf is the id that belongs to a tag.
func idOf[T tag]() ID {
	var t T
	return t.id()
}
