package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/beatmaps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// config has one mirror, at a server of the test.
func config(url string) Config {
	cfg := DefaultConfig()
	cfg.Private = true
	cfg.Order = []string{"test"}
	cfg.Mirrors = map[string]Mirror{"test": {
		Set: url + "/s/{set_id}", Beatmap: url + "/b/{beatmap_id}", MD5: url + "/md5/{md5}", File: url + "/osu/{beatmap_id}",
		Archive: url + "/d/{set_id}", ArchiveNoVideo: url + "/d/{set_id}n", PerMinute: 6000,
	}}
	cfg.MaxArchive = 1 << 20
	return cfg
}

func chain(t *testing.T, cfg Config) *Chain {
	t.Helper()
	c, err := New(cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestMirror(t *testing.T) {
	archive := append([]byte("PK\x03\x04"), make([]byte, 100_000)...)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != DefaultConfig().UserAgent {
			t.Errorf("the user agent is %q", r.UserAgent())
		}
		switch r.URL.Path {
		case "/s/1":
			_, _ = io.WriteString(w, official75)
		case "/b/75", "/md5/" + md5Of75:
			_, _ = io.WriteString(w, `{"id":75,"beatmapset_id":1,"mode":"osu"}`)
		case "/osu/75":
			_, _ = io.WriteString(w, "\xef\xbb\xbfosu file format v14\n")
		case "/osu/76": // empty
		case "/d/1", "/d/2n":
			w.Header().Set("Content-Length", strconv.Itoa(len(archive)))
			_, _ = w.Write(archive)
		default:
			http.NotFound(w, r)
		}
	})
	c, ctx := chain(t, config(url)), t.Context()
	for _, key := range []Key{{SetID: 1}, {BeatmapID: 75}, {MD5: md5Of75}} {
		set, origin, err := c.Set(ctx, key)
		if err != nil || set.ID != 1 || origin != "test" {
			t.Errorf("%v: %d of %s, %v", key, set.ID, origin, err)
		}
	}
	for _, key := range []Key{{SetID: 9}, {BeatmapID: 9}, {MD5: strings.Repeat("0", 32)}, {MD5: "../x"}, {SetID: -1}} {
		if _, _, err := c.Set(ctx, key); !errors.Is(err, ErrNone) {
			t.Errorf("%v: %v", key, err)
		}
	}
	if data, err := c.File(ctx, 75); err != nil || !bytes.HasPrefix(data, []byte("\xef\xbb\xbfosu file")) {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := c.File(ctx, 76); !errors.Is(err, ErrNone) {
		t.Errorf("an empty file: %v", err)
	}
	for _, withoutVideo := range []bool{false, true} {
		a, err := c.Archive(ctx, map[bool]int32{false: 1, true: 2}[withoutVideo], withoutVideo)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(a)
		if err != nil || !bytes.Equal(data, archive) || a.Size != int64(len(archive)) || a.WithoutVideo != withoutVideo {
			t.Errorf("%d bytes of %d, %v", len(data), a.Size, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestMisbehaviour asks sources that do everything but answer.
func TestMisbehaviour(t *testing.T) {
	released := make(chan struct{})
	for name, h := range map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"403": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>Just a moment…</html>")
		},
		"other JSON": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"error":"maintenance"}`) },
		"half":       func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, official75[:200]) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
		"ftp": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "ftp://localhost/", http.StatusFound)
		},
		"hangs up":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"too large": func(w http.ResponseWriter, _ *http.Request) { flood(w, maxJSON+1<<20) },
		"says so":   func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999999") },
		"is silent": func(_ http.ResponseWriter, r *http.Request) { wait(r, released) },
		"loses bytes": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9000")
			_, _ = w.Write([]byte("PK\x03\x04"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(h)
			s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
			s.Start()
			defer s.Close()
			cfg := config(s.URL)
			cfg.Timeout, cfg.Stall = time.Second, time.Second
			for what, question := range map[string]func(*Chain) error{
				"set":  func(c *Chain) error { _, _, err := c.Set(t.Context(), Key{SetID: 1}); return err },
				"file": func(c *Chain) error { _, err := c.File(t.Context(), 75); return err },
				"archive": func(c *Chain) error {
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // of which the chain knows nothing
					defer cancel()
					a, err := c.Archive(ctx, 1, false)
					if err != nil {
						if errors.Is(err, context.DeadlineExceeded) && name == "is silent" {
							err = ErrUnavailable
						}
						return err
					}
					defer a.Close()
					if _, err := io.Copy(io.Discard, a); err == nil {
						return nil
					}
					return ErrUnavailable
				},
			} {
				if err := question(chain(t, cfg)); !errors.Is(err, ErrUnavailable) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	close(released)
}

func flood(w io.Writer, n int) {
	piece := bytes.Repeat([]byte(" "), 1<<16)
	for range n / len(piece) {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

func wait(r *http.Request, released chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-released:
	}
}

func TestArchiveBounds(t *testing.T) {
	release := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "PK\x03\x04")
		switch r.URL.Path {
		case "/d/1": // more than it may, and nobody knows before
			flood(w, 2<<20)
		case "/d/2": // begins and stops
			w.(http.Flusher).Flush()
			wait(r, release)
		}
	})
	defer close(release)
	cfg := config(url)
	cfg.Stall = time.Second
	c := chain(t, cfg)
	for id, want := range map[int32]error{1: errLarge, 2: errStalled} {
		a, err := c.Archive(t.Context(), id, false)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, a)
		if !errors.Is(err, want) || n > cfg.MaxArchive {
			t.Errorf("%d: %d bytes, %v", id, n, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPrivateAddresses sees that nothing inside of the network is visited, whoever sends one there.
func TestPrivateAddresses(t *testing.T) {
	var visits atomic.Int32
	url := serve(t, func(http.ResponseWriter, *http.Request) { visits.Add(1) })
	cfg := config(url)
	cfg.Private = false
	if _, _, err := chain(t, cfg).Set(t.Context(), Key{SetID: 1}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v", err)
	}
	_, err := newClient(cfg, 60).read(t.Context(), url, nil, 1)
	if !errors.Is(err, errPrivate) || visits.Load() != 0 {
		t.Errorf("%v, %d visits", err, visits.Load())
	}
	for address, want := range map[string]bool{
		"1.1.1.1": true, "2606:4700::1111": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "0.0.0.0": false, "100.64.1.1": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false,
		"fe80::1": false, "fc00::1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "::": false,
	} {
		if public(netip.MustParseAddr(address)) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}

func TestOfficial(t *testing.T) {
	var tokens, refused atomic.Int32
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			if r.Method != http.MethodPost || r.PostFormValue("client_id") != "5" || r.PostFormValue("client_secret") != "hush" ||
				r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "public" {
				t.Errorf("asks for a token with %v", r.PostForm)
			}
			fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":86400,"access_token":"token%d"}`, tokens.Add(1))
			return
		}
		if r.URL.Path == "/osu/75" {
			_, _ = io.WriteString(w, "osu file format v14")
			return
		}
		if r.Header.Get("Authorization") != "Bearer token2" { // the first one is taken back at once
			refused.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.RequestURI() {
		case "/api/v2/beatmaps/lookup?checksum=" + md5Of75:
			_, _ = io.WriteString(w, `{"id":75,"beatmapset_id":1,"beatmapset":{"id":1}}`)
		case "/api/v2/beatmapsets/1", "/api/v2/beatmapsets/lookup?beatmap_id=75":
			_, _ = io.WriteString(w, official75)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	cfg := config(url)
	cfg.Order = []string{OfficialName}
	cfg.Official = OfficialConfig{ClientID: 5, ClientSecret: "hush", PerMinute: 1200, URL: url + "/"}
	c := chain(t, cfg)
	for _, key := range []Key{{MD5: md5Of75}, {SetID: 1}, {BeatmapID: 75}} {
		if set, origin, err := c.Set(t.Context(), key); err != nil || set.ID != 1 || origin != OfficialName {
			t.Errorf("%v: %d of %s, %v", key, set.ID, origin, err)
		}
	}
	if _, _, err := c.Set(t.Context(), Key{SetID: 2}); !errors.Is(err, ErrNone) {
		t.Errorf("unknown: %v", err)
	}
	if _, err := c.File(t.Context(), 75); err != nil {
		t.Error(err)
	}
	if _, err := c.Archive(t.Context(), 1, false); !errors.Is(err, ErrNone) {
		t.Errorf("archive: %v", err)
	}
	if tokens.Load() != 2 || refused.Load() != 1 {
		t.Errorf("%d tokens, %d refusals", tokens.Load(), refused.Load())
	}
	cfg.Official.ClientID = 0
	if c := chain(t, cfg); !c.Empty() {
		t.Errorf("without credentials: %v", c)
	}
}

func TestRetryAfter(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", strings.TrimPrefix(r.URL.Path, "/s/"))
		w.WriteHeader(http.StatusTooManyRequests)
	})
	cfg := config(url)
	for seconds, want := range map[int32]time.Duration{1200: 20 * time.Minute, 1_000_000: time.Hour} {
		c := chain(t, cfg)
		if _, _, err := c.Set(t.Context(), Key{SetID: seconds}); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%v", err)
		}
		health := c.Health()[0]
		if rest := time.Until(health.Until); rest > want || rest < want-time.Minute || health.Failures != 1 || health.Err == nil {
			t.Errorf("after %s: %+v", strconv.Itoa(int(seconds)), health)
		}
	}
	if at := retryAfter(time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)); at < 50*time.Second || at > time.Minute {
		t.Errorf("a date: %v", at)
	}
	if at := retryAfter("-5"); at != 0 {
		t.Errorf("nonsense: %v", at)
	}
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	for key, edit := range map[string]func(*Config){
		"order[0]":               func(c *Config) { c.Order = []string{"nobody"} },
		"order[1]":               func(c *Config) { c.Order = []string{"mino", "mino"} },
		"official.url":           func(c *Config) { c.Official.URL = "osu.ppy.sh" },
		"official.client_secret": func(c *Config) { c.Official.ClientID = 1 },
		"official.per_minute":    func(c *Config) { c.Official.PerMinute = 0 },
		"mirrors.x.set":          func(c *Config) { c.Mirrors = map[string]Mirror{"x": {Set: "https://x/"}}; c.Order = nil },
		"mirrors.x.md5":          func(c *Config) { c.Mirrors = map[string]Mirror{"x": {MD5: "file:///{md5}"}}; c.Order = nil },
		"mirrors.x.per_minute":   func(c *Config) { c.Mirrors = map[string]Mirror{"x": {PerMinute: -1}}; c.Order = nil },
		"mirrors.official":       func(c *Config) { c.Mirrors["official"] = Mirror{} },
		"user_agent":             func(c *Config) { c.UserAgent = "a\r\nCookie: b" },
		"timeout":                func(c *Config) { c.Timeout = 0 },
		"download_timeout":       func(c *Config) { c.Download = 2 * time.Hour },
		"stall_timeout":          func(c *Config) { c.Stall = 0 },
		"backoff":                func(c *Config) { c.Backoff = 0 },
		"backoff_max":            func(c *Config) { c.BackoffMax = time.Second },
		"missing":                func(c *Config) { c.Missing = time.Second },
		"max_archive":            func(c *Config) { c.MaxArchive = 3 << 30 },
	} {
		cfg := DefaultConfig()
		edit(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), key+":") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// fake is a source that answers as it is told.
type fake struct {
	name  string
	asked int
	err   error
}

func (f *fake) Name() string { return f.name }
func (f *fake) Set(ctx context.Context, _ Key) (beatmaps.Set, error) {
	f.asked++
	if f.err == errStalled { //nolint:errorlint // the very one, which stands for a source that does not answer
		<-ctx.Done()
		return beatmaps.Set{}, ctx.Err()
	}
	return beatmaps.Set{ID: 1}, f.err
}
func (f *fake) File(context.Context, int32) ([]byte, error)            { return nil, ErrUnsupported }
func (f *fake) Archive(context.Context, int32, bool) (*Archive, error) { return nil, ErrUnsupported }
