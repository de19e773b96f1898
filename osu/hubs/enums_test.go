package hubs_test

import (
	"slices"
	"testing"

	"github.com/pure-peace/peace/osu/hubs"
)

// TestEnums compares the numbers with those of the C# enums, in the order of their declaration.
func TestEnums(t *testing.T) {
	numbers(t, "MultiplayerRoomState", hubs.RoomOpen, hubs.RoomWaitingForLoad, hubs.RoomPlaying, hubs.RoomClosed)
	numbers(t, "MultiplayerUserState", hubs.UserIdle, hubs.UserReady, hubs.UserWaitingForLoad, hubs.UserLoaded,
		hubs.UserReadyForGameplay, hubs.UserPlaying, hubs.UserFinishedPlay, hubs.UserResults, hubs.UserSpectating)
	numbers(t, "MultiplayerRoomUserRole", hubs.RolePlayer, hubs.RoleReferee)
	numbers(t, "MatchType", hubs.Playlists, hubs.HeadToHead, hubs.TeamVersus, hubs.Matchmaking, hubs.RankedPlay)
	numbers(t, "QueueMode", hubs.HostOnly, hubs.AllPlayers, hubs.AllPlayersRoundRobin)
	numbers(t, "DownloadState", hubs.DownloadUnknown, hubs.NotDownloaded, hubs.Downloading, hubs.Importing, hubs.LocallyAvailable)
	numbers(t, "GameplayAbortReason", hubs.LoadTookTooLong, hubs.HostAbortedTheMatch)
	numbers(t, "SpectatedUserState", hubs.Idle, hubs.Playing, hubs.Paused, hubs.Passed, hubs.Failed, hubs.Quit)
	numbers(t, "UserStatus", hubs.Offline, hubs.DoNotDisturb, hubs.Online)
	numbers(t, "MatchmakingStage", hubs.MatchmakingWaitingForClientsJoin, hubs.MatchmakingRoundWarmupTime,
		hubs.MatchmakingUserBeatmapSelect, hubs.MatchmakingServerBeatmapFinalised, hubs.MatchmakingWaitingForClientsBeatmapDownload,
		hubs.MatchmakingGameplayWarmupTime, hubs.MatchmakingGameplay, hubs.MatchmakingResultsDisplaying, hubs.MatchmakingEnded)
	numbers(t, "RankedPlayStage", hubs.RankedPlayWaitForJoin, hubs.RankedPlayRoundWarmup, hubs.RankedPlayCardDiscard,
		hubs.RankedPlayFinishCardDiscard, hubs.RankedPlayCardPlay, hubs.RankedPlayFinishCardPlay, hubs.RankedPlayGameplayWarmup,
		hubs.RankedPlayGameplay, hubs.RankedPlayResults, hubs.RankedPlayEnded)
	numbers(t, "MatchmakingPoolType", hubs.QuickPlayPool, hubs.RankedPlayPool)
	numbers(t, "MatchmakingAvatarAction", hubs.AvatarJump)
	if flags := []hubs.ReplayButtonState{hubs.Left1, hubs.Right1, hubs.Left2, hubs.Right2, hubs.Smoke}; !slices.Equal(flags, []hubs.ReplayButtonState{1, 2, 4, 8, 16}) {
		t.Errorf("ReplayButtonState: %v", flags)
	}
}

func numbers[T ~int32](t *testing.T, name string, list ...T) {
	t.Helper()
	for i, v := range list {
		if int(v) != i {
			t.Errorf("%s: value %d is %d", name, i, v)
		}
	}
}
