package metadata_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
	"github.com/pure-peace/peace/transport/lazer/metadata"
)

func newLogger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// TestGolden replays the samples of the protocol's description, lengths included.
func TestGolden(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	g := e.connect(w.id(t, "golden"), "a")
	g.write(unhex(t, "15 96 01 80 a1 31 ac 55 70 64 61 74 65 53 74 61 74 75 73 91 02 90")) // UpdateStatus(Online), id "1"
	g.expect(presence("User", g.id, "92 c0 02"), "94 03 80 a1 31 02")
	w.shelf.change(5)
	g.write(unhex(t, "18 96 01 80 a1 32 af 47 65 74 43 68 61 6e 67 65 73 53 69 6e 63 65 91 05 90")) // GetChangesSince(5), id "2"
	g.expect("95 03 80 a1 32 03 92 90 05")
}

// TestVisible goes through what a user may say of himself, and what another one sees who watches everybody.
func TestVisible(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	watcher := e.connect(w.id(t, "watcher"), "w")
	watcher.invoke("BeginWatchingUserPresence", "90")
	g := e.connect(w.id(t, "player"), "p")
	if w.online(t, g.id) {
		t.Error("a user is seen who has not said that he may be")
	}
	choosing := "92 92 0b 90 02"
	g.invoke("UpdateActivity", "91 92 0b 90", presence("User", g.id, nobody)) // hidden: only he hears, that he is
	watcher.silent()
	g.invoke("UpdateStatus", "91 02", presence("User", g.id, choosing))
	watcher.expect(presence("User", g.id, choosing))
	g.invoke("UpdateStatus", "91 02") // is no change
	g.invoke("UpdateStatus", "91 01", presence("User", g.id, "92 92 0b 90 01"))
	watcher.expect(presence("User", g.id, "92 92 0b 90 01"))
	g.invoke("UpdateActivity", "91 c0", presence("User", g.id, "92 c0 01"))
	watcher.expect(presence("User", g.id, "92 c0 01"))
	g.invoke("UpdateActivity", "91 c0") // is no change
	g.invoke("UpdateStatus", "91 00", presence("User", g.id, nobody))
	watcher.expect(presence("User", g.id, nobody))
	g.invoke("UpdateActivity", "91 92 15 90", presence("User", g.id, nobody))
	watcher.silent()
	g.invoke("UpdateStatus", "91 c0", presence("User", g.id, nobody))
	g.invoke("UpdateStatus", "91 02", presence("User", g.id, "92 92 15 90 02"))
	watcher.expect(presence("User", g.id, "92 92 15 90 02"))

	// Lazer sees of lazer exactly what was said.
	exact := "92 18 94 4b a1 74 03 a1 56"
	g.invoke("UpdateActivity", "91"+exact, presence("User", g.id, "92"+exact+"02"))
	watcher.expect(presence("User", g.id, "92"+exact+"02"))
	late := e.connect(w.id(t, "late"), "l")
	late.invoke("BeginWatchingUserPresence", "90", presence("User", g.id, "92"+exact+"02"))

	watcher.invoke("EndWatchingUserPresence", "90")
	g.close()
	late.expect(presence("User", g.id, nobody))
	watcher.silent()
}

// TestPrivate is somebody whose account wants to be seen by nobody.
func TestPrivate(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	id := w.id(t, "private")
	if err := w.Users.SaveSettings(t.Context(), id, users.Settings{HidePresence: true, FriendsOnlyMessages: true}); err != nil {
		t.Fatal(err)
	}
	g := e.connect(id, "p")
	g.invoke("UpdateActivity", "91 92 0b 90", presence("User", id, nobody))
	if w.online(t, id) {
		t.Error("he is seen")
	}
	if s, _ := w.session(t, id); !s.FriendsOnly {
		t.Error("strangers can write to him")
	}

	// What the game says of that is remembered, and nothing else of the settings is changed.
	remembers := func(private bool) {
		t.Helper()
		settings, err := w.Users.Settings(t.Context(), id)
		if want := (users.Settings{HidePresence: private, FriendsOnlyMessages: true}); err != nil || settings != want {
			t.Errorf("%+v, %v, want %+v", settings, err, want)
		}
		if w.online(t, id) == private {
			t.Errorf("he is seen: %v", !private)
		}
	}
	remembers(true)
	g.invoke("UpdateStatus", "91 02", presence("User", id, "92 92 0b 90 02"))
	remembers(false)
	g.invoke("UpdateStatus", "91 00", presence("User", id, nobody))
	remembers(true)
	g.invoke("UpdateStatus", "91 01", presence("User", id, "92 92 0b 90 01")) // do not disturb
	remembers(false)
	g.invoke("UpdateStatus", "91 c0", presence("User", id, nobody)) // which says nothing
	if settings, err := w.Users.Settings(t.Context(), id); err != nil || settings.HidePresence {
		t.Errorf("%+v, %v", settings, err)
	}
}

func TestFriends(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	a, b, stranger := w.id(t, "a-friend"), w.id(t, "b-friend"), w.id(t, "stranger")
	gb := e.connect(b, "b")
	gb.appear()
	w.befriend(t, a, b)
	ga := e.connect(a, "a")
	ga.expect(presence("Friend", b, "92 c0 02"))
	ga.appear()
	gb.silent() // it is not mutual
	gs := e.connect(stranger, "s")
	gs.appear()
	gb.invoke("UpdateActivity", "91 92 0b 90", presence("User", b, "92 92 0b 90 02"))
	ga.expect(presence("Friend", b, "92 92 0b 90 02"))
	ga.silent()

	// Who is new on the list is shown, who was on it is not shown again.
	w.befriend(t, a, stranger)
	ga.invoke("RefreshFriends", "90", presence("Friend", stranger, "92 c0 02"))
	ga.invoke("RefreshFriends", "90")
	gs.invoke("UpdateStatus", "91 00", presence("User", stranger, nobody))
	ga.expect(presence("Friend", stranger, nobody))
	if err := w.Relations.Remove(t.Context(), a, stranger, relations.Friend); err != nil {
		t.Fatal(err)
	}
	ga.invoke("RefreshFriends", "90")
	gs.invoke("UpdateStatus", "91 02", presence("User", stranger, "92 c0 02"))
	ga.silent()

	// Whoever watches everybody hears of a friend twice: the game has two lists.
	ga.invoke("BeginWatchingUserPresence", "90", presence("User", b, "92 92 0b 90 02"), presence("User", stranger, "92 c0 02"), presence("User", a, "92 c0 02"))
	gb.invoke("UpdateActivity", "91 c0", presence("User", b, "92 c0 02"))
	ga.expect(presence("User", b, "92 c0 02"), presence("Friend", b, "92 c0 02"))
	gb.close()
	ga.expect(presence("User", b, nobody), presence("Friend", b, nobody))
}

// TestStable is what the two kinds of clients see of each other.
func TestStable(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	stable := w.Player(t, "stable")
	g := e.connect(w.id(t, "lazer"), "l")
	g.appear()
	if _, err := client.Await(t.Context(), stable, func(p packets.UserPresence) bool { return p.UserID == g.id }); err != nil {
		t.Fatal(err)
	}
	g.invoke("BeginWatchingUserPresence", "90", presence("User", stable.ID(), "92 c0 02"), presence("User", g.id, "92 c0 02"))

	// Stable plays.
	stable.Send(packets.ChangeAction{Action: osu.ActionPlaying, Info: "a - b [c]", BeatmapID: 75, Ruleset: osu.Taiko, BeatmapMD5: beatmapMD5})
	poll(t, stable)
	g.expect(presence("User", stable.ID(), "92 92 0c 94 4b a9 61202d2062205b635d 01 ad 42617368696e67206472756d73 02"))

	// Lazer plays, with figures of the ruleset, and with what it takes to open the beatmap.
	playing := "92 0c 94 4b a9 61202d2062205b635d 03 ad 536d617368696e67206b657973"
	g.invoke("UpdateActivity", "91"+playing, presence("User", g.id, "92"+playing+"02"))
	stats, err := client.Await(t.Context(), stable, func(p packets.UserStats) bool { return p.UserID == g.id && p.Status.Action == osu.ActionPlaying })
	if err != nil {
		t.Fatal(err)
	}
	if want := (packets.Status{Action: osu.ActionPlaying, Info: "a - b [c]", BeatmapMD5: beatmapMD5, BeatmapID: 75, Ruleset: osu.Mania}); stats.Status != want ||
		stats.PlayCount != 103 || stats.Rank != 7 {
		t.Errorf("stable sees %+v", stats)
	}

	g.invoke("UpdateStatus", "91 00", presence("User", g.id, nobody))
	if _, err := client.Await(t.Context(), stable, func(p packets.UserLogout) bool { return p.UserID == g.id }); err != nil {
		t.Fatal(err)
	}
	if err := w.Sessions.Close(t.Context(), sessions.ID(stable.Token()), sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	g.expect(presence("User", stable.ID(), nobody))
}

func poll(t *testing.T, c *client.Client) {
	t.Helper()
	if _, err := c.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBoth is a user with both clients: others see him as stable's player, and as lazer's when that is what remains.
func TestBoth(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	stable := w.Player(t, "both")
	id := stable.ID()
	watcher := e.connect(w.id(t, "watcher"), "w")
	watcher.invoke("BeginWatchingUserPresence", "90", presence("User", id, "92 c0 02"))
	g := e.connect(id, "l")
	g.invoke("UpdateActivity", "91 92 0b 90", presence("User", id, nobody))
	g.invoke("UpdateStatus", "91 02", presence("User", id, "92 92 0b 90 02"))
	watcher.silent()
	stable.Send(packets.ChangeAction{Action: osu.ActionLobby})
	poll(t, stable)
	watcher.expect(presence("User", id, "92 92 15 90 02"))
	g.silent() // of himself a client knows what it said
	if err := w.Sessions.Close(t.Context(), sessions.ID(stable.Token()), sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	watcher.expect(presence("User", id, "92 92 0b 90 02"))
	g.close()
	watcher.expect(presence("User", id, nobody))
}

// TestAnotherDevice is traps 37, 38 and 44: of two processes of the game the old one is asked to go, and refused until it does.
func TestAnotherDevice(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	id := w.id(t, "mover")
	old := e.connect(id, "first")
	old.appear()
	current := e.connect(id, "second")
	old.expect(disconnectRequested)
	for range 2 {
		if got := old.refused("UpdateStatus", "91 01"); got != "An unexpected error occurred invoking 'UpdateStatus' on the server. InvalidStateException: State is not valid for this connection" {
			t.Errorf("refused with %q", got)
		}
	}
	current.appear()
	current.silent()
	old.close()
	if s, ok := w.session(t, id); !ok || s.Instance != "second" || !w.online(t, id) {
		t.Errorf("session is %+v", s)
	}
	// Clients that do not say which process they are cannot come back silently.
	nameless := e.connect(id, "")
	current.expect(disconnectRequested)
	e.connect(id, "")
	nameless.expect(disconnectRequested)
}

// TestComesBack is a game whose connection broke without its server noticing: it finds itself as it was, and nobody is asked to go.
func TestComesBack(t *testing.T) {
	w := newWorld(t)
	first, second := w.edge(t), w.edge(t)
	id := w.id(t, "returner")
	watcher := first.connect(w.id(t, "watcher"), "w")
	watcher.invoke("BeginWatchingUserPresence", "90")
	old := first.connect(id, "same")
	old.invoke("UpdateActivity", "91 92 0b 90", presence("User", id, nobody))
	old.invoke("UpdateStatus", "91 01", presence("User", id, "92 92 0b 90 01"))
	watcher.expect(presence("User", id, "92 92 0b 90 01"))

	current := second.connect(id, "same")
	current.silent()
	watcher.silent() // he was never away
	if got := old.refused("UpdateActivity", "91 c0"); !strings.HasSuffix(got, "State is not valid for this connection") {
		t.Errorf("refused with %q", got)
	}
	current.invoke("UpdateActivity", "91 92 0b 90", presence("User", id, nobody)) // as the game does
	current.invoke("UpdateStatus", "91 01", presence("User", id, "92 92 0b 90 01"))
	old.close()
	watcher.silent()
	if s, ok := w.session(t, id); !ok || !s.Status.Busy {
		t.Errorf("session is %+v", s)
	}

	// One that comes back and wants to be seen no more is not.
	again := first.connect(id, "same")
	again.invoke("UpdateStatus", "91 c0", presence("User", id, nobody))
	watcher.expect(presence("User", id, nobody))
}

// TestRestart takes an edge away: users stay online until their games are back.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	first, second := w.edge(t), w.edge(t)
	watcher := second.connect(w.id(t, "watcher"), "w")
	watcher.invoke("BeginWatchingUserPresence", "90")
	g := first.connect(w.id(t, "stayer"), "s")
	g.appear()
	watcher.expect(presence("User", g.id, "92 c0 02"))
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if err := first.hub.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	g.expect("96 01 80 c0" + word("ServerShuttingDown") + "90 90")
	g.closed(true)
	watcher.silent()
	if !w.online(t, g.id) {
		t.Error("the user has left")
	}
	again := second.connect(g.id, "s")
	again.appear()
	watcher.silent()
}

// TestThrownOut is everything that staff can do to a user.
func TestThrownOut(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	watcher := e.connect(w.id(t, "watcher"), "w")
	watcher.invoke("BeginWatchingUserPresence", "90")
	g := e.connect(w.id(t, "offender"), "o")
	g.appear()
	watcher.expect(presence("User", g.id, "92 c0 02"))

	if _, err := w.Users.Silence(t.Context(), g.id, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	g.silent() // he may not speak, and that is all
	if _, err := w.Users.Restrict(t.Context(), g.id, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	watcher.expect(presence("User", g.id, nobody))
	g.invoke("UpdateStatus", "91 01", presence("User", g.id, "92 c0 01")) // he need not know
	watcher.silent()
	again := e.connect(g.id, "o")
	again.invoke("UpdateStatus", "91 02", presence("User", g.id, "92 c0 02"))
	watcher.silent()
	if _, err := w.Users.Unrestrict(t.Context(), g.id, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	watcher.expect(presence("User", g.id, "92 c0 02"))

	if n, err := w.Sessions.Disconnect(t.Context(), g.id, sessions.ReasonKicked); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	again.expect(disconnectRequested)
	watcher.expect(presence("User", g.id, nobody))
	if got := again.refused("UpdateActivity", "91 c0"); !strings.HasSuffix(got, "State is not valid for this connection") {
		t.Errorf("refused with %q", got)
	}
}

func TestPassword(t *testing.T) {
	w := newWorld(t)
	g := w.edge(t).connect(w.id(t, "changer"), "c")
	g.silent() // and so has its session
	password := "another password"
	if _, err := w.Users.Update(t.Context(), g.id, g.id, users.Change{Password: &password}); err != nil {
		t.Fatal(err)
	}
	g.expect(disconnectRequested)
}

// TestPending is trap 45: whoever has not given his second factor is answered, but is not there, and drives nobody out.
func TestPending(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	id, friend := w.id(t, "cautious"), w.id(t, "friend")
	w.befriend(t, id, friend)
	e.connect(friend, "f").appear()
	owner := e.connect(id, "owner")
	owner.expect(presence("Friend", friend, "92 c0 02"))
	owner.appear()
	thief := e.connect(fmt.Sprint(id)+"?", "thief")
	thief.invoke("UpdateActivity", "91 92 0b 90", presence("User", id, nobody))
	thief.invoke("UpdateStatus", "91 02", presence("User", id, "92 92 0b 90 02"))
	thief.invoke("BeginWatchingUserPresence", "90")
	thief.invoke("EndWatchingUserPresence", "90")
	thief.invoke("RefreshFriends", "90")
	if answer := thief.call("GetChangesSince", "91 00"); answer != "039290"+"00" {
		t.Errorf("answered %s", answer)
	}
	owner.silent()
	if s, ok := w.session(t, id); !ok || s.Instance != "owner" || len(s.Status.Detail) != 0 {
		t.Errorf("session is %+v", s)
	}
	thief.close()
	owner.silent()
	if !w.online(t, id) {
		t.Error("the owner has left")
	}
}

func TestChanges(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	w.shelf.change(150)
	g := e.connect(w.id(t, "collector"), "c")
	answer := unhex(t, g.call("GetChangesSince", "91 ff")) // from before the beginning
	// A page of 100: sets 1001 to 1100, up to change 100.
	if want := unhex(t, "03 92 dc 00 64 cd 03 e9 cd 03 ea"); !strings.HasPrefix(string(answer), string(want)) ||
		!strings.HasSuffix(string(answer), "\xcd\x04\x4c\x64") || len(answer) != 5+3*100+1 {
		t.Errorf("answered %x", answer)
	}
	for after, want := range map[string]string{
		"cc 94":          "03 92 92 cd 04 7d cd 04 7e cc 96", // the last two of 150
		"cc 96":          "03 92 90 cc 96",                   // nothing new
		"ce 01 00 00 00": "03 92 90 cc 96",                   // from another server
	} {
		if answer := unhex(t, g.call("GetChangesSince", "91"+after)); string(answer) != string(unhex(t, want)) {
			t.Errorf("after %s: %x", after, answer)
		}
	}
	if answer := w.edge(t, func(d *metadata.Deps) { d.Beatmaps = nil }).connect(w.id(t, "nothing"), "n").call("GetChangesSince", "91 05"); answer != "03929005" {
		t.Errorf("without beatmaps: %s", answer)
	}
}

// TestAnnounce tells those who are connected, once for several changes.
func TestAnnounce(t *testing.T) {
	w := newWorld(t)
	w.shelf.change(3)
	e := w.edge(t)
	g, other := e.connect(w.id(t, "one"), "1"), e.connect(w.id(t, "two"), "2")
	want := "96 01 80 c0" + word("BeatmapSetsUpdated") + "91 92 92 cd 03 ec cd 03 ed 05 90"
	// The hub notes where the log ends before it listens; until then what changes is nobody's news.
	deadline := time.Now().Add(within)
	for announced := false; !announced; {
		w.shelf.change(2)
		publish(t, w, beatmapspb.FromChanged(beatmaps.Changed{SetID: 1004}))
		select {
		case frame := <-g.frames:
			announced = true
			other.expect(hex.EncodeToString(frame))
			if n := len(w.shelf.log); n == 5 && hex.EncodeToString(frame) != hex.EncodeToString(unhex(t, want)) {
				t.Errorf("announced %x, want %x", frame, unhex(t, want))
			}
		case <-time.After(3 * time.Second):
			if time.Now().After(deadline) {
				t.Fatal("nothing is announced")
			}
		}
	}
}

func publish(t *testing.T, w *world, m proto.Message) {
	t.Helper()
	if err := w.State.Publish(t.Context(), beatmaps.Topic, wire.Pack(m)); err != nil {
		t.Fatal(err)
	}
}

func TestRooms(t *testing.T) {
	w := newWorld(t)
	g := w.edge(t).connect(w.id(t, "roomer"), "r")
	if answer := g.call("BeginWatchingMultiplayerRoom", "91 cf 7f ff ff ff ff ff ff ff"); answer != "0390" {
		t.Errorf("answered %s", answer)
	}
	g.invoke("EndWatchingMultiplayerRoom", "91 07")
}

// TestNonsense sends what no game sends: each call fails by itself, and the connection stays.
func TestNonsense(t *testing.T) {
	w := newWorld(t)
	g := w.edge(t).connect(w.id(t, "fool"), "f")
	for _, call := range [][2]string{
		{"UpdateStatus", "91 03"}, {"UpdateStatus", "91 ff"}, {"UpdateStatus", "91 a1 78"}, {"UpdateStatus", "90"}, {"UpdateStatus", "92 01 02"},
		{"UpdateActivity", "91 92 01 90"}, {"UpdateActivity", "91 90"}, {"UpdateActivity", "91 92 0c 94 a1 78 a0 00 a0"}, {"UpdateActivity", "91 05"},
		{"GetChangesSince", "91 c0"}, {"GetChangesSince", "91 cf 00 00 00 01 00 00 00 00"}, {"GetChangesSince", "91 a1 31"},
		{"BeginWatchingUserPresence", "91 01"}, {"BeginWatchingMultiplayerRoom", "91 c3"}, {"RefreshFriends", "91 c0"}, {"NoSuchMethod", "90"},
	} {
		if text := g.refused(call[0], call[1]); !strings.Contains(text, call[0]) && !strings.Contains(text, "Method does not exist") {
			t.Errorf("%s(%s) fails with %q", call[0], call[1], text)
		}
	}
	g.appear()
	if len(g.frames) != 0 {
		t.Error("something else was said")
	}
}

// TestLost is a client that missed something: it connects anew and finds out where things stand.
func TestLost(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t, func(d *metadata.Deps) { d.State = lossy{w.State} })
	g := e.connect(w.id(t, "loser"), "l")
	g.invoke("BeginWatchingUserPresence", "90")
	w.Player(t, "newcomer")
	g.closed(true)
}

// TestExpired is a session that is gone without a word, as when state lost it.
func TestExpired(t *testing.T) {
	w := newWorld(t)
	g := w.edge(t).connect(w.id(t, "forgotten"), "f")
	g.silent() // and so has its session
	s, ok := w.session(t, g.id)
	if !ok {
		t.Fatal("no session")
	}
	if err := w.Sessions.Close(t.Context(), s.ID, sessions.ReasonExpired); err != nil {
		t.Fatal(err)
	}
	g.closed(true)
}

// TestBot is not shown: it is no player, and official servers do not show theirs.
func TestBot(t *testing.T) {
	w := newWorld(t)
	e := w.edge(t)
	g := e.connect(w.id(t, "watcher"), "w")
	bot, err := w.Users.Get(t.Context(), []int32{users.BotID})
	if err != nil || len(bot) != 1 {
		t.Fatal(len(bot), err)
	}
	g.invoke("BeginWatchingUserPresence", "90")
	if _, err := w.Sessions.Open(t.Context(), sessions.Opening{User: bot[0], Kind: sessions.Bot}); err != nil {
		t.Fatal(err)
	}
	g.silent()
	g.invoke("BeginWatchingUserPresence", "90")
}
