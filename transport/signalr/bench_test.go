package signalr_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// crowd is how many connections do nothing.
const crowd = 10_000

// crowdVariable tells a process of this test where its connections are to go. They need descriptors of their own.
const crowdVariable = "PEACE_TEST_CROWD"

// TestCrowd is the crowd of BenchmarkIdle, in a process that it starts.
func TestCrowd(t *testing.T) {
	address := os.Getenv(crowdVariable)
	if address == "" {
		t.Skip("part of BenchmarkIdle")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for range crowd {
		conn, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		if u.Scheme == "https" {
			conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // of the test itself
		}
		defer func() { _ = conn.Close() }() //nolint:revive // all of them, at the end
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer one\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n", u.Path, u.Host)
		in := bufio.NewReader(conn)
		response, err := http.ReadResponse(in, nil)
		if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
			t.Fatal(response, err)
		}
		if _, err := conn.Write(append([]byte{0x82, 0x80 | byte(len(hello)), 0, 0, 0, 0}, hello...)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, in, int64(2+len("{}\x1e"))); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark is done
}

// BenchmarkIdle holds 10,000 connections that do nothing, and reports what each of them costs the server: heap and stacks, after a
// collection. bare is what a handler costs that accepts a WebSocket and reads.
//
//	go test ./transport/signalr -run '^$' -bench Idle -benchtime 1x
func BenchmarkIdle(b *testing.B) {
	for _, secure := range []bool{false, true} {
		b.Run(map[bool]string{false: "hub", true: "hub with TLS"}[secure], func(b *testing.B) {
			h := serve(b, func(c *signalr.Config, o *signalr.Options) {
				c.KeepAlive, c.ClientTimeout = 5*time.Minute, 10*time.Minute // nobody answers
				var last atomic.Int32
				o.Authenticate = func(*http.Request, string) (signalr.Identity, error) { // each is somebody else
					return signalr.Identity{UserID: last.Add(1), Client: "01234567-89ab-cdef-0123-456789abcdef"}, nil
				}
				o.Disconnected = nil
			})
			if secure {
				server := httptest.NewTLSServer(h.hub)
				defer server.Close()
				h.url = server.URL + "/hub"
			}
			measure(b, h.url, func() int { return h.hub.Group("all").Size() }, h.hub.Count)
		})
	}
	b.Run("bare", func(b *testing.B) {
		var count atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			count.Add(1)
			defer count.Add(-1)
			_, _, _ = c.Read(context.Background())
			_ = c.Write(context.Background(), websocket.MessageBinary, []byte("{}\x1e"))
			_, _, _ = c.Read(context.Background())
		}))
		defer server.Close()
		size := func() int { return int(count.Load()) }
		measure(b, server.URL+"/", size, size)
	})
}

// measure connects a crowd. there says how many have arrived, left how many are there at all.
func measure(b *testing.B, address string, there, left func() int) {
	used := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		before, goroutines := used(), runtime.NumGoroutine()
		people := exec.CommandContext(b.Context(), self, "-test.run", "^TestCrowd$")
		people.Env = append(os.Environ(), crowdVariable+"="+address)
		leave, err := people.StdinPipe()
		if err == nil {
			err = people.Start()
		}
		if err != nil {
			b.Fatal(err)
		}
		for there() < crowd {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second) // what took the requests ends
		b.ReportMetric(float64(used()-before)/crowd, "B/connection")
		b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/crowd, "goroutines/connection")
		_ = leave.Close()
		_ = people.Wait()
		for left() > 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// BenchmarkCall is a call with an argument and a result, there and back over the loopback.
func BenchmarkCall(b *testing.B) {
	h := serve(b, nil)
	r := h.greet(b, "one")
	sent := call("1", "Double", 1, "\x15")
	answer := frame(protocol.Message{Type: protocol.Completion, ID: []byte("1"), Result: protocol.Value, Body: []byte{42}})
	b.ReportAllocs()
	for b.Loop() {
		r.send(sent)
		r.gets(answer)
	}
}

// BenchmarkCalls is the same, 64 calls at a time.
func BenchmarkCalls(b *testing.B) {
	h := serve(b, nil)
	r := h.greet(b, "one")
	const batch = 64
	sent := strings.Repeat(call("1", "Double", 1, "\x15"), batch)
	answer := strings.Repeat(frame(protocol.Message{Type: protocol.Completion, ID: []byte("1"), Result: protocol.Value, Body: []byte{42}}), batch)
	b.ReportAllocs()
	for b.Loop() {
		r.send(sent)
		r.gets(answer)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*batch), "ns/call")
}

// BenchmarkEvent makes a message with two arguments.
func BenchmarkEvent(b *testing.B) {
	event := signalr.Event2(protocol.MessagePack, "UserSentFrames", msgp.AppendInt32, signalr.AppendRaw)
	frames := make(signalr.Raw, 400)
	b.ReportAllocs()
	for b.Loop() {
		event.Of(1000, frames)
	}
}
