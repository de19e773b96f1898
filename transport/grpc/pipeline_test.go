package peer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pure-peace/peace/modules/fault"
	peer "github.com/pure-peace/peace/transport/grpc"
	"github.com/pure-peace/peace/transport/grpc/internal/echo/echopb"
	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

// Calls that go one by one, because a name may stand for several peers, mean the same as those of a pipeline.
func TestOrdinaryCalls(t *testing.T) {
	missing := fault.New(fault.NotFound, "echo", "missing", "not there")
	s := serve(t, service{read: returns(missing.With("id", "7"))}, func(c *peer.Config) { c.Listen = "127.0.0.1:0" })
	conn := dial(t, "dns:///"+s.target)
	c := echopb.NewClient(conn)
	if got, err := c.Write(t.Context(), "x"); got != "x" || err != nil {
		t.Errorf("write: %q, %v", got, err)
	}
	if _, err := c.Read(t.Context(), "x"); !errors.Is(err, missing) || fault.As(err).Details["id"] != "7" {
		t.Errorf("read: %v", err)
	}
	if conn.Piped() {
		t.Error("calls to a name share one stream")
	}
}

// Many calls at a time, of every length and outcome, each get the answer that is theirs.
func TestManyCallsShareThePipeline(t *testing.T) {
	odd := fault.New(fault.Invalid, "echo", "odd", "odd")
	s := serve(t, service{write: func(ctx context.Context, text string) (string, error) {
		select {
		case <-time.After(rand.N(3 * time.Millisecond)):
		case <-ctx.Done():
			return "", ctx.Err()
		}
		if strings.HasSuffix(text, "1") {
			return "", odd.With("text", text)
		}
		return text, nil
	}}, func(c *peer.Config) { c.MaxStreams = 64 }) // fewer than there are callers
	c := client(t, s.target)
	var callers sync.WaitGroup
	for i := range 200 {
		callers.Go(func() {
			for j := range 20 {
				text := fmt.Sprintf("%s%d", strings.Repeat("x", rand.N(3000)), 100*i+j)
				got, err := c.Write(t.Context(), text)
				if strings.HasSuffix(text, "1") {
					if !errors.Is(err, odd) || fault.As(err).Details["text"] != text[:min(len(text), 512)] {
						t.Errorf("%.20q: %v", text, err)
					}
				} else if got != text || err != nil {
					t.Errorf("%.20q: %.20q, %v", text, got, err)
				}
			}
		})
	}
	callers.Wait()
}

func TestCallsThatAreGivenUpEnd(t *testing.T) {
	entered, ended := make(chan struct{}), make(chan error, 1)
	s := serve(t, service{write: func(ctx context.Context, _ string) (string, error) {
		close(entered)
		<-ctx.Done()
		ended <- ctx.Err()
		return "", ctx.Err()
	}})
	c := client(t, s.target)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	if _, err := c.Write(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller hears %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	if got, err := c.Read(t.Context(), "after"); got != "after" || err != nil {
		t.Errorf("the next call: %q, %v", got, err)
	}
}

// A reading call that is under way when the peer dies is made again; see TestPeerLostAndBack for one that writes.
func TestReadsSurviveALostPeer(t *testing.T) {
	entered := make(chan struct{})
	s := serve(t, service{read: func(ctx context.Context, _ string) (string, error) {
		close(entered)
		<-ctx.Done()
		return "", errors.New("never seen")
	}})
	c := client(t, s.target)
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := c.Read(t.Context(), "x")
		got <- answer{text, err}
	}()
	<-entered
	s.stop()
	serve(t, service{}, func(c *peer.Config) { c.Listen = s.target })
	if a := <-got; a.text != "x" || a.err != nil {
		t.Errorf("the call ended with %q, %v", a.text, a.err)
	}
}

// A drained peer answers what it has begun, and nothing that it has not is lost: the caller finds its successor.
func TestNothingIsLostWhenAPeerIsReplaced(t *testing.T) {
	var begun atomic.Int64
	impl := service{write: func(ctx context.Context, text string) (string, error) {
		begun.Add(1)
		return text, nil
	}}
	s := serve(t, impl)
	c := client(t, s.target)
	stop := make(chan struct{})
	var calls, failed atomic.Int64
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got, err := c.Write(t.Context(), "x"); err != nil || got != "x" {
					failed.Add(1)
					t.Errorf("%q, %v", got, err)
					return
				}
				calls.Add(1)
			}
		})
	}
	for range 3 {
		for before := calls.Load(); calls.Load() < before+100 && failed.Load() == 0; {
			time.Sleep(time.Millisecond)
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		s.stop()
		s = serve(t, impl, func(c *peer.Config) { c.Listen = s.target })
	}
	close(stop)
	callers.Wait()
	if calls.Load() != begun.Load() {
		t.Errorf("%d calls were begun for %d that were made", begun.Load(), calls.Load())
	}
}

// A caller that speaks nonsense through the pipeline harms nobody.
func TestHostilePipeline(t *testing.T) {
	s := serve(t, service{})
	conn, err := grpc.NewClient(s.target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	stream, err := peerpb.NewPeerServiceClient(conn).Pipeline(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const write = "/peace.echo.v1.EchoService/Write"
	calls := []*peerpb.Call{
		{Id: 0, Method: write},
		{Id: 1, Method: "nonsense"},
		{Id: 1, Method: write, Request: []byte{0xff, 0xff}},
		{Id: 1, Method: write, TimeoutUs: 1 << 63},
		{Id: 1<<64 - 1, Method: write, TimeoutUs: 1},
		{Id: 5, Method: strings.Repeat("/", 60_000)},
		{Id: 77}, {Id: 1}, {},
	}
	want := 6 // of them are calls
	if err := stream.Send(&peerpb.PipelineRequest{Calls: calls}); err != nil {
		t.Fatal(err)
	}
	for answers := 0; answers < want; {
		m, err := stream.Recv()
		if err != nil {
			t.Fatalf("after %d answers: %v", answers, err)
		}
		answers += len(m.GetAnswers())
	}
	if got, err := client(t, s.target).Write(t.Context(), "x"); got != "x" || err != nil {
		t.Errorf("somebody else hears %q, %v", got, err)
	}
	if strings.Contains(s.log.String(), "panic") {
		t.Error(s.log)
	}
}
