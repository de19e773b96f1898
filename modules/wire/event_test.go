package wire_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pure-peace/peace/modules/wire"
)

func TestPack(t *testing.T) {
	sent := &durationpb.Duration{Seconds: 7}
	got, err := wire.Unpack(wire.Pack(sent))
	if err != nil || !proto.Equal(got, sent) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestUnpackMalformed(t *testing.T) {
	unknown, err := proto.Marshal(&anypb.Any{TypeUrl: "type.googleapis.com/peace.future.v1.Event"})
	if err != nil {
		t.Fatal(err)
	}
	torn, err := proto.Marshal(&anypb.Any{TypeUrl: "type.googleapis.com/google.protobuf.Duration", Value: []byte("\xff")})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"nonsense": []byte("\xff\xff"), "nothing": nil, "unknown type": unknown, "torn": torn} {
		if m, err := wire.Unpack(data); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}
