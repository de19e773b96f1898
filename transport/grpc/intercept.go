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
	"google.golang.org/protobuf/types/known/durationpb"
)

// unary bounds a call in time, survives its panics and turns its error into a status.
func (s *Server) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (resp any, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.maxUnary+waitOf(req))
	defer cancel()
	defer func() { err = s.outcome(ctx, info.FullMethod, err, recover()) }()
	return next(ctx, req)
}

// stream is unary for streams, which have no bound in time but end when the server drains.
func (s *Server) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	defer context.AfterFunc(s.draining, cancel)()
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

// waitOf returns how long a request asks to be kept waiting: a field `google.protobuf.Duration wait`, by convention, says so
// and adds to the time a call may take. It is at most a minute.
func waitOf(req any) time.Duration {
	if r, ok := req.(interface{ GetWait() *durationpb.Duration }); ok {
		return min(max(r.GetWait().AsDuration(), 0), time.Minute)
	}
	return 0
}
