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

// nextLine cuts the first line, which a line feed, a carriage return or both in that order end.
func nextLine(data []byte) (line, rest []byte) {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		i = len(data)
	}
	line = data[:i]
	if r := bytes.IndexByte(line, '\r'); r >= 0 && r != i-1 {
		return data[:r], data[r+1:] // a lone carriage return
	} else if r >= 0 {
		line = line[:r]
	}
	return line, data[min(i+1, len(data)):]
}

// valid returns s with the replacement character for what is not UTF-8.
func valid(s []byte) string {
	if utf8.Valid(s) {
		return string(s)
	}
	return string(bytes.ToValidUTF8(s, []byte("\uFFFD")))
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
