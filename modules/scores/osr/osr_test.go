package osr_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/scores/osr"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
)

func TestLazerFile(t *testing.T) {
	frames, err := replay.Compress(&replay.Recording{Frames: []replay.Frame{{Time: 5, X: 1, Y: 2, Keys: replay.Left1}}})
	if err != nil {
		t.Fatal(err)
	}
	without := int64(900_000)
	play := scores.Score{
		ID: 7, UserID: 1001, BeatmapMD5: "0123456789abcdef0123456789abcdef", Client: scores.Lazer, ClientVersion: "2026.821.0",
		Mods: mods.Set{mods.Mod{Acronym: mods.DoubleTime}.With("speed_change", 1.25)}, Statistics: map[string]int32{"great": 10, "miss": 1},
		Maximum: map[string]int32{"great": 11}, MaxCombo: 9, Total: 950_000, Classic: 1234, TotalWithoutMods: &without, Grade: osu.GradeA,
		Passed: true, EndedAt: time.Date(2026, 9, 1, 12, 34, 56, 0, time.UTC), Pauses: []int32{100, 2000},
	}
	data, err := osr.File(&play, "Ann", frames)
	if err != nil {
		t.Fatal(err)
	}
	file, err := replay.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if !file.Lazer() || file.TotalScore != 950_000 || file.Count300 != 10 || file.OnlineID != -1 || file.Verify() != replay.OriginLazer || string(file.Frames) != string(frames) {
		t.Errorf("%+v", file)
	}
	info, err := file.Info()
	if err != nil {
		t.Fatal(err)
	}
	want := &replay.Info{
		OnlineID: 7, Mods: play.Mods, Statistics: score.Statistics{score.Great: 10, score.Miss: 1}, Maximum: score.Statistics{score.Great: 11},
		ClientVersion: "2026.821.0", Rank: osu.GradeA, UserID: 1001, TotalWithoutMods: &without, Pauses: []int32{100, 2000},
	}
	if diff := cmp.Diff(want, info); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	play.Statistics = map[string]int32{"splendid": 1}
	if _, err := osr.File(&play, "Ann", frames); err == nil {
		t.Error("a judgement that does not exist was written")
	}
}
