package spectator_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr/client"
)

// watchersOfBench is how many watch one player.
const watchersOfBench = 1000

// reader takes what a server sends over a WebSocket, and counts bytes: as little work as there can be, for it is not what is measured.
type reader struct {
	conn  net.Conn
	take  chan int      // how many bytes to take
	taken chan struct{} // they have come
}

// subscribe connects to a WebSocket, says hello if there is something to say, and takes the answer.
func subscribe(b *testing.B, address, header, hello string, answers int) *reader {
	b.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n%s\r\n", "/", u.Host, header)
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		b.Fatal(response, err)
	}
	if hello != "" {
		if _, err := conn.Write([]byte(hello)); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := io.CopyN(io.Discard, in, int64(answers)); err != nil || in.Buffered() > 0 {
		b.Fatal(in.Buffered(), err)
	}
	r := &reader{conn: conn, take: make(chan int, 1), taken: make(chan struct{}, 1)}
	go func() {
		buffer := make([]byte, 4<<10)
		for n := range r.take {
			for n > 0 {
				got, err := conn.Read(buffer[:min(n, len(buffer))])
				if err != nil {
					return
				}
				n -= got
			}
			r.taken <- struct{}{}
		}
	}()
	b.Cleanup(func() { close(r.take) })
	return r
}

// masked is a binary message of a client, with a mask of zeros.
func masked(data string) string {
	return string([]byte{0x82, 0x80 | byte(len(data)), 0, 0, 0, 0}) + data
}

// round sends something and returns how long it takes to reach all.
func round(readers []*reader, size int, send func()) time.Duration {
	began := time.Now()
	for _, r := range readers {
		r.take <- size
	}
	send()
	for _, r := range readers {
		<-r.taken
	}
	return time.Since(began)
}

// BenchmarkFanout compares the way of a bundle from a player through the hub to 1,000 watchers with a loop that writes the same bytes
// into 1,000 WebSockets. They take turns, so that both have the same machine. The bound of the ratio is 0.7.
//
//	go test ./transport/lazer/spectator -run '^$' -bench Fanout -benchtime 300x
func BenchmarkFanout(b *testing.B) {
	frames := bundle(0)
	message := append([]byte("\x96\x01\x80\xc0\xaeUserSentFrames\x92\x01"), frames...)
	size := len(message) + 1 + 2 // the empty list of streams, the length
	size += 4                    // the header of the WebSocket's frame

	bare, sendBare := bareBroadcast(b, size-4)
	hub, sendHub := hubBroadcast(b, frames)
	var bareTook, hubTook time.Duration
	b.ReportAllocs()
	for b.Loop() {
		bareTook += round(bare, size, sendBare)
		hubTook += round(hub, size, sendHub)
	}
	messages := float64(b.N) * watchersOfBench
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(messages/bareTook.Seconds(), "bare-messages/s")
	b.ReportMetric(messages/hubTook.Seconds(), "hub-messages/s")
	b.ReportMetric(bareTook.Seconds()/hubTook.Seconds(), "ratio")
}

// bareBroadcast is what the hub is measured by.
func bareBroadcast(b *testing.B, size int) ([]*reader, func()) {
	accepted := make(chan *websocket.Conn, watchersOfBench)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		accepted <- c
		_, _, _ = c.Read(context.Background())
	}))
	b.Cleanup(server.Close)
	readers, conns := make([]*reader, watchersOfBench), make([]*websocket.Conn, watchersOfBench)
	for i := range readers {
		readers[i] = subscribe(b, server.URL, "", "", 0)
		conns[i] = <-accepted
	}
	b.Cleanup(func() {
		for _, c := range conns {
			_ = c.CloseNow()
		}
	})
	data := make([]byte, size)
	return readers, func() {
		for _, c := range conns {
			if err := c.Write(context.Background(), websocket.MessageBinary, data); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func hubBroadcast(b *testing.B, frames []byte) ([]*reader, func()) {
	w := newWorld(b, newModule(b), lazer.DefaultConfig())
	options, _ := w.options("1", "game 1")
	options.Handlers, options.Unhandled = nil, nil // nobody takes what they hear
	player, err := client.Dial(b.Context(), options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(player.Cut)
	readers := make([]*reader, watchersOfBench)
	watch := "\x96\x01\x80\xa1\x31\xb1StartWatchingUser\x91\x01\x90"
	greeting := masked("{\"protocol\":\"messagepack\",\"version\":1}\x1e") + masked(string(byte(len(watch)))+watch)
	answers := 2 + len("{}\x1e") + 2 + len("\x06\x94\x03\x80\xa1\x31\x02")
	for i := range readers {
		token := fmt.Sprint("watcher ", i)
		w.tokens.verified(token, int32(1000+i))
		readers[i] = subscribe(b, w.url, "Authorization: Bearer "+token+"\r\n", greeting, answers)
	}
	return readers, func() {
		err := player.Send(b.Context(), "SendFrameDataV2", token(77), client.Encoded(frames))
		if err != nil {
			b.Fatal(err)
		}
	}
}
