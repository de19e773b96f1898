package hubs_test

import (
	"testing"

	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/score"
)

// typicalBundle is what a client sends while somebody plays: 12 frames of 200 ms, a mod without settings and one pause.
func typicalBundle() hubs.FrameDataBundle {
	bundle := hubs.FrameDataBundle{Header: hubs.FrameHeader{
		TotalScore: 345_678, Accuracy: .9876, Combo: 123, MaxCombo: 234,
		Statistics: score.Statistics{score.Great: 200, score.Ok: 10, score.Meh: 1, score.Miss: 2, score.LargeTickHit: 30,
			score.SmallBonus: 5, score.IgnoreHit: 44, score.SliderTailHit: 40},
		ScoreProcessorStatistics: hubs.ScoreProcessorStatistics{
			BaseScore: 61_050, MaximumBaseScore: 63_900, AccuracyJudgementCount: 213, ComboPortion: 12_345.678, BonusPortion: 50,
		},
		Mods: []hubs.Mod{{Acronym: "HD"}}, TotalScoreWithoutMods: hubs.Some[int64](326_111), Pauses: hubs.Some([]int32{61_234}),
	}}
	for i := range 12 {
		bundle.Frames = append(bundle.Frames, hubs.LegacyReplayFrame{
			Time: 45_678.5 + float64(i)*16, MouseX: hubs.Some(float32(i) * 1.5), MouseY: hubs.Some[float32](192.25), ButtonState: hubs.Left1,
		})
	}
	return bundle
}

func BenchmarkBundle(b *testing.B) {
	bundle := typicalBundle()
	data := bundle.AppendMsg(nil)
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		out := make([]byte, 0, len(data))
		for b.Loop() {
			bundle.AppendMsg(out)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := hubs.Read[hubs.FrameDataBundle](data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("reuse", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		var into hubs.FrameDataBundle
		for b.Loop() {
			if _, err := into.ReadMsg(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSpectatorState(b *testing.B) {
	state := hubs.SpectatorState{
		BeatmapID: hubs.Some[int32](75), RulesetID: hubs.Some[int32](0), State: hubs.Playing,
		Mods:              []hubs.Mod{{Acronym: "HD"}, {Acronym: "DT", Settings: []hubs.ModSetting{{Name: "speed_change", Value: 1.25}}}},
		MaximumStatistics: score.Statistics{score.Great: 194, score.LargeTickHit: 30, score.SliderTailHit: 40},
	}
	benchmark(b, state)
}

func BenchmarkPresence(b *testing.B) {
	benchmark(b, hubs.UserPresence{
		Activity: hubs.InSoloGame{Game: hubs.Game{
			BeatmapID: 75, BeatmapDisplayTitle: "Kenji Ninuma - DISCO PRINCE (peppy) [Normal]", RulesetPlayingVerb: "Clicking circles",
		}},
		Status: hubs.Some(hubs.Online),
	})
}

func BenchmarkRoom(b *testing.B) {
	room := hubs.MultiplayerRoom{
		RoomID: 1, Settings: hubs.MultiplayerRoomSettings{Name: "somebody's room", PlaylistItemID: 1},
		MatchState: hubs.StandardMatchRoomState{}, Playlist: make([]hubs.MultiplayerPlaylistItem, 8),
	}
	for id := range int32(16) {
		room.Users = append(room.Users, hubs.MultiplayerRoomUser{UserID: id, Mods: []hubs.Mod{{Acronym: "HD"}}})
	}
	benchmark(b, room)
}

func benchmark[T any, P message[T]](b *testing.B, value T) {
	data := P(&value).AppendMsg(nil)
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		out := make([]byte, 0, len(data))
		for b.Loop() {
			P(&value).AppendMsg(out)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var into T
			if _, err := P(&into).ReadMsg(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
