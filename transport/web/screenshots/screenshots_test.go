package screenshots_test

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // as the client sends passwords
	"encoding/hex"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/files"
	filesLocal "github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/stacktest"
	"github.com/pure-peace/peace/transport/web"
	"github.com/pure-peace/peace/transport/web/screenshots"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is an osu host with screenshots, and a player who is online.
type host struct {
	handler http.Handler
	files   files.Service
	stack   *stacktest.Stack
	player  users.User
	log     *bytes.Buffer
}

const player = "Ann Other"

func newHost(t *testing.T, edit func(*screenshots.Config)) *host {
	t.Helper()
	h := &host{stack: stacktest.New(t, stacktest.Options{}).Serve(t), log: new(bytes.Buffer)}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := filesLocal.DefaultConfig()
	cfg.Dir = t.TempDir()
	store, err := filesLocal.New(t.Context(), cfg, filesLocal.Deps{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	h.files = store
	site, err := web.New(web.DefaultConfig(), web.Deps{Users: h.stack.Users, Sessions: h.stack.Sessions, Domain: stacktest.Domain, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	config := screenshots.DefaultConfig()
	if edit != nil {
		edit(&config)
	}
	s, err := screenshots.New(config, screenshots.Deps{Players: site, Files: store})
	if err != nil {
		t.Fatal(err)
	}
	router := site.Osu()
	s.Osu(router)
	h.handler = router
	h.stack.Player(t, player)
	found, err := h.stack.Users.Find(t.Context(), []string{player})
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	h.player = found[0]
	return h
}

func hashed(password string) string {
	sum := md5.Sum([]byte(password)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// upload is what the game sends. Fields that are empty are left out; query goes into the address.
type upload struct {
	query, name, password, field string
	data                         []byte
}

func (u upload) request(t testing.TB) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range [][2]string{{"u", u.name}, {"p", u.password}, {"v", "1"}} {
		if f[1] == "" {
			continue
		}
		if err := form.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if u.field != "" {
		part, err := form.CreateFormFile(u.field, "ss")
		if err == nil {
			_, err = part.Write(u.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "http://osu."+stacktest.Domain+"/web/osu-screenshot.php"+u.query, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("User-Agent", "osu!")
	return r
}

func (h *host) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *host) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://osu."+stacktest.Domain+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return h.serve(r)
}

func shot(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 36))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
func asGIF(w io.Writer, m image.Image) error  { return gif.Encode(w, m, nil) }

func TestUploadAndShow(t *testing.T) {
	h := newHost(t, nil)
	password := hashed(stacktest.Password(player))
	name := regexp.MustCompile(`^` + strconv.Itoa(int(h.player.ID)) + `-[a-z2-7]{26}\.(jpg|png)$`)
	seen := make(map[string]bool)
	for _, tc := range []struct {
		upload
		kind string
	}{
		{upload{name: player, password: password, field: "ss", data: shot(t, asJPEG)}, "image/jpeg"},
		{upload{name: player, password: password, field: "jpg", data: shot(t, asJPEG)}, "image/jpeg"},
		{upload{name: player, password: password, field: "png", data: shot(t, png.Encode)}, "image/png"},
		{upload{query: "?u=Ann+Other&p=" + password, field: "ss", data: shot(t, png.Encode)}, "image/png"},
		{upload{query: "?u=Ann%20Other&p=" + password + "&v=1", field: "ss", data: append(shot(t, asJPEG), make([]byte, 3<<20)...)}, "image/jpeg"},
	} {
		w := h.serve(tc.request(t))
		id := w.Body.String()
		if w.Code != http.StatusOK || !name.MatchString(id) || seen[id] {
			t.Fatalf("answer is %d %q", w.Code, id)
		}
		seen[id] = true
		w = h.get("/ss/" + id)
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), tc.data) {
			t.Errorf("%s is answered %d with %d bytes of %d", id, w.Code, w.Body.Len(), len(tc.data))
		}
		for key, value := range map[string]string{
			"Content-Type": tc.kind, "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=604800, immutable",
			"Content-Security-Policy": "default-src 'none'; sandbox",
		} {
			if got := w.Header().Get(key); got != value {
				t.Errorf("%s is %q, want %q", key, got, value)
			}
		}
		if again := h.get("/ss/"+id, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("asked again: %d with %d bytes", again.Code, again.Body.Len())
		}
		if part := h.get("/ss/"+id, "Range", "bytes=1-3"); part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), tc.data[1:4]) {
			t.Errorf("a part: %d %q", part.Code, part.Body)
		}
		r := httptest.NewRequest("HEAD", "/ss/"+id, nil)
		if w := h.serve(r); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") != strconv.Itoa(len(tc.data)) {
			t.Errorf("HEAD: %d, %v", w.Code, w.Header())
		}
	}
	if strings.Contains(h.log.String(), password) {
		t.Error("the password is in the log")
	}

	// What moderation does.
	page, next, err := screenshots.Of(t.Context(), h.files, h.player.ID, "", 3)
	if err != nil || len(page) != 3 || !seen[page[0].ID] || page[0].Size == 0 || page[0].TakenAt.IsZero() {
		t.Fatalf("%+v, %v", page, err)
	}
	rest, next, err := screenshots.Of(t.Context(), h.files, h.player.ID, next, 3)
	if err != nil || len(rest) != 2 || !seen[rest[0].ID] {
		t.Fatalf("%+v, %v", rest, err)
	}
	if end, next, err := screenshots.Of(t.Context(), h.files, h.player.ID, next, 3); err != nil || len(end) != 0 || next != "" {
		t.Errorf("%+v, %q, %v", end, next, err)
	}
	if err := screenshots.Delete(t.Context(), h.files, []string{page[0].ID, "1-x", "../../x", page[0].ID}); err != nil {
		t.Fatal(err)
	}
	if w := h.get("/ss/" + page[0].ID); w.Code != http.StatusNotFound {
		t.Errorf("a deleted one is answered %d", w.Code)
	}
	if w := h.get("/ss/" + page[1].ID); w.Code != http.StatusOK {
		t.Errorf("another one is answered %d", w.Code)
	}
}

func TestRefusals(t *testing.T) {
	h := newHost(t, func(c *screenshots.Config) { c.Burst = 100 })
	h.stack.Register(t, "Offline")
	password, good := hashed(stacktest.Password(player)), shot(t, png.Encode)
	huge := bytes.Clone(good) // its header says 2³¹-1 pixels a side
	copy(huge[16:24], "\x7f\xff\xff\xff\x7f\xff\xff\xff")
	for name, tc := range map[string]struct {
		upload
		status int
	}{
		"no credentials": {upload{field: "ss", data: good}, 401},
		"wrong password": {upload{name: player, password: hashed("x"), field: "ss", data: good}, 401},
		"nobody":         {upload{name: "Nobody", password: password, field: "ss", data: good}, 401},
		"offline":        {upload{name: "Offline", password: hashed(stacktest.Password("Offline")), field: "ss", data: good}, 401},
		"no file":        {upload{name: player, password: password}, 400},
		"another field":  {upload{name: player, password: password, field: "avatar", data: good}, 400},
		"empty":          {upload{name: player, password: password, field: "ss"}, 400},
		"a page":         {upload{name: player, password: password, field: "ss", data: []byte("<html><script>alert(1)</script>")}, 400},
		"a program":      {upload{name: player, password: password, field: "ss", data: []byte("MZ\x90\x00")}, 400},
		"an animation":   {upload{name: player, password: password, field: "ss", data: shot(t, asGIF)}, 400},
		"only a mark":    {upload{name: player, password: password, field: "ss", data: good[:8]}, 400},
		"a lying header": {upload{name: player, password: password, field: "ss", data: huge}, 400},
		"too large":      {upload{name: player, password: password, field: "ss", data: append(bytes.Clone(good), make([]byte, 4<<20)...)}, 413},
		"far too large":  {upload{name: player, password: password, field: "ss", data: append(bytes.Clone(good), make([]byte, 5<<20)...)}, 413},
	} {
		t.Run(name, func(t *testing.T) {
			r := tc.request(t)
			if name == "far too large" {
				r.ContentLength = -1 // and does not say so
			}
			if w := h.serve(r); w.Code != tc.status || w.Body.Len() != 0 {
				t.Errorf("answer is %d %q, want %d", w.Code, w.Body, tc.status)
			}
		})
	}
	r := upload{name: player, password: password, field: "ss", data: good}.request(t)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := h.serve(r); w.Code != http.StatusBadRequest {
		t.Errorf("no form: %d", w.Code)
	}
	blobs, err := h.files.List(t.Context(), "", "", 10)
	if err != nil || len(blobs) != 0 {
		t.Errorf("there are %v, %v", blobs, err)
	}
	for _, id := range []string{
		"1", "x", "1-", "1-abc.jpg", "1-" + strings.Repeat("a", 26), "1-" + strings.Repeat("a", 26) + ".gif", "01-" + strings.Repeat("a", 26) + ".jpg",
		"1-" + strings.Repeat("A", 26) + ".jpg", "..%2f..%2fpeace.db", "-1-" + strings.Repeat("a", 26) + ".jpg", "1-" + strings.Repeat("a", 26) + ".jpg",
	} {
		if w := h.get("/ss/" + id); w.Code != http.StatusNotFound || w.Body.Len() != 0 {
			t.Errorf("%s is answered %d %q", id, w.Code, w.Body)
		}
	}
}

func TestRate(t *testing.T) {
	h := newHost(t, func(c *screenshots.Config) { c.PerHour, c.Burst = 1, 2 })
	good := upload{name: player, password: hashed(stacktest.Password(player)), field: "ss", data: shot(t, png.Encode)}
	for i, status := range []int{200, 200, 429, 429} {
		if w := h.serve(good.request(t)); w.Code != status || status == 429 && (w.Body.Len() != 0 || w.Header().Get("Retry-After") == "") {
			t.Errorf("upload %d: %d %q", i, w.Code, w.Body)
		}
	}
	for range 8 { // and an address that knows nobody's password is held back before anything is read
		h.serve(upload{field: "ss"}.request(t))
	}
	h.stack.Player(t, "Bob")
	if w := h.serve(upload{name: "Bob", password: hashed(stacktest.Password("Bob")), field: "ss", data: good.data}.request(t)); w.Code != 429 {
		t.Errorf("the address: %d", w.Code)
	}
}

// TestGreed keeps slow uploads open from one address: others still upload.
func TestGreed(t *testing.T) {
	h := newHost(t, nil)
	proxies, err := realip.New(realip.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	h.handler = proxies.Handler(h.handler)
	var held []*io.PipeWriter
	ended := make(chan int)
	for range 4 {
		in, out := io.Pipe()
		r := httptest.NewRequest(http.MethodPost, "/web/osu-screenshot.php", in)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		go func() { ended <- h.serve(r).Code }()
		if _, err := io.WriteString(out, "--x\r\n"); err != nil { // is read by the one who has a place
			t.Error(err)
		}
		held = append(held, out)
	}
	good := upload{name: player, password: hashed(stacktest.Password(player)), field: "ss", data: shot(t, asJPEG)}
	if w := h.serve(good.request(t)); w.Code != http.StatusServiceUnavailable {
		t.Errorf("the greedy one is answered %d %q", w.Code, w.Body)
	}
	r := good.request(t)
	r.RemoteAddr = "198.51.100.1:1234"
	if w := h.serve(r); w.Code != http.StatusOK {
		t.Errorf("another one is answered %d %q", w.Code, w.Body)
	}
	for _, out := range held {
		_ = out.CloseWithError(io.ErrUnexpectedEOF)
		<-ended
	}
	if w := h.serve(good.request(t)); w.Code != http.StatusOK {
		t.Errorf("afterwards the answer is %d %q", w.Code, w.Body)
	}
}

func TestOff(t *testing.T) {
	h := newHost(t, func(c *screenshots.Config) { c.PerHour = 0 })
	good := upload{name: player, password: hashed(stacktest.Password(player)), field: "ss", data: shot(t, png.Encode)}
	if w := h.serve(good.request(t)); w.Code != http.StatusNotFound {
		t.Errorf("answer is %d %q", w.Code, w.Body)
	}
}

// failing is a store that is not there.
type failing struct{ files.Service }

func (failing) Put(context.Context, string, []byte) (files.Blob, error) {
	return files.Blob{}, files.ErrUnavailable
}

func (failing) Stat(context.Context, []string) ([]files.Blob, error) {
	return nil, files.ErrUnavailable
}

func TestStoreIsDown(t *testing.T) {
	h := newHost(t, nil)
	site, err := web.New(web.DefaultConfig(), web.Deps{Users: h.stack.Users, Sessions: h.stack.Sessions, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := screenshots.New(screenshots.DefaultConfig(), screenshots.Deps{Players: site, Files: failing{}})
	if err != nil {
		t.Fatal(err)
	}
	router := site.Osu()
	s.Osu(router)
	h.handler = router
	good := upload{name: player, password: hashed(stacktest.Password(player)), field: "ss", data: shot(t, png.Encode)}
	if w := h.serve(good.request(t)); w.Code != http.StatusServiceUnavailable || w.Body.Len() != 0 {
		t.Errorf("an upload is answered %d %q", w.Code, w.Body)
	}
	if w := h.get("/ss/1-" + strings.Repeat("a", 26) + ".jpg"); w.Code != http.StatusServiceUnavailable || w.Body.Len() != 0 {
		t.Errorf("a screenshot is answered %d %q", w.Code, w.Body)
	}
}

func TestConfig(t *testing.T) {
	if err := screenshots.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, edit := range map[string]func(*screenshots.Config){
		"per_hour": func(c *screenshots.Config) { c.PerHour = 3601 },
		"burst":    func(c *screenshots.Config) { c.Burst = 0 },
	} {
		config := screenshots.DefaultConfig()
		edit(&config)
		if _, err := screenshots.New(config, screenshots.Deps{}); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
