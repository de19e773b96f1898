package ws_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/notifications"
	"github.com/pure-peace/peace/modules/notifications/notificationspb"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/talk/talktest"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	"github.com/pure-peace/peace/transport/lazer/client/newtonsoft"
	"github.com/pure-peace/peace/transport/ws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// read reads the data of an event as lazer does.
func read[T any](t *testing.T, e talktest.Event) T {
	t.Helper()
	var body struct {
		Data T `json:"data" client:"required"`
	}
	if err := newtonsoft.Read(e.Raw, &body); err != nil {
		t.Fatalf("%v in %s", err, e.Raw)
	}
	return body.Data
}

type said struct {
	Messages []lazer.Message `json:"messages" client:"required,notnull"`
	Users    []lazer.User    `json:"users" client:"required,notnull"`
}

// enter makes a user a member of a channel.
func enter(t *testing.T, w *talktest.World, u users.User, name string) int64 {
	t.Helper()
	c, err := w.Chat.Find(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Chat.Enter(t.Context(), u.ID, c.ID); err != nil {
		t.Fatal(err)
	}
	return c.ID
}

func ended(t *testing.T, s *talktest.Socket, status websocket.StatusCode) {
	t.Helper()
	for {
		e, err := s.Next(t)
		if err == nil {
			continue
		}
		if got := websocket.CloseStatus(err); got != status {
			t.Errorf("ended with status %v (%v), want %v; last %s", got, err, status, e.Raw)
		}
		return
	}
}

// TestBothWorlds lets a stable client and a socket hear each other in #osu and in private, /me and all; what was said is in the
// history of both.
func TestBothWorlds(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	modern := w.Register(t, "modern")
	id := enter(t, w, modern, "#osu")
	token := w.Tokens.Issue(modern.ID)
	socket := w.Listen(t, token)
	old := w.Player(t, "old")

	old.Act("#osu", "waves at 平和")
	if _, err := old.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	heard := read[said](t, socket.Await(t, "chat.message.new"))
	m := heard.Messages[0]
	if m.Content != "waves at 平和" || !m.IsAction || m.ChannelID != id || m.SenderID != old.ID() || heard.Users[0].Username != "old" {
		t.Errorf("heard %+v", heard)
	}

	var posted lazer.Message
	w.Expect(t, http.StatusOK, token, http.MethodPost, "/chat/channels/"+itoa(id)+"/messages",
		map[string]string{"message": "waves back", "is_action": "true", "uuid": "abc"}, &posted)
	if posted.UUID == nil || *posted.UUID != "abc" || posted.Sender == nil || posted.Sender.ID != modern.ID {
		t.Errorf("the answer is %+v", posted)
	}
	packet, err := old.Await(t.Context(), func(p packets.Packet) bool {
		got, ok := p.(packets.Message)
		return ok && got.SenderID == modern.ID
	})
	if err != nil || !strings.Contains(packet.(packets.Message).Text, "ACTION waves back") || packet.(packets.Message).Target != "#osu" {
		t.Errorf("the stable client hears %+v, %v", packet, err)
	}
	echo := read[said](t, socket.Await(t, "chat.message.new")).Messages[0]
	if echo.UUID == nil || *echo.UUID != "abc" || *echo.ID != *posted.ID {
		t.Errorf("the echo is %+v", echo)
	}

	// In private.
	old.Whisper("modern", "psst")
	if _, err := old.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	joined := read[lazer.Channel](t, socket.Await(t, "chat.channel.join"))
	if joined.Type != "PM" || joined.Name != "old" || !slices.Equal(joined.Users, []int32{modern.ID, old.ID()}) {
		t.Errorf("joined %+v", joined)
	}
	private := read[said](t, socket.Await(t, "chat.message.new"))
	if private.Messages[0].ChannelID != joined.ID || private.Messages[0].Content != "psst" {
		t.Errorf("heard %+v", private)
	}
	w.Expect(t, http.StatusOK, token, http.MethodPost, "/chat/channels/"+itoa(joined.ID)+"/messages",
		map[string]string{"message": "what?", "is_action": "false", "uuid": "def"}, nil)
	if _, err := old.Await(t.Context(), func(p packets.Packet) bool {
		got, ok := p.(packets.Message)
		return ok && got.SenderID == modern.ID && got.Text == "what?" && got.Target == "old"
	}); err != nil {
		t.Error(err)
	}

	var history []lazer.Message
	w.Get(t, token, "/chat/channels/"+itoa(id)+"/messages", &history)
	if len(history) != 2 || history[0].Content != "waves at 平和" || history[1].Content != "waves back" || !history[1].IsAction {
		t.Errorf("history %+v", history)
	}
	stored, err := w.Chat.History(t.Context(), old.ID(), "#osu", 0, 10)
	if err != nil || len(stored) != 2 {
		t.Errorf("stored %v, %v", stored, err)
	}
}

func itoa(n int64) string { b, _ := json.Marshal(n); return string(b) }

// TestReady says that a socket hears that it is accepted, and nothing of chat before it asks.
func TestReady(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := moderator(t, w)
	id := enter(t, w, u, "#osu")
	for _, socket := range []*talktest.Socket{w.Dial(t, w.Tokens.Issue(u.ID)), w.DialQuery(t, w.Tokens.Issue(u.ID))} {
		e, err := socket.Next(t)
		if err != nil || e.Event != "connection.ready" || string(e.Raw) != `{"event":"connection.ready"}` {
			t.Fatalf("%s, %v", e.Raw, err)
		}
	}
	loud := w.Listen(t, w.Tokens.Issue(u.ID))
	quiet := w.Dial(t, w.Tokens.Issue(u.ID))
	speak := func(text string) {
		t.Helper()
		if _, err := w.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: id, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	speak("one")
	notify(t, w, u, "k")
	quiet.Await(t, "connection.ready")
	if e, err := quiet.Next(t); err != nil || e.Event != "new" {
		t.Errorf("hears %s, %v", e.Raw, err)
	}
	loud.Await(t, "chat.message.new")
	loud.Await(t, "new")

	// The word that ends it takes a moment.
	loud.Say(t, "chat.end")
	for i := 0; ; i++ {
		speak("two")
		notify(t, w, u, "k"+itoa(int64(i)))
		if e, err := loud.Next(t); err != nil || i == 1000 {
			t.Fatalf("still hears %s, %v", e.Raw, err)
		} else if e.Event == "new" {
			break
		}
		loud.Await(t, "new")
	}
}

// moderator makes an account that may write as fast as it likes.
func moderator(t *testing.T, w *talktest.World) users.User {
	t.Helper()
	u := w.Register(t, "moderator")
	if _, err := w.Users.Grant(t.Context(), u.ID, users.BotID, users.Moderator, 0); err != nil {
		t.Fatal(err)
	}
	return u
}

func notify(t *testing.T, w *talktest.World, u users.User, key string) {
	t.Helper()
	err := w.Notifications.Notify(t.Context(), []int32{u.ID}, notifications.Notification{
		Name: notifications.Medal, Key: key, ObjectType: "user", ObjectID: int64(u.ID), Details: []byte(`{"slug":"平和"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTrap22 says that no byte of an event is beyond ASCII, so that no border between two pieces breaks a character.
func TestTrap22(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	id := enter(t, w, u, "#osu")
	socket := w.Listen(t, w.Tokens.Issue(u.ID))
	text := strings.Repeat("平和 🎵 é \u2028<>&", 100)
	if _, err := w.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: id, Text: text}); err != nil {
		t.Fatal(err)
	}
	notify(t, w, u, "k")
	for _, name := range []string{"chat.message.new", "new"} {
		e := socket.Await(t, name)
		for _, b := range e.Raw {
			if b >= 0x80 {
				t.Fatalf("%s has the byte %#x", name, b)
			}
		}
		if name == "chat.message.new" {
			stored, err := w.Chat.Messages(t.Context(), u.ID, id, chat.Part{Limit: 1})
			if err != nil || read[said](t, e).Messages[0].Content != stored[0].Text {
				t.Errorf("the text arrives as %s, %v", e.Raw, err)
			}
		}
	}
}

// TestTrap23 says that data is an object or absent, and that each sender is there exactly once, whoever that is.
func TestTrap23(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, gone := w.Register(t, "somebody"), w.Register(t, "gone")
	enter(t, w, u, "#osu")
	socket := w.Listen(t, w.Tokens.Issue(u.ID))
	say := func(sender int32) {
		t.Helper()
		if _, err := w.Chat.Say(t.Context(), chat.Line{SenderID: sender, Target: "#osu", Text: "x", Automatic: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Users.Restrict(t.Context(), gone.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	for _, sender := range []int32{u.ID, users.BotID, gone.ID} {
		say(sender)
		e := socket.Await(t, "chat.message.new")
		heard := read[said](t, e)
		if len(heard.Messages) != 1 || len(heard.Users) != 1 || heard.Users[0].ID != sender || heard.Messages[0].SenderID != sender {
			t.Errorf("heard %s", e.Raw)
		}
	}
	if err := w.Chat.Leave(t.Context(), u.ID, enter(t, w, u, "#osu")); err != nil {
		t.Fatal(err)
	}
	if parted := read[lazer.Channel](t, socket.Await(t, "chat.channel.part")); parted.Name != "#osu" || parted.Type != "PUBLIC" {
		t.Errorf("parted %+v", parted)
	}
}

// TestTrap24 says that the ids of a notification are numbers, whatever it is about.
func TestTrap24(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	socket := w.Dial(t, w.Tokens.Issue(u.ID))
	socket.Await(t, "connection.ready")
	await(t, func() bool { return len(ofKind(t, w, u)) == 1 })
	err := w.Notifications.Notify(t.Context(), []int32{u.ID}, notifications.Notification{Name: "channel_announcement", ObjectType: "channel"})
	if err != nil {
		t.Fatal(err)
	}
	e := socket.Await(t, "new")
	if n := read[lazer.Notified](t, e); n.ID == 0 || n.Name != "channel_announcement" || n.IsRead {
		t.Errorf("notified %+v", n)
	}
	for _, part := range []string{`"source_user_id":0`, `"object_id":0`, `"details":{}`} {
		if !strings.Contains(string(e.Raw), part) {
			t.Errorf("%s lacks %s", e.Raw, part)
		}
	}
	if err := w.Notifications.MarkRead(t.Context(), u.ID, notifications.Which{}); err != nil {
		t.Fatal(err)
	}
	if e := socket.Await(t, "read"); !strings.HasPrefix(string(e.Data), `{"notifications":[{"id":`) {
		t.Errorf("read %s", e.Raw)
	}
}

func await(t *testing.T, fits func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !fits(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
	}
}

// ofKind returns the sessions of a user's sockets.
func ofKind(t *testing.T, w *talktest.World, u users.User) []sessions.Session {
	t.Helper()
	list, err := w.Sessions.Of(t.Context(), []int32{u.ID})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(s sessions.Session) bool { return s.Kind != sessions.API })
}

// TestTrap25 says that who is put into a channel by the server is told before anything is said there, with all of its sockets.
func TestTrap25(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, other := w.Register(t, "somebody"), w.Register(t, "other")
	sockets := []*talktest.Socket{w.Listen(t, w.Tokens.Issue(u.ID)), w.Listen(t, w.Tokens.Issue(u.ID))}
	c, err := w.Chat.Open(t.Context(), chat.Channel{Name: "#multi_7", Temporary: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range []users.User{u, other} {
		if _, err := w.Chat.Enter(t.Context(), member.ID, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Chat.Speak(t.Context(), chat.Line{SenderID: other.ID, ThreadID: c.ID, Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	for _, socket := range sockets {
		joined := read[lazer.Channel](t, socket.Await(t, "chat.channel.join"))
		if joined.ID != c.ID || joined.Type != "MULTIPLAYER" || joined.Name != "#multi_7" {
			t.Errorf("joined %+v", joined)
		}
		if e, err := socket.Next(t); err != nil || e.Event != "chat.message.new" || read[said](t, e).Messages[0].ChannelID != c.ID {
			t.Errorf("then %s, %v", e.Raw, err)
		}
	}
	var shown struct{ Channel lazer.Channel }
	w.Get(t, w.Tokens.Issue(u.ID), "/chat/channels/"+itoa(c.ID), &shown)
	if shown.Channel.ID != c.ID {
		t.Errorf("shown %+v", shown)
	}
	if err := w.Chat.Close(t.Context(), "#multi_7"); err != nil {
		t.Fatal(err)
	}
	if parted := read[lazer.Channel](t, sockets[0].Await(t, "chat.channel.part")); parted.ID != c.ID {
		t.Errorf("parted %+v", parted)
	}
}

// TestScopes says what tokens hear of.
func TestScopes(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	id := enter(t, w, u, "#osu")
	reader := w.Listen(t, w.Tokens.Issue(u.ID, talktest.With("public", "chat.read")))
	game := w.Listen(t, w.Tokens.Issue(u.ID))
	public := w.Listen(t, w.Tokens.Issue(u.ID, talktest.With("public", "identify")))
	notify(t, w, u, "k")
	if _, err := w.Chat.Speak(t.Context(), chat.Line{SenderID: u.ID, ThreadID: id, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	game.Await(t, "new")
	game.Await(t, "chat.message.new")
	reader.Await(t, "connection.ready")
	if e, err := reader.Next(t); err != nil || e.Event != "chat.message.new" {
		t.Errorf("a reader of chat hears %s, %v", e.Raw, err)
	}
	public.Await(t, "connection.ready")
	if _, err := w.Sessions.Disconnect(t.Context(), u.ID, sessions.ReasonKicked); err != nil {
		t.Fatal(err)
	}
	if e, err := public.Next(t); err != nil || e.Event != "logout" {
		t.Errorf("a public token hears %s, %v", e.Raw, err)
	}
}

// TestStrangers says that wrong tokens are told so, and closed.
func TestStrangers(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	for name, token := range map[string]string{
		"unknown": "nonsense", "none": "", "machine": w.Tokens.Issue(0), "long": strings.Repeat("x", 4000),
	} {
		socket := w.Dial(t, token)
		e, err := socket.Next(t)
		if err != nil || string(e.Raw) != `{"error":"authentication failed"}` {
			t.Errorf("%s: %s, %v", name, e.Raw, err)
		}
		ended(t, socket, websocket.StatusPolicyViolation)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.FeedURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("plain HTTP: %d", answer.StatusCode)
	}
}

// TestTokenEnds says that the end of a token logs its client out, a refresh does not, and what nobody told of closes the socket.
func TestTokenEnds(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	enter(t, w, u, "#osu")
	revoked, refreshed := w.Tokens.Issue(u.ID), w.Tokens.Issue(u.ID)
	a, b := w.Listen(t, revoked), w.Listen(t, refreshed)

	w.Tokens.Change(t, revoked, oauth.Changed{}, func(*oauth.Token) bool { return false })
	a.Await(t, "logout")
	ended(t, a, websocket.StatusNormalClosure)

	successor := int64(1000)
	w.Tokens.Change(t, refreshed, oauth.Changed{Successor: successor}, func(*oauth.Token) bool { return false })
	notify(t, w, u, "k")
	b.Await(t, "new")
	replaced := w.Tokens.Issue(u.ID, func(token *oauth.Token) { token.ID = successor })
	w.Tokens.Change(t, replaced, oauth.Changed{}, func(*oauth.Token) bool { return false })
	b.Await(t, "logout")
	ended(t, b, websocket.StatusNormalClosure)
	await(t, func() bool { return len(ofKind(t, w, u)) == 0 })
}

// TestSecondFactor says that nothing is told before the second factor is there.
func TestSecondFactor(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	token := w.Tokens.Issue(u.ID, talktest.Unverified)
	socket := w.Dial(t, token)
	socket.Await(t, "connection.ready")
	socket.Say(t, "chat.start")
	notify(t, w, u, "before")
	if n := len(ofKind(t, w, u)); n != 0 {
		t.Errorf("%d sessions", n)
	}
	w.Tokens.Change(t, token, oauth.Changed{Verified: true}, func(token *oauth.Token) bool {
		token.Verified, token.Method = true, oauth.MethodNone
		return true
	})
	if e, err := socket.Next(t); err != nil || string(e.Raw) != `{"event":"verified"}` {
		t.Fatalf("%s, %v", e.Raw, err)
	}
	await(t, func() bool { return len(ofKind(t, w, u)) == 1 })
	notify(t, w, u, "after")
	if n := read[lazer.Notified](t, socket.Await(t, "new")); n.Name != notifications.Medal {
		t.Errorf("notified %+v", n)
	}
	ended := w.Tokens.Issue(u.ID, talktest.Unverified)
	other := w.Dial(t, ended)
	other.Await(t, "connection.ready")
	w.Tokens.Change(t, ended, oauth.Changed{}, func(*oauth.Token) bool { return false })
	other.Await(t, "logout")
}

// TestSessionEnds says what the end of a session means for its socket.
func TestSessionEnds(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	first := w.Listen(t, w.Tokens.Issue(u.ID))
	for range sessions.MaxAPI { // one too many
		w.Listen(t, w.Tokens.Issue(u.ID))
	}
	ended(t, first, websocket.StatusNormalClosure)
	if n := len(ofKind(t, w, u)); n != sessions.MaxAPI {
		t.Errorf("%d sockets", n)
	}
	kicked := w.Listen(t, w.Tokens.Issue(u.ID))
	if _, err := w.Sessions.Disconnect(t.Context(), u.ID, sessions.ReasonKicked); err != nil {
		t.Fatal(err)
	}
	kicked.Await(t, "logout")
	ended(t, kicked, websocket.StatusNormalClosure)
}

// TestStop says that clients are told to come again when the process ends, and that their sessions are gone.
func TestStop(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	drained, stopped := w.Listen(t, w.Tokens.Issue(u.ID)), w.Listen(t, w.Tokens.Issue(u.ID, talktest.Unverified, func(token *oauth.Token) { token.Verified = true }))
	go func() { _ = w.Feed.Drain(context.WithoutCancel(t.Context())) }()
	ended(t, drained, websocket.StatusServiceRestart)
	ended(t, stopped, websocket.StatusServiceRestart)
	w.StopFeed()
	if n := len(ofKind(t, w, u)); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	late := w.Dial(t, w.Tokens.Issue(u.ID))
	ended(t, late, websocket.StatusTryAgainLater)
}

// TestMisuse says that a client which says too much or nothing sensible does no harm.
func TestMisuse(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	odd := w.Dial(t, w.Tokens.Issue(u.ID))
	for _, text := range []string{"", "null", "[]", `{"event":7}`, `{"event":"chat.message.new"}`, "\xff", "{"} {
		if err := odd.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := odd.Write(t.Context(), websocket.MessageBinary, []byte{0x91, 0x06}); err != nil {
		t.Fatal(err)
	}
	notify(t, w, u, "k")
	await(t, func() bool { return len(ofKind(t, w, u)) == 1 })
	notify(t, w, u, "l")
	odd.Await(t, "new")

	loud := w.Dial(t, w.Tokens.Issue(u.ID))
	for range 100 {
		if loud.Write(t.Context(), websocket.MessageText, []byte(`{"event":"chat.start"}`)) != nil {
			break
		}
	}
	ended(t, loud, websocket.StatusPolicyViolation)
	long := w.Dial(t, w.Tokens.Issue(u.ID))
	_ = long.Write(t.Context(), websocket.MessageText, []byte(strings.Repeat(" ", 5<<10)))
	ended(t, long, websocket.StatusMessageTooBig)
}

// lossy makes every drain of a mailbox tell that something was lost, once that is wanted.
type lossy struct {
	state.Service
	lose chan struct{}
}

func (s lossy) Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error) {
	mail, err := s.Service.Drain(ctx, space, key, take)
	select {
	case <-s.lose:
		mail.Lost = 3
	default:
	}
	return mail, err
}

// TestBehind says that a socket whose outbox overflowed is closed, so that its client reads anew what it missed.
func TestBehind(t *testing.T) {
	lose := make(chan struct{})
	w := talktest.New(t, talktest.Options{Deps: func(d *ws.Deps) { d.State = lossy{d.State.(state.Service), lose} }})
	u := w.Register(t, "somebody")
	socket := w.Listen(t, w.Tokens.Issue(u.ID))
	close(lose)
	notify(t, w, u, "k")
	ended(t, socket, websocket.StatusTryAgainLater)
}

// TestSlow says that a client that does not read is closed.
func TestSlow(t *testing.T) {
	w := talktest.New(t, talktest.Options{Feed: func(c *ws.Config) { c.PingInterval, c.WriteTimeout = 45*time.Second, time.Second }})
	u := w.Register(t, "somebody")
	w.Listen(t, w.Tokens.Issue(u.ID))
	n := notifications.Notification{ID: 1, Name: "x", ObjectType: "user", Details: []byte(`{"x":"` + strings.Repeat("x", 50_000) + `"}`)}
	item := wire.Pack(notificationspb.FromNotified(notifications.Notified{Notification: n}))
	await(t, func() bool {
		_, err := w.State.Append(t.Context(), state.Append{Space: sessions.Space, Tags: []string{sessions.UserTag(u.ID)}, Item: item})
		if err != nil {
			t.Fatal(err)
		}
		return len(ofKind(t, w, u)) == 0
	})
}

// TestPerToken bounds the sockets of a token that waits for its second factor, which have no session.
func TestPerToken(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	token := w.Tokens.Issue(w.Register(t, "somebody").ID, talktest.Unverified)
	for range 2 * sessions.MaxAPI {
		w.Dial(t, token).Await(t, "connection.ready")
	}
	ended(t, w.Dial(t, token), websocket.StatusTryAgainLater)
}

// TestPings says that a client that answers no ping is closed, and one that does is not.
func TestPings(t *testing.T) {
	w := talktest.New(t, talktest.Options{Feed: func(c *ws.Config) { c.PingInterval = time.Second }})
	u := w.Register(t, "somebody")
	dead := w.Listen(t, w.Tokens.Issue(u.ID))
	alive := w.Listen(t, w.Tokens.Issue(u.ID))
	go func() { // who reads, answers
		for {
			if _, _, err := alive.Read(context.WithoutCancel(t.Context())); err != nil {
				return
			}
		}
	}()
	await(t, func() bool { return len(ofKind(t, w, u)) == 1 })
	_ = dead
}

// TestExpiry says that a socket does not outlive its token.
func TestExpiry(t *testing.T) {
	w := talktest.New(t, talktest.Options{Feed: func(c *ws.Config) { c.PingInterval = time.Second }})
	u := w.Register(t, "somebody")
	socket := w.Listen(t, w.Tokens.Issue(u.ID, func(token *oauth.Token) { token.ExpiresAt = time.Now().Add(time.Second) }))
	ended(t, socket, websocket.StatusPolicyViolation)
}

// down is oauth when it cannot be reached.
type down struct{}

func (down) Check(context.Context, string) (oauth.Token, error) {
	return oauth.Token{}, fault.New(fault.Unavailable, "oauth", "down", "oauth is down")
}

// TestOutage says that a client is asked to come again when its token cannot be looked at, and not told that it is wrong.
func TestOutage(t *testing.T) {
	w := talktest.New(t, talktest.Options{Deps: func(d *ws.Deps) { d.Tokens = down{} }})
	_, answer, err := websocket.Dial(t.Context(), strings.Replace(w.FeedURL(), "http", "ws", 1), nil)
	if err == nil || answer == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%v, %v", answer, err)
	}
}

// counted counts how often somebody is looked up.
type counted struct {
	ws.People
	asked atomic.Int64
}

func (p *counted) Persons(ctx context.Context, viewer int32, ids []int32) (map[int32]*resource.Person, error) {
	p.asked.Add(1)
	return p.People.Persons(ctx, viewer, ids)
}

// TestOnce says that what many hear of is encoded once.
func TestOnce(t *testing.T) {
	people := new(counted)
	w := talktest.New(t, talktest.Options{Deps: func(d *ws.Deps) { people.People, d.People = d.People, people }})
	var sockets []*talktest.Socket
	for i := range 5 {
		u := w.Register(t, "player"+itoa(int64(i)))
		enter(t, w, u, "#osu")
		sockets = append(sockets, w.Listen(t, w.Tokens.Issue(u.ID)), w.Listen(t, w.Tokens.Issue(u.ID)))
	}
	before := people.asked.Load()
	if _, err := w.Chat.Say(t.Context(), chat.Line{SenderID: users.BotID, Target: "#osu", Text: "x", Automatic: true}); err != nil {
		t.Fatal(err)
	}
	for _, socket := range sockets {
		socket.Await(t, "chat.message.new")
	}
	if n := people.asked.Load() - before; n != 1 {
		t.Errorf("the sender was looked up %d times", n)
	}
}

// TestBlocked says that who is blocked is not heard.
func TestBlocked(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, loud, other := w.Register(t, "somebody"), w.Register(t, "loud"), w.Register(t, "other")
	for _, member := range []users.User{u, loud, other} {
		enter(t, w, member, "#osu")
	}
	if err := w.Relations.Add(t.Context(), u.ID, loud.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	socket := w.Listen(t, w.Tokens.Issue(u.ID))
	id := enter(t, w, u, "#osu")
	for _, sender := range []users.User{loud, other} {
		if _, err := w.Chat.Speak(t.Context(), chat.Line{SenderID: sender.ID, ThreadID: id, Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if heard := read[said](t, socket.Await(t, "chat.message.new")); heard.Messages[0].SenderID != other.ID {
		t.Errorf("heard %+v", heard)
	}
	_, err := w.Chat.Whisper(t.Context(), chat.Line{SenderID: loud.ID, RecipientID: u.ID, Text: "x"})
	if !errors.Is(err, chat.ErrBlocked) {
		t.Errorf("a blocked whisper: %v", err)
	}
}

// TestConfig names wrong keys.
func TestConfig(t *testing.T) {
	if err := ws.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, spoil := range map[string]func(*ws.Config){
		"max_connections": func(c *ws.Config) { c.MaxConnections = 0 },
		"ping_interval":   func(c *ws.Config) { c.PingInterval = time.Hour },
		"write_timeout":   func(c *ws.Config) { c.WriteTimeout = 0 },
	} {
		config := ws.DefaultConfig()
		spoil(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := ws.New(ws.DefaultConfig(), ws.Deps{}); err == nil {
		t.Error("a handler without modules")
	}
}
