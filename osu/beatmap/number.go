package beatmap

import (
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Numbers are read as .NET reads them in the invariant culture: white space around them, NUL bytes after them, a leading sign,
// and for floating-point numbers also commas between digits, which mean nothing, an exponent, Infinity and NaN.
//
// Source: ppy/osu osu.Game/Beatmaps/Formats/Parsing.cs; dotnet/runtime Number.Parsing.cs.

const (
	maxValue      = math.MaxInt32 // the largest number that the official decoder takes, and its negative the smallest
	maxCoordinate = 131072        // the same of coordinates and slider lengths
)

// isBlank reports whether .NET skips c around a number.
func isBlank(c byte) bool { return c == ' ' || c-'\t' <= '\r'-'\t' }

func isDigit(c byte) bool { return c-'0' <= 9 }

// endsNumber reports whether nothing but white space, and NUL bytes after it, follows a number.
func endsNumber(s []byte) bool {
	for len(s) > 0 && isBlank(s[0]) {
		s = s[1:]
	}
	for _, c := range s {
		if c != 0 {
			return false
		}
	}
	return true
}

// parseInt32 reads an int as int.TryParse does.
func parseInt32(s []byte) (int32, bool) {
	if v, ok := digits(s); ok {
		return v, true
	}
	return parseAnyInt32(s)
}

// digits reads a number of one to nine digits and nothing else, as most are.
func digits(s []byte) (int32, bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	v := int32(0)
	for _, c := range s {
		if c -= '0'; c > 9 {
			return 0, false
		}
		v = v*10 + int32(c)
	}
	return v, true
}

// parseAnyInt32 is parseInt32 for what is not merely a few digits.
func parseAnyInt32(s []byte) (int32, bool) {
	for len(s) > 0 && isBlank(s[0]) {
		s = s[1:]
	}
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	n, v := 0, int64(0)
	for n < len(s) && isDigit(s[n]) {
		v = v*10 + int64(s[n]-'0')
		if v > math.MaxInt32+1 {
			return 0, false
		}
		n++
	}
	if n == 0 || !endsNumber(s[n:]) {
		return 0, false
	}
	if negative {
		return int32(-v), true
	}
	return int32(v), v <= math.MaxInt32
}

// parseInt reads an int as the official decoder does, which refuses the lowest.
func parseInt(s []byte) (int32, bool) {
	v, ok := parseInt32(s)
	return v, ok && v != math.MinInt32
}

// parseBool reads a setting of 0 or 1. Any other number means 0.
func parseBool(s []byte) (value, ok bool) {
	v, ok := parseInt(s)
	return v == 1, ok
}

// parseByte reads a byte as byte.Parse does.
func parseByte(s []byte) (uint8, bool) {
	v, ok := parseInt32(s)
	return uint8(v), ok && v >= 0 && v <= math.MaxUint8
}

// parseDouble reads a number from -maxValue to maxValue.
func parseDouble(s []byte) (float64, bool) {
	v, ok := parseFloat64(s)
	return v, ok && v >= -maxValue && v <= maxValue
}

// parseFloat is parseDouble in single precision, within the limit.
func parseFloat(s []byte, limit float32) (float32, bool) {
	v, ok := parseFloat32(s)
	return v, ok && v >= -limit && v <= limit
}

// powers are the powers of ten that both single (the first eleven) and double precision have exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// decimal is a number as it is written: its digits without the point, how many of them follow the point, and its sign. It is
// exact when the mantissa holds all digits and no exponent follows.
type decimal struct {
	mantissa uint64
	places   int
	negative bool
	exact    bool
}

// scan reads a number, returns its text without what surrounds it, and reports whether it is one.
func scan(s []byte) (d decimal, text []byte, ok bool) {
	for len(s) > 0 && isBlank(s[0]) {
		s = s[1:]
	}
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	d.exact = true
	i, count, significant, point := 0, 0, 0, false
scan:
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			count++
			if point {
				d.places++
			}
			if significant > 0 || c != '0' {
				significant++
			}
			if significant <= 15 {
				d.mantissa = d.mantissa*10 + uint64(c-'0')
			} else {
				d.exact = false
			}
		case c == '.' && !point:
			point = true
		case c == ',' && count > 0 && !point:
		default:
			break scan
		}
	}
	if count == 0 {
		return d, nil, false
	}
	end := i
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for j < len(s) && isDigit(s[j]) {
				j++
			}
			d.exact, end = false, j
		}
	}
	if d.places >= len(powers) {
		d.exact = false
	}
	return d, s[:end], endsNumber(s[end:])
}

func parseFloat64(s []byte) (float64, bool) {
	if v, ok := digits(s); ok {
		return float64(v), true
	}
	d, text, ok := scan(s)
	if !ok {
		return parseSymbol(s)
	}
	var v float64
	if d.exact {
		v = float64(d.mantissa) / powers[d.places]
	} else {
		v = nearest(text, 64)
	}
	if d.negative {
		v = -v
	}
	return v, true
}

func parseFloat32(s []byte) (float32, bool) {
	if v, ok := digits(s); ok {
		return float32(v), true
	}
	d, text, ok := scan(s)
	if !ok {
		v, ok := parseSymbol(s)
		return float32(v), ok
	}
	var v float32
	if d.exact && d.mantissa <= 1<<24 && d.places <= 10 {
		v = float32(d.mantissa) / float32(powers[d.places])
	} else {
		v = float32(nearest(text, 32))
	}
	if d.negative {
		v = -v
	}
	return v, true
}

// nearest rounds a number that scan has found to be one. Too large numbers are infinite.
func nearest(text []byte, bits int) float64 {
	var buffer [64]byte
	clean := buffer[:0]
	for _, c := range text {
		if c != ',' {
			clean = append(clean, c)
		}
	}
	v, _ := strconv.ParseFloat(string(clean), bits) // its only error can be that the number is out of range, and then v is infinite
	return v
}

// parseSymbol reads Infinity and NaN, in either case and with a sign.
func parseSymbol(s []byte) (float64, bool) {
	s = trim(s)
	sign := 1.0
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	switch {
	case equalFold(s, "infinity"):
		return math.Inf(int(sign)), true
	case equalFold(s, "nan"):
		return math.NaN(), true
	}
	return 0, false
}

// equalFold compares s with a text of lower-case letters, regardless of the case of ASCII letters.
func equalFold(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i, c := range s {
		if c|0x20 != lower[i] {
			return false
		}
	}
	return true
}

// trim cuts the white space around s.
func trim(s []byte) []byte {
	for len(s) > 0 {
		if c := s[0]; c < utf8.RuneSelf {
			if !isBlank(c) {
				break
			}
			s = s[1:]
			continue
		}
		r, size := utf8.DecodeRune(s)
		if !unicode.IsSpace(r) {
			break
		}
		s = s[size:]
	}
	return trimEnd(s)
}

// trimEnd cuts the white space after s.
func trimEnd(s []byte) []byte {
	for len(s) > 0 {
		if c := s[len(s)-1]; c < utf8.RuneSelf {
			if !isBlank(c) {
				break
			}
			s = s[:len(s)-1]
			continue
		}
		r, size := utf8.DecodeLastRune(s)
		if !unicode.IsSpace(r) {
			break
		}
		s = s[:len(s)-size]
	}
	return s
}
