// Package talktest runs, for tests, all of a server that talk needs: the real modules and the edges of stable clients (stacktest),
// the area talk on an API, and the notification socket beside it, on one real address. Tokens are the test's: who has which scopes
// and proofs is what it says, and their end is told as oauth tells it.
package talktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/notifications"
	notificationsLocal "github.com/pure-peace/peace/modules/notifications/local"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/wire"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/talk"
	"github.com/pure-peace/peace/transport/stacktest"
	"github.com/pure-peace/peace/transport/ws"
)

// World is a running server.
type World struct {
	*stacktest.Stack
	Notifications notifications.Service
	Tokens        *Tokens
	Feed          *ws.Handler

	attended chan struct{} // has a value for each chat.start that took effect and was not awaited

	api     string // its address
	feed    string
	stopped func() // ends the socket's Run
}

// Options change a world before it is made.
type Options struct {
	Feed  func(*ws.Config)
	Deps  func(*ws.Deps)
	Stack stacktest.Options
}

// New makes a world that runs until the test ends.
func New(t testing.TB, o Options) *World {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w := &World{Stack: stacktest.New(t, o.Stack), attended: make(chan struct{}, 256)}
	w.Tokens = &Tokens{state: w.State, known: map[string]oauth.Token{}}
	db := databasetest.Open(t, database.SQLite)
	told, err := notificationsLocal.New(t.Context(), notificationsLocal.DefaultConfig(), notificationsLocal.Deps{DB: db, State: w.State, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w.Notifications = told
	people := resource.NewPeople(resource.PeopleDeps{
		Users: w.Users, Sessions: w.Sessions, Rankings: w.Rankings, Domain: stacktest.Domain, Supporters: true,
	})
	api, err := v2.New(v2.DefaultConfig(), v2.Deps{Tokens: w.Tokens, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	area, err := talk.New(talk.DefaultConfig(), talk.Deps{People: people, Chat: w.Chat, Notifications: told, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	area.Register(api)
	config := ws.DefaultConfig()
	if o.Feed != nil {
		o.Feed(&config)
	}
	deps := ws.Deps{
		Tokens: w.Tokens, Users: w.Users, Sessions: w.Sessions, Chat: witnessed{w.Chat, w.attended}, State: w.State, People: people, Log: log,
	}
	if o.Deps != nil {
		o.Deps(&deps)
	}
	if w.Feed, err = ws.New(config, deps); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.Feed.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	w.stopped = func() { cancel(); <-ended }
	mux := http.NewServeMux()
	mux.Handle(v2.Prefix+"/", api)
	mux.Handle(talk.FeedPath, w.Feed)
	mux.Handle("/", w.Handler)
	w.Address = stacktest.Serve(t, mux)
	t.Cleanup(w.stopped)
	w.api, w.feed = "http://"+w.Address+v2.Prefix, "ws://"+w.Address+talk.FeedPath
	return w
}

// StopFeed ends the socket's Run, as the end of a process does.
func (w *World) StopFeed() { w.stopped() }

// Tokens are what the test says.
type Tokens struct {
	state interface {
		Publish(ctx context.Context, topic string, payload []byte) error
	}

	mu    sync.Mutex
	known map[string]oauth.Token
	last  int64
}

// Check is that of oauth.Tokens.
func (k *Tokens) Check(_ context.Context, access string) (oauth.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	token, ok := k.known[access]
	if !ok {
		return oauth.Token{}, oauth.ErrNoToken
	}
	return token, nil
}

// Issue hands out a token of a user. Without scopes it is the game's; edits change it.
func (k *Tokens) Issue(userID int32, edits ...func(*oauth.Token)) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last++
	token := oauth.Token{
		ID: k.last, UserID: userID, ClientID: oauth.GameClient, Scopes: []string{"*"}, Verified: true,
		IssuedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	}
	for _, edit := range edits {
		edit(&token)
	}
	access := "token-" + time.Now().Format("150405.000000000")
	k.known[access] = token
	return access
}

// With gives a token other scopes.
func With(scopes ...string) func(*oauth.Token) {
	return func(token *oauth.Token) { token.Scopes = scopes }
}

// Unverified lacks the second factor.
func Unverified(token *oauth.Token) { token.Verified, token.Method = false, oauth.MethodMail }

// Change changes a token and tells of it; an edit that returns false ends it.
func (k *Tokens) Change(t testing.TB, access string, event oauth.Changed, edit func(*oauth.Token) bool) {
	t.Helper()
	k.Forget(access, edit, &event)
	if err := k.state.Publish(t.Context(), oauth.Topic, wire.Pack(oauthpb.FromChanged(event))); err != nil {
		t.Fatal(err)
	}
}

// Forget changes a token and tells nobody.
func (k *Tokens) Forget(access string, edit func(*oauth.Token) bool, event *oauth.Changed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	token := k.known[access]
	if event != nil {
		event.TokenIDs, event.UserID = []int64{token.ID}, token.UserID
	}
	if edit(&token) {
		k.known[access] = token
	} else {
		delete(k.known, access)
	}
}

// Do sends a request with a multipart form, as lazer does, and returns the status and body of the answer.
func (w *World) Do(t testing.TB, token, method, path string, fields map[string]string) (int, []byte) {
	t.Helper()
	var body bytes.Buffer
	var media string
	if fields != nil {
		form := multipart.NewWriter(&body)
		for name, value := range fields {
			if err := form.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		media = form.FormDataContentType()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, w.api+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, data
}

// Get sends a GET, expects a 200 and reads its JSON.
func (w *World) Get(t testing.TB, token, path string, into any) {
	t.Helper()
	w.Expect(t, http.StatusOK, token, http.MethodGet, path, nil, into)
}

// Expect sends a request, expects a status and reads the answer's JSON, unless into is nil.
func (w *World) Expect(t testing.TB, status int, token, method, path string, fields map[string]string, into any) {
	t.Helper()
	got, data := w.Do(t, token, method, path, fields)
	if got != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, got, status, data)
	}
	if into == nil {
		return
	}
	if raw, ok := into.(*json.RawMessage); ok {
		*raw = data
		return
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, data)
	}
}

// Socket is an open notification socket.
type Socket struct{ *websocket.Conn }

// Event is what came over a socket.
type Event struct {
	Event string
	Error string
	Data  json.RawMessage
	Raw   []byte `json:"-"`
}

// Dial opens a socket with a token. It says nothing.
func (w *World) Dial(t testing.TB, token string) *Socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), w.feed, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &Socket{conn}
}

// DialQuery opens a socket with the token in its address, as scripts in browsers do.
func (w *World) DialQuery(t testing.TB, token string) *Socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), w.feed+"?access_token="+token, nil) //nolint:bodyclose // likewise
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &Socket{conn}
}

// FeedURL is the address of the socket as plain HTTP knows it.
func (w *World) FeedURL() string { return "http" + strings.TrimPrefix(w.feed, "ws") }

// Listen opens a socket, and returns once it hears of chat.
func (w *World) Listen(t testing.TB, token string) *Socket {
	t.Helper()
	s := w.Dial(t, token)
	s.Say(t, "chat.start")
	select { // nothing confirms the word to the client
	case <-w.attended:
	case <-time.After(patience):
		t.Fatal("the socket does not hear of chat")
	}
	return s
}

// witnessed tells when a session has entered its user's channels.
type witnessed struct {
	chat.Service
	attended chan<- struct{}
}

func (c witnessed) Attend(ctx context.Context, sessionID string) ([]chat.Thread, error) {
	threads, err := c.Service.Attend(ctx, sessionID)
	c.attended <- struct{}{}
	return threads, err
}

// patience bounds the wait for what happens at once.
const patience = 20 * time.Second

// Say sends a word.
func (s *Socket) Say(t testing.TB, event string) {
	t.Helper()
	if err := s.Write(t.Context(), websocket.MessageText, []byte(`{"event":"`+event+`"}`)); err != nil {
		t.Fatal(err)
	}
}

// Next returns the next event, or the error with which the socket ended.
func (s *Socket) Next(t testing.TB) (Event, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	kind, data, err := s.Read(ctx)
	if err != nil {
		return Event{}, err
	}
	if kind != websocket.MessageText {
		t.Fatal("a binary frame")
	}
	e := Event{Raw: data}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return e, nil
}

// Await skips events until one has the name.
func (s *Socket) Await(t testing.TB, event string) Event {
	t.Helper()
	for {
		e, err := s.Next(t)
		if err != nil {
			t.Fatalf("waiting for %s: %v", event, err)
		}
		if e.Event == event {
			return e
		}
	}
}
