package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	usersLocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/stacktest"
	"github.com/pure-peace/peace/transport/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func request(method, target, body string, header ...string) *http.Request {
	u, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(body))
	r.Host = u.Host + "." + stacktest.Domain
	r.Header.Set("User-Agent", "osu!")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func serve(s *stacktest.Stack, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return w
}

// quiet is a stack whose log is kept, to look for secrets in it.
func quiet(t testing.TB, edit func(*stacktest.Options)) (*stacktest.Stack, *bytes.Buffer) {
	t.Helper()
	var lines bytes.Buffer
	o := stacktest.Options{Log: slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if edit != nil {
		edit(&o)
	}
	return stacktest.New(t, o), &lines
}

// TestStartUp is a game from its start to its main menu.
func TestStartUp(t *testing.T) {
	s, _ := quiet(t, nil)
	s.Serve(t)
	if err := s.Client(t, "Ann").StartUp(t.Context()); err != nil {
		t.Error(err)
	}
}

func form(name, email, password, check string) string {
	return url.Values{"user[username]": {name}, "user[user_email]": {email}, "user[password]": {password}, "check": {check}}.Encode()
}

func TestRegister(t *testing.T) {
	s, log := quiet(t, func(o *stacktest.Options) { o.Proxies = []string{"192.0.2.1"} })
	const password = "a Secret 4 sure"
	good := form("New Player", "new@example.com", password, "1")
	if w := serve(s, request("POST", "http://osu/users", good)); w.Code != 200 || w.Body.String() != "ok" {
		t.Fatalf("a check is answered %d %q", w.Code, w.Body)
	}
	if found, err := s.Users.Find(t.Context(), []string{"New Player"}); err != nil || len(found) != 0 {
		t.Fatalf("a check makes an account: %v, %v", found, err)
	}
	for _, unclear := range []string{"", "2", "no"} { // only what clearly asks for an account makes one
		serve(s, request("POST", "http://osu/users", form("New Player", "new@example.com", password, unclear)))
		if found, err := s.Users.Find(t.Context(), []string{"New Player"}); err != nil || len(found) != 0 {
			t.Fatalf("check=%s makes an account: %v, %v", unclear, found, err)
		}
	}
	good = form("New Player", "new@example.com", password, "0")
	for range 2 { // the game repeats what the network swallowed
		w := serve(s, request("POST", "http://osu/users", good, "X-Forwarded-For", "203.0.113.1", "CF-IPCountry", "FI"))
		if w.Code != 200 || w.Body.String() != "ok" {
			t.Fatalf("a registration is answered %d %q", w.Code, w.Body)
		}
	}
	found, err := s.Users.Find(t.Context(), []string{"New Player"})
	if err != nil || len(found) != 1 || found[0].Email != "new@example.com" {
		t.Errorf("accounts are %+v, %v", found, err)
	}

	for _, tc := range []struct {
		name, body string
		fields     []string
	}{
		{"taken", form("new_player", "other@example.com", password, "1"), []string{"username"}},
		{"everything", form("?", "nothing", "short", "0"), []string{"password", "user_email", "username"}},
		{"empty", "", []string{"password", "user_email", "username"}},
	} {
		w := serve(s, request("POST", "http://osu/users", tc.body))
		var answer struct {
			FormError struct {
				User map[string][]string `json:"user"`
			} `json:"form_error"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%s: answer is %d %q, %v", tc.name, w.Code, w.Body, err)
		}
		var fields []string
		for _, field := range []string{"password", "user_email", "username"} {
			if messages := answer.FormError.User[field]; len(messages) > 0 && messages[0] != "" {
				fields = append(fields, field)
			}
		}
		if diff := cmp.Diff(tc.fields, fields); diff != "" {
			t.Errorf("%s: fields with a message (-want +got):\n%s\n%s", tc.name, diff, w.Body)
		}
	}

	for name, tc := range map[string]struct {
		request *http.Request
		status  int
	}{
		"a browser": {request("POST", "http://osu/users", good, "User-Agent", "Mozilla/5.0"), 403},
		"too large": {request("POST", "http://osu/users", strings.Repeat("x", 20_000)), 413},
		"garbage":   {request("POST", "http://osu/users", "%zz=1"), 400},
		"multipart": {request("POST", "http://osu/users", "--x\r\n", "Content-Type", "multipart/form-data"), 400},
		"a GET":     {request("GET", "http://osu/users", ""), 405},
	} {
		if w := serve(s, tc.request); w.Code != tc.status {
			t.Errorf("%s is answered %d %q, want %d", name, w.Code, w.Body, tc.status)
		}
	}
	if strings.Contains(log.String(), "Secret") || strings.Contains(log.String(), "short") {
		t.Errorf("the log has a password:\n%s", log)
	}
}

func TestRegistrationIsClosed(t *testing.T) {
	s, _ := quiet(t, func(o *stacktest.Options) { o.Users = func(c *usersLocal.Config) { c.Registration = false } })
	w := serve(s, request("POST", "http://osu/users", form("New Player", "new@example.com", "a Secret 4 sure", "1")))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `{"form_error":{"user":{"username":["Registration is closed`) {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
}

func TestAuthentication(t *testing.T) {
	s, log := quiet(t, nil)
	s.Serve(t)
	ann := s.Client(t, "Ann")
	for _, endpoint := range []struct{ path, name, password string }{
		{"/web/osu-getfriends.php?", "u", "h"}, {"/web/osu-markasread.php?", "u", "h"}, {"/web/lastfm.php?", "us", "ha"},
	} {
		ask := func(query string) *httptest.ResponseRecorder {
			return serve(s, request("GET", "http://osu"+endpoint.path+query, ""))
		}
		good := ann.Credentials(endpoint.name, endpoint.password).Encode()
		if w := ask(good); w.Code != 401 || w.Body.Len() != 0 {
			t.Errorf("%s before the login: %d %q", endpoint.path, w.Code, w.Body)
		}
		found, err := s.Users.Find(t.Context(), []string{"Ann"})
		if err != nil || len(found) != 1 {
			t.Fatal(len(found), err)
		}
		for _, kind := range []sessions.Kind{sessions.Lazer, sessions.IRC} {
			opened, err := s.Sessions.Open(t.Context(), sessions.Opening{User: found[0], Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
			if w := ask(good); w.Code != 401 || w.Body.Len() != 0 {
				t.Errorf("%s beside another client (%d): %d %q", endpoint.path, kind, w.Code, w.Body)
			}
			if err := s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil {
				t.Fatal(err)
			}
		}
		if err := ann.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w := ask(good); w.Code != 200 {
			t.Errorf("%s: %d %q", endpoint.path, w.Code, w.Body)
		}
		for _, query := range []string{"", endpoint.name + "=Ann", strings.Replace(good, "Ann", "Bob", 1), good[:len(good)-1] + "x", good + "00"} {
			if w := ask(query); w.Code != 401 || w.Body.Len() != 0 {
				t.Errorf("%s?%s: %d %q", endpoint.path, query, w.Code, w.Body)
			}
		}
		if strings.Contains(log.String(), ann.Credentials("u", "h").Get("h")) {
			t.Errorf("the log has a password:\n%s", log)
		}
		if _, err := s.Sessions.Disconnect(t.Context(), ann.ID(), 1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPlayer(t *testing.T) {
	s, _ := quiet(t, nil)
	s.Serve(t)
	ann, bob := s.Client(t, "Ann"), s.Player(t, "Bob Builder")
	if _, err := s.Chat.Whisper(t.Context(), chat.Line{SenderID: bob.ID(), Target: "Ann", Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	if err := ann.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Relations.Add(t.Context(), ann.ID(), bob.ID(), relations.Friend); err != nil {
		t.Fatal(err)
	}
	credentials := ann.Credentials("u", "h").Encode()
	w := serve(s, request("GET", "http://osu/web/osu-getfriends.php?"+credentials, ""))
	if want := "1\n" + strconv.Itoa(int(bob.ID())); w.Body.String() != want {
		t.Errorf("friends are %q, want %q", w.Body, want)
	}
	for _, b := range []string{"", "75", "a0", "a98304", "axyz"} {
		w = serve(s, request("GET", "http://osu/web/lastfm.php?b="+b+"&"+ann.Credentials("us", "ha").Encode(), ""))
		if w.Body.String() != "-3" {
			t.Errorf("lastfm with %q is answered %q", b, w.Body)
		}
	}

	unread := func() int {
		greeting, err := s.Chat.Greet(t.Context(), ann.ID(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return len(greeting.Unread)
	}
	before := unread()
	for _, channel := range []string{"%23osu", "Nobody", ""} {
		if w := serve(s, request("GET", "http://osu/web/osu-markasread.php?"+credentials+"&channel="+channel, "")); w.Code != 200 || w.Body.Len() != 0 {
			t.Errorf("reading %s is answered %d %q", channel, w.Code, w.Body)
		}
	}
	if got := unread(); got != before || got != 1 {
		t.Errorf("%d messages are unread, then %d; want 1", before, got)
	}
	serve(s, request("GET", "http://osu/web/osu-markasread.php?"+credentials+"&channel=bob+builder", ""))
	if got := unread(); got != 0 {
		t.Errorf("%d messages are unread after reading", got)
	}
}

func TestSmallEndpoints(t *testing.T) {
	s, _ := quiet(t, func(o *stacktest.Options) { o.Proxies = []string{"192.0.2.1"} })
	for _, tc := range []struct {
		name, method, target, body string
		status                     int
		want                       string
	}{
		{"updates", "GET", "http://osu/web/check-updates.php?action=check", "", 200, "[]\n"},
		{"seasonal", "GET", "http://osu/web/osu-getseasonal.php", "", 200, "[]\n"},
		{"menu", "GET", "http://assets/menu-content.json", "", 200, "{\"images\":[]}\n"},
		{"connect", "GET", "http://osu/web/bancho_connect.php?v=b20250815&u=Ann&h=x", "", 200, "se"},
		{"crash", "POST", "http://osu/web/osu-error.php", "exception=oops&version=b20250815", 200, ""},
		{"crash, garbage", "POST", "http://osu/web/osu-error.php", "%%%", 200, ""},
		{"crash, large", "POST", "http://osu/web/osu-error.php", strings.Repeat("x", 300_000), 413, ""},
		{"session", "POST", "http://osu/web/osu-session.php", "a=b", 200, ""},
		{"unknown endpoint", "GET", "http://osu/web/osu-nothing.php", "", 404, ""},
		{"unknown page", "GET", "http://osu/nothing", "", 404, ""},
		{"wrong method", "POST", "http://osu/web/check-updates.php", "", 405, ""},
		{"unknown asset", "GET", "http://assets/medals/client/a.png", "", 404, ""},
	} {
		w := serve(s, request(tc.method, tc.target, tc.body, "CF-IPCountry", "SE"))
		if tc.status == 413 {
			tc.want = w.Body.String() // a sentence for people
		}
		if w.Code != tc.status || w.Body.String() != tc.want {
			t.Errorf("%s: answer is %d %q, want %d %q", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

// written is what an operator has written.
type written struct{}

func (written) Backgrounds(context.Context) (content.Backgrounds, error) {
	return content.Backgrounds{Images: []content.Background{{URL: "https://site.test/1.jpg"}}}, nil
}

func (written) Menu(context.Context) ([]content.Banner, error) {
	return []content.Banner{
		{Image: "https://site.test/now.png", URL: "/news"},
		{Image: "https://site.test/past.png", Ends: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
	}, nil
}

func TestConfigured(t *testing.T) {
	s, _ := quiet(t, func(o *stacktest.Options) {
		o.Web = func(c *web.Config) {
			c.Site = "https://site.test/"
			c.Updates = "https://updates.test/check"
		}
		o.Content = written{}
	})
	for target, want := range map[string]string{
		"http://osu/web/check-updates.php?action=check&stream=stable40": "https://updates.test/check?action=check&stream=stable40",
		"http://osu/":                               "https://site.test/",
		"http://osu/u/1000":                         "https://site.test/u/1000",
		"http://osu/users/1000/osu":                 "https://site.test/users/1000/osu",
		"http://osu/beatmapsets/75/discussion?a=%2": "https://site.test/beatmapsets/75/discussion?a=%2",
		"http://osu/p/verify?u=1":                   "https://site.test/p/verify?u=1",
	} {
		w := serve(s, request("GET", target, ""))
		if got := w.Header().Get("Location"); got != want || w.Code < 300 || w.Code > 399 {
			t.Errorf("%s: %d to %q, want %q", target, w.Code, got, want)
		}
	}
	if got := serve(s, request("GET", "http://osu/web/osu-getseasonal.php", "")).Body.String(); got != `["https://site.test/1.jpg"]`+"\n" {
		t.Errorf("seasonal is %s", got)
	}
	const menu = `{"images":[{"image":"https://site.test/now.png","url":"https://osu.` + stacktest.Domain + `/news","IsCurrent":true,"begins":null,"expires":null},` +
		`{"image":"https://site.test/past.png","url":"","IsCurrent":false,"begins":null,"expires":"2020-01-01T00:00:00Z"}]}` + "\n"
	if got := serve(s, request("GET", "http://assets/menu-content.json", "")).Body.String(); got != menu {
		t.Errorf("menu is %s", got)
	}
}

func TestPages(t *testing.T) {
	s, _ := quiet(t, func(*stacktest.Options) {})
	s.Serve(t)
	s.Player(t, "Ann")
	w := serve(s, request("GET", "http://osu/", "", "User-Agent", "Mozilla/5.0"))
	for _, want := range []string{"osu!.exe -devserver " + stacktest.Domain, "One player is online"} {
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("the index lacks %q: %d %s", want, w.Code, w.Body)
		}
	}
	if w := serve(s, request("GET", "http://osu/u/1000", "")); w.Code != 404 || !strings.Contains(w.Body.String(), "has none") {
		t.Errorf("a profile is answered %d %s", w.Code, w.Body)
	}
}

func TestAvatars(t *testing.T) {
	dir := t.TempDir()
	s, _ := quiet(t, func(o *stacktest.Options) { o.Web = func(c *web.Config) { c.AvatarsDir.Dir = dir } })
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	gif := "GIF89a\x01\x00\x01\x00\x00\x00\x00;"
	for name, content := range map[string]string{
		"1000.jpg": picture.String(), "1001.gif": gif, "1002.png": "<script>alert(1)</script>", "1003.png": "", "secret.png": picture.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "1004.png"), 0o700); err != nil {
		t.Fatal(err)
	}
	standard := serve(s, request("GET", "http://a/4711", ""))
	decoded, err := png.Decode(bytes.NewReader(standard.Body.Bytes()))
	if err != nil || decoded.Bounds().Dx() != 256 || decoded.Bounds().Dy() != 256 {
		t.Fatalf("the default avatar: %v", err)
	}
	for path, tc := range map[string]struct {
		kind string
		body string
	}{
		"1000":              {"image/png", picture.String()}, // whatever its name says
		"1000_1755000.jpeg": {"image/png", picture.String()},
		"1000?1755000":      {"image/png", picture.String()},
		"01000":             {"image/png", picture.String()},
		"1001.png":          {"image/gif", gif},
		"1002":              {"image/png", standard.Body.String()}, // no picture
		"1003":              {"image/png", standard.Body.String()},
		"1004":              {"image/png", standard.Body.String()},
		"0":                 {"image/png", standard.Body.String()},
		"-1":                {"image/png", standard.Body.String()},
		"99999999999":       {"image/png", standard.Body.String()},
	} {
		w := serve(s, request("GET", "http://a/"+path, ""))
		if w.Code != 200 || w.Header().Get("Content-Type") != tc.kind || w.Body.String() != tc.body {
			t.Errorf("%s: %d %s, %d bytes", path, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		tag := w.Header().Get("ETag")
		if w := serve(s, request("GET", "http://a/"+path, "", "If-None-Match", tag)); tag == "" || w.Code != http.StatusNotModified {
			t.Errorf("%s: the tag %s is not recognised: %d", path, tag, w.Code)
		}
	}
	for _, path := range []string{"", "secret.png", "secret", "../web_test.go", "1000/1", "1e3"} {
		if w := serve(s, request("GET", "http://a/"+path, "")); w.Code != 404 {
			t.Errorf("%q is answered %d", path, w.Code)
		}
	}
	if w := serve(s, request("POST", "http://a/1000", "")); w.Code != 405 {
		t.Errorf("POST is answered %d", w.Code)
	}
}

func TestValidate(t *testing.T) {
	if err := web.DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for key, edit := range map[string]func(*web.Config){
		"site":    func(c *web.Config) { c.Site = "peace.test" },
		"updates": func(c *web.Config) { c.Updates = "://" },
	} {
		config := web.DefaultConfig()
		edit(&config)
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: error is %v", key, err)
		}
		if _, err := web.New(config, web.Deps{}); err == nil {
			t.Errorf("%s: New accepts it", key)
		}
	}
}

func FuzzRegister(f *testing.F) {
	s := stacktest.New(f, stacktest.Options{Log: slog.New(slog.DiscardHandler)})
	f.Add("application/x-www-form-urlencoded", form("New Player", "new@example.com", "a Secret 4 sure", "1"))
	f.Add("application/x-www-form-urlencoded", "user[username]=%ff&check=0")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"check\"\r\n\r\n0\r\n--x--\r\n")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		w := serve(s, request("POST", "http://osu/users", body, "Content-Type", contentType))
		switch w.Code {
		case http.StatusOK:
			if w.Body.String() != "ok" {
				t.Fatalf("answer is %q", w.Body)
			}
		case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
			if !json.Valid(w.Body.Bytes()) && w.Code != http.StatusRequestEntityTooLarge {
				t.Fatalf("answer is %d %q", w.Code, w.Body)
			}
		default:
			t.Fatalf("answer is %d %q", w.Code, w.Body)
		}
	})
}
