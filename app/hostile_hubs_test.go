package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/score"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	signalr "github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

var hubNames = []string{"metadata", "spectator"}

func hubURL(hub string) string { return "http://osu.localhost/signalr/" + hub }

// dial connects to a hub with a token.
func (r *rogue) dial(ctx context.Context, hub, token string, direct bool) (*signalr.Conn, error) {
	return signalr.Dial(ctx, signalr.Options{
		URL: hubURL(hub), Protocol: protocol.MessagePack, Token: token, HTTP: r.http(), Direct: direct,
		Header: http.Header{"X-Client-Session-Id": {strings.Repeat("\xff", 100)}, "X-Osu-Version-Hash": {strings.Repeat("z", 5000)}},
	})
}

// enter is dial for a connection that must come to be, and ends with the test.
func (r *rogue) enter(ctx context.Context, t *testing.T, hub string) *signalr.Conn {
	t.Helper()
	conn, err := r.dial(ctx, hub, r.access, false)
	if err != nil {
		t.Fatalf("%s: %v", hub, err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// socket opens a WebSocket and says nothing.
func (r *rogue) socket(ctx context.Context, t *testing.T, address, token string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, address, r.dialing(token))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	conn.SetReadLimit(-1)
	return conn
}

func (r *rogue) dialing(token string) *websocket.DialOptions {
	return &websocket.DialOptions{HTTPClient: r.http(), HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}}
}

// ending reads what a WebSocket still says, until it ends.
func ending(ctx context.Context, t *testing.T, conn *websocket.Conn) (said []byte, status websocket.StatusCode) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	defer func() { _ = conn.CloseNow() }()
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			if ctx.Err() != nil {
				t.Errorf("nobody ends a WebSocket that said %q", said)
			}
			return said, websocket.CloseStatus(err)
		}
		said = append(said, data...)
	}
}

func brokenHandshakes(ctx context.Context, t *testing.T, r *rogue) {
	hello := protocol.Handshake{Protocol: "messagepack", Version: 1}.Frame()
	for name, tc := range map[string]struct {
		say  string
		want string // in the answer
	}{
		"nothing":         {"", "Handshake was canceled."},
		"half":            {string(hello[:10]), "Handshake was canceled."},
		"JSON":            {`{"protocol":"json","version":1}` + "\x1e", "The protocol 'json' is not supported."},
		"another version": {`{"protocol":"messagepack","version":2}` + "\x1e", "The server does not support version 2"},
		"a huge version":  {`{"protocol":"messagepack","version":99999999999999999999}` + "\x1e", `"error"`},
		"no object":       {"[]\x1e", `"error"`},
		"no JSON":         {"\xff\xfe\x1e", `"error"`},
		"nothing at all":  {"\x1e", `"error"`},
		"deep":            {strings.Repeat("[", 20_000) + "\x1e", `"error"`},
		"without end":     {strings.Repeat("x", 100<<10), `"error"`},
		"a message":       {"\x02\x91\x06", "Handshake was canceled."},
	} {
		for _, hub := range hubNames {
			t.Run(name+", "+hub, func(t *testing.T) {
				t.Parallel()
				conn := r.socket(ctx, t, hubURL(hub), r.access)
				if err := conn.Write(ctx, websocket.MessageBinary, []byte(tc.say)); err != nil {
					t.Fatal(err)
				}
				said, _ := ending(ctx, t, conn)
				if !bytes.Contains(said, []byte(tc.want)) || !bytes.HasSuffix(said, []byte("}\x1e")) {
					t.Errorf("answered %q", said)
				}
			})
		}
	}
	for _, request := range []string{
		"GET /signalr/metadata HTTP/1.1\r\nHost: osu.localhost\r\nAuthorization: Bearer " + r.access + "\r\n\r\n",
		"GET /signalr/metadata HTTP/1.1\r\nHost: osu.localhost\r\nAuthorization: Bearer " + r.access + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"GET /signalr/metadata HTTP/1.1\r\nHost: osu.localhost\r\nAuthorization: Bearer " + r.access +
			"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		"PUT /signalr/spectator HTTP/1.1\r\nHost: osu.localhost\r\nContent-Length: 0\r\n\r\n",
		"GET /signalr/spectator/negotiate HTTP/1.1\r\nHost: osu.localhost\r\n\r\n",
		"POST /signalr/multiplayer/negotiate HTTP/1.1\r\nHost: osu.localhost\r\nContent-Length: 0\r\n\r\n",
	} {
		if status := r.raw(request); status < 400 || status >= 500 {
			t.Errorf("%.60q: answered %d", request, status)
		}
	}
}

func negotiationFlood(ctx context.Context, t *testing.T, r *rogue) {
	var done sync.WaitGroup
	for worker := range 8 {
		done.Go(func() {
			for range 400 {
				if status, _ := r.negotiate(hubNames[worker%2], r.access); status != http.StatusOK {
					t.Errorf("a negotiation is answered %d", status)
					return
				}
			}
		})
	}
	done.Wait()
	for _, tc := range []struct {
		name, query string
		want        int
	}{
		{"a token that nobody was given", "?id=AAAAAAAAAAAAAAAAAAAAAAAAAA", http.StatusNotFound},
		{"a huge one", "?id=" + strings.Repeat("A", 8000), http.StatusNotFound},
		{"one of another user", "?id=" + r.negotiated(t, r.good.lena.Token()), http.StatusForbidden},
		{"one of another hub", "?id=" + r.negotiated(t, r.access), http.StatusNotFound},
	} {
		hub := "spectator"
		if tc.name == "one of another hub" {
			hub = "metadata"
		}
		if status, _ := r.send("GET", "osu", "/signalr/"+hub+tc.query, "", "Authorization", "Bearer "+r.access); status != tc.want {
			t.Errorf("%s: answered %d, want %d", tc.name, status, tc.want)
		}
	}
	for _, version := range []string{"-1", "99", "x", "99999999999999999999", "%00"} {
		status, _ := r.send("POST", "osu", "/signalr/spectator/negotiate?negotiateVersion="+version, "", "Authorization", "Bearer "+r.access)
		if status != http.StatusOK {
			t.Errorf("a negotiation of version %s is answered %d", version, status)
		}
	}
	if status, _ := r.send("POST", "osu", "/signalr/spectator/negotiate?negotiateVersion=1", strings.Repeat("x", 4<<20), "Authorization", "Bearer "+r.access); status >= 500 {
		t.Errorf("a negotiation with 4 MiB is answered %d", status)
	}
}

func (r *rogue) negotiate(hub, token string) (int, []byte) {
	return r.send("POST", "osu", "/signalr/"+hub+"/negotiate?negotiateVersion=1", "", "Authorization", "Bearer "+token)
}

func (r *rogue) negotiated(t *testing.T, token string) string {
	t.Helper()
	_, body := r.negotiate("spectator", token)
	var answer struct{ ConnectionToken string }
	if err := json.Unmarshal(body, &answer); err != nil || answer.ConnectionToken == "" {
		t.Fatalf("%s: %v", body, err)
	}
	return answer.ConnectionToken
}

// connectionFlood opens connections with one token, and does not go when it is told to: the server must not keep all that it has for
// one player.
func connectionFlood(ctx context.Context, t *testing.T, r *rogue) {
	const flood, most = 150, 64 + 1 // and Lena's
	for _, hub := range hubNames {
		var mu sync.Mutex
		var held []func()
		hold := func(end func()) {
			mu.Lock()
			defer mu.Unlock()
			held = append(held, end)
		}
		open := func(shaken bool) {
			var done sync.WaitGroup
			for range 6 {
				done.Go(func() {
					for range flood / 6 {
						if shaken {
							if conn, err := r.dial(ctx, hub, r.access, true); err == nil {
								hold(conn.Cut)
							}
							continue
						}
						if conn, _, err := websocket.Dial(ctx, hubURL(hub), r.dialing(r.access)); err == nil {
							hold(func() { _ = conn.CloseNow() })
						}
					}
				})
			}
			done.Wait()
		}
		for name, shaken := range map[string]bool{"that shake hands": true, "that say nothing": false} {
			open(shaken)
			if n := r.count("peace_hub_connections{", hub); n > most || n < 3 {
				t.Errorf("after a flood of clients %s, there are %v connections of %s", name, n, hub)
			}
			r.good.unharmed(ctx, t)
			for _, end := range held {
				end()
			}
			held = nil
			await(ctx, t, "all have gone", func() bool { return r.count("peace_hub_connections{", hub) <= 1 })
		}
	}
}

// frame puts the length before a message.
func frame(message ...byte) []byte {
	var b []byte
	length := len(message)
	for ; length >= 0x80; length >>= 7 {
		b = append(b, byte(length)|0x80)
	}
	return append(append(b, byte(length)), message...)
}

func brokenMessages(ctx context.Context, t *testing.T, r *rogue) {
	invocation := append([]byte{0x96, 1, 0x80, 0xa1, 'i', 0xae}, "RefreshFriends"...)
	for name, message := range map[string][]byte{
		"a length of six bytes":      {0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
		"a length of 32 GiB":         {0xff, 0xff, 0xff, 0xff, 0x7f},
		"a length over the limit":    {0x81, 0x80, 0x02},
		"a message over the limit":   frame(append(append(slices.Clone(invocation), 0x91, 0xc6, 0, 0, 0x90, 0), make([]byte, 36<<10)...)...),
		"zeros":                      make([]byte, 4<<10),
		"ones":                       bytes.Repeat([]byte{0xff}, 4<<10),
		"nothing":                    frame(),
		"a text":                     frame(0xa1, 'x'),
		"a map":                      frame(0x81, 1, 1),
		"an array of nothing":        frame(0x90),
		"an array of 4 Gi":           frame(0xdd, 0xff, 0xff, 0xff, 0xff, 1),
		"a type that is a text":      frame(0x91, 0xa1, 'x'),
		"an invocation of one":       frame(0x91, 1),
		"an invocation of nothing":   frame(0x95, 1, 0x80, 0xc0),
		"headers that lie":           frame(0x96, 1, 0xdf, 0xff, 0xff, 0xff, 0xff),
		"an id that is a number":     frame(0x96, 1, 0x80, 7, 0xa1, 'x', 0x90, 0x90),
		"a target that is a number":  frame(0x96, 1, 0x80, 0xa1, '1', 7, 0x90, 0x90),
		"a target that lies":         frame(0x96, 1, 0x80, 0xa1, '1', 0xdb, 0xff, 0xff, 0xff, 0xff, 'x'),
		"arguments that lie":         frame(append(slices.Clone(invocation), 0xdd, 0xff, 0xff, 0xff, 0xff)...),
		"a completion of a new kind": frame(0x95, 3, 0x80, 0xa1, '1', 9, 0xc0),
		"a deep message":             frame(bytes.Repeat([]byte{0x91}, 30<<10)...),
	} {
		for _, hub := range hubNames {
			conn, err := r.dial(ctx, hub, r.access, true)
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.Write(ctx, message)
			select {
			case <-conn.Done():
				if e := (*signalr.CloseError)(nil); !errors.As(conn.Err(), &e) || e.Text != "Connection closed with an error." || e.Reconnect {
					t.Errorf("%s, %s: the connection ended with %v", name, hub, conn.Err())
				}
			case <-time.After(10 * time.Second):
				t.Errorf("%s, %s: the connection goes on", name, hub)
			}
			conn.Cut()
		}
	}
	for name, message := range map[string][]byte{
		"a type of the future":       frame(0x92, 99, 0xc0),
		"a result nobody asked for":  frame(0x95, 3, 0x80, 0xa3, '9', '9', '9', 3, 0xc0),
		"an item nobody asked for":   frame(0x94, 2, 0x80, 0xa1, '1', 0xc0),
		"an end of nothing":          frame(0x93, 5, 0x80, 0xa1, '1'),
		"a thousand pings":           bytes.Repeat(frame(0x91, 6), 1000),
		"an unknown method, no id":   frame(0x96, 1, 0x80, 0xc0, 0xa1, 'x', 0x90, 0x90),
		"an unknown method":          frame(0x96, 1, 0x80, 0xa1, 'x', 0xa2, 0xff, 0xfe, 0x90, 0x90),
		"a stream that is none":      frame(append(append([]byte{0x96, 4, 0x80, 0xa1, 'y', 0xae}, "RefreshFriends"...), 0x90, 0x90)...),
		"streams that are not taken": frame(append(slices.Clone(invocation), 0x90, 0x91, 0xa1, 's')...),
		"headers":                    frame(0x92, 6, 0x81, 0xa1, 'x', 0xa1, 'y'),
	} {
		for _, hub := range hubNames {
			conn, err := r.dial(ctx, hub, r.access, true)
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.Write(ctx, message)
			if err := knock(ctx, conn); err != nil {
				t.Errorf("%s, %s: then the hub answers %v", name, hub, err)
			}
			conn.Cut()
		}
	}
	// A message may come byte by byte, and the end of one with the beginning of the next.
	conn := r.enter(ctx, t, "metadata")
	for _, b := range frame(append(slices.Clone(invocation), 0x90, 0x90)...) {
		if err := conn.Write(ctx, []byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if err := knock(ctx, conn); err != nil {
		t.Errorf("after a message in pieces the hub answers %v", err)
	}
}

// brokenFrames writes to the network under a WebSocket what none may.
func brokenFrames(_ context.Context, t *testing.T, r *rogue) {
	hello := "{\"protocol\":\"messagepack\",\"version\":1}\x1e"
	masked := func(first byte, data string) string { // with a mask of zeros
		return string([]byte{first, 0x80 | byte(len(data)), 0, 0, 0, 0}) + data
	}
	for _, path := range []string{"/signalr/metadata", "/signalr/spectator", "/home/notifications/feed"} {
		for name, data := range map[string]string{
			"not masked":                   "\x82\x02\x91\x06",
			"an opcode of the future":      masked(0x83, "x"),
			"a reserved bit":               masked(0xc2, "x"),
			"a continuation of nothing":    masked(0x80, "x"),
			"a text within a message":      masked(0x02, hello[:5]) + masked(0x81, hello[5:]),
			"a control frame in pieces":    masked(0x09, "x"),
			"a long ping":                  "\x89\xfe\x00\xff\x00\x00\x00\x00" + strings.Repeat("x", 255),
			"a length below zero":          "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
			"a close of one byte":          masked(0x88, "x"),
			"a close of an unknown status": masked(0x88, "\xff\xff"),
			"HTTP":                         "GET / HTTP/1.1\r\nHost: osu.localhost\r\n\r\n",
		} {
			conn, err := net.Dial("tcp", r.server.Address())
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			_, _ = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: osu.localhost\r\nAuthorization: Bearer "+r.access+
				"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"+data)
			answer, err := io.ReadAll(conn)
			if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
				t.Errorf("%s, %s: the connection goes on", path, name)
			}
			if !bytes.HasPrefix(answer, []byte("HTTP/1.1 101 ")) {
				t.Errorf("%s, %s: answered %.60q", path, name, answer)
			}
			_ = conn.Close()
		}
	}
}

// knock calls what is in no hub: a connection that is still there answers that it is not.
func knock(ctx context.Context, conn *signalr.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err := conn.Invoke(ctx, "Knock")
	if e := (*signalr.CallError)(nil); errors.As(err, &e) && strings.Contains(e.Text, "'Knock'") && strings.HasSuffix(e.Text, "Method does not exist.") {
		return nil
	}
	return err
}

// hubMethods are the methods of each hub with the number of their arguments.
var hubMethods = map[string]map[string]int{
	"metadata": {
		"GetChangesSince": 1, "UpdateActivity": 1, "UpdateStatus": 1, "BeginWatchingUserPresence": 0, "EndWatchingUserPresence": 0,
		"BeginWatchingMultiplayerRoom": 1, "EndWatchingMultiplayerRoom": 1, "RefreshFriends": 0,
	},
	"spectator": {
		"BeginPlaySessionV2": 2, "SendFrameDataV2": 2, "EndPlaySessionV2": 2, "BeginPlaySession": 2, "SendFrameData": 1, "EndPlaySession": 1,
		"StartWatchingUser": 1, "EndWatchingUser": 1,
	},
}

// oddArguments are what arguments may be besides what they should.
func oddArguments() map[string][]byte {
	state := hubs.SpectatorState{BeatmapID: hubs.Some[int32](-1 << 31), RulesetID: hubs.Some[int32](1<<31 - 1), State: 99}
	crowd := hubs.SpectatorState{BeatmapID: hubs.Some[int32](1), RulesetID: hubs.Some[int32](0), State: hubs.Playing}
	for range 4000 {
		crowd.Mods = append(crowd.Mods, hubs.Mod{Acronym: "HD"})
	}
	strange := hubs.SpectatorState{BeatmapID: hubs.Some[int32](1), RulesetID: hubs.Some[int32](0), State: hubs.Playing, Mods: []hubs.Mod{{Acronym: "\xff\x00' OR 1=1"}}}
	strange.MaximumStatistics[score.Great] = -1 << 31
	bundle := hubs.FrameDataBundle{Header: hubs.FrameHeader{TotalScore: -1 << 63, Accuracy: 1e308, Combo: -1}, Frames: make([]hubs.LegacyReplayFrame, 2000)}
	return map[string][]byte{
		"nil": {0xc0}, "true": {0xc3}, "-1": {0xff}, "1": {1}, "99": {99}, "the greatest": msgp.AppendInt64(nil, 1<<63-1), "the least": msgp.AppendInt64(nil, -1<<63),
		"one more": msgp.AppendUint64(nil, 1<<64-1), "NaN": {0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0}, "a text": {0xa1, 'x'}, "bytes": {0xc4, 1, 0}, "nothing in a list": {0x90},
		"a list": {0x92, 1, 2}, "a union of nothing": {0x92, 99, 0x90}, "a union of nil": {0x92, 11, 0xc0}, "a union of lies": {0x92, 12, 0xdd, 0xff, 0xff, 0xff, 0xff},
		"a map": {0x81, 0xa1, 'x', 1}, "a map that lies": {0xdf, 0xff, 0xff, 0xff, 0xff}, "a list that lies": {0xdd, 0x7f, 0xff, 0xff, 0xff},
		"a text that lies": {0xdb, 0xff, 0xff, 0xff, 0xff, 'x'}, "an extension": {0xd4, 0xff, 0}, "a byte that is never used": {0xc1}, "deep": bytes.Repeat([]byte{0x91}, 20<<10),
		"half a state": hubs.Append(nil, crowd)[:50], "a state beyond": hubs.Append(nil, state), "a crowd": hubs.Append(nil, crowd), "a strange state": hubs.Append(nil, strange),
		"an odd bundle": hubs.Append(nil, bundle), "a long text": msgp.AppendString(nil, strings.Repeat("\x00\u202e", 5000)),
	}
}

func brokenCalls(ctx context.Context, t *testing.T, r *rogue) {
	odd := oddArguments()
	for hub, methods := range hubMethods {
		for method, count := range methods {
			// A connection for each: they are slowed down when they call much.
			conn := r.enter(ctx, t, hub)
			call := func(name string, args ...[]byte) {
				var encoded []signalr.Argument
				for _, arg := range args {
					encoded = append(encoded, signalr.Encoded(arg))
				}
				ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
				defer cancel()
				err := conn.Invoke(ctx, method, encoded...)
				e := (*signalr.CallError)(nil)
				if err == nil || errors.As(err, &e) && (e.Text == "Failed to invoke '"+method+"' due to an error on the server." ||
					strings.HasPrefix(e.Text, "An unexpected error occurred invoking '"+method+"' on the server. InvalidStateException: ")) {
					return
				}
				t.Fatalf("%s with %s: %v", method, name, err)
			}
			for _, other := range []int{0, 1, 2, 3, 15} {
				if other != count {
					call("another count", slices.Repeat([][]byte{{0xc0}}, other)...)
				}
			}
			for name, value := range odd {
				switch count {
				case 1:
					call(name, value)
				case 2:
					call(name+" in front", value, []byte{0xc0})
					call(name+" behind", []byte{0xc0}, value)
				}
			}
			if err := knock(ctx, conn); err != nil {
				t.Errorf("after %s the hub answers %v", method, err)
			}
			conn.Close()
		}
	}
}

// playsOfOthers shows plays with tokens that belong to others, to plays that are over, and to nobody.
func playsOfOthers(ctx context.Context, t *testing.T, r *rogue) {
	const incorrect = "InvalidStateException: Incorrect score token supplied."
	conn := r.enter(ctx, t, "spectator")
	state := hubs.SpectatorState{BeatmapID: hubs.Some(r.good.beatmap.ID), RulesetID: hubs.Some[int32](0), State: hubs.Playing}
	begin := func(token int64) error {
		return conn.Invoke(ctx, "BeginPlaySessionV2", number(token), signalr.Arg(hubs.Append[hubs.SpectatorState], state))
	}
	send := func(token int64) error {
		bundle := hubs.FrameDataBundle{Frames: []hubs.LegacyReplayFrame{{Time: 1}}}
		return conn.Invoke(ctx, "SendFrameDataV2", number(token), signalr.Arg(hubs.Append[hubs.FrameDataBundle], bundle))
	}
	end := func(token int64) error {
		return conn.Invoke(ctx, "EndPlaySessionV2", number(token), signalr.Arg(hubs.AppendInt[hubs.SpectatedUserState], hubs.Passed))
	}
	refused := func(what string, err error) {
		t.Helper()
		if e := (*signalr.CallError)(nil); !errors.As(err, &e) || !strings.HasSuffix(e.Text, incorrect) {
			t.Errorf("%s: %v", what, err)
		}
	}
	own := r.scoreToken(t)
	refused("frames of a play that has not begun", send(own))
	refused("the end of a play that has not begun", end(own))
	refused("frames of another's play", send(r.good.token))
	refused("the end of another's play", end(r.good.token))
	for name, token := range map[string]int64{"another's token": r.good.token, "nobody's token": 1<<62 + 1, "a token below zero": -5} {
		for what, err := range map[string]error{"begins": begin(token), "goes on": send(token), "ends": end(token)} {
			// Nobody loses a replay for a token that is not known: what begins is then shown to nobody.
			if e := (*signalr.CallError)(nil); err != nil && (!errors.As(err, &e) || !strings.Contains(e.Text, "InvalidStateException: ")) || err == nil && what != "begins" {
				t.Errorf("a play with %s %s: %v", name, what, err)
			}
		}
	}
	if err := errors.Join(begin(own), send(own), end(own)); err != nil {
		t.Errorf("his own play: %v", err)
	}
	refused("frames of a play that is over", send(own))
	refused("the end of a play that is over", end(own))
	if err := errors.Join(begin(own), begin(own), send(own)); err != nil {
		t.Errorf("a play that begins twice: %v", err)
	}
	for range 500 { // as fast as it goes, and nobody waits for an answer
		if err := conn.Send(ctx, "SendFrameDataV2", number(own), signalr.Arg(hubs.Append[hubs.FrameDataBundle], hubs.FrameDataBundle{Frames: make([]hubs.LegacyReplayFrame, 100)})); err != nil {
			t.Fatalf("a flood of frames: %v", err)
		}
	}
	_ = end(own)
	for id := range int32(100) {
		err := conn.Invoke(ctx, "StartWatchingUser", signalr.Arg(hubs.AppendInt[int32], id*7919-1000))
		if e := (*signalr.CallError)(nil); err != nil && !errors.As(err, &e) {
			t.Fatalf("watching %d: %v", id*7919-1000, err)
		}
	}
	if err := knock(ctx, conn); err != nil {
		t.Errorf("then the hub answers %v", err)
	}
}

func number(n int64) signalr.Argument {
	return signalr.Arg(hubs.AppendOptionalInt[int64], hubs.Some(n))
}

// http is for what takes a client of HTTP: it finds the server by any name.
func (r *rogue) http() *http.Client {
	r.once.Do(func() {
		transport := lazer.NewTransport(r.server.Address(), nil)
		r.client = &http.Client{Transport: transport}
	})
	return r.client
}
