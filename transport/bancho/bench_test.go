//go:build unix

package bancho_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/stacktest"
)

// BenchmarkIdlePoll compares an idle poll of a real session, through all of the handlers and over real connections, with a
// handler that reads and writes the same bytes and does nothing else. The budget is a ratio of 0.7 (DESIGN, section 12).
func BenchmarkIdlePoll(b *testing.B) {
	s := stacktest.New(b, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(b)
	const players = 16
	tokens := make([]string, players)
	for i := range tokens {
		c := s.Player(b, "player"+strconv.Itoa(i))
		tokens[i] = c.Token()
	}
	for range 3 { // what they tell each other at first
		for _, token := range tokens {
			if _, err := s.Bancho.Exchange(b.Context(), token, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	bare := stacktest.Serve(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h := w.Header()
		h["Content-Type"] = []string{"application/octet-stream"}
		h["Connection"] = []string{"keep-alive"}
		h["Cho-Protocol"] = []string{"19"}
		h["Content-Length"] = []string{"0"}
	}))
	b.Run("bare", func(b *testing.B) { pollAll(b, bare, tokens) })
	b.Run("peace", func(b *testing.B) { pollAll(b, s.Address, tokens) })
}

// pollAll polls in turn from one connection a token, with requests written by hand, so that the client costs little.
func pollAll(b *testing.B, address string, tokens []string) {
	b.ReportAllocs()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wait sync.WaitGroup
	for _, token := range tokens {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		ping := string(packets.Ping{}.Append(nil))
		poll := []byte("POST / HTTP/1.1\r\nHost: c." + stacktest.Domain + "\r\nUser-Agent: osu!\r\nosu-token: " + token +
			"\r\nosu-version: b20250815\r\nAccept-Encoding: gzip, deflate\r\nContent-Length: " + strconv.Itoa(len(ping)) + "\r\n\r\n" + ping)
		wait.Go(func() {
			r := bufio.NewReader(conn)
			for left.Add(-1) >= 0 {
				if _, err := conn.Write(poll); err != nil {
					b.Error(err)
					return
				}
				if err := readAnswer(r); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// readAnswer reads an answer without a body.
func readAnswer(r *bufio.Reader) error {
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case first && string(line) != "HTTP/1.1 200 OK\r\n":
			return fmt.Errorf("answer %q", line)
		case len(line) == 2:
			return nil
		case len(line) > 16 && strings.EqualFold(string(line[:16]), "Content-Length: ") && string(line[16:]) != "0\r\n":
			return fmt.Errorf("the poll was not idle: %q", line)
		}
	}
}

// BenchmarkExchange is the same poll without HTTP.
func BenchmarkExchange(b *testing.B) {
	s := stacktest.New(b, stacktest.Options{Log: slog.New(slog.DiscardHandler)}).Serve(b)
	token := s.Player(b, "Ann").Token()
	ping := packets.Ping{}.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Bancho.Exchange(b.Context(), token, ping); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLogin logs in while 10,000 others are online, whose outboxes get the news, with a password that was verified
// before. The budget is 5 ms of processor time (DESIGN, section 12).
func BenchmarkLogin(b *testing.B) {
	s := stacktest.New(b, stacktest.Options{
		Log:    slog.New(slog.DiscardHandler),
		Bancho: func(c *local.Config) { c.LoginRate, c.LoginBurst = 1e6, 1e6 }, // all are of one account
	})
	const others = 10_000
	s.Crowd(b, others)
	s.Register(b, "Ann")
	attempt := bancho.Attempt{Body: loginBody("Ann", stacktest.Password("Ann"))}
	runtime.GC()
	before := processorTime(b)
	b.ReportAllocs()
	for b.Loop() {
		welcome, err := s.Bancho.Login(b.Context(), attempt)
		if err != nil || len(welcome.Packets) < 4*others {
			b.Fatalf("%d bytes, %v", len(welcome.Packets), err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
