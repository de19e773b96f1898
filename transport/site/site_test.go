package site_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/oauth"
	oauthlocal "github.com/pure-peace/peace/modules/oauth/local"
	"github.com/pure-peace/peace/modules/oauth/oauthtest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/modules/users"
	userslocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/site"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "a Secret 4 sure"

// stack is the pages with modules behind them.
type stack struct {
	t     *testing.T
	url   string
	http  *httptest.Server
	oauth *oauthlocal.Service
	users *userslocal.Service
	mails *oauthtest.World
	log   *lockedBuffer
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newStack(t *testing.T, edit func(*oauthlocal.Config, *site.Config)) *stack {
	t.Helper()
	s := &stack{t: t, log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = topics.Close() })
	db := databasetest.Open(t, database.SQLite)
	if s.users, err = userslocal.New(t.Context(), userslocal.DefaultConfig(), userslocal.Deps{DB: db, Topics: topics, Log: log}); err != nil {
		t.Fatal(err)
	}
	s.mails = oauthtest.NewWorld(topics)
	config, edge := oauthlocal.DefaultConfig(), site.DefaultConfig()
	config.KeyFile = filepath.Join(t.TempDir(), "oauth.key")
	edge.Logins, edge.Forms = 1000, 1000
	if edit != nil {
		edit(&config, &edge)
	}
	s.oauth, err = oauthlocal.New(t.Context(), config, oauthlocal.Deps{
		DB: db, Users: s.users, Mail: s.mails, Topics: topics, Domain: "example.org", Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := site.New(edge, site.Deps{OAuth: s.oauth, Users: s.users, Domain: "example.org", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	server.Register(r)
	s.http = httptest.NewTLSServer(r) // browsers keep our cookies over nothing else
	s.url = s.http.URL
	t.Cleanup(func() {
		s.http.Close()
		for _, secret := range []string{password, "Set-Cookie", "code="} {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log has %q:\n%s", secret, s.log)
			}
		}
	})
	return s
}

// player makes an account whose password is password.
func (s *stack) player() users.User {
	s.t.Helper()
	name := "p" + strings.ToLower(rand.Text()[:10])
	u, err := s.users.Register(s.t.Context(), users.Registration{Name: name, Email: name + "@example.com", Password: password})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// browser is one person's.
type browser struct {
	*stack
	client *http.Client
}

func (s *stack) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{
		Transport: s.http.Client().Transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a page as a browser has it.
type answer struct {
	t        *testing.T
	status   int
	header   http.Header
	body     string
	location string
}

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{b.t, response.StatusCode, response.Header, string(body), response.Header.Get("Location")}
	a.isSafe()
	return a
}

// isSafe fails unless the answer is one that nobody else can use.
func (a answer) isSafe() {
	a.t.Helper()
	policy := a.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			a.t.Errorf("the policy %q lacks %s", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" {
		a.t.Errorf("%v", a.header)
	}
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") && a.location == "" {
		style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(a.body)
		if style == nil {
			a.t.Fatalf("there is no style: %s", a.body)
		}
		sum := sha256.Sum256([]byte(style[1]))
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			a.t.Errorf("browsers do not apply the style under %q", policy)
		}
		if found := regexp.MustCompile(`(?i)<script|<link|<iframe|\son[a-z]+=|style=|="javascript:|ZgotmplZ`).FindString(a.body); found != "" {
			a.t.Errorf("the page has %q: %s", found, a.body)
		}
	}
	for _, line := range a.header["Set-Cookie"] {
		for _, part := range []string{"__Host-", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"} {
			if !strings.Contains(line, part) {
				a.t.Errorf("the cookie %q lacks %q", line, part)
			}
		}
		if strings.Contains(line, "Domain") {
			a.t.Errorf("the cookie %q is for other hosts", line)
		}
	}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

// post sends a form as it is given.
func (b *browser) post(path string, fields url.Values, header ...string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(fields.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.do(r)
}

var (
	formElement  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	inputElement = regexp.MustCompile(`<input[^>]*name="([^"]*)"[^>]*?(?:value="([^"]*)")?[^>]*>`)
	valueOf      = regexp.MustCompile(`value="([^"]*)"`)
)

// send fills in the page's form for a path, and sends it.
func (b *browser) send(page answer, path string, fields ...string) answer {
	b.t.Helper()
	for _, form := range formElement.FindAllStringSubmatch(page.body, -1) {
		if html.UnescapeString(form[1]) != path {
			continue
		}
		values := url.Values{}
		for _, input := range inputElement.FindAllStringSubmatch(form[2], -1) {
			value := ""
			if found := valueOf.FindStringSubmatch(input[0]); found != nil {
				value = html.UnescapeString(found[1])
			}
			values.Set(input[1], value)
		}
		for i := 0; i < len(fields); i += 2 {
			values.Set(fields[i], fields[i+1])
		}
		return b.post(path, values)
	}
	b.t.Fatalf("there is no form for %s: %d %s", path, page.status, page.body)
	return answer{}
}

// login logs a player in and fails unless that leads to a path.
func (b *browser) login(u users.User, to string) {
	b.t.Helper()
	b.send(b.get("/home/login"), "/home/login", "name", u.Name, "password", password).redirects(to)
}

func (a answer) redirects(to string) {
	a.t.Helper()
	if a.status != http.StatusSeeOther || a.location != to {
		a.t.Fatalf("answer is %d %s, want to be sent to %s\n%s", a.status, a.location, to, a.main())
	}
}

// says fails unless the page has a status and each of the texts.
func (a answer) says(status int, texts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("answer is %d %s, want %d\n%s", a.status, a.location, status, a.main())
	}
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(a.body), text) {
			a.t.Errorf("the page does not say %q:\n%s", text, a.main())
		}
	}
	return a
}

// main is what is particular to the page.
func (a answer) main() string {
	if _, main, ok := strings.Cut(a.body, "<main>"); ok {
		return main
	}
	return a.body
}

// cookie returns the value of the cookie that a browser is logged in with.
func (b *browser) cookie() string {
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == "__Host-peace" {
			return c.Value
		}
	}
	return ""
}

func TestLogin(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	b := s.browser()
	b.get("/home/account").redirects("/home/login?next=%2Fhome%2Faccount")
	page := b.get("/home/login?next=%2Fhome%2Faccount%2Fpassword")
	page.says(200, "Log in", "example.org")
	again := b.send(page, "/home/login", "name", u.Name, "password", "wrong").says(422, "The name or the password is wrong.")
	if !strings.Contains(again.body, u.Name) || strings.Contains(again.body, "wrong\"") {
		t.Errorf("the name is lost, or the password is not: %s", again.body)
	}
	b.send(again, "/home/login", "name", u.Email, "password", password).redirects("/home/account/password")
	b.get("/home/account").says(200, u.Name, u.Email, "It is off")
	b.get("/home/account/edit").says(200, u.Name)
	b.get("/home/login").redirects("/home/account")
	old := b.cookie()
	token, err := s.oauth.Check(t.Context(), old)
	if err != nil || token.ClientID != oauth.SiteClient || token.UserID != u.ID {
		t.Fatalf("%+v, %v", token, err)
	}
	b.send(b.get("/home/account"), "/home/logout").redirects("/home/login")
	if _, err := s.oauth.Check(t.Context(), old); err == nil {
		t.Error("logging out has left the token alone")
	}
	b.get("/home/account").redirects("/home/login?next=%2Fhome%2Faccount")
}

// TestCookies says that only a token of the site is one for a browser.
func TestCookies(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	issued, err := s.oauth.Password(t.Context(), oauth.Client{ID: oauth.GameClient, Secret: oauthlocal.DefaultConfig().GameSecrets[0]},
		oauth.Login{Name: u.Name, Password: password, Scopes: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{issued.AccessToken, "", "x", strings.Repeat("x", 4000)} {
		b := s.browser()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/home/account", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "__Host-peace", Value: value})
		b.do(r).redirects("/home/login?next=%2Fhome%2Faccount")
	}
}

func TestForeignForms(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	b, other := s.browser(), s.browser()
	fields := url.Values{"name": {u.Name}, "password": {password}}
	b.post("/home/login", fields).says(403, "does not come from this page")
	fields.Set("form", "x")
	b.post("/home/login", fields).says(403)
	stolen := valueOf.FindStringSubmatch(regexp.MustCompile(`<input[^>]*name="form"[^>]*>`).FindString(other.get("/home/login").body))[1]
	fields.Set("form", stolen)
	b.post("/home/login", fields).says(403)
	if b.cookie() != "" {
		t.Fatal("somebody else's form has logged the browser in")
	}

	b.login(u, "/home/account")
	page := b.get("/home/account")
	own := valueOf.FindStringSubmatch(regexp.MustCompile(`<input[^>]*name="form"[^>]*>`).FindString(page.body))[1]
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		b.post("/home/account/elsewhere", url.Values{"form": {own}}, header...).says(403)
	}
	b.post("/home/account/elsewhere?form="+own, url.Values{}).says(403) // not in the address
	b.post("/home/account/elsewhere", url.Values{"form": {own, own}}).says(400)
	b.post("/home/account/elsewhere", url.Values{"form": {own}, "x": {"\xff"}}).says(400)
	b.post("/home/account/elsewhere", url.Values{"form": {own}, "x": {strings.Repeat("x", 20_000)}}).says(413)
	b.post("/home/account/elsewhere", url.Values{"form": {own}}).redirects("/home/account?done=elsewhere")
	if strings.Contains(page.body, b.cookie()) {
		t.Error("the page has the cookie")
	}
}

func TestDestinations(t *testing.T) {
	s := newStack(t, nil)
	u := s.player()
	for next, want := range map[string]string{
		"/home/account/password":                    "/home/account/password",
		"/oauth/authorize?client_id=1&x=%2F":        "/oauth/authorize?client_id=1&x=%2F",
		"":                                          "/home/account",
		"https://evil.example/":                     "/home/account",
		"//evil.example/home/account":               "/home/account",
		`/\evil.example/`:                           "/home/account",
		"/\t/evil.example/":                         "/home/account",
		"/home/account\r\nX: y":                     "/home/account",
		"/home/logout":                              "/home/account",
		"/home/account/../../x":                     "/home/account",
		"javascript:alert(1)":                       "/home/account",
		"/oauth/authorizeevil":                      "/home/account",
		"/home/account" + strings.Repeat("x", 5000): "/home/account",
	} {
		t.Run(next, func(t *testing.T) {
			s := *s
			s.t = t
			b := s.browser()
			b.send(b.get("/home/login?next="+url.QueryEscape(next)), "/home/login", "name", u.Name, "password", password).redirects(want)
			b.get("/home/login?next=" + url.QueryEscape(next)).redirects(want)
			again := s.browser() // and when the field itself is forged
			again.send(again.get("/home/login"), "/home/login", "name", u.Name, "password", password, "next", next).redirects(want)
		})
	}
}

func TestLimits(t *testing.T) {
	s := newStack(t, func(_ *oauthlocal.Config, c *site.Config) { c.Logins, c.Forms = 3, 2 })
	u := s.player()
	b := s.browser()
	b.login(u, "/home/account")
	for range 2 {
		b.send(b.get("/home/account"), "/home/account/elsewhere").redirects("/home/account?done=elsewhere")
	}
	b.send(b.get("/home/account"), "/home/account/elsewhere").says(429, "wait a minute")
	stranger := s.browser()
	for range 2 {
		stranger.send(stranger.get("/home/login"), "/home/login", "name", u.Name, "password", "wrong").says(422)
	}
	stranger.send(stranger.get("/home/login"), "/home/login", "name", u.Name, "password", password).says(429, "too many attempts")
}

func TestConfig(t *testing.T) {
	for key, config := range map[string]site.Config{"logins": {Forms: 1}, "forms": {Logins: 1}} {
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := site.New(config, site.Deps{}); err == nil {
			t.Errorf("%s: New accepts it", key)
		}
	}
}
