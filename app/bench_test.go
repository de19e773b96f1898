package app_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/osu/packets"
)

// BenchmarkIdlePoll measures what most of a bancho server's requests are, a poll of a client that has nothing to say: HTTP
// over keep-alive connections to a server in a process of its own. "bare" is the bound: a net/http handler that reads and
// writes the same bytes. Compare ns/op within one run:
//
//	go test ./app -run '^$' -bench IdlePoll -count 5
func BenchmarkIdlePoll(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		address := freeAddress(b)
		startAs(b, "bare", address)
		waitForListener(b, address)
		benchmarkPolls(b, address, make([]string, connections))
	})
	b.Run("single", func(b *testing.B) {
		address := freeAddress(b)
		settings := apptest.Settings(b.TempDir())
		settings["http.listen"] = address
		arguments := serveWith(settings)
		start(b, arguments...)
		waitForListener(b, address)
		benchmarkPolls(b, address, newSessions(b, address))
	})
	b.Run("three_processes", func(b *testing.B) {
		address := freeAddress(b)
		file := fleetFile(b, map[string][]string{
			"core":  but("bancho"),
			"logic": {"bancho"},
		}, address)
		start(b, "serve", "--config", file, "--as", "core")
		start(b, "serve", "--config", file, "--as", "logic")
		start(b, "serve", "--config", file)
		waitForListener(b, address)
		benchmarkPolls(b, address, newSessions(b, address))
	})
}

// newSessions logs players in, one for each connection, and drains what they are told first.
func newSessions(b *testing.B, address string) (tokens []string) {
	for i := range connections {
		c := apptest.Client(b, address, fmt.Sprintf("Poller %d", i))
		if err := c.Register(b.Context(), fmt.Sprintf("poller%d@example.com", i)); err != nil {
			b.Fatal(err)
		}
		if err := c.Login(b.Context()); err != nil {
			b.Fatal(err)
		}
		tokens = append(tokens, c.Token())
	}
	return tokens
}

// connections is how many polls are under way at a time: more than processors, as on a server.
const connections = 128

// benchmarkPolls sends b.N polls, over one connection for each token, and checks that each is answered with 200 and nothing.
func benchmarkPolls(b *testing.B, address string, tokens []string) {
	body := packets.Ping{}.Append(nil)
	requestOf := func(token string) []byte {
		return fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: osu!\r\nAccept-Encoding: gzip, deflate\r\n"+
			"osu-token: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)
	}
	poll := func(polls int64, check bool) {
		var left atomic.Int64
		left.Store(polls)
		errs := make(chan error, len(tokens))
		for _, token := range tokens {
			go func() { errs <- pollAll(address, requestOf(token), &left, check) }()
		}
		for range tokens {
			if err := <-errs; err != nil {
				b.Error(err)
			}
		}
	}
	poll(int64(20*len(tokens)), false) // what players are told first is read
	b.ResetTimer()
	poll(int64(b.N), true)
}

func pollAll(address string, request []byte, left *atomic.Int64, empty bool) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	answers := bufio.NewReader(conn)
	for left.Add(-1) >= 0 {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		length, err := readAnswer(answers)
		if err != nil {
			return err
		}
		if empty && length > 0 {
			return fmt.Errorf("the answer has %d bytes", length)
		}
	}
	return nil
}

// readAnswer reads one answer as cheaply as can be, so that what is measured is the server, and returns the length of its body.
func readAnswer(r *bufio.Reader) (length int, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if string(line) != "HTTP/1.1 200 OK\r\n" {
		return 0, fmt.Errorf("the answer is %q", line)
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) == 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	_, err = r.Discard(length)
	return length, err
}

// serveBare is the bound that polls are compared with.
func serveBare(address string) {
	err := http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		h := w.Header()
		h["cho-protocol"], h["Content-Type"], h["Connection"] = []string{"19"}, []string{"application/octet-stream"}, []string{"keep-alive"}
		w.WriteHeader(http.StatusOK)
	}))
	fmt.Fprintln(os.Stderr, err)
}

// BenchmarkConnections reports what an idle keep-alive connection costs a server, and in "bare" how much of it is net/http's:
//
//	go test ./app -run '^$' -bench Connections -benchtime 1x
func BenchmarkConnections(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		address := freeAddress(b)
		benchmarkConnections(b, address, startAs(b, "bare", address))
	})
	b.Run("single", func(b *testing.B) {
		address := freeAddress(b)
		settings := apptest.Settings(b.TempDir())
		settings["http.listen"] = address
		arguments := serveWith(settings)
		benchmarkConnections(b, address, start(b, arguments...))
	})
}

// benchmarkConnections opens connections, each of which has been used once.
func benchmarkConnections(b *testing.B, address string, server *process) {
	const open = 10_000
	waitForListener(b, address)
	body := packets.Ping{}.Append(nil)
	request := fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: osu!\r\nosu-token: nobody's\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	for range b.N {
		before := residentBytes(b, server)
		conns := make([]net.Conn, open)
		for i := range conns {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Fatal(err)
			}
			conns[i] = conn
			if _, err := conn.Write(request); err != nil {
				b.Fatal(err)
			}
			if _, err := readAnswer(bufio.NewReaderSize(conn, 512)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(residentBytes(b, server)-before)/open, "B/connection")
		for _, conn := range conns {
			_ = conn.Close()
		}
	}
}

// residentBytes returns the memory that a process has, as Linux tells.
func residentBytes(b *testing.B, p *process) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Skip(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	line, _, _ := strings.Cut(after, "kB")
	kib, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		b.Fatal(err)
	}
	return kib << 10
}
