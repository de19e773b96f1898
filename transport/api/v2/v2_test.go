package v2_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

// tokens are known by their text.
type tokens map[string]oauth.Token

func (t tokens) Check(_ context.Context, accessToken string) (oauth.Token, error) {
	switch token, ok := t[accessToken]; {
	case accessToken == "broken":
		return oauth.Token{}, fault.New(fault.Unavailable, "oauth", "down", "oauth is down")
	case ok:
		return token, nil
	}
	return oauth.Token{}, oauth.ErrNoToken
}

var known = tokens{
	"game":    {ID: 1, UserID: 1000, Scopes: []string{"*"}, Verified: true},
	"other":   {ID: 2, UserID: 1001, Scopes: []string{"*"}, Verified: true},
	"public":  {ID: 3, Scopes: []string{"public"}, Verified: true},
	"ident":   {ID: 4, UserID: 1000, Scopes: []string{"public", "identify"}, Verified: true},
	"mail":    {ID: 5, UserID: 1000, Scopes: []string{"*"}, Method: oauth.MethodMail},
	"totp":    {ID: 6, UserID: 1000, Scopes: []string{"*"}, Method: oauth.MethodTOTP},
	"machine": {ID: 7, Scopes: []string{"*"}, Verified: true},
}

func newAPI(t testing.TB, edit func(*v2.Config)) *v2.API {
	t.Helper()
	cfg := v2.DefaultConfig()
	if edit != nil {
		edit(&cfg)
	}
	api, err := v2.New(cfg, v2.Deps{Tokens: known, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// ask sends a request to an API below its prefix.
func ask(api http.Handler, method, path, token string, edit func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, v2.Prefix+path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if edit != nil {
		edit(r)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

func body(w *httptest.ResponseRecorder) string { return strings.TrimSuffix(w.Body.String(), "\n") }

// echo answers with what f finds in the request.
func echo[T any](f func(r *v2.Request) T) v2.Endpoint {
	return func(_ context.Context, r *v2.Request) (any, error) { return f(r), nil }
}

var fine = echo(func(*v2.Request) string { return "fine" })

func TestConfig(t *testing.T) {
	if err := v2.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	err := v2.Config{Rate: 0, Supporter: "nobody"}.Validate()
	if err == nil || !strings.Contains(err.Error(), "rate:") || !strings.Contains(err.Error(), "supporter:") {
		t.Errorf("Validate of a bad configuration: %v", err)
	}
	if _, err := v2.New(v2.Config{}, v2.Deps{}); err == nil {
		t.Error("New takes a bad configuration")
	}
}

func TestAccess(t *testing.T) {
	api := newAPI(t, nil)
	api.Get("/anyone", v2.Anyone, fine)
	api.Get("/any-token", v2.AnyToken, fine)
	api.Get("/public", v2.Public, fine)
	api.Get("/identify", v2.Identify, fine)
	api.Get("/game", v2.Game, fine)
	api.Post("/game", v2.Game, fine)
	api.Post("/verify", v2.Access{Scope: "*", User: true, Unverified: true}, fine)
	const unauthenticated = `{"authentication":"basic"}`
	for _, tc := range []struct {
		method, path, token string
		status              int
		body                string
	}{
		{"GET", "/anyone", "", 200, `"fine"`},
		{"GET", "/anyone", "public", 200, `"fine"`},
		{"GET", "/anyone", "forged", 401, unauthenticated},
		{"GET", "/any-token", "public", 200, `"fine"`},
		{"GET", "/any-token", "", 401, unauthenticated},
		{"GET", "/public", "", 401, unauthenticated},
		{"GET", "/public", "forged", 401, unauthenticated},
		{"GET", "/public", "public", 200, `"fine"`},
		{"GET", "/public", "game", 200, `"fine"`},
		{"GET", "/public", "broken", 503, `{"error":"oauth is down"}`},
		{"GET", "/identify", "public", 403, `{"error":"The token lacks the scope identify."}`},
		{"GET", "/identify", "ident", 200, `"fine"`},
		{"GET", "/game", "ident", 403, `{"error":"The token lacks the scope *."}`},
		{"GET", "/game", "machine", 403, `{"error":"This needs a token that acts for a user."}`},
		{"GET", "/game", "mail", 200, `"fine"`},
		{"HEAD", "/game", "mail", 200, `"fine"`}, // net/http leaves the body out
		{"POST", "/game", "mail", 401, `{"method":"mail"}`},
		{"POST", "/game", "totp", 401, `{"method":"totp"}`},
		{"POST", "/verify", "totp", 200, `"fine"`},
		{"POST", "/game", "game", 200, `"fine"`},
		{"PUT", "/game", "game", 405, `{"error":"This endpoint does not take that method."}`},
		{"POST", "/nowhere", "", 404, `{"error":null}`},
		{"BREW", "/game", "game", 405, `{"error":"This endpoint does not take that method."}`},
	} {
		t.Run(tc.method+tc.path+" "+tc.token, func(t *testing.T) {
			w := ask(api, tc.method, tc.path, tc.token, nil)
			if w.Code != tc.status || body(w) != tc.body {
				t.Errorf("%d %s, want %d %s", w.Code, body(w), tc.status, tc.body)
			}
			if ct := w.Header().Get("Content-Type"); ct != "application/json" {
				t.Errorf("Content-Type %q", ct)
			}
		})
	}
	for name, header := range map[string]string{"basic": "Basic Z2FtZQ==", "empty": "Bearer ", "bare": "game"} {
		w := ask(api, "GET", "/public", "", func(r *http.Request) { r.Header.Set("Authorization", header) })
		if w.Code != 401 {
			t.Errorf("%s authorization: %d", name, w.Code)
		}
	}
	if w := ask(api, "GET", "/public", "", func(r *http.Request) { r.Header.Set("Authorization", "bearer public") }); w.Code != 200 {
		t.Errorf("a scheme in lower case: %d", w.Code)
	}
}

// A redirect to the other spelling would cost lazer its Authorization header.
func TestTrailingSlash(t *testing.T) {
	api := newAPI(t, nil)
	api.Get("/me", v2.Game, fine)
	api.Get("/users", v2.Public, fine)
	api.Get("/users/{user}", v2.Public, echo(func(r *v2.Request) string { return r.Param("user") }))
	root := chi.NewRouter()
	root.Mount(v2.Prefix, api)
	for _, handler := range []http.Handler{api, root} {
		for path, want := range map[string]string{
			"/me": `"fine"`, "/me/": `"fine"`, "/users?ids[]=1": `"fine"`, "/users/?ids[]=1": `"fine"`,
			"/users/123?key=id": `"123"`, "/users/123/?key=id": `"123"`, "/users/a%2Fb%20c/": `"a/b c"`, "/users/%40me/": `"@me"`,
		} {
			if w := ask(handler, "GET", path, "game", nil); w.Code != 200 || body(w) != want {
				t.Errorf("%s: %d %s, want %s", path, w.Code, body(w), want)
			}
		}
	}
}

func TestParameters(t *testing.T) {
	api := newAPI(t, nil)
	type answer struct {
		ID       int32
		IDError  string
		Text     string
		Number   int
		NumError string
		Flag     bool
		IDs      []int32
		IDsError string
		Version  int
		Address  string
		User     int32
	}
	api.Get("/things/{thing}", v2.Public, echo(func(r *v2.Request) answer {
		a := answer{Text: r.Text("text"), Flag: r.Flag("flag"), Version: r.Version, Address: r.Address().String(), User: r.UserID()}
		var err error
		if a.ID, err = r.ID("thing"); err != nil {
			a.IDError = err.Error()
		}
		if a.Number, err = r.Number("n", 5, 1, 50); err != nil {
			a.NumError = err.Error()
		}
		if a.IDs, err = r.IDs("ids", 3); err != nil {
			a.IDsError = err.Error()
		}
		return a
	}))
	const unreadable = "api v2: Unprocessable Entity"
	for path, want := range map[string]answer{
		"/things/7":            {ID: 7, Number: 5},
		"/things/x?n=x&flag=1": {IDError: "api v2: Not Found", NumError: unreadable, Flag: true},
		"/things/0?n=0":        {IDError: "api v2: Not Found", Number: 1},
		"/things/-4?n=51":      {IDError: "api v2: Not Found", Number: 50},
		"/things/2147483647?n=99999999999999999999":   {ID: 2147483647, Number: 50},
		"/things/2147483648?n=-99999999999999999999":  {IDError: "api v2: Not Found", Number: 1},
		"/things/1?flag=true&text=a%20b":              {ID: 1, Number: 5, Flag: true, Text: "a b"},
		"/things/1?flag=yes":                          {ID: 1, Number: 5},
		"/things/1?ids[]=3&ids[]=1&ids[]=3":           {ID: 1, Number: 5, IDs: []int32{3, 1}},
		"/things/1?ids=3&ids=x":                       {ID: 1, Number: 5, IDs: []int32{3}},
		"/things/1?ids[0]=3&ids[1]=4":                 {ID: 1, Number: 5, IDs: []int32{3, 4}},
		"/things/1?ids%5B%5D=-1":                      {ID: 1, Number: 5},
		"/things/1?ids[]=1&ids[]=2&ids[]=3&ids[]=4":   {ID: 1, Number: 5, IDsError: unreadable},
		"/things/1?ids[0]=1&ids[1]=1&ids[2]=1&ids[3]": {ID: 1, Number: 5, IDsError: unreadable},
	} {
		w := ask(api, "GET", path, "ident", func(r *http.Request) { r.Header.Set("X-Api-Version", "20240529") })
		var got answer
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(path, err, body(w))
		}
		want.Version, want.User, want.Address = 20240529, 1000, "invalid IP"
		if len(got.IDs) == 0 {
			got.IDs = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	for header, want := range map[string]int{"": 0, "x": 0, "-1": 0, "20241022": 20241022, "999999999": 0} {
		w := ask(api, "GET", "/things/1", "ident", func(r *http.Request) { r.Header.Set("X-Api-Version", header) })
		if got := fmt.Sprintf(`"Version":%d,`, want); !strings.Contains(body(w), got) {
			t.Errorf("version %q: %s, want %s", header, body(w), got)
		}
	}
}

// lazerForm writes a form as .NET's MultipartFormDataContent does: names unquoted where they are tokens, a type for each part.
func lazerForm(pairs ...string) (string, io.Reader) {
	const boundary = "-----------------------------28947758029299"
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=" +
			pairs[i] + "\r\n\r\n" + pairs[i+1] + "\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return `multipart/form-data; boundary="` + boundary + `"`, strings.NewReader(b.String())
}

// Who pages on until nothing comes must get there.
func TestWindow(t *testing.T) {
	api := newAPI(t, nil)
	api.Get("/list", v2.Public, func(_ context.Context, r *v2.Request) (any, error) {
		offset, limit, err := r.Window(5, 100)
		return []int{offset, limit}, err
	})
	for query, want := range map[string]string{
		"": "[0,5]", "?limit=0": "[0,1]", "?limit=1000&offset=7": "[7,100]", "?offset=-3": "[0,5]", "?offset=9998": "[9998,2]",
		"?offset=10000": "[10000,0]", "?offset=99999999999999999999&limit=100": "[10000,0]",
	} {
		if w := ask(api, "GET", "/list"+query, "ident", nil); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s: %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
	for _, query := range []string{"?limit=x", "?offset=x"} {
		if w := ask(api, "GET", "/list"+query, "ident", nil); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func TestForms(t *testing.T) {
	api := newAPI(t, nil)
	api.Post("/form", v2.Public, func(_ context.Context, r *v2.Request) (any, error) { return r.Form(1000) })
	withFile := func() (string, io.Reader) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, _ := w.CreateFormFile("file", "x.png")
		_, _ = part.Write([]byte("not a field"))
		_ = w.WriteField("name", "ü")
		_ = w.Close()
		return w.FormDataContentType(), &b
	}
	text := func(media, body string) func() (string, io.Reader) {
		return func() (string, io.Reader) { return media, strings.NewReader(body) }
	}
	for name, tc := range map[string]struct {
		make   func() (string, io.Reader)
		status int
		want   string
	}{
		"lazer": {func() (string, io.Reader) { return lazerForm("target", "12", `"ids[]"`, "1", `"ids[]"`, "2") },
			200, `{"ids[]":["1","2"],"q":["1"],"target":["12"]}`},
		"file":         {withFile, 200, `{"name":["ü"],"q":["1"]}`},
		"urlencoded":   {text("application/x-www-form-urlencoded", "target=12&q=2"), 200, `{"q":["2"],"target":["12"]}`},
		"nothing":      {text("", ""), 200, `{"q":["1"]}`},
		"json":         {text("application/json; charset=utf-8", `{"a":9007199254740993,"b":true,"c":null,"d":{"e":"f"},"g":[1,"2"],"h":[{"i":1}]}`), 200, `{"a":["9007199254740993"],"b":["1"],"d[e]":["f"],"g[]":["1","2"],"h[0][i]":["1"],"q":["1"]}`},
		"json list":    {text("application/json", `[1]`), 422, `{"error":"the form cannot be read"}`},
		"json null":    {text("application/json", `null`), 200, `{"q":["1"]}`},
		"broken json":  {text("application/json", `{"a":`), 422, `{"error":"the form cannot be read"}`},
		"deep json":    {text("application/json", strings.Repeat(`{"a":`, 100)+"1"+strings.Repeat("}", 100)), 422, `{"error":"the form cannot be read"}`},
		"many":         {text("application/json", `{"a":[`+strings.Repeat("1,", 300)+`1]}`), 422, `{"error":"the form has too many fields"}`},
		"large":        {text("application/json", `{"a":"`+strings.Repeat("1", 1000)+`"}`), 413, `{"error":"The request is too large."}`},
		"no boundary":  {text("multipart/form-data", "x"), 422, `{"error":"the form cannot be read"}`},
		"cut":          {text("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx"), 422, `{"error":"the form cannot be read"}`},
		"other":        {text("text/plain", "a=b"), 415, `{"error":"a form is multipart, urlencoded or a JSON object"}`},
		"nonsense":     {text(";;;", "a=b"), 415, `{"error":"a form is multipart, urlencoded or a JSON object"}`},
		"bad encoding": {text("application/x-www-form-urlencoded", "a=%zz"), 422, `{"error":"the form cannot be read"}`},
	} {
		t.Run(name, func(t *testing.T) {
			media, content := tc.make()
			w := ask(api, "POST", "/form?q=1", "public", func(r *http.Request) {
				r.Header.Set("Content-Type", media)
				r.Body = io.NopCloser(content)
			})
			if w.Code != tc.status || body(w) != tc.want {
				t.Errorf("%d %s, want %d %s", w.Code, body(w), tc.status, tc.want)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	api := newAPI(t, nil)
	api.Put("/json", v2.Public, func(_ context.Context, r *v2.Request) (any, error) {
		var into struct{ A int }
		err := r.JSON(&into, 100)
		return into, err
	})
	for content, want := range map[string]string{
		`{"A":3}`: `{"A":3}`, `{"A":"3"}`: `{"error":"the body is not the JSON that is expected here"}`,
		``: `{"error":"the body is not the JSON that is expected here"}`, strings.Repeat(" ", 101): `{"error":"The request is too large."}`,
	} {
		w := ask(api, "PUT", "/json", "public", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(content)) })
		if body(w) != want {
			t.Errorf("%q: %s, want %s", content, body(w), want)
		}
	}
}

func TestAnswers(t *testing.T) {
	api := newAPI(t, nil)
	gone := fault.New(fault.NotFound, "users", "gone", "no such user")
	for path, e := range map[string]v2.Endpoint{
		"/value":    echo(func(*v2.Request) any { return struct{ B, A string }{"<b>", "ü"} }),
		"/nothing":  func(context.Context, *v2.Request) (any, error) { return nil, nil },
		"/away":     func(context.Context, *v2.Request) (any, error) { return &v2.Redirect{Location: "https://b/1"}, nil },
		"/for-good": func(context.Context, *v2.Request) (any, error) { return &v2.Redirect{Location: "/x", Status: 308}, nil },
		"/cached": func(_ context.Context, r *v2.Request) (any, error) {
			r.Cache("public, max-age=60")
			return 1, nil
		},
		"/unknown": func(context.Context, *v2.Request) (any, error) { return nil, v2.NotFound("beatmap") },
		"/refused": func(context.Context, *v2.Request) (any, error) { return nil, v2.Refuse(422, "no") },
		"/special": func(context.Context, *v2.Request) (any, error) { return nil, v2.Answer(418, []int{1}) },
		"/bare":    func(context.Context, *v2.Request) (any, error) { return nil, v2.Answer(403, nil) },
		"/fault":   func(context.Context, *v2.Request) (any, error) { return nil, fmt.Errorf("wrapped: %w", gone) },
		"/invalid": func(context.Context, *v2.Request) (any, error) { return nil, fault.New(fault.Invalid, "x", "y", "bad") },
		"/precondition": func(context.Context, *v2.Request) (any, error) {
			return nil, fault.New(fault.Precondition, "x", "y", "bad")
		},
		"/exhausted": func(context.Context, *v2.Request) (any, error) {
			return nil, fault.New(fault.Exhausted, "x", "y", "slow")
		},
		"/internal":   func(context.Context, *v2.Request) (any, error) { return nil, errors.New("password is x") },
		"/unwritable": func(context.Context, *v2.Request) (any, error) { return make(chan int), nil },
		"/late":       func(context.Context, *v2.Request) (any, error) { return nil, context.DeadlineExceeded },
	} {
		api.Get(path, v2.Public, e)
	}
	const broken = `{"error":"Something went wrong on the server."}`
	for path, want := range map[string]string{
		"/value": `200 {"B":"<b>","A":"ü"}`, "/nothing": "204 ", "/unknown": `404 {"error":"Specified beatmap couldn't be found."}`,
		"/refused": `422 {"error":"no"}`, "/special": `418 [1]`, "/bare": `403 `, "/fault": `404 {"error":"no such user"}`,
		"/invalid": `422 {"error":"bad"}`, "/precondition": `422 {"error":"bad"}`, "/exhausted": `429 {"error":"slow"}`,
		"/internal": "500 " + broken, "/unwritable": "500 " + broken, "/late": `504 {"error":"The server took too long."}`, "/cached": "200 1",
	} {
		w := ask(api, "GET", path, "public", nil)
		if got := fmt.Sprintf("%d %s", w.Code, body(w)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if cache := w.Header().Get("Cache-Control"); w.Body.Len() > 0 && (path == "/cached") != (cache == "public, max-age=60") {
			t.Errorf("%s: Cache-Control %q", path, cache)
		}
	}
	for path, want := range map[string]string{"/away": "302 https://b/1", "/for-good": "308 /x"} {
		w := ask(api, "GET", path, "public", nil)
		if got := fmt.Sprintf("%d %s", w.Code, w.Header().Get("Location")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// lazer gives up after ten seconds, and three times in a row are an outage to it.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newAPI(t, nil)
		wait := func(ctx context.Context, _ *v2.Request) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		api.Get("/slow", v2.Public, wait)
		api.Get("/slower", v2.Access{Scope: "public", Within: time.Minute}, wait)
		for path, want := range map[string]time.Duration{"/slow": 8 * time.Second, "/slower": time.Minute} {
			start := time.Now()
			w := ask(api, "GET", path, "public", nil)
			if took := time.Since(start); took != want || w.Code != 504 {
				t.Errorf("%s: %d after %v", path, w.Code, took)
			}
		}
	})
}

// closing notes that it was closed.
type closing struct {
	io.Reader
	closed *bool
}

func (c closing) Close() error { *c.closed = true; return nil }

// failing is a reader whose end never comes.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestStreams(t *testing.T) {
	api := newAPI(t, nil)
	var closed bool
	access := v2.Access{Scope: "public", Within: time.Minute}
	api.Get("/file", access, func(context.Context, *v2.Request) (any, error) {
		return &v2.Stream{Body: closing{strings.NewReader("content"), &closed}, Type: "application/x-osu-replay", Name: "ü 1.osr", Size: 7}, nil
	})
	api.Get("/seekable", access, func(context.Context, *v2.Request) (any, error) {
		return &v2.Stream{Body: struct {
			io.ReadSeeker
			io.Closer
		}{strings.NewReader("content"), closing{nil, &closed}}}, nil
	})
	api.Get("/broken", access, func(context.Context, *v2.Request) (any, error) {
		return &v2.Stream{Body: closing{failing{}, &closed}}, nil
	})
	w := ask(api, "GET", "/file", "public", nil)
	if w.Body.String() != "content" || !closed || w.Header().Get("Content-Length") != "7" ||
		w.Header().Get("Content-Type") != "application/x-osu-replay" || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("a stream: %q, closed %t, %v", w.Body, closed, w.Header())
	}
	closed = false
	w = ask(api, "GET", "/seekable", "public", func(r *http.Request) { r.Header.Set("Range", "bytes=3-4") })
	if w.Code != 206 || w.Body.String() != "te" || !closed {
		t.Errorf("a range: %d %q, closed %t", w.Code, w.Body, closed)
	}
	closed = false
	if w = ask(api, "HEAD", "/file", "public", nil); w.Body.Len() != 0 || !closed {
		t.Errorf("HEAD of a stream: %q, closed %t", w.Body, closed)
	}
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("a stream that breaks: %v", err)
			}
		}()
		ask(api, "GET", "/broken", "public", nil)
	}()
}

func TestRate(t *testing.T) {
	api := newAPI(t, func(c *v2.Config) { c.Rate = 3 })
	api.Get("/cheap", v2.Public, fine)
	api.Get("/dear", v2.Public, func(_ context.Context, r *v2.Request) (any, error) { return "fine", r.Spend(2) })
	api.Get("/open", v2.Anyone, fine)
	check := func(path, token string, status int, remaining string) {
		t.Helper()
		w := ask(api, "GET", path, token, nil)
		if w.Code != status || w.Header().Get("X-RateLimit-Limit") != "3" || w.Header().Get("X-RateLimit-Remaining") != remaining {
			t.Errorf("%s: %d %v, want %d with %s remaining", path, w.Code, w.Header(), status, remaining)
		}
		if (status == 429) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%s: %d with Retry-After %q", path, w.Code, w.Header().Get("Retry-After"))
		}
	}
	check("/cheap", "game", 200, "2")
	check("/cheap", "game", 200, "1")
	check("/cheap", "game", 200, "0")
	check("/cheap", "game", 429, "0")
	check("/cheap", "other", 200, "2") // another token
	check("/dear", "ident", 200, "0")
	check("/cheap", "public", 200, "2")
	check("/dear", "public", 429, "1") // all of its cost or none
	check("/open", "", 200, "2")       // by address
}

func TestPages(t *testing.T) {
	api := newAPI(t, nil)
	api.Post("/x", v2.Public, fine)
	w := ask(api, "OPTIONS", "/x", "", nil)
	if w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Authorization") || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a preflight: %d %v", w.Code, w.Header())
	}
}

func TestCursor(t *testing.T) {
	api := newAPI(t, nil)
	type at struct {
		Page int    `json:"page"`
		Name string `json:"name"`
	}
	api.Get("/list", v2.Public, func(_ context.Context, r *v2.Request) (any, error) {
		var from at
		ok, err := r.Cursor(&from)
		if !ok || err != nil {
			return struct{ v2.Cursor }{}, err
		}
		from.Page++
		return struct {
			v2.Cursor
			Rest int `json:"rest"`
		}{v2.CursorOf(from), 1}, nil
	})
	const next = `{"cursor":{"page":3,"name":"007"},"cursor_string":"eyJwYWdlIjozLCJuYW1lIjoiMDA3In0","rest":1}`
	for query, want := range map[string]string{
		"":                                 `{"cursor":null,"cursor_string":null}`,
		"?cursor[page]=2&cursor[name]=007": next,
		"?cursor_string=eyJwYWdlIjoyLCJuYW1lIjoiMDA3In0":   next,
		"?cursor_string=eyJwYWdlIjoyLCJuYW1lIjoiMDA3In0==": next,
		"?cursor_string=!!!":                               `{"error":"invalid cursor"}`,
		"?cursor_string=W10":                               `{"error":"invalid cursor"}`,
		"?cursor[page]=x":                                  `{"error":"invalid cursor"}`,
		"?cursor=x":                                        `{"cursor":null,"cursor_string":null}`,
		"?cursor_string=" + strings.Repeat("A", 4000):      `{"error":"invalid cursor"}`,
	} {
		if w := ask(api, "GET", "/list"+query, "public", nil); body(w) != want {
			t.Errorf("%s: %s, want %s", query, body(w), want)
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("application/json", []byte(`{"a":[{"b":1}],"c":null}`), "q=1&ids[]=2")
	f.Add("application/x-www-form-urlencoded", []byte("a=b&c[]=d"), "cursor[page]=1")
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--\r\n"), "cursor_string=e30")
	api := newAPI(f, nil)
	api.Post("/form/{id}", v2.Anyone, func(_ context.Context, r *v2.Request) (any, error) {
		var at struct{ Page int }
		_, _ = r.Cursor(&at)
		_, _ = r.IDs("ids", 50)
		_, _ = r.Number("q", 1, 0, 5)
		_, _ = r.ID("id")
		return r.Form(1 << 16)
	})
	f.Fuzz(func(t *testing.T, media string, content []byte, query string) {
		r := httptest.NewRequest("POST", v2.Prefix+"/form/1", bytes.NewReader(content))
		r.Header.Set("Content-Type", media)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
