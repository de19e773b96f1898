package http_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	peacehttp "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/http/certs"
	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/listen"
	"github.com/pure-peace/peace/transport/http/problem"
	"github.com/pure-peace/peace/transport/http/realip"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

type running struct {
	*peacehttp.Server
	t    *testing.T
	done chan error
	dir  string
}

// serve runs a server with h on a free port of loopback, and stops it at the end of the test.
func serve(t *testing.T, h http.Handler, edit func(*peacehttp.Config)) *running {
	t.Helper()
	cfg := peacehttp.DefaultConfig()
	cfg.HTTP.Listen, cfg.HTTPS.Listen = "127.0.0.1:0", "127.0.0.1:0"
	if edit != nil {
		edit(&cfg)
	}
	proxies, err := realip.New(realip.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source, err := certs.New(certs.DefaultConfig(), certs.Site{Dir: dir, Domains: []string{"localhost"}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	s, err := peacehttp.New(cfg, peacehttp.Deps{
		Handler: h, Proxies: proxies, Listeners: listen.New(), Certs: source, Log: quiet, Registry: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := &running{Server: s, t: t, done: make(chan error, 1), dir: dir}
	go func() { r.done <- s.Run(context.Background()) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-r.done; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	return r
}

func (r *running) dial() net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.Addr("http").String())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// exchange sends raw bytes and returns all that comes back until the server hangs up.
func (r *running) exchange(request string) string {
	r.t.Helper()
	conn := r.dial()
	go func() { _, _ = io.WriteString(conn, request) }()
	answer, _ := io.ReadAll(conn) // a reset ends it too
	return string(answer)
}

var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Host, r.URL.Path, body)
})

func TestRawRequests(t *testing.T) {
	router, err := hosts.New("localhost")
	if err != nil {
		t.Fatal(err)
	}
	if err := router.Handle([]string{"c", "osu"}, limit.Body(64)(echo)); err != nil {
		t.Fatal(err)
	}
	s := serve(t, router, nil)
	for _, tc := range []struct {
		name, request string
		want          []string
	}{
		{"HTTP/1.0", "GET /a HTTP/1.0\r\nHost: c.localhost\r\n\r\n", []string{"HTTP/1.0 200 OK", "c.localhost /a "}},
		{"HTTP/1.0 without a Host", "GET /a HTTP/1.0\r\n\r\n", []string{" 400 "}},
		{"HTTP/1.1 without a Host", "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", []string{" 400 "}},
		{"two Hosts", "GET /a HTTP/1.1\r\nHost: c.localhost\r\nHost: osu.localhost\r\n\r\n", []string{" 400 "}},
		{"absolute form", "GET http://osu.localhost/b HTTP/1.1\r\nHost: c.localhost\r\nConnection: close\r\n\r\n", []string{"osu.localhost /b "}},
		{"pipelined", "POST /1 HTTP/1.1\r\nHost: c.localhost\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: c.localhost\r\nConnection: close\r\n\r\n",
			[]string{"c.localhost /1 abc", "c.localhost /2 "}},
		{"unknown host", "GET / HTTP/1.1\r\nHost: x.localhost\r\nConnection: close\r\n\r\n", []string{" 404 "}},
		{"header too large", "GET / HTTP/1.1\r\nHost: c.localhost\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", []string{" 431 "}},
		{"body announced too large", "POST / HTTP/1.1\r\nHost: c.localhost\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000), []string{" 413 ", "Connection: close"}},
		{"chunks too large", "POST / HTTP/1.1\r\nHost: c.localhost\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n" + strings.Repeat("x", 65) + "\r\n0\r\n\r\n", []string{" 413 "}},
		{"length and chunks", "POST / HTTP/1.1\r\nHost: c.localhost\r\nContent-Length: 1\r\nTransfer-Encoding: smuggled\r\n\r\nx", []string{" 501 "}},
		{"no HTTP", "\x16\x03\x01garbage\r\n\r\n", []string{" 400 "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer := s.exchange(tc.request)
			for _, want := range tc.want {
				if !strings.Contains(answer, want) {
					t.Errorf("%q is not in the answer %q", want, answer)
				}
			}
		})
	}
}

// TestSlowClientsAreCut sends a byte now and then, as slowloris does: the time that counts is that of the whole header or
// body and not that between bytes. Without the limits these exchanges would not end.
func TestSlowClientsAreCut(t *testing.T) {
	reached := make(chan error, 2)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		reached <- err
		problem.WriteError(w, r, err)
	})
	trickle := func(t *testing.T, s *running, start string) string {
		conn := s.dial()
		if _, err := io.WriteString(conn, start); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					_, _ = io.WriteString(conn, "x")
				}
			}
		}()
		answer, _ := io.ReadAll(conn)
		return string(answer)
	}
	t.Run("header", func(t *testing.T) {
		s := serve(t, handler, func(c *peacehttp.Config) { c.HTTP.ReadHeaderTimeout = 50 * time.Millisecond })
		trickle(t, s, "GET / HTTP/1.1\r\nHost: c.localhost\r\nX: ")
		if len(reached) != 0 {
			t.Error("the handler was called")
		}
	})
	const slowBody = "POST / HTTP/1.1\r\nHost: c.localhost\r\nContent-Length: 100000\r\n\r\n"
	t.Run("body", func(t *testing.T) {
		s := serve(t, handler, func(c *peacehttp.Config) { c.HTTP.ReadTimeout = 50 * time.Millisecond })
		answer := trickle(t, s, slowBody)
		if err := <-reached; !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(answer, " 408 ") {
			t.Errorf("reading the body: %v, answer %q", err, answer)
		}
	})
	t.Run("body, by the route's own deadline", func(t *testing.T) {
		s := serve(t, limit.Transfer(50*time.Millisecond, time.Minute)(handler), nil)
		trickle(t, s, slowBody)
		if err := <-reached; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("reading the body: %v", err)
		}
	})
	t.Run("silence", func(t *testing.T) {
		s := serve(t, handler, func(c *peacehttp.Config) { c.HTTP.IdleTimeout = 50 * time.Millisecond })
		conn := s.dial()
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: c.localhost\r\n\r\n")
		if _, err := io.ReadAll(conn); err != nil {
			t.Errorf("the idle connection was not closed cleanly: %v", err)
		}
		<-reached
	})
}

func TestHTTPSSpeaksHTTP2AndTLS12(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }), nil)
	ca, err := os.ReadFile(filepath.Join(s.dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	for _, tc := range []struct {
		max  uint16
		h2   bool
		want string
	}{{0, true, "HTTP/2.0"}, {tls.VersionTLS12, false, "HTTP/1.1"}, {tls.VersionTLS11, false, ""}} {
		transport := &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: "c.localhost", MaxVersion: tc.max, MinVersion: tls.VersionTLS10},
			ForceAttemptHTTP2: tc.h2,
		}
		resp, err := (&http.Client{Transport: transport}).Get("https://" + s.Addr("https").String())
		var got []byte
		if err == nil {
			got, _ = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if string(got) != tc.want {
			t.Errorf("TLS up to %x: %q, %v; want %q", tc.max, got, err, tc.want)
		}
		transport.CloseIdleConnections()
	}
}

func TestDrainFinishesWhatIsUnderWay(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(entered)
			<-release
		}
		_, _ = io.WriteString(w, "done")
	}), func(c *peacehttp.Config) { c.HTTP.DrainLinger = time.Hour })
	const request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
	get := func(conn net.Conn, path string) { _, _ = fmt.Fprintf(conn, request, path) }
	read := func(conn net.Conn) *http.Response {
		t.Helper()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "done" {
			t.Fatalf("answered %q, %v", body, err)
		}
		_ = resp.Body.Close()
		return resp
	}
	idle, fresh, slow := s.dial(), s.dial(), s.dial()
	get(idle, "/")
	if read(idle).Close {
		t.Fatal("a connection is not kept alive")
	}
	get(slow, "/slow")
	<-entered

	drained := make(chan error, 1)
	go func() { drained <- s.Drain(context.Background()) }()
	for { // until the port is closed
		conn, err := net.Dial("tcp", s.Addr("http").String())
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	get(idle, "/")
	get(fresh, "/") // accepted before, and has sent nothing until now
	for name, conn := range map[string]net.Conn{"idle": idle, "fresh": fresh} {
		if resp := read(conn); !resp.Close {
			t.Errorf("the %s connection stays open after its answer", name)
		}
	}
	select {
	case err := <-drained:
		t.Fatalf("Drain left a request under way: %v", err)
	default:
	}
	close(release)
	read(slow)
	_ = slow.Close()
	if err := <-drained; err != nil {
		t.Errorf("Drain = %v", err)
	}
}

// TestTakeoverWithinOneProcess replaces a server by the next one on the same sockets: a client that connects in between is
// answered by the successor.
func TestTakeoverWithinOneProcess(t *testing.T) {
	listeners := listen.New()
	defer listeners.Close()
	cfg := peacehttp.DefaultConfig()
	cfg.HTTP.Listen, cfg.HTTPS.Listen = "127.0.0.1:0", ""
	proxies, err := realip.New(realip.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	start := func(generation string) (*peacehttp.Server, chan error) {
		t.Helper()
		s, err := peacehttp.New(cfg, peacehttp.Deps{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, generation) }),
			Proxies: proxies, Listeners: listeners, Log: quiet, Registry: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Listen(t.Context()); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- s.Run(context.Background()) }()
		return s, done
	}
	first, firstDone := start("first")
	address := first.Addr("http").String()
	if err := listeners.Hold(); err != nil {
		t.Skip(err)
	}
	if err := first.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-firstDone; err != nil {
		t.Fatal(err)
	}
	between, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("refused between two servers: %v", err)
	}
	defer between.Close()
	_, _ = io.WriteString(between, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	second, secondDone := start("second")
	if answer, err := io.ReadAll(between); err != nil || !strings.HasSuffix(string(answer), "second") {
		t.Errorf("answered %q, %v", answer, err)
	}
	if err := errors.Join(second.Drain(t.Context()), <-secondDone); err != nil {
		t.Error(err)
	}
}

func TestDrainCutsAtItsDeadline(t *testing.T) {
	entered := make(chan struct{})
	s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done() // what a cut connection does to its request
	}), nil)
	conn := s.dial()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Drain(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 connections were cut") {
		t.Errorf("Drain = %v", err)
	}
}

func TestListenNamesTheKey(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := peacehttp.DefaultConfig()
	cfg.HTTP.Listen, cfg.HTTPS.Listen = taken.Addr().String(), ""
	proxies, _ := realip.New(realip.DefaultConfig())
	s, err := peacehttp.New(cfg, peacehttp.Deps{Proxies: proxies, Listeners: listen.New(), Log: quiet, Registry: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "http.listen: ") {
		t.Errorf("Listen = %v, want an error about http.listen", err)
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for want, edit := range map[string]func(*peacehttp.Config){
		"http.listen":                      func(c *peacehttp.Config) { c.HTTP.Listen, c.HTTPS.Listen = "", "" },
		"https.listen":                     func(c *peacehttp.Config) { c.HTTPS.Listen = "8443" },
		"http.read_header_timeout":         func(c *peacehttp.Config) { c.HTTP.ReadHeaderTimeout = 0 },
		"http.request_timeout":             func(c *peacehttp.Config) { c.HTTP.RequestTimeout = -1 },
		"http.drain_linger":                func(c *peacehttp.Config) { c.HTTP.DrainLinger = -1 },
		"http.max_header_bytes":            func(c *peacehttp.Config) { c.HTTP.MaxHeaderBytes = 1 },
		"http.max_connections":             func(c *peacehttp.Config) { c.HTTP.MaxConnections = 0 },
		"http.max_connections_per_address": func(c *peacehttp.Config) { c.HTTP.MaxConnectionsPerAddress = 0 },
		"http.rate":                        func(c *peacehttp.Config) { c.HTTP.Rate = 0 },
		"http.rate_burst":                  func(c *peacehttp.Config) { c.HTTP.RateBurst = 0 },
	} {
		cfg := peacehttp.DefaultConfig()
		edit(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), want+":") {
			t.Errorf("Validate = %v, want an error about %s", err, want)
		}
	}
	if err := peacehttp.DefaultConfig().Validate(); err != nil {
		t.Errorf("the default is invalid: %v", err)
	}
}
