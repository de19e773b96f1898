package hubs_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/hubs"
)

func TestMetadata(t *testing.T) {
	online := hubs.Some(hubs.Online)
	golden(t, "nothing new", hubs.BeatmapUpdates{LastProcessedQueueID: 5}, "92 90 05")
	golden(t, "updates", hubs.BeatmapUpdates{BeatmapSetIDs: []int32{1, 200, 70000}, LastProcessedQueueID: -1},
		"92 93 01 cc c8 ce 00 01 11 70 ff")
	golden(t, "daily challenge", hubs.DailyChallengeInfo{RoomID: 77}, "91 4d")
	golden(t, "no presence", hubs.UserPresence{}, "92 c0 c0")
	golden(t, "choosing", hubs.UserPresence{Activity: hubs.ChoosingBeatmap{}, Status: online}, "92 92 0b 90 02")
	golden(t, "do not disturb", hubs.UserPresence{Status: hubs.Some(hubs.DoNotDisturb)}, "92 c0 01")
	golden(t, "score", hubs.MultiplayerRoomScoreSetEvent{
		RoomID: 1, PlaylistItemID: 2, ScoreID: 1 << 33, UserID: 1000, TotalScore: 1_000_000, NewRank: hubs.Some[int32](3),
	}, "96 01 02 cf 00 00 00 02 00 00 00 00 cd 03 e8 ce 00 0f 42 40 03")
	golden(t, "score without rank", hubs.MultiplayerRoomScoreSetEvent{RoomID: 1}, "96 01 00 00 00 00 c0")
	stats := hubs.MultiplayerPlaylistItemStats{PlaylistItemID: 7, CumulativeScore: 300, LastProcessedScoreID: 1<<64 - 1}
	stats.TotalScoreDistribution[12] = 2
	golden(t, "stats", stats, "94 07 9d 00 00 00 00 00 00 00 00 00 00 00 00 02 cd 01 2c cf ff ff ff ff ff ff ff ff")
}

func TestActivities(t *testing.T) {
	game := hubs.Game{BeatmapID: 75, BeatmapDisplayTitle: "a - b", RulesetID: 3, RulesetPlayingVerb: "V"}
	edit := hubs.Edit{BeatmapID: -1, BeatmapDisplayTitle: "é"}
	replay := hubs.Replay{ScoreID: 300, PlayerName: "p", BeatmapID: 128, BeatmapDisplayTitle: hubs.Some("t")}
	const gameBytes = "94 4b a5 61 20 2d 20 62 03 a1 56"
	const editBytes = "92 ff a2 c3 a9"
	check := func(activity hubs.UserActivity, text string) {
		t.Helper()
		union(t, hubs.AppendUserActivity, hubs.ReadUserActivity, activity, text)
	}
	check(nil, "c0")
	check(hubs.ChoosingBeatmap{}, "92 0b 90")
	check(hubs.InSoloGame{Game: game}, "92 0c"+gameBytes)
	check(hubs.WatchingReplay{Replay: replay}, "92 0d 94 cd 01 2c a1 70 cc 80 a1 74")
	check(hubs.SpectatingUser{Replay: hubs.Replay{PlayerName: "p", BeatmapID: -1}}, "92 0e 94 00 a1 70 ff c0")
	check(hubs.SearchingForLobby{}, "92 15 90")
	check(hubs.InLobby{RoomID: -1, RoomName: "Quick Play"}, "92 16 92 ff aa 51 75 69 63 6b 20 50 6c 61 79")
	check(hubs.InMultiplayerGame{Game: game}, "92 17"+gameBytes)
	check(hubs.SpectatingMultiplayerGame{Game: game}, "92 18"+gameBytes)
	check(hubs.InPlaylistGame{Game: game}, "92 1f"+gameBytes)
	check(hubs.EditingBeatmap{Edit: edit}, "92 29"+editBytes)
	check(hubs.ModdingBeatmap{Edit: edit}, "92 2a"+editBytes)
	check(hubs.TestingBeatmap{Edit: edit}, "92 2b"+editBytes)
	check(hubs.InDailyChallengeLobby{}, "92 33 90")
	check(hubs.PlayingDailyChallenge{Game: game}, "92 34"+gameBytes)
	refuses(t, hubs.ReadUserActivity, "92 01 90", "90", "91 0b", "93 0b 90 90", "92 0b c0", "92 a1 30 90", "0b")
}
