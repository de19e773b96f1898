package spectator_test

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/rankings"
	rankingsLocal "github.com/pure-peace/peace/modules/rankings/local"
	"github.com/pure-peace/peace/modules/scores"
	scoresLocal "github.com/pure-peace/peace/modules/scores/local"
	"github.com/pure-peace/peace/modules/scores/osr"
	"github.com/pure-peace/peace/modules/scores/scorestest"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/local"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/replay"
)

// TestWholeWay plays with lazer on the real modules, from the token to the file that a player downloads: on each database.
func TestWholeWay(t *testing.T) {
	databasetest.Each(t, wholeWay)
}

func wholeWay(t *testing.T, db *database.DB) {
	const beatmap = 75
	ctx := t.Context()
	subject := newSubject(t, newMemory(t))
	log := newLogger(t)
	world := scorestest.NewWorld(subject.State)
	u, err := subject.Users.Register(ctx, users.Registration{Name: "wholeway", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	world.User(t, u.ID, "DE", false)
	world.Beatmap(t, beatmap, osu.Standard, osu.StatusRanked)
	book, err := scoresLocal.New(ctx, scoresLocal.DefaultConfig(), scoresLocal.Deps{
		DB: db, State: subject.State, Users: world.Users(), Beatmaps: world.Beatmaps(), Performance: world.Performance(), Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, book)
	ranks, err := rankingsLocal.New(ctx, rankingsLocal.DefaultConfig(), rankingsLocal.Deps{
		DB: db, Scores: book, State: subject.State, Sessions: subject.Sessions, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, ranks)
	plays, err := local.New(ctx, local.DefaultConfig(), local.Deps{
		State: subject.State, Users: subject.Users, Sessions: subject.Sessions, Beatmaps: world.Beatmaps(), Scores: book, Rankings: ranks,
		Files: subject.Files, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, plays)

	token, err := book.Issue(ctx, scores.Attempt{
		UserID: u.ID, BeatmapID: beatmap, BeatmapMD5: scorestest.MD5(beatmap), ClientVersion: "2026.821.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	play := spectator.Play{
		Player: spectator.Player{UserID: u.ID, Client: "game", Token: token.ID}, Format: spectator.Lazer, BeatmapID: beatmap,
		Mods: mods.Of(mods.Hidden), Maximum: map[string]int32{"great": 100},
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	told := make(chan int64, 1)
	stands := make(chan struct{})
	go func() {
		for notice, err := range subject.State.Subscribe(ctx, []string{spectator.ToPlayers}) {
			if err != nil {
				return
			}
			if notice.Topic == "" {
				close(stands)
				continue
			}
			if event, err := wire.Unpack(notice.Payload); err == nil {
				if m, ok := event.(*spectatorpb.Processed); ok && m.GetUserId() == u.ID {
					told <- m.GetScoreId()
				}
			}
		}
	}()
	<-stands
	must(plays.Begin(ctx, play))
	for n := range 3 {
		b := hubs.FrameDataBundle{Frames: []hubs.LegacyReplayFrame{{Time: float64(n * 100), MouseX: hubs.Some(float32(n)), ButtonState: hubs.Right2}}}
		must(plays.Send(ctx, play.Player, spectator.Bundle{Format: spectator.Lazer, Data: b.AppendMsg(nil)}))
	}
	total := int64(900_000)
	submission := scores.Submission{
		Key: scores.TokenKey(token.ID), UserID: u.ID, Client: scores.Lazer, ClientVersion: token.ClientVersion,
		BeatmapMD5: token.BeatmapMD5, Mods: play.Mods, Statistics: map[string]int32{"great": 98, "ok": 2}, Maximum: play.Maximum,
		MaxCombo: 100, Total: 940_000, TotalWithoutMods: &total, Accuracy: 0.98667, Grade: osu.GradeSH, Passed: true,
		PlayTime: time.Minute, EndedAt: time.Now(), Pauses: []int32{150},
	}
	result, err := book.Submit(ctx, submission)
	must(err)
	must(plays.End(ctx, play.Player, spectator.Passed))

	// What the player is told comes after everything that his client asks then.
	if id := <-told; id != result.Score.ID {
		t.Errorf("score %d is processed, not %d", id, result.Score.ID)
	}
	stats, err := ranks.Statistics(ctx, []int32{u.ID}, rankings.Board{})
	must(err)
	if stats[0].Playcount != 1 || stats[0].PP <= 0 {
		t.Errorf("%+v", stats)
	}
	var found scores.Replay
	for deadline := time.After(20 * time.Second); ; {
		if found, err = book.Replay(ctx, result.Score.ID, u.ID); err == nil {
			break
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatal(err)
		}
	}
	if !found.Score.HasReplay {
		t.Error("the score says that it has no replay")
	}
	frames, err := files.Load(ctx, subject.Files, found.Key, scores.MaxReplay)
	must(err)
	data, err := osr.File(&found.Score, u.Name, frames)
	must(err)
	file, err := replay.Parse(data)
	must(err)
	recording, err := file.Frames.Recording(file.Ruleset)
	must(err)
	if len(recording.Frames) != 3 || recording.Frames[2] != (replay.Frame{Time: 200, X: 2, Keys: replay.Right2}) {
		t.Errorf("%+v", recording.Frames)
	}
	info, err := file.Info()
	must(err)
	if info.OnlineID != result.Score.ID || info.UserID != u.ID || info.Rank != osu.GradeSH || *info.TotalWithoutMods != total ||
		len(info.Pauses) != 1 || info.ClientVersion != "2026.821.0" {
		t.Errorf("%+v", info)
	}
}
