package oauth_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/oauth/oauthtest"
	"github.com/pure-peace/peace/modules/users"
	edge "github.com/pure-peace/peace/transport/api/oauth"
)

// call calls an endpoint of API v2 as lazer does.
func (s *stack) call(method, path, access string, fields url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	contentType, body := "", ""
	if fields != nil {
		contentType, body = multipartForm(s.t, fields)
	}
	return s.send(method, "/api/v2"+path, contentType, body, "Authorization", "Bearer "+access)
}

// says fails unless w has a status and, unless they are "", an error and a method.
func says(t *testing.T, w *httptest.ResponseRecorder, status int, text, method string) {
	t.Helper()
	var body struct {
		Error  string `json:"error"`
		Method string `json:"method"`
	}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatalf("answer is %d %q, %v", w.Code, w.Body, err)
		}
	}
	if w.Code != status || body.Method != method || (text == "") != (body.Error == "") || !strings.Contains(body.Error, text) {
		t.Errorf("answer is %d %s; want %d, error %q, method %q", w.Code, w.Body, status, text, method)
	}
}

// code returns the latest code that was mailed to a player.
func (s *stack) code(p oauthtest.Player) string {
	s.t.Helper()
	mails := s.world.Mails(p.Email)
	if len(mails) == 0 {
		s.t.Fatal("there is no mail")
	}
	found := regexp.MustCompile(`(?m)^ +([0-9a-f]{8})$`).FindStringSubmatch(mails[len(mails)-1].Text)
	if found == nil {
		s.t.Fatalf("no code in %q", mails[len(mails)-1].Text)
	}
	return found[1]
}

func TestVerifyByMail(t *testing.T) {
	s := newStack(t, func(c *local.Config, _ *edge.Config) { c.MailVerification = true })
	p := s.player(true)
	g, token := s.token(s.askLikeLazer(login(p)))
	if token.Verified {
		t.Fatal("it is verified already")
	}
	says(t, s.call("POST", "/session/verify", g.AccessToken, url.Values{"verification_key": {"00000000"}}), 422, "wrong", "")
	says(t, s.call("POST", "/session/verify", g.AccessToken, nil), 422, "wrong", "")
	says(t, s.call("POST", "/session/verify/mail-fallback", g.AccessToken, nil), 200, "", "mail")
	old := s.code(p)
	w := s.call("POST", "/session/verify/reissue", g.AccessToken, nil)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"message"`) {
		t.Errorf("answer is %d %s", w.Code, w.Body)
	}
	if s.code(p) == old {
		t.Error("there is no other code")
	}
	if w := s.call("POST", "/session/verify", g.AccessToken, url.Values{"verification_key": {s.code(p)}}); w.Code != 204 || w.Body.Len() != 0 {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
	says(t, s.call("POST", "/session/verify/reissue", g.AccessToken, nil), 422, "no code by mail", "")
	says(t, s.call("POST", "/session/verify/mail-fallback", g.AccessToken, nil), 422, "no code by mail", "")
	if w := s.call("POST", "/session/verify", g.AccessToken, nil); w.Code != 204 {
		t.Errorf("verified already: answer is %d %q", w.Code, w.Body)
	}
	var err error
	for range 20 {
		g, _ = s.token(s.askLikeLazer(login(p)))
		if w = s.call("POST", "/session/verify/reissue", g.AccessToken, nil); w.Code == 429 {
			says(t, w, 429, "Too many codes", "")
			return
		}
	}
	t.Errorf("mails have no end: %v", err)
}

func TestVerifyByAuthenticator(t *testing.T) {
	s := newStack(t, func(c *local.Config, _ *edge.Config) { c.MailVerification = true })
	p := s.player(true)
	e, err := s.oauth.Enrol(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	code := func(steps int) string {
		code, err := totp.GenerateCode(e.Secret, time.Now().Add(time.Duration(steps)*30*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	if _, err := s.oauth.Confirm(t.Context(), p.ID, code(0)); err != nil {
		t.Fatal(err)
	}
	// A client that does not know authenticators is asked for a mail; one that does is not.
	if _, token := s.token(s.askLikeLazer(login(p), "x-api-version", "20250912")); token.Method != 1 {
		t.Errorf("%+v", token)
	}
	// lazer does not tell here how old it is; to an old build that asks for another code a mail is sent.
	old, token := s.token(s.askLikeLazer(login(p)))
	if token.Method != 2 {
		t.Fatalf("%+v", token)
	}
	w := s.send("POST", "/api/v2/session/verify/reissue", "", "", "Authorization", "Bearer "+old.AccessToken, "x-api-version", "20250912")
	if w.Code != 200 {
		t.Errorf("answer is %d %s", w.Code, w.Body)
	}
	if w := s.call("POST", "/session/verify", old.AccessToken, url.Values{"verification_key": {s.code(p)}}); w.Code != 204 {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
	g, token := s.token(s.askLikeLazer(login(p), "x-api-version", "20250913"))
	if token.Method != 2 {
		t.Fatalf("%+v", token)
	}
	says(t, s.call("POST", "/session/verify/reissue", g.AccessToken, nil), 422, "no code by mail", "")
	if w := s.call("POST", "/session/verify", g.AccessToken, url.Values{"verification_key": {code(1)}}); w.Code != 204 {
		t.Fatalf("answer is %d %q", w.Code, w.Body)
	}

	// The authenticator goes while its code is asked for: the client is told that it is mail now.
	g, _ = s.token(s.askLikeLazer(login(p), "x-api-version", "20260821"))
	if err := s.oauth.Disenrol(t.Context(), p.ID, users.BotID, ""); err != nil {
		t.Fatal(err)
	}
	says(t, s.call("POST", "/session/verify", g.AccessToken, url.Values{"verification_key": {"123456"}}), 422, "switched off", "mail")
	if w := s.call("POST", "/session/verify", g.AccessToken, url.Values{"verification_key": {s.code(p)}}); w.Code != 204 {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
}

func TestTokenItself(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	id, secret, _ := s.application(p)
	game, _ := s.token(s.askLikeLazer(login(p)))
	program, _ := s.token(s.ask(url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "scope": {"public"}}))
	// Proving is for the game.
	says(t, s.call("POST", "/session/verify", program.AccessToken, nil), 403, "scope", "")
	for _, access := range []string{game.AccessToken, program.AccessToken} {
		if w := s.call("DELETE", "/oauth/tokens/current", access, nil); w.Code != 204 || w.Body.Len() != 0 {
			t.Errorf("answer is %d %q", w.Code, w.Body)
		}
		for _, path := range []string{"/oauth/tokens/current", "/session/verify"} {
			method := map[bool]string{true: "DELETE", false: "POST"}[strings.HasPrefix(path, "/oauth")]
			if w := s.call(method, path, access, nil); w.Code != 401 || strings.TrimSpace(w.Body.String()) != `{"authentication":"basic"}` {
				t.Errorf("%s: answer is %d %q", path, w.Code, w.Body)
			}
		}
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"5"}, "client_secret": {production}, "refresh_token": {game.RefreshToken}}
	s.refused(s.ask(refresh), 400, "invalid_grant")
}
