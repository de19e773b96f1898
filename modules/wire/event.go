package wire

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// Pack returns the form in which an event lies in a mailbox: the bytes of a google.protobuf.Any that holds m. Strings of m
// must be UTF-8, as the From functions make them; Pack panics when they are not, because no caller could mend it.
func Pack(m proto.Message) []byte {
	packed, err := anypb.New(m)
	if err != nil {
		panic("wire: pack " + string(m.ProtoReflect().Descriptor().FullName()) + ": " + err.Error())
	}
	data, err := proto.Marshal(packed)
	if err != nil {
		panic("wire: pack: " + err.Error())
	}
	return data
}

// Unpack reads what Pack wrote. It fails with ErrMalformed when data is no such thing, and when this program does not link
// the package of the event's type: an event of a newer module, which its reader skips.
func Unpack(data []byte) (proto.Message, error) {
	var packed anypb.Any
	if err := proto.Unmarshal(data, &packed); err != nil {
		return nil, ErrMalformed.WithMessage("an event does not parse")
	}
	m, err := packed.UnmarshalNew()
	if err != nil {
		return nil, ErrMalformed.WithMessage("an event of type " + packed.GetTypeUrl() + " cannot be read")
	}
	return m, nil
}
