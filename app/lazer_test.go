package app_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/difficulty"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/replay"
	"github.com/pure-peace/peace/osu/score"
	"github.com/pure-peace/peace/osu/submission"
	bancho "github.com/pure-peace/peace/transport/bancho/client"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	web "github.com/pure-peace/peace/transport/web/client"
)

// The moments of a meeting at which a topology may do its worst.
const (
	lazerStarted step = "the lazer client has started up"
	talked       step = "they have talked"
	halfPlayed   step = "the lazer player is in the middle of a song"
	bothPlayed   step = "both have played"
)

// lazerPlayer is somebody with a lazer client that comes back when the server goes away under it.
type lazerPlayer struct {
	*lazer.Client
	t    *testing.T
	feed *lazer.Feed
	hubs *lazer.Hubs
}

func newLazer(t *testing.T, address string) *lazer.Client {
	t.Helper()
	c := lazer.New(lazer.Options{Server: "http://osu.localhost", Address: address})
	t.Cleanup(c.Close)
	return c
}

// arrive registers a player and starts his client up.
func arrive(ctx context.Context, t *testing.T, address, name string) *lazerPlayer {
	t.Helper()
	p := &lazerPlayer{Client: newLazer(t, address), t: t}
	if err := p.Register(ctx, name, name+"@example.com", "peaceful "+name+"!"); err != nil {
		t.Fatalf("registering %s: %v", name, err)
	}
	if err := p.Login(ctx, name, "peaceful "+name+"!"); err != nil {
		t.Fatalf("logging %s in: %v", name, err)
	}
	started, err := p.Start(ctx)
	if err != nil {
		t.Fatalf("starting %s up: %v", name, err)
	}
	p.feed = started.Feed
	if len(started.Presence) == 0 {
		t.Errorf("%s is in no channel", name)
	}
	if p.hubs, err = p.Connect(ctx); err != nil {
		t.Fatalf("connecting %s to the hubs: %v", name, err)
	}
	t.Cleanup(func() { p.leave() })
	return p
}

func (p *lazerPlayer) leave() {
	p.feed.Close()
	p.hubs.Close()
}

// revive connects anew, as the game does when its connections have ended.
func (p *lazerPlayer) revive(ctx context.Context) {
	p.t.Helper()
	p.leave()
	eventually(ctx, p.t, "the socket is there again", func() (err error) {
		p.feed, err = p.Listen(ctx)
		return err
	})
	eventually(ctx, p.t, "the hubs are there again", func() (err error) {
		p.hubs, err = p.Connect(ctx)
		return err
	})
}

// hears waits for something from a hub.
func (p *lazerPlayer) hears(ctx context.Context, what string, fits func(lazer.Call) bool) lazer.Call {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	call, err := p.hubs.Await(ctx, fits)
	if err != nil {
		p.t.Fatalf("%s never heard that %s: %v", p.Me().Username, what, err)
	}
	return call
}

// reads waits for a line of chat.
func (p *lazerPlayer) reads(ctx context.Context, text string) lazer.Message {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	e, err := p.feed.Await(ctx, func(e lazer.Event) bool { return e.Said(text) })
	if err != nil {
		p.t.Fatalf("%s never read %q: %v", p.Me().Username, text, err)
	}
	return e.Messages[slices.IndexFunc(e.Messages, func(m lazer.Message) bool { return m.Content == text })]
}

// meeting is what a lazer player and a stable player do on one server: befriend, talk, watch, and play the same song. It must go the
// same way whatever the server is made of. The server has the beatmaps of songs.
func meeting(t *testing.T, address string, between func(step)) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	lena := arrive(ctx, t, address, "Lena")
	stan := player(t, address, "Stan")
	between(lazerStarted)
	lena.revive(ctx)

	befriend(ctx, t, lena, stan)
	talk(ctx, t, lena, stan)
	between(talked)
	lena.revive(ctx)

	game := web.New(stan)
	song := download(ctx, t, game)
	played, scoreID := perform(ctx, t, lena, stan, song, between)
	outcome := submit(ctx, t, game, song, 0.95, 2)
	between(bothPlayed)
	lena.revive(ctx)
	rank(ctx, t, lena, game, song, played, outcome)
	watchAgain(ctx, t, lena, game, played, scoreID)
}

// befriend makes the two friends, each in his own client, and lets them see each other.
func befriend(ctx context.Context, t *testing.T, lena *lazerPlayer, stan *bancho.Client) {
	t.Helper()
	eventually(ctx, t, "Lena befriends Stan", func() error {
		return lena.Send(ctx, http.MethodPost, "friends?target="+strconv.Itoa(int(stan.ID())), nil, nil)
	})
	if err := lena.hubs.RefreshFriends(ctx); err != nil {
		t.Fatal(err)
	}
	lena.hears(ctx, "her friend is there", func(c lazer.Call) bool {
		return c.Method == "FriendPresenceUpdated" && c.UserID == stan.ID() && c.Presence != nil
	})
	stan.AddFriend(lena.Me().ID)
	poll(ctx, t, stan)
	var friends []lazer.Relation
	eventually(ctx, t, "they are friends", func() error { return lena.Get(ctx, "friends", nil, &friends) })
	if len(friends) != 1 || friends[0].TargetID != stan.ID() || !friends[0].Mutual || friends[0].Target == nil {
		t.Errorf("Lena's friends are %+v", friends)
	}
	await(ctx, t, "Stan sees Lena", func() bool {
		poll(ctx, t, stan)
		_, online := stan.Online()[lena.Me().ID]
		return online
	})

	// What one does, the other sees.
	stan.SetStatus(packets.Status{Action: osu.ActionEditing, Info: "his own map"})
	poll(ctx, t, stan)
	lena.hears(ctx, "Stan edits a beatmap", func(c lazer.Call) bool {
		if c.Method != "FriendPresenceUpdated" || c.UserID != stan.ID() || c.Presence == nil {
			return false
		}
		_, edits := c.Presence.Activity.(hubs.EditingBeatmap)
		return edits
	})
	if err := lena.hubs.SetActivity(ctx, hubs.ChoosingBeatmap{}); err != nil {
		t.Fatal(err)
	}
}

// talk lets both speak, in a channel and in private.
func talk(ctx context.Context, t *testing.T, lena *lazerPlayer, stan *bancho.Client) {
	t.Helper()
	await(ctx, t, "Stan is in #osu", func() bool {
		poll(ctx, t, stan)
		return slices.Contains(stan.Joined(), "#osu")
	})
	var channels []lazer.Channel
	if err := lena.Get(ctx, "chat/channels", nil, &channels); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(channels, func(c lazer.Channel) bool { return c.Name == "#osu" })
	if i < 0 {
		t.Fatalf("there is no #osu among %+v", channels)
	}
	if _, err := lena.Say(ctx, channels[i].ID, "hello from lazer"); err != nil {
		t.Fatal(err)
	}
	if line := expect(ctx, t, stan, func(m packets.Message) bool { return m.Target == "#osu" && m.Sender == "Lena" }); line.Text != "hello from lazer" {
		t.Errorf("Stan read %+v", line)
	}
	stan.Say("#osu", "hello from stable")
	poll(ctx, t, stan)
	if m := lena.reads(ctx, "hello from stable"); m.SenderID != stan.ID() || m.ChannelID != channels[i].ID {
		t.Errorf("Lena read %+v", m)
	}

	said, thread, err := lena.Whisper(ctx, stan.ID(), "just between us")
	if err != nil {
		t.Fatal(err)
	}
	if said.ChannelID != thread {
		t.Errorf("the message is in %d, the conversation is %d", said.ChannelID, thread)
	}
	expect(ctx, t, stan, func(m packets.Message) bool { return m.Sender == "Lena" && m.Text == "just between us" })
	stan.Whisper("Lena", "my lips are sealed")
	poll(ctx, t, stan)
	if m := lena.reads(ctx, "my lips are sealed"); m.ChannelID != thread {
		t.Errorf("Stan's answer came in %d", m.ChannelID)
	}
	history, err := lena.Messages(ctx, thread)
	if err != nil {
		t.Fatal(err)
	}
	if len(history) != 2 || history[0].Content != "just between us" || history[1].Content != "my lips are sealed" {
		t.Errorf("the conversation was %+v", history)
	}
}

// perform lets Lena play while Stan watches, and returns her play with its score.
func perform(ctx context.Context, t *testing.T, lena *lazerPlayer, stan *bancho.Client, song web.Song, between func(step)) (*lazer.Performance, int64) {
	t.Helper()
	p, err := lazer.Perform(ctx, song, lazer.Attempt{Mods: mods.Set{{Acronym: mods.Hidden}}, Accuracy: 0.99, Misses: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	beatmap, err := lena.Lookup(ctx, song)
	if err != nil {
		t.Fatal(err)
	}
	token, err := lena.ScoreToken(ctx, beatmap.ID, song, osu.Standard)
	if err != nil {
		t.Fatal(err)
	}
	stan.Spectate(lena.Me().ID)
	poll(ctx, t, stan)
	lena.hears(ctx, "Stan watches her", func(c lazer.Call) bool {
		return c.Method == "UserStartedWatching" && len(c.Watchers) == 1 && c.Watchers[0].OnlineID == stan.ID()
	})
	if err := lena.hubs.Begin(ctx, beatmap.ID, token, p); err != nil {
		t.Fatal(err)
	}
	half := len(p.Frames) / 2
	sendFrames(ctx, t, lena, token, p, p.Frames[:half])
	expect(ctx, t, stan, func(f packets.SpectatorFrames) bool { return len(f.Frames) > 0 })
	// What is still on its way when a server dies is lost. An answer says that the frames before it have arrived.
	if err := lena.hubs.Unwatch(ctx, stan.ID()); err != nil {
		t.Fatal(err)
	}
	between(halfPlayed)
	lena.revive(ctx)
	if err := lena.hubs.Begin(ctx, beatmap.ID, token, p); err != nil {
		t.Fatal(err)
	}
	sendFrames(ctx, t, lena, token, p, p.Frames[half:])
	var submitted lazer.Submitted
	eventually(ctx, t, "the score is taken", func() (err error) {
		submitted, err = lena.Submit(ctx, beatmap.ID, token, p)
		return err
	})
	if err := lena.hubs.Finish(ctx, token, true); err != nil {
		t.Fatal(err)
	}
	lena.hears(ctx, "her score is counted", func(c lazer.Call) bool { return c.Method == "UserScoreProcessed" && c.ScoreID == submitted.ID })
	var me lazer.User
	if err := lena.Get(ctx, "users/"+strconv.Itoa(int(lena.Me().ID))+"/osu", url.Values{"key": {"id"}}, &me); err != nil {
		t.Fatal(err)
	}
	if s := me.Statistics; s == nil || s.PlayCount != 1 || s.PP == nil || *s.PP <= 0 || s.GlobalRank == nil {
		t.Errorf("Lena's figures are %+v", me.Statistics)
	}
	return p, submitted.ID
}

func sendFrames(ctx context.Context, t *testing.T, lena *lazerPlayer, token int64, p *lazer.Performance, frames []replay.Frame) {
	t.Helper()
	for chunk := range slices.Chunk(frames, 30) {
		if err := lena.hubs.SendFrames(ctx, token, p, chunk); err != nil {
			t.Fatal(err)
		}
	}
}

// rank looks at the board of both clients: both scores are on it, and worth what the library says.
func rank(ctx context.Context, t *testing.T, lena *lazerPlayer, game *web.Client, song web.Song, played *lazer.Performance, outcome web.Outcome) {
	t.Helper()
	want := map[int32]float64{}
	pp, err := played.PP(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want[lena.Me().ID] = pp
	want[game.Game().ID()] = stablePP(ctx, t, song, outcome.Submission)

	beatmap, err := lena.Lookup(ctx, song)
	if err != nil {
		t.Fatal(err)
	}
	var board lazer.Board
	eventually(ctx, t, "there is a board", func() (err error) {
		board, err = lena.Board(ctx, beatmap.ID, osu.Standard, "global")
		return err
	})
	if len(board.Scores) != 2 || board.Own == nil || board.Own.Score.UserID != lena.Me().ID {
		t.Fatalf("lazer's board has %d scores, Lena's own is %+v", len(board.Scores), board.Own)
	}
	for _, s := range board.Scores {
		if s.PP == nil || math.Abs(*s.PP-want[s.UserID]) > 1e-6*want[s.UserID] {
			t.Errorf("the score of %d is worth %v, should be %v", s.UserID, s.PP, want[s.UserID])
		}
		if stable := s.UserID == game.Game().ID(); stable != (s.LegacyScoreID != nil) {
			t.Errorf("the score of %d: of stable %v, legacy id %v", s.UserID, stable, s.LegacyScoreID)
		}
	}
	stable := boardOf(ctx, t, game, song)
	var names []string
	for _, line := range stable.Lines {
		names = append(names, line.Player)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"Lena", "Stan"}) || stable.Status != submission.Ranked {
		t.Errorf("stable's board has %v", names)
	}
	friends, err := lena.Board(ctx, beatmap.ID, osu.Standard, "friend")
	if err != nil || len(friends.Scores) != 2 {
		t.Errorf("the board of friends has %d scores, %v", len(friends.Scores), err)
	}
}

// stablePP is what a stable play is worth by this library.
func stablePP(ctx context.Context, t *testing.T, song web.Song, s *submission.Submission) float64 {
	t.Helper()
	set := mods.Set{{Acronym: mods.Classic}}
	attributes, err := difficulty.Calculate(ctx, song.Map, osu.Standard, set)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(s.Score.Total)
	return attributes.PP(score.Play{
		Mods: set, Statistics: s.Score.Counts.Statistics(osu.Standard), MaxCombo: int(s.Score.MaxCombo),
		Accuracy: s.Score.Counts.Accuracy(osu.Standard, 0), LegacyTotal: &total,
	})
}

// watchAgain gets the replay of the lazer score, in both clients.
func watchAgain(ctx context.Context, t *testing.T, lena *lazerPlayer, game *web.Client, played *lazer.Performance, scoreID int64) {
	t.Helper()
	var file []byte
	eventually(ctx, t, "the replay is there", func() (err error) {
		file, err = lena.Replay(ctx, scoreID)
		return err
	})
	r, err := replay.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	info, err := r.Info()
	if err != nil || info == nil {
		t.Fatalf("the replay tells nothing of lazer: %v", err)
	}
	if r.Beatmap != played.Song.MD5 || r.Player != "Lena" || info.OnlineID != scoreID || info.Statistics != played.Statistics || !info.Mods.Has(mods.Hidden) {
		t.Errorf("the replay is %+v, %+v", r, info)
	}
	frames, err := r.Frames.Recording(osu.Standard)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(frames.Frames), len(played.Frames); got < want*9/10 {
		t.Errorf("the replay has %d frames of %d", got, want)
	}
	eventually(ctx, t, "stable gets the replay", func() error {
		data, err := game.Replay(ctx, osu.Standard, scoreID)
		if err == nil && len(data) == 0 {
			t.Error("the replay for stable is empty")
		}
		return err
	})
}

func TestMeetingOnASingleProcess(t *testing.T) {
	settings := apptest.Settings(t.TempDir())
	settings["admin.socket"] = filepath.Join(socketDir(t), "peace.sock")
	c, err := app.LoadConfig(config.Sources{Overrides: settings}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := apptest.Start(t, c, app.Options{})
	bring(t, serveWith(settings)[1:]...)
	meeting(t, server.Address(), func(step) {})
}

func TestMeetingWithKillsOfASingleProcess(t *testing.T) {
	address := freeAddress(t)
	settings := apptest.Settings(t.TempDir())
	settings["http.listen"], settings["admin.socket"] = address, filepath.Join(socketDir(t), "peace.sock")
	arguments := serveWith(settings)
	server := start(t, arguments...)
	waitForListener(t, address)
	bring(t, arguments[1:]...)
	meeting(t, address, func(s step) {
		t.Logf("killing the server while %s", s)
		time.Sleep(500 * time.Millisecond) // for the journal of sessions
		server.kill()
		server = start(t, arguments...)
		waitForListener(t, address)
	})
}

func TestMeetingOnAFleet(t *testing.T) {
	address := freeAddress(t)
	processes := map[string][]string{}
	for _, module := range modules {
		processes[module] = []string{module}
	}
	file := fleetFile(t, processes, address)
	running := map[string]*process{}
	for module := range processes {
		running[module] = start(t, "serve", "--config", file, "--as", module)
	}
	gateway := start(t, "serve", "--config", file)
	waitForListener(t, address)
	bring(t, "--config", file)
	meeting(t, address, func(s step) {
		for _, module := range []string{"spectator", "oauth", "chat", "sessions", "scores", "notifications"} {
			t.Logf("killing %s while %s", module, s)
			running[module].kill()
			running[module] = start(t, "serve", "--config", file, "--as", module)
		}
		gateway.kill()
		gateway = start(t, "serve", "--config", file)
		waitForListener(t, address)
	})
}
