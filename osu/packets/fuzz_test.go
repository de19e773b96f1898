package packets

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pure-peace/peace/osu"
)

// wireErrors are the errors that bytes may cause; any other is a mistake of ours.
var wireErrors = []error{ErrTruncated, ErrTooLarge, ErrCompressed, ErrString, ErrULEB128}

func checkError(t *testing.T, err error) {
	t.Helper()
	for _, known := range wireErrors {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("unexpected error: %v", err)
}

func FuzzSplit(f *testing.F) {
	body, _ := routedBody(f)
	f.Add(body)
	f.Add([]byte{4, 0, 1, 0, 0, 0, 0})
	f.Add([]byte{1, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		var again []byte
		for p, err := range Split(body, ClientLimit) {
			if err != nil {
				checkError(t, err)
				break
			}
			if len(p.Payload) > ClientLimit(p.ID) || len(p.Payload) != cap(p.Payload) {
				t.Fatalf("%v has %d bytes with room for %d", p.ID, len(p.Payload), cap(p.Payload))
			}
			again = p.Append(again)
		}
		if !bytes.HasPrefix(body, again) {
			t.Errorf("% x splits into % x", body, again)
		}
	})
}

func FuzzDecodeClient(f *testing.F) { fuzzDecode(f, goldenClient, DecodeClient) }

func FuzzDecodeServer(f *testing.F) { fuzzDecode(f, goldenServer, DecodeServer) }

// fuzzDecode checks that what decodes is well-formed, takes no memory out of proportion to its bytes, and comes back the same
// when it is written and decoded again.
func fuzzDecode(f *testing.F, golden []goldenPacket, decode func(Raw) (Packet, error)) {
	for _, g := range golden {
		f.Add(uint16(g.packet.PacketID()), unhex(f, g.hex)[headerSize:])
	}
	f.Fuzz(func(t *testing.T, id uint16, payload []byte) {
		p, err := decode(Raw{ID(id), payload})
		if err != nil {
			checkError(t, err)
			return
		}
		if p.PacketID() != ID(id) {
			t.Fatalf("%v decodes as %v", ID(id), p.PacketID())
		}
		if _, raw := p.(Raw); !raw {
			checkStrings(t, reflect.ValueOf(p))
		}
		once := p.Append(nil)
		again, err := decode(splitOne(t, once, func(ID) int { return math.MaxInt }))
		if err != nil {
			t.Fatalf("%v does not decode after it was written: %v", ID(id), err)
		}
		if twice := again.Append(nil); !bytes.Equal(once, twice) {
			t.Errorf("%v is written as\n% x and then as\n% x", ID(id), once, twice)
		}
	})
}

// checkStrings fails when a string within v is not UTF-8.
func checkStrings(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			t.Errorf("%q is not UTF-8", v.String())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			checkStrings(t, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkStrings(t, v.Index(i))
		}
	}
}

func FuzzParseLogin(f *testing.F) {
	f.Add([]byte(loginBody))
	f.Add([]byte(strings.ReplaceAll(loginBody, "\n", "\r\n")))
	f.Add([]byte("a\n" + loginMD5 + "\nb1|0|0|:::::|0\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		l, err := ParseLogin(body)
		if err != nil {
			return
		}
		checkStrings(t, reflect.ValueOf(l))
		if strings.ContainsAny(l.Name+l.PasswordMD5+l.Version+l.Hashes.String(), "\n") {
			t.Errorf("a field spans lines: %+v", l)
		}
		_, _ = osu.ParseVersion(l.Version)
		again, err := ParseLogin(AppendLogin(nil, l))
		if err != nil || again != l {
			t.Errorf("%+v comes back as %+v, %v", l, again, err)
		}
	})
}
