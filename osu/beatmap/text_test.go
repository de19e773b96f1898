package beatmap_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/pure-peace/peace/osu/beatmap"
)

const small = "osu file format v9\n\n[General]\nMode: 1\n[Metadata]\nTitle:日本 𝄞\n[HitObjects]\n1,2,3,1,0\n4,5,6,1,0\n"

// TestEncodings decodes the same text in every encoding that a byte order mark tells, and with all ends of lines.
func TestEncodings(t *testing.T) {
	t.Parallel()
	wide := func(order binary.AppendByteOrder) []byte {
		var out []byte
		for _, c := range append([]uint16{0xFEFF}, utf16.Encode([]rune(small))...) {
			out = order.AppendUint16(out, c)
		}
		return out
	}
	wider := func(order binary.AppendByteOrder) []byte {
		var out []byte
		for _, r := range "\uFEFF" + small {
			out = order.AppendUint32(out, uint32(r))
		}
		return out
	}
	want := parse(t, small)
	for name, data := range map[string][]byte{
		"mark":                   []byte("\uFEFF" + small),
		"two marks":              []byte("\uFEFF\uFEFF" + small),
		"UTF-16 little":          wide(binary.LittleEndian),
		"UTF-16 big":             wide(binary.BigEndian),
		"UTF-32 little":          wider(binary.LittleEndian),
		"UTF-32 big":             wider(binary.BigEndian),
		"CRLF":                   []byte(strings.ReplaceAll(small, "\n", "\r\n")),
		"CR":                     []byte(strings.ReplaceAll(small, "\n", "\r")),
		"mixed":                  []byte(strings.Replace(strings.Replace(small, "\n", "\r\n", 4), "3,1,0\n", "3,1,0\r", 1)),
		"empty lines before":     []byte("\r\n \t\n\u3000\n" + small),
		"white space around":     []byte(strings.ReplaceAll(" "+small, "\n", " \t\u00a0\n")),
		"no empty line":          []byte(strings.Replace(small, "\n\n", "\n", 1)),
		"no end of the last":     []byte(strings.TrimSuffix(small, "\n")),
		"carriage return at end": []byte(strings.TrimSuffix(small, "\n") + "\r"),
	} {
		m, err := beatmap.Parse(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m.MD5 = want.MD5
		same(t, name, m, want)
	}
}

// TestInvalidText checks what becomes of bytes that are no text: one replacement character for as much as could begin a
// character.
func TestInvalidText(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"a\xffb": "a\uFFFDb", "\xe3\x81": "\uFFFD", "\xe3\x81x": "\uFFFDx", "\xf0\x9d\x84\xff": "\uFFFD\uFFFD",
		"\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD", "\xc0\x80": "\uFFFD\uFFFD", "\xf4\x90": "\uFFFD\uFFFD", "ok": "ok",
	} {
		if got := parse(t, "[Metadata]\nTitle:"+title+"\nArtist:b").Title; got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	m, err := beatmap.Parse([]byte("\xff\xfe[\x00M\x00e\x00t\x00a\x00d\x00a\x00t\x00a\x00]\x00\n\x00T\x00i\x00t\x00l\x00e\x00:\x00\x00\xd8x\x00\x00"))
	if err != nil || m.Title != "\uFFFDx\uFFFD" {
		t.Errorf("half a surrogate and half a character: %q %v", m.Title, err)
	}
}

// TestVersions checks the first line.
func TestVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"osu file format v3": 3, "osu file format v128": 128, " osu file format v 7 \n": 7, "osu file format v-2": -2,
		"osu file format v8v5": 5, "osu file format 5": 14, "osu! file format v5": 14, "[General]\nosu file format v5": 14,
		"// comment\nosu file format v5": 14, "\x00": 14,
	} {
		if got := parse(t, text).Version; got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]error{
		"": beatmap.ErrEmpty, "\n \r\n\t": beatmap.ErrEmpty, "\uFEFF": beatmap.ErrEmpty, "osu file format v": beatmap.ErrVersion,
		"osu file format vx": beatmap.ErrVersion, "osu file format v14 // x": beatmap.ErrVersion,
		"osu file format v99999999999": beatmap.ErrVersion, " {\"a\": 1}": beatmap.ErrJSON,
	} {
		if m, err := beatmap.Parse([]byte(text)); !errors.Is(err, want) || m != nil {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// TestSections checks how sections begin, and what precedes or follows none.
func TestSections(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[Metadata]\nTitle:a":                       "a",
		"[2]\nTitle:a":                              "a",
		"[ Metadata ]\nTitle:a":                     "a",
		"[Metadata] \nTitle:a":                      "a",
		"[Metadata] // comment\nTitle:a":            "a",
		" [Metadata]\nTitle:a":                      "Unknown",
		"[metadata]\nTitle:a":                       "Unknown",
		"[Metadata]x\nTitle:a":                      "Unknown",
		"[Metadata]\n[99]\nTitle:a":                 "Unknown",
		"Title:a":                                   "Unknown",
		"[Metadata]\n[Foo]\nTitle:a":                "Unknown",
		"[Metadata]\nTitle:a\n[Events]\nTitle:b":    "a",
		"[Metadata]\nTitle:a\nTitle : b // c":       "b // c",
		"[Metadata]\n//Title:a\n // Title:b":        "Unknown",
		"[Metadata]\n[Events] // x\nTitle:a":        "a", // metadata has no comments at its end
		"[Metadata]\nTitle":                         "",
		"[HitObjects]\n[Metadata]\nTitle:a":         "a",
		"[]\n[Metadata]\nTitle:a\n[\n]\n[]\nTitle:": "a",
	} {
		if got := parse(t, text).Title; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	// What follows an unknown section is read as the general one.
	if m := parse(t, "Mode:1\n[Foo]\nMode:2"); m.Mode != 2 {
		t.Errorf("mode %v", m.Mode)
	}
}

// TestLimits checks that what exceeds a limit is refused.
func TestLimits(t *testing.T) {
	t.Parallel()
	repeat := func(head, line string, n int) string { return head + "\n" + strings.Repeat(line+"\n", n) }
	colours := func() string {
		var b strings.Builder
		b.WriteString("[Colours]\n")
		for i := range beatmap.MaxColours + 1 {
			fmt.Fprintf(&b, "c%d:1,2,3\n", i)
		}
		return b.String()
	}
	path := strings.Repeat("|1:1", beatmap.MaxControlPoints)
	for _, test := range []struct {
		name, text string
		want       error
	}{
		{"size", strings.Repeat("\r", beatmap.MaxSize+1), beatmap.ErrTooLarge},
		{"objects", repeat("[HitObjects]", "0,0,0,1,0", beatmap.MaxHitObjects), nil},
		{"too many objects", repeat("[HitObjects]", "0,0,0,1,0", beatmap.MaxHitObjects+1), beatmap.ErrTooManyObjects},
		{"timing points", repeat("[TimingPoints]", "0,9", beatmap.MaxTimingPoints), nil},
		{"too many timing points", repeat("[TimingPoints]", "0,9", beatmap.MaxTimingPoints+1), beatmap.ErrTooManyTimings},
		{"too many breaks", repeat("[Events]", "2,1,2", beatmap.MaxBreaks+1), beatmap.ErrTooManyBreaks},
		{"too many combo colours", repeat("[Colours]", "Combo1:1,2,3", beatmap.MaxColours+1), beatmap.ErrTooManyColours},
		{"too many colours", colours(), beatmap.ErrTooManyColours},
		{"too many control points of a slider", "[HitObjects]\n0,0,0,2,0,L" + path + "|2:2,1,9", beatmap.ErrTooManyControls},
		{"too many control points", repeat("[HitObjects]", "0,0,0,2,0,L"+path[:len(path)-4]+",1,9", beatmap.MaxPoints/beatmap.MaxControlPoints+1), beatmap.ErrTooManyControls},
		{"too many repeats", repeat("[HitObjects]", "0,0,0,2,0,L|9:9,9000,9", beatmap.MaxNodes/9000+1), beatmap.ErrTooManyNodes},
	} {
		if _, err := beatmap.Parse([]byte(test.text)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

// TestLinear checks that no large file takes long: each of these might, were lines or fields looked for again and again.
func TestLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	t.Parallel()
	for name, unit := range map[string]string{
		"carriage returns": "\r", "brackets": "[", "slashes": " /", "commas": ",", "bars": "|", "colons": ":", "keys": "a:1,2,3\r",
	} {
		for _, head := range []string{"", "[HitObjects]\n0,0,0,2,0,B|1:1", "[Colours]\n", "[Events]\n", "[Editor]\nBookmarks:"} {
			began := time.Now()
			_, err := beatmap.Parse([]byte("osu file format v14\n" + head + strings.Repeat(unit, (4<<20)/len(unit))))
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s after %q took %v (%v)", name, head, took, err)
			}
		}
	}
}

// TestDecode checks reading from a reader.
func TestDecode(t *testing.T) {
	t.Parallel()
	m, err := beatmap.Decode(iotest.OneByteReader(strings.NewReader(small)))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "decoded", m, parse(t, small))
	failure := errors.New("failure")
	if _, err := beatmap.Decode(iotest.ErrReader(failure)); !errors.Is(err, failure) {
		t.Errorf("error: %v", err)
	}
	if _, err := beatmap.Decode(bytes.NewReader(make([]byte, beatmap.MaxSize+1))); !errors.Is(err, beatmap.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}
