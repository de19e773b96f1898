package packets

import "github.com/pure-peace/peace/osu"

var goldenSlots = [Slots]Slot{
	0: {SlotNotReady, TeamBlue, 1000, osu.ModHidden}, 1: {SlotReady, TeamRed, 1001, 0}, 2: {SlotNoMap, TeamNeutral, 1002, 0},
	3: {SlotPlaying, TeamBlue, 1003, osu.ModNoFail}, 4: {SlotComplete, TeamRed, 1004, 0}, 5: {Status: SlotQuit},
	6: {Status: SlotOpen}, 7: {Status: SlotLocked}, 8: {Status: SlotOpen}, 9: {Status: SlotOpen}, 10: {Status: SlotOpen},
	11: {Status: SlotOpen}, 12: {Status: SlotOpen}, 13: {Status: SlotOpen}, 14: {Status: SlotOpen},
	15: {SlotNotReady, TeamRed, -7, osu.ModMirror},
}

var (
	goldenMatch = Match{
		ID: 5, InProgress: true, Mods: osu.ModDoubleTime, Name: "a room", Password: Password{Text: "pw"}, Beatmap: "A - B [C]",
		BeatmapID: 75, BeatmapMD5: "d41d8cd98f00b204e9800998ecf8427e", Slots: goldenSlots, HostID: 1001, Ruleset: osu.Mania,
		WinCondition: WinByScoreV2, TeamType: TagTeamVersus, FreeMods: true, Seed: -2,
	}

	hiddenMatch = with(goldenMatch, func(m *Match) { m.Password = m.Password.Hide() })

	openMatch = with(goldenMatch, func(m *Match) {
		m.Password, m.FreeMods = Password{}, false
		for i := range m.Slots {
			m.Slots[i].Mods = 0
		}
	})

	goldenScore = ScoreFrame{
		Time: 123456, Slot: 3, Count300: 300, Count100: 20, Count50: 3, CountGeki: 60, CountKatu: 12, CountMiss: 1,
		Score: 1234567, MaxCombo: 456, Combo: 65535, Perfect: true, HP: HPFailed, Tag: 7,
	}

	goldenScoreV2 = with(goldenScore, func(f *ScoreFrame) { f.ScoreV2, f.ComboPortion, f.BonusPortion = true, 0.5, 1000.25 })

	goldenFrames = FrameBundle{
		Extra:    1002,
		Frames:   []ReplayFrame{{ButtonM1 | ButtonK1, 0, 256, -500, -1}, {ButtonSmoke, 1, 0.5, 192, 16}},
		Action:   ReplayWatchingOther,
		Score:    &goldenScore,
		Sequence: 513,
	}
)

// with returns a changed copy.
func with[T any](v T, change func(*T)) T {
	change(&v)
	return v
}

// goldenPacket is a packet with its bytes, which were laid out from the protocol and not by this package: the header first, the
// payload after it.
type goldenPacket struct {
	packet Packet
	hex    string
}

var goldenClient = []goldenPacket{
	{ChangeAction{
		Action: osu.ActionPlaying, Info: "A - B [C]", BeatmapMD5: "d41d8cd98f00b204e9800998ecf8427e",
		Mods: osu.ModHidden | osu.ModDoubleTime, Ruleset: osu.Taiko, BeatmapID: 75,
	}, `
		00 00 00 37 00 00 00
		02 0b 09 41 20 2d 20 42 20 5b 43 5d 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39
		38 30 30 39 39 38 65 63 66 38 34 32 37 65 48 00 00 00 01 4b 00 00 00`},
	{PublicMessage{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		01 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{Logout(1), "02 00 00 04 00 00 00  01 00 00 00"},
	{RequestStatusUpdate{}, "03 00 00 00 00 00 00"},
	{Ping{}, "04 00 00 00 00 00 00"},
	{StartSpectating(-1), "10 00 00 04 00 00 00  ff ff ff ff"},
	{StopSpectating{}, "11 00 00 00 00 00 00"},
	{SpectateFrames(goldenFrames), `
		12 00 00 42 00 00 00
		ea 03 00 00 02 00 05 00 00 00 80 43 00 00 fa c3 ff ff ff ff 10 01 00 00 00 3f 00 00 40 43 10 00
		00 00 08 40 e2 01 00 03 2c 01 14 00 03 00 3c 00 0c 00 01 00 87 d6 12 00 c8 01 ff ff 01 fe 07 00
		01 02`},
	{ErrorReport("#osu é"), "14 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{CantSpectate{}, "15 00 00 00 00 00 00"},
	{PrivateMessage{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		19 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{PartLobby{}, "1d 00 00 00 00 00 00"},
	{JoinLobby{}, "1e 00 00 00 00 00 00"},
	{CreateMatch(goldenMatch), `
		1f 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{JoinMatch{MatchID: 5, Password: "pw"}, "20 00 00 08 00 00 00  05 00 00 00 0b 02 70 77"},
	{JoinMatch{MatchID: -1}, "20 00 00 05 00 00 00  ff ff ff ff 00"},
	{PartMatch{}, "21 00 00 00 00 00 00"},
	{MatchChangeSlot(1000), "26 00 00 04 00 00 00  e8 03 00 00"},
	{MatchReady{}, "27 00 00 00 00 00 00"},
	{MatchLock(-2147483648), "28 00 00 04 00 00 00  00 00 00 80"},
	{MatchChangeSettings(goldenMatch), `
		29 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{MatchStart{}, "2c 00 00 00 00 00 00"},
	{MatchScoreUpdate(goldenScore), `
		2f 00 00 1d 00 00 00
		40 e2 01 00 03 2c 01 14 00 03 00 3c 00 0c 00 01 00 87 d6 12 00 c8 01 ff ff 01 fe 07 00`},
	{MatchComplete{}, "31 00 00 00 00 00 00"},
	{MatchChangeMods(2147483647), "33 00 00 04 00 00 00  ff ff ff 7f"},
	{MatchLoadComplete{}, "34 00 00 00 00 00 00"},
	{MatchNoBeatmap{}, "36 00 00 00 00 00 00"},
	{MatchNotReady{}, "37 00 00 00 00 00 00"},
	{MatchFailed{}, "38 00 00 00 00 00 00"},
	{MatchHasBeatmap{}, "3b 00 00 00 00 00 00"},
	{MatchSkipRequest{}, "3c 00 00 00 00 00 00"},
	{ChannelJoin("#osu é"), "3f 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{BeatmapInfoRequest{Filenames: []string{"a.osu", ""}, BeatmapIDs: []int32{75, 76}}, `
		44 00 00 18 00 00 00
		02 00 00 00 0b 05 61 2e 6f 73 75 00 02 00 00 00 4b 00 00 00 4c 00 00 00`},
	{BeatmapInfoRequest{}, "44 00 00 08 00 00 00  00 00 00 00 00 00 00 00"},
	{MatchTransferHost(258), "46 00 00 04 00 00 00  02 01 00 00"},
	{FriendAdd(1), "49 00 00 04 00 00 00  01 00 00 00"},
	{FriendRemove(-1), "4a 00 00 04 00 00 00  ff ff ff ff"},
	{MatchChangeTeam{}, "4d 00 00 00 00 00 00"},
	{ChannelPart("#osu é"), "4e 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{ReceiveUpdates(1000), "4f 00 00 04 00 00 00  e8 03 00 00"},
	{SetAwayMessage{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		52 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{IRCOnly{}, "54 00 00 00 00 00 00"},
	{UserStatsRequest{1, -2, 1000}, "55 00 00 0e 00 00 00  03 00 01 00 00 00 fe ff ff ff e8 03 00 00"},
	{MatchInvite(-2147483648), "57 00 00 04 00 00 00  00 00 00 80"},
	{MatchChangePassword(goldenMatch), `
		5a 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{TournamentMatchInfoRequest(2147483647), "5d 00 00 04 00 00 00  ff ff ff 7f"},
	{UserPresenceRequest{1, -2, 1000}, "61 00 00 0e 00 00 00  03 00 01 00 00 00 fe ff ff ff e8 03 00 00"},
	{UserPresenceRequestAll(258), "62 00 00 04 00 00 00  02 01 00 00"},
	{ToggleBlockNonFriendDMs(1), "63 00 00 04 00 00 00  01 00 00 00"},
	{TournamentJoinMatchChannel(-1), "6c 00 00 04 00 00 00  ff ff ff ff"},
	{TournamentLeaveMatchChannel(1000), "6d 00 00 04 00 00 00  e8 03 00 00"},
}

var goldenServer = []goldenPacket{
	{UserID(-2147483648), "05 00 00 04 00 00 00  00 00 00 80"},
	{CommandError{}, "06 00 00 00 00 00 00"},
	{Message{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		07 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{Pong{}, "08 00 00 00 00 00 00"},
	{ChangeUsername("#osu é"), "09 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{IRCQuit{}, "0a 00 00 00 00 00 00"},
	{UserStats{UserID: 1000, Status: Status{
		Action: osu.ActionPlaying, Info: "A - B [C]", BeatmapMD5: "d41d8cd98f00b204e9800998ecf8427e",
		Mods: osu.ModHidden | osu.ModDoubleTime, Ruleset: osu.Taiko, BeatmapID: 75,
	}, RankedScore: -1, Accuracy: 0.5, PlayCount: 42, TotalScore: 1 << 40, Rank: 7, PP: 65535}, `
		0b 00 00 59 00 00 00
		e8 03 00 00 02 0b 09 41 20 2d 20 42 20 5b 43 5d 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32
		30 34 65 39 38 30 30 39 39 38 65 63 66 38 34 32 37 65 48 00 00 00 01 4b 00 00 00 ff ff ff ff ff
		ff ff ff 00 00 00 3f 2a 00 00 00 00 00 00 00 00 01 00 00 07 00 00 00 ff ff`},
	{UserLogout{UserID: 1000, State: LogoutIRCLeft}, "0c 00 00 05 00 00 00  e8 03 00 00 02"},
	{SpectatorJoined(2147483647), "0d 00 00 04 00 00 00  ff ff ff 7f"},
	{SpectatorLeft(258), "0e 00 00 04 00 00 00  02 01 00 00"},
	{SpectatorFrames(goldenFrames), `
		0f 00 00 42 00 00 00
		ea 03 00 00 02 00 05 00 00 00 80 43 00 00 fa c3 ff ff ff ff 10 01 00 00 00 3f 00 00 40 43 10 00
		00 00 08 40 e2 01 00 03 2c 01 14 00 03 00 3c 00 0c 00 01 00 87 d6 12 00 c8 01 ff ff 01 fe 07 00
		01 02`},
	{SpectatorFrames{Extra: 1, Action: ReplayPause, Sequence: 2}, `
		0f 00 00 09 00 00 00
		01 00 00 00 00 00 05 02 00`},
	{VersionUpdate{}, "13 00 00 00 00 00 00"},
	{SpectatorCantSpectate(1), "16 00 00 04 00 00 00  01 00 00 00"},
	{GetAttention{}, "17 00 00 00 00 00 00"},
	{Notification("#osu é"), "18 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{Notification(""), "18 00 00 01 00 00 00  00"},
	{UpdateMatch(goldenMatch), `
		1a 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{UpdateMatch(hiddenMatch), `
		1a 00 00 c7 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 00 0b 09 41 20 2d 20 42 20 5b 43 5d 4b 00 00
		00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66 38 34
		32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00 00 00
		00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00 00 03
		03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 40 fe ff ff ff`},
	{NewMatch(goldenMatch), `
		1b 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{DisposeMatch(-1), "1c 00 00 04 00 00 00  ff ff ff ff"},
	{LobbyJoin(1000), "22 00 00 04 00 00 00  e8 03 00 00"},
	{LobbyPart(-2147483648), "23 00 00 04 00 00 00  00 00 00 80"},
	{MatchJoinSuccess(goldenMatch), `
		24 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{MatchJoinFail{}, "25 00 00 00 00 00 00"},
	{FellowSpectatorJoined(2147483647), "2a 00 00 04 00 00 00  ff ff ff 7f"},
	{FellowSpectatorLeft(258), "2b 00 00 04 00 00 00  02 01 00 00"},
	{LegacyAllPlayersLoaded{}, "2d 00 00 00 00 00 00"},
	{MatchStarted(goldenMatch), `
		2e 00 00 c9 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 0b 02 70 77 0b 09 41 20 2d 20 42 20 5b 43 5d 4b
		00 00 00 0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66
		38 34 32 37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00
		00 00 00 00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00
		00 03 03 03 01 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 40 fe ff ff ff`},
	{MatchStarted(openMatch), `
		2e 00 00 86 00 00 00
		05 00 01 00 40 00 00 00 0b 06 61 20 72 6f 6f 6d 00 0b 09 41 20 2d 20 42 20 5b 43 5d 4b 00 00 00
		0b 20 64 34 31 64 38 63 64 39 38 66 30 30 62 32 30 34 65 39 38 30 30 39 39 38 65 63 66 38 34 32
		37 65 04 08 10 20 40 80 01 02 01 01 01 01 01 01 01 04 01 02 00 01 02 00 00 00 00 00 00 00 00 00
		00 02 e8 03 00 00 e9 03 00 00 ea 03 00 00 eb 03 00 00 ec 03 00 00 f9 ff ff ff e9 03 00 00 03 03
		03 00 fe ff ff ff`},
	{MatchScore(goldenScore), `
		30 00 00 1d 00 00 00
		40 e2 01 00 03 2c 01 14 00 03 00 3c 00 0c 00 01 00 87 d6 12 00 c8 01 ff ff 01 fe 07 00`},
	{MatchScore(goldenScoreV2), `
		30 00 00 2d 00 00 00
		40 e2 01 00 03 2c 01 14 00 03 00 3c 00 0c 00 01 00 87 d6 12 00 c8 01 ff ff 01 fe 07 01 00 00 00
		00 00 00 e0 3f 00 00 00 00 00 42 8f 40`},
	{MatchHostTransferred{}, "32 00 00 00 00 00 00"},
	{MatchAllPlayersLoaded{}, "35 00 00 00 00 00 00"},
	{MatchPlayerFailed(1), "39 00 00 04 00 00 00  01 00 00 00"},
	{MatchCompleted{}, "3a 00 00 00 00 00 00"},
	{MatchSkip{}, "3d 00 00 00 00 00 00"},
	{Unauthorized{}, "3e 00 00 00 00 00 00"},
	{ChannelJoinSuccess("#osu é"), "40 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{ChannelInfo{Name: "#osu", Topic: "", Users: 65535}, "41 00 00 09 00 00 00  0b 04 23 6f 73 75 00 ff ff"},
	{ChannelKick("#osu é"), "42 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{ChannelAutoJoin{Name: "#osu", Topic: "", Users: 65535}, "43 00 00 09 00 00 00  0b 04 23 6f 73 75 00 ff ff"},
	{BeatmapInfoReply{{Index: -1, BeatmapID: 75, SetID: 1, ThreadID: 2, Status: -1, Grades: [4]osu.Grade{
		osu.Standard: osu.GradeXH, osu.Taiko: osu.GradeA, osu.Catch: osu.GradeF, osu.Mania: osu.GradeNone,
	}, MD5: "x"}}, `
		45 00 00 1a 00 00 00
		01 00 00 00 ff ff 4b 00 00 00 01 00 00 00 02 00 00 00 ff 00 08 04 09 0b 01 78`},
	{BeatmapInfoReply(nil), "45 00 00 04 00 00 00  00 00 00 00"},
	{Privileges(osu.ClientPlayer | osu.ClientTournament), "47 00 00 04 00 00 00  21 00 00 00"},
	{FriendsList{1, -2, 1000}, "48 00 00 0e 00 00 00  03 00 01 00 00 00 fe ff ff ff e8 03 00 00"},
	{ProtocolVersion(-1), "4b 00 00 04 00 00 00  ff ff ff ff"},
	{MainMenuIcon("#osu é"), "4c 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{Monitor{}, "50 00 00 00 00 00 00"},
	{MatchPlayerSkipped(1000), "51 00 00 04 00 00 00  e8 03 00 00"},
	{UserPresence{
		UserID: -1000, Name: "Ann B", UTCOffset: -12, Country: "MF", Privileges: osu.PresencePrivileges, Ruleset: osu.Mania,
		Longitude: -0.5, Latitude: 39.75, Rank: 0,
	}, `
		53 00 00 1a 00 00 00
		18 fc ff ff 0b 05 41 6e 6e 20 42 0c fc 7f 00 00 00 bf 00 00 1f 42 00 00 00 00`},
	{IRCOnly{}, "54 00 00 00 00 00 00"},
	{Restart(-2147483648), "56 00 00 04 00 00 00  00 00 00 80"},
	{MatchInvitation{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		58 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{ChannelInfoEnd{}, "59 00 00 00 00 00 00"},
	{MatchPasswordChanged("#osu é"), "5b 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{SilenceEnd(2147483647), "5c 00 00 04 00 00 00  ff ff ff 7f"},
	{UserSilenced(258), "5e 00 00 04 00 00 00  02 01 00 00"},
	{UserPresenceSingle(1), "5f 00 00 04 00 00 00  01 00 00 00"},
	{UserPresenceBundle{1, -2, 1000}, "60 00 00 0e 00 00 00  03 00 01 00 00 00 fe ff ff ff e8 03 00 00"},
	{UserPresenceBundle(nil), "60 00 00 02 00 00 00  00 00"},
	{UserDMBlocked{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		64 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{TargetIsSilenced{Sender: "Ann", Text: "hi", Target: "#osu", SenderID: 1000}, `
		65 00 00 13 00 00 00
		0b 03 41 6e 6e 0b 02 68 69 0b 04 23 6f 73 75 e8 03 00 00`},
	{VersionUpdateForced{}, "66 00 00 00 00 00 00"},
	{SwitchServer(-1), "67 00 00 04 00 00 00  ff ff ff ff"},
	{AccountRestricted{}, "68 00 00 00 00 00 00"},
	{RTX("#osu é"), "69 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
	{MatchAbort{}, "6a 00 00 00 00 00 00"},
	{SwitchTournamentServer("#osu é"), "6b 00 00 09 00 00 00  0b 07 23 6f 73 75 20 c3 a9"},
}
