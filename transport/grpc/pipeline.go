package peer

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/status"

	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

const (
	// maxPiped is the largest request that takes the pipeline, where a larger one would hold up the others.
	maxPiped = 32 << 10
	// maxBatch is about how many bytes of calls or answers go into one message.
	maxBatch = 64 << 10
	// pipelinePause is the time between two attempts to open a pipeline over a connection that stands.
	pipelinePause = time.Second
)

// pipeline is the caller's end of PeerService.Pipeline: one stream that carries the unary calls of a Conn.
//
// An ordinary unary call is a stream of HTTP/2, with three headers and half a dozen switches between goroutines on either
// side. Here a call is an entry of a message: those that are made while the stream is busy go out together, and their answers
// come back together. Nothing else differs: deadlines, faults, authentication and retries are those of ordinary calls, which
// remain for everything that the pipeline does not take (streams, large requests, peers that do not offer it).
type pipeline struct {
	cc   *grpc.ClientConn
	wake chan struct{} // holds a token when the queue is not empty

	stop context.CancelFunc
	done chan struct{} // closed when nothing runs any more

	mu      sync.Mutex
	open    bool
	last    uint64
	waiting map[uint64]chan<- outcome // by the id of the call
	queue   []*peerpb.Call
}

// outcome is how a call ended.
type outcome struct {
	answer *peerpb.Answer // nil when the stream ended first
	begun  bool           // without an answer: whether the peer may have begun the call
}

// pipelined says whether calls to a target may share a stream: behind a name there may be several peers, among which calls
// are balanced.
func pipelined(target string) bool { return !strings.HasPrefix(target, "dns:") }

func newPipeline(cc *grpc.ClientConn) *pipeline {
	ctx, stop := context.WithCancel(context.Background())
	p := &pipeline{cc: cc, wake: make(chan struct{}, 1), stop: stop, done: make(chan struct{})}
	go p.run(ctx)
	return p
}

// close ends the pipeline and waits for it.
func (p *pipeline) close() {
	p.stop()
	<-p.done
}

// run keeps a stream open whenever the connection stands, until ctx ends or the peer turns out not to offer one.
func (p *pipeline) run(ctx context.Context) {
	defer close(p.done)
	for {
		for state := p.cc.GetState(); state != connectivity.Ready; state = p.cc.GetState() {
			if !p.cc.WaitForStateChange(ctx, state) {
				return
			}
		}
		err := p.serve(ctx)
		if code := status.Code(err); code == codes.Unimplemented || code == codes.Unauthenticated {
			return
		}
		select {
		case <-time.After(pipelinePause):
		case <-ctx.Done():
			return
		}
	}
}

// serve opens one stream and carries calls until it ends.
func (p *pipeline) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := peerpb.NewPeerServiceClient(p.cc).Pipeline(ctx)
	if err != nil {
		return err
	}
	// The headers say that the peer offers it, before any call depends on that.
	if _, err := stream.Header(); err != nil {
		return err
	}
	p.mu.Lock()
	p.open, p.last, p.waiting = true, 0, make(map[uint64]chan<- outcome)
	p.mu.Unlock()

	written := make(chan struct{})
	go func() {
		defer close(written)
		p.write(ctx, stream)
	}()
	for {
		var m *peerpb.PipelineResponse
		if m, err = stream.Recv(); err != nil {
			break
		}
		p.receive(m)
	}
	p.shut()
	cancel()
	<-written
	return err
}

// write sends what is queued, all there is at a time.
func (p *pipeline) write(ctx context.Context, stream grpc.BidiStreamingClient[peerpb.PipelineRequest, peerpb.PipelineResponse]) {
	for {
		select {
		case <-p.wake:
		case <-ctx.Done():
			return
		}
		// Whoever is about to make a call may come along.
		runtime.Gosched()
		p.mu.Lock()
		queue := p.queue
		p.queue = nil
		p.mu.Unlock()
		for len(queue) > 0 {
			n := batch(len(queue), func(i int) int { return len(queue[i].GetRequest()) + len(queue[i].GetMethod()) })
			if err := stream.Send(&peerpb.PipelineRequest{Calls: queue[:n]}); err != nil {
				return // the reader learns why
			}
			queue = queue[n:]
		}
	}
}

// batch returns how many of n things, at least one, fit into a message.
func batch(n int, size func(int) int) int {
	total := 0
	for i := range n {
		if total += size(i); total > maxBatch && i > 0 {
			return i
		}
	}
	return n
}

// receive hands answers to those who wait for them.
func (p *pipeline) receive(m *peerpb.PipelineResponse) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, answer := range m.GetAnswers() {
		if caller, ok := p.waiting[answer.GetId()]; ok {
			delete(p.waiting, answer.GetId())
			caller <- outcome{answer: answer}
		}
	}
	if m.GetClosing() {
		p.open, p.queue = false, nil
		for id, caller := range p.waiting {
			if id > m.GetLast() {
				delete(p.waiting, id)
				caller <- outcome{}
			}
		}
	}
}

// shut tells everybody who still waits that the stream has ended.
func (p *pipeline) shut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open, p.queue = false, nil
	for _, caller := range p.waiting {
		caller <- outcome{begun: true}
	}
	p.waiting = nil
}

// timers are kept, since each call needs one for a moment: a context with a deadline would cost several times as much.
var timers = sync.Pool{New: func() any { return time.NewTimer(time.Hour) }}

// call makes one call. It reports false when the pipeline is not open, and otherwise how the call ended, or the error of ctx
// or of a context with that deadline.
func (p *pipeline) call(ctx context.Context, deadline time.Time, method string, request []byte) (o outcome, open bool, err error) {
	left := time.Until(deadline)
	c := &peerpb.Call{Method: method, Request: request, TimeoutUs: uint64(max(left.Microseconds(), 1))}
	answer := make(chan outcome, 1)
	p.mu.Lock()
	if !p.open {
		p.mu.Unlock()
		return outcome{}, false, nil
	}
	p.last++
	c.Id = p.last
	p.waiting[c.Id] = answer
	p.enqueue(c)
	p.mu.Unlock()
	timer := timers.Get().(*time.Timer)
	timer.Reset(left)
	defer func() {
		timer.Stop()
		timers.Put(timer)
	}()
	select {
	case o = <-answer:
		return o, true, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = context.DeadlineExceeded
	}
	p.giveUp(c.Id)
	return outcome{}, true, err
}

// enqueue adds an entry to what is sent next. The lock is held.
func (p *pipeline) enqueue(c *peerpb.Call) {
	p.queue = append(p.queue, c)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// giveUp tells the peer that nobody waits for a call any more.
func (p *pipeline) giveUp(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, waits := p.waiting[id]; waits && p.open {
		p.enqueue(&peerpb.Call{Id: id})
	}
	delete(p.waiting, id)
}

// isOpen reports whether calls take the pipeline now.
func (p *pipeline) isOpen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open
}

// errStreamEnded says that a pipeline ended while a call was under way.
var errStreamEnded = errors.New("the connection was lost during the call")
