package hubs_test

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/osu/hubs"
)

func TestRoom(t *testing.T) {
	const zeroDouble = "cb 00 00 00 00 00 00 00 00"
	golden(t, "availability", hubs.BeatmapAvailability{}, "92 00 c0")
	golden(t, "downloading", hubs.BeatmapAvailability{State: hubs.Downloading, DownloadProgress: hubs.Some[float32](.5)},
		"92 02 ca 3f 00 00 00")
	golden(t, "team", hubs.MultiplayerTeam{ID: 1, Name: "Blue"}, "92 01 a4 42 6c 75 65")

	settings := hubs.MultiplayerRoomSettings{
		Name: "r", PlaylistItemID: 5, Password: "pw", MatchType: hubs.TeamVersus, QueueMode: hubs.AllPlayersRoundRobin,
		AutoStartDuration: 30 * time.Second, AutoSkip: true, MaxParticipants: hubs.Some[uint8](200),
	}
	const settingsBytes = "98 a1 72 05 a2 70 77 02 02 ce 11 e1 a3 00 c3 cc c8" // 300,000,000 ticks
	golden(t, "settings", settings, settingsBytes)
	golden(t, "plain settings", hubs.MultiplayerRoomSettings{MatchType: hubs.HeadToHead}, "98 a0 00 a0 01 00 00 c2 c0")

	user := hubs.MultiplayerRoomUser{
		UserID: 1000, State: hubs.UserReady, BeatmapAvailability: hubs.BeatmapAvailability{State: hubs.LocallyAvailable},
		Mods: []hubs.Mod{{Acronym: "HD"}}, MatchState: hubs.TeamVersusUserState{TeamID: 1},
		RulesetID: hubs.Some[int32](3), BeatmapID: hubs.Some[int32](75), VotedToSkipIntro: true, Role: hubs.RoleReferee,
	}
	const userBytes = "99 cd 03 e8 01 92 04 c0 91 92 a2 48 44 90 92 00 91 01 03 4b c3 01"
	golden(t, "user", user, userBytes)
	golden(t, "plain user", hubs.MultiplayerRoomUser{UserID: 2}, "99 02 00 92 00 c0 90 c0 c0 c0 c2 00")

	item := hubs.MultiplayerPlaylistItem{
		ID: 5, OwnerID: 1000, BeatmapID: 75, BeatmapChecksum: "ab", RulesetID: 1,
		RequiredMods: []hubs.Mod{{Acronym: "DT", Settings: []hubs.ModSetting{{Name: "adjust_pitch", Value: true}}}},
		Expired:      true, PlaylistOrder: 300, StarRating: 2, Freestyle: true,
		PlayedAt: hubs.Some(time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)),
	}
	const itemBytes = `9c 05 cd 03 e8 4b a2 61 62 01 91 92 a2 44 54 91 ac 61 64 6a 75 73 74 5f 70 69 74 63 68 c3 90
		c3 cd 01 2c 92 d6 ff 6a 88 3d c0 00 cb 40 00 00 00 00 00 00 00 c3`
	golden(t, "item", item, itemBytes)
	golden(t, "plain item", hubs.MultiplayerPlaylistItem{}, "9c 00 00 00 a0 00 90 90 c2 00 c0"+zeroDouble+"c2")

	golden(t, "room", hubs.MultiplayerRoom{
		RoomID: 1 << 31, State: hubs.RoomWaitingForLoad, Settings: settings, Users: []hubs.MultiplayerRoomUser{user}, Host: &user,
		MatchState: hubs.TeamVersusRoomState{
			Teams: []hubs.MultiplayerTeam{{ID: 0, Name: "A"}}, Locked: true, Slots: hubs.Some([]hubs.Optional[int32]{hubs.Some[int32](7), {}}),
		},
		Playlist: []hubs.MultiplayerPlaylistItem{item},
		ActiveCountdowns: []hubs.MultiplayerCountdown{
			hubs.MatchStartCountdown{Countdown: hubs.Countdown{ID: 1, TimeRemaining: 10 * time.Second}},
		},
		ChannelID: 12,
	}, "99 ce 80 00 00 00 01"+settingsBytes+"91"+userBytes+userBytes+
		"92 00 93 91 92 00 a1 41 c3 92 07 c0 91"+itemBytes+"91 92 00 92 01 ce 05 f5 e1 00 0c")
	golden(t, "empty room", hubs.MultiplayerRoom{}, "99 00 00 98 a0 00 a0 00 00 00 c2 c0 90 c0 c0 90 90 00")
}

func TestMatchStates(t *testing.T) {
	check := func(state hubs.MatchRoomState, text string) {
		t.Helper()
		union(t, hubs.AppendMatchRoomState, hubs.ReadMatchRoomState, state, text)
	}
	check(nil, "c0")
	check(hubs.StandardMatchRoomState{}, "92 03 93 c0 c2 c0")
	check(hubs.StandardMatchRoomState{Locked: true, Slots: hubs.Some([]hubs.Optional[int32]{{}, hubs.Some[int32](1000)})},
		"92 03 93 c0 c3 92 c0 cd 03 e8")
	check(hubs.TeamVersusRoomState{Teams: []hubs.MultiplayerTeam{{ID: 1, Name: "B"}}}, "92 00 93 91 92 01 a1 42 c2 c0")
	refuses(t, hubs.ReadMatchRoomState, "92 04 90", "93 c0 c2 c0", "92 03 c0")

	union[hubs.MatchUserState](t, hubs.AppendMatchUserState, hubs.ReadMatchUserState, hubs.TeamVersusUserState{TeamID: 1}, "92 00 91 01")
	union[hubs.MatchUserState](t, hubs.AppendMatchUserState, hubs.ReadMatchUserState, nil, "c0")
	refuses(t, hubs.ReadMatchUserState, "92 01 91 01", "91 01")
}

func TestCountdowns(t *testing.T) {
	base := hubs.Countdown{ID: 3, TimeRemaining: -time.Second}
	const baseBytes = "03 d2 ff 67 69 80" // -10,000,000 ticks
	check := func(c hubs.MultiplayerCountdown, text string) {
		t.Helper()
		union(t, hubs.AppendMultiplayerCountdown, hubs.ReadMultiplayerCountdown, c, text)
	}
	check(nil, "c0")
	check(hubs.MatchStartCountdown{Countdown: base}, "92 00 92"+baseBytes)
	check(hubs.ForceGameplayStartCountdown{Countdown: base}, "92 01 92"+baseBytes)
	check(hubs.ServerShuttingDownCountdown{Countdown: base}, "92 02 92"+baseBytes)
	check(hubs.MatchmakingStageCountdown{Countdown: base, Stage: hubs.MatchmakingGameplay}, "92 03 93"+baseBytes+"06")
	check(hubs.RankedPlayStageCountdown{Countdown: base, Stage: hubs.RankedPlayResults}, "92 04 93"+baseBytes+"08")
	refuses(t, hubs.ReadMultiplayerCountdown, "92 05 92 00 00", "92 00 92 00 cb 00 00 00 00 00 00 00 00", "92 00 92 00 cf 7f ff ff ff ff ff ff ff")
}

func TestMatchEvents(t *testing.T) {
	check := func(e hubs.MatchServerEvent, text string) {
		t.Helper()
		union(t, hubs.AppendMatchServerEvent, hubs.ReadMatchServerEvent, e, text)
	}
	check(nil, "c0")
	check(hubs.CountdownStartedEvent{Countdown: hubs.MatchStartCountdown{
		Countdown: hubs.Countdown{ID: 1, TimeRemaining: 10 * time.Second},
	}}, "92 00 91 92 00 92 01 ce 05 f5 e1 00")
	check(hubs.CountdownStoppedEvent{ID: 9}, "92 01 91 09")
	check(hubs.MatchmakingAvatarActionEvent{UserID: 2, Action: hubs.AvatarJump}, "92 02 92 02 00")
	check(hubs.RankedPlayCardHandReplayEvent{UserID: 2, Frames: []hubs.RankedPlayCardHandReplayFrame{{Delay: 1}}},
		"92 03 92 02 91 92 cb 3f f0 00 00 00 00 00 00 80")
	check(hubs.RollEvent{UserID: 2, Max: 100, Result: 1 << 31}, "92 04 93 02 64 ce 80 00 00 00")
	refuses(t, hubs.ReadMatchServerEvent, "92 05 91 00", "92 04 93 02 ff 00")
}

func TestMatchRequests(t *testing.T) {
	check := func(q hubs.MatchUserRequest, text string) {
		t.Helper()
		union(t, hubs.AppendMatchUserRequest, hubs.ReadMatchUserRequest, q, text)
	}
	check(nil, "c0")
	check(hubs.ChangeTeamRequest{TeamID: 1}, "92 00 91 01")
	check(hubs.StartMatchCountdownRequest{Duration: 10 * time.Second}, "92 01 91 ce 05 f5 e1 00")
	check(hubs.StopCountdownRequest{ID: 4}, "92 02 91 04")
	check(hubs.MatchmakingAvatarActionRequest{}, "92 03 91 00")
	check(hubs.RankedPlayCardHandReplayRequest{Frames: []hubs.RankedPlayCardHandReplayFrame{}}, "92 04 91 90")
	check(hubs.SetLockStateRequest{Locked: true}, "92 05 91 c3")
	check(hubs.RollRequest{}, "92 06 91 c0")
	check(hubs.RollRequest{Max: hubs.Some[uint32](6)}, "92 06 91 06")
	check(hubs.ChangeSlotRequest{SlotID: 255}, "92 07 91 cc ff")
	refuses(t, hubs.ReadMatchUserRequest, "92 07 91 cd 01 00", "92 08 91 00", "92 00 91 a0", "92 00 01")
}

// TestDefaults reads objects whose last members are missing, as older clients send them.
func TestDefaults(t *testing.T) {
	settings, rest, err := hubs.Read[hubs.MultiplayerRoomSettings](unhex(t, "90"))
	if want := (hubs.MultiplayerRoomSettings{Name: "Unnamed room", MatchType: hubs.HeadToHead}); err != nil || len(rest) != 0 || settings != want {
		t.Errorf("settings are %+v, %v", settings, err)
	}
	if info, _, err := hubs.Read[hubs.RankedPlayUserInfo](unhex(t, "91 07")); err != nil || info.Rating != 7 ||
		info.Life != 1_000_000 || info.DamageMultiplier != .5 {
		t.Errorf("info is %+v, %v", info, err)
	}
	if damage, _, err := hubs.Read[hubs.RankedPlayDamageInfo](unhex(t, "90")); err != nil || damage.Multiplier != 1 {
		t.Errorf("damage is %+v, %v", damage, err)
	}
	if room, _, err := hubs.Read[hubs.MultiplayerRoom](unhex(t, "91 07")); err != nil || room.RoomID != 7 || room.Settings != settings {
		t.Errorf("room is %+v, %v", room, err)
	}
	if state, _, err := hubs.ReadMatchRoomState(unhex(t, "92 02 90")); err != nil || state.(hubs.RankedPlayRoomState).DamageMultiplier != .5 {
		t.Errorf("state is %+v, %v", state, err)
	}
	if header, rest, err := hubs.Read[hubs.FrameHeader](unhex(t, "91 07")); err != nil || header.TotalScore != 7 || len(rest) != 0 {
		t.Errorf("header is %+v, %v", header, err)
	}
}

// TestSurplus reads objects with members that are newer than we are.
func TestSurplus(t *testing.T) {
	const newer = "82 01 93 a1 61 c0 c3 a1 62 d6 ff 00 00 00 00"
	if team, rest, err := hubs.Read[hubs.MultiplayerTeam](unhex(t, "93 01 a1 41"+newer+"c2")); err != nil || len(rest) != 1 || team.Name != "A" {
		t.Errorf("team is %+v, %d bytes left, %v", team, len(rest), err)
	}
	if a, rest, err := hubs.ReadUserActivity(unhex(t, "92 0b 91"+newer)); err != nil || len(rest) != 0 || a != (hubs.ChoosingBeatmap{}) {
		t.Errorf("activity is %v, %d bytes left, %v", a, len(rest), err)
	}
	if q, rest, err := hubs.ReadMatchUserRequest(unhex(t, "92 05 92 c3"+newer)); err != nil || len(rest) != 0 || q != (hubs.SetLockStateRequest{Locked: true}) {
		t.Errorf("request is %v, %d bytes left, %v", q, len(rest), err)
	}
}
