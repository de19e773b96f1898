package packets

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestULEB128(t *testing.T) {
	for v, want := range map[uint32]string{
		0: "00", 1: "01", 127: "7f", 128: "80 01", 300: "ac 02", 16384: "80 80 01", math.MaxUint32: "ff ff ff ff 0f",
	} {
		b := appendULEB128(nil, v)
		if !bytes.Equal(b, unhex(t, want)) {
			t.Errorf("%d is written as % x, want %s", v, b, want)
		}
		r := reader{rest: append(b, 0xaa)}
		if got := r.uleb128(); got != v || r.err != nil || len(r.rest) != 1 {
			t.Errorf("% x is read as %d, %v, with %d bytes left", b, got, r.err, len(r.rest))
		}
	}
	for s, want := range map[string]error{
		"":                  ErrTruncated,
		"80":                ErrTruncated,
		"ff ff ff ff":       ErrTruncated,
		"ff ff ff ff 10":    ErrULEB128, // 33 bits
		"80 80 80 80 80":    ErrULEB128,
		"80 80 80 80 80 00": ErrULEB128, // six bytes
	} {
		r := reader{rest: unhex(t, s)}
		if v := r.uleb128(); v != 0 || !errors.Is(r.err, want) {
			t.Errorf("%s is read as %d, %v; want %v", s, v, r.err, want)
		}
	}
	// Longer than it must be, and still within five bytes.
	r := reader{rest: unhex(t, "82 80 80 80 00")}
	if v := r.uleb128(); v != 2 || r.err != nil {
		t.Errorf("a padded 2 is read as %d, %v", v, r.err)
	}
}

func TestStrings(t *testing.T) {
	for _, tt := range []struct {
		hex     string
		want    string
		present bool
	}{
		{"00", "", false},
		{"0b 00", "", true},
		{"0b 02 68 69", "hi", true},
		{"0b 03 e2 82 ac", "€", true},
		{"0b 03 61 ff 62", "a\uFFFDb", true},
		{"0b 04 e2 82 ff 62", "\uFFFDb", true}, // one mark for a run
		{"0b 03 ed a0 80", "\uFFFD", true},     // half of a surrogate pair
	} {
		r := reader{rest: append(unhex(t, tt.hex), 0xaa)}
		got, present := r.optionalString()
		if got != tt.want || present != tt.present || r.err != nil || len(r.rest) != 1 {
			t.Errorf("%s is read as %q, %t, %v; want %q, %t", tt.hex, got, present, r.err, tt.want, tt.present)
		}
	}
	for s, want := range map[string]error{
		"":                     ErrTruncated,
		"0b":                   ErrTruncated,
		"0b 01":                ErrTruncated,
		"0b ff ff ff ff 0f 61": ErrTruncated,
		"0b ff ff ff ff ff 01": ErrULEB128,
		"01":                   ErrString,
		"0a 01 61":             ErrString,
	} {
		r := reader{rest: unhex(t, s)}
		if got, present := r.optionalString(); got != "" || present || !errors.Is(r.err, want) {
			t.Errorf("%s is read as %q, %t, %v; want %v", s, got, present, r.err, want)
		}
	}
	long := strings.Repeat("x", 300)
	b := AppendString(nil, long)
	if want := append(unhex(t, "0b ac 02"), long...); !bytes.Equal(b, want) {
		t.Errorf("300 letters begin with % x", b[:4])
	}
}

// TestFirstErrorSticks: what follows a failure reads as zero and does not hide it.
func TestFirstErrorSticks(t *testing.T) {
	r := reader{rest: unhex(t, "07 01 02 03 04 05 06 07 08")}
	r.str()
	if v := r.i32(); v != 0 || !errors.Is(r.err, ErrString) {
		t.Errorf("after a bad string: %d, %v", v, r.err)
	}
}

// TestListsAreBounded holds counts against the bytes that are there, before memory is taken for them.
func TestListsAreBounded(t *testing.T) {
	for _, p := range []Raw{
		{IDUserStatsRequest, unhex(t, "ff ff 01 00 00 00")},
		{IDBeatmapInfoRequest, unhex(t, "ff ff ff ff 00")},
		{IDBeatmapInfoRequest, unhex(t, "00 00 00 00 ff ff ff 3f 00 00 00 00")},
		{IDBeatmapInfoReply, unhex(t, "ff ff ff 7f 00")},
		{IDSpectateFrames, unhex(t, "00 00 00 00 ff ff 00")},
	} {
		decode := DecodeClient
		if p.ID.FromServer() {
			decode = DecodeServer
		}
		if _, err := decode(p); !errors.Is(err, ErrTruncated) {
			t.Errorf("%v with a count that lies: %v", p.ID, err)
		}
		if n := testing.AllocsPerRun(10, func() { _, _ = decode(p) }); n > 3 {
			t.Errorf("%v with a count that lies takes %v allocations", p.ID, n)
		}
	}
}
