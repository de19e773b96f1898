package hubs_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/pure-peace/peace/osu/hubs"
)

// readers are everything that reads what a client sends, each as a function that returns the value in our own form.
var readers = []func(b []byte) (canonical, rest []byte, err error){
	object[hubs.FrameDataBundle],
	object[hubs.SpectatorState],
	object[hubs.SpectatorUser],
	object[hubs.UserPresence],
	object[hubs.BeatmapUpdates],
	object[hubs.DailyChallengeInfo],
	object[hubs.MultiplayerPlaylistItemStats],
	object[hubs.MultiplayerRoomScoreSetEvent],
	object[hubs.MultiplayerRoom],
	object[hubs.MultiplayerRoomSettings],
	object[hubs.MultiplayerPlaylistItem],
	object[hubs.BeatmapAvailability],
	object[hubs.MatchmakingLobbyStatus],
	object[hubs.MatchmakingPool],
	object[hubs.MatchmakingIssueDuelRequest],
	object[hubs.MatchmakingAcceptDuelRequest],
	object[hubs.MatchmakingDuelIssuedParams],
	object[hubs.RankedPlayCardItem],
	object[hubs.RankedPlayCardHandReplayFrame],
	object[hubs.Mod],
	tagged(hubs.ReadUserActivity, hubs.AppendUserActivity),
	tagged(hubs.ReadMatchRoomState, hubs.AppendMatchRoomState),
	tagged(hubs.ReadMatchUserState, hubs.AppendMatchUserState),
	tagged(hubs.ReadMatchServerEvent, hubs.AppendMatchServerEvent),
	tagged(hubs.ReadMatchUserRequest, hubs.AppendMatchUserRequest),
	tagged(hubs.ReadMultiplayerCountdown, hubs.AppendMultiplayerCountdown),
	tagged(hubs.ReadMatchmakingQueueStatus, hubs.AppendMatchmakingQueueStatus),
	tagged(hubs.ReadUserStatus, hubs.AppendUserStatus),
	tagged(hubs.ReadTime, hubs.AppendTime),
}

func object[T any, P message[T]](b []byte) ([]byte, []byte, error) {
	var v T
	rest, err := P(&v).ReadMsg(b)
	return P(&v).AppendMsg(nil), rest, err
}

func tagged[U any](read func([]byte) (U, []byte, error), write func([]byte, U) []byte) func([]byte) ([]byte, []byte, error) {
	return func(b []byte) ([]byte, []byte, error) {
		v, rest, err := read(b)
		return write(nil, v), rest, err
	}
}

// FuzzRead reads anything as anything. What was read is written in a form that reads as itself.
func FuzzRead(f *testing.F) {
	bundle := typicalBundle()
	f.Add(byte(0), bundle.AppendMsg(nil))
	f.Add(byte(1), unhex(f, "95 4b 00 91 92 a2 44 54 91 ac 73 70 65 65 64 5f 63 68 61 6e 67 65 cb 3f f4 00 00 00 00 00 00 01 81 05 cc c2"))
	f.Add(byte(3), unhex(f, "92 92 0c 94 4b a5 61 20 2d 20 62 03 a1 56 02"))
	f.Add(byte(8), unhex(f, "99 01 00 98 a1 72 05 a0 02 00 00 c2 c0 91 99 02 00 92 00 c0 90 92 00 91 01 c0 c0 c2 00 c0 92 03 93 c0 c2 92 01 c0 90 91 92 00 92 01 05 0c"))
	f.Add(byte(12), unhex(f, "94 91 01 91 92 cd 05 dc 03 c0 91 92 02 97 04 01 01 80 c0 01 c0"))
	f.Add(byte(18), unhex(f, "92 01 81 d9 24 36663936313966662d386238362d643031312d623432642d303063303466633936346666 97 c2 c2 c2 c2 00 00 00"))
	f.Add(byte(23), unhex(f, "92 00 91 92 00 92 01 ce 05 f5 e1 00"))
	f.Add(byte(28), hubs.AppendTime(nil, time.Date(2026, 8, 21, 12, 0, 0, 0, time.FixedZone("", 3600))))
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		if len(data) > 32<<10 {
			return // what a hub takes
		}
		read := readers[int(kind)%len(readers)]
		first, rest, err := read(data)
		if err != nil {
			return
		}
		if len(rest) > len(data) || !bytes.HasSuffix(data, rest) {
			t.Fatalf("%x is left of %x", rest, data)
		}
		again, rest, err := read(first)
		if err != nil || len(rest) != 0 {
			t.Fatalf("%x was written for %x, and does not read: %v", first, data, err)
		}
		if !bytes.Equal(first, again) {
			t.Fatalf("%x was written for %x, and %x for itself", first, data, again)
		}
	})
}

// FuzzMods reads mods as a set, and writes the set again: what the client has no type for has taken one by then, and stays.
func FuzzMods(f *testing.F) {
	f.Add(unhex(f, "92 92 a2 48 44 90 92 a2 44 54 91 ac 73 70 65 65 64 5f 63 68 61 6e 67 65 cb 3f f4 00 00 00 00 00 00"))
	f.Add(unhex(f, "91 92 a2 44 41 93 ab 63 69 72 63 6c 65 5f 73 69 7a 65 ca 40 86 66 66 af 65 78 74 65 6e 64 65 64 5f 6c 69 6d 69 74 73 c3 a1 61 a4 23 66 66 66"))
	f.Add(unhex(f, "91 92 a2 4d 52 91 aa 72 65 66 6c 65 63 74 69 6f 6e 01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 32<<10 {
			return
		}
		list, _, err := hubs.ReadMods(data, nil)
		if err != nil {
			return
		}
		first, err := hubs.SetOf(list)
		if err != nil {
			return
		}
		var sets [2][]hubs.Mod
		for i := range sets {
			sets[i] = hubs.ModsOf(first)
			again, _, err := hubs.ReadMods(hubs.AppendMods(nil, sets[i]), nil)
			if err != nil {
				t.Fatalf("%x: what was written does not read: %v", data, err)
			}
			if first, err = hubs.SetOf(again); err != nil {
				t.Fatalf("%x: what was written is no set: %v", data, err)
			}
		}
		if a, b := hubs.AppendMods(nil, sets[0]), hubs.AppendMods(nil, sets[1]); !bytes.Equal(a, b) {
			t.Fatalf("%x: %x, then %x", data, a, b)
		}
	})
}
