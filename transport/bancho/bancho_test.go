package bancho_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	banchoModule "github.com/pure-peace/peace/modules/bancho"
	banchoLocal "github.com/pure-peace/peace/modules/bancho/local"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// request is what a client sends to the c host.
func request(method, target string, body []byte, header ...string) *http.Request {
	r := httptest.NewRequest(method, target, bytes.NewReader(body))
	r.Host = "c." + stacktest.Domain
	r.Header.Set("User-Agent", bancho.UserAgent)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func serve(s *stacktest.Stack, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return w
}

func loginBody(name, password string) []byte {
	sum := md5.Sum([]byte(password))
	return packets.AppendLogin(nil, packets.Login{
		Name: name, PasswordMD5: hex.EncodeToString(sum[:]), Version: client.DefaultVersion, Hashes: client.HashesOf(name),
	})
}

// TestBytes looks at whole answers as they are on the wire.
func TestBytes(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{})
	s.Register(t, "Ann")
	for _, tc := range []struct {
		name    string
		request *http.Request
		status  int
		body    string // hexadecimal
		header  map[string]string
	}{
		{
			"a failed login", request("POST", "/", loginBody("Ann", "wrong")), 200, "05000004000000ffffffff",
			map[string]string{"Cho-Token": "no", "Cho-Protocol": "19", "Content-Type": "application/octet-stream", "Connection": "keep-alive"},
		},
		{
			"an unknown token", request("POST", "/", []byte{4, 0, 0, 0, 0, 0, 0}, "osu-token", "forgotten"), 200, "5600000400000000000000",
			map[string]string{"Cho-Protocol": "19", "Content-Type": "application/octet-stream"},
		},
		{"no login", request("POST", "/", []byte("hello")), 400, hex.EncodeToString([]byte("This is not a login of osu!.\n")), nil},
		{"another agent", request("POST", "/", nil, "User-Agent", "osu!/20250815"), 403, hex.EncodeToString([]byte("Only osu! talks to this address.\n")), nil},
		{"another path", request("POST", "/login", nil), 404, hex.EncodeToString([]byte("There is nothing here.\n")), nil},
		{"another method", request("DELETE", "/", nil), 405, hex.EncodeToString([]byte("This address takes GET and POST.\n")), map[string]string{"Allow": "GET, HEAD, POST"}},
		{"a large login", request("POST", "/", make([]byte, banchoModule.MaxLogin+1)), 413, hex.EncodeToString([]byte("The request is too large.\n")), map[string]string{"Connection": "close"}},
		{"a large request", request("POST", "/", make([]byte, banchoModule.MaxRequest+1), "osu-token", "x"), 413, hex.EncodeToString([]byte("The request is too large.\n")), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := serve(s, tc.request)
			if got := hex.EncodeToString(w.Body.Bytes()); w.Code != tc.status || got != tc.body {
				t.Errorf("answer is %d %s (%q), want %d %s", w.Code, got, w.Body, tc.status, tc.body)
			}
			for name, want := range tc.header {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestChunkedBody(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{})
	r := request("POST", "/", make([]byte, banchoModule.MaxLogin+1))
	r.ContentLength, r.Body = -1, io.NopCloser(io.LimitReader(zeros{}, 1<<40))
	if w := serve(s, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status of a body without end is %d", w.Code)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestBrokenBody sends bodies that cannot be read to their end: that is the client's fault, and no cause for alarm.
func TestBrokenBody(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	for name, tail := range map[string]string{
		"no chunk":      "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
		"half a chunk":  "Transfer-Encoding: chunked\r\n\r\n8\r\nabc",
		"a negative":    "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
		"half the body": "Content-Length: 100\r\n\r\nabc",
	} {
		for _, token := range []string{"", "osu-token: guess\r\n"} {
			conn, err := net.Dial("tcp", s.Address)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: c."+stacktest.Domain+"\r\nUser-Agent: osu!\r\n"+token+tail)
			_ = conn.(*net.TCPConn).CloseWrite()
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			_ = conn.Close()
			if err != nil || answer.StatusCode != http.StatusBadRequest || !answer.Close {
				t.Errorf("%s, %q: answered %v, %v; want 400 and a closed connection", name, token, answer, err)
			}
		}
	}
}

func TestLogin(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Bancho: func(c *banchoLocal.Config) { c.Welcome = strings.Repeat("Welcome! ", 200) }})
	s.Register(t, "Ann")
	w := serve(s, request("POST", "/", loginBody("Ann", stacktest.Password("Ann"))))
	token := w.Header().Get("Cho-Token")
	if w.Code != http.StatusOK || len(token) < 26 || !strings.HasPrefix(hex.EncodeToString(w.Body.Bytes()), "4b00000400000013000000"+"05000004000000") {
		t.Fatalf("answer is %d, token %q, %x", w.Code, token, w.Body)
	}
	if w.Header().Get("Content-Encoding") != "" {
		t.Error("compressed for a client that did not ask")
	}

	w = serve(s, request("POST", "/", loginBody("Ann", stacktest.Password("Ann")), "Accept-Encoding", "gzip, deflate"))
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !bytes.Contains(body, []byte("Welcome!")) {
		t.Errorf("compressed answer is %x, %v", body, err)
	}
	for _, metric := range []string{"peace_bancho_logins_total"} {
		families, err := s.Metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range families {
			found = found || f.GetName() == metric
		}
		if !found {
			t.Errorf("metric %s is missing", metric)
		}
	}
}

func TestPage(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	s.Player(t, "Ann")
	w := serve(s, request("GET", "/", nil, "User-Agent", "Mozilla/5.0"))
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, "One player is online") || !strings.Contains(body, "-devserver "+stacktest.Domain) {
		t.Errorf("page is %d %s", w.Code, body)
	}
	if w := serve(s, request("HEAD", "/", nil)); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD is answered %d %q", w.Code, w.Body)
	}
}

func TestCountry(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{Proxies: []string{"192.0.2.1"}})
	u := s.Register(t, "Ann")
	none := ""
	if _, err := s.Users.Update(t.Context(), u.ID, u.ID, users.Change{Country: &none}); err != nil {
		t.Fatal(err)
	}
	r := request("POST", "/", loginBody("Ann", stacktest.Password("Ann")), "X-Forwarded-For", "203.0.113.9", "CF-IPCountry", "BR")
	r.RemoteAddr = "192.0.2.1:4711"
	serve(s, r)
	online, err := s.Sessions.Of(t.Context(), []int32{u.ID})
	if err != nil || len(online) != 1 || online[0].Location.Country != "BR" || online[0].Address.String() != "203.0.113.9" {
		t.Errorf("sessions are %+v, %v", online, err)
	}
}

// TestConversation plays two clients over a socket.
func TestConversation(t *testing.T) {
	s := stacktest.New(t, stacktest.Options{}).Serve(t)
	ann, bob := s.Player(t, "Ann"), s.Player(t, "Bob")
	ctx := t.Context()
	poll(t, ann, bob)
	ann.Say("#osu", "hello")
	poll(t, ann)
	if line, err := client.Await(ctx, bob, func(m packets.Message) bool { return m.Sender == "Ann" }); err != nil || line.Text != "hello" {
		t.Errorf("line is %+v, %v", line, err)
	}
	bob.Whisper("Ann", "psst")
	poll(t, bob)
	if line, err := client.Await(ctx, ann, func(m packets.Message) bool { return m.Target == "Ann" }); err != nil || line.Text != "psst" {
		t.Errorf("line is %+v, %v", line, err)
	}
	if _, ok := ann.Online()[bob.ID()]; !ok {
		t.Error("Ann does not know that Bob is online")
	}
	if joined := ann.Joined(); len(joined) == 0 || joined[0] == "" {
		t.Errorf("joined are %v", joined)
	}

	again := s.Again(t, "Ann")
	if err := again.Login(ctx); err != nil {
		t.Fatal(err)
	}
	var rejected *client.Rejected
	if _, err := ann.Poll(ctx); !errors.As(err, &rejected) || rejected.Code != packets.LoginFailed || len(rejected.Notices) == 0 {
		t.Errorf("the replaced client is told %v", err)
	}
	if _, err := ann.Poll(ctx); !errors.Is(err, client.ErrOffline) {
		t.Errorf("error is %v, want %v", err, client.ErrOffline)
	}
}

func poll(t *testing.T, clients ...*client.Client) {
	t.Helper()
	for _, c := range clients {
		if _, err := c.Poll(t.Context()); err != nil {
			t.Fatalf("%s: %v", c.Name(), err)
		}
	}
}

// outage is a state that can be cut off.
type outage struct {
	state.Service
	off atomic.Bool
}

var errGone = fault.New(fault.Unavailable, "state", "gone", "state cannot be reached")

func (o *outage) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	if o.off.Load() {
		return state.Mail{}, errGone
	}
	return o.Service.Drain(ctx, space, key, take)
}

func (o *outage) Apply(ctx context.Context, changes []state.Change) ([]state.Outcome, error) {
	if o.off.Load() {
		return nil, errGone
	}
	return o.Service.Apply(ctx, changes)
}

func (o *outage) Append(ctx context.Context, a state.Append) (int, error) {
	if o.off.Load() {
		return 0, errGone
	}
	return o.Service.Append(ctx, a)
}

// TestOutage cuts state off: clients keep polling with their tokens, and their sessions are there when it is back.
func TestOutage(t *testing.T) {
	var cut *outage
	s := stacktest.New(t, stacktest.Options{
		State: func(next state.Service) state.Service { cut = &outage{Service: next}; return cut },
		Log:   slog.New(slog.DiscardHandler),
	}).Serve(t)
	ann, bob, carl := s.Player(t, "Ann"), s.Player(t, "Bob"), s.Client(t, "Carl")
	poll(t, ann, bob, ann, bob)
	ann.Say("#osu", "before")
	poll(t, ann)

	cut.off.Store(true)
	for range 3 {
		if list, err := bob.Poll(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("without state a poll is answered %v, %v", list, err)
		}
	}
	ann.SetAway("nowhere")
	list, err := ann.Poll(t.Context())
	if err != nil || len(list) != 1 || list[0].PacketID() != packets.IDNotification {
		t.Errorf("without state going away is answered %v, %v; want an excuse", list, err)
	}
	var rejected *client.Rejected
	if err := carl.Login(t.Context()); !errors.As(err, &rejected) || rejected.Code != packets.LoginServerError {
		t.Errorf("without state a login is answered %v", err)
	}

	cut.off.Store(false)
	if _, err := client.Await(t.Context(), bob, func(m packets.Message) bool { return m.Text == "before" }); err != nil {
		t.Errorf("what waited is lost: %v", err)
	}
	if err := carl.Login(t.Context()); err != nil {
		t.Error(err)
	}
}

// broken is a bancho module that fails.
type broken struct{ err error }

func (b broken) Login(context.Context, banchoModule.Attempt) (banchoModule.Welcome, error) {
	return banchoModule.Welcome{}, b.err
}
func (b broken) Exchange(context.Context, string, []byte) ([]byte, error) { return nil, b.err }

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		err             error
		login, exchange int
	}{
		{errGone, 200, 200},
		{context.DeadlineExceeded, 200, 200},
		{errors.New("a bug"), 200, 200},
		{banchoModule.ErrMalformed, 400, 400},
		{banchoModule.ErrTooLarge, 413, 413},
		{banchoModule.ErrOverlap, 503, 503},
	} {
		var lines bytes.Buffer
		s := stacktest.New(t, stacktest.Options{
			Gateway: func(banchoModule.Service) banchoModule.Service { return broken{tc.err} },
			Log:     slog.New(slog.NewTextHandler(&lines, nil)),
		})
		w := serve(s, request("POST", "/", loginBody("Ann", "x")))
		if w.Code != tc.login || w.Header().Get("Cho-Token") == "" {
			t.Errorf("%v: a login is answered %d, token %q", tc.err, w.Code, w.Header().Get("Cho-Token"))
		}
		if w.Code == 200 && !bytes.Contains(w.Body.Bytes(), packets.LoginServerError.Append(nil)) {
			t.Errorf("%v: a login is answered %x", tc.err, w.Body)
		}
		w = serve(s, request("POST", "/", nil, "osu-token", "secret-token"))
		if w.Code != tc.exchange || w.Code == 200 && w.Body.Len() != 0 {
			t.Errorf("%v: an exchange is answered %d %x", tc.err, w.Code, w.Body)
		}
		if text := lines.String(); strings.Contains(text, "secret-token") || strings.Contains(text, "password") {
			t.Errorf("the log has secrets:\n%s", text)
		} else if strings.Count(text, "bancho request failed") > 1 {
			t.Errorf("the log is not thinned:\n%s", text)
		}
	}
}

// calls counts the calls between modules.
type calls struct {
	mu   sync.Mutex
	seen []string
}

func (c *calls) Start(ctx context.Context, service, method string) (context.Context, func(error)) {
	c.mu.Lock()
	c.seen = append(c.seen, service+"."+method)
	c.mu.Unlock()
	return ctx, func(error) {}
}

func (c *calls) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

var _ wire.Observer = (*calls)(nil)

// TestCalls counts what an idle poll and a login cost when every module is a process of its own.
func TestCalls(t *testing.T) {
	seen := new(calls)
	s := stacktest.New(t, stacktest.Options{Calls: seen}).Serve(t)
	ann := s.Client(t, "Ann")
	s.Player(t, "Bob")
	seen.take()
	if err := ann.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	login := seen.take()
	t.Logf("a login costs %d calls: %v", len(login), login)
	if len(login) > 8 {
		t.Errorf("a login costs %d calls: %v", len(login), login)
	}
	poll(t, ann, ann) // the second one acknowledges what the first one brought
	seen.take()
	poll(t, ann)
	if got := strings.Join(seen.take(), " "); got != "bancho.Exchange state.Queues.Drain" {
		t.Errorf("an idle poll costs %s", got)
	}
}
