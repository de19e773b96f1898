package metadata_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/lazer/metadata"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within bounds the wait for what must come.
const within = 20 * time.Second

// tokens are the ids of users; those with a question mark wait for a second factor.
type tokens struct{}

func (tokens) Check(_ context.Context, token string) (oauth.Token, error) {
	id, pending := strings.CutSuffix(token, "?")
	user, err := strconv.Atoi(id)
	if err != nil {
		return oauth.Token{}, oauth.ErrNoToken
	}
	return oauth.Token{ID: int64(user), UserID: int32(user), Scopes: []string{oauth.ScopeAll}, Verified: !pending}, nil
}

// shelf is a library of one beatmap, with a log that tests write.
type shelf struct {
	mu  sync.Mutex
	log []beatmaps.Change
}

func (s *shelf) Beatmaps(_ context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error) {
	if len(keys) == 1 && keys[0].ID == 75 {
		return []beatmaps.Found{{Key: keys[0], Beatmap: beatmaps.Beatmap{ID: 75, MD5: beatmapMD5}}}, nil
	}
	return nil, nil
}

const beatmapMD5 = "a5b99395a42bd55bc5eb1d2411cbdf8b"

func (s *shelf) Changes(_ context.Context, after int64, limit int) ([]beatmaps.Change, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []beatmaps.Change
	for _, change := range s.log {
		if change.Seq > after && len(list) < limit {
			list = append(list, change)
		}
	}
	if len(s.log) == 0 {
		return nil, 0, nil
	}
	return list, s.log[len(s.log)-1].Seq, nil
}

// change writes n sets into the log.
func (s *shelf) change(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		next := int64(len(s.log) + 1)
		s.log = append(s.log, beatmaps.Change{Seq: next, SetID: int32(1000 + next)})
	}
}

// scoreboard gives everybody the same figures, which differ by ruleset.
type scoreboard struct{}

func (scoreboard) Statistics(_ context.Context, ids []int32, board rankings.Board) ([]rankings.Statistics, error) {
	return []rankings.Statistics{{UserID: ids[0], Board: board, Playcount: 100 + int32(board.Ruleset), GlobalRank: 7}}, nil
}

// world is a server for stable and lazer. Edges of lazer can be added and taken away.
type world struct {
	*stacktest.Stack
	shelf *shelf
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{Stack: stacktest.New(t, stacktest.Options{}).Serve(t), shelf: new(shelf)}
}

// edge is a process with the hub.
type edge struct {
	t    *testing.T
	hub  *metadata.Hub
	url  string
	http *http.Client
}

func (w *world) edge(t *testing.T, change ...func(*metadata.Deps)) *edge {
	t.Helper()
	log := newLogger(t)
	gate, err := lazer.NewGate(lazer.DefaultConfig(), lazer.Deps{Tokens: tokens{}, State: w.State, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	deps := metadata.Deps{
		Gate: gate, State: w.State, Users: w.Users, Sessions: w.Sessions, Relations: w.Relations, Rankings: scoreboard{}, Beatmaps: w.shelf, Log: log,
	}
	for _, f := range change {
		f(&deps)
	}
	hub, err := metadata.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(hub)
	e := &edge{t: t, hub: hub, url: server.URL + "/signalr/metadata", http: server.Client()}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var loops sync.WaitGroup
	for _, run := range []func(context.Context) error{gate.Run, hub.Run} {
		loops.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		_ = hub.Close()
		stop()
		loops.Wait()
		server.Close()
	})
	return e
}

// game is a connection, of which tests see and write every byte.
type game struct {
	t      *testing.T
	id     int32
	ws     *websocket.Conn
	frames chan []byte // without their lengths, and without pings
	ended  chan struct{}
	calls  int
}

// connect connects as a process of the game, and takes in what it is told first: that there is no daily challenge.
func (e *edge) connect(token any, instance string) *game {
	e.t.Helper()
	g := e.dial(token, instance)
	// Golden: appendix B of the protocol's description, less the length.
	g.expect("96 01 80 c0 b5 44 61 69 6c 79 43 68 61 6c 6c 65 6e 67 65 55 70 64 61 74 65 64 91 c0 90")
	return g
}

func (e *edge) dial(token any, instance string) *game {
	t := e.t
	t.Helper()
	text := fmt.Sprint(token)
	user, err := strconv.Atoi(strings.TrimSuffix(text, "?"))
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Authorization": {"Bearer " + text}, "X-Client-Session-Id": {instance}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.url+"/negotiate?negotiateVersion=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := e.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var negotiated struct {
		ConnectionToken string `json:"connectionToken"`
	}
	if err := json.NewDecoder(response.Body).Decode(&negotiated); err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response.Status, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, e.url+"?id="+negotiated.ConnectionToken, &websocket.DialOptions{HTTPClient: e.http, HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	g := &game{t: t, id: int32(user), ws: ws, frames: make(chan []byte, 4096), ended: make(chan struct{})}
	g.write([]byte("{\"protocol\":\"messagepack\",\"version\":1}\x1e"))
	go g.read()
	t.Cleanup(func() {
		_ = ws.CloseNow()
		<-g.ended
	})
	return g
}

// read takes messages apart.
func (g *game) read() {
	defer close(g.ended)
	for {
		_, data, err := g.ws.Read(context.Background())
		if err != nil {
			return
		}
		if rest, ok := bytes.CutPrefix(data, []byte("{}\x1e")); ok {
			data = rest
		}
		for len(data) > 0 {
			n, shift, i := 0, 0, 0
			for ; ; i++ {
				n |= int(data[i]&0x7f) << shift
				shift += 7
				if data[i] < 0x80 {
					break
				}
			}
			frame := data[i+1 : i+1+n]
			data = data[i+1+n:]
			if !bytes.Equal(frame, []byte{0x91, 6}) {
				g.frames <- frame
			}
		}
	}
}

func (g *game) write(data []byte) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), within)
	defer cancel()
	if err := g.ws.Write(ctx, websocket.MessageBinary, data); err != nil {
		g.t.Error(err)
	}
}

// next returns the next frame, nil when the connection has ended.
func (g *game) next() []byte {
	g.t.Helper()
	select {
	case frame := <-g.frames:
		return frame
	default:
	}
	select {
	case frame := <-g.frames:
		return frame
	case <-g.ended:
		select {
		case frame := <-g.frames:
			return frame
		default:
			return nil
		}
	case <-time.After(within):
		g.t.Fatal("nothing comes")
		return nil
	}
}

// expect compares the next frames with bytes.
func (g *game) expect(texts ...string) {
	g.t.Helper()
	for _, text := range texts {
		want, got := unhex(g.t, text), g.next()
		if !bytes.Equal(got, want) {
			g.t.Errorf("got\n%x %q, want\n%x %q", got, got, want, want)
		}
	}
}

// call calls a method with arguments that are encoded, and returns the answer. What else comes before it must be as expected.
func (g *game) call(method, arguments string, before ...string) string {
	g.t.Helper()
	g.calls++
	id := strconv.Itoa(g.calls)
	body := "96 01 80" + word(id) + word(method) + arguments + "90"
	frame := unhex(g.t, body)
	g.write(append([]byte{byte(len(frame))}, frame...)) // all are short enough for one byte
	g.expect(before...)
	answer := g.next()
	if len(answer) == 0 || answer[0] != 0x94 && answer[0] != 0x95 {
		g.t.Fatalf("%s is answered %x %q", method, answer, answer)
	}
	rest, ok := bytes.CutPrefix(answer[1:], unhex(g.t, "03 80"+word(id)))
	if !ok {
		g.t.Fatalf("%s is answered %x %q", method, answer, answer)
	}
	return hex.EncodeToString(rest)
}

const done = "02" // a completion without a result

// invoke is call for what succeeds without a result.
func (g *game) invoke(method, arguments string, before ...string) {
	g.t.Helper()
	if answer := g.call(method, arguments, before...); answer != done {
		g.t.Fatalf("%s is answered %s %q", method, answer, unhex(g.t, answer))
	}
}

// refused returns the text with which a call fails.
func (g *game) refused(method, arguments string) string {
	g.t.Helper()
	answer := unhex(g.t, g.call(method, arguments))
	if answer[0] != 1 {
		g.t.Fatalf("%s is answered %x", method, answer)
	}
	text := answer[2:]
	if answer[1] == 0xd9 {
		text = answer[3:]
	}
	return string(text)
}

// silent makes sure that nothing was on its way.
func (g *game) silent() {
	g.t.Helper()
	g.invoke("EndWatchingMultiplayerRoom", "91 07")
}

// appear sets the status online.
func (g *game) appear() {
	g.t.Helper()
	g.invoke("UpdateStatus", "91 02", presence("User", g.id, "92 c0 02"))
}

// close says goodbye.
func (g *game) close() {
	g.t.Helper()
	g.write(unhex(g.t, "03 92 07 c0"))
	<-g.ended
}

// closed takes the last frame: the server's goodbye.
func (g *game) closed(reconnect bool) {
	g.t.Helper()
	want := "93 07 c0 c2"
	if reconnect {
		want = "93 07 c0 c3"
	}
	g.expect(want)
	select {
	case <-g.ended:
	case <-time.After(within):
		g.t.Error("the connection stays")
	}
}

// presence is the call that tells of a user; value is a UserPresence or null.
func presence(whose string, id int32, value string) string {
	return "96 01 80 c0" + word(whose+"PresenceUpdated") + "92" + number(id) + value + "90"
}

const nobody = "c0"

// disconnectRequested is the call that makes a game log out.
var disconnectRequested = "96 01 80 c0" + word("DisconnectRequested") + "90 90"

// word is a text of up to 31 bytes, and number an id from 128 to 65,535.
func word(s string) string   { return fmt.Sprintf("%02x%x", 0xa0|len(s), s) }
func number(id int32) string { return fmt.Sprintf("cd%04x", id) }
func (w *world) id(t *testing.T, name string) int32 {
	t.Helper()
	return w.Register(t, name).ID
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// befriend makes somebody a friend of somebody.
func (w *world) befriend(t *testing.T, id, target int32) {
	t.Helper()
	if err := w.Relations.Add(t.Context(), id, target, relations.Friend); err != nil {
		t.Fatal(err)
	}
}

// session returns a user's session of lazer.
func (w *world) session(t *testing.T, id int32) (sessions.Session, bool) {
	t.Helper()
	list, err := w.Sessions.Of(t.Context(), []int32{id})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Kind == sessions.Lazer {
			return s, true
		}
	}
	return sessions.Session{}, false
}

// online reports whether others see a user.
func (w *world) online(t *testing.T, id int32) bool {
	t.Helper()
	ids, err := w.Sessions.Online(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(ids, id)
}

// lossy is a state whose drains say that something was lost.
type lossy struct{ state.Service }

func (l lossy) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	mail, err := l.Service.Drain(ctx, space, key, take)
	if len(mail.Items) > 0 {
		mail.Lost = 1
	}
	return mail, err
}
