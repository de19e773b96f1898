package app_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	lazer "github.com/pure-peace/peace/transport/lazer/client"
)

// browser is what somebody has logged in on the pages with.
type browser struct {
	t       *testing.T
	r       *rogue
	cookies map[string]string
	form    string // the token of the last form that was shown
}

func newBrowser(t *testing.T, r *rogue) *browser {
	t.Helper()
	return &browser{t: t, r: r, cookies: map[string]string{}}
}

var formToken = regexp.MustCompile(`name="form" value="([^"]+)"`)

// ask asks for a page; a body makes it a form.
func (b *browser) ask(method, path, body string, header ...string) (int, http.Header, string) {
	b.t.Helper()
	q, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.r.server.Address()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	q.Host = "osu.localhost"
	if method == http.MethodPost {
		q.Header.Set("Content-Type", urlencoded)
		q.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	for name, value := range b.cookies {
		q.Header.Add("Cookie", name+"="+value)
	}
	status, answered, text := b.do(q)
	if status >= 500 {
		b.t.Errorf("%s %.200s: %d", method, path, status)
	}
	if strings.Contains(text, "<script") {
		b.t.Errorf("%s %.200s has a script: %s", method, path, text)
	}
	if to := answered.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\")) {
		b.t.Errorf("%s %.200s leads away to %s", method, path, to)
	}
	return status, answered, text
}

func (b *browser) do(q *http.Request) (int, http.Header, string) {
	b.t.Helper()
	answer, err := villainClient.Do(q)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	text := string(body)
	for _, cookie := range answer.Cookies() {
		if b.cookies[cookie.Name] = cookie.Value; cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		}
	}
	if m := formToken.FindStringSubmatch(text); m != nil {
		b.form = m[1]
	}
	return answer.StatusCode, answer.Header, text
}

// login logs the rogue in.
func (b *browser) login() {
	b.t.Helper()
	if status, _, _ := b.ask("GET", "/home/login", ""); status != http.StatusOK {
		b.t.Fatalf("the login page: %d", status)
	}
	form := url.Values{"name": {rogueName}, "password": {"peaceful " + rogueName + "!"}, "form": {b.form}}
	if status, _, text := b.ask("POST", "/home/login", form.Encode()); status != http.StatusSeeOther || b.cookies["__Host-peace"] == "" {
		b.t.Fatalf("logging in: %d %s", status, text)
	}
}

var pagesWithForms = []string{
	"/home/verify", "/home/verify/again", "/home/verify/mail", "/home/account/elsewhere", "/home/account/password", "/home/account/authenticator", "/home/account/authenticator/confirm",
	"/home/account/authenticator/off", "/home/account/applications", "/home/account/applications/#", "/home/account/applications/#/renew", "/home/account/applications/#/delete",
	"/home/account/authorised/#/withdraw", "/oauth/authorize", "/home/logout",
}

// brokenPages comes to the pages as other sites would have a browser do, and asks to be led away.
func brokenPages(_ context.Context, t *testing.T, r *rogue) {
	id := fmt.Sprint(r.application.ID)
	away := []string{
		"https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%2f/evil.example", "javascript:alert(1)", "data:text/html,x", "/home/account/../../..//evil.example", "/home/account\r\nLocation: https://evil.example",
		"/home/account@evil.example", "https:evil.example", "///evil.example", "/\t/evil.example", "/home/account?x=\x00", "http://osu.localhost@evil.example/home/account", strings.Repeat("/home/account", 1000), "/home/account/%0d%0aX:y",
	}
	b := newBrowser(t, r)
	for _, to := range away {
		b.ask("GET", "/home/login?next="+url.QueryEscape(to), "")
		form := url.Values{"name": {rogueName}, "password": {"peaceful " + rogueName + "!"}, "form": {b.form}, "next": {to}}
		if status, header, _ := b.ask("POST", "/home/login", form.Encode()); status == http.StatusSeeOther && strings.Contains(header.Get("Location"), "evil") {
			t.Errorf("after %q the login leads to %s", to, header.Get("Location"))
		}
		for _, page := range []string{"/home/login?next=", "/home/verify?next="} { // now that he is in
			if status, header, _ := b.ask("GET", page+url.QueryEscape(to), ""); status == http.StatusSeeOther && strings.Contains(header.Get("Location"), "evil") {
				t.Errorf("%s%q leads to %s", page, to, header.Get("Location"))
			}
		}
		b.cookies = map[string]string{}
	}

	// Forms that other sites have a browser send.
	b.login()
	for _, page := range pagesWithForms {
		page = at(page, id)
		whole := url.Values{"form": {b.form}, "name": {"x"}, "redirects": {"http://localhost/x"}, "code": {"000000"}, "current": {"x"}, "password": {"x"}, "answer": {"allow"}, "client_id": {id}, "response_type": {"code"}, "scope": {"public"}}
		without := url.Values{}
		for name, values := range whole {
			if name != "form" {
				without[name] = values
			}
		}
		guessed, twice := url.Values{"form": {"guess"}}, url.Values{"form": {b.form, b.form}}
		for name, tc := range map[string]struct {
			body   string
			header []string
		}{
			"without its token": {without.Encode(), nil}, "with a guess": {guessed.Encode(), nil}, "with two": {twice.Encode(), nil}, "with its token in the address": {without.Encode(), []string{"X-Form", b.form}},
			"from another site": {whole.Encode(), []string{"Sec-Fetch-Site", "cross-site"}}, "from a sibling": {whole.Encode(), []string{"Sec-Fetch-Site", "same-site"}},
			"from another origin": {whole.Encode(), []string{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}}, "from nowhere": {whole.Encode(), []string{"Sec-Fetch-Site", "", "Origin", "null"}},
			"as JSON": {`{"form":"` + b.form + `"}`, []string{"Content-Type", jsonType}}, "as text": {"form=" + b.form, []string{"Content-Type", "text/plain"}},
			"with bytes": {without.Encode() + "&form=%ff%00", nil}, "that is huge": {"form=" + b.form + "&x=" + strings.Repeat("x", 64<<10), nil}, "of fields": {"form=" + b.form + strings.Repeat("&a=b", 3000), nil}, "that is none": {"%zz", nil},
		} {
			path := page
			if name == "with its token in the address" {
				path += "?form=" + b.form
			}
			if status, _, text := b.ask("POST", path, tc.body, tc.header...); status < 400 {
				t.Errorf("%s takes a form %s: %d %.200s", page, name, status, text)
			}
		}
	}
	if status, _, text := b.ask("GET", "/home/account/applications/"+id, ""); status != http.StatusOK || !strings.Contains(text, "&lt;script&gt;") {
		t.Errorf("his application is not what it was, or not shown as text: %d %s", status, text)
	}
	consents(t, r, b, id)
	for _, redirect := range []string{"javascript:alert(1)", "data:text/html,x", "https://user:pass@evil.example/", "https://evil.example/#x", "//evil.example", "x", "https://evil.example/\r\nX: y", "\x00", strings.Repeat("https://evil.example/", 100)} {
		form := url.Values{"form": {b.form}, "name": {"thing"}, "redirects": {redirect}}
		if status, _, _ := b.ask("POST", "/home/account/applications", form.Encode()); status < 400 {
			t.Errorf("an application may lead to %q: %d", redirect, status)
		}
	}
	for _, trick := range tricks {
		for _, page := range []string{"/home/account/applications/#", "/home/account/authorised/#/withdraw"} {
			b.ask("GET", at(page, url.PathEscape(trick)), "")
			b.ask("POST", at(page, url.PathEscape(trick)), url.Values{"form": {b.form}, "name": {trick}}.Encode())
		}
		for _, name := range []string{"sent", "done", "next", "client_id"} {
			b.ask("GET", "/home/account?"+url.Values{name: {trick}}.Encode(), "")
			b.ask("GET", "/oauth/authorize?"+url.Values{name: {trick}}.Encode(), "")
		}
	}
	slow := 0
	for range 120 {
		if status, _, _ := b.ask("POST", "/home/login", url.Values{"form": {b.form}, "name": {"Lena"}, "password": {"guess"}}.Encode()); status == http.StatusTooManyRequests {
			slow++
		}
	}
	if slow < 50 {
		t.Errorf("%d of 120 attempts to log in were too many", slow)
	}
}

// consents asks a browser that is logged in for what no application may have, and to be sent where it does not belong.
func consents(t *testing.T, r *rogue, b *browser, id string) {
	t.Helper()
	good := url.Values{"client_id": {id}, "response_type": {"code"}, "scope": {"public"}, "redirect_uri": {r.application.Redirects[0]}}
	for _, tc := range [][2]string{
		{"redirect_uri", "https://evil.example"}, {"redirect_uri", r.application.Redirects[0] + "/x"}, {"redirect_uri", r.application.Redirects[0] + "?x"}, {"redirect_uri", strings.ToUpper(r.application.Redirects[0])},
		{"redirect_uri", "http://localhost@evil.example/callback"}, {"redirect_uri", r.application.Redirects[0] + "\r\nX: y"}, {"client_id", "1"}, {"client_id", "5"}, {"client_id", "-1"}, {"client_id", "99999999999999999999"}, {"client_id", "x"},
		{"state", strings.Repeat("s", 8000)}, {"scope", strings.Repeat("public ", 2000)},
	} {
		query := url.Values{}
		for name, values := range good {
			query[name] = values
		}
		query.Set(tc[0], tc[1])
		if status, header, _ := b.ask("GET", "/oauth/authorize?"+query.Encode(), ""); status < 400 || header.Get("Location") != "" {
			t.Errorf("%s=%.60q: %d to %s", tc[0], tc[1], status, header.Get("Location"))
		}
	}
	if status, _, _ := b.ask("GET", "/oauth/authorize?"+good.Encode()+"&redirect_uri=https://evil.example", ""); status < 400 {
		t.Errorf("with two addresses to go back to: %d", status)
	}
}

// tokenRequests asks for tokens that nobody should get.
func tokenRequests(_ context.Context, t *testing.T, r *rogue) {
	id := fmt.Sprint(r.application.ID)
	game := url.Values{"client_id": {lazer.ID}, "client_secret": {lazer.Secret}, "scope": {"*"}}
	with := func(base url.Values, change ...string) url.Values {
		form := url.Values{}
		for name, values := range base {
			form[name] = values
		}
		for i := 0; i < len(change); i += 2 {
			form.Set(change[i], change[i+1])
		}
		return form
	}
	mine := url.Values{"client_id": {id}, "client_secret": {r.application.Secret}}
	requests := map[string]url.Values{
		"nothing": {}, "no grant": game, "a grant that is none": with(game, "grant_type", "' OR 1=1"), "no password": with(game, "grant_type", "password", "username", "Lena"),
		"a wrong password": with(game, "grant_type", "password", "username", "Lena", "password", "x"), "NUL": with(game, "grant_type", "password", "username", "Le\x00na", "password", "x"), "no UTF-8": with(game, "grant_type", "password", "username", "\xff", "password", "\xff"),
		"a giant password": with(game, "grant_type", "password", "username", "Lena", "password", strings.Repeat("p", 15_000)), "a wrong secret": with(game, "grant_type", "password", "client_secret", "x", "username", rogueName, "password", "peaceful Mallory!"),
		"the client of the pages": with(game, "grant_type", "password", "client_id", "1", "username", rogueName, "password", "peaceful Mallory!"), "a password for an application": with(mine, "grant_type", "password", "username", rogueName, "password", "peaceful Mallory!", "scope", "*"),
		"the game for itself": with(game, "grant_type", "client_credentials"), "everything for an application": with(mine, "grant_type", "client_credentials", "scope", "*"), "too much for an application": with(mine, "grant_type", "client_credentials", "scope", "public chat.write identify"),
		"a scope that is none": with(mine, "grant_type", "client_credentials", "scope", "x\x00"), "a code that is none": with(mine, "grant_type", "authorization_code", "code", "x", "redirect_uri", "http://localhost/callback"),
		"a giant code": with(mine, "grant_type", "authorization_code", "code", strings.Repeat("c", 10_000)), "a refresh token that is none": with(game, "grant_type", "refresh_token", "refresh_token", "x"),
		"an access token to refresh": with(game, "grant_type", "refresh_token", "refresh_token", r.access), "a client that is none": {"client_id": {"99999999999999999999"}, "client_secret": {"x"}, "grant_type": {"client_credentials"}}, "a client below zero": {"client_id": {"-5"}, "client_secret": {"x"}, "grant_type": {"client_credentials"}},
	}
	for name, form := range requests {
		r.refusedToken(name, form.Encode(), urlencoded)
	}
	for name, tc := range map[string][2]string{
		"deep JSON": {jsonType, strings.Repeat(`{"a":`, 3000)}, "a list": {jsonType, "[]"}, "JSON after JSON": {jsonType, "{}{}"}, "huge": {urlencoded, strings.Repeat("x", 1<<20)}, "many fields": {urlencoded, strings.Repeat("a=b&", 3000)}, "no type": {"", "a=b"},
		"no form": {urlencoded, "%zz"}, "a field twice": {urlencoded, "grant_type=password&grant_type=client_credentials"}, "parts": {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nx\r\n--x--"},
		"parts without end": {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nx"},
	} {
		r.refusedToken(name, tc[1], tc[0])
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":wrong"))
	if status, _ := r.send("POST", "osu", "/oauth/token", "grant_type=client_credentials&scope=public", "Content-Type", urlencoded, "Authorization", basic); status != http.StatusUnauthorized {
		t.Errorf("a wrong secret in the header: %d", status)
	}
	// Guesses are slowed down, whoever they are said to come from.
	slow := 0
	for i := range 120 {
		form := with(game, "grant_type", "password", "username", "Lena", "password", fmt.Sprint("guess", i)).Encode()
		status, answer := r.send("POST", "osu", "/oauth/token", form, "Content-Type", urlencoded, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
		switch status {
		case http.StatusTooManyRequests:
			slow++
		case http.StatusBadRequest:
		default:
			t.Errorf("a guess is answered %d %s", status, answer)
		}
	}
	if slow < 60 {
		t.Errorf("%d of 120 guesses were too many", slow)
	}
}

// refusedToken asks for a token, and wants the refusal of RFC 6749.
func (r *rogue) refusedToken(name, body, kind string) {
	r.t.Helper()
	status, answer := r.send("POST", "osu", "/oauth/token", body, "Content-Type", kind)
	if status < 400 || status >= 500 || !strings.Contains(string(answer), `"error":"`) || !strings.Contains(string(answer), `"hint":"`) {
		r.t.Errorf("%s: %d %.200s", name, status, answer)
	}
}
