package wire

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"
)

// Observer receives the calls of a service: its implementations count, time and trace them.
type Observer interface {
	// Start is told that a call begins. It returns the context that the call runs in and a function that is called exactly
	// once, when the call has ended, with the error it ended with. A stream ends when its last value has been taken; a
	// caller who stops early is no error.
	//
	// service is the name of the contract ("users"), with that of the interface where a contract has several
	// ("state.Records"); method is the interface's method. Both come from a small fixed set, fit for metric labels.
	Start(ctx context.Context, service, method string) (context.Context, func(error))
}

// Stream is the calling half of a server stream: a sequence of what to makes of each message that open's stream
// delivers. A failure is yielded once, last. The call starts when the sequence is ranged over, every time it is, and is
// cancelled when the loop breaks.
func Stream[M, T any](ctx context.Context, open func(context.Context) (grpc.ServerStreamingClient[M], error),
	to func(*M) (T, error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := open(ctx)
		if err != nil {
			yield(zero, err)
			return
		}
		for {
			m, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(zero, err)
				return
			}
			v, err := to(m)
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// ObserveStream reports one ranging over the sequence that call returns as one call.
func ObserveStream[T any](ctx context.Context, o Observer, service, method string,
	call func(context.Context) iter.Seq2[T, error],
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, done := o.Start(ctx, service, method)
		var last error
		defer func() { done(last) }()
		for v, err := range call(ctx) {
			last = err
			if !yield(v, err) {
				return
			}
		}
	}
}
