package hubs_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu/hubs"
)

// TestArguments uses the package as hubs do: with functions as values.
func TestArguments(t *testing.T) {
	read := hubs.Read[hubs.SpectatorUser]
	write := hubs.Append[hubs.SpectatorUser]
	users := []hubs.SpectatorUser{{OnlineID: 1, Username: "a"}, {OnlineID: 300}}
	one := unhex(t, "92 01 a1 61")
	if got := write(nil, users[0]); !bytes.Equal(got, one) {
		t.Errorf("written %x", got)
	}
	if got, rest, err := read(append(bytes.Clone(one), 7)); err != nil || got != users[0] || len(rest) != 1 {
		t.Errorf("read %v, %d bytes left, %v", got, len(rest), err)
	}
	if _, _, err := read([]byte{0xc0}); err == nil {
		t.Error("null was read where none may be")
	}
	if got, rest, err := hubs.ReadOrNull[hubs.SpectatorUser]([]byte{0xc0}); err != nil || got != nil || len(rest) != 0 {
		t.Errorf("read %v, %d bytes left, %v", got, len(rest), err)
	}
	if got, _, err := hubs.ReadOrNull[hubs.SpectatorUser](one); err != nil || *got != users[0] {
		t.Errorf("read %v, %v", got, err)
	}
	if got := hubs.AppendOrNull[hubs.DailyChallengeInfo](nil, nil); !bytes.Equal(got, []byte{0xc0}) {
		t.Errorf("null is %x", got)
	}
	list := unhex(t, "92 92 01 a1 61 92 cd 01 2c a0")
	if got := hubs.AppendList(nil, users); !bytes.Equal(got, list) {
		t.Errorf("written %x", got)
	}
	if got, rest, err := hubs.ReadList[hubs.SpectatorUser](list); err != nil || len(rest) != 0 || !cmp.Equal(got, users) {
		t.Errorf("read %v, %d bytes left, %v", got, len(rest), err)
	}
	if _, _, err := hubs.ReadList[hubs.SpectatorUser](unhex(t, "93 92 01 a1 61")); err == nil {
		t.Error("a list was read that ends too early")
	}
}

func TestIntegers(t *testing.T) {
	for v, text := range map[int64]string{
		0: "00", 127: "7f", 128: "cc 80", 255: "cc ff", 256: "cd 01 00", 65536: "ce 00 01 00 00", 1 << 32: "cf 00 00 00 01 00 00 00 00",
		-1: "ff", -32: "e0", -33: "d0 df", -129: "d1 ff 7f", -32769: "d2 ff ff 7f ff", -1 << 40: "d3 ff ff ff 00 00 00 00 00",
	} {
		if got := hubs.AppendInt(nil, v); !bytes.Equal(got, unhex(t, text)) {
			t.Errorf("%d is written %x", v, got)
		}
		if got, rest, err := hubs.ReadOptionalInt64(unhex(t, text)); err != nil || got != hubs.Some(v) || len(rest) != 0 {
			t.Errorf("%s is read %v, %v", text, got, err)
		}
	}
	// Any form of a number is read.
	for _, text := range []string{"05", "cc 05", "cd 00 05", "ce 00 00 00 05", "cf 00 00 00 00 00 00 00 05", "d0 05", "d1 00 05", "d2 00 00 00 05"} {
		if got, _, err := hubs.ReadOptionalInt32(unhex(t, text)); err != nil || got.Or(0) != 5 {
			t.Errorf("%s is read %v, %v", text, got, err)
		}
		if got, _, err := hubs.ReadEnum[hubs.SpectatedUserState](unhex(t, text)); err != nil || got != hubs.Quit {
			t.Errorf("%s is read %v, %v", text, got, err)
		}
	}
	if got, _, err := hubs.ReadOptionalInt32([]byte{0xc0}); err != nil || got.Valid || got.Or(7) != 7 {
		t.Errorf("null is read %v, %v", got, err)
	}
	for _, text := range []string{"ce 80 00 00 00", "d3 ff ff ff ff 7f ff ff ff", "cb 40 00 00 00 00 00 00 00", "a1 31", "c2", ""} {
		if got, _, err := hubs.ReadOptionalInt32(unhex(t, text)); err == nil {
			t.Errorf("%s is read %v", text, got)
		}
	}
}
