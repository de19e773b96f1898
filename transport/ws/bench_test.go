package ws_test

import (
	"context"
	"sync"
	"testing"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/api/v2/talk/talktest"
)

// BenchmarkFanOut says something in #osu to 500 sockets, until all have read it: checks, a row, delivery, and both ends of every
// socket on this machine.
func BenchmarkFanOut(b *testing.B) {
	const members = 500
	w := talktest.New(b, talktest.Options{})
	c, err := w.Chat.Find(b.Context(), "#osu")
	if err != nil {
		b.Fatal(err)
	}
	u := w.Register(b, "listener")
	if _, err := w.Chat.Enter(b.Context(), u.ID, c.ID); err != nil {
		b.Fatal(err)
	}
	var heard sync.WaitGroup
	for i := range members {
		if i%8 == 0 && i > 0 { // a user has so many sockets
			u = w.Register(b, "listener"+string(rune('A'+i/8/26))+string(rune('A'+i/8%26)))
			if _, err := w.Chat.Enter(b.Context(), u.ID, c.ID); err != nil {
				b.Fatal(err)
			}
		}
		socket := w.Listen(b, w.Tokens.Issue(u.ID))
		socket.Await(b, "connection.ready")
		go func() {
			for {
				if _, _, err := socket.Read(context.WithoutCancel(b.Context())); err != nil {
					return
				}
				heard.Done()
			}
		}()
	}
	b.ReportAllocs()
	for b.Loop() {
		heard.Add(members)
		if _, err := w.Chat.Say(b.Context(), chat.Line{SenderID: users.BotID, Target: "#osu", Text: "hello everybody", Automatic: true}); err != nil {
			b.Fatal(err)
		}
		heard.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/members, "µs/socket")
}
