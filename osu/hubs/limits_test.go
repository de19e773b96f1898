package hubs_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu/hubs"
)

func TestTimes(t *testing.T) {
	for _, test := range []struct {
		time time.Time
		text string
	}{
		{time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC), "92 d6 ff 6a 88 3d c0 00"},
		{time.Time{}, "92 c7 0c ff 00 00 00 00 ff ff ff f1 88 6e 09 00 00"},
		{time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Add(100 * time.Nanosecond), "92 d7 ff 00 00 01 90 00 00 00 00 00"},
		{time.Date(2026, 8, 21, 12, 0, 0, 0, time.FixedZone("", -210*60)), "92 d6 ff 6a 88 3d c0 d1 ff 2e"},
	} {
		if got := hubs.AppendTime(nil, test.time); !bytes.Equal(got, unhex(t, test.text)) {
			t.Errorf("%v is written %x", test.time, got)
		}
		got, rest, err := hubs.ReadTime(unhex(t, test.text))
		if err != nil || len(rest) != 0 || !got.Equal(test.time) || got.Format(time.RFC3339) != test.time.Format(time.RFC3339) {
			t.Errorf("%s is read %v, %v", test.text, got, err)
		}
	}
	for name, text := range map[string]string{
		"bare timestamp": "d6 ff 6a 88 3d c0", "no offset": "91 d6 ff 6a 88 3d c0", "offset": "92 d6 ff 6a 88 3d c0 cd 03 49",
		"null": "c0", "year 10000": "92 c7 0c ff 00 00 00 00 00 00 00 3a ff f4 41 80 00", "other extension": "92 d6 07 00 00 00 00 00",
	} {
		if got, _, err := hubs.ReadTime(unhex(t, text)); err == nil {
			t.Errorf("%s is read %v", name, got)
		}
	}
	// What the client cannot hold becomes the zero time.
	zero := hubs.AppendTime(nil, time.Time{})
	for _, far := range []time.Time{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)} {
		if got := hubs.AppendTime(nil, far); !bytes.Equal(got, zero) {
			t.Errorf("%v is written %x", far, got)
		}
	}
}

func TestFloats(t *testing.T) {
	read := func(text string) (hubs.LegacyReplayFrame, error) {
		f, _, err := hubs.Read[hubs.LegacyReplayFrame](unhex(t, text))
		return f, err
	}
	// A double may come as a float or an integer, a float as an integer.
	for _, text := range []string{"92 02 02", "92 ca 40 00 00 00 ca 40 00 00 00", "92 cb 40 00 00 00 00 00 00 00 cc 02", "92 d0 02 d1 00 02"} {
		if f, err := read(text); err != nil || f.Time != 2 || f.MouseX.Or(0) != 2 {
			t.Errorf("%s is read %+v, %v", text, f, err)
		}
	}
	for _, text := range []string{"92 02 cb 40 00 00 00 00 00 00 00", "91 a1 32", "91 c3", "91 c0"} {
		if f, err := read(text); err == nil {
			t.Errorf("%s is read %+v", text, f)
		}
	}
}

// TestHostileHeaders reads headers that announce far more than there is: nothing may be allocated for it.
func TestHostileHeaders(t *testing.T) {
	reads := map[string]func([]byte) error{
		"bundle": func(b []byte) error { _, _, err := hubs.Read[hubs.FrameDataBundle](b); return err },
		"header": func(b []byte) error { _, _, err := hubs.Read[hubs.FrameHeader](b); return err },
		"state":  func(b []byte) error { _, _, err := hubs.Read[hubs.SpectatorState](b); return err },
		"room":   func(b []byte) error { _, _, err := hubs.Read[hubs.MultiplayerRoom](b); return err },
		"lobby":  func(b []byte) error { _, _, err := hubs.Read[hubs.MatchmakingLobbyStatus](b); return err },
		"stats":  func(b []byte) error { _, _, err := hubs.Read[hubs.MultiplayerPlaylistItemStats](b); return err },
		"sets":   func(b []byte) error { _, _, err := hubs.Read[hubs.BeatmapUpdates](b); return err },
		"mods":   func(b []byte) error { _, _, err := hubs.ReadMods(b, nil); return err },
		"users":  func(b []byte) error { _, _, err := hubs.ReadList[hubs.SpectatorUser](b); return err },
		"match":  func(b []byte) error { _, _, err := hubs.ReadMatchRoomState(b); return err },
		"frames": func(b []byte) error { _, _, err := hubs.ReadMatchServerEvent(b); return err },
	}
	for name, texts := range map[string][]string{
		"bundle": {"dd ff ff ff ff 90 90", "92 90 dd 7f ff ff ff", "92 90 dc ff ff 90 90"},
		"header": {"95 00 00 00 00 df ff ff ff ff 01 01", "98 00 00 00 00 80 90 92 d6 ff 6a 88 3d c0 00 dd ff ff ff ff 90", "9a 00 00 00 00 80 90 92 d6 ff 6a 88 3d c0 00 90 c0 dd ff ff ff ff 01"},
		"state":  {"93 c0 c0 dd ff ff ff ff 90", "95 c0 c0 90 00 df 7f ff ff ff 01 01"},
		"room":   {"94 00 00 90 dd ff ff ff ff 90", "97 00 00 90 90 c0 c0 dd ff ff ff ff", "98 00 00 90 90 c0 c0 90 dd ff ff ff ff"},
		"lobby":  {"91 dd ff ff ff ff 01", "92 90 dd ff ff ff ff 01", "94 90 90 c0 dd ff ff ff ff c0"},
		"stats":  {"92 00 9e 01 01 01 01 01 01 01 01 01 01 01 01 01 01", "92 00 dd ff ff ff ff"},
		"sets":   {"91 dd ff ff ff ff 01"},
		"mods":   {"dd ff ff ff ff 90", "91 92 a0 dd ff ff ff ff a1 61 c3"},
		"users":  {"dd ff ff ff ff 90"},
		"match":  {"92 00 91 dd ff ff ff ff 90", "92 01 93 00 00 dd ff ff ff ff", "92 01 95 00 00 90 00 91 df ff ff ff ff 01 90", "92 02 94 00 00 00 df ff ff ff ff 01 90", "92 03 93 c0 c2 dd ff ff ff ff c0"},
		"frames": {"92 03 92 01 dd ff ff ff ff 90", "92 03 92 01 91 92 00 df ff ff ff ff"},
	} {
		for _, text := range texts {
			b := unhex(t, text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := reads[name](b); err == nil {
				t.Errorf("%s: %s was read", name, text)
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 {
				t.Errorf("%s: %s allocated %d bytes", name, text, n)
			}
		}
	}
}

// TestReuse reads bundles into one value: there is nothing to allocate.
func TestReuse(t *testing.T) {
	bundle := typicalBundle()
	b := bundle.AppendMsg(nil)
	var into hubs.FrameDataBundle
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := into.ReadMsg(b); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
	if again := into.AppendMsg(nil); !bytes.Equal(again, b) {
		t.Error("what was read is not what was written")
	}
	out := make([]byte, 0, 2*len(b))
	if n := testing.AllocsPerRun(100, func() { bundle.AppendMsg(out) }); n != 0 {
		t.Errorf("%v allocations to write", n)
	}
}
