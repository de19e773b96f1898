package hubs_test

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/score"
)

func TestSpectator(t *testing.T) {
	golden(t, "user", hubs.SpectatorUser{OnlineID: 1000, Username: "peppy"}, "92 cd 03 e8 a5 70 65 70 70 79")
	golden(t, "idle", hubs.SpectatorState{}, "95 c0 c0 90 00 80")
	golden(t, "state", hubs.SpectatorState{
		BeatmapID: hubs.Some[int32](75), RulesetID: hubs.Some[int32](0),
		Mods:  []hubs.Mod{{Acronym: "HD"}, {Acronym: "DT", Settings: []hubs.ModSetting{{Name: "speed_change", Value: 1.25}}}},
		State: hubs.Playing, MaximumStatistics: score.Statistics{score.Great: 194, score.LegacyComboIncrease: 9},
	}, `95 4b 00
		92 92 a2 48 44 90 92 a2 44 54 91 ac 73 70 65 65 64 5f 63 68 61 6e 67 65 cb 3f f4 00 00 00 00 00 00
		01 82 05 cc c2 63 09`)
	golden(t, "statistics", hubs.ScoreProcessorStatistics{
		BaseScore: 300, MaximumBaseScore: 600, AccuracyJudgementCount: 2, ComboPortion: .5, BonusPortion: 0,
	}, `95 cb 40 72 c0 00 00 00 00 00 cb 40 82 c0 00 00 00 00 00 02 cb 3f e0 00 00 00 00 00 00 cb 00 00 00 00 00 00 00 00`)
	golden(t, "frame", hubs.LegacyReplayFrame{
		Time: -1.5, MouseX: hubs.Some[float32](256), MouseY: hubs.Some[float32](.5), ButtonState: hubs.Left1 | hubs.Smoke,
	}, "94 cb bf f8 00 00 00 00 00 00 ca 43 80 00 00 ca 3f 00 00 00 11")
	golden(t, "frame without position", hubs.LegacyReplayFrame{}, "94 cb 00 00 00 00 00 00 00 00 c0 c0 00")

	const zeroStatistics = "95 cb 0000000000000000 cb 0000000000000000 00 cb 0000000000000000 cb 0000000000000000"
	// The client leaves ReceivedTime at the beginning of year 1, 62,135,596,800 seconds before the epoch.
	const yearOne = "92 c7 0c ff 00 00 00 00 ff ff ff f1 88 6e 09 00 00"
	golden(t, "empty header", hubs.FrameHeader{},
		"9a 00 cb 0000000000000000 00 00 80"+zeroStatistics+yearOne+"90 c0 c0")
	golden(t, "header", hubs.FrameHeader{
		TotalScore: 123456, Accuracy: 1, Combo: 12, MaxCombo: 300, Statistics: score.Statistics{score.Miss: 1, score.Great: 2},
		ReceivedTime: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC),
		Mods:         []hubs.Mod{{Acronym: "TD"}}, TotalScoreWithoutMods: hubs.Some[int64](5e9), Pauses: hubs.Some([]int32{-3, 70000}),
	}, "9a ce 00 01 e2 40 cb 3f f0 00 00 00 00 00 00 0c cd 01 2c 82 01 01 05 02"+zeroStatistics+
		"92 d6 ff 6a 88 3d c0 00 91 92 a2 54 44 90 cf 00 00 00 01 2a 05 f2 00 92 fd ce 00 01 11 70")
	golden(t, "no pauses", hubs.FrameHeader{Pauses: hubs.Some([]int32{})},
		"9a 00 cb 0000000000000000 00 00 80"+zeroStatistics+yearOne+"90 c0 90")
	golden(t, "bundle", hubs.FrameDataBundle{Frames: []hubs.LegacyReplayFrame{{Time: 16, ButtonState: 1}, {Time: 32}}},
		"92 9a 00 cb 0000000000000000 00 00 80"+zeroStatistics+yearOne+"90 c0 c0"+
			"92 94 cb 40 30 00 00 00 00 00 00 c0 c0 01 94 cb 40 40 00 00 00 00 00 00 c0 c0 00")
}
