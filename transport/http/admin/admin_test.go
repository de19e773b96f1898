package admin_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/http/admin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef0123"

func handler(t *testing.T, cfg admin.Config, level *slog.LevelVar, checks map[string]admin.Check) http.Handler {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "peace_test"}))
	h, err := admin.New(cfg, admin.Deps{
		Ready: func() map[string]admin.Check { return checks }, Metrics: registry, Level: level, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, method, path, body string, edit func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr, r.Host = "127.0.0.1:5", "127.0.0.1:9090"
	if edit != nil {
		edit(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func bearer(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+value) }
}

func TestReadiness(t *testing.T) {
	failing := false
	checks := map[string]admin.Check{
		"database": func(context.Context) error {
			if failing {
				return errors.New("dial postgres://peace:hunter2@db")
			}
			return nil
		},
		"peer": func(context.Context) error {
			if failing {
				return fault.New(fault.Unavailable, "peer", "lost", "the peer state is not connected")
			}
			return nil
		},
	}
	h := handler(t, admin.DefaultConfig(), new(slog.LevelVar), checks)
	for _, tc := range []struct {
		failing bool
		status  int
		body    string
	}{
		{false, 200, `{"ready":true,"checks":{"database":"ok","peer":"ok"}}`},
		{true, 503, `{"ready":false,"checks":{"database":"internal","peer":"the peer state is not connected"}}`},
	} {
		failing = tc.failing
		w := ask(h, http.MethodGet, "/readyz", "", nil)
		if w.Code != tc.status || strings.TrimSpace(w.Body.String()) != tc.body {
			t.Errorf("failing %v: %d %s, want %d %s", tc.failing, w.Code, w.Body, tc.status, tc.body)
		}
	}
	if w := ask(h, http.MethodGet, "/healthz", "", nil); w.Code != 200 {
		t.Errorf("a process that is not ready is not alive: %d", w.Code)
	}
	if w := ask(h, http.MethodGet, "/metrics", "", nil); !strings.Contains(w.Body.String(), "peace_test 0") {
		t.Errorf("metrics: %d %s", w.Code, w.Body)
	}
}

func TestLogLevel(t *testing.T) {
	var level slog.LevelVar
	h := handler(t, admin.Config{Listen: "127.0.0.1:9090", Token: token}, &level, nil)
	for _, tc := range []struct {
		name, body string
		edit       func(*http.Request)
		status     int
		want       slog.Level
	}{
		{"without a token, though on loopback", "debug", nil, 401, slog.LevelInfo},
		{"wrong token", "debug", bearer(token + "x"), 401, slog.LevelInfo},
		{"empty token", "debug", bearer(""), 401, slog.LevelInfo},
		{"nonsense", "loud", bearer(token), 400, slog.LevelInfo},
		{"too much", strings.Repeat("x", 1000), bearer(token), 400, slog.LevelInfo},
		{"good", "debug\n", bearer(token), 200, slog.LevelDebug},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := ask(h, http.MethodPut, "/log/level", tc.body, tc.edit)
			if w.Code != tc.status || level.Level() != tc.want {
				t.Errorf("%d, level %v; want %d, %v", w.Code, level.Level(), tc.status, tc.want)
			}
		})
	}
	if w := ask(h, http.MethodGet, "/log/level", "", nil); w.Body.String() != "debug\n" {
		t.Errorf("the level reads %q", w.Body)
	}
	open := handler(t, admin.DefaultConfig(), &level, nil)
	if w := ask(open, http.MethodPut, "/log/level", "info", bearer("")); w.Code != 401 {
		t.Errorf("without a configured token the empty one is good: %d", w.Code)
	}
}

func TestProfiles(t *testing.T) {
	const path = "/debug/pprof/goroutine?debug=1"
	for _, tc := range []struct {
		name, listen string
		edit         func(*http.Request)
		status       int
	}{
		{"from this machine", "127.0.0.1:9090", nil, 200},
		{"a listener for everybody", "0.0.0.0:9090", nil, 401},
		{"from elsewhere", "127.0.0.1:9090", func(r *http.Request) { r.RemoteAddr = "192.0.2.1:5" }, 401},
		{"a rebound name", "127.0.0.1:9090", func(r *http.Request) { r.Host = "evil.example:9090" }, 401},
		{"through a proxy", "127.0.0.1:9090", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") }, 401},
		{"with the token", "0.0.0.0:9090", bearer(token), 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := handler(t, admin.Config{Listen: tc.listen, Token: token}, new(slog.LevelVar), nil)
			if w := ask(h, http.MethodGet, path, "", tc.edit); w.Code != tc.status {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
		})
	}
	h := handler(t, admin.DefaultConfig(), new(slog.LevelVar), nil)
	if w := ask(h, http.MethodGet, "/debug/pprof/cmdline", "", nil); w.Code != 404 {
		t.Errorf("the command line is shown: %d", w.Code)
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for want, cfg := range map[string]admin.Config{
		"token:":  {Token: "short"},
		"listen:": {Listen: "9090"},
	} {
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Validate(%+v) = %v, want an error about %s", cfg, err, want)
		}
	}
}
