package spectator_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/files"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	sessionsLocal "github.com/pure-peace/peace/modules/sessions/local"
	"github.com/pure-peace/peace/modules/spectator/local"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/users"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr/client"
)

// A play that is watched goes on through another process when its first one is killed, and its replay misses nothing. Everything but
// scores, beatmaps and rankings is the real thing.
func TestPlaySurvivesTheEdge(t *testing.T) {
	m := newModule(t)
	accounts, err := usersLocal.New(t.Context(), usersLocal.DefaultConfig(), usersLocal.Deps{
		DB: databasetest.Open(t, database.SQLite), Topics: m.state, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := sessionsLocal.New(t.Context(), sessionsLocal.DefaultConfig(), sessionsLocal.Deps{State: m.state, Users: accounts, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	filesConfig := filesLocal.DefaultConfig()
	filesConfig.Dir = t.TempDir()
	blobs, err := filesLocal.New(t.Context(), filesConfig, filesLocal.Deps{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	book := spectatortest.NewWorld(m.state)
	module, err := local.New(t.Context(), local.DefaultConfig(), local.Deps{
		State: m.state, Users: accounts, Sessions: registry, Beatmaps: book.Beatmaps(), Chat: book.Chat(), Scores: book.Scores(),
		Rankings: book.Rankings(), Files: blobs, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var loops sync.WaitGroup
	for _, run := range []func(context.Context) error{m.state.Run, registry.Run, module.Run} {
		loops.Go(func() { _ = run(ctx) })
	}
	t.Cleanup(func() { stop(); loops.Wait() })

	ids := make([]int32, 2)
	for i, name := range []string{"player", "watcher"} {
		u, err := accounts.Register(t.Context(), users.Registration{Name: name, Password: "correct horse"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := registry.Open(t.Context(), sessions.Opening{User: u, Kind: sessions.Lazer, Instance: "game of " + name}); err != nil {
			t.Fatal(err)
		}
		ids[i] = u.ID
	}
	w := []*world{startWorld(t, m, module, lazer.DefaultConfig()), startWorld(t, m, module, lazer.DefaultConfig())}
	for _, w := range w {
		w.tokens.verified("player", ids[0])
		w.tokens.verified("watcher", ids[1])
	}
	beatmap := book.Beatmap(osu.StatusRanked)
	ticket := book.Token(ids[0], beatmap)
	began := fmt.Sprintf("UserBeganPlaying %d map %d state 1", ids[0], beatmap)
	frames := func(g *game, at float64) []byte {
		t.Helper()
		sent := bundle(at)
		if err := g.Send(t.Context(), "SendFrameDataV2", token(ticket), client.Encoded(sent)); err != nil {
			t.Fatal(err)
		}
		g.sync()
		return sent
	}

	watcher := w[1].connect(t, "watcher", "game of watcher")
	player := w[0].connect(t, "player", "game of player")
	watcher.call("StartWatchingUser", number(ids[0]))
	player.hears(fmt.Sprintf("UserStartedWatching [{%d watcher}]", ids[1]))
	player.call("BeginPlaySessionV2", token(ticket), state(beatmap, hubs.Playing))
	watcher.hears(began)
	sent := frames(player, 0)
	watcher.hears(fmt.Sprint("UserSentFrames ", ids[0]))
	if got := <-watcher.raw; !bytes.Equal(got, sent) {
		t.Errorf("arrived as %x, was sent as %x", got, sent)
	}
	if err := w[0].hub.Close(); err != nil { // as if it were killed: nobody is told
		t.Fatal(err)
	}
	<-player.Done()

	player = w[1].connect(t, "player", "game of player")
	player.hears(fmt.Sprintf("UserStartedWatching [{%d watcher}]", ids[1]))
	player.call("BeginPlaySessionV2", token(ticket), state(beatmap, hubs.Playing))
	frames(player, 100)
	player.call("EndPlaySessionV2", token(ticket), number(int32(hubs.Passed)))
	for heard, finished := "", fmt.Sprintf("UserFinishedPlaying %d map %d state 3", ids[0], beatmap); heard != finished; {
		select {
		case heard = <-watcher.heard:
		case <-time.After(patience):
			t.Fatal("the watcher did not see the end")
		}
	}
	score := book.Submit(t, ticket, true, true)
	player.hears(fmt.Sprintf("UserScoreProcessed %d %d", ids[0], score))
	for deadline := time.Now().Add(patience); book.Replay(ticket) == ""; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("there is no replay")
		}
	}
	data, err := files.Load(t.Context(), blobs, book.Replay(ticket), scores.MaxReplay)
	if err != nil {
		t.Fatal(err)
	}
	recording, err := replay.Data(data).Recording(osu.Standard)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(recording.Frames); n != 24 || recording.Frames[0].Time != 0 || recording.Frames[23].Time != 111 {
		t.Errorf("the replay has %d frames: %+v", n, recording.Frames)
	}
}
