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

// appendMap appends a map in the order of its keys, so that a value has one form.
func appendMap[K comparable, V any](b []byte, m map[K]V, order func(a, b K) int, key func([]byte, K) []byte, value func([]byte, V) []byte) []byte {
	b = msgp.AppendMapHeader(b, uint32(len(m)))
	for _, k := range slices.SortedFunc(maps.Keys(m), order) {
		b = key(b, k)
		b = value(b, m[k])
	}
	return b
}

// appendIntMap appends a map by int.
func appendIntMap[V any](b []byte, m map[int32]V, value func([]byte, V) []byte) []byte {
	return appendMap(b, m, cmp.Compare, appendInt, value)
}

// appendGUIDMap appends a map by GUID.
func appendGUIDMap[V any](b []byte, m map[GUID]V, value func([]byte, V) []byte) []byte {
	return appendMap(b, m, GUID.compare, func(b []byte, k GUID) []byte { return k.appendTo(b) }, value)
}
