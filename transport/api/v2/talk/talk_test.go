package talk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/notifications"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/api/v2/talk"
	"github.com/pure-peace/peace/transport/api/v2/talk/talktest"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
	"github.com/pure-peace/peace/transport/lazer/client/newtonsoft"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// get reads an answer as lazer does.
func get[T any](t *testing.T, w *talktest.World, token, path string) T {
	t.Helper()
	return send[T](t, w, token, http.MethodGet, path, nil)
}

func send[T any](t *testing.T, w *talktest.World, token, method, path string, fields map[string]string) T {
	t.Helper()
	var raw json.RawMessage
	w.Expect(t, http.StatusOK, token, method, path, fields, &raw)
	var into T
	if err := newtonsoft.Read(raw, &into); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, raw)
	}
	return into
}

// refused expects a status with a text that a client can show.
func refused(t *testing.T, w *talktest.World, status int, token, method, path string, fields map[string]string) {
	t.Helper()
	var answer struct{ Error string }
	w.Expect(t, status, token, method, path, fields, &answer)
	if answer.Error == "" {
		t.Errorf("%s %s: refused without a word", method, path)
	}
}

func channel(t *testing.T, list []lazer.Channel, name string) lazer.Channel {
	t.Helper()
	i := slices.IndexFunc(list, func(c lazer.Channel) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no %s in %+v", name, list)
	}
	return list[i]
}

func path(format string, args ...any) string { return "/chat/" + fmt.Sprintf(format, args...) }

// TestStart does what lazer does when it starts: updates, the list, the default channels by name (trap 26), their messages, an ack.
func TestStart(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	token := w.Tokens.Issue(u.ID)
	if news := get[lazer.Updates](t, w, token, "/chat/updates?since=0&includes[]=presence"); len(news.Presence) != 0 || news.Messages != nil {
		t.Errorf("updates %+v", news)
	}
	all := get[[]lazer.Channel](t, w, token, "/chat/channels")
	for _, name := range []string{"#osu", "#lazer", "#lobby"} {
		c := channel(t, all, name)
		if c.Type != "PUBLIC" || c.LengthLimit == nil || *c.LengthLimit != 2000 || c.Description == nil || *c.Description == "" {
			t.Errorf("%s is %+v", name, c)
		}
		joined := send[lazer.Channel](t, w, token, http.MethodPut, path("channels/%d/users/%d", c.ID, u.ID), nil)
		if joined.ID != c.ID || len(joined.Users) != 0 || joined.LastMessageID != nil {
			t.Errorf("joined %+v", joined)
		}
		if said := get[[]lazer.Message](t, w, token, path("channels/%d/messages", c.ID)); said == nil || len(said) != 0 {
			t.Errorf("messages %+v", said)
		}
	}
	if ack := send[lazer.Acknowledged](t, w, token, http.MethodPost, "/chat/ack", nil); len(ack.Silences) != 0 {
		t.Errorf("ack %+v", ack)
	}
	news := get[lazer.Updates](t, w, token, "/chat/updates?since=0&includes[]=presence")
	if len(news.Presence) != 3 {
		t.Errorf("presence %+v", news.Presence)
	}
	if presence := get[[]lazer.Channel](t, w, token, "/chat/presence"); len(presence) != 3 {
		t.Errorf("presence %+v", presence)
	}
	for _, name := range []string{"#staff", "#supporter"} {
		if slices.ContainsFunc(all, func(c lazer.Channel) bool { return c.Name == name }) {
			t.Errorf("%s is shown to everybody", name)
		}
	}
}

// TestShape compares whole answers: keys, their order, and what is null.
func TestShape(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	a, b := w.Register(t, "ann"), w.Register(t, "bob")
	token := w.Tokens.Issue(a.ID)
	c, err := w.Chat.Find(t.Context(), "#osu")
	if err != nil {
		t.Fatal(err)
	}
	var raw json.RawMessage
	w.Expect(t, http.StatusOK, token, http.MethodPut, path("channels/%d/users/%d", c.ID, a.ID), nil, &raw)
	wanted := fmt.Sprintf(`{"channel_id":%d,"description":"General discussion.","icon":null,"message_length_limit":2000,"moderated":false,`+
		`"name":"#osu","type":"PUBLIC","uuid":null,"current_user_attributes":{"can_list_users":false,"can_message":true,`+
		`"can_message_error":null,"last_read_id":null},"last_message_id":null,"last_read_id":null,"users":[]}`, c.ID)
	if diff := cmp.Diff(wanted, strings.TrimSpace(string(raw))); diff != "" {
		t.Errorf("channel (-want +got):\n%s", diff)
	}
	w.Expect(t, http.StatusOK, token, http.MethodPost, "/chat/channels", map[string]string{"type": "PM", "target_id": strconv.Itoa(int(b.ID))}, &raw)
	if !strings.HasPrefix(string(raw), `{"channel_id":null,"description":"","icon":"https://a.peace.test/`) || !strings.HasSuffix(strings.TrimSpace(string(raw)), `,"recent_messages":[]}`) {
		t.Errorf("a conversation that is none yet: %s", raw)
	}
	w.Expect(t, http.StatusOK, token, http.MethodPost, "/chat/new", map[string]string{
		"target_id": strconv.Itoa(int(b.ID)), "message": "héllo 🎵", "is_action": "true", "uuid": "0-1-2",
	}, &raw)
	var answer struct {
		Channel json.RawMessage
		Message json.RawMessage
		New     int64 `json:"new_channel_id"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	m, err := w.Chat.Messages(t.Context(), a.ID, answer.New, chat.Part{Limit: 1})
	if err != nil || len(m) != 1 {
		t.Fatal(m, err)
	}
	begin := fmt.Sprintf(`{"channel_id":%d,"content":"héllo 🎵","is_action":true,"message_id":%d,"sender_id":%d,"timestamp":"%s","type":"action","uuid":"0-1-2","sender":{"avatar_url":`,
		answer.New, m[0].ID, a.ID, m[0].SentAt.Format("2006-01-02T15:04:05+00:00"))
	if !strings.HasPrefix(string(answer.Message), begin) {
		t.Errorf("message %s, want %s", answer.Message, begin)
	}
	end := fmt.Sprintf(`"last_message_id":%d,"last_read_id":%d,"users":[%d,%d]}`, m[0].ID, m[0].ID, a.ID, b.ID)
	if !strings.HasSuffix(string(answer.Channel), end) {
		t.Errorf("channel %s, want %s", answer.Channel, end)
	}
}

// TestConversation goes through a conversation as lazer's chat tabs do.
func TestConversation(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	a, b, third := w.Register(t, "ann"), w.Register(t, "bob"), w.Register(t, "carl")
	forA, forB, forThird := w.Tokens.Issue(a.ID), w.Tokens.Issue(b.ID), w.Tokens.Issue(third.ID)
	open := func(token string, target int32) struct {
		ID     *int64          `json:"channel_id"`
		Recent []lazer.Message `json:"recent_messages" client:"required,notnull"`
	} {
		t.Helper()
		return send[struct {
			ID     *int64          `json:"channel_id"`
			Recent []lazer.Message `json:"recent_messages" client:"required,notnull"`
		}](t, w, token, http.MethodPost, "/chat/channels", map[string]string{"type": "PM", "target_id": strconv.Itoa(int(target))})
	}
	if none := open(forA, b.ID); none.ID != nil || len(none.Recent) != 0 {
		t.Errorf("before anything was said: %+v", none)
	}
	begun := send[struct {
		ID      int64         `json:"new_channel_id" client:"required"`
		Message lazer.Message `json:"message" client:"required"`
	}](t, w, forA, http.MethodPost, "/chat/new", map[string]string{
		"target_id": strconv.Itoa(int(b.ID)), "message": "hi", "is_action": "false", "uuid": "u",
	})
	if begun.ID == 0 || begun.Message.ChannelID != begun.ID || begun.Message.UUID == nil || *begun.Message.UUID != "u" {
		t.Errorf("begun %+v", begun)
	}
	if again := open(forB, a.ID); again.ID == nil || *again.ID != begun.ID || len(again.Recent) != 1 || again.Recent[0].Sender.Username != "ann" {
		t.Errorf("from the other side: %+v", again)
	}
	shown := get[struct {
		Channel lazer.Channel `json:"channel" client:"required"`
		Users   []lazer.User  `json:"users" client:"required,notnull"`
	}](t, w, forB, path("channels/%d", begun.ID))
	if shown.Channel.Type != "PM" || shown.Channel.Name != "ann" || !slices.Equal(shown.Channel.Users, []int32{a.ID, b.ID}) || len(shown.Users) != 2 {
		t.Errorf("shown %+v", shown)
	}
	// Both are told apart in what one has read.
	if c := get[[]lazer.Channel](t, w, forB, "/chat/presence"); len(c) != 1 || c[0].LastReadID != nil || *c[0].LastMessageID != *begun.Message.ID {
		t.Errorf("presence %+v", c)
	}
	w.Expect(t, http.StatusNoContent, forB, http.MethodPut, path("channels/%d/mark-as-read/%d", begun.ID, *begun.Message.ID), nil, nil)
	if c := get[[]lazer.Channel](t, w, forB, "/chat/presence"); c[0].LastReadID == nil || *c[0].LastReadID != *begun.Message.ID {
		t.Errorf("presence %+v", c)
	}
	w.Expect(t, http.StatusNoContent, forB, http.MethodDelete, path("channels/%d/users/%d", begun.ID, b.ID), nil, nil)
	if c := get[[]lazer.Channel](t, w, forB, "/chat/presence"); len(c) != 0 {
		t.Errorf("a closed tab is still there: %+v", c)
	}

	refused(t, w, http.StatusNotFound, forThird, http.MethodGet, path("channels/%d", begun.ID), nil)
	refused(t, w, http.StatusNotFound, forThird, http.MethodGet, path("channels/%d/messages", begun.ID), nil)
	refused(t, w, http.StatusNotFound, forThird, http.MethodPost, path("channels/%d/messages", begun.ID), map[string]string{"message": "x"})
	refused(t, w, http.StatusNotFound, forThird, http.MethodPut, path("channels/%d/users/%d", begun.ID, third.ID), nil)
	refused(t, w, http.StatusNotFound, forThird, http.MethodPut, path("channels/%d/mark-as-read/1", begun.ID), nil)
	for _, fields := range []map[string]string{
		{"type": "PM"}, {"type": "PM", "target_id": "x"}, {"type": "PM", "target_id": "-1"}, {"type": "PM", "target_id": "999999"},
		{"type": "PM", "target_id": strconv.Itoa(int(a.ID))}, {"type": "ANNOUNCE"}, {},
	} {
		refused(t, w, http.StatusUnprocessableEntity, forA, http.MethodPost, "/chat/channels", fields)
	}
	for _, target := range []string{"", "x", "999999", strconv.Itoa(int(a.ID)), "99999999999999"} {
		refused(t, w, http.StatusUnprocessableEntity, forA, http.MethodPost, "/chat/new", map[string]string{"target_id": target, "message": "x"})
	}
	if err := w.Relations.Add(t.Context(), b.ID, a.ID, relations.Block); err != nil {
		t.Fatal(err)
	}
	refused(t, w, http.StatusUnprocessableEntity, forA, http.MethodPost, path("channels/%d/messages", begun.ID), map[string]string{"message": "x"})
	refused(t, w, http.StatusUnprocessableEntity, forA, http.MethodPost, "/chat/channels", map[string]string{"type": "PM", "target_id": strconv.Itoa(int(b.ID))})
}

func TestMessages(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, gone := w.Register(t, "somebody"), w.Register(t, "gone")
	token := w.Tokens.Issue(u.ID)
	c, err := w.Chat.Find(t.Context(), "#osu")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, w, http.StatusNotFound, token, http.MethodGet, path("channels/%d/messages", c.ID), nil) // not in it
	refused(t, w, http.StatusForbidden, token, http.MethodPut, path("channels/%d/users/%d", c.ID, gone.ID), nil)
	refused(t, w, http.StatusForbidden, token, http.MethodDelete, path("channels/%d/users/%d", c.ID, gone.ID), nil)
	w.Expect(t, http.StatusOK, token, http.MethodPut, path("channels/%d/users/%d", c.ID, u.ID), nil, nil)
	var ids []int64
	for i := range 6 {
		sender := []int32{u.ID, users.BotID, gone.ID}[i%3]
		m, err := w.Chat.Say(t.Context(), chat.Line{SenderID: sender, Target: "#osu", Text: strconv.Itoa(i), Automatic: true})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	if _, err := w.Users.Restrict(t.Context(), gone.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	numbers := func(list []lazer.Message) []int64 {
		var all []int64
		for _, m := range list {
			all = append(all, *m.ID)
			if m.Sender == nil || m.Sender.ID != m.SenderID || m.Sender.Username == "" {
				t.Errorf("the sender of %+v is %+v", m, m.Sender)
			}
		}
		return all
	}
	for query, wanted := range map[string][]int64{
		"":         ids,
		"?limit=2": ids[4:],
		"?limit=2&until=" + strconv.Itoa(int(ids[4])): ids[2:4],
		"?limit=2&since=" + strconv.Itoa(int(ids[1])): ids[2:4],
		"?since=" + strconv.Itoa(int(ids[5])):         nil,
		"?limit=5000":                                 ids,
		"?limit=-1":                                   ids[5:],
		"?since=-5":                                   ids,
	} {
		if diff := cmp.Diff(wanted, numbers(get[[]lazer.Message](t, w, token, path("channels/%d/messages%s", c.ID, query)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	object := get[struct {
		Messages []lazer.Message `json:"messages" client:"required,notnull"`
		Users    []lazer.User    `json:"users" client:"required,notnull"`
	}](t, w, token, path("channels/%d/messages?return_object=1", c.ID))
	var senders []int32
	for _, sender := range object.Users {
		senders = append(senders, sender.ID)
	}
	if !slices.Equal(senders, []int32{u.ID, users.BotID, gone.ID}) || len(object.Messages) != 6 || object.Messages[0].Sender != nil {
		t.Errorf("users %v of %+v", senders, object.Messages)
	}
	for _, query := range []string{"since=x", "limit=x", "until=99999999999999999999"} {
		refused(t, w, http.StatusUnprocessableEntity, token, http.MethodGet, path("channels/%d/messages?%s", c.ID, query), nil)
	}
	for _, bad := range []string{"0", "-1", "x", "99999999999999999999"} {
		refused(t, w, http.StatusNotFound, token, http.MethodGet, path("channels/%s", bad), nil)
	}

	// Updates are what was said anywhere after an id.
	news := get[lazer.Updates](t, w, token, "/chat/updates?since="+strconv.Itoa(int(ids[3])))
	if diff := cmp.Diff(ids[4:], numbers(news.Messages)); diff != "" || len(news.Presence) != 1 {
		t.Errorf("updates %+v (-want +got):\n%s", news, diff)
	}
	news = get[lazer.Updates](t, w, token, fmt.Sprintf("/chat/updates?since=%d&channel=%d", ids[4], c.ID))
	if diff := cmp.Diff(ids[5:], numbers(news.Messages)); diff != "" {
		t.Errorf("updates of a channel (-want +got):\n%s", diff)
	}
	refused(t, w, http.StatusUnprocessableEntity, token, http.MethodGet, "/chat/updates", nil)
	refused(t, w, http.StatusUnprocessableEntity, token, http.MethodGet, "/chat/updates?since=x", nil)
}

func TestPost(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, silenced := w.Register(t, "somebody"), w.Register(t, "silenced")
	token, mute := w.Tokens.Issue(u.ID), w.Tokens.Issue(silenced.ID)
	c, err := w.Chat.Find(t.Context(), "#osu")
	if err != nil {
		t.Fatal(err)
	}
	announce, err := w.Chat.Find(t.Context(), "#announce")
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range []users.User{u, silenced} {
		for _, id := range []int64{c.ID, announce.ID} {
			w.Expect(t, http.StatusOK, w.Tokens.Issue(member.ID), http.MethodPut, path("channels/%d/users/%d", id, member.ID), nil, nil)
		}
	}
	if _, err := w.Users.Silence(t.Context(), silenced.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	post := path("channels/%d/messages", c.ID)
	for name, test := range map[string]struct {
		status int
		token  string
		path   string
		text   string
	}{
		"blank":     {http.StatusUnprocessableEntity, token, post, " \n\t "},
		"nothing":   {http.StatusUnprocessableEntity, token, post, ""},
		"too long":  {http.StatusUnprocessableEntity, token, post, strings.Repeat("平", 2001)},
		"silenced":  {http.StatusUnprocessableEntity, mute, post, "x"},
		"read only": {http.StatusUnprocessableEntity, token, path("channels/%d/messages", announce.ID), "x"},
		"nowhere":   {http.StatusNotFound, token, path("channels/%d/messages", 1<<40), "x"},
		"huge":      {http.StatusRequestEntityTooLarge, token, post, strings.Repeat("x", 100_000)},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, w, test.status, test.token, http.MethodPost, test.path, map[string]string{"message": test.text, "is_action": "false"})
		})
	}
	if said := send[lazer.Message](t, w, token, http.MethodPost, post, map[string]string{"message": strings.Repeat("平", 2000)}); len(said.Content) != 6000 {
		t.Errorf("%d bytes arrived", len(said.Content))
	}
	for range 100 {
		if status, body := w.Do(t, token, http.MethodPost, post, map[string]string{"message": "x"}); status != http.StatusOK {
			if status != http.StatusTooManyRequests || !strings.Contains(string(body), `{"error":"`) {
				t.Errorf("flood: %d %s", status, body)
			}
			return
		}
	}
	t.Error("nothing is too fast")
}

func TestSilences(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, loud := w.Register(t, "somebody"), w.Register(t, "loud")
	token := w.Tokens.Issue(u.ID)
	m, err := w.Chat.Say(t.Context(), chat.Line{SenderID: users.BotID, Target: "#osu", Text: "x", Automatic: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Users.Silence(t.Context(), loud.ID, users.BotID, "test", time.Hour); err != nil {
		t.Fatal(err)
	}
	since := map[string]string{"since": strconv.Itoa(int(m.ID))}
	var found []lazer.Silence
	for deadline := time.Now().Add(20 * time.Second); len(found) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody is told")
		}
		found = send[lazer.Acknowledged](t, w, token, http.MethodPost, "/chat/ack", since).Silences
	}
	if found[0].UserID != loud.ID {
		t.Errorf("silences %+v", found)
	}
	since["history_since"] = strconv.Itoa(int(found[0].ID)) // takes precedence
	if again := send[lazer.Acknowledged](t, w, token, http.MethodPost, "/chat/ack", since); len(again.Silences) != 0 {
		t.Errorf("again %+v", again)
	}
	news := get[lazer.Acknowledged](t, w, token, "/chat/updates?includes[]=silences&since="+strconv.Itoa(int(m.ID)))
	if len(news.Silences) != 1 {
		t.Errorf("updates %+v", news)
	}
	refused(t, w, http.StatusUnprocessableEntity, token, http.MethodPost, "/chat/ack", map[string]string{"since": "x"})
}

// TestTemporary says that a room's channel is entered by its room and not by whoever knows its number.
func TestTemporary(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u, other := w.Register(t, "somebody"), w.Register(t, "other")
	room, err := w.Chat.Open(t.Context(), chat.Channel{Name: "#multi_1", Temporary: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Chat.Enter(t.Context(), u.ID, room.ID); err != nil {
		t.Fatal(err)
	}
	refused(t, w, http.StatusNotFound, w.Tokens.Issue(other.ID), http.MethodPut, path("channels/%d/users/%d", room.ID, other.ID), nil)
	if c := send[lazer.Channel](t, w, w.Tokens.Issue(u.ID), http.MethodPut, path("channels/%d/users/%d", room.ID, u.ID), nil); c.Type != "MULTIPLAYER" {
		t.Errorf("a room is %+v", c)
	}
	for _, c := range get[[]lazer.Channel](t, w, w.Tokens.Issue(other.ID), "/chat/channels") {
		if c.ID == room.ID {
			t.Error("a room is listed")
		}
	}
}

// TestTrap21 says that the address of the socket is absolute, and as secure as the request.
func TestTrap21(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	token := w.Tokens.Issue(w.Register(t, "somebody").ID)
	answer := get[lazer.Notifications](t, w, token, "/notifications")
	if answer.Endpoint != "ws://"+w.Address+talk.FeedPath {
		t.Errorf("endpoint %q", answer.Endpoint)
	}
	for text, ok := range map[string]bool{
		"": true, "wss://notify.example.com/feed": true, "ws://a": true, "https://a": false, "/home/notifications/feed": false, "wss://": false, ":": false,
	} {
		if err := (talk.Config{NotificationEndpoint: text}).Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNotifications(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	token := w.Tokens.Issue(u.ID)
	for i := range 53 {
		n := notifications.Notification{Name: notifications.Medal, Key: strconv.Itoa(i), ObjectType: "user", ObjectID: int64(u.ID)}
		if i == 52 {
			n.Name, n.ObjectType, n.ObjectID = "channel_announcement", "channel", 7
		}
		if err := w.Notifications.Notify(t.Context(), []int32{u.ID}, n); err != nil {
			t.Fatal(err)
		}
	}
	type page struct {
		lazer.Notifications
		Count int32 `json:"unread_count" client:"required"`
	}
	var first, second page
	w.Get(t, token, "/notifications", &first)
	if len(first.Unread) != 50 || !first.HasMore || first.Count != 53 {
		t.Errorf("%d notifications, more %v, %d unread", len(first.Unread), first.HasMore, first.Count)
	}
	w.Get(t, token, "/notifications?cursor[id]="+fmt.Sprint(first.Unread[49].ID), &second)
	if len(second.Unread) != 3 || second.HasMore {
		t.Errorf("then %d, more %v", len(second.Unread), second.HasMore)
	}
	var from page
	w.Get(t, token, "/notifications?max_id="+fmt.Sprint(first.Unread[49].ID), &from)
	if len(from.Unread) != 4 {
		t.Errorf("from an id %d", len(from.Unread))
	}
	var raw json.RawMessage
	w.Get(t, token, "/notifications", &raw)
	if err := newtonsoft.Read(raw, new(lazer.Notifications)); err != nil {
		t.Error(err)
	}
	left := func(wanted int32) {
		t.Helper()
		var p page
		if w.Get(t, token, "/notifications?unread=1", &p); p.Count != wanted {
			t.Errorf("%d are unread, want %d", p.Count, wanted)
		}
	}
	mark := func(fields map[string]string) {
		t.Helper()
		w.Expect(t, http.StatusNoContent, token, http.MethodPost, "/notifications/mark-read", fields, nil)
	}
	mark(map[string]string{"notifications[0][id]": fmt.Sprint(first.Unread[1].ID), "notifications[1][id]": "x", "other": "1"})
	left(52)
	for _, nothing := range []map[string]string{nil, {}, {"identities[0][foo]": "1"}, {"identities": "1"}, {"identities[0][object_id]": "x"}} {
		mark(nothing)
	}
	left(52)
	mark(map[string]string{"identities[0][object_type]": "channel", "identities[0][object_id]": "7", "identities[0][category]": "announcement"})
	left(51)
	mark(map[string]string{"identities[0][category]": "user_achievement_unlock"})
	left(0)
}

// TestScopes says which tokens may do what.
func TestScopes(t *testing.T) {
	w := talktest.New(t, talktest.Options{})
	u := w.Register(t, "somebody")
	for _, test := range []struct {
		scope, method, path string
		status              int
	}{
		{"chat.read", http.MethodGet, "/chat/channels", http.StatusOK},
		{"public", http.MethodGet, "/chat/channels", http.StatusForbidden},
		{"chat.read", http.MethodPost, "/chat/new", http.StatusForbidden},
		{"chat.write", http.MethodPost, "/chat/new", http.StatusUnprocessableEntity},
		{"chat.write", http.MethodPost, "/chat/channels", http.StatusForbidden},
		{"chat.write_manage", http.MethodPost, "/chat/channels", http.StatusUnprocessableEntity},
		{"chat.read", http.MethodGet, "/notifications", http.StatusForbidden},
	} {
		if status, body := w.Do(t, w.Tokens.Issue(u.ID, talktest.With(test.scope)), test.method, test.path, nil); status != test.status {
			t.Errorf("%s %s with %s: %d %s", test.method, test.path, test.scope, status, body)
		}
	}
	// Lazer asks for the address while it waits for the second factor.
	if status, _ := w.Do(t, w.Tokens.Issue(u.ID, talktest.Unverified), http.MethodGet, "/notifications", nil); status != http.StatusOK {
		t.Errorf("unverified: %d", status)
	}
}
