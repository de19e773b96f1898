package peer

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

// answerOverhead is what an answer costs in its message beside the response, with room to spare.
const answerOverhead = 64

// method is a unary method of a service that is offered.
type method struct {
	impl    any
	handler grpc.MethodHandler
}

// methodsOf returns the unary methods of a service by their full names.
func methodsOf(desc *grpc.ServiceDesc, impl any) map[string]method {
	methods := make(map[string]method, len(desc.Methods))
	for _, m := range desc.Methods {
		methods["/"+desc.ServiceName+"/"+m.MethodName] = method{impl, m.Handler}
	}
	return methods
}

// Pipeline implements the PeerService: the serving end of a stream of calls. Each call runs in a goroutine of its own, as if
// it had come alone, and goes through the same interceptor. When the server drains, no further call is begun, and the stream
// ends after the last answer.
func (s *Server) Pipeline(stream grpc.BidiStreamingServer[peerpb.PipelineRequest, peerpb.PipelineResponse]) error {
	if err := stream.SendHeader(metadata.MD{}); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(stream.Context())
	w := &pipelineWork{
		server: s, ctx: ctx, wake: make(chan struct{}, 1), jobs: make(chan *peerpb.Call),
		room: make(chan struct{}, s.maxStreams), running: map[uint64]context.CancelFunc{},
	}
	defer func() { // no call outlives the stream
		w.refuse()
		cancel()
		w.calls.Wait()
	}()
	ended := make(chan error, 1)
	go func() { ended <- w.read(stream) }()
	return w.write(stream, ended)
}

// pipelineWork is what one stream has under way.
type pipelineWork struct {
	server *Server
	ctx    context.Context
	wake   chan struct{}     // holds a token when there is something to send, or when the last call has ended
	jobs   chan *peerpb.Call // to a goroutine that has nothing to do
	room   chan struct{}     // holds a token for each call under way
	calls  sync.WaitGroup    // the same calls

	mu      sync.Mutex
	closing bool
	last    uint64 // the highest id that was begun
	running map[uint64]context.CancelFunc
	idle    int
	answers []*peerpb.Answer
}

// read begins the calls that arrive until the stream ends.
func (w *pipelineWork) read(stream grpc.BidiStreamingServer[peerpb.PipelineRequest, peerpb.PipelineResponse]) error {
	for {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		for _, call := range m.GetCalls() {
			if call.GetMethod() == "" {
				w.giveUp(call.GetId())
				continue
			}
			select {
			case w.room <- struct{}{}: // a caller that wants more at a time has to wait
			case <-w.ctx.Done():
				return w.ctx.Err()
			}
			if !w.begin(call) {
				<-w.room
			}
		}
	}
}

// begin hands a call to a goroutine, unless the server drains.
func (w *pipelineWork) begin(call *peerpb.Call) bool {
	w.mu.Lock()
	if w.closing {
		w.mu.Unlock()
		return false
	}
	w.calls.Add(1)
	w.last = max(w.last, call.GetId())
	w.running[call.GetId()] = func() {}
	w.mu.Unlock()
	select {
	case w.jobs <- call:
	default:
		go w.labour(call)
	}
	return true
}

// labour runs one call, and then others as they come, since a goroutine that has grown its stack is worth keeping.
func (w *pipelineWork) labour(call *peerpb.Call) {
	for {
		w.finish(call.GetId(), w.perform(call))
		<-w.room
		w.calls.Done()
		w.mu.Lock()
		stay := w.idle < streamWorkers
		if stay {
			w.idle++
		}
		w.mu.Unlock()
		if !stay {
			return
		}
		select {
		case call = <-w.jobs:
		case <-w.ctx.Done():
			return
		}
		w.mu.Lock()
		w.idle--
		w.mu.Unlock()
	}
}

// perform runs a call and returns its answer.
func (w *pipelineWork) perform(call *peerpb.Call) *peerpb.Answer {
	response, err := w.invoke(call)
	answer := &peerpb.Answer{Id: call.GetId()}
	if err == nil {
		answer.Response, err = proto.Marshal(response)
		if limit := w.server.maxMessage - answerOverhead; err == nil && len(answer.Response) > limit {
			err = status.Errorf(codes.ResourceExhausted, "the answer has %d bytes, at most %d can be sent", len(answer.Response), limit)
		}
	}
	if err != nil {
		answer.Response = nil
		// Nothing but numbers and valid text is in a status, which therefore marshals.
		answer.Status, _ = proto.Marshal(status.Convert(err).Proto())
	}
	return answer
}

// invoke calls the method as the gRPC server would.
func (w *pipelineWork) invoke(call *peerpb.Call) (response proto.Message, err error) {
	// A call without a deadline gets that of the interceptor.
	timeout := w.server.maxUnary + maxWait
	if t := call.GetTimeoutUs(); t > 0 {
		timeout = time.Duration(min(t, uint64(timeout/time.Microsecond))) * time.Microsecond
	}
	ctx, cancel := context.WithTimeout(w.ctx, timeout)
	defer cancel()
	if !w.watch(call.GetId(), cancel) {
		return nil, status.Error(codes.Canceled, "the caller has given the call up")
	}
	defer func() {
		// The interceptor catches what a handler does; this is for what is around it.
		if panicked := recover(); panicked != nil {
			w.server.log.LogAttrs(ctx, slog.LevelError, "a call panicked", slog.String("method", call.GetMethod()),
				slog.String("panic", fmt.Sprint(panicked)), slog.String("stack", string(debug.Stack())))
			err = faultStatus(ErrInternal).Err()
		}
	}()
	m, ok := w.server.methods[call.GetMethod()]
	if !ok {
		return nil, status.Errorf(codes.Unimplemented, "unknown method %s", clip(call.GetMethod()))
	}
	out, err := m.handler(m.impl, ctx, func(request any) error {
		if err := proto.Unmarshal(call.GetRequest(), request.(proto.Message)); err != nil {
			return status.Error(codes.Internal, "the request cannot be read")
		}
		return nil
	}, w.server.unary)
	if err != nil {
		return nil, err
	}
	return out.(proto.Message), nil
}

// watch lets giveUp end the call. It reports false when that has happened already.
func (w *pipelineWork) watch(id uint64, cancel context.CancelFunc) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, wanted := w.running[id]; !wanted {
		return false
	}
	w.running[id] = cancel
	return true
}

// giveUp ends a call that nobody waits for.
func (w *pipelineWork) giveUp(id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if cancel, runs := w.running[id]; runs {
		cancel()
		delete(w.running, id)
	}
}

// finish queues the answer of a call.
func (w *pipelineWork) finish(id uint64, answer *peerpb.Answer) {
	w.mu.Lock()
	delete(w.running, id)
	w.answers = append(w.answers, answer)
	w.mu.Unlock()
	w.ring()
}

func (w *pipelineWork) ring() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// write sends answers until the caller ends the stream, or until the server drains and all that was begun is answered.
func (w *pipelineWork) write(stream grpc.BidiStreamingServer[peerpb.PipelineRequest, peerpb.PipelineResponse], ended <-chan error) error {
	draining := w.server.draining.Done()
	for {
		select {
		case <-w.wake:
			runtime.Gosched() // whoever is about to finish may come along
		case <-draining:
			draining = nil
			if err := w.close(stream); err != nil {
				return err
			}
		case <-ended: //nolint:errcheck // a caller that is gone needs no answers, and no error
			return nil
		}
		answers, over := w.take()
		for len(answers) > 0 {
			n := batch(len(answers), func(i int) int { return len(answers[i].GetResponse()) + answerOverhead })
			if err := stream.Send(&peerpb.PipelineResponse{Answers: answers[:n]}); err != nil {
				return err
			}
			answers = answers[n:]
		}
		if over {
			return status.Error(codes.Unavailable, "the peer is shutting down")
		}
	}
}

// close begins no further call and says so.
func (w *pipelineWork) close(stream grpc.BidiStreamingServer[peerpb.PipelineRequest, peerpb.PipelineResponse]) error {
	return stream.Send(&peerpb.PipelineResponse{Closing: true, Last: w.refuse()})
}

// refuse begins no further call and returns the last one that was begun.
func (w *pipelineWork) refuse() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closing = true
	return w.last
}

// take returns the answers to send, and whether there will be no others.
func (w *pipelineWork) take() (answers []*peerpb.Answer, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	answers, w.answers = w.answers, nil
	return answers, w.closing && len(w.running) == 0
}
