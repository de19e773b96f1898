package client_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/tinylib/msgp/msgp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Minute

func options(server *httptest.Server) client.Options {
	return client.Options{URL: server.URL + "/hub", Protocol: protocol.MessagePack, HTTP: server.Client()}
}

func TestNegotiationFails(t *testing.T) {
	answer := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/hub/negotiate" || r.URL.RawQuery != "negotiateVersion=1" {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		if answer == "" {
			http.Error(w, "go away", http.StatusTeapot)
			return
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	_, err := client.Dial(t.Context(), options(server))
	if e := (*client.RefusedError)(nil); !errors.As(err, &e) || e.Status != http.StatusTeapot || !strings.Contains(e.Error(), "go away") {
		t.Errorf("a status: %v", err)
	}
	for _, answer = range []string{`{"error":"not you"}`, `nonsense`} {
		if _, err := client.Dial(t.Context(), options(server)); err == nil {
			t.Errorf("%s is taken for an answer", answer)
		}
	}
	wrong := options(server)
	wrong.URL = "http://[::1"
	if _, err := client.Dial(t.Context(), wrong); err == nil {
		t.Error("no URL is taken for one")
	}
}

// script is a server that says what a test wants, and hears nothing.
func script(t *testing.T, say ...string) client.Options {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		for _, text := range say {
			if ws.Write(r.Context(), websocket.MessageBinary, []byte(text)) != nil {
				return
			}
		}
		for {
			if _, _, err := ws.Read(r.Context()); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	o := options(server)
	o.Direct = true
	return o
}

func TestHandshakeFails(t *testing.T) {
	for _, said := range []string{"nonsense\x1e", "{\"error\":\"no\"}\x1e"} {
		_, err := client.Dial(t.Context(), script(t, said))
		if err == nil {
			t.Errorf("%q is taken for an answer", said)
		}
		if e := (*client.HandshakeError)(nil); strings.Contains(said, "error") && (!errors.As(err, &e) || e.Text != "no") {
			t.Errorf("%q: %v", said, err)
		}
	}
}

// Messages may come with the answer to the handshake, in pieces, and for nobody.
func TestReceives(t *testing.T) {
	frame := string(protocol.Whole(protocol.MessagePack, protocol.Message{Type: protocol.Invocation, Target: []byte("Called"), Count: 1, Body: []byte{7}}))
	other := string(protocol.Whole(protocol.MessagePack, protocol.Message{Type: protocol.Invocation, Target: []byte("Other"), Count: 1, Body: []byte{8}}))
	wrong := string(protocol.Whole(protocol.MessagePack, protocol.Message{Type: protocol.Invocation, Target: []byte("Called"), Count: 1, Body: []byte{0xc0}}))
	end := string(protocol.Whole(protocol.MessagePack, protocol.Message{Type: protocol.Close, Error: "over"}))
	o := script(t, "{}", "\x1e"+frame+frame[:4], frame[4:]+other+wrong, "\x02\x91\x06"+end)
	var numbers []int32
	var unhandled []string
	o.Handlers = []client.Handler{client.On1("Called", msgp.ReadInt32Bytes, func(n int32) { numbers = append(numbers, n) })}
	o.Unhandled = func(target string, _ []byte) { unhandled = append(unhandled, target) }
	c, err := client.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	if len(numbers) != 2 || numbers[0] != 7 || strings.Join(unhandled, " ") != "Other Called" {
		t.Errorf("heard %v and %v", numbers, unhandled)
	}
	if e := (*client.CloseError)(nil); !errors.As(c.Err(), &e) || e.Text != "over" || e.Reconnect {
		t.Errorf("ended by %v", c.Err())
	}
	if err := c.Invoke(t.Context(), "Anything"); !errors.As(err, new(*client.CloseError)) {
		t.Errorf("a call after the end: %v", err)
	}
	if err := c.Send(t.Context(), "Anything"); !errors.As(err, new(*client.CloseError)) {
		t.Errorf("a message after the end: %v", err)
	}
}

func TestServerSpeaksNonsense(t *testing.T) {
	for _, said := range []string{"\x00", "\xff\xff\xff\xff\xff\x01", "\x01\x05"} {
		c, err := client.Dial(t.Context(), script(t, "{}\x1e", said))
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-c.Done():
			if !errors.Is(c.Err(), protocol.ErrInvalid) {
				t.Errorf("%q: ended by %v", said, c.Err())
			}
		case <-time.After(patience):
			t.Errorf("%q: it stays", said)
		}
	}
}

func TestCallsThatHang(t *testing.T) {
	c, err := client.Dial(t.Context(), script(t, "{}\x1e"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		time.Sleep(10 * time.Millisecond) // either way the call ends, and by this
		cancel()
	}()
	if err := c.Invoke(ctx, "Anything"); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that is given up: %v", err)
	}
	for _, err := range client.Stream(ctx, c, "Anything", msgp.ReadIntBytes) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a stream that is given up: %v", err)
		}
	}
	hangs := make(chan error, 1)
	go func() { hangs <- c.Invoke(t.Context(), "Anything") }()
	time.Sleep(10 * time.Millisecond)
	c.Close()
	if err := <-hangs; !errors.Is(err, client.ErrClosed) {
		t.Errorf("a call that the end overtakes: %v", err)
	}
	c.Close() // again
	c.Cut()
}

// A handler that is added later is called as well.
func TestOn(t *testing.T) {
	echo := signalr.Event1(protocol.JSON, "Echo", protocol.AppendJSON[string])
	hub, err := signalr.New(signalr.DefaultConfig(), signalr.Options{
		Name: "test", Protocol: protocol.JSON, Log: slog.New(slog.DiscardHandler),
		Authenticate: func(*http.Request, string) (signalr.Identity, error) { return signalr.Identity{UserID: 1}, nil },
	}, signalr.Action1("Say", protocol.ReadJSON[string], func(_ context.Context, c *signalr.Conn, text string) error {
		c.Send(echo.Of(text))
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(hub)
	defer server.Close()
	defer func() { _ = hub.Close() }()
	o := options(server)
	o.Protocol = protocol.JSON
	c, err := client.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.ID() == "" {
		t.Error("it has no name")
	}
	heard := make(chan string, 1)
	c.On(client.On1("Echo", protocol.ReadJSON[string], func(text string) { heard <- text }))
	if err := c.Invoke(t.Context(), "Say", client.Arg(protocol.AppendJSON[string], "\"x\"\x1e, y")); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-heard:
		if got != "\"x\"\x1e, y" {
			t.Errorf("heard %q", got)
		}
	case <-time.After(patience):
		t.Error("heard nothing")
	}
}
