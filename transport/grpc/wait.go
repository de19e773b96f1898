package peer

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
)

// maxWait bounds what a request can add to the time of its call.
const maxWait = time.Minute

// waitOf returns how long a request asks to be kept waiting: a field `google.protobuf.Duration wait`, by convention, says so
// and adds to the time a call may take. It is the request's own or that of a message in it, as in state's Drain.
func waitOf(req any) time.Duration {
	if r, ok := req.(waiter); ok {
		return allowed(r)
	}
	message, ok := req.(proto.Message)
	if !ok {
		return 0
	}
	m := message.ProtoReflect()
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Kind() != protoreflect.MessageKind || field.Cardinality() == protoreflect.Repeated || !m.Has(field) {
			continue
		}
		if r, ok := m.Get(field).Message().Interface().(waiter); ok {
			return allowed(r)
		}
	}
	return 0
}

type waiter interface{ GetWait() *durationpb.Duration }

func allowed(r waiter) time.Duration { return min(max(r.GetWait().AsDuration(), 0), maxWait) }
