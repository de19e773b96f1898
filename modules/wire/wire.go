// Package wire is what generated contract adapters (the *.peace.go files) need at run time: conversions between the plain
// Go values of a contract and their protobuf form, the two halves of a stream, and the Observer that telemetry plugs into.
//
// The conversions come in pairs named like those generated for messages. A To function reads a value that came from a
// peer, so it may fail; a From function writes one of ours. Shapes (Set, Optional, Pointer, List, Map and their From
// counterparts) apply them to fields. Type inference finds the contract's type of each field, which is why a field may
// have any named or sized type without the generator knowing it.
//
// Nothing else belongs here: connections, status codes and interceptors are in transport/grpc, the error vocabulary is in
// modules/fault, and code written by hand seldom has a reason to import this package.
package wire

import (
	"encoding"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pure-peace/peace/modules/fault"
)

// ErrMalformed is a value on the wire that its Go type cannot hold: a number out of range, a text that does not parse, a
// timestamp outside the years 1 to 9999. The detail "field" is the path of the field in its message.
var ErrMalformed = fault.New(fault.Invalid, "wire", "malformed", "a field holds a value that its type does not allow")

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type float interface{ ~float32 | ~float64 }

// ToInt converts between integer types, enums included. It fails when the value does not fit.
func ToInt[S, D integer](s S) (D, error) {
	d := D(s)
	if S(d) != s || (d < 0) != (s < 0) {
		return 0, ErrMalformed.WithMessage(fmt.Sprintf("%d is out of range", s))
	}
	return d, nil
}

// FromInt converts between integer types, enums included. The wire type must be as wide as the contract's; wiretest's
// RoundTrip fails when it is not.
func FromInt[S, D integer](d D) S { return S(d) }

// ToFloat converts between floating-point types. It never fails: a double read into a float32 is rounded.
func ToFloat[S, D float](s S) (D, error) { return D(s), nil }

// FromFloat converts between floating-point types.
func FromFloat[S, D float](d D) S { return S(d) }

// ToBool converts to a type based on bool. It never fails.
func ToBool[D ~bool](s bool) (D, error) { return D(s), nil }

// FromBool converts from a type based on bool.
func FromBool[D ~bool](d D) bool { return bool(d) }

// ToString converts to a type based on string. It never fails.
func ToString[D ~string](s string) (D, error) { return D(s), nil }

// FromString converts from a type based on string. Protobuf refuses a whole message for one byte that is not UTF-8, so
// such bytes become U+FFFD.
func FromString[D ~string](d D) string { return strings.ToValidUTF8(string(d), "\uFFFD") }

// ToBytes converts to a type based on []byte, which shares the message's memory. No bytes are nil. It never fails.
func ToBytes[D ~[]byte](s []byte) (D, error) {
	if len(s) == 0 {
		return nil, nil
	}
	return D(s), nil
}

// FromBytes converts from a type based on []byte, whose memory the message shares.
func FromBytes[D ~[]byte](d D) []byte { return d }

// ToText parses a text; the empty text is the zero value. It fails as the type's UnmarshalText does.
func ToText[D any, P interface {
	*D
	encoding.TextUnmarshaler
}](s string) (D, error) {
	var d D
	if s == "" {
		return d, nil
	}
	if err := P(&d).UnmarshalText([]byte(s)); err != nil {
		var zero D
		return zero, ErrMalformed.WithMessage(err.Error())
	}
	return d, nil
}

// FromText writes a text. A value whose MarshalText fails travels as the empty text, that is as the zero value.
func FromText[D encoding.TextMarshaler](d D) string {
	text, err := d.MarshalText()
	if err != nil {
		return ""
	}
	return FromString(string(text))
}

// ToTime converts a timestamp to UTC; an absent one is the zero time.
func ToTime(s *timestamppb.Timestamp) (time.Time, error) {
	if s == nil {
		return time.Time{}, nil
	}
	if err := s.CheckValid(); err != nil {
		return time.Time{}, ErrMalformed.WithMessage("a timestamp is outside the years 1 to 9999")
	}
	return s.AsTime(), nil
}

// FromTime converts a time; the zero time is absent. Location and monotonic reading do not travel.
func FromTime(d time.Time) *timestamppb.Timestamp {
	if d.IsZero() {
		return nil
	}
	return timestamppb.New(d)
}

// ToDuration converts a duration; an absent one is zero. It fails when the duration exceeds that of Go, about 292 years.
func ToDuration(s *durationpb.Duration) (time.Duration, error) {
	if s == nil {
		return 0, nil
	}
	d := s.AsDuration() // saturates
	if s.CheckValid() != nil || d/time.Second != time.Duration(s.GetSeconds()) {
		return 0, ErrMalformed.WithMessage("a duration is out of range")
	}
	return d, nil
}

// FromDuration converts a duration; zero is absent.
func FromDuration(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}
