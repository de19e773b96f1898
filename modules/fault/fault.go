// Package fault is the error vocabulary that every contract of Peace shares.
//
// A contract declares its failures as sentinels:
//
//	var ErrUserNotFound = fault.New(fault.NotFound, "users", "user_not_found", "no such user")
//
// and callers ask errors.Is(err, users.ErrUserNotFound). The answer is the same whether the service runs in this process
// or behind a peer, because two faults are equal when their Domain and Reason are: those two strings are the identity that
// travels, and changing one is a breaking change of the contract. Kind says what to do about a fault without knowing it, so
// that each edge (HTTP, bancho, IRC, hubs) maps a handful of kinds once instead of every sentinel of every module.
//
// The translation to and from gRPC lives in transport/grpc; how a fault is shown to a player lives in each edge.
package fault

import (
	"context"
	"errors"
	"maps"
)

// Kind classifies a fault by what its caller can do about it.
type Kind uint8

// The kinds. Their order is part of no wire format: they travel as gRPC status codes.
const (
	// Internal is everything that has no better name. Its cause is logged where it happened and never shown to a caller.
	Internal Kind = iota
	// Invalid says that the request can never succeed as it is written.
	Invalid
	// Unauthenticated says that the caller has not proved who it is.
	Unauthenticated
	// Forbidden says that the caller is known and may not do this.
	Forbidden
	// NotFound says that what the request names does not exist.
	NotFound
	// Exists says that what the request would create is there already.
	Exists
	// Conflict says that somebody else changed the thing in between: read it again and retry.
	Conflict
	// Precondition says that the request is fine but the thing is in the wrong state for it.
	Precondition
	// Exhausted says that a limit was met: a rate, a quota, a full queue. Retry later.
	Exhausted
	// Unavailable says that a peer or a resource could not be reached. The call may have happened.
	Unavailable
	// Unsupported says that this server does not offer the operation.
	Unsupported
	// Canceled is the kind of context.Canceled.
	Canceled
	// DeadlineExceeded is the kind of context.DeadlineExceeded.
	DeadlineExceeded
)

var kindNames = [...]string{
	Internal: "internal", Invalid: "invalid", Unauthenticated: "unauthenticated", Forbidden: "forbidden",
	NotFound: "not_found", Exists: "exists", Conflict: "conflict", Precondition: "precondition",
	Exhausted: "exhausted", Unavailable: "unavailable", Unsupported: "unsupported",
	Canceled: "canceled", DeadlineExceeded: "deadline_exceeded",
}

// String returns the kind's name in snake case, as it appears in logs and metric labels.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is a failure that a contract names. Its zero value is an anonymous internal error. An Error is immutable: With
// returns a copy, so that sentinels can be shared.
type Error struct {
	Kind    Kind
	Domain  string            // the contract that declares the fault, for example "users"
	Reason  string            // its name within the domain, in snake case
	Message string            // one sentence for a person; safe to show to whoever made the request
	Details map[string]string // facts about this occurrence, for example the field that was wrong
}

// New declares a fault. Call it from a package-level var of the contract.
func New(kind Kind, domain, reason, message string) *Error {
	return &Error{Kind: kind, Domain: domain, Reason: reason, Message: message}
}

// Error returns "domain: message".
func (e *Error) Error() string {
	if e.Domain == "" {
		return e.Message
	}
	return e.Domain + ": " + e.Message
}

// Is reports whether target is the same fault: the same Domain and Reason. Message and Details do not count.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e.Domain == t.Domain && e.Reason == t.Reason
}

// With returns a copy that also carries the detail key=value.
func (e *Error) With(key, value string) *Error {
	c := *e
	c.Details = maps.Clone(e.Details)
	if c.Details == nil {
		c.Details = make(map[string]string, 1)
	}
	c.Details[key] = value
	return &c
}

// WithMessage returns a copy with another message for people and the same identity.
func (e *Error) WithMessage(message string) *Error {
	c := *e
	c.Message = message
	return &c
}

// As returns the Error in err's tree, or nil when there is none.
func As(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

// KindOf returns the kind of err: that of the Error in its tree, those of the two context errors, and Internal for
// everything else. It must not be called with nil.
func KindOf(err error) Kind {
	if e := As(err); e != nil {
		return e.Kind
	}
	switch {
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return DeadlineExceeded
	}
	return Internal
}
