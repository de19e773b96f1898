package hubs

import (
	"fmt"

	"github.com/tinylib/msgp/msgp"
)

// maxList bounds a list that is an argument or a result.
const maxList = 4096

// class is the pointer to a class of this package.
type class[T any] interface {
	*T
	AppendMsg(b []byte) []byte
	ReadMsg(b []byte) ([]byte, error)
}

// Append appends an object, as an argument or result of a method.
func Append[T any, P class[T]](b []byte, v T) []byte { return P(&v).AppendMsg(b) }

// Read reads an object, as an argument or result of a method.
func Read[T any, P class[T]](b []byte) (T, []byte, error) {
	var v T
	rest, err := P(&v).ReadMsg(b)
	return v, rest, err
}

// AppendOrNull appends an object, or null for nil.
func AppendOrNull[T any, P class[T]](b []byte, v *T) []byte { return P(v).AppendMsg(b) }

// ReadOrNull reads an object, or nil for null.
func ReadOrNull[T any, P class[T]](b []byte) (*T, []byte, error) {
	if msgp.IsNil(b) {
		return nil, b[1:], nil
	}
	v, rest, err := Read[T, P](b)
	return &v, rest, err
}

// AppendList appends a list of objects; no list is an empty one.
func AppendList[T any, P class[T]](b []byte, list []T) []byte {
	b = msgp.AppendArrayHeader(b, uint32(len(list)))
	for i := range list {
		b = P(&list[i]).AppendMsg(b)
	}
	return b
}

// ReadList reads a list of objects.
func ReadList[T any, P class[T]](b []byte) ([]T, []byte, error) {
	r := reader{b: b}
	n := r.array(maxList)
	list := resize[T](nil, n)
	for i := 0; r.next(i, n); i++ {
		list = extend(list)
		r.took(P(&list[i]).ReadMsg(r.b))
	}
	rest, err := r.end(fmt.Sprintf("%T", list))
	return list, rest, err
}

// AppendInt appends an integer as the client does: in its shortest form, which is unsigned unless it is negative.
func AppendInt[T ~int8 | ~int16 | ~int32 | ~int64](b []byte, v T) []byte { return appendInt(b, v) }

// AppendOptionalInt appends an integer that may be null.
func AppendOptionalInt[T ~int8 | ~int16 | ~int32 | ~int64](b []byte, v Optional[T]) []byte {
	return appendOptionalInt(b, v)
}

// ReadOptionalInt32 reads an int that may be null.
func ReadOptionalInt32(b []byte) (Optional[int32], []byte, error) {
	r := reader{b: b}
	v := optionalInt32(&r)
	rest, err := r.end("int?")
	return v, rest, err
}

// ReadOptionalInt64 reads a long that may be null.
func ReadOptionalInt64(b []byte) (Optional[int64], []byte, error) {
	r := reader{b: b}
	v := optionalInt64(&r)
	rest, err := r.end("long?")
	return v, rest, err
}

// ReadEnum reads a number of an enum.
func ReadEnum[T ~int32](b []byte) (T, []byte, error) {
	r := reader{b: b}
	v := enum[T](&r)
	rest, err := r.end("enum")
	return v, rest, err
}
