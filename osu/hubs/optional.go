package hubs

import "github.com/tinylib/msgp/msgp"

// Optional is a value that may be null, which is what the zero Optional is.
type Optional[T any] struct {
	Value T
	Valid bool // not null
}

// Some returns a value that is there.
func Some[T any](v T) Optional[T] { return Optional[T]{Value: v, Valid: true} }

// Or returns the value, or another one when it is null.
func (o Optional[T]) Or(other T) T {
	if o.Valid {
		return o.Value
	}
	return other
}

func appendOptional[T any](b []byte, o Optional[T], value func([]byte, T) []byte) []byte {
	if !o.Valid {
		return msgp.AppendNil(b)
	}
	return value(b, o.Value)
}

func appendOptionalInt[T ~int8 | ~int16 | ~int32 | ~int64](b []byte, o Optional[T]) []byte {
	if !o.Valid {
		return msgp.AppendNil(b)
	}
	return appendInt(b, o.Value)
}

func optionalInt32(r *reader) Optional[int32] {
	if r.null() {
		return Optional[int32]{}
	}
	return Some(r.int32())
}

func optionalInt64(r *reader) Optional[int64] {
	if r.null() {
		return Optional[int64]{}
	}
	return Some(r.int64())
}

func optionalFloat32(r *reader) Optional[float32] {
	if r.null() {
		return Optional[float32]{}
	}
	return Some(r.float32())
}
