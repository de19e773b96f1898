package hosts_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/http/realip"
)

func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
}

func router(t testing.TB) *hosts.Router {
	t.Helper()
	r, err := hosts.New("Localhost", "osu.example.org.")
	if err != nil {
		t.Fatal(err)
	}
	for name, names := range map[string][]string{"bancho": {"c", "ce", "c4"}, "web": {"osu"}, "bare": {""}} {
		if err := r.Handle(names, named(name)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestDispatch(t *testing.T) {
	proxies, err := realip.New(realip.Config{Trusted: []string{"10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	handler := proxies.Handler(router(t))
	const stranger, proxy = "192.0.2.1:5", "10.0.0.1:5"
	for _, tc := range []struct {
		name, remote, host, forwarded string
		status                        int
		body                          string
	}{
		{"a name", stranger, "c.localhost", "", 200, "bancho"},
		{"its alias", stranger, "c4.osu.example.org", "", 200, "bancho"},
		{"port", stranger, "osu.localhost:8080", "", 200, "web"},
		{"case and trailing dot", stranger, "OSU.LocalHost.:8443", "", 200, "web"},
		{"bare", stranger, "localhost:8080", "", 200, "bare"},
		{"bare alias that looks like a name", stranger, "osu.example.org", "", 200, "bare"},
		{"unknown name", stranger, "x.localhost", "", 404, ""},
		{"suffix only", stranger, "evil-localhost", "", 404, ""},
		{"deeper", stranger, "c.c.localhost", "", 404, ""},
		{"address", stranger, "[::1]:8080", "", 404, ""},
		{"none", stranger, "", "", 400, ""},
		{"only a port", stranger, ":80", "", 400, ""},
		{"unclosed bracket", stranger, "[::1", "", 400, ""},
		{"too long", stranger, strings.Repeat("a", 300) + ".localhost", "", 400, ""},
		{"forwarded by a proxy", proxy, "localhost:8080", "c.localhost", 200, "bancho"},
		{"forwarded unknown falls back to Host", proxy, "osu.localhost", "elsewhere.example", 200, "web"},
		{"forged", stranger, "osu.localhost", "c.localhost", 200, "web"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr, r.Host = tc.remote, tc.host
			if tc.forwarded != "" {
				r.Header.Set("X-Forwarded-Host", tc.forwarded)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != tc.status || tc.body != "" && w.Body.String() != tc.body {
				t.Errorf("%q: %d %q, want %d %q", tc.host, w.Code, w.Body, tc.status, tc.body)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	want := []string{
		"c.localhost", "c.osu.example.org", "c4.localhost", "c4.osu.example.org", "ce.localhost", "ce.osu.example.org",
		"localhost", "osu.example.org", "osu.localhost", "osu.osu.example.org",
	}
	if diff := cmp.Diff(want, router(t).Hosts()); diff != "" {
		t.Errorf("Hosts (-want +got):\n%s", diff)
	}
}

func TestMistakesAreRefused(t *testing.T) {
	for _, domain := range []string{"", ".", "a b", "localhost:8080", "-a.org", "a..b", "exämple.org"} {
		if _, err := hosts.New(domain); err == nil {
			t.Errorf("New(%q) succeeded", domain)
		}
	}
	if _, err := hosts.New("localhost", "LOCALHOST."); err == nil {
		t.Error("a domain could be listed twice")
	}
	r := router(t)
	for _, name := range []string{"c", "C", "a b", ".", strings.Repeat("x", 64)} {
		if err := r.Handle([]string{name}, named("second")); err == nil {
			t.Errorf("Handle(%q) succeeded", name)
		}
	}
}

func TestDispatchAllocatesNothing(t *testing.T) {
	r := router(t)
	if err := r.Handle([]string{"quiet"}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/", nil)
	req.Host = "Quiet.LOCALHOST:8443"
	if n := testing.AllocsPerRun(100, func() { r.ServeHTTP(nil, req) }); n != 0 {
		t.Errorf("%v allocations a request", n)
	}
}

func FuzzHost(f *testing.F) {
	f.Add("c.localhost:80")
	f.Add("[::1]:8080")
	r := router(f)
	f.Fuzz(func(t *testing.T, host string) {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Host = host
		r.ServeHTTP(httptest.NewRecorder(), req)
	})
}

func TestServes(t *testing.T) {
	r, err := hosts.New("example.com", "alias.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Handle([]string{"osu"}, http.NotFoundHandler()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"osu": true, "OSU": true, "a": false, "": false} {
		if got := r.Serves(name); got != want {
			t.Errorf("Serves(%q) is %t", name, got)
		}
	}
}

func BenchmarkDispatch(b *testing.B) {
	r := router(b)
	_ = r.Handle([]string{"quiet"}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	req := httptest.NewRequest(http.MethodPost, "/", nil)
	req.Host = "quiet.localhost:8443"
	b.ReportAllocs()
	for b.Loop() {
		r.ServeHTTP(nil, req)
	}
}
