package site_test

import (
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

func credentials(u users.User, password string) users.Credentials {
	sum := md5.Sum([]byte(password))
	return users.Credentials{Name: u.Name, PasswordMD5: hex.EncodeToString(sum[:])}
}

var secretOf = regexp.MustCompile(`<p class="secret">([A-Za-z0-9_-]{43})</p>`)

func TestApplications(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	b := s.browser()
	b.login(u, "/home/account")
	const list = "/home/account/applications"
	const name = `<script>alert("x")</script>`
	page := b.send(b.get(list), list, "name", name, "redirects", "javascript:alert(1)").says(422, "whole http or https address", name, "javascript:alert(1)")
	page = b.send(page, list, "name", name, "redirects", "https://example.com/a\r\n\r\n https://example.com/b ").says(200, "never shown again", name)
	secret := secretOf.FindStringSubmatch(page.body)
	if secret == nil {
		t.Fatalf("there is no secret: %s", page.body)
	}
	owned, err := s.oauth.Owned(t.Context(), u.ID)
	if err != nil || len(owned) != 1 {
		t.Fatalf("%v, %v", owned, err)
	}
	a := owned[0]
	if diff := cmp.Diff([]string{"https://example.com/a", "https://example.com/b"}, a.Redirects); diff != "" || a.Name != name {
		t.Errorf("%q\n%s", a.Name, diff)
	}
	client := oauth.Client{ID: a.ID, Secret: secret[1]}
	if _, err := s.oauth.ClientCredentials(t.Context(), client, []string{"public"}); err != nil {
		t.Errorf("the secret is not the one: %v", err)
	}

	own := list + "/" + strconv.FormatInt(a.ID, 10)
	b.get(list).says(200, name, own)
	page = b.get(own).says(200, name, "https://example.com/a\nhttps://example.com/b")
	if strings.Contains(page.body, secret[1]) {
		t.Error("the secret is shown again")
	}
	page = b.send(page, own, "name", "", "redirects", "").says(422, "must not be empty")
	b.send(page, own, "name", "Tool", "redirects", "").redirects(own + "?done=changed")
	page = b.get(own).says(200, "Tool")

	stranger := s.browser()
	stranger.login(s.player(), "/home/account")
	for _, path := range []string{own, own + "0", list + "/0", list + "/x", list + "/99999999999999999999"} {
		stranger.get(path).says(404)
	}
	form := valueOf.FindStringSubmatch(regexp.MustCompile(`<input[^>]*name="form"[^>]*>`).FindString(stranger.get("/home/account").body))[1]
	for _, path := range []string{own, own + "/renew", own + "/delete", list + "/x/renew", list + "/x/delete"} {
		stranger.post(path, url.Values{"form": {form}, "name": {"stolen"}}).says(404)
	}

	page = b.send(page, own+"/renew").says(200, "never shown again")
	if next := secretOf.FindStringSubmatch(page.body); next == nil || next[1] == secret[1] {
		t.Errorf("there is no other secret: %s", page.body)
	}
	if _, err := s.oauth.ClientCredentials(t.Context(), client, []string{"public"}); err == nil {
		t.Error("the old secret is still good")
	}
	b.send(page, own+"/delete").redirects(list + "?done=deleted")
	b.get(own).says(404)
	for range oauth.MaxApplications {
		if _, err := s.oauth.Create(t.Context(), oauth.Application{OwnerID: u.ID, Name: "Tool"}); err != nil {
			t.Fatal(err)
		}
	}
	b.get(list).says(200, "You cannot have more")
	if strings.Contains(s.log.String(), secret[1]) {
		t.Error("the log has the secret")
	}
}

const home = "https://example.com/callback?x=1"

// application makes one.
func (s *stack) application(owner users.User, redirects ...string) (oauth.Application, oauth.Client) {
	s.t.Helper()
	a, err := s.oauth.Create(s.t.Context(), oauth.Application{OwnerID: owner.ID, Name: "Tool", Redirects: redirects})
	if err != nil {
		s.t.Fatal(err)
	}
	return a, oauth.Client{ID: a.ID, Secret: a.Secret}
}

// asks is the address to which an application sends a browser; what is "" is left out.
func asks(a oauth.Application, fields ...string) string {
	values := url.Values{
		"client_id": {strconv.FormatInt(a.ID, 10)}, "redirect_uri": {home}, "response_type": {"code"}, "scope": {"public identify"}, "state": {"a&b=c"},
	}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
		if fields[i+1] == "" {
			values.Del(fields[i])
		}
	}
	return "/oauth/authorize?" + values.Encode()
}

// back reads what an application is told; nil unless the browser is sent to its address.
func back(t *testing.T, a answer) url.Values {
	t.Helper()
	u, err := url.Parse(a.location)
	if err != nil || a.status != 303 || u.Scheme+"://"+u.Host+u.Path != "https://example.com/callback" {
		t.Fatalf("answer is %d %s\n%s", a.status, a.location, a.body)
	}
	values := u.Query()
	if values.Get("x") != "1" {
		t.Errorf("what was in the address is lost: %s", a.location)
	}
	return values
}

func TestConsent(t *testing.T) {
	s := newStack(t, nil)
	owner, u := s.player(), s.player()
	a, client := s.application(owner, home, "https://example.com/other")
	b := s.browser()
	path := asks(a)
	first := b.get(path)
	first.redirects("/home/login?next=" + url.QueryEscape(path))
	b.send(b.get(first.location), "/home/login", "name", u.Name, "password", password).redirects(path)
	page := b.get(path).says(200, "Tool", owner.Name, u.Name, "example.com", "See who you are", "Read what is public")

	answer := back(t, b.send(page, "/oauth/authorize", "answer", "deny"))
	if answer.Get("error") != "access_denied" || answer.Get("state") != "a&b=c" || answer.Has("code") {
		t.Errorf("%v", answer)
	}
	answer = back(t, b.send(page, "/oauth/authorize", "answer", "allow"))
	if answer.Get("state") != "a&b=c" || answer.Has("error") {
		t.Errorf("%v", answer)
	}
	issued, err := s.oauth.Exchange(t.Context(), client, oauth.Exchange{Code: answer.Get("code"), Redirect: home})
	if err != nil {
		t.Fatal(err)
	}
	if issued.Token.UserID != u.ID || !issued.Token.Verified {
		t.Errorf("%+v", issued.Token)
	}
	b.get("/home/account/authorised").says(200, "Tool", owner.Name)
	b.send(b.get("/home/account/authorised"), "/home/account/authorised/"+strconv.FormatInt(a.ID, 10)+"/withdraw").redirects("/home/account/authorised?done=withdrawn")
	if _, err := s.oauth.Check(t.Context(), issued.AccessToken); err == nil {
		t.Error("withdrawing has left the token alone")
	}
	b.get("/home/account/authorised").says(200, "There are none.")

	// A form that was tampered with sends nobody anywhere.
	b.send(page, "/oauth/authorize", "answer", "allow", "redirect_uri", "https://evil.example/").says(400, "has not registered")
	b.send(page, "/oauth/authorize", "answer", "allow", "client_id", "5").says(400, "not known")
}

func TestConsentWithProof(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	a, client := s.application(u, home)
	b := s.browser()
	b.login(u, "/home/account")
	const challenge, verifier = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
	page := b.get(asks(a, "redirect_uri", "", "state", "", "code_challenge", challenge, "code_challenge_method", "S256"))
	answer := back(t, b.send(page.says(200), "/oauth/authorize", "answer", "allow"))
	if answer.Has("state") {
		t.Errorf("%v", answer)
	}
	if _, err := s.oauth.Exchange(t.Context(), client, oauth.Exchange{Code: answer.Get("code")}); err == nil {
		t.Error("no proof was asked for")
	}
	if _, err := s.oauth.Exchange(t.Context(), client, oauth.Exchange{Code: answer.Get("code"), Verifier: verifier}); err != nil {
		t.Error(err)
	}
}

func TestConsentRefused(t *testing.T) {
	s := newStack(t, nil)
	owner, u := s.player(), s.player()
	a, _ := s.application(owner, home, "https://example.com/other")
	none, _ := s.application(owner)
	b := s.browser()
	b.login(u, "/home/account")
	for name, path := range map[string]string{
		"no client":         asks(a, "client_id", ""),
		"garbage client":    asks(a, "client_id", "x"),
		"unknown client":    asks(a, "client_id", "1099511627776"),
		"the game":          asks(a, "client_id", "5"),
		"the site":          asks(a, "client_id", "1"),
		"which address":     asks(a, "redirect_uri", ""),
		"another address":   asks(a, "redirect_uri", "https://evil.example/"),
		"a longer address":  asks(a, "redirect_uri", home+"&y"),
		"no address at all": asks(none),
		"none registered":   asks(none, "redirect_uri", ""),
		"two addresses":     asks(a) + "&redirect_uri=https://evil.example/",
		"two clients":       asks(a) + "&client_id=5",
		"an endless state":  asks(a, "state", strings.Repeat("x", 4000)),
	} {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			b := &browser{&s, b.client}
			if answer := b.get(path).says(400); answer.location != "" {
				t.Errorf("the browser is sent to %s", answer.location)
			}
		})
	}
	for name, tc := range map[string]struct{ path, code string }{
		"no type":           {asks(a, "response_type", ""), "unsupported_response_type"},
		"a token":           {asks(a, "response_type", "token"), "unsupported_response_type"},
		"no scope":          {asks(a, "scope", ""), "invalid_scope"},
		"unknown scope":     {asks(a, "scope", "public root"), "invalid_scope"},
		"everything":        {asks(a, "scope", "*"), "invalid_scope"},
		"the site itself":   {asks(a, "scope", "site"), "invalid_scope"},
		"delegation":        {asks(a, "scope", "delegate"), "invalid_scope"},
		"a plain challenge": {asks(a, "code_challenge", "x", "code_challenge_method", "plain"), "invalid_request"},
		"an unnamed one":    {asks(a, "code_challenge", "x"), "invalid_request"},
		"none of S256":      {asks(a, "code_challenge_method", "S256"), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			b := &browser{&s, b.client}
			answer := back(t, b.get(tc.path))
			if answer.Get("error") != tc.code || answer.Get("state") != "a&b=c" || answer.Get("error_description") == "" || answer.Has("code") {
				t.Errorf("%v", answer)
			}
		})
	}
	// What only the module knows is told to the application after the user has agreed.
	for name, tc := range map[string]struct{ path, code string }{
		"for owners":     {asks(a, "scope", "chat.write"), "invalid_scope"},
		"torn challenge": {asks(a, "code_challenge", "x", "code_challenge_method", "S256"), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			b := &browser{&s, b.client}
			answer := back(t, b.send(b.get(tc.path).says(200), "/oauth/authorize", "answer", "allow"))
			if answer.Get("error") != tc.code || answer.Get("state") != "a&b=c" || answer.Has("code") {
				t.Errorf("%v", answer)
			}
		})
	}
}
