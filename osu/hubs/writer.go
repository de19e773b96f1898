package hubs

import (
	"cmp"
	"maps"
	"slices"

	"github.com/tinylib/msgp/msgp"
)

// begin appends the header of an object with n members.
func begin(b []byte, n uint32) []byte { return msgp.AppendArrayHeader(b, n) }

// appendInt appends an integer in its shortest form. Those that are not negative have an unsigned form, as the client writes
// them; any form is read.
func appendInt[T ~int8 | ~int16 | ~int32 | ~int64](b []byte, v T) []byte {
	if v >= 0 {
		return msgp.AppendUint64(b, uint64(v))
	}
	return msgp.AppendInt64(b, int64(v))
}

func appendInts[T ~int32 | ~int64](b []byte, list []T) []byte {
	b = msgp.AppendArrayHeader(b, uint32(len(list)))
	for _, v := range list {
		b = appendInt(b, v)
	}
	return b
}

// appendMap appends a map with integers as keys, ascending, so that a value has one form.
func appendMap[K cmp.Ordered, V any](b []byte, m map[K]V, key func([]byte, K) []byte, value func([]byte, V) []byte) []byte {
	b = msgp.AppendMapHeader(b, uint32(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b = key(b, k)
		b = value(b, m[k])
	}
	return b
}
