package hubs_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// message is a pointer to a class.
type message[T any] interface {
	*T
	AppendMsg(b []byte) []byte
	ReadMsg(b []byte) ([]byte, error)
}

// unhex reads bytes written for people: digits in any grouping.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var sameValue = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Format("-0700") == b.Format("-0700") }),
}

// golden writes a value, and compares; reads it with something behind it, and compares; and reads every beginning of it, which must
// fail.
func golden[T any, P message[T]](t *testing.T, name string, value T, text string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		want := unhex(t, text)
		if got := P(&value).AppendMsg(nil); !bytes.Equal(got, want) {
			t.Fatalf("written\n%x, want\n%x", got, want)
		}
		var got T
		rest, err := P(&got).ReadMsg(append(bytes.Clone(want), 0xc1, 0xc1))
		if err != nil {
			t.Fatal(err)
		}
		if len(rest) != 2 {
			t.Errorf("%d bytes left, want 2", len(rest))
		}
		if diff := cmp.Diff(value, got, sameValue); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
		if _, err := P(&got).ReadMsg(want); err != nil { // into memory that was used
			t.Fatal(err)
		}
		if diff := cmp.Diff(value, got, sameValue); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
		for i := range want {
			if _, err := P(&got).ReadMsg(want[:i:i]); err == nil {
				t.Fatalf("%d of %d bytes were accepted", i, len(want))
			}
		}
		var none P
		if got := none.AppendMsg(nil); !bytes.Equal(got, []byte{0xc0}) {
			t.Errorf("null is %x", got)
		}
	})
}

// union does the same for a value of a union.
func union[U any](t *testing.T, write func([]byte, U) []byte, read func([]byte) (U, []byte, error), value U, text string) {
	t.Helper()
	want := unhex(t, text)
	if got := write(nil, value); !bytes.Equal(got, want) {
		t.Errorf("%T: written\n%x, want\n%x", value, got, want)
		return
	}
	got, rest, err := read(append(bytes.Clone(want), 0xc1, 0xc1))
	if err != nil || len(rest) != 2 {
		t.Errorf("%T: %d bytes left, want 2, %v", value, len(rest), err)
	}
	if diff := cmp.Diff(value, got, sameValue); diff != "" {
		t.Errorf("%T (-want +got):\n%s", value, diff)
	}
	for i := range want {
		if _, _, err := read(want[:i:i]); err == nil {
			t.Errorf("%T: %d of %d bytes were accepted", value, i, len(want))
		}
	}
}

// refuses examines that bytes are not read.
func refuses[U any](t *testing.T, read func([]byte) (U, []byte, error), texts ...string) {
	t.Helper()
	for _, text := range texts {
		if got, _, err := read(unhex(t, text)); err == nil || any(got) != nil {
			t.Errorf("%s: read %v, %v", text, got, err)
		}
	}
}
