package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// endpoints are those of API v2 by what opens them: a token for the scope, for the game (*), any token, or none. # is an id.
const endpoints = `
public GET /beatmaps
public GET /beatmaps/lookup
public GET /beatmaps/#
public POST /beatmaps/#/attributes
* PUT /beatmaps/#/tags/#
* DELETE /beatmaps/#/tags/#
public GET /tags
public GET /beatmapsets/search
public GET /beatmapsets/lookup
public GET /beatmapsets/#
* GET /beatmapsets/#/download
* POST /beatmapsets/#/favourites
public GET /users/#/beatmapsets/ranked
public GET /users/#/beatmaps-passed
public GET /beatmaps/#/scores
public GET /beatmaps/#/solo-scores
public GET /beatmaps/#/scores/users/#
public GET /beatmaps/#/scores/users/#/all
* POST /beatmaps/#/solo/scores
* PUT /beatmaps/#/solo/scores/#
public GET /users/#/scores/best
public GET /scores
public GET /scores/#
public GET /scores/#/download
public GET /scores/osu/#
public GET /scores/osu/#/download
none GET /news
none GET /news/#
none GET /changelog
none GET /changelog/#
none GET /changelog/x/#
none GET /wiki/en/x
none GET /seasonal-backgrounds
none GET /comments
* POST /comments
none GET /comments/#
* PUT /comments/#
* PATCH /comments/#
* DELETE /comments/#
* POST /comments/#/restore
* POST /comments/#/pin
* DELETE /comments/#/pin
* POST /comments/#/vote
* DELETE /comments/#/vote
public GET /users/#/recent_activity
public GET /users/#/kudosu
public GET /rankings/kudosu
public GET /events
* POST /reports
chat.read GET /chat/updates
chat.read GET /chat/presence
chat.read POST /chat/ack
chat.write POST /chat/new
chat.read GET /chat/channels
chat.write_manage POST /chat/channels
chat.read GET /chat/channels/#
chat.write_manage PUT /chat/channels/#/users/#
chat.write_manage DELETE /chat/channels/#/users/#
chat.read GET /chat/channels/#/messages
chat.write POST /chat/channels/#/messages
chat.read PUT /chat/channels/#/mark-as-read/#
* GET /notifications
* POST /notifications/mark-read
identify GET /me
identify GET /me/osu
identify GET /me/beatmapset-favourites
public GET /users
public GET /users/lookup
public GET /users/#
public GET /users/#/osu
public GET /search
friends.read GET /friends
* POST /friends
* DELETE /friends/#
* GET /blocks
* POST /blocks
* DELETE /blocks/#
public GET /rankings/osu/performance
public GET /rankings/osu/country
public GET /spotlights
* POST /session/verify
* POST /session/verify/reissue
* POST /session/verify/mail-fallback
any DELETE /oauth/tokens/current`

// visit calls f with each endpoint.
func visit(f func(scope, method, path string)) {
	for line := range strings.Lines(endpoints[1:]) {
		scope, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		method, path, _ := strings.Cut(rest, " ")
		f(scope, method, path)
	}
}

func at(path, id string) string { return strings.ReplaceAll(path, "#", id) }

// real returns a path with ids of what is there.
func (r *rogue) real(path string) string {
	parts := strings.Split(path, "/")
	ids := map[string]any{
		"beatmaps": r.good.beatmap.ID, "beatmapsets": r.good.beatmap.BeatmapsetID, "users": r.good.stan.ID(), "channels": r.good.channel.ID, "friends": r.good.stan.ID(), "blocks": r.good.stan.ID(),
	}
	for i, part := range parts {
		if part == "#" {
			parts[i] = "1"
			if id, ok := ids[parts[i-1]]; ok {
				parts[i] = fmt.Sprint(id)
			}
		}
	}
	return strings.Join(parts, "/")
}

func wrongTokens(ctx context.Context, t *testing.T, r *rogue) {
	visit(func(scope, method, path string) {
		path = at(path, "1")
		for _, token := range r.others {
			if status, answer := r.api(method, path, "", "Authorization", "Bearer "+token); status != http.StatusUnauthorized || !bytes.Contains(answer, []byte(`"authentication":"basic"`)) {
				t.Errorf("%s %s with %.20q: %d %.100s", method, path, token, status, answer)
			}
		}
		for _, header := range []string{"", "Bearer", "Bearer ", "Basic " + r.access, r.access, "bearer,", strings.Repeat("Bearer ", 1000)} {
			status, answer := r.api(method, path, "", "Authorization", header)
			if refused := status == http.StatusUnauthorized && bytes.Contains(answer, []byte(`"authentication":"basic"`)); refused == (scope == "none") {
				if header != "" && strings.HasPrefix(header, "Bearer Bearer") && status == http.StatusUnauthorized {
					continue // a token of spaces is one
				}
				t.Errorf("%s %s with %.20q: %d %.100s", method, path, header, status, answer)
			}
		}
		if scope != "none" {
			if status, _ := r.api(method, path+"?access_token="+r.access, "", "Authorization", ""); status != http.StatusUnauthorized {
				t.Errorf("%s %s takes a token from the address: %d", method, path, status)
			}
		}
	})
	for _, token := range r.others {
		for _, hub := range hubNames {
			if status, body := r.negotiate(hub, token); status != http.StatusUnauthorized {
				t.Errorf("%s with %.20q: %d %s", hub, token, status, body)
			}
			if _, err := r.dial(ctx, hub, token, true); err == nil || !strings.Contains(err.Error(), "401") {
				t.Errorf("%s without a negotiation, with %.20q: %v", hub, token, err)
			}
		}
		said, status := ending(ctx, t, r.socket(ctx, t, feedURL, token))
		if string(said) != `{"error":"authentication failed"}` || status != websocket.StatusPolicyViolation {
			t.Errorf("the notification socket with %.20q: %q, %d", token, said, status)
		}
		for _, path := range []string{"/home/account", "/home/account/applications", "/oauth/authorize"} {
			if status, _ := r.send("GET", "osu", path, "", "Cookie", "__Host-peace="+token); status != http.StatusSeeOther {
				t.Errorf("%s with the cookie %.20q: %d", path, token, status)
			}
		}
	}
	// What ends takes with it what it opened.
	r.renew()
	conn := r.enter(ctx, t, "metadata")
	socket := r.socket(ctx, t, feedURL, r.access)
	if _, _, err := socket.Read(ctx); err != nil {
		t.Fatal(err)
	}
	if status, answer := r.api("DELETE", "/oauth/tokens/current", ""); status != http.StatusNoContent {
		t.Fatalf("revoking: %d %s", status, answer)
	}
	<-conn.Done()
	if said, _ := ending(ctx, t, socket); !bytes.Contains(said, []byte(`"logout"`)) {
		t.Errorf("the socket of a revoked token said %q", said)
	}
	if status, _ := r.api("GET", "/me", ""); status != http.StatusUnauthorized {
		t.Errorf("a revoked token opens /me: %d", status)
	}
	r.renew()
}

func otherTokens(ctx context.Context, t *testing.T, r *rogue) {
	opens := map[string]map[string]bool{
		r.program: {"none": true, "any": true, "public": true},
		r.partial: {"none": true, "any": true, "identify": true, "friends.read": true},
	}
	for token, scopes := range opens {
		visit(func(scope, method, path string) {
			if path == "/oauth/tokens/current" {
				return
			}
			status, answer := r.api(method, at(path, "1"), "", "Authorization", "Bearer "+token)
			if scopes[scope] == (status == http.StatusForbidden) {
				t.Errorf("%s %s, which is for %s: %d %.100s", method, path, scope, status, answer)
			}
		})
		for _, hub := range hubNames {
			if status, body := r.negotiate(hub, token); status != http.StatusForbidden {
				t.Errorf("%s: %d %s", hub, status, body)
			}
			if _, err := r.dial(ctx, hub, token, true); err == nil || !strings.Contains(err.Error(), "403") {
				t.Errorf("%s without a negotiation: %v", hub, err)
			}
		}
		if status, _ := r.send("GET", "osu", "/home/account", "", "Cookie", "__Host-peace="+token); status != http.StatusSeeOther {
			t.Errorf("the pages: %d", status)
		}
	}
	if said, _ := ending(ctx, t, r.socket(ctx, t, feedURL, r.program)); string(said) != `{"error":"authentication failed"}` {
		t.Errorf("the notification socket says %q to nobody's token", said)
	}
	// Who may not read chat hears nothing of it.
	socket := r.socket(ctx, t, feedURL, r.partial)
	if err := socket.Write(ctx, websocket.MessageText, []byte(`{"event":"chat.start"}`)); err != nil {
		t.Fatal(err)
	}
	if _, data, err := socket.Read(ctx); err != nil || !bytes.Contains(data, []byte("connection.ready")) {
		t.Fatalf("%s, %v", data, err)
	}
	r.good.unharmed(ctx, t)
	go func() { _ = socket.Close(websocket.StatusNormalClosure, "") }()
	if said, _ := ending(ctx, t, socket); len(said) > 0 {
		t.Errorf("a token that may not read chat hears %s", said)
	}
	// A cookie of the pages is no token, and a token of the game is no cookie.
	b := newBrowser(t, r)
	b.login()
	for _, path := range []string{"/me", "/chat/channels", "/users/1", "/friends"} {
		if status, _ := r.api("GET", path, "", "Authorization", "Bearer "+b.cookies["__Host-peace"]); status != http.StatusForbidden {
			t.Errorf("%s with a cookie as its token: %d", path, status)
		}
	}
	if status, _ := r.send("GET", "osu", "/home/account", "", "Cookie", "__Host-peace="+r.access); status != http.StatusSeeOther {
		t.Errorf("the pages take a token of the game: %d", status)
	}
}

// tricks are what confuses databases, formats, paths and numbers.
var tricks = []string{
	"", "' OR 1=1 --", "\" AND (SELECT 1)", "\x00\x01\r\n", "a\x00b", "-1", "0", "1", "99999999999999999999", "9223372036854775807", "1e400", "NaN", "../../../etc/passwd",
	"%s%n%x", "<script>|\t,@", "\xff\xfe", "1;2|3", "stars>NaN ar<1e999 \"*", strings.Repeat("a", 5000), strings.Repeat("*(", 200), "{\"a\":", "osu", "id", "\u202e\ufeff",
}

// parameters are all that any endpoint looks at.
const parameters = `q s m c e g l r played nsfw sort cursor_string cursor[id] cursor[score] page offset limit mode mods[] mods type query id ids[] checksum filename legacy_only key include_fails
	country filter variant spotlight since until includes[] history_since return_object commentable_type commentable_id parent_id after user_id user start_date year max_id from to stream
	message_formats[] lookups[] include[] include_variant_statistics exclude_bots beatmapset_ids[] ruleset ruleset_id is_legacy no_diff_reduction fields group unread target target_id`

// apiQuestions asks everything that can be asked with everything that can be said.
func apiQuestions(_ context.Context, t *testing.T, r *rogue) {
	names := strings.Fields(parameters)
	join := fmt.Sprintf("/chat/channels/%d/users/%d", r.good.channel.ID, r.id)
	if status, answer := r.api("PUT", join, ""); status != http.StatusOK {
		t.Fatalf("joining: %d %s", status, answer)
	}
	asked := 0
	ask := func(path string, query url.Values) {
		if asked++; asked%1000 == 0 {
			r.renew() // a token may ask 1200 times a minute
		}
		r.api("GET", path+"?"+query.Encode(), "")
	}
	visit(func(scope, method, path string) {
		if method != http.MethodGet {
			return
		}
		for i, trick := range tricks {
			query := url.Values{}
			for _, name := range names {
				query.Set(name, trick)
			}
			ask(r.real(path), query)
			if strings.Contains(path, "#") {
				ask(at(path, url.PathEscape(trick)), nil)
			}
			// One by one, for the first that is wrong ends it: not each with each, but each with some.
			for k, name := range names {
				if (k+i+asked)%(2*len(tricks)) == 0 {
					ask(r.real(path), url.Values{name: {trick}})
				}
			}
		}
	})
	r.renew()
	visit(func(scope, method, path string) {
		if method != http.MethodGet {
			return
		}
		for _, cursor := range []string{
			`{"id":-1}`, `{"id":9223372036854775807}`, `{"id":1e400}`, `{"id":"\u0000","score":"x"}`, `{"_id":[1],"score":null}`, `[]`, `{"page":-1}`, `{"page":99999999}`, `{"id":` + strings.Repeat("[", 3000), "\xff\xfe",
		} {
			r.api("GET", r.real(path)+"?cursor_string="+base64.RawURLEncoding.EncodeToString([]byte(cursor)), "")
		}
	})
	r.renew()
	for _, path := range []string{"/scores/1/download", "/scores/osu/1/download", "/beatmapsets/#/download", "/me"} {
		for name, header := range map[string]string{
			"Range": "bytes=" + strings.Repeat("0-0,", 2000) + "0-0", "If-Range": "\"x\"", "X-Api-Version": "99999999999999999999", "Accept-Language": strings.Repeat("en;q=0.1,", 500), "Accept-Encoding": strings.Repeat("gzip,", 500),
			"Cookie": strings.Repeat("a=b;", 3000), "X-Forwarded-For": strings.Repeat("1.1.1.1,", 500), "X-Requested-With": "\xff", "Accept": strings.Repeat("*/*,", 500), "If-Modified-Since": "x",
		} {
			if status, answer := r.send("GET", "osu", "/api/v2"+r.real(path), "", "Authorization", "Bearer "+r.access, name, header); status >= 500 || len(answer) > 1<<20 {
				t.Errorf("%s with a strange %s: %d and %d bytes", path, name, status, len(answer))
			}
		}
	}
	// Thousands of ids.
	r.renew()
	var ids strings.Builder
	for i := range 1000 { // more do not fit into the header of a request
		fmt.Fprintf(&ids, "ids[]=%d&", i)
	}
	visit(func(scope, method, path string) {
		if method == http.MethodGet {
			r.api("GET", r.real(path)+"?"+ids.String(), "")
		}
	})
	if status, answer := r.api("GET", "/users?"+ids.String(), ""); status != http.StatusUnprocessableEntity {
		t.Errorf("1000 users are asked for: %d %.100s", status, answer)
	}
	if status, _ := r.api("GET", "/beatmaps?"+ids.String(), ""); status != http.StatusUnprocessableEntity {
		t.Errorf("1000 beatmaps are asked for: %d", status)
	}
	r.renew()
	for n := 0; ; n++ {
		if status, _ := r.api("GET", "/seasonal-backgrounds", ""); status == http.StatusTooManyRequests {
			if n < 1000 {
				t.Errorf("the request number %d with one token was one too many", n)
			}
			break
		} else if n > 20_000 {
			t.Fatal("no request with one token is one too many")
		}
	}
	r.renew()
}

func apiPaths(_ context.Context, t *testing.T, r *rogue) {
	for _, tc := range [][2]string{
		{"spectator", "/"}, {"spectator", "/spectator"}, {"spectator", "/metadata/negotiate"}, {"spectator", "/multiplayer"}, {"spectator", "/signalr/spectator"}, {"spectator", "/spectator/../metadata"}, {"spectator", "/api/v2/me"},
		{"assets", "/menu-content.json/.."}, {"assets", "/..%2fpeace.db"}, {"assets", "/menu-content.json%00"}, {"bss", "/"}, {"bss", "/beatmapsets"}, {"notify", "/"},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			if status, answer := r.send(method, tc[0], tc[1], strings.Repeat("x", 1000), "Authorization", "Bearer x"); status >= 500 || bytes.Contains(answer, []byte("SQLite format")) {
				t.Errorf("%s %s%s: %d %.100q", method, tc[0], tc[1], status, answer)
			}
		}
	}
	for _, path := range []string{
		"/api/v2", "/api/v2/", "/api/v2//", "/api/v2/nothing", "/api/v2/../../peace.db", "/api/v2/%2e%2e/%2e%2e/peace.db", "/api/v2/users/1/../../me", "/api/v2/users/%2e%2e/me",
		"/api/v2/wiki/en/..%2f..%2f..%2fpeace.db", "/api/v2/wiki/..%2f..%2f/peace.db", "/api/v2/wiki/%2e%2e/%2e%2e/peace.db", "/api/v2/wiki/en/%00", "/api/v2/wiki/en/....//....//peace.db",
		"/api/v2/wiki/en/..%5c..%5cpeace.db", "/api/v2/wiki/en//etc/passwd", "/api/v2/news/..%2f..%2fpeace.db", "/api/v2/news/%2e%2e%2fpeace.db", "/api/v2/changelog/..%2f/..%2fpeace.db",
		"/api/v2/changelog/%2e%2e/%2e%2e", "/api/v2/wiki/en/" + strings.Repeat("a/", 4000), "/api/v2/wiki/" + strings.Repeat("%25", 3000) + "/x", "/api/v2/users/@" + strings.Repeat("%ff", 3000),
		"/api/v2/scores/osu/1/download/../../../..", "/api/v2/me;x=y", "/api/v2/me%3fx", "/api/v2/ME", "/api/v2/chat/channels/1/users/1%00", "/signalr", "/signalr/", "/signalr/metadata/../spectator",
		"/signalr/multiplayer", "/home/notifications/feed/..", "/home/notifications", "/home/account/../../x", "/home/account%00", "/home/account/applications/..%2f..", "/oauth/token/..", "/oauth/",
		"/home/login/%2e%2e/%2e%2e/peace.db", "/api/v2/..;/admin", "/metrics", "/debug/pprof/",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE"} {
			status, answer := r.send(method, "osu", path, "", "Authorization", "Bearer "+r.access)
			if status >= 500 || bytes.Contains(answer, []byte("SQLite format")) || bytes.Contains(answer, []byte("root:")) || bytes.Contains(answer, []byte("goroutine")) {
				t.Errorf("%s %.200s: %d %.100q", method, path, status, answer)
			}
			if strings.HasPrefix(path, "/api/v2/n") && method == "GET" && (status != http.StatusNotFound || !explained(answer)) {
				t.Errorf("%s %.200s: %d %.100q", method, path, status, answer)
			}
		}
	}
}

// apiForms sends forms that are none, or far too much of one, to everything that takes any.
func apiForms(_ context.Context, t *testing.T, r *rogue) {
	bomb := strings.Repeat("a=b&", 10_000)
	var distinct strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&distinct, "a%d[b][c][d]=%d&", i, i)
	}
	const boundary = "x"
	var parts strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&parts, "--x\r\nContent-Disposition: form-data; name=\"p%d\"\r\n\r\n1\r\n", i)
	}
	multipartForm := "multipart/form-data; boundary=" + boundary
	fields := `"message":%[1]s,"comment":{"message":%[1]s,"commentable_id":%[1]s,"commentable_type":%[1]s,"parent_id":%[1]s},"uuid":%[1]s,"target_id":%[1]s,"target":%[1]s,"is_action":%[1]s,
		"type":%[1]s,"channel":{"name":%[1]s},"reportable_id":%[1]s,"reportable_type":%[1]s,"reason":%[1]s,"comments":%[1]s,"verification_key":%[1]s,"mods":%[1]s,"ruleset":%[1]s,"ruleset_id":%[1]s,
		"beatmap_hash":%[1]s,"version_hash":%[1]s,"identities":[{"object_type":%[1]s,"object_id":%[1]s,"category":%[1]s}],"notifications":[{"id":%[1]s}],"action":%[1]s,"since":%[1]s,"history_since":%[1]s`
	bodies := []struct{ kind, body string }{
		{urlencoded, bomb}, {urlencoded, distinct.String()}, {urlencoded, "%zz"}, {urlencoded, "message=%00%ff&target_id=%00&identities[0][object_type]=%ff&identities[0][category]=%ff%00"}, {urlencoded, strings.Repeat("m", 3<<20)},
		{multipartForm, parts.String()}, {multipartForm, "--x\r\n"}, {multipartForm, "--x\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\n\x00\xff"}, {"multipart/form-data", "--x"},
		{"multipart/form-data; boundary=" + strings.Repeat("y", 200), "--x"}, {multipartForm, "--x\r\n" + strings.Repeat("A: b\r\n", 20_000) + "\r\n"},
		{jsonType, "{"}, {jsonType, strings.Repeat("[", 60_000)}, {jsonType, strings.Repeat(`{"a":`, 15_000)}, {jsonType, `{"a":` + strings.Repeat("[", 60_000)}, {jsonType, "[]"}, {jsonType, "null"}, {jsonType, `"x"`},
		{jsonType, `{"message":` + strings.Repeat(" ", 3<<20) + `1}`}, {jsonType, `{"message":1e999999999}`}, {"text/plain", "message=x"}, {"", "message=x"}, {"a/b/c;;;", "x"}, {jsonType + "; charset=utf-7", "+ADw-"},
	}
	for _, value := range []string{
		`"\u0000"`, `"a\u0000b"`, `"\ud800"`, `-1`, `0`, `99999999999999999999`, `1e400`, `{}`, `[[]]`, `true`, `"' OR 1=1"`, `"\u202e"`, `"` + strings.Repeat("a", 10_000) + `"`, `["a","b"]`, `[{"acronym":"\u0000","settings":{"x":[]}}]`,
	} {
		bodies = append(bodies, struct{ kind, body string }{jsonType, "{" + fmt.Sprintf(fields, value) + "}"})
	}
	visit(func(scope, method, path string) {
		if method == http.MethodGet || path == "/oauth/tokens/current" {
			return
		}
		r.renew()
		for _, b := range bodies {
			r.api(method, r.real(path), b.body, "Content-Type", b.kind)
		}
		for _, trick := range tricks {
			r.api(method, at(path, url.PathEscape(trick)), "{}")
		}
	})
	r.renew()
	r.apiFields()
	for _, b := range bodies {
		if status, answer := r.send("POST", "osu", "/users", b.body, "Content-Type", b.kind); status >= 500 || status < 400 {
			t.Errorf("registering with %.60q: %d %.100s", b.body, status, answer)
		}
	}
}

// goodForms are forms in which nothing is wrong, by endpoint.
var goodForms = map[string]url.Values{
	"POST /comments":                 {"comment[message]": {"x"}, "comment[commentable_type]": {"beatmapset"}, "comment[commentable_id]": {"1"}, "comment[parent_id]": {""}},
	"POST /reports":                  {"reportable_type": {"user"}, "reportable_id": {"1"}, "reason": {"Other"}, "comments": {"x"}},
	"POST /beatmaps/#/attributes":    {"mods[]": {"HD"}, "ruleset": {"osu"}, "ruleset_id": {"0"}},
	"POST /beatmapsets/#/favourites": {"action": {"favourite"}},
	"POST /friends":                  {"target": {"1"}},
	"POST /blocks":                   {"target": {"1"}},
	"POST /notifications/mark-read":  {"identities[0][object_type]": {"channel"}, "identities[0][object_id]": {"1"}, "identities[0][category]": {"channel"}, "notifications[0][id]": {""}},
	"POST /chat/channels":            {"type": {"PM"}, "target_id": {"1"}},
	"POST /chat/ack":                 {"since": {"1"}, "history_since": {"1"}},
	"POST /session/verify":           {"verification_key": {"00000000"}},
	"POST /beatmaps/#/solo/scores":   {"version_hash": {""}, "ruleset_id": {"0"}, "beatmap_hash": {"x"}},
}

// apiFields puts tricks into one field after the other.
func (r *rogue) apiFields() {
	for endpoint, form := range goodForms {
		method, path, _ := strings.Cut(endpoint, " ")
		for field, value := range form {
			for _, trick := range tricks {
				form.Set(field, trick)
				r.api(method, r.real(path), form.Encode(), "Content-Type", urlencoded)
			}
			form[field] = value
		}
	}
	r.renew()
}
