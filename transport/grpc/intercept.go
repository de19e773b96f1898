package peer

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pure-peace/peace/transport/grpc/peerpb"
)

// unary bounds a call in time, survives its panics and turns its error into a status.
func (s *Server) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (resp any, err error) {
	ctx, cancel := within(ctx, s.maxUnary+waitOf(req))
	defer cancel()
	defer func() { err = s.outcome(ctx, info.FullMethod, err, recover()) }()
	return next(ctx, req)
}

// within bounds ctx to a time from now. It costs nothing when ctx ends before that anyway, as nearly every call's does.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d)
}

// stream is unary for streams, which have no bound in time but end when the server drains.
func (s *Server) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	if info.FullMethod == peerpb.PeerService_Pipeline_FullMethodName {
		return next(srv, stream) // drains in its own way
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	stop := context.AfterFunc(s.draining, cancel)
	defer stop()
	defer func() {
		panicked := recover()
		if panicked == nil && s.draining.Err() != nil && stream.Context().Err() == nil {
			err = status.Error(codes.Unavailable, "the peer is shutting down")
			return
		}
		err = s.outcome(ctx, info.FullMethod, err, panicked)
	}()
	return next(srv, streamWithContext{stream, ctx})
}

type streamWithContext struct {
	grpc.ServerStream
	ctx context.Context
}

func (s streamWithContext) Context() context.Context { return s.ctx }

// outcome returns the status that a caller gets, and logs what it does not get.
func (s *Server) outcome(ctx context.Context, method string, err error, panicked any) error {
	if panicked != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "a call panicked", slog.String("method", method),
			slog.String("panic", fmt.Sprint(panicked)), slog.String("stack", string(debug.Stack())))
		return faultStatus(ErrInternal).Err()
	}
	if err == nil {
		return nil
	}
	st, masked := toStatus(err)
	if masked {
		s.log.LogAttrs(ctx, slog.LevelError, "a call failed", slog.String("method", method), slog.Any("error", err))
	}
	return st.Err()
}
