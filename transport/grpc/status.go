package peer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pure-peace/peace/modules/fault"
)

// The faults that calls between processes add to those of the contracts.
var (
	// ErrPeerUnavailable says that the peer could not be reached or was lost during the call, which may have happened.
	ErrPeerUnavailable = fault.New(fault.Unavailable, "peer", "unavailable", "a part of the server cannot be reached")
	// ErrUnauthenticated says that the peer refused the token or certificate of this process.
	ErrUnauthenticated = fault.New(fault.Unauthenticated, "peer", "unauthenticated", "the peer does not accept this caller")
	// ErrNotServed says that the peer does not offer the service or lacks the method.
	ErrNotServed = fault.New(fault.Unsupported, "peer", "not_served", "the peer does not offer this service")
	// ErrVersion says that the peer offers the service in another version of its contract only.
	ErrVersion = fault.New(fault.Precondition, "peer", "version", "the peer speaks another version of the contract")
	// ErrTooLarge says that a request or its answer is over the limit of messages between peers.
	ErrTooLarge = fault.New(fault.Invalid, "peer", "too_large", "the message is too large")
	// ErrInternal stands for every failure without a name; its cause is in the log of the process where it happened.
	ErrInternal = fault.New(fault.Internal, "peer", "internal", "something went wrong")
)

// codeOf and kindOf are each other's inverse.
var codeOf = map[fault.Kind]codes.Code{
	fault.Internal:         codes.Internal,
	fault.Invalid:          codes.InvalidArgument,
	fault.Unauthenticated:  codes.Unauthenticated,
	fault.Forbidden:        codes.PermissionDenied,
	fault.NotFound:         codes.NotFound,
	fault.Exists:           codes.AlreadyExists,
	fault.Conflict:         codes.Aborted,
	fault.Precondition:     codes.FailedPrecondition,
	fault.Exhausted:        codes.ResourceExhausted,
	fault.Unavailable:      codes.Unavailable,
	fault.Unsupported:      codes.Unimplemented,
	fault.Canceled:         codes.Canceled,
	fault.DeadlineExceeded: codes.DeadlineExceeded,
}

var kindOf = func() map[codes.Code]fault.Kind {
	m := make(map[codes.Code]fault.Kind, len(codeOf))
	for kind, code := range codeOf {
		m[code] = kind
	}
	return m
}()

// maxText bounds, in bytes, each string of a fault on the wire, and maxDetails how many details travel: faults are sent in
// a header, which HTTP/2 bounds.
const (
	maxText    = 512
	maxDetails = 8
)

// toStatus returns what a peer is told of err, and whether err said more than that and belongs in the log.
func toStatus(err error) (s *status.Status, masked bool) {
	if f := fault.As(err); f != nil && f.Reason != "" {
		return faultStatus(f), f.Kind == fault.Internal && err != error(f) //nolint:errorlint // whether anything is wrapped around it
	}
	switch {
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, "canceled"), false
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, "deadline exceeded"), false
	}
	// What gRPC itself says about a call that it could not finish.
	switch s, ok := status.FromError(err); {
	case !ok:
	case s.Code() == codes.Unimplemented, s.Code() == codes.Canceled, s.Code() == codes.DeadlineExceeded,
		s.Code() == codes.Unavailable, s.Code() == codes.ResourceExhausted:
		return s, false
	}
	return faultStatus(ErrInternal), true
}

func faultStatus(f *fault.Error) *status.Status {
	info := &errdetails.ErrorInfo{Reason: clip(f.Reason), Domain: clip(f.Domain)}
	for key, value := range f.Details {
		if len(info.Metadata) == maxDetails {
			break
		}
		if info.Metadata == nil {
			info.Metadata = make(map[string]string, len(f.Details))
		}
		info.Metadata[clip(key)] = clip(value)
	}
	s := status.New(codeOf[f.Kind], clip(f.Message))
	if detailed, err := s.WithDetails(info); err == nil {
		return detailed
	}
	return s
}

// clip makes text fit for a message: valid UTF-8 of at most maxText bytes.
func clip(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	return strings.ToValidUTF8(text, "")
}

// fromStatus returns the error that err, which came from gRPC, stands for on the side of the caller of the peer called
// name. Errors that are no status are returned as they are.
func fromStatus(name string, err error) error {
	s, ok := status.FromError(err)
	if !ok || err == nil {
		return err
	}
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			f := fault.New(kindOf[s.Code()], info.GetDomain(), info.GetReason(), s.Message())
			f.Details = info.GetMetadata()
			return f
		}
	}
	var f *fault.Error
	switch s.Code() {
	case codes.Canceled:
		return context.Canceled
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	case codes.Unavailable:
		f = ErrPeerUnavailable
	case codes.Unauthenticated:
		f = ErrUnauthenticated
	case codes.Unimplemented:
		f = ErrNotServed
	case codes.ResourceExhausted:
		f = ErrTooLarge
	default:
		f = ErrInternal
	}
	return fmt.Errorf("%w: peer %s: %s", f, name, s.Message())
}
