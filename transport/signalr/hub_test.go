package signalr_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what should take no time at all.
const patience = time.Minute

// host is a server with a hub of many methods.
type host struct {
	hub      *signalr.Hub
	url      string
	client   *http.Client
	log      *bytes.Buffer
	ended    chan string // "user clean", of connections that ended
	seen     chan string // what methods were called with
	stop     context.CancelFunc
	finished chan struct{}
}

var (
	errNoToken = fault.New(fault.Unauthenticated, "test", "no_token", "this token is not valid")
	errNotHost = fault.New(fault.Forbidden, "test", "not_host", "you are not the host")
)

// users are who tokens belong to.
var users = map[string]int32{"one": 1, "two": 2, "three": 3}

func authenticate(r *http.Request, token string) (signalr.Identity, error) {
	id, ok := users[token]
	if !ok {
		return signalr.Identity{}, errNoToken
	}
	return signalr.Identity{UserID: id, Client: r.Header.Get("X-Client-Session-ID")}, nil
}

var (
	said = signalr.Event2(protocol.MessagePack, "Said", msgp.AppendInt32, msgp.AppendString)
	bye  = signalr.Event0(protocol.MessagePack, "Bye")
)

// serve starts a host. change may be nil.
func serve(t testing.TB, change func(*signalr.Config, *signalr.Options)) *host {
	t.Helper()
	h := &host{log: new(bytes.Buffer), ended: make(chan string, 64), seen: make(chan string, 64), finished: make(chan struct{})}
	config, options := signalr.DefaultConfig(), signalr.Options{
		Name: "test", Protocol: protocol.MessagePack, Authenticate: authenticate,
		Connected: func(_ context.Context, c *signalr.Conn) error {
			c.Join("all")
			return nil
		},
		Disconnected: func(_ context.Context, c *signalr.Conn, clean bool) {
			h.ended <- fmt.Sprint(c.Identity().UserID, " ", clean)
		},
		Farewell: bye.Of(),
		Log:      slog.New(slog.NewTextHandler(&locked{w: h.log}, nil)),
	}
	if change != nil {
		change(&config, &options)
	}
	hub, err := signalr.New(config, options, h.methods(options.Protocol)...)
	if err != nil {
		t.Fatal(err)
	}
	h.hub = hub
	server := httptest.NewServer(hub)
	h.url, h.client = server.URL+"/hub", server.Client()
	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	go func() {
		defer close(h.finished)
		if err := hub.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		stop()
		<-h.finished
		if err := hub.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return h
}

// locked is a writer for several goroutines.
type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (h *host) methods(p protocol.Protocol) []signalr.Method {
	if p == protocol.JSON {
		return []signalr.Method{
			signalr.Func2("Add", protocol.ReadJSON[int], protocol.ReadJSON[int], protocol.AppendJSON[int],
				func(_ context.Context, _ *signalr.Conn, a, b int) (int, error) { return a + b, nil }),
			signalr.Action1("Note", protocol.ReadJSON[string], func(_ context.Context, _ *signalr.Conn, text string) error {
				h.seen <- text
				return nil
			}),
			signalr.Stream1("Count", protocol.ReadJSON[int], protocol.AppendJSON[int], count),
		}
	}
	return []signalr.Method{
		signalr.Action0("Nothing", func(context.Context, *signalr.Conn) error { return nil }),
		signalr.Action1("Note", msgp.ReadStringBytes, func(_ context.Context, _ *signalr.Conn, text string) error {
			h.seen <- text
			return nil
		}),
		signalr.Action2("Say", msgp.ReadInt32Bytes, msgp.ReadStringBytes, func(_ context.Context, _ *signalr.Conn, n int32, text string) error {
			h.hub.Group("all").Send(said.Of(n, text))
			return nil
		}),
		signalr.Action3("Three", msgp.ReadInt32Bytes, msgp.ReadBoolBytes, msgp.ReadStringBytes,
			func(_ context.Context, _ *signalr.Conn, a int32, b bool, c string) error {
				h.seen <- fmt.Sprintln(a, b, c)
				return nil
			}),
		signalr.Func0("Who", msgp.AppendInt32, func(_ context.Context, c *signalr.Conn) (int32, error) { return c.Identity().UserID, nil }),
		signalr.Func1("Double", msgp.ReadIntBytes, msgp.AppendInt, func(_ context.Context, _ *signalr.Conn, n int) (int, error) { return 2 * n, nil }),
		signalr.Func2("Add", msgp.ReadIntBytes, msgp.ReadIntBytes, msgp.AppendInt,
			func(_ context.Context, _ *signalr.Conn, a, b int) (int, error) { return a + b, nil }),
		signalr.Action0("Refuse", func(context.Context, *signalr.Conn) error { return errNotHost }),
		signalr.Action0("Break", func(context.Context, *signalr.Conn) error { return errors.New("secret") }),
		signalr.Action0("Panic", func(context.Context, *signalr.Conn) error { panic("secret") }),
		signalr.Func0("Unwritable", func([]byte, int) []byte { panic("secret") }, func(context.Context, *signalr.Conn) (int, error) { return 0, nil }),
		signalr.Action0("Throw", func(context.Context, *signalr.Conn) error {
			return fmt.Errorf("wrapped: %w", &signalr.Exception{Type: "InvalidStateException", Message: "Not now."})
		}),
		signalr.Action0("Quit", func(_ context.Context, c *signalr.Conn) error {
			c.Close("enough", false)
			return nil
		}),
		signalr.Action1("Leave", msgp.ReadStringBytes, func(_ context.Context, c *signalr.Conn, group string) error {
			c.Leave(group)
			return nil
		}),
		signalr.Stream1("Count", msgp.ReadIntBytes, msgp.AppendInt, count),
		signalr.Stream0("Forever", msgp.AppendInt, func(ctx context.Context, _ *signalr.Conn) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				defer func() { h.seen <- "stopped" }()
				for i := 0; ctx.Err() == nil && yield(i, nil); i++ {
				}
			}
		}),
	}
}

// count streams the numbers up to n, and fails below 0.
func count(_ context.Context, _ *signalr.Conn, n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		if n < 0 {
			yield(0, errNotHost)
			return
		}
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}

func (h *host) options(token string) client.Options {
	return client.Options{URL: h.url, Protocol: protocol.MessagePack, Token: token, HTTP: h.client}
}

func (h *host) dial(t testing.TB, options client.Options) *client.Conn {
	t.Helper()
	c, err := client.Dial(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Cut)
	return c
}

func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// eventually waits for what becomes true soon, and of which nobody tells.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func TestCalls(t *testing.T) {
	h := serve(t, nil)
	c := h.dial(t, h.options("one"))
	ctx := t.Context()
	if err := c.Invoke(ctx, "Nothing"); err != nil {
		t.Error(err)
	}
	if err := c.Invoke(ctx, "nOTHING"); err != nil {
		t.Errorf("in another case: %v", err)
	}
	if who, err := client.Call(ctx, c, "Who", msgp.ReadInt32Bytes); err != nil || who != 1 {
		t.Errorf("Who: %d, %v", who, err)
	}
	if n, err := client.Call(ctx, c, "Double", msgp.ReadIntBytes, client.Arg(msgp.AppendInt, 21)); err != nil || n != 42 {
		t.Errorf("Double: %d, %v", n, err)
	}
	if n, err := client.Call(ctx, c, "Add", msgp.ReadIntBytes, client.Arg(msgp.AppendInt, 3), client.Arg(msgp.AppendInt, 4)); err != nil || n != 7 {
		t.Errorf("Add: %d, %v", n, err)
	}
	if err := c.Invoke(ctx, "Three", client.Arg(msgp.AppendInt32, 1), client.Arg(msgp.AppendBool, true), client.Arg(msgp.AppendString, "x")); err != nil {
		t.Error(err)
	}
	if got := receive(t, h.seen); got != "1 true x\n" {
		t.Errorf("Three was called with %q", got)
	}
	if err := c.Send(ctx, "Note", client.Arg(msgp.AppendString, "sent")); err != nil {
		t.Error(err)
	}
	if got := receive(t, h.seen); got != "sent" {
		t.Errorf("Note was called with %q", got)
	}
}

// The texts are those of dotnet/aspnetcore DefaultHubDispatcher.cs, and the connection stays after each.
func TestFailures(t *testing.T) {
	h := serve(t, nil)
	c := h.dial(t, h.options("one"))
	one := client.Arg(msgp.AppendInt, 1)
	for _, test := range []struct {
		target string
		args   []client.Argument
		want   string
	}{
		{"Refuse", nil, "An unexpected error occurred invoking 'Refuse' on the server. HubException: you are not the host"},
		{"Throw", nil, "An unexpected error occurred invoking 'Throw' on the server. InvalidStateException: Not now."},
		{"Break", nil, "An unexpected error occurred invoking 'Break' on the server."},
		{"Panic", nil, "An unexpected error occurred invoking 'Panic' on the server."},
		{"Unwritable", nil, "An unexpected error occurred invoking 'Unwritable' on the server."},
		{"Missing", nil, "Failed to invoke 'Missing' due to an error on the server. HubException: Method does not exist."},
		{"Missing", []client.Argument{one, one}, "Failed to invoke 'Missing' due to an error on the server. HubException: Method does not exist."},
		{"Double", nil, "Failed to invoke 'Double' due to an error on the server."},
		{"Double", []client.Argument{one, one}, "Failed to invoke 'Double' due to an error on the server."},
		{"Double", []client.Argument{client.Arg(msgp.AppendString, "1")}, "Failed to invoke 'Double' due to an error on the server."},
		{"Double", []client.Argument{client.Encoded(nil)}, "Failed to invoke 'Double' due to an error on the server."},
		{"Double", []client.Argument{client.Encoded([]byte{1, 2, 3})}, "Failed to invoke 'Double' due to an error on the server."},
		{"Count", []client.Argument{one}, "The client attempted to invoke the streaming 'Count' method with a non-streaming invocation."},
	} {
		err := c.Invoke(t.Context(), test.target, test.args...)
		if e := (*client.CallError)(nil); !errors.As(err, &e) || e.Text != test.want {
			t.Errorf("%s: %v, want %q", test.target, err, test.want)
		}
	}
	if err := c.Invoke(t.Context(), "Nothing"); err != nil {
		t.Fatal(err)
	}
	if log := h.log.String(); !strings.Contains(log, "secret") {
		t.Errorf("the failure was not logged: %q", log)
	}
}

func TestStreams(t *testing.T) {
	h := serve(t, nil)
	c := h.dial(t, h.options("one"))
	ctx := t.Context()
	var got []int
	for n, err := range client.Stream(ctx, c, "Count", msgp.ReadIntBytes, client.Arg(msgp.AppendInt, 3)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if fmt.Sprint(got) != "[0 1 2]" {
		t.Errorf("got %v", got)
	}
	for _, err := range client.Stream(ctx, c, "Count", msgp.ReadIntBytes, client.Arg(msgp.AppendInt, -1)) {
		if e := (*client.CallError)(nil); !errors.As(err, &e) || !strings.HasSuffix(e.Text, "HubException: you are not the host") {
			t.Errorf("a stream that fails: %v", err)
		}
	}
	for _, err := range client.Stream(ctx, c, "Nothing", msgp.ReadIntBytes) {
		want := "The client attempted to invoke the non-streaming 'Nothing' method with a streaming invocation."
		if e := (*client.CallError)(nil); !errors.As(err, &e) || e.Text != want {
			t.Errorf("no stream: %v", err)
		}
	}
	for n, err := range client.Stream(ctx, c, "Forever", msgp.ReadIntBytes) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 2 {
			break // which cancels it
		}
	}
	if got := receive(t, h.seen); got != "stopped" {
		t.Errorf("got %q", got)
	}
	if err := c.Invoke(ctx, "Nothing"); err != nil {
		t.Fatal(err)
	}
	// A connection that goes takes its streams with it.
	for range client.Stream(ctx, c, "Forever", msgp.ReadIntBytes) {
		c.Cut()
		break
	}
	if got := receive(t, h.seen); got != "stopped" {
		t.Errorf("got %q", got)
	}
}

func TestGroups(t *testing.T) {
	h := serve(t, nil)
	type line struct {
		n    int32
		text string
	}
	heard := make(chan line, 16)
	listener := func(token string) *client.Conn {
		options := h.options(token)
		options.Handlers = []client.Handler{client.On2("Said", msgp.ReadInt32Bytes, msgp.ReadStringBytes, func(n int32, text string) {
			heard <- line{n, text}
		})}
		c := h.dial(t, options)
		if err := c.Invoke(t.Context(), "Nothing"); err != nil { // it has joined
			t.Fatal(err)
		}
		return c
	}
	one, two := listener("one"), listener("two")
	if err := one.Invoke(t.Context(), "Say", client.Arg(msgp.AppendInt32, 7), client.Arg(msgp.AppendString, "hi")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := receive(t, heard); got != (line{7, "hi"}) {
			t.Errorf("heard %v", got)
		}
	}
	if n := h.hub.Group("all").Size(); n != 2 {
		t.Errorf("%d in the group", n)
	}
	if err := two.Invoke(t.Context(), "Leave", client.Arg(msgp.AppendString, "all")); err != nil {
		t.Fatal(err)
	}
	for _, c := range h.hub.Group("all").Connections() {
		h.hub.Group("all").SendExcept(c, said.Of(1, "nobody"))
	}
	h.hub.Send(said.Of(8, "everybody"))
	for range 2 {
		if got := receive(t, heard); got != (line{8, "everybody"}) {
			t.Errorf("heard %v", got)
		}
	}
	one.Close()
	if got := receive(t, h.ended); got != "1 true" {
		t.Errorf("ended: %q", got)
	}
	two.Cut()
	if got := receive(t, h.ended); got != "2 false" {
		t.Errorf("ended: %q", got)
	}
	eventually(t, "the group is empty", func() bool { return h.hub.Group("all").Size() == 0 })
}

func TestSendTo(t *testing.T) {
	h := serve(t, nil)
	three := signalr.Event3(protocol.MessagePack, "Three", msgp.AppendInt32, msgp.AppendBool, msgp.AppendString)
	mine, another, others := h.greet(t, "one"), h.greet(t, "one"), h.greet(t, "two")
	for _, r := range []*raw{mine, another, others} {
		r.send(call("1", "Nothing", 0, ""))
		r.gets(void("1"))
	}
	h.hub.SendTo(1, three.Of(5, true, "x"))
	h.hub.SendTo(3, three.Of(5, true, "x")) // who is not there
	h.hub.SendTo(1, signalr.Message{})      // which is none
	conns := h.hub.Of(1)
	if len(conns) != 2 || conns[0].ID() == conns[1].ID() || conns[0].Context().Err() != nil {
		t.Fatalf("%d connections", len(conns))
	}
	conns[0].LeaveAll()
	conns[0].LeaveAll()
	h.hub.Group("all").Send(three.Of(6, false, ""))
	want := "\x10\x96\x01\x80\xc0\xa5Three\x93\x05\xc3\xa1x\x90"
	all := "\x0f\x96\x01\x80\xc0\xa5Three\x93\x06\xc2\xa0\x90"
	mine.gets(want)
	another.gets(want + all)
	others.gets(all)
	if context := conns[0].Context(); h.hub.Close() != nil || context.Err() == nil {
		t.Error("the context of a connection outlives it")
	}
	mine.ends()
}

func TestServerCloses(t *testing.T) {
	h := serve(t, nil)
	c := h.dial(t, h.options("one"))
	if err := c.Invoke(t.Context(), "Quit"); err == nil {
		t.Log("the answer was faster than the end")
	}
	<-c.Done()
	if e := (*client.CloseError)(nil); !errors.As(c.Err(), &e) || *e != (client.CloseError{Text: "enough"}) {
		t.Errorf("ended by %v", c.Err())
	}
}

func TestDrain(t *testing.T) {
	h := serve(t, nil)
	farewell := make(chan struct{}, 1)
	options := h.options("one")
	options.Handlers = []client.Handler{client.On0("Bye", func() { farewell <- struct{}{} })}
	c := h.dial(t, options)
	if err := c.Invoke(t.Context(), "Nothing"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := h.hub.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	receive(t, farewell)
	<-c.Done()
	if e := (*client.CloseError)(nil); !errors.As(c.Err(), &e) || *e != (client.CloseError{Reconnect: true}) {
		t.Errorf("ended by %v", c.Err())
	}
	if got := receive(t, h.ended); got != "1 false" {
		t.Errorf("ended: %q", got)
	}
	for _, direct := range []bool{false, true} {
		options.Direct = direct
		_, err := client.Dial(t.Context(), options)
		if e := (*client.RefusedError)(nil); !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable {
			t.Errorf("after the drain: %v", err)
		}
	}
}

func TestJSON(t *testing.T) {
	h := serve(t, func(_ *signalr.Config, o *signalr.Options) {
		o.Protocol, o.Farewell = protocol.JSON, signalr.Message{}
	})
	options := h.options("one")
	options.Protocol = protocol.JSON
	c := h.dial(t, options)
	n, err := client.Call(t.Context(), c, "Add", protocol.ReadJSON[int], client.Arg(protocol.AppendJSON[int], 3), client.Arg(protocol.AppendJSON[int], 4))
	if err != nil || n != 7 {
		t.Errorf("Add: %d, %v", n, err)
	}
	var got []int
	for n, err := range client.Stream(t.Context(), c, "Count", protocol.ReadJSON[int], client.Arg(protocol.AppendJSON[int], 3)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if fmt.Sprint(got) != "[0 1 2]" {
		t.Errorf("got %v", got)
	}
	for _, args := range [][]client.Argument{
		nil,
		{client.Arg(protocol.AppendJSON[string], "x"), client.Arg(protocol.AppendJSON[int], 1)},
		{client.Arg(protocol.AppendJSON[int], 1), client.Arg(protocol.AppendJSON[int], 1), client.Arg(protocol.AppendJSON[int], 1)},
	} {
		err := c.Invoke(t.Context(), "Add", args...)
		if e := (*client.CallError)(nil); !errors.As(err, &e) || e.Text != "Failed to invoke 'Add' due to an error on the server." {
			t.Errorf("%d arguments: %v", len(args), err)
		}
	}
	// The other protocol is not spoken.
	options.Protocol = protocol.MessagePack
	_, err = client.Dial(t.Context(), options)
	if e := (*client.HandshakeError)(nil); !errors.As(err, &e) || e.Text != "The protocol 'messagepack' is not supported." {
		t.Errorf("MessagePack: %v", err)
	}
}
