package signalr_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

var quietLog = slog.New(slog.NewTextHandler(io.Discard, nil))

// pipes is a listener without a network, whose clock is that of the test.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	b := &buffered{Conn: there}
	b.change.L = &b.mu
	go b.pump()
	p.conns <- b
	return here, nil
}

// buffered is the server's end of a pipe. As with a network, what is written does not wait for its reader, up to a limit.
type buffered struct {
	net.Conn

	mu      sync.Mutex
	change  sync.Cond
	pending []byte
	closed  bool
}

const buffer = 8 << 10

func (b *buffered) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.pending) > buffer && !b.closed {
		b.change.Wait()
	}
	if b.closed {
		return 0, net.ErrClosed
	}
	b.pending = append(b.pending, p...)
	b.change.Broadcast()
	return len(p), nil
}

func (b *buffered) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.change.Broadcast()
	_ = b.SetReadDeadline(time.Unix(1, 0))
	return b.SetWriteDeadline(time.Now().Add(time.Second))
}

// pump writes what is pending, and closes the pipe behind it.
func (b *buffered) pump() {
	defer func() { _ = b.Conn.Close() }()
	for {
		b.mu.Lock()
		for len(b.pending) == 0 && !b.closed {
			b.change.Wait()
		}
		data := b.pending
		b.pending = nil
		b.change.Broadcast()
		b.mu.Unlock()
		if len(data) == 0 {
			return
		}
		if _, err := b.Conn.Write(data); err != nil {
			return
		}
	}
}

// bubble runs a test with a host on a clock of its own.
func bubble(t *testing.T, change func(*signalr.Config, *signalr.Options), test func(t *testing.T, h *host)) {
	synctest.Test(t, func(t *testing.T) {
		listener := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		h := &host{url: "http://hub", seen: make(chan string, 64), ended: make(chan string, 64)}
		h.client = &http.Client{Transport: &http.Transport{DialContext: listener.dial, DisableKeepAlives: true}}
		config, options := signalr.DefaultConfig(), signalr.Options{
			Name: "test", Protocol: protocol.MessagePack, Authenticate: authenticate, Log: quietLog,
			Connected: func(_ context.Context, c *signalr.Conn) error {
				c.Join("all")
				return nil
			},
			Disconnected: func(_ context.Context, _ *signalr.Conn, _ bool) { h.ended <- "" },
		}
		if change != nil {
			change(&config, &options)
		}
		var err error
		if h.hub, err = signalr.New(config, options, append(h.methods(protocol.MessagePack), slow(h))...); err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: h.hub, ReadHeaderTimeout: time.Minute}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = h.hub.Run(ctx) })
		running.Go(func() { _ = server.Serve(listener) })
		defer func() {
			_ = h.hub.Close()
			stop()
			_ = server.Close()
			running.Wait()
		}()
		test(t, h)
	})
}

// slow is a method that waits for the end of its time.
func slow(h *host) signalr.Method {
	return signalr.Action0("Slow", func(ctx context.Context, _ *signalr.Conn) error {
		<-ctx.Done()
		h.seen <- "slow"
		return ctx.Err()
	})
}

// near reports whether something happened when it was due. The hub looks every second.
func near(took, due time.Duration) bool { return took >= due && took <= due+2*time.Second }

func TestKeepAlive(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		began := time.Now()
		r := h.greet(t, "one")
		_, data, err := r.ws.Read(t.Context())
		if err != nil || string(data) != "\x02\x91\x06" || !near(time.Since(began), 15*time.Second) {
			t.Errorf("after %v: %x, %v", time.Since(began), data, err)
		}
		// A client that never says anything is gone after 30 seconds.
		for {
			_, data, err = r.ws.Read(t.Context())
			if err != nil || string(data) != "\x02\x91\x06" {
				break
			}
		}
		if string(data) != closed("", true) || !near(time.Since(began), 30*time.Second) {
			t.Errorf("after %v: %x, %v", time.Since(began), data, err)
		}
		if _, _, err := r.ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
			t.Errorf("ended by %v", err)
		}
	})
}

func TestIdleClientStays(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		c := h.dial(t, h.options("one"))
		select {
		case <-c.Done():
			t.Fatalf("ended by %v", c.Err())
		case <-time.After(10 * time.Minute):
		}
		if err := c.Invoke(t.Context(), "Nothing"); err != nil {
			t.Error(err)
		}
		c.Close()
	})
}

func TestHandshakeTimeout(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		for _, said := range []string{"", hello[:20]} {
			began := time.Now()
			r := h.open(t, "one")
			if said != "" {
				r.send(said)
			}
			if got, want := r.ends(), "{\"error\":\"Handshake was canceled.\"}\x1e"; got != want || !near(time.Since(began), 15*time.Second) {
				t.Errorf("after %v: %q", time.Since(began), got)
			}
		}
	})
}

// A message that never ends is no sign of life.
func TestDrip(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		r := h.greet(t, "one")
		began := time.Now()
		go func() {
			text := call("1", "Note", 1, string(msgp.AppendString(nil, strings.Repeat("x", 200))))
			for i := range len(text) {
				if r.ws.Write(t.Context(), websocket.MessageBinary, []byte(text[i:i+1])) != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		if got := r.ends(); !strings.HasSuffix(got, closed("", true)) || !near(time.Since(began), 30*time.Second) {
			t.Errorf("after %v: %q", time.Since(began), got)
		}
		synctest.Wait()
		time.Sleep(2 * time.Second)
	})
}

func TestSlowMethod(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		r := h.greet(t, "one")
		began := time.Now()
		r.send(call("1", "Slow", 0, ""))
		want := "An unexpected error occurred invoking 'Slow' on the server. HubException: The server cannot do this at the moment. Try again in a while."
		r.gets(failed("1", want))
		if !near(time.Since(began), 10*time.Second) {
			t.Errorf("after %v", time.Since(began))
		}
	})
}

// A call that is being done is answered before the drain closes its connection.
func TestDrainWaitsForCalls(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		r := h.greet(t, "one")
		r.send(call("1", "Slow", 0, ""))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		drained := make(chan time.Duration)
		began := time.Now()
		go func() {
			_ = h.hub.Drain(ctx)
			drained <- time.Since(began)
		}()
		r.send(call("2", "Nothing", 0, "")) // comes too late
		text := failed("1", "An unexpected error occurred invoking 'Slow' on the server. HubException: The server cannot do this at the moment. Try again in a while.")
		if got := r.ends(); got != text+closed("", true) {
			t.Errorf("got %q", got)
		}
		if took := <-drained; !near(took, 10*time.Second) {
			t.Errorf("took %v", took)
		}
	})
}

// A connection that is held is closed when it is released, or when there is hardly time left.
func TestDrainHolds(t *testing.T) {
	for release, due := range map[time.Duration]time.Duration{10 * time.Second: 10 * time.Second, time.Hour: 55 * time.Second} {
		bubble(t, nil, func(t *testing.T, h *host) {
			held, free := h.dial(t, h.options("one")), h.dial(t, h.options("two"))
			if err := errors.Join(held.Invoke(t.Context(), "Nothing"), free.Invoke(t.Context(), "Nothing")); err != nil {
				t.Fatal(err)
			}
			conn := h.hub.Of(1)[0]
			conn.Hold()
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			drained := make(chan struct{})
			go func() {
				defer close(drained)
				_ = h.hub.Drain(ctx)
			}()
			<-free.Done()
			if took := time.Since(began); took > 0 {
				t.Errorf("the other one ended after %v", took)
			}
			timer := time.AfterFunc(release, conn.Release)
			defer timer.Stop()
			time.Sleep(5 * time.Second)
			if err := held.Invoke(t.Context(), "Nothing"); err != nil {
				t.Errorf("while it is held: %v", err)
			}
			<-held.Done()
			if took := time.Since(began); took != due {
				t.Errorf("it ended after %v, want %v", took, due)
			}
			if e := (*client.CloseError)(nil); !errors.As(held.Err(), &e) || !e.Reconnect {
				t.Errorf("ended by %v", held.Err())
			}
			<-drained
		})
	}
}

// A client that does not let itself be closed does not hold up the drain.
func TestDrainCuts(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		h.greet(t, "one") // and does not read
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_ = h.hub.Drain(ctx)
		if took := time.Since(began); !near(took, 3*time.Second) {
			t.Errorf("took %v", took)
		}
		if n := h.hub.Count(); n != 0 {
			t.Errorf("%d connections are left", n)
		}
	})
}

func TestNegotiationExpires(t *testing.T) {
	bubble(t, nil, func(t *testing.T, h *host) {
		options := h.options("one")
		response := h.do(t, http.MethodPost, "/negotiate", "one")
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		id, _, _ := strings.Cut(string(body[strings.Index(string(body), `"connectionId":"`)+16:]), `"`)
		time.Sleep(31 * time.Second)
		options.Direct, options.URL = true, options.URL+"?id="+id
		_, err = client.Dial(t.Context(), options)
		if e := (*client.RefusedError)(nil); !errors.As(err, &e) || e.Status != http.StatusNotFound {
			t.Errorf("got %v", err)
		}
	})
}

// A client that does not read is closed, and costs the others nothing.
func TestSlowClient(t *testing.T) {
	limit := func(c *signalr.Config, _ *signalr.Options) { c.MaxQueue, c.MaxMessage = 64<<10, 32<<10 }
	bubble(t, limit, func(t *testing.T, h *host) {
		stuck := h.greet(t, "one")
		heard := 0
		options := h.options("two")
		options.Handlers = []client.Handler{client.On2("Said", msgp.ReadInt32Bytes, msgp.ReadStringBytes, func(int32, string) { heard++ })}
		c := h.dial(t, options)
		if err := c.Invoke(t.Context(), "Nothing"); err != nil {
			t.Fatal(err)
		}
		text := strings.Repeat("x", 4<<10)
		for range 100 {
			h.hub.Group("all").Send(said.Of(1, text))
			synctest.Wait()
		}
		if heard != 100 {
			t.Errorf("the other one heard %d", heard)
		}
		began := time.Now()
		<-h.ended
		if took := time.Since(began); took > 35*time.Second {
			t.Errorf("it ended after %v", took)
		}
		if got := stuck.ends(); strings.Contains(got, closed("", true)) {
			t.Errorf("got %q", got)
		}
		c.Close()
	})
	// When it reads again in time, it learns why, and may come back.
	bubble(t, limit, func(t *testing.T, h *host) {
		stuck := h.greet(t, "one")
		text := strings.Repeat("x", 4<<10)
		for range 100 {
			h.hub.Group("all").Send(said.Of(1, text))
			synctest.Wait()
		}
		if got := stuck.ends(); !strings.HasSuffix(got, closed("Connection closed: too much was waiting to be sent.", true)) {
			t.Errorf("got %d bytes, %q", len(got), got[max(0, len(got)-100):])
		}
	})
}

// Deliver waits for a client, and does not fill its queue.
func TestDeliver(t *testing.T) {
	limit := func(c *signalr.Config, _ *signalr.Options) { c.MaxQueue, c.MaxMessage = 64<<10, 32<<10 }
	bubble(t, limit, func(t *testing.T, h *host) {
		r := h.greet(t, "one")
		synctest.Wait()
		conn := h.hub.Of(1)[0]
		text := strings.Repeat("x", 4<<10)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		sent := 0
		for conn.Deliver(ctx, said.Of(1, text)) == nil {
			sent++
		}
		if sent < 7 || sent > 16 {
			t.Errorf("%d messages of 4 KiB went into half of 64 KiB", sent)
		}
		conn.Send(said.Of(2, text)) // there is room for those who cannot wait
		delivered := make(chan error)
		go func() {
			for range 100 {
				if err := conn.Deliver(t.Context(), said.Of(1, text)); err != nil {
					delivered <- err
					return
				}
			}
			delivered <- nil
		}()
		size := said.Of(1, text).Size()
		for got := 0; got < (sent+101)*size; {
			_, data, err := r.ws.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got += len(data)
		}
		if err := <-delivered; err != nil {
			t.Error(err)
		}
		conn.Close("", true)
		if err := conn.Deliver(t.Context(), said.Of(1, text)); !errors.Is(err, signalr.ErrGone) {
			t.Errorf("after the end: %v", err)
		}
		r.ends()
	})
}
