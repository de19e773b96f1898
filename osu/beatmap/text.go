package beatmap

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// text returns the file's text in UTF-8, which is assumed unless a byte order mark says otherwise.
func text(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		return data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE, 0, 0}):
		return fromUTF32(data[4:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0, 0, 0xFE, 0xFF}):
		return fromUTF32(data[4:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return fromUTF16(data[2:], binary.BigEndian)
	}
	return data
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data)/2+len(data)/16)
	for len(data) >= 2 {
		r := rune(order.Uint16(data))
		data = data[2:]
		if utf16.IsSurrogate(r) {
			r2 := rune(utf8.RuneError)
			if len(data) >= 2 {
				r2 = rune(order.Uint16(data))
			}
			if r = utf16.DecodeRune(r, r2); r != utf8.RuneError {
				data = data[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	if len(data) > 0 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	return out
}

func fromUTF32(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data)/4+len(data)/16)
	for len(data) >= 4 {
		r := order.Uint32(data)
		data = data[4:]
		if r > utf8.MaxRune {
			r = utf8.RuneError
		}
		out = utf8.AppendRune(out, rune(r))
	}
	if len(data) > 0 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	return out
}

// lines cuts a text into lines, which a line feed, a carriage return or both in that order end.
type lines struct {
	rest []byte
	feed int // index of the next line feed, or the length of rest; before the first call, negative
}

// next returns the next line, and whether there was one.
func (l *lines) next() ([]byte, bool) {
	if len(l.rest) == 0 {
		return nil, false
	}
	if l.feed < 0 {
		if l.feed = bytes.IndexByte(l.rest, '\n'); l.feed < 0 {
			l.feed = len(l.rest)
		}
	}
	end := l.feed
	next := end + 1
	if r := bytes.IndexByte(l.rest[:end], '\r'); r >= 0 {
		if r+1 < end || end == len(l.rest) {
			next = r + 1 // a carriage return without a line feed
		}
		end = r
	}
	line := l.rest[:end]
	l.rest = l.rest[min(next, len(l.rest)):]
	l.feed -= next // negative when the line feed was used
	return line, true
}

// valid returns s with the replacement character for what is not UTF-8.
func valid(s []byte) string {
	if utf8.Valid(s) {
		return string(s)
	}
	out := make([]byte, 0, len(s)+8)
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		if r == utf8.RuneError && size == 1 {
			size = broken(s)
		}
		out = utf8.AppendRune(out, r)
		s = s[size:]
	}
	return string(out)
}

// broken returns how many bytes, of those that s begins with and that are not UTF-8, .NET replaces by one character: as many as
// a valid character could begin with.
func broken(s []byte) int {
	low, high, length := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		length = 2
	case c >= 0xE0 && c <= 0xEF:
		length = 3
	case c >= 0xF0 && c <= 0xF4:
		length = 4
	}
	switch s[0] {
	case 0xE0:
		low = 0xA0
	case 0xED:
		high = 0x9F
	case 0xF0:
		low = 0x90
	case 0xF4:
		high = 0x8F
	}
	n := 1
	for n < length && n < len(s) && s[n] >= low && s[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}

// skipIgnorable cuts the characters before the version of the format that official comparison of texts ignores, which are left
// over where files with byte order marks were put together.
func skipIgnorable(s []byte) []byte {
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		switch {
		case r < '\t', r > '\r' && r < ' ', r >= 0x7F && r < 0x85, r > 0x85 && r < 0xA0, r == 0xAD, r >= 0x200B && r <= 0x200F,
			r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r == 0xFEFF:
			s = s[size:]
		default:
			return s
		}
	}
	return s
}
