package spectator_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/oauth"
	contract "github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatorpb"
	stateContract "github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/lazer/spectator"
	"github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// module is modules/spectator without its rules: it notes what it is asked and publishes what the real one does.
type module struct {
	state  *memory.Service
	topics *topics // the same, as the hub sees it

	mu       sync.Mutex
	plays    map[int32]contract.Play
	watchers map[int32][]contract.Watcher
	fails    map[string]error // by method
	calls    chan string      // for tests to wait for
}

func (m *module) failure(method string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fails[method]
}

func (m *module) note(format string, args ...any) {
	select {
	case m.calls <- fmt.Sprintf(format, args...):
	default:
	}
}

func (m *module) publish(ctx context.Context, topic string, event proto.Message) error {
	return m.state.Publish(ctx, topic, wire.Pack(event))
}

func (m *module) Begin(ctx context.Context, play contract.Play) error {
	m.note("begin %d %s %d map %d", play.Player.UserID, play.Player.Client, play.Player.Token, play.BeatmapID)
	if err := m.failure("Begin"); err != nil {
		return err
	}
	m.mu.Lock()
	m.plays[play.Player.UserID] = play
	m.mu.Unlock()
	return m.publish(ctx, contract.TopicOf(play.Player.UserID), spectatorpb.FromBegan(contract.Began{Play: play}))
}

func (m *module) Send(ctx context.Context, player contract.Player, bundle contract.Bundle) error {
	m.note("send %d %d", player.UserID, player.Token)
	if err := m.failure("Send"); err != nil {
		return err
	}
	return m.publish(ctx, contract.TopicOf(player.UserID), spectatorpb.FromSent(contract.Sent{UserID: player.UserID, Bundle: bundle}))
}

func (m *module) End(ctx context.Context, player contract.Player, state contract.State) error {
	m.note("end %d %d %d", player.UserID, player.Token, state)
	if err := m.failure("End"); err != nil {
		return err
	}
	m.mu.Lock()
	play, ok := m.plays[player.UserID]
	delete(m.plays, player.UserID)
	m.mu.Unlock()
	if !ok {
		return contract.ErrNotPlaying
	}
	play.State = state
	return m.publish(ctx, contract.TopicOf(player.UserID), spectatorpb.FromFinished(contract.Finished{Play: play}))
}

func (m *module) Drop(_ context.Context, userID int32, client string) error {
	m.note("drop %d %s", userID, client)
	return nil
}

func (m *module) Watch(ctx context.Context, w contract.Watcher, target int32) (*contract.Play, error) {
	m.note("watch %d %s %d", w.UserID, w.Client, target)
	if err := m.failure("Watch"); err != nil {
		return nil, err
	}
	w.Name = fmt.Sprint("player ", w.UserID)
	m.mu.Lock()
	m.watchers[target] = append(m.watchers[target], w)
	m.mu.Unlock()
	return nil, m.publish(ctx, contract.ToPlayers, spectatorpb.FromJoined(contract.Joined{Target: target, Watcher: w}))
}

func (m *module) Unwatch(ctx context.Context, userID int32, client string, target int32) error {
	m.note("unwatch %d %s %d", userID, client, target)
	return m.publish(ctx, contract.ToPlayers, spectatorpb.FromLeft(contract.Left{Target: target, UserID: userID}))
}

func (m *module) Watchers(_ context.Context, target int32) ([]contract.Watcher, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.watchers[target]), nil
}

func (m *module) Playing(_ context.Context, ids []int32) (plays []contract.Play, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		if p, ok := m.plays[id]; ok {
			plays = append(plays, p)
		}
	}
	return plays, nil
}

// topics can lose its subscribers.
type topics struct {
	*memory.Service

	mu     sync.Mutex
	broken chan struct{}
}

func (b *topics) Subscribe(ctx context.Context, names []string) iter.Seq2[stateContract.Notice, error] {
	return func(yield func(stateContract.Notice, error) bool) {
		b.mu.Lock()
		broken := b.broken
		b.mu.Unlock()
		life, end := context.WithCancel(ctx)
		defer end()
		go func() {
			select {
			case <-broken:
				end()
			case <-life.Done():
			}
		}()
		for notice, err := range b.Service.Subscribe(life, names) {
			if err != nil && ctx.Err() == nil {
				err = stateContract.ErrLagged
			}
			if !yield(notice, err) {
				return
			}
		}
	}
}

// lose ends all subscriptions. Whoever had one may subscribe again.
func (b *topics) lose() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.broken)
	b.broken = make(chan struct{})
}

// tokens are "USER" of verified users, and whatever else a test puts in.
type tokens struct {
	mu    sync.Mutex
	of    map[string]oauth.Token
	after func() // what happens after the next check
}

// once makes something happen after the next check.
func (t *tokens) once(do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after = do
}

func (t *tokens) Check(_ context.Context, token string) (oauth.Token, error) {
	t.mu.Lock()
	defer func() {
		do := t.after
		t.after = nil
		t.mu.Unlock()
		if do != nil {
			do()
		}
	}()
	if found, ok := t.of[token]; ok {
		return found, nil
	}
	return oauth.Token{}, oauth.ErrNoToken
}

func (t *tokens) set(token string, to oauth.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if to.ID == 0 {
		delete(t.of, token)
		return
	}
	t.of[token] = to
}

// world is a server with the hub. Several may share a state.
type world struct {
	*module
	tokens *tokens
	gate   *lazer.Gate
	hub    *spectator.Hub
	url    string
	http   *http.Client
}

func newModule(t testing.TB) *module {
	s, err := memory.New(t.Context(), memory.Config{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &module{
		state: s, topics: &topics{Service: s, broken: make(chan struct{})}, plays: make(map[int32]contract.Play), watchers: make(map[int32][]contract.Watcher), fails: make(map[string]error),
		calls: make(chan string, 256),
	}
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// verified adds a token of the game.
func (t *tokens) verified(token string, user int32) {
	t.set(token, oauth.Token{ID: int64(user), UserID: user, Scopes: []string{"*"}, Verified: true})
}

func newWorld(t testing.TB, m *module, config lazer.Config) *world {
	t.Helper()
	return startWorld(t, m, m, config)
}

// startWorld starts a hub over a module, and the state of m.
func startWorld(t testing.TB, m *module, over spectator.Service, config lazer.Config) *world {
	t.Helper()
	w := &world{module: m, tokens: &tokens{of: make(map[string]oauth.Token)}}
	for id := range int32(10) {
		if id > 0 {
			w.tokens.verified(fmt.Sprint(id), id)
		}
	}
	var err error
	if w.gate, err = lazer.NewGate(config, lazer.Deps{Tokens: w.tokens, State: m.topics, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	if w.hub, err = spectator.New(spectator.Deps{Gate: w.gate, Spectator: over, State: m.topics, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.hub)
	w.url, w.http = server.URL, server.Client()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var loops sync.WaitGroup
	for _, run := range []func(context.Context) error{w.gate.Run, w.hub.Run} {
		loops.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		_ = w.hub.Close()
		stop()
		loops.Wait()
		server.Close()
	})
	return w
}

// game is a client with what it was told.
type game struct {
	*client.Conn
	t     testing.TB
	heard chan string
	raw   chan []byte // of bundles
}

func (w *world) options(token, instance string) (client.Options, *game) {
	g := &game{heard: make(chan string, 256), raw: make(chan []byte, 256)}
	state := func(target string) client.Handler {
		return client.On2(target, msgp.ReadInt32Bytes, hubs.Read[hubs.SpectatorState], func(id int32, s hubs.SpectatorState) {
			g.heard <- fmt.Sprintf("%s %d map %d state %d", target, id, s.BeatmapID.Value, s.State)
		})
	}
	return client.Options{
		URL: w.url, Protocol: protocol.MessagePack, Token: token, HTTP: w.http, Header: http.Header{"X-Client-Session-Id": {instance}},
		Handlers: []client.Handler{
			state("UserBeganPlaying"), state("UserFinishedPlaying"),
			client.On2("UserSentFrames", msgp.ReadInt32Bytes, rest, func(id int32, raw []byte) {
				g.raw <- raw
				g.heard <- fmt.Sprint("UserSentFrames ", id)
			}),
			client.On2("UserScoreProcessed", msgp.ReadInt32Bytes, msgp.ReadInt64Bytes, func(id int32, score int64) {
				g.heard <- fmt.Sprintf("UserScoreProcessed %d %d", id, score)
			}),
			client.On1("UserStartedWatching", hubs.ReadList[hubs.SpectatorUser], func(users []hubs.SpectatorUser) {
				g.heard <- fmt.Sprint("UserStartedWatching ", users)
			}),
			client.On1("UserEndedWatching", msgp.ReadInt32Bytes, func(id int32) { g.heard <- fmt.Sprint("UserEndedWatching ", id) }),
			client.On0("DisconnectRequested", func() { g.heard <- "DisconnectRequested" }),
			client.On0("ServerShuttingDown", func() { g.heard <- "ServerShuttingDown" }),
		},
		Unhandled: func(target string, _ []byte) { g.heard <- "unreadable " + target },
	}, g
}

// rest reads all that is left but the list of streams: an argument that is not to be decoded.
func rest(b []byte) ([]byte, []byte, error) {
	end := len(b) - 1
	return slices.Clone(b[:end]), b[end:], nil
}

func (w *world) connect(t testing.TB, token, instance string) *game {
	t.Helper()
	options, g := w.options(token, instance)
	c, err := client.Dial(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Cut)
	g.Conn, g.t = c, t
	g.sync()
	return g
}

// sync returns when the server has done all that the game asked. What it asks is refused or does nothing.
func (g *game) sync() {
	g.t.Helper()
	_ = g.Invoke(g.t.Context(), "EndWatchingUser", client.Arg(msgp.AppendInt32, 999))
}

func (g *game) call(target string, args ...client.Argument) {
	g.t.Helper()
	if err := g.Invoke(g.t.Context(), target, args...); err != nil {
		g.t.Fatalf("%s: %v", target, err)
	}
}

func (g *game) hears(want string) {
	g.t.Helper()
	select {
	case got := <-g.heard:
		if got != want {
			g.t.Fatalf("heard %q, want %q", got, want)
		}
	case <-time.After(patience):
		g.t.Fatalf("did not hear %q", want)
	}
}

// asked waits for a call of the module, past others.
func (m *module) asked(t testing.TB, want string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case got := <-m.calls:
			if got == want {
				return
			}
		case <-deadline:
			t.Fatalf("was not asked %q", want)
		}
	}
}

func token(n int64) client.Argument {
	return client.Arg(hubs.AppendOptionalInt[int64], hubs.Optional[int64]{Value: n, Valid: n != 0})
}

func state(beatmap int32, s hubs.SpectatedUserState) client.Argument {
	return client.Arg(hubs.Append[hubs.SpectatorState], hubs.SpectatorState{
		BeatmapID: hubs.Some(beatmap), RulesetID: hubs.Some(int32(0)), State: s,
		Mods: []hubs.Mod{{Acronym: "DT", Settings: []hubs.ModSetting{{Name: "speed_change", Value: 1.25}}}},
	})
}

// bundle is one whose mods have settings, so that nobody can pass over it without knowing its class.
func bundle(at float64) []byte {
	b := hubs.FrameDataBundle{
		Header: hubs.FrameHeader{
			TotalScore: 123456, Accuracy: 0.987, Combo: 7, MaxCombo: 70, ReceivedTime: time.Unix(1_800_000_000, 0).UTC(),
			Mods: []hubs.Mod{{Acronym: "DT", Settings: []hubs.ModSetting{{Name: "speed_change", Value: 1.25}, {Name: "adjust_pitch", Value: true}}}},
		},
	}
	for i := range 12 {
		b.Frames = append(b.Frames, hubs.LegacyReplayFrame{
			Time: at + float64(i), MouseX: hubs.Some(float32(i)), MouseY: hubs.Some(float32(100)), ButtonState: hubs.Left1,
		})
	}
	return b.AppendMsg(nil)
}

var _ spectator.Service = (*module)(nil)
