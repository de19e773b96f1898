package protocol_test

import (
	"testing"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// A message is split and parsed, or begun and ended. The bytes are those of an invocation with one argument.
func BenchmarkProtocol(b *testing.B) {
	m := golden[2].message
	for _, p := range []protocol.Protocol{protocol.MessagePack, protocol.JSON} {
		frame := protocol.Whole(p, values(p, m))
		b.Run(p.Name()+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				message, _, err := p.Split(frame, 1<<10)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := p.Parse(message); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(p.Name()+"/write", func(b *testing.B) {
			m := values(p, m)
			b.ReportAllocs()
			for b.Loop() {
				protocol.Whole(p, m)
			}
		})
	}
}
