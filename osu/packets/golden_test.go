package packets

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatalf("test bytes %q: %v", s, err)
	}
	return b
}

// vectors were computed by an independent implementation.
var vectors = []goldenPacket{
	{Protocol, "4b 00 00 04 00 00 00 13 00 00 00"},
	{UserID(1000), "05 00 00 04 00 00 00 e8 03 00 00"},
	{LoginFailed, "05 00 00 04 00 00 00 ff ff ff ff"},
	{LoginServerError, "05 00 00 04 00 00 00 fb ff ff ff"},
	{Restart(0), "56 00 00 04 00 00 00 00 00 00 00"},
	{Privileges(5), "47 00 00 04 00 00 00 05 00 00 00"},
	{FriendsList{1, 1000}, "48 00 00 0a 00 00 00 02 00 01 00 00 00 e8 03 00 00"},
	{Notification("Welcome!"), "18 00 00 0a 00 00 00 0b 08 57 65 6c 63 6f 6d 65 21"},
	{ChannelInfo{"#osu", "General", 3}, "41 00 00 11 00 00 00 0b 04 23 6f 73 75 0b 07 47 65 6e 65 72 61 6c 03 00"},
	{ChannelInfoEnd{}, "59 00 00 00 00 00 00"},
	{SilenceEnd(0), "5c 00 00 04 00 00 00 00 00 00 00"},
	{Message{"Ann", "hi", "#osu", 1000}, `
		07 00 00 13 00 00 00 0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{UserPresence{
		UserID: 1000, Name: "Ann", UTCOffset: 8, Country: "CN", Privileges: 5, Longitude: 116.5, Latitude: 39.75, Rank: 7,
	}, `
		53 00 00 18 00 00 00 e8 03 00 00 0b 03 41 6e 6e 20 30 05 00 00 e9 42 00 00 1f 42 07 00 00 00`},
	{UserStats{
		UserID: 1000, RankedScore: 123456789, Accuracy: 0.9876, PlayCount: 42, TotalScore: 987654321, Rank: 7, PP: 4321,
	}, `
		0b 00 00 2e 00 00 00 e8 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 15 cd 5b 07 00 00 00 00 5b d3 7c 3f 2a
		00 00 00 b1 68 de 3a 00 00 00 00 07 00 00 00 e1 10`},
	{NewMatch{
		ID: 5, Mods: osu.ModDoubleTime, Name: "test", Password: Password{Text: "secret"}.Hide(), Beatmap: "A - B [C]",
		BeatmapID: 75, BeatmapMD5: "0123456789abcdef0123456789abcdef", HostID: 1000,
		Slots: [Slots]Slot{
			{Status: SlotNotReady, UserID: 1000}, {Status: SlotOpen}, {Status: SlotOpen}, {Status: SlotOpen},
			{Status: SlotOpen}, {Status: SlotOpen}, {Status: SlotOpen}, {Status: SlotOpen},
			{Status: SlotLocked}, {Status: SlotLocked}, {Status: SlotLocked}, {Status: SlotLocked},
			{Status: SlotLocked}, {Status: SlotLocked}, {Status: SlotLocked}, {Status: SlotLocked},
		},
	}, `
		1b 00 00 71 00 00 00 05 00 00 00 40 00 00 00 0b 04 74 65 73 74 0b 00 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66
		04 01 01 01 01 01 01 01 02 02 02 02 02 02 02 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		e8 03 00 00 e8 03 00 00 00 00 00 00 00 00 00 00`},
}

func TestVectors(t *testing.T) { testGolden(t, vectors, DecodeServer) }

func TestGoldenClient(t *testing.T) {
	testGolden(t, goldenClient, DecodeClient)
	testComplete(t, goldenClient, ID.FromClient)
}

func TestGoldenServer(t *testing.T) {
	testGolden(t, goldenServer, DecodeServer)
	testComplete(t, goldenServer, ID.FromServer)
}

func testGolden(t *testing.T, golden []goldenPacket, decode func(Raw) (Packet, error)) {
	for _, g := range golden {
		id, want := g.packet.PacketID(), unhex(t, g.hex)
		if got := g.packet.Append([]byte("before")); !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Errorf("%v is written as\n% x, want\n% x", id, got[len("before"):], want)
		}
		raw := splitOne(t, want, ServerLimit)
		if raw.ID != id {
			t.Errorf("%v is read under the id of %v", id, raw.ID)
		}
		got, err := decode(raw)
		if err != nil {
			t.Errorf("decode %v: %v", id, err)
		}
		if diff := cmp.Diff(g.packet, got); diff != "" {
			t.Errorf("%v is read wrongly (-want +got):\n%s", id, diff)
		}

		// Newer clients add fields to the end. A bundle has an optional part there, which what follows would change.
		if _, ok := g.packet.(SpectatorFrames); !ok && id != IDSpectateFrames {
			raw.Payload = append(raw.Payload, 1, 2, 3)
			if got, err = decode(raw); err != nil || !cmp.Equal(g.packet, got) {
				t.Errorf("%v with bytes after it is read as %v, %v", id, got, err)
			}
		}
	}
}

// testComplete fails for the packets that golden forgets.
func testComplete(t *testing.T, golden []goldenPacket, in func(ID) bool) {
	have := map[ID]bool{}
	for _, g := range golden {
		have[g.packet.PacketID()] = true
	}
	for id := ID(0); id < 1000; id++ {
		if in(id) != have[id] {
			t.Errorf("%v: known to the table %t, has golden bytes %t", id, in(id), have[id])
		}
	}
}

// TestTruncated cuts every packet at every byte: nothing is read out of a payload that ends early, except where its last part is
// optional.
func TestTruncated(t *testing.T) {
	for _, g := range append(append([]goldenPacket(nil), goldenClient...), goldenServer...) {
		raw := splitOne(t, unhex(t, g.hex), ServerLimit)
		decode := DecodeClient
		if raw.ID.FromServer() {
			decode = DecodeServer
		}
		for n := range raw.Payload {
			_, err := decode(Raw{raw.ID, raw.Payload[:n]})
			var de *DecodeError
			switch {
			case err == nil && optionalFrom(g.packet, len(raw.Payload)) <= n:
			case !errors.Is(err, ErrTruncated):
				t.Errorf("%v cut to %d of %d bytes: %v", raw.ID, n, len(raw.Payload), err)
			case !errors.As(err, &de) || de.ID != raw.ID || !strings.Contains(err.Error(), raw.ID.String()):
				t.Errorf("%v cut to %d bytes: the error does not name it: %v", raw.ID, n, err)
			}
		}
	}
}

// optionalFrom returns how many bytes of the payload of p, of the given size, must be there.
func optionalFrom(p Packet, size int) int {
	switch p := p.(type) {
	case SpectateFrames, SpectatorFrames:
		if f, ok := p.(SpectatorFrames); ok && f.Score == nil {
			return size - 2 // no sequence
		}
		return size - 2 - scoreFrameSize // neither score frame nor sequence
	}
	return size
}

func TestIDNames(t *testing.T) {
	for id, want := range map[ID]string{IDUserID: "UserID", IDChangeAction: "ChangeAction", 7: "Message", 110: "packet(110)", 14: "SpectatorLeft", 40000: "packet(40000)"} {
		if got := id.String(); got != want {
			t.Errorf("ID(%d) = %q, want %q", id, got, want)
		}
	}
}

func TestUnknownPacketsStayRaw(t *testing.T) {
	raw := Raw{ID: 0xfffe, Payload: []byte{1, 2}}
	for _, decode := range []func(Raw) (Packet, error){DecodeClient, DecodeServer} {
		if p, err := decode(raw); err != nil || !cmp.Equal(p, Packet(raw)) {
			t.Errorf("decode = %v, %v; want the packet itself", p, err)
		}
	}
	// A packet of the other direction is as unknown.
	raw.ID = IDNotification
	if p, err := DecodeClient(raw); err != nil || !cmp.Equal(p, Packet(raw)) {
		t.Errorf("a server's packet from a client is decoded as %v, %v", p, err)
	}
}

func TestPrivilegesAreMasked(t *testing.T) {
	if got, want := Privileges(0xff).Append(nil), unhex(t, "47 00 00 04 00 00 00 3f 00 00 00"); !bytes.Equal(got, want) {
		t.Errorf("privileges 255 are written as % x, want % x", got, want)
	}
	got := UserPresence{Privileges: 0xff, Ruleset: osu.Catch}.Append(nil)
	if shared := got[headerSize+4+1+2]; shared != 0x5f {
		t.Errorf("privileges 255 in catch are written as %#x, want 0x5f", shared)
	}
}

func TestSetPP(t *testing.T) {
	for _, tt := range []struct {
		pp     int
		want   uint16
		ranked int64
	}{
		{0, 0, 5}, {-3, 0, 5}, {65535, 65535, 5}, {65536, 0, 65536}, {1 << 40, 0, 1 << 40},
	} {
		s := UserStats{RankedScore: 5, PP: 9}
		if s.SetPP(tt.pp); s.PP != tt.want || s.RankedScore != tt.ranked {
			t.Errorf("SetPP(%d): pp %d, ranked score %d; want %d, %d", tt.pp, s.PP, s.RankedScore, tt.want, tt.ranked)
		}
	}
}

func TestPasswordHide(t *testing.T) {
	for _, tt := range []struct{ in, want Password }{
		{Password{}, Password{}},
		{Password{Text: "pw"}, Password{Hidden: true}},
		{Password{Hidden: true}, Password{Hidden: true}},
	} {
		if got := tt.in.Hide(); got != tt.want {
			t.Errorf("%+v hides as %+v, want %+v", tt.in, got, tt.want)
		}
	}
}

func TestSlotHasPlayer(t *testing.T) {
	for s := range 256 {
		if got, want := SlotStatus(s).HasPlayer(), s&124 != 0; got != want {
			t.Errorf("SlotStatus(%d).HasPlayer() = %t", s, got)
		}
	}
}

// TestRelay passes frames on as a server does, without decoding them.
func TestRelay(t *testing.T) {
	frames := splitOne(t, SpectateFrames(goldenFrames).Append(nil), ClientLimit)
	got := Raw{IDSpectatorFrames, frames.Payload}.Append(nil)
	if want := SpectatorFrames(goldenFrames).Append(nil); !bytes.Equal(got, want) {
		t.Errorf("relayed frames are % x, want % x", got, want)
	}

	score := splitOne(t, MatchScoreUpdate(goldenScoreV2).Append(nil), ClientLimit)
	if !SetScoreSlot(score.Payload, 9) {
		t.Fatal("SetScoreSlot refused a score frame")
	}
	got = Raw{IDMatchScore, score.Payload}.Append(nil)
	want := MatchScore(with(goldenScoreV2, func(f *ScoreFrame) { f.Slot = 9 })).Append(nil)
	if !bytes.Equal(got, want) {
		t.Errorf("relayed score is % x, want % x", got, want)
	}
	if short := make([]byte, scoreFrameSize-1); SetScoreSlot(short, 9) || short[scoreSlotOffset] != 0 {
		t.Error("SetScoreSlot wrote into a payload that is no score frame")
	}
}

func TestListsOverflow(t *testing.T) {
	raw := splitOne(t, UserPresenceBundle(make([]int32, 65536)).Append(nil), ServerLimit)
	var ids UserPresenceBundle
	if err := ids.Decode(raw.Payload); err != nil || len(ids) != 65535 {
		t.Errorf("65,536 ids are read as %d, %v", len(ids), err)
	}
	raw = splitOne(t, SpectatorFrames{Frames: make([]ReplayFrame, 65536)}.Append(nil), ServerLimit)
	var frames SpectatorFrames
	if err := frames.Decode(raw.Payload); err != nil || len(frames.Frames) != 65535 || frames.Score != nil {
		t.Errorf("65,536 frames are read as %d, %v", len(frames.Frames), err)
	}
}
