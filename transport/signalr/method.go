package signalr

import (
	"context"
	"iter"

	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Read decodes the first of some values that are encoded one after another, and returns what follows it. The Read…Bytes functions of
// msgp have this shape, those of osu/hubs, and protocol.ReadJSON. What it returns may alias b only in arguments of methods that are
// done with it when they return.
type Read[T any] func(b []byte) (v T, rest []byte, err error)

// Append encodes a value behind b. The Append functions of msgp have this shape, those of osu/hubs, and protocol.AppendJSON.
type Append[T any] func(b []byte, v T) []byte

// Method is something that clients can call. Action functions make those without a result, Func those with one, Stream those with
// many. Clients may write names in any case.
type Method struct {
	name   string
	count  int
	call   func(ctx context.Context, c *Conn, in *arguments) (encode, error)
	stream func(ctx context.Context, c *Conn, in *arguments) (iter.Seq2[encode, error], error)
}

// encode appends a result.
type encode func(b []byte) []byte

// arguments of a call, which are read one after the other.
type arguments struct {
	protocol protocol.Protocol
	message  protocol.Message
	err      error // a *bindError
}

// next reads one more argument.
func next[T any](in *arguments, read Read[T]) (v T) {
	if in.err != nil {
		return v
	}
	v, rest, err := read(in.message.Body)
	if err != nil {
		in.err = &bindError{err}
		return v
	}
	in.message.Body = rest
	return v
}

// done must be called when all arguments are read, before anything is done with them.
func (in *arguments) done() error {
	if in.err != nil {
		return in.err
	}
	streams, err := in.protocol.Tail(in.message.Body, in.message)
	switch {
	case err != nil:
		return &bindError{err}
	case streams > 0:
		return &bindError{errStreams}
	}
	return nil
}

// Action0 is a method without arguments and result.
func Action0(name string, do func(context.Context, *Conn) error) Method {
	return Method{name: name, count: 0, call: func(ctx context.Context, c *Conn, in *arguments) (encode, error) {
		if err := in.done(); err != nil {
			return nil, err
		}
		return nil, do(ctx, c)
	}}
}

// Action1 is a method with one argument.
func Action1[A any](name string, a Read[A], do func(context.Context, *Conn, A) error) Method {
	return Method{name: name, count: 1, call: func(ctx context.Context, c *Conn, in *arguments) (encode, error) {
		va := next(in, a)
		if err := in.done(); err != nil {
			return nil, err
		}
		return nil, do(ctx, c, va)
	}}
}

// Action2 is a method with two arguments.
func Action2[A, B any](name string, a Read[A], b Read[B], do func(context.Context, *Conn, A, B) error) Method {
	return Method{name: name, count: 2, call: func(ctx context.Context, c *Conn, in *arguments) (encode, error) {
		va, vb := next(in, a), next(in, b)
		if err := in.done(); err != nil {
			return nil, err
		}
		return nil, do(ctx, c, va, vb)
	}}
}

// Action3 is a method with three arguments.
func Action3[A, B, C any](name string, a Read[A], b Read[B], c Read[C], do func(context.Context, *Conn, A, B, C) error) Method {
	return Method{name: name, count: 3, call: func(ctx context.Context, conn *Conn, in *arguments) (encode, error) {
		va, vb, vc := next(in, a), next(in, b), next(in, c)
		if err := in.done(); err != nil {
			return nil, err
		}
		return nil, do(ctx, conn, va, vb, vc)
	}}
}

// Func0 is a method with a result.
func Func0[R any](name string, r Append[R], do func(context.Context, *Conn) (R, error)) Method {
	return Method{name: name, count: 0, call: func(ctx context.Context, c *Conn, in *arguments) (encode, error) {
		if err := in.done(); err != nil {
			return nil, err
		}
		return result(r)(do(ctx, c))
	}}
}

// Func1 is a method with one argument and a result.
func Func1[A, R any](name string, a Read[A], r Append[R], do func(context.Context, *Conn, A) (R, error)) Method {
	return Method{name: name, count: 1, call: func(ctx context.Context, c *Conn, in *arguments) (encode, error) {
		va := next(in, a)
		if err := in.done(); err != nil {
			return nil, err
		}
		return result(r)(do(ctx, c, va))
	}}
}

// Func2 is a method with two arguments and a result.
func Func2[A, B, R any](name string, a Read[A], b Read[B], r Append[R], do func(context.Context, *Conn, A, B) (R, error)) Method {
	return Method{name: name, count: 2, call: func(ctx context.Context, c *Conn, in *arguments) (encode, error) {
		va, vb := next(in, a), next(in, b)
		if err := in.done(); err != nil {
			return nil, err
		}
		return result(r)(do(ctx, c, va, vb))
	}}
}

// Stream0 is a method with a stream of results. It is ranged over on a goroutine of its own; its context ends when the client cancels
// it or goes. The next value is asked for when there is room for it in what waits for the client.
func Stream0[R any](name string, r Append[R], do func(context.Context, *Conn) iter.Seq2[R, error]) Method {
	return Method{name: name, count: 0, stream: func(ctx context.Context, c *Conn, in *arguments) (iter.Seq2[encode, error], error) {
		if err := in.done(); err != nil {
			return nil, err
		}
		return results(r, do(ctx, c)), nil
	}}
}

// Stream1 is a method with an argument, which must not alias what it was read from, and a stream of results like that of Stream0.
func Stream1[A, R any](name string, a Read[A], r Append[R], do func(context.Context, *Conn, A) iter.Seq2[R, error]) Method {
	return Method{name: name, count: 1, stream: func(ctx context.Context, c *Conn, in *arguments) (iter.Seq2[encode, error], error) {
		va := next(in, a)
		if err := in.done(); err != nil {
			return nil, err
		}
		return results(r, do(ctx, c, va)), nil
	}}
}

func result[R any](r Append[R]) func(R, error) (encode, error) {
	return func(v R, err error) (encode, error) {
		if err != nil {
			return nil, err
		}
		return func(b []byte) []byte { return r(b, v) }, nil
	}
}

func results[R any](r Append[R], seq iter.Seq2[R, error]) iter.Seq2[encode, error] {
	return func(yield func(encode, error) bool) {
		for v, err := range seq {
			if !yield(result(r)(v, err)) || err != nil {
				return
			}
		}
	}
}
