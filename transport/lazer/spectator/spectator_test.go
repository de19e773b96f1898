package spectator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	contract "github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/signalr/client"
)

// number is an int as an argument.
func number(n int32) client.Argument { return client.Arg(hubs.AppendInt[int32], n) }

func TestWatchAPlay(t *testing.T) {
	w := newWorld(t, newModule(t), lazer.DefaultConfig())
	player, watcher := w.connect(t, "1", "game 1"), w.connect(t, "2", "game 2")
	watcher.call("StartWatchingUser", number(1))
	player.hears("UserStartedWatching [{2 player 2}]")
	player.call("BeginPlaySessionV2", token(77), state(75, hubs.Playing))
	watcher.hears("UserBeganPlaying 1 map 75 state 1")
	for i := range 3 {
		sent := bundle(float64(100 * i))
		if err := player.Send(t.Context(), "SendFrameDataV2", token(77), client.Encoded(sent)); err != nil {
			t.Fatal(err)
		}
		watcher.hears("UserSentFrames 1")
		if got := <-watcher.raw; !bytes.Equal(got, sent) {
			t.Fatalf("bundle %d arrived as %x, was sent as %x", i, got, sent)
		}
	}
	late := w.connect(t, "3", "game 3")
	late.call("StartWatchingUser", number(1))
	late.hears("UserBeganPlaying 1 map 75 state 1")
	player.hears("UserStartedWatching [{3 player 3}]")
	player.call("EndPlaySessionV2", token(77), number(int32(hubs.Passed)))
	watcher.hears("UserFinishedPlaying 1 map 75 state 3")
	late.hears("UserFinishedPlaying 1 map 75 state 3")
	watcher.call("EndWatchingUser", number(1))
	player.hears("UserEndedWatching 2")
	player.call("BeginPlaySessionV2", token(78), state(76, hubs.Playing))
	late.hears("UserBeganPlaying 1 map 76 state 1")
	watcher.sync()
	if len(watcher.heard) > 0 {
		t.Errorf("heard %q of somebody who is not watched any more", <-watcher.heard)
	}
}

// TestWaitForAPlayer watches somebody who is not here: the game is told when he begins to play.
func TestWaitForAPlayer(t *testing.T) {
	w := newWorld(t, newModule(t), lazer.DefaultConfig())
	watcher := w.connect(t, "2", "game 2")
	watcher.call("StartWatchingUser", number(1))
	player := w.connect(t, "1", "game 1")
	player.hears("UserStartedWatching [{2 player 2}]")
	player.call("BeginPlaySessionV2", token(77), state(75, hubs.Playing))
	watcher.hears("UserBeganPlaying 1 map 75 state 1")
}

func TestFirstGeneration(t *testing.T) {
	w := newWorld(t, newModule(t), lazer.DefaultConfig())
	player, watcher := w.connect(t, "1", "game 1"), w.connect(t, "2", "game 2")
	watcher.call("StartWatchingUser", number(1))
	player.hears("UserStartedWatching [{2 player 2}]")
	sent := bundle(0)
	if err := player.Invoke(t.Context(), "SendFrameData", client.Encoded(sent)); err == nil {
		t.Error("frames of no play were taken")
	}
	player.call("EndPlaySession", state(75, hubs.Quit)) // of no play: nothing happens
	player.call("BeginPlaySession", token(77), state(75, hubs.Playing))
	w.asked(t, "begin 1 game 1 77 map 75")
	watcher.hears("UserBeganPlaying 1 map 75 state 1")
	player.call("SendFrameData", client.Encoded(sent))
	w.asked(t, "send 1 77")
	watcher.hears("UserSentFrames 1")
	if got := <-watcher.raw; !bytes.Equal(got, sent) {
		t.Errorf("arrived as %x", got)
	}
	player.call("EndPlaySession", state(75, hubs.Playing)) // one that goes on has been quit
	w.asked(t, "end 1 77 5")
	watcher.hears("UserFinishedPlaying 1 map 75 state 5")
}

// Trap 42: an error from Begin costs the play its replay and its watchers.
func TestBeginAcceptsWhatItCannotShow(t *testing.T) {
	w := newWorld(t, newModule(t), lazer.DefaultConfig())
	player := w.connect(t, "1", "game 1")
	none := hubs.Optional[int32]{}
	for name, s := range map[string]hubs.SpectatorState{
		"no map":         {BeatmapID: none, RulesetID: hubs.Some(int32(0))},
		"no ruleset":     {BeatmapID: hubs.Some(int32(1)), RulesetID: none},
		"custom ruleset": {BeatmapID: hubs.Some(int32(1)), RulesetID: hubs.Some(int32(-1)), Mods: []hubs.Mod{{Acronym: "something of it"}}},
		"later ruleset":  {BeatmapID: hubs.Some(int32(1)), RulesetID: hubs.Some(int32(1000))},
		"unknown map":    {BeatmapID: hubs.Some(int32(-1)), RulesetID: hubs.Some(int32(3))},
	} {
		for _, method := range []string{"BeginPlaySessionV2", "BeginPlaySession"} {
			s.State = hubs.Playing
			if err := player.Invoke(t.Context(), method, token(0), client.Arg(hubs.Append[hubs.SpectatorState], s)); err != nil {
				t.Errorf("%s, %s: %v", method, name, err)
			}
		}
	}
	w.asked(t, "begin 1 game 1 0 map -1") // modules/spectator decides about the last one
	// Nor does the end of such a play fail, which the game shows to nobody, but writes into its log.
	player.call("EndPlaySessionV2", token(0), number(int32(hubs.Quit)))
}

// Trap 43: the score must be readable by then, which is the module's affair, and the message must reach the connection that waits.
func TestScoreProcessed(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	processed := func(score int64) {
		t.Helper()
		event := spectatorpb.FromProcessed(contract.Processed{UserID: 1, ScoreID: score})
		if err := m.publish(t.Context(), contract.ToPlayers, event); err != nil {
			t.Fatal(err)
		}
	}
	old := w.connect(t, "1", "game 1")
	player, other := w.connect(t, "1", "game 1"), w.connect(t, "2", "game 2")
	processed(5)
	player.hears("UserScoreProcessed 1 5")
	old.sync()
	other.sync()
	if len(old.heard)+len(other.heard) > 0 {
		t.Error("others were told of it")
	}
	// A player who is away at that moment is told when he is back.
	player.Cut()
	old.Cut()
	m.asked(t, "drop 1 game 1")
	processed(6)
	// What follows it on the topic has arrived when it has.
	if err := m.publish(t.Context(), contract.ToPlayers, spectatorpb.FromProcessed(contract.Processed{UserID: 2, ScoreID: 7})); err != nil {
		t.Fatal(err)
	}
	other.hears("UserScoreProcessed 2 7")
	w.connect(t, "1", "game 1").hears("UserScoreProcessed 1 6")
}

// TestPace turns to other players faster than anybody can.
func TestPace(t *testing.T) {
	const burst, extra, aSecond = 2 * contract.MaxWatching, 20, 50
	player := newWorld(t, newModule(t), lazer.DefaultConfig()).connect(t, "1", "game 1")
	began := time.Now()
	for range burst + extra {
		player.call("StartWatchingUser", number(2))
	}
	if took := time.Since(began); took < (extra-1)*time.Second/aSecond {
		t.Errorf("%d calls took %v", burst+extra, took)
	}
}

// TestProvedOnTheWay gives the second factor after the connection is let in and before anybody listens on its behalf.
func TestProvedOnTheWay(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	pending := oauth.Token{ID: 70, UserID: 2, Scopes: []string{"*"}}
	w.tokens.set("2b", pending)
	proved := pending
	proved.Verified = true
	options, _ := w.options("2b", "game")
	options.Direct = true
	w.tokens.once(func() { w.tokens.set("2b", proved) })
	c, err := client.Dial(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Cut)
	<-c.Done()
	if e := (*client.CloseError)(nil); !errors.As(c.Err(), &e) || e.Text != "" || !e.Reconnect {
		t.Errorf("ended by %v", c.Err())
	}
	w.connect(t, "2b", "game").call("BeginPlaySessionV2", token(9), state(75, hubs.Playing))
	m.asked(t, "begin 2 game 9 map 75")
}

// Traps 37 and 38: another game is told to log out, and only that one; the same game is not when it comes back.
func TestSeats(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	first := w.connect(t, "1", "game 1")
	again := w.connect(t, "1", "game 1")
	// Trap 44: the connection that lost its seat gets an error, and stays.
	err := first.Invoke(t.Context(), "BeginPlaySessionV2", token(1), state(75, hubs.Playing))
	want := "An unexpected error occurred invoking 'BeginPlaySessionV2' on the server. InvalidStateException: State is not valid for this connection"
	if e := (*client.CallError)(nil); !errors.As(err, &e) || e.Text != want {
		t.Errorf("the old connection may: %v", err)
	}
	first.sync()
	if len(first.heard) > 0 {
		t.Errorf("the old connection of the same game heard %q", <-first.heard)
	}
	again.call("BeginPlaySessionV2", token(1), state(75, hubs.Playing))
	first.Cut() // and this does not end what the new one does
	other := w.connect(t, "1", "game 2")
	again.hears("DisconnectRequested")
	m.asked(t, "drop 1 game 1")
	other.call("BeginPlaySessionV2", token(2), state(75, hubs.Playing))
	if len(other.heard) > 0 {
		t.Errorf("the new game heard %q", <-other.heard)
	}
	again.Close()
	other.Close()
	for call := range drained(m, "drop 1 game 2") {
		if strings.HasPrefix(call, "drop") {
			t.Errorf("also %q", call)
		}
	}
}

// drained yields the calls before one.
func drained(m *module, last string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for call := range m.calls {
			if call == last || !yield(call) {
				return
			}
		}
	}
}

// Two processes share the state.
func TestSeatsOfTwoProcesses(t *testing.T) {
	m := newModule(t)
	one, two := newWorld(t, m, lazer.DefaultConfig()), newWorld(t, m, lazer.DefaultConfig())
	first := one.connect(t, "1", "game 1")
	second := two.connect(t, "1", "game 2")
	first.hears("DisconnectRequested")
	m.asked(t, "drop 1 game 1")
	if err := first.Invoke(t.Context(), "StartWatchingUser", number(2)); err == nil {
		t.Error("the old connection may still watch")
	}
	// Watchers are on both, and see the same.
	here, there := one.connect(t, "3", "game 3"), two.connect(t, "4", "game 4")
	here.call("StartWatchingUser", number(1))
	there.call("StartWatchingUser", number(1))
	second.call("BeginPlaySessionV2", token(2), state(75, hubs.Playing))
	here.hears("UserBeganPlaying 1 map 75 state 1")
	there.hears("UserBeganPlaying 1 map 75 state 1")
	second.hears("UserStartedWatching [{3 player 3}]")
	second.hears("UserStartedWatching [{4 player 4}]")
	// Whoever comes back is told who watches.
	second.Cut()
	m.asked(t, "drop 1 game 2")
	one.connect(t, "1", "game 2").hears("UserStartedWatching [{3 player 3} {4 player 4}]")
}

func TestDrain(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	player := w.connect(t, "1", "game 1")
	player.call("BeginPlaySessionV2", token(1), state(75, hubs.Playing))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- w.hub.Drain(ctx) }()
	player.hears("ServerShuttingDown")
	// The play is seen to its end, but no other one begins here: the game is to connect anew for that.
	player.call("SendFrameDataV2", token(1), client.Encoded(bundle(0)))
	err := player.Invoke(t.Context(), "BeginPlaySessionV2", token(2), state(76, hubs.Playing))
	want := "An unexpected error occurred invoking 'BeginPlaySessionV2' on the server. ServerShuttingDownException: Server is shutting down."
	if e := (*client.CallError)(nil); !errors.As(err, &e) || e.Text != want {
		t.Errorf("another play: %v", err)
	}
	player.call("EndPlaySessionV2", token(1), number(int32(hubs.Passed)))
	<-player.Done()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if e := (*client.CloseError)(nil); !errors.As(player.Err(), &e) || !e.Reconnect || e.Text != "" {
		t.Errorf("ended by %v", player.Err())
	}
	m.note("the end")
	for call := range drained(m, "the end") {
		if strings.HasPrefix(call, "drop") {
			t.Errorf("a play that will go on was ended: %s", call)
		}
	}
}

// Whoever missed events learns where things stand.
func TestLostSubscriptions(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	player, watcher, other := w.connect(t, "1", "game 1"), w.connect(t, "2", "game 2"), w.connect(t, "3", "game 3")
	watcher.call("StartWatchingUser", number(1))
	player.hears("UserStartedWatching [{2 player 2}]")
	// Another play began, somebody else watches, and a token was revoked, of all of which nobody heard.
	m.mu.Lock()
	m.plays[1] = contract.Play{
		Player: contract.Player{UserID: 1}, Format: contract.Lazer, BeatmapID: 76, State: contract.Playing, Maximum: map[string]int32{"great": 5},
	}
	m.watchers[1] = append(m.watchers[1], contract.Watcher{UserID: 4, Name: "player 4"})
	m.mu.Unlock()
	w.tokens.set("3", oauth.Token{})
	m.topics.lose()
	watcher.hears("UserBeganPlaying 1 map 76 state 1")
	player.hears("UserStartedWatching [{2 player 2} {4 player 4}]")
	<-other.Done()
	if e := (*client.CloseError)(nil); !errors.As(other.Err(), &e) || !e.Reconnect {
		t.Errorf("the connection of the token ended by %v", other.Err())
	}
	m.mu.Lock()
	delete(m.plays, 1)
	m.mu.Unlock()
	m.topics.lose()
	watcher.hears("UserFinishedPlaying 1 map 76 state 5")
	// And it goes on.
	player.hears("UserStartedWatching [{2 player 2} {4 player 4}]")
	player.call("BeginPlaySessionV2", token(1), state(77, hubs.Playing))
	watcher.hears("UserBeganPlaying 1 map 77 state 1")
}

// A game that does not say which process it is can still play and watch.
func TestClientWithoutName(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	options, g := w.options("1", "")
	c, err := client.Dial(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	g.Conn, g.t = c, t
	g.call("BeginPlaySessionV2", token(1), state(75, hubs.Playing))
	m.asked(t, "begin 1 "+c.ID()+" 1 map 75")
	again := w.connect(t, "1", "") // which cannot be known to be the same one
	g.hears("DisconnectRequested")
	m.asked(t, "drop 1 "+c.ID())
	again.call("BeginPlaySessionV2", token(1), state(75, hubs.Playing))
	c.Cut()
}

func TestVersions(t *testing.T) {
	config := lazer.DefaultConfig()
	good := strings.Repeat("0a", 16)
	config.Versions = []string{strings.ToUpper(good)}
	w := newWorld(t, newModule(t), config)
	for version, allowed := range map[string]bool{
		good: true, strings.Repeat("0b", 16): false, "": false, "nonsense": false,
		"head" + good + strings.Repeat("f", 50): true, // the longer form
	} {
		options, _ := w.options("1", "game")
		options.Header.Set(lazer.VersionHeader, version)
		c, err := client.Dial(t.Context(), options) // which is not refused, so that the game shows the text
		if err != nil {
			t.Fatal(err)
		}
		err = c.Invoke(t.Context(), "EndWatchingUser", number(2))
		want := "An unexpected error occurred invoking 'EndWatchingUser' on the server. InvalidStateException: " +
			"Realtime online functionality is not supported on this version of the game. Please upgrade to the latest version."
		if e := (*client.CallError)(nil); allowed && err != nil || !allowed && (!errors.As(err, &e) || e.Text != want) {
			t.Errorf("%q: %v", version, err)
		}
		if !allowed {
			if err := w.gate.Reload(lazer.DefaultConfig()); err != nil {
				t.Fatal(err)
			}
			if err := c.Invoke(t.Context(), "EndWatchingUser", number(2)); err != nil {
				t.Errorf("%q, when all may: %v", version, err)
			}
			if err := w.gate.Reload(config); err != nil {
				t.Fatal(err)
			}
		}
		c.Cut()
	}
}

func TestTokens(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	w.tokens.set("public", oauth.Token{ID: 50, UserID: 5, Scopes: []string{"public"}, Verified: true})
	w.tokens.set("nobody", oauth.Token{ID: 51, Scopes: []string{"*"}, Verified: true})
	for token, want := range map[string]int{"": 401, "forged": 401, "public": 403, "nobody": 403} {
		for _, direct := range []bool{false, true} {
			options, _ := w.options(token, "game")
			options.Direct = direct
			_, err := client.Dial(t.Context(), options)
			if e := (*client.RefusedError)(nil); !errors.As(err, &e) || e.Status != want {
				t.Errorf("token %q: %v, want status %d", token, err, want)
			}
		}
	}
	publish := func(changed oauth.Changed) {
		t.Helper()
		if err := m.publish(t.Context(), oauth.Topic, oauthpb.FromChanged(changed)); err != nil {
			t.Fatal(err)
		}
	}
	player := w.connect(t, "1", "game 1")
	// A refreshed token carries on, and its connection ends with its successor.
	publish(oauth.Changed{TokenIDs: []int64{1}, UserID: 1, Successor: 60})
	publish(oauth.Changed{TokenIDs: []int64{1}, UserID: 1})
	publish(oauth.Changed{TokenIDs: []int64{60}, UserID: 2})
	publish(oauth.Changed{TokenIDs: []int64{60}, UserID: 1})
	<-player.Done()
	if e := (*client.CloseError)(nil); !errors.As(player.Err(), &e) || !e.Reconnect {
		t.Errorf("ended by %v", player.Err())
	}
	// One who has not given his second factor is connected, does nothing, and puts nobody out.
	verified := w.connect(t, "2", "game 2")
	w.tokens.set("2b", oauth.Token{ID: 70, UserID: 2, Scopes: []string{"*"}})
	pending := w.connect(t, "2b", "game 3")
	pending.call("BeginPlaySessionV2", token(9), state(75, hubs.Playing))
	pending.call("EndPlaySessionV2", token(9), number(int32(hubs.Quit)))
	if err := pending.Invoke(t.Context(), "StartWatchingUser", number(3)); err == nil {
		t.Error("he may watch")
	}
	verified.call("BeginPlaySessionV2", token(8), state(75, hubs.Playing))
	if len(verified.heard) > 0 {
		t.Errorf("the verified one heard %q", <-verified.heard)
	}
	w.tokens.set("2b", oauth.Token{ID: 70, UserID: 2, Scopes: []string{"*"}, Verified: true})
	publish(oauth.Changed{TokenIDs: []int64{70}, UserID: 2, Verified: true})
	<-pending.Done() // to come back as who he is now
	back := w.connect(t, "2b", "game 3")
	back.call("BeginPlaySessionV2", token(9), state(75, hubs.Playing))
	verified.hears("DisconnectRequested")
	publish(oauth.Changed{TokenIDs: []int64{70}, UserID: 2, Verified: true}) // which is no news
	publish(oauth.Changed{TokenIDs: []int64{2}, UserID: 2})
	<-verified.Done() // and so the one before it has been heard
	back.call("EndPlaySessionV2", token(9), number(int32(hubs.Quit)))
}

func TestRefusals(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	player := w.connect(t, "1", "game 1")
	m.fails = map[string]error{
		"Begin": contract.ErrBadToken, "Send": contract.ErrNotPlaying, "End": contract.ErrNotPlaying, "Watch": contract.ErrRestricted,
	}
	const failed = "An unexpected error occurred invoking '%s' on the server. InvalidStateException: %s"
	const unbound = "Failed to invoke '%s' due to an error on the server.%s"
	playing := state(75, hubs.Playing)
	tooManyMods := client.Arg(hubs.Append[hubs.SpectatorState], hubs.SpectatorState{
		BeatmapID: hubs.Some(int32(1)), RulesetID: hubs.Some(int32(0)), Mods: []hubs.Mod{{Acronym: strings.Repeat("x", 300)}},
	})
	for _, test := range []struct {
		method, format, text string
		args                 []client.Argument
	}{
		{"BeginPlaySessionV2", failed, "Incorrect score token supplied.", []client.Argument{token(1), playing}},
		{"BeginPlaySessionV2", failed, "There is no such state of a play.", []client.Argument{token(1), state(75, 99)}},
		{"BeginPlaySessionV2", failed, "There is no such state of a play.", []client.Argument{token(1), state(75, -1)}},
		{"BeginPlaySessionV2", failed, "These are no mods.", []client.Argument{token(1), tooManyMods}},
		{"SendFrameDataV2", failed, "Incorrect score token supplied.", []client.Argument{token(1), client.Encoded(bundle(0))}},
		{"EndPlaySessionV2", failed, "Incorrect score token supplied.", []client.Argument{token(1), number(3)}},
		{"EndPlaySessionV2", failed, "There is no such state of a play.", []client.Argument{token(1), number(6)}},
		{"StartWatchingUser", failed, "Can't spectate a user when restricted.", []client.Argument{number(2)}},
		{"BeginPlaySessionV2", unbound, "", []client.Argument{token(1)}},
		{"BeginPlaySessionV2", unbound, "", []client.Argument{playing, token(1)}},
		{"BeginPlaySessionV2", unbound, "", []client.Argument{client.Arg(msgp.AppendString, "1"), playing}},
		{"SendFrameDataV2", unbound, "", []client.Argument{token(1), client.Encoded([]byte{0xc0})}},
		{"SendFrameDataV2", unbound, "", []client.Argument{token(1), client.Encoded(bundle(0)[:50])}},
		{"SendFrameDataV2", unbound, "", []client.Argument{token(1), client.Encoded([]byte{0x92, 0x90})}},
		{"SendFrameDataV2", unbound, "", []client.Argument{token(1), client.Encoded(append(bundle(0), 0xc0))}},
		{"EndPlaySessionV2", unbound, "", []client.Argument{token(1), client.Arg(msgp.AppendInt64, 1<<40)}},
		{"StartWatchingUser", unbound, "", []client.Argument{client.Arg(msgp.AppendInt64, 1<<40)}},
		{"StartWatchingUser", unbound, "", nil},
	} {
		err := player.Invoke(t.Context(), test.method, test.args...)
		if e := (*client.CallError)(nil); !errors.As(err, &e) || e.Text != fmt.Sprintf(test.format, test.method, test.text) {
			t.Errorf("%s: %v, want %q", test.method, err, test.text)
		}
	}
	m.mu.Lock()
	m.fails = map[string]error{"Begin": fault.New(fault.Unavailable, "peer", "lost", "pipe broke at 10.0.0.1")}
	m.mu.Unlock()
	err := player.Invoke(t.Context(), "BeginPlaySessionV2", token(1), playing)
	if err == nil || strings.Contains(err.Error(), "10.0.0.1") {
		t.Errorf("an outage is told as %v", err)
	}
	player.call("BeginPlaySession", token(0), client.Arg(hubs.Append[hubs.SpectatorState], hubs.SpectatorState{})) // it is still connected
}

// A lazer client watches a stable one.
func TestWatchStable(t *testing.T) {
	m := newModule(t)
	w := newWorld(t, m, lazer.DefaultConfig())
	watcher := w.connect(t, "2", "game 2")
	send := func(f packets.FrameBundle) {
		t.Helper()
		data := packets.SpectatorFrames(f).Append(nil)[7:] // behind the header of the packet
		if err := m.Send(t.Context(), contract.Player{UserID: 1}, contract.Bundle{Format: contract.Stable, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	watcher.call("StartWatchingUser", number(1))
	frames := []packets.ReplayFrame{{Buttons: packets.ButtonK1, X: 1.5, Y: 2.5, Time: 1000}}
	send(packets.FrameBundle{Frames: frames}) // of no play that anybody knows
	play := contract.Play{Player: contract.Player{UserID: 1}, Format: contract.Stable, BeatmapID: 75, State: contract.Playing}
	if err := m.Begin(t.Context(), play); err != nil {
		t.Fatal(err)
	}
	watcher.hears("UserBeganPlaying 1 map 75 state 1")
	score := &packets.ScoreFrame{Count300: 3, CountMiss: 1, Score: 900, MaxCombo: 3}
	send(packets.FrameBundle{Frames: frames, Score: score})
	send(packets.FrameBundle{Action: packets.ReplayPause}) // nothing to be seen
	send(packets.FrameBundle{Frames: frames})
	for range 2 { // the score stays what it was
		watcher.hears("UserSentFrames 1")
		got, rest, err := hubs.Read[hubs.FrameDataBundle](<-watcher.raw)
		if err != nil || len(rest) > 0 {
			t.Fatal(err, rest)
		}
		want := hubs.LegacyReplayFrame{Time: 1000, MouseX: hubs.Some(float32(1.5)), MouseY: hubs.Some(float32(2.5)), ButtonState: hubs.Left2}
		if len(got.Frames) != 1 || got.Frames[0] != want || got.Header.TotalScore != 900 || got.Header.Accuracy != 0.75 || got.Header.MaxCombo != 3 {
			t.Errorf("arrived as %+v", got)
		}
	}
}
