package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/apptest"
	"github.com/pure-peace/peace/config"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/bancho/client"
)

// step is a moment between two acts of the scenario, at which a topology may do its worst.
type step string

const (
	loggedIn      step = "both players are logged in"
	messageQueued step = "a message waits for Ann"
	befriended    step = "Ann has befriended Bob"
)

// scenario is the life of two players on a server: it must go the same way whatever the server is made of. between is
// called at each step.
func scenario(t *testing.T, address string, between func(step)) {
	for _, name := range []string{"Ann", "Bob"} {
		c := apptest.Client(t, address, name)
		if err := c.Register(t.Context(), strings.ToLower(name)+"@example.com"); err != nil {
			t.Fatalf("registering %s: %v", name, err)
		}
		if err := c.StartUp(t.Context()); err != nil {
			t.Fatalf("starting %s's client: %v", name, err)
		}
	}
	play(t, address, between)
}

// play is the part of the scenario that happens on the c hosts.
func play(t *testing.T, address string, between func(step)) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ann, bob := apptest.Client(t, address, "Ann"), apptest.Client(t, address, "Bob")
	for _, c := range []*client.Client{ann, bob} {
		if err := c.Login(ctx); err != nil {
			t.Fatalf("logging %s in: %v", c.Name(), err)
		}
	}
	token, arrival := ann.Token(), time.Now()
	poll(ctx, t, ann, bob)
	if _, ok := ann.Online()[bob.ID()]; !ok {
		t.Fatal("Ann does not see Bob")
	}
	between(loggedIn)

	await(ctx, t, "Ann and Bob are in #osu", func() bool {
		poll(ctx, t, ann, bob)
		return slices.Contains(ann.Joined(), "#osu") && slices.Contains(bob.Joined(), "#osu")
	})
	ann.Say("#osu", "hello, everybody")
	poll(ctx, t, ann)
	line := expect(ctx, t, bob, func(m packets.Message) bool { return m.Target == "#osu" })
	if line.Sender != "Ann" || line.SenderID != ann.ID() || line.Text != "hello, everybody" {
		t.Errorf("Bob read %+v", line)
	}

	bob.Whisper("Ann", "a word in private")
	poll(ctx, t, bob)
	between(messageQueued)
	line = expect(ctx, t, ann, func(m packets.Message) bool { return m.Sender == "Bob" })
	if line.Text != "a word in private" {
		t.Errorf("Ann read %+v", line)
	}

	ann.AddFriend(bob.ID())
	poll(ctx, t, ann)
	between(befriended)

	ann.SetStatus(packets.Status{Action: osu.ActionEditing, Info: "her own map", Ruleset: osu.Taiko})
	poll(ctx, t, ann)
	stats := expect(ctx, t, bob, func(s packets.UserStats) bool { return s.UserID == ann.ID() && s.Status.Action == osu.ActionEditing })
	if stats.Status.Info != "her own map" || stats.Status.Ruleset != osu.Taiko {
		t.Errorf("Bob saw %+v", stats.Status)
	}
	if !ann.LoggedIn() || ann.Token() != token {
		t.Error("Ann had to log in again")
	}

	// A logout within a second of the login is a quirk of the game and means nothing.
	time.Sleep(time.Until(arrival.Add(1100 * time.Millisecond)))
	if err := ann.Logout(ctx); err != nil {
		t.Fatalf("logging Ann out: %v", err)
	}
	expect(ctx, t, bob, func(l packets.UserLogout) bool { return l.UserID == ann.ID() })

	if err := ann.Login(ctx); err != nil {
		t.Fatalf("logging Ann in again: %v", err)
	}
	if !slices.Contains(ann.Friends(), bob.ID()) {
		t.Errorf("Ann's friends are %v, without Bob", ann.Friends())
	}
}

// poll lets clients poll until the server answers each once: while a part of it is being replaced it may not.
func poll(ctx context.Context, t *testing.T, clients ...*client.Client) {
	t.Helper()
	for _, c := range clients {
		await(ctx, t, c.Name()+" is answered", func() bool {
			_, err := c.Poll(ctx)
			return err == nil
		})
	}
}

// expect polls until a packet comes that matches.
func expect[P packets.Packet](ctx context.Context, t *testing.T, c *client.Client, match func(P) bool) P {
	t.Helper()
	for {
		p, err := client.Await(ctx, c, match)
		if err == nil {
			return p
		}
		if ctx.Err() != nil {
			t.Fatalf("%s waited for %T in vain: %v", c.Name(), p, err)
		}
	}
}

// await asks until the answer is yes, for as long as ctx lasts but not for ever.
func await(ctx context.Context, t *testing.T, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for !ask() {
		select {
		case <-ctx.Done():
			t.Fatalf("it never came to be that %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestSingle(t *testing.T) {
	server := apptest.Start(t, apptest.Config(t, app.Options{}), app.Options{})
	scenario(t, server.Address(), func(step) {})
}

// modules are all that a server has.
var modules = []string{
	"state", "geoip", "signature", "users", "mail", "oauth", "relations", "sessions", "chat", "files", "performance", "beatmaps", "scores",
	"rankings", "spectator", "achievements", "notifications", "activity", "content", "comments", "kudosu", "moderation", "bot", "bancho",
}

// but returns all modules but one.
func but(module string) []string {
	return slices.DeleteFunc(slices.Clone(modules), func(m string) bool { return m == module })
}

// fleetFile writes one configuration for a process of each module and a gateway, and returns its path.
func fleetFile(t testing.TB, processes map[string][]string, gateway string) string {
	t.Helper()
	dir := t.TempDir()
	sockets := socketDir(t)
	settings := apptest.Settings(dir)
	settings["http.listen"] = gateway
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		b.WriteString(setting(key, settings[key])) // dotted keys need no sections
	}
	b.WriteString("\n[modules]\n")
	for _, process := range slices.Sorted(maps.Keys(processes)) {
		for _, module := range processes[process] {
			fmt.Fprintf(&b, "%s = %q\n", module, process)
		}
	}
	for _, process := range slices.Sorted(maps.Keys(processes)) {
		fmt.Fprintf(&b, "\n[peer.%s]\ntarget = %q\n", process, "unix:"+filepath.Join(sockets, process))
	}
	path := filepath.Join(dir, "fleet.toml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSplit(t *testing.T) {
	processes := map[string][]string{}
	for _, module := range modules {
		processes[module] = []string{module}
	}
	file := fleetFile(t, processes, "127.0.0.1:0")
	load := func() *app.Config {
		c, err := app.LoadConfig(config.Sources{File: file}, app.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, module := range modules { // dependencies first, though any order will do
		apptest.Start(t, load(), app.Options{As: module})
	}
	gateway := apptest.Start(t, load(), app.Options{})
	if gateway.Addr("peer") != nil {
		t.Error("the gateway offers modules")
	}
	scenario(t, gateway.Address(), func(step) {})
}

func TestRestartOfLogicAndGateway(t *testing.T) {
	address := freeAddress(t)
	file := fleetFile(t, map[string][]string{
		"core":  but("bancho"),
		"logic": {"bancho"},
	}, address)
	start(t, "serve", "--config", file, "--as", "core")
	logic := start(t, "serve", "--config", file, "--as", "logic")
	gateway := start(t, "serve", "--config", file)
	waitForListener(t, address)
	scenario(t, address, func(s step) {
		t.Logf("killing logic and gateway while %s", s)
		logic.kill()
		gateway.kill()
		logic = start(t, "serve", "--config", file, "--as", "logic")
		gateway = start(t, "serve", "--config", file)
		waitForListener(t, address)
	})
}

func TestRestartOfEverythingButState(t *testing.T) {
	address := freeAddress(t)
	file := fleetFile(t, map[string][]string{"core": {"state"}, "logic": but("state")}, address)
	start(t, "serve", "--config", file, "--as", "core")
	logic := start(t, "serve", "--config", file, "--as", "logic")
	start(t, "serve", "--config", file)
	waitForListener(t, address)
	scenario(t, address, func(s step) {
		t.Logf("killing all logic while %s", s)
		logic.kill()
		logic = start(t, "serve", "--config", file, "--as", "logic")
	})
}

func TestRestartOfASingleProcess(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(*process)
	}{
		{"stopped", (*process).stop},
		{"killed", (*process).kill},
	} {
		t.Run(tc.name, func(t *testing.T) {
			address := freeAddress(t)
			settings := apptest.Settings(t.TempDir())
			settings["http.listen"] = address
			arguments := serveWith(settings)
			server := start(t, arguments...)
			waitForListener(t, address)
			scenario(t, address, func(step) {
				// What is not marked durable may be lost by a kill if the journal has not been written: give it a moment.
				time.Sleep(500 * time.Millisecond)
				tc.end(server)
				server = start(t, arguments...)
				waitForListener(t, address)
			})
		})
	}
}

// Two whole servers on one Redis and one database are one server: no process has anything that the other lacks.
func TestTwoProcessesOnRedis(t *testing.T) {
	url := os.Getenv("PEACE_TEST_REDIS")
	if url == "" {
		if os.Getenv("PEACE_TEST_REQUIRE") == "1" {
			t.Fatal("PEACE_TEST_REDIS names no server")
		}
		t.Skip("PEACE_TEST_REDIS names no server")
	}
	prefix := "peace-test:" + rand.Text() + ":"
	var shared database.URL
	var servers []*apptest.Server
	for range 2 {
		c := apptest.Config(t, app.Options{})
		c.State.Engine, c.State.Redis.URL, c.State.Redis.Prefix = "redis", url, prefix
		if shared == "" {
			shared = c.Database.URL
		}
		c.Database.URL = shared
		servers = append(servers, apptest.Start(t, c, app.Options{}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ann, bob := player(t, servers[0].Address(), "Ann"), player(t, servers[1].Address(), "Bob")
	await(ctx, t, "they are in #osu and see each other", func() bool {
		poll(ctx, t, ann, bob)
		_, seen := ann.Online()[bob.ID()]
		_, sees := bob.Online()[ann.ID()]
		return seen && sees && slices.Contains(ann.Joined(), "#osu") && slices.Contains(bob.Joined(), "#osu")
	})
	ann.Say("#osu", "across")
	poll(ctx, t, ann)
	if line := expect(ctx, t, bob, func(m packets.Message) bool { return m.Sender == "Ann" }); line.Text != "across" {
		t.Errorf("Bob read %+v", line)
	}
	bob.Whisper("Ann", "and back")
	poll(ctx, t, bob)
	if line := expect(ctx, t, ann, func(m packets.Message) bool { return m.Sender == "Bob" }); line.Text != "and back" {
		t.Errorf("Ann read %+v", line)
	}
	// The session that one process began goes on at the other.
	moved := apptest.Client(t, servers[1].Address(), "Ann")
	moved.Resume(ann.Token())
	moved.Say("#osu", "from the other side")
	poll(ctx, t, moved)
	if line := expect(ctx, t, bob, func(m packets.Message) bool { return m.Sender == "Ann" }); line.Text != "from the other side" {
		t.Errorf("Bob read %+v", line)
	}
}
