package hubs

import (
	"errors"
	"fmt"

	"github.com/tinylib/msgp/msgp"
)

// What can be wrong with a message besides what msgp finds.
var (
	errTooMany = errors.New("more elements than there can be")
	errNull    = errors.New("null where the client has a value")
	errRange   = errors.New("out of range")
	errUnion   = errors.New("unknown number of a union")
)

// firstBatch bounds what is allocated for elements before any of them was seen.
const firstBatch = 64

// reader reads one value after the other. After an error all that it returns is zero, and of no meaning.
type reader struct {
	b   []byte
	err error
}

// end returns what was not read.
func (r *reader) end(class string) ([]byte, error) {
	if r.err != nil {
		return r.b, fmt.Errorf("hubs: %s: %w", class, r.err)
	}
	return r.b, nil
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// took takes a step that ended with an error or at o.
func (r *reader) took(o []byte, err error) {
	if err != nil {
		r.err = err
		return
	}
	r.b = o
}

// null takes nil if it comes next.
func (r *reader) null() bool {
	if r.err != nil || !msgp.IsNil(r.b) {
		return false
	}
	r.b = r.b[1:]
	return true
}

// begin reads the header of an object and returns how many members it has.
func (r *reader) begin() int {
	if r.null() {
		r.fail(errNull)
		return 0
	}
	return r.array(len(r.b))
}

// rest passes over the members of an object that are newer than we are.
func (r *reader) rest(n int) {
	for ; n > 0 && r.err == nil; n-- {
		r.took(msgp.Skip(r.b))
	}
}

// array reads the header of a list of at most so many elements; null is none.
func (r *reader) array(most int) int {
	if r.err != nil || r.null() {
		return 0
	}
	n, o, err := msgp.ReadArrayHeaderBytes(r.b)
	return r.count(n, o, err, most, 1)
}

// pairs reads the header of a map of at most so many pairs; null is none.
func (r *reader) pairs(most int) int {
	if r.err != nil || r.null() {
		return 0
	}
	n, o, err := msgp.ReadMapHeaderBytes(r.b)
	return r.count(n, o, err, most, 2)
}

// count checks a number of elements, each of at least so many bytes.
func (r *reader) count(n uint32, o []byte, err error, most, least int) int {
	r.took(o, err)
	if r.err != nil {
		return 0
	}
	if uint64(n) > uint64(most) || uint64(n)*uint64(least) > uint64(len(r.b)) {
		r.fail(errTooMany)
		return 0
	}
	return int(n)
}

// next reports whether the i-th of n elements is still to be read.
func (r *reader) next(i, n int) bool { return i < n && r.err == nil }

func (r *reader) bool() bool {
	if r.err != nil {
		return false
	}
	v, o, err := msgp.ReadBoolBytes(r.b)
	r.took(o, err)
	return v
}

func (r *reader) int64() int64 {
	if r.err != nil {
		return 0
	}
	v, o, err := msgp.ReadInt64Bytes(r.b)
	r.took(o, err)
	return v
}

func (r *reader) int32() int32 {
	v := r.int64()
	if int64(int32(v)) != v {
		r.fail(errRange)
		return 0
	}
	return int32(v)
}

func (r *reader) uint64() uint64 {
	if r.err != nil {
		return 0
	}
	v, o, err := msgp.ReadUint64Bytes(r.b)
	r.took(o, err)
	return v
}

// uint reads an integer from 0 to the highest one.
func (r *reader) uint(highest uint64) uint64 {
	v := r.uint64()
	if v > highest {
		r.fail(errRange)
		return 0
	}
	return v
}

// float64 reads a number in any form, as the client does for a double.
func (r *reader) float64() float64 {
	if r.err != nil {
		return 0
	}
	switch msgp.NextType(r.b) {
	case msgp.IntType:
		return float64(r.int64())
	case msgp.UintType:
		return float64(r.uint64())
	}
	v, o, err := msgp.ReadFloat64Bytes(r.b)
	r.took(o, err)
	return v
}

// float32 reads a number in any form but that of 64 bits, as the client does for a float.
func (r *reader) float32() float32 {
	if r.err != nil {
		return 0
	}
	switch msgp.NextType(r.b) {
	case msgp.IntType:
		return float32(r.int64())
	case msgp.UintType:
		return float32(r.uint64())
	}
	v, o, err := msgp.ReadFloat32Bytes(r.b)
	r.took(o, err)
	return v
}

// string reads a text; null is the empty one. It returns old, which costs nothing, if that is what was written.
func (r *reader) string(old string) string {
	if r.err != nil || r.null() {
		return ""
	}
	v, o, err := msgp.ReadStringZC(r.b)
	r.took(o, err)
	if string(v) == old {
		return old
	}
	return string(v)
}

// enum reads a number of an enum whose underlying type is int.
func enum[T ~int32](r *reader) T { return T(r.int32()) }

// resize returns an empty list for about n elements, with the memory of the old one if that is enough.
func resize[T any](list []T, n int) []T {
	if list == nil && n > 0 {
		return make([]T, 0, min(n, firstBatch))
	}
	return list[:0]
}

// extend makes a list one element longer. The element is what lay there before, so that its memory can be used again.
func extend[T any](list []T) []T {
	if len(list) < cap(list) {
		return list[:len(list)+1]
	}
	var zero T
	return append(list, zero)
}

func readInt32s(r *reader, list []int32, most int) []int32 {
	n := r.array(most)
	list = resize(list, n)
	for i := 0; r.next(i, n); i++ {
		list = append(list, r.int32())
	}
	return list
}

func readInt64s(r *reader, list []int64, most int) []int64 {
	n := r.array(most)
	list = resize(list, n)
	for i := 0; r.next(i, n); i++ {
		list = append(list, r.int64())
	}
	return list
}

// member is the pointer to a class that is read as a part of others.
type member[T any] interface {
	*T
	read(r *reader)
}

func readList[T any, P member[T]](r *reader, list []T, most int) []T {
	n := r.array(most)
	list = resize(list, n)
	for i := 0; r.next(i, n); i++ {
		list = extend(list)
		P(&list[i]).read(r)
	}
	return list
}

// readMap reads a map; of a key that comes twice the last one holds.
func readMap[K comparable, V any](r *reader, m map[K]V, most int, key func(*reader) K, value func(*reader) V) map[K]V {
	n := r.pairs(most)
	if m == nil && n > 0 {
		m = make(map[K]V, min(n, firstBatch))
	}
	clear(m)
	for i := 0; r.next(i, n); i++ {
		k := key(r)
		v := value(r)
		if r.err == nil {
			m[k] = v
		}
	}
	return m
}
