package oauth_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/oauth/oauthtest"
	"github.com/pure-peace/peace/modules/state/memory"
	edge "github.com/pure-peace/peace/transport/api/oauth"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// production is the secret of the game's releases.
const production = "FGc9GAtyHzeQDshWP5Ah7dega8hJACAJpQtw6OXk"

// stack is the edge with a module behind it.
type stack struct {
	t     testing.TB
	http  http.Handler
	oauth oauth.Service
	world *oauthtest.World
	log   *bytes.Buffer
}

func newStack(t testing.TB, edit func(*local.Config, *edge.Config)) *stack {
	t.Helper()
	s := &stack{t: t, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = topics.Close() })
	s.world = oauthtest.NewWorld(topics)
	config, edgeConfig := local.DefaultConfig(), edge.DefaultConfig()
	config.KeyFile = filepath.Join(t.TempDir(), "oauth.key")
	edgeConfig.Burst = 10_000
	if edit != nil {
		edit(&config, &edgeConfig)
	}
	s.oauth, err = local.New(t.Context(), config, local.Deps{
		DB: databasetest.Open(t, database.SQLite), Users: s.world, Mail: s.world, Topics: topics, Domain: "example.org", Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := edge.New(edgeConfig, edge.Deps{OAuth: s.oauth, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	api, err := v2.New(v2.DefaultConfig(), v2.Deps{Tokens: s.oauth, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	server.RegisterAPI(api)
	api.Get("/me", v2.Identify, nil)
	r := chi.NewRouter()
	server.Register(r)
	r.Mount(v2.Prefix, api)
	s.http = r
	return s
}

// send returns what a request is answered.
func (s *stack) send(method, target, contentType, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.http.ServeHTTP(w, r)
	return w
}

const urlencoded = "application/x-www-form-urlencoded"

// ask asks for a token with an urlencoded form.
func (s *stack) ask(fields url.Values, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.send("POST", "/oauth/token", urlencoded, fields.Encode(), header...)
}

// askLikeLazer asks with a multipart form.
func (s *stack) askLikeLazer(fields url.Values, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	contentType, body := multipartForm(s.t, fields)
	return s.send("POST", "/oauth/token", contentType, body, header...)
}

func multipartForm(t testing.TB, fields url.Values) (contentType, body string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	if err := w.SetBoundary("-----------------------------28947758029299"); err != nil {
		t.Fatal(err)
	}
	for name, values := range fields {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), buf.String()
}

// given is a token as clients read it.
type given struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// token fails unless w has a token that is good.
func (s *stack) token(w *httptest.ResponseRecorder) (given, oauth.Token) {
	s.t.Helper()
	var g given
	if err := json.Unmarshal(w.Body.Bytes(), &g); err != nil || w.Code != http.StatusOK {
		s.t.Fatalf("answer is %d %q, %v", w.Code, w.Body, err)
	}
	if g.TokenType != "Bearer" || g.ExpiresIn < 60 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/json" {
		s.t.Errorf("%+v, %v", g, w.Header())
	}
	token, err := s.oauth.Check(s.t.Context(), g.AccessToken)
	if err != nil {
		s.t.Fatal(err)
	}
	return g, token
}

// refused fails unless w says that it was refused, in all the words that clients read.
func (s *stack) refused(w *httptest.ResponseRecorder, status int, code string) {
	s.t.Helper()
	var body map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		s.t.Fatalf("answer is %d %q, %v", w.Code, w.Body, err)
	}
	if w.Code != status || body["error"] != code {
		s.t.Errorf("answer is %d %s, want %d %s", w.Code, w.Body, status, code)
	}
	for _, key := range []string{"error_description", "hint", "message"} {
		if body[key] == "" {
			s.t.Errorf("there is no %s: %s", key, w.Body)
		}
	}
}

func (s *stack) application(owner oauthtest.Player, redirects ...string) (id, secret string, made oauth.Application) {
	s.t.Helper()
	a, err := s.oauth.Create(s.t.Context(), oauth.Application{OwnerID: owner.ID, Name: "Tool", Redirects: redirects})
	if err != nil {
		s.t.Fatal(err)
	}
	return strconv.FormatInt(a.ID, 10), a.Secret, a
}

// player makes an account; t of a stack may be that of a fuzz test, which makes none.
func (s *stack) player(withMail bool) oauthtest.Player {
	return s.world.NewPlayer(s.t.(*testing.T), withMail, 0)
}

func login(p oauthtest.Player) url.Values {
	return url.Values{
		"grant_type": {"password"}, "client_id": {"5"}, "client_secret": {production}, "scope": {"*"}, "username": {p.Name}, "password": {p.Password},
	}
}

func TestPassword(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	g, token := s.token(s.askLikeLazer(login(p)))
	if token.UserID != p.ID || token.ClientID != oauth.GameClient || !token.Verified || g.RefreshToken == "" || g.ExpiresIn != 86400 {
		t.Errorf("%+v, %+v", g, token)
	}
	s.token(s.ask(login(p)))
	development := login(p)
	development.Set("client_secret", "3LP2mhUrV89xxzD1YKNndXHEhWWCRLPNKioZ9ymT")
	s.token(s.askLikeLazer(development))
	asObject, err := json.Marshal(map[string]any{
		"grant_type": "password", "client_id": 5, "client_secret": production, "scope": "*", "username": p.Name, "password": p.Password, "extra": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.token(s.send("POST", "/oauth/token", "application/json; charset=utf-8", string(asObject)))
	s.token(s.ask(url.Values{"grant_type": {"password"}, "scope": {"*"}, "username": {p.Name}, "password": {p.Password}},
		"Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("5:"+production))))
	if text := s.log.String(); strings.Contains(text, p.Password) || strings.Contains(text, g.AccessToken) || strings.Contains(text, production) {
		t.Errorf("the log has a secret:\n%s", text)
	}
}

func TestPasswordRefused(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	id, secret, _ := s.application(p)
	for name, tc := range map[string]struct {
		spoil  func(url.Values)
		status int
		code   string
	}{
		"wrong password": {func(f url.Values) { f.Set("password", "wrong") }, 400, "invalid_grant"},
		"no password":    {func(f url.Values) { f.Del("password") }, 400, "invalid_request"},
		"no name":        {func(f url.Values) { f.Set("username", "") }, 400, "invalid_request"},
		"unknown name":   {func(f url.Values) { f.Set("username", "nobody") }, 400, "invalid_grant"},
		"wrong secret":   {func(f url.Values) { f.Set("client_secret", "wrong") }, 401, "invalid_client"},
		"no secret":      {func(f url.Values) { f.Del("client_secret") }, 401, "invalid_client"},
		"no client":      {func(f url.Values) { f.Del("client_id") }, 400, "invalid_request"},
		"garbage client": {func(f url.Values) { f.Set("client_id", "osu") }, 401, "invalid_client"},
		"the site":       {func(f url.Values) { f.Set("client_id", "1"); f.Del("client_secret"); f.Set("scope", "site") }, 401, "invalid_client"},
		"the site, too":  {func(f url.Values) { f.Set("client_id", "1"); f.Set("client_secret", ""); f.Set("scope", "site") }, 401, "invalid_client"},
		"the site as 01": {func(f url.Values) { f.Set("client_id", "01"); f.Del("client_secret"); f.Set("scope", "site") }, 401, "invalid_client"},
		"another client": {func(f url.Values) { f.Set("client_id", "6") }, 401, "invalid_client"},
		"huge client":    {func(f url.Values) { f.Set("client_id", "99999999999999999999") }, 401, "invalid_client"},
		"an application": {func(f url.Values) { f.Set("client_id", id); f.Set("client_secret", secret) }, 400, "unauthorized_client"},
		"other scope":    {func(f url.Values) { f.Set("scope", "public") }, 400, "invalid_scope"},
		"two scopes":     {func(f url.Values) { f.Set("scope", "* public") }, 400, "invalid_scope"},
		"no scope":       {func(f url.Values) { f.Del("scope") }, 400, "invalid_scope"},
		"no grant":       {func(f url.Values) { f.Del("grant_type") }, 400, "invalid_request"},
		"unknown grant":  {func(f url.Values) { f.Set("grant_type", "implicit") }, 400, "unsupported_grant_type"},
		"a field twice":  {func(f url.Values) { f.Add("username", p.Name) }, 400, "invalid_request"},
		"broken text":    {func(f url.Values) { f.Set("username", "\xff") }, 400, "invalid_request"},
		"too many fields": {func(f url.Values) {
			for i := range 40 {
				f.Set(strconv.Itoa(i), "x")
			}
		}, 400, "invalid_request"},
		"an endless field": {func(f url.Values) { f.Set("password", strings.Repeat("x", 20_000)) }, 413, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			fields := login(p)
			tc.spoil(fields)
			s := *s
			s.t = t
			s.refused(s.ask(fields), tc.status, tc.code)
			s.refused(s.askLikeLazer(fields), tc.status, tc.code)
		})
	}
	w := s.ask(url.Values{"grant_type": {"password"}}, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("5:wrong")))
	s.refused(w, 400, "invalid_request") // username is missing
	w = s.ask(login(p), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("5:"+production)))
	s.refused(w, 400, "invalid_request") // two ways
	alone := login(p)
	alone.Del("client_secret")
	w = s.ask(alone, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("5:wrong")))
	s.refused(w, 401, "invalid_client")
	if w.Header().Get("WWW-Authenticate") == "" {
		t.Error("there is no WWW-Authenticate")
	}
}

func TestForms(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	encoded := login(p).Encode()
	for name, tc := range map[string]struct{ target, contentType, body string }{
		"in the query":          {"/oauth/token?" + encoded, urlencoded, ""},
		"no content type":       {"/oauth/token", "", encoded},
		"another content type":  {"/oauth/token", "text/plain", encoded},
		"a broken content type": {"/oauth/token", "multipart/form-data; boundary", encoded},
		"no boundary":           {"/oauth/token", "multipart/form-data", encoded},
		"torn multipart":        {"/oauth/token", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"scope\"\r\n\r\n*"},
		"a file":                {"/oauth/token", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"scope\"; filename=\"x\"\r\n\r\n*\r\n--x--\r\n"},
		"broken escapes":        {"/oauth/token", urlencoded, "%zz=1"},
		"a JSON list":           {"/oauth/token", "application/json", "[]"},
		"JSON within JSON":      {"/oauth/token", "application/json", `{"scope":["*"]}`},
		"two JSON objects":      {"/oauth/token", "application/json", `{}{}`},
		"nothing":               {"/oauth/token", urlencoded, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			s.refused(s.send("POST", tc.target, tc.contentType, tc.body), 400, "invalid_request")
		})
	}
	if w := s.send("GET", "/oauth/token?"+encoded, "", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a GET is answered %d", w.Code)
	}
}

func TestRefresh(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	first, _ := s.token(s.askLikeLazer(login(p)))
	fields := url.Values{"grant_type": {"refresh_token"}, "client_id": {"5"}, "client_secret": {production}, "scope": {"*"}, "refresh_token": {first.RefreshToken}}
	second, token := s.token(s.askLikeLazer(fields))
	if token.UserID != p.ID || second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken {
		t.Errorf("%+v", token)
	}
	s.refused(s.askLikeLazer(fields), 400, "invalid_grant") // it was used: the line ends
	if _, err := s.oauth.Check(t.Context(), second.AccessToken); err == nil {
		t.Error("the line of a token that was stolen goes on")
	}
	fields.Set("refresh_token", "wrong")
	s.refused(s.askLikeLazer(fields), 400, "invalid_grant")
	fields.Del("refresh_token")
	s.refused(s.askLikeLazer(fields), 400, "invalid_request")
}

func TestClientCredentials(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	id, secret, _ := s.application(p)
	fields := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "scope": {"public"}}
	w := s.ask(fields)
	if _, token := s.token(w); token.UserID != 0 || token.OwnerID != p.ID {
		t.Errorf("%+v", token)
	}
	if strings.Contains(w.Body.String(), "refresh_token") {
		t.Errorf("there is a refresh token: %s", w.Body)
	}
	fields.Set("scope", "delegate chat.write")
	if _, token := s.token(s.ask(fields)); token.UserID != p.ID {
		t.Errorf("%+v", token)
	}
	for _, scope := range []string{"", "*", "site", "identify", "public delegate", "chat.write", "x"} {
		fields.Set("scope", scope)
		s.refused(s.ask(fields), 400, "invalid_scope")
	}
	fields.Set("client_id", "5")
	fields.Set("client_secret", production)
	s.refused(s.ask(fields), 400, "unauthorized_client")
}

func TestAuthorizationCode(t *testing.T) {
	s := newStack(t, nil)
	p := s.player(false)
	const home = "https://example.com/callback"
	id, secret, made := s.application(p, home)
	verifier := strings.Repeat("verify", 8)
	sum := sha256.Sum256([]byte(verifier))
	code, err := s.oauth.Authorize(t.Context(), oauth.Consent{
		UserID: p.ID, ClientID: made.ID, Redirect: home, Scopes: []string{"public", "identify"}, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
	})
	if err != nil {
		t.Fatal(err)
	}
	good := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {id}, "client_secret": {secret}, "code": {code}, "redirect_uri": {home}, "code_verifier": {verifier},
	}
	for name, tc := range map[string]struct {
		field, value, code string
		status             int
	}{
		"no code":        {"code", "", "invalid_request", 400},
		"wrong code":     {"code", strings.Repeat("x", 43), "invalid_grant", 400},
		"other address":  {"redirect_uri", home + "/", "invalid_grant", 400},
		"no address":     {"redirect_uri", "", "invalid_grant", 400},
		"no verifier":    {"code_verifier", "", "invalid_grant", 400},
		"wrong verifier": {"code_verifier", strings.Repeat("x", 48), "invalid_grant", 400},
		"wrong secret":   {"client_secret", strings.Repeat("x", 43), "invalid_client", 401},
	} {
		t.Run(name, func(t *testing.T) {
			fields := url.Values{}
			for key := range good {
				fields.Set(key, good.Get(key))
			}
			fields.Set(tc.field, tc.value)
			s := *s
			s.t = t
			s.refused(s.ask(fields), tc.status, tc.code)
		})
	}
	g, token := s.token(s.ask(good))
	if diff := cmp.Diff([]string{"identify", "public"}, token.Scopes); diff != "" || token.UserID != p.ID || g.RefreshToken == "" {
		t.Errorf("%+v\n%s", token, diff)
	}
	s.refused(s.ask(good), 400, "invalid_grant")
	if _, err := s.oauth.Check(t.Context(), g.AccessToken); err == nil {
		t.Error("a code that came twice has left its token alone")
	}
}

func TestRate(t *testing.T) {
	s := newStack(t, func(_ *local.Config, c *edge.Config) { c.Rate, c.Burst = 1, 3 })
	for range 3 {
		s.refused(s.ask(nil), 400, "invalid_request")
	}
	w := s.ask(nil)
	s.refused(w, http.StatusTooManyRequests, "temporarily_unavailable")
	if w.Header().Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
}

func TestConfig(t *testing.T) {
	for key, config := range map[string]edge.Config{"rate": {Burst: 1}, "burst": {Rate: 1}} {
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := edge.New(config, edge.Deps{}); err == nil {
			t.Errorf("%s: New accepts it", key)
		}
	}
}
