package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/osu/packets"
	lazer "github.com/pure-peace/peace/transport/lazer/client"
)

// talkFlood says too much, of the wrong kind, and where it must not.
func talkFlood(ctx context.Context, t *testing.T, r *rogue) {
	say := func(channel any, text string) (int, []byte) {
		body, err := json.Marshal(map[string]any{"message": text, "is_action": false, "uuid": "x"})
		if err != nil {
			t.Fatal(err)
		}
		return r.api("POST", fmt.Sprintf("/chat/channels/%v/messages", channel), string(body))
	}
	join := fmt.Sprintf("/chat/channels/%d/users/%d", r.good.channel.ID, r.id)
	if status, answer := r.api("DELETE", join, ""); status >= 300 {
		t.Errorf("leaving: %d %s", status, answer)
	}
	r.eavesdrop(ctx)
	for name, tc := range map[string]struct {
		channel any
		text    string
		want    int
	}{
		"a channel that he is not in": {r.good.channel.ID, "psst", http.StatusNotFound},
		"a channel that is not there": {1 << 40, "psst", http.StatusNotFound},
		"no channel":                  {"x", "psst", http.StatusNotFound},
	} {
		if status, answer := say(tc.channel, tc.text); status != tc.want {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	if status, answer := r.api("PUT", join, ""); status != http.StatusOK {
		t.Fatalf("joining: %d %s", status, answer)
	}
	for _, method := range []string{"PUT", "DELETE"} {
		if status, answer := r.api(method, fmt.Sprintf("/chat/channels/%d/users/%d", r.good.channel.ID, r.good.lena.Me().ID), ""); status != http.StatusForbidden {
			t.Errorf("for another: %s: %d %s", method, status, answer)
		}
	}
	if status, answer := r.api("PUT", fmt.Sprintf("/chat/channels/%d/users/%d", 1<<40, r.id), ""); status != http.StatusNotFound {
		t.Errorf("joining what is not there: %d %s", status, answer)
	}
	for name, text := range map[string]string{
		"nothing": "", "spaces": " \t\n ", "giant": strings.Repeat("A", 60_000), "too long": strings.Repeat("\U0001f600", 2001), "more than a form": strings.Repeat("B", 1<<20),
	} {
		if status, answer := say(r.good.channel.ID, text); status != http.StatusUnprocessableEntity && status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	for name, text := range map[string]string{"controls": "a\x00b\x01\x1b[31m\r\nc", "bidi": "\u202eabc\u2066", "markup": "<b>[x](javascript:1)", "a command": "!roll 99999999999999999999", "half a rune": "\xff\xfe"} {
		status, answer := say(r.good.channel.ID, text)
		if status >= 300 && status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	refused, silenced := 0, false
	for i := 0; i < 1000 && !silenced; i++ {
		switch status, answer := say(r.good.channel.ID, "flood "+strconv.Itoa(i)); status {
		case http.StatusTooManyRequests:
			refused++
		case http.StatusForbidden, http.StatusUnprocessableEntity:
			silenced = true
		case http.StatusOK:
		default:
			t.Fatalf("a flood is answered %d %s", status, answer)
		}
	}
	if refused == 0 || !silenced {
		t.Errorf("of a flood %d lines are refused, silenced %t", refused, silenced)
	}
	for _, body := range []string{
		fmt.Sprintf(`{"target_id":%d,"message":"x"}`, r.good.lena.Me().ID), fmt.Sprintf(`{"target_id":%d,"message":"x"}`, r.id), `{"target_id":-1,"message":"x"}`, `{"target_id":"\u0000","message":"x"}`, `{"message":"x"}`,
	} {
		if status, answer := r.api("POST", "/chat/new", body); status < 400 {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	expect(ctx, t, r.good.stan, func(m packets.Message) bool { return m.Sender == rogueName })
	if status, answer := r.api("DELETE", join, ""); status >= 300 {
		t.Errorf("leaving: %d %s", status, answer)
	}
}

// eavesdrop tries to be part of what two others say in private.
func (r *rogue) eavesdrop(ctx context.Context) {
	r.t.Helper()
	const secret = "just between us"
	said, thread, err := r.good.lena.Whisper(ctx, r.good.stan.ID(), secret)
	if err != nil {
		r.t.Fatal(err)
	}
	expect(ctx, r.t, r.good.stan, func(m packets.Message) bool { return m.Text == secret })
	for _, tc := range [][3]string{
		{"GET", "/chat/channels/%d", ""}, {"GET", "/chat/channels/%d/messages", ""}, {"POST", "/chat/channels/%d/messages", `{"message":"hello","is_action":false}`}, {"PUT", "/chat/channels/%d/mark-as-read/1", ""},
		{"PUT", "/chat/channels/%d/users/" + fmt.Sprint(r.id), ""}, {"PUT", "/chat/channels/%d/users/" + fmt.Sprint(r.good.stan.ID()), ""}, {"DELETE", "/chat/channels/%d/users/" + fmt.Sprint(r.good.stan.ID()), ""},
	} {
		path := fmt.Sprintf(tc[1], thread)
		if status, answer := r.api(tc[0], path, tc[2]); status != http.StatusNotFound && status != http.StatusForbidden {
			r.t.Errorf("%s %s: %d %s", tc[0], path, status, answer)
		}
	}
	report := fmt.Sprintf(`{"reportable_type":"message","reportable_id":%d,"reason":"Spam"}`, said.ID)
	if status, answer := r.api("POST", "/reports", report); status != http.StatusNotFound {
		r.t.Errorf("reporting what he cannot know: %d %s", status, answer)
	}
	for _, path := range []string{"/chat/updates?since=0&includes[]=messages&includes[]=presence", "/chat/presence", "/chat/channels", "/notifications"} {
		if status, answer := r.api("GET", path, ""); status != http.StatusOK || bytes.Contains(answer, []byte(secret)) {
			r.t.Errorf("%s: %d %s", path, status, answer)
		}
	}
	if list, err := r.good.lena.Messages(ctx, thread); err != nil || len(list) != 1 || list[0].Content != secret {
		r.t.Errorf("the conversation is %+v, %v", list, err)
	}
}

func commentFlood(ctx context.Context, t *testing.T, r *rogue) {
	set := fmt.Sprint(r.good.beatmap.BeatmapsetID)
	post := func(message, kind, id string) (int, []byte) {
		form := url.Values{"comment[message]": {message}, "comment[commentable_type]": {kind}, "comment[commentable_id]": {id}}
		return r.api("POST", "/comments", form.Encode(), "Content-Type", urlencoded)
	}
	for name, tc := range map[string][3]string{
		"nothing": {"", "beatmapset", set}, "giant": {strings.Repeat("A", 50_000), "beatmapset", set}, "no kind": {"x", "", set}, "a strange kind": {"x", "' OR 1=1", set},
		"a strange subject": {"x", "beatmapset", "99999999"}, "a subject that is none": {"x", "beatmapset", "x"}, "NUL": {"\x00", "beatmapset", set},
	} {
		if status, answer := post(tc[0], tc[1], tc[2]); status != http.StatusUnprocessableEntity && status != http.StatusNotFound {
			t.Errorf("%s: %d %.100s", name, status, answer)
		}
	}
	status, answer := post("<img src=x onerror=alert(1)> [x](javascript:alert(1)) "+strings.Repeat("> ", 300)+strings.Repeat("[", 300), "beatmapset", set)
	if status != http.StatusOK || bytes.Contains(answer, []byte("<img src=x")) && bytes.Contains(answer, []byte(`"message_html":"<img`)) || bytes.Contains(answer, []byte(`href=\"javascript`)) {
		t.Errorf("markup: %d %s", status, answer)
	}
	var posted lazer.Comments
	if err := r.good.lena.Send(ctx, http.MethodPost, "comments", map[string]string{
		"comment[message]": "a good song", "comment[commentable_type]": "beatmapset", "comment[commentable_id]": set,
	}, &posted); err != nil || len(posted.Comments) != 1 {
		t.Fatalf("Lena's comment: %+v, %v", posted, err)
	}
	other := fmt.Sprintf("/comments/%d", posted.Comments[0].ID)
	for _, tc := range [][2]string{{"PUT", other}, {"PATCH", other}, {"DELETE", other}, {"POST", other + "/restore"}, {"POST", other + "/pin"}, {"DELETE", other + "/pin"}} {
		if status, answer := r.api(tc[0], tc[1], `{"comment":{"message":"a bad song"}}`); status != http.StatusForbidden && status != http.StatusUnprocessableEntity && status != http.StatusNotFound {
			t.Errorf("another's comment: %s %s: %d %s", tc[0], tc[1], status, answer)
		}
	}
	var shown lazer.Comments
	if err := r.good.lena.Get(ctx, fmt.Sprintf("comments/%d", posted.Comments[0].ID), nil, &shown); err != nil || len(shown.Comments) != 1 ||
		shown.Comments[0].Message == nil || *shown.Comments[0].Message != "a good song" || shown.Comments[0].DeletedAt != nil {
		t.Errorf("Lena's comment has become %+v, %v", shown.Comments, err)
	}
	slow := 0
	for i := range 40 {
		if status, _ := post("spam "+strconv.Itoa(i), "beatmapset", set); status == http.StatusTooManyRequests {
			slow++
		}
	}
	if slow < 20 {
		t.Errorf("%d of 40 comments are too many", slow)
	}
	report := func(form url.Values) (int, []byte) {
		return r.api("POST", "/reports", form.Encode(), "Content-Type", urlencoded)
	}
	for _, form := range []url.Values{
		{}, {"reportable_type": {"user"}}, {"reportable_type": {"user"}, "reportable_id": {"-1"}}, {"reportable_type": {"user"}, "reportable_id": {"99999999999"}, "reason": {"Cheating"}}, {"reportable_type": {"' OR 1=1"}, "reportable_id": {"1"}},
		{"reportable_type": {"user"}, "reportable_id": {fmt.Sprint(r.id)}, "reason": {"Cheating"}}, {"reportable_type": {"user"}, "reportable_id": {fmt.Sprint(r.good.stan.ID())}, "reason": {strings.Repeat("r", 5000)}},
		{"reportable_type": {"user"}, "reportable_id": {fmt.Sprint(r.good.stan.ID())}, "reason": {"Cheating"}, "comments": {strings.Repeat("c", 50_000)}},
		{"reportable_type": {"message"}, "reportable_id": {"1"}, "reason": {"Spam"}},
	} {
		if status, answer := report(form); status < 400 {
			t.Errorf("the report %.100v: %d %s", form, status, answer)
		}
	}
	for range 60 { // what somebody says again takes the place of what he said
		report(url.Values{"reportable_type": {"user"}, "reportable_id": {fmt.Sprint(r.good.stan.ID())}, "reason": {"Cheating"}, "comments": {"he\x01\u202e is"}})
	}
	moderation, err := app.Tool(r.tools, app.Moderation)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := moderation.Complaints(ctx, r.good.stan.ID(), 0, 100); err != nil || len(list) != 1 {
		t.Errorf("the staff reads %+v, %v", list, err)
	}
}

const feedURL = "http://osu.localhost/home/notifications/feed"

func brokenSockets(ctx context.Context, t *testing.T, r *rogue) {
	for _, say := range []string{
		"", "{", "null", "[]", `{"event":1}`, `{"event":"nothing"}`, `{"event":"chat.start","data":` + strings.Repeat("[", 1000) + "}", "\xff\xfe", strings.Repeat("{\"event\":", 300),
	} {
		for _, kind := range []websocket.MessageType{websocket.MessageText, websocket.MessageBinary} {
			conn := r.socket(ctx, t, feedURL, r.access)
			if err := conn.Write(ctx, kind, []byte(say)); err != nil {
				t.Fatal(err)
			}
			if _, data, err := conn.Read(ctx); err != nil || !bytes.Contains(data, []byte("connection.ready")) {
				t.Errorf("%q: %q, %v", say, data, err)
			}
			alive := conn.CloseRead(ctx)
			if err := conn.Ping(ctx); err != nil || alive.Err() != nil {
				t.Errorf("%.40q ended the socket: %v", say, err)
			}
			_ = conn.CloseNow()
		}
	}
	huge := r.socket(ctx, t, feedURL, r.access)
	_ = huge.Write(ctx, websocket.MessageText, bytes.Repeat([]byte("x"), 1<<20))
	_, _ = ending(ctx, t, huge)

	noisy := r.socket(ctx, t, feedURL, r.access)
	go func() {
		for range 10_000 {
			if noisy.Write(ctx, websocket.MessageText, []byte(`{"event":"chat.start"}`)) != nil {
				return
			}
		}
	}()
	if _, status := ending(ctx, t, noisy); status != websocket.StatusPolicyViolation {
		t.Errorf("a socket that says too much ends with %d", status)
	}

	// As many as there can be: the oldest go, and those that are too many at once.
	var held []*websocket.Conn
	for range 200 {
		held = append(held, r.socket(ctx, t, feedURL, r.access))
	}
	r.good.unharmed(ctx, t)
	await(ctx, t, "one player has but some of the sockets", func() bool {
		n := r.count("peace_feed_connections", "") - r.count("peace_feed_connections_ended", "")
		return n > 1 && n <= 1+16 // and Lena hers
	})
	for _, conn := range held {
		_ = conn.CloseNow()
	}
}
