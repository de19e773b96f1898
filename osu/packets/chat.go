package packets

import "encoding/binary"

// MessageOf is the kind of the packets whose payload is a chat message.
//
//	sender string · text string · target string · sender id i32
type MessageOf[T tag] struct {
	Sender   string
	Text     string
	Target   string // a channel with its #, or the name of a user
	SenderID int32
}

// PacketID returns the packet's id.
func (MessageOf[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p MessageOf[T]) Append(dst []byte) []byte {
	dst, start := begin(dst, idOf[T]())
	dst = AppendString(dst, p.Sender)
	dst = AppendString(dst, p.Text)
	dst = AppendString(dst, p.Target)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(p.SenderID))
	return finish(dst, start)
}

// Decode reads the payload.
func (p *MessageOf[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = MessageOf[T]{Sender: r.str(), Text: r.str(), Target: r.str(), SenderID: r.i32()}
	return r.end(idOf[T]())
}

// ChannelOf is the kind of the packets whose payload is a channel.
//
//	name string · topic string · users u16
type ChannelOf[T tag] struct {
	Name  string // with its #
	Topic string
	Users uint16
}

// PacketID returns the packet's id.
func (ChannelOf[T]) PacketID() ID { return idOf[T]() }

// Append appends the packet.
func (p ChannelOf[T]) Append(dst []byte) []byte {
	dst, start := begin(dst, idOf[T]())
	dst = AppendString(dst, p.Name)
	dst = AppendString(dst, p.Topic)
	dst = binary.LittleEndian.AppendUint16(dst, p.Users)
	return finish(dst, start)
}

// Decode reads the payload.
func (p *ChannelOf[T]) Decode(payload []byte) error {
	r := reader{rest: payload}
	*p = ChannelOf[T]{Name: r.str(), Topic: r.str(), Users: r.u16()}
	return r.end(idOf[T]())
}
