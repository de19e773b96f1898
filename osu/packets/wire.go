package packets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// What can be wrong with bytes that claim to be a packet.
var (
	// ErrTruncated says that the data ends before the packet or the field that began in it.
	ErrTruncated = errors.New("packets: data ends too early")

	// ErrTooLarge says that a header announces more than the [Limit] allows.
	ErrTooLarge = errors.New("packets: payload is too large")

	// ErrCompressed says that the compression flag is set. Only clients of 2008 and before used it.
	ErrCompressed = errors.New("packets: compression is not supported")

	// ErrString says that a string begins with neither 0x00 nor 0x0b.
	ErrString = errors.New("packets: string has an unknown marker")

	// ErrULEB128 says that the length of a string takes more than five bytes or 32 bits.
	ErrULEB128 = errors.New("packets: ULEB128 number is too large")
)

// DecodeError says that a payload is malformed. It wraps one of this package's errors.
type DecodeError struct {
	ID  ID
	Err error
}

func (e *DecodeError) Error() string { return fmt.Sprintf("decode %v: %v", e.ID, e.Err) }

// Unwrap returns e.Err.
func (e *DecodeError) Unwrap() error { return e.Err }

const (
	stringAbsent  = 0x00
	stringPresent = 0x0b
)

// AppendString appends s as packets and the files of the stable client hold strings; an empty one in the shorter of its two
// forms.
func AppendString(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, stringAbsent)
	}
	return append(appendULEB128(append(dst, stringPresent), uint32(len(s))), s...)
}

// ReadString takes a string as of [AppendString] off the front of b and returns what follows it. Ill-formed UTF-8 is repaired:
// each run of bad bytes becomes one U+FFFD. Errors are [ErrTruncated], [ErrString] and [ErrULEB128].
func ReadString(b []byte) (s string, rest []byte, err error) {
	r := reader{rest: b}
	s = r.str()
	return s, r.rest, r.err
}

func appendULEB128(dst []byte, v uint32) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

func appendF32(dst []byte, v float32) []byte {
	return binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
}

func appendF64(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// reader takes fields off the front of a payload. The first failure sticks: from then on every field reads as zero, and end
// reports it. Decoders therefore read straight through and check once.
type reader struct {
	rest []byte
	err  error
}

// end returns what went wrong in the payload of packet id. Bytes that were not read are ignored.
func (r *reader) end(id ID) error {
	if r.err != nil {
		return &DecodeError{id, r.err}
	}
	return nil
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

// take returns the next n bytes, or nil when there are fewer.
func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.fail(ErrTruncated)
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) u8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) bool() bool   { return r.u8() != 0 }
func (r *reader) i32() int32   { return int32(r.u32()) }
func (r *reader) i64() int64   { return int64(r.u64()) }
func (r *reader) f32() float32 { return math.Float32frombits(r.u32()) }
func (r *reader) f64() float64 { return math.Float64frombits(r.u64()) }

// str reads a string and repairs ill-formed UTF-8: each run of bad bytes becomes one U+FFFD.
func (r *reader) str() string {
	s, _ := r.optionalString()
	return s
}

// optionalString reads a string and tells the two empty forms apart.
func (r *reader) optionalString() (s string, present bool) {
	switch r.u8() {
	case stringAbsent: // and the zero that follows a failure
		return "", false
	case stringPresent:
		n := r.uleb128()
		if uint64(n) > uint64(len(r.rest)) {
			r.fail(ErrTruncated)
			return "", false
		}
		return strings.ToValidUTF8(string(r.take(int(n))), "\uFFFD"), r.err == nil
	default:
		r.fail(ErrString)
		return "", false
	}
}

func (r *reader) uleb128() uint32 {
	var v uint64
	for shift := 0; shift < 5*7; shift += 7 {
		b := r.u8()
		if r.err != nil {
			return 0
		}
		if v |= uint64(b&0x7f) << shift; b < 0x80 {
			if v > math.MaxUint32 {
				break
			}
			return uint32(v)
		}
	}
	r.fail(ErrULEB128)
	return 0
}

// count reads the 32-bit length of a list whose elements take at least size bytes each, so that a lie about it cannot cost
// more memory than the payload itself suggests.
func (r *reader) count(size int) int {
	n := r.u32()
	if uint64(n)*uint64(size) > uint64(len(r.rest)) {
		r.fail(ErrTruncated)
		return 0
	}
	return int(n)
}

// ids reads n numbers, nil when there are none.
func (r *reader) ids(n int) []int32 {
	b := r.take(4 * n)
	if len(b) == 0 {
		return nil
	}
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return ids
}
