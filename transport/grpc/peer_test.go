package peer_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/fault"
	peer "github.com/pure-peace/peace/transport/grpc"
	"github.com/pure-peace/peace/transport/grpc/internal/echo"
	"github.com/pure-peace/peace/transport/grpc/internal/echo/echopb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is an echo.Service made of functions; those that are nil echo.
type service struct {
	read, write func(ctx context.Context, text string) (string, error)
	count       func(ctx context.Context, n int32) iter.Seq2[int32, error]
}

func (s service) Read(ctx context.Context, text string) (string, error) {
	if s.read == nil {
		return text, nil
	}
	return s.read(ctx, text)
}

func (s service) Write(ctx context.Context, text string) (string, error) {
	if s.write == nil {
		return text, nil
	}
	return s.write(ctx, text)
}

func (s service) Count(ctx context.Context, n int32) iter.Seq2[int32, error] {
	if s.count != nil {
		return s.count(ctx, n)
	}
	return func(yield func(int32, error) bool) {
		for i := int32(0); i != n; i++ {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// logBuffer is a log that can be read while others write.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// socket returns the address of a unix socket that does not exist yet.
func socket(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "peace")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return "unix:" + filepath.Join(dir, "s")
}

// running is a server that is served.
type running struct {
	*peer.Server
	target string
	log    *logBuffer
	stop   func() // closes and waits; may be called more than once
}

// serve offers impl as config says, by default on a unix socket.
func serve(t testing.TB, impl echo.Service, change ...func(*peer.Config)) running {
	t.Helper()
	config := peer.DefaultConfig()
	for _, f := range change {
		f(&config)
	}
	if config.Listen == "" {
		config.Listen = socket(t)
	}
	log := &logBuffer{}
	server, err := peer.NewServer(t.Context(), config, peer.Deps{Log: slog.New(slog.NewTextHandler(log, nil)), Name: "far", Build: "2.0"})
	if err != nil {
		t.Fatal(err)
	}
	if impl != nil {
		echopb.Register(server, impl)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Run(context.Background()) }()
	stop := sync.OnceFunc(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	target := config.Listen
	if server.Addr().Network() == "tcp" {
		target = server.Addr().String()
	}
	return running{server, target, log, stop}
}

func dial(t testing.TB, target string, change ...func(*peer.DialConfig)) *peer.Conn {
	t.Helper()
	config := peer.DefaultDialConfig()
	config.Target, config.Timeout = target, 10*time.Second
	for _, f := range change {
		f(&config)
	}
	conn, err := peer.Dial(config, peer.DialDeps{Peer: "echo", Name: "near", Build: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// client returns a client of a server that runs, whose unary calls take the pipeline.
func client(t testing.TB, target string, change ...func(*peer.DialConfig)) echo.Service {
	t.Helper()
	conn := dial(t, target, change...)
	awaitPipeline(t, conn)
	return echopb.NewClient(conn)
}

func awaitPipeline(t testing.TB, conn *peer.Conn) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !conn.Piped(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the pipeline did not open")
		}
	}
}

func returns(err error) func(context.Context, string) (string, error) {
	return func(context.Context, string) (string, error) { return "", err }
}

func TestFaultsArriveAsTheyLeft(t *testing.T) {
	for kind := fault.Internal; kind <= fault.DeadlineExceeded; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			sentinel := fault.New(kind, "echo", "broken", "it broke – 壊れた")
			s := serve(t, service{
				write: returns(sentinel.With("field", "text")),
				count: func(context.Context, int32) iter.Seq2[int32, error] {
					return func(yield func(int32, error) bool) { yield(0, sentinel) }
				},
			})
			c := client(t, s.target)
			_, err := c.Write(t.Context(), "x")
			got := fault.As(err)
			if !errors.Is(err, sentinel) || got.Kind != kind || got.Message != sentinel.Message || got.Details["field"] != "text" {
				t.Errorf("unary: %#v", err)
			}
			if errors.Is(err, fault.New(kind, "echo", "other", "")) {
				t.Error("equal to a fault with another reason")
			}
			n := 0
			for _, err := range c.Count(t.Context(), 1) {
				if n++; !errors.Is(err, sentinel) {
					t.Errorf("stream: %v", err)
				}
			}
			if n != 1 {
				t.Errorf("the error of a stream was yielded %d times", n)
			}
		})
	}
}

func TestUnnamedErrorsAreMaskedAndLogged(t *testing.T) {
	named := fault.New(fault.Internal, "echo", "broken", "it broke")
	for name, err := range map[string]error{
		"plain": errors.New("secret path"), "wrapped": errors.Join(named, errors.New("secret path")),
		"anonymous": &fault.Error{Message: "secret path"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, service{write: returns(err)})
			_, got := client(t, s.target).Write(t.Context(), "x")
			if fault.KindOf(got) != fault.Internal || strings.Contains(got.Error(), "secret") {
				t.Errorf("the caller got %v", got)
			}
			if name == "wrapped" && !errors.Is(got, named) {
				t.Errorf("the named part was lost: %v", got)
			}
			if !strings.Contains(s.log.String(), "secret path") {
				t.Errorf("not logged: %q", s.log)
			}
		})
	}
}

func TestContextErrorsTravel(t *testing.T) {
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		s := serve(t, service{write: returns(want)})
		if _, err := client(t, s.target).Write(t.Context(), "x"); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	entered := make(chan struct{})
	s := serve(t, service{write: func(ctx context.Context, _ string) (string, error) {
		close(entered)
		<-ctx.Done()
		return "", ctx.Err()
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	if _, err := client(t, s.target).Write(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller's own cancellation: %v", err)
	}
}

func TestDeadlines(t *testing.T) {
	left := make(chan time.Duration, 1)
	s := serve(t, service{write: func(ctx context.Context, _ string) (string, error) {
		deadline, _ := ctx.Deadline()
		left <- time.Until(deadline)
		return "", nil
	}}, func(c *peer.Config) { c.MaxUnary = 5 * time.Minute })
	for _, test := range []struct{ caller, timeout, most, least time.Duration }{
		{0, 2 * time.Minute, 2 * time.Minute, time.Minute},              // the dialler's
		{time.Minute, 2 * time.Minute, time.Minute, 0},                  // the caller's
		{time.Hour, time.Hour, 5 * time.Minute, 4 * time.Minute},        // the server's
		{time.Hour, 2 * time.Minute, 2 * time.Minute, 61 * time.Second}, // the dialler's again
	} {
		c := client(t, s.target, func(c *peer.DialConfig) { c.Timeout = test.timeout })
		ctx := t.Context()
		if test.caller != 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, test.caller)
			t.Cleanup(cancel)
		}
		if _, err := c.Write(ctx, "x"); err != nil {
			t.Fatal(err)
		}
		if got := <-left; got > test.most || got < test.least {
			t.Errorf("%v allowed by the caller, %v by the dialler: %v left at the server", test.caller, test.timeout, got)
		}
	}
}

func TestOnlyHarmlessMethodsAreRetried(t *testing.T) {
	var reads, writes atomic.Int32
	busy := fault.New(fault.Unavailable, "echo", "busy", "busy")
	s := serve(t, service{
		read: func(_ context.Context, text string) (string, error) {
			if reads.Add(1) < 3 {
				return "", busy
			}
			return text, nil
		},
		write: func(context.Context, string) (string, error) {
			writes.Add(1)
			return "", busy
		},
	})
	c := client(t, s.target)
	if got, err := c.Read(t.Context(), "x"); got != "x" || err != nil || reads.Load() != 3 {
		t.Errorf("read: %q, %v after %d attempts", got, err, reads.Load())
	}
	if _, err := c.Write(t.Context(), "x"); !errors.Is(err, busy) || writes.Load() != 1 {
		t.Errorf("write: %v after %d attempts", err, writes.Load())
	}
	reads.Store(-1000)
	if _, err := c.Read(t.Context(), "x"); !errors.Is(err, busy) || reads.Load() != -997 {
		t.Errorf("read of a busy peer: %v after %d attempts", err, reads.Load()+1000)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	s := serve(t, service{read: func(context.Context, string) (string, error) { return strings.Repeat("x", 5<<20), nil }})
	big := client(t, s.target, func(c *peer.DialConfig) { c.MaxMessage = 8 << 20 })
	for name, call := range map[string]func() (string, error){
		"refused by the sender": func() (string, error) { return client(t, s.target).Write(t.Context(), strings.Repeat("x", 5<<20)) },
		"refused by the server": func() (string, error) { return big.Write(t.Context(), strings.Repeat("x", 5<<20)) },
		"too large an answer":   func() (string, error) { return big.Read(t.Context(), "x") },
	} {
		if _, err := call(); !errors.Is(err, peer.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPanicsEndTheCallOnly(t *testing.T) {
	s := serve(t, service{
		write: func(context.Context, string) (string, error) { panic("secret") },
		count: func(context.Context, int32) iter.Seq2[int32, error] { panic("secret") },
	})
	c := client(t, s.target)
	_, err := c.Write(t.Context(), "x")
	for _, streamed := range c.Count(t.Context(), 1) {
		err = errors.Join(err, streamed)
		if !errors.Is(streamed, peer.ErrInternal) {
			t.Errorf("stream: %v", streamed)
		}
	}
	if !errors.Is(err, peer.ErrInternal) || strings.Contains(err.Error(), "secret") {
		t.Errorf("the caller got %v", err)
	}
	if log := s.log.String(); strings.Count(log, "panic=secret") != 2 || !strings.Contains(log, "peer_test.go") {
		t.Errorf("log: %s", log)
	}
	if _, err := c.Read(t.Context(), "x"); err != nil {
		t.Errorf("after the panic: %v", err)
	}
}

func TestStreams(t *testing.T) {
	ended := make(chan error, 1)
	s := serve(t, service{count: func(ctx context.Context, n int32) iter.Seq2[int32, error] {
		return func(yield func(int32, error) bool) {
			for i := int32(0); i != n; i++ {
				if !yield(i, nil) {
					break
				}
			}
			if n < 0 {
				<-ctx.Done()
				ended <- ctx.Err()
			}
		}
	}})
	c := client(t, s.target)
	numbers := c.Count(t.Context(), 3)
	for range 2 { // a sequence can be ranged over again
		var sum int32
		for i, err := range numbers {
			if err != nil {
				t.Fatal(err)
			}
			sum += i
		}
		if sum != 3 {
			t.Errorf("sum %d", sum)
		}
	}
	for i, err := range c.Count(t.Context(), -1) {
		if err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			break
		}
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the service saw %v when the loop broke", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for i, err := range c.Count(ctx, -1) {
		if last = err; i == 2 {
			cancel()
		}
	}
	if <-ended; !errors.Is(last, context.Canceled) {
		t.Errorf("a cancelled stream ended with %v", last)
	}
}

func TestCheck(t *testing.T) {
	s := serve(t, service{})
	conn := dial(t, s.target)
	if err := conn.Check(t.Context(), echopb.EchoService_ServiceDesc.ServiceName); err != nil {
		t.Error(err)
	}
	err := conn.Check(t.Context(), "peace.echo.v2.EchoService")
	if !errors.Is(err, peer.ErrVersion) || !strings.Contains(err.Error(), "near 1.0") || !strings.Contains(err.Error(), "far 2.0") {
		t.Errorf("another version: %v", err)
	}
	if err := conn.Check(t.Context(), "peace.users.v1.UsersService"); !errors.Is(err, peer.ErrNotServed) {
		t.Errorf("another service: %v", err)
	}
	if _, err := client(t, serve(t, nil).target).Write(t.Context(), "x"); !errors.Is(err, peer.ErrNotServed) {
		t.Errorf("a call to a service that is not there: %v", err)
	}
}

func BenchmarkUnary(b *testing.B) {
	for name, s := range map[string]echo.Service{
		"local":    service{},
		"loopback": client(b, serve(b, service{}, func(c *peer.Config) { c.Listen = "127.0.0.1:0" }).target),
		"unix":     client(b, serve(b, service{}).target),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Write(b.Context(), "hello"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
