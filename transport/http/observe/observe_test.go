package observe_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/pure-peace/peace/transport/http/observe"
	"github.com/pure-peace/peace/transport/http/realip"
)

func observer(t testing.TB, log io.Writer, level slog.Level) (*observe.Observer, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	o, err := observe.New(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})), registry)
	if err != nil {
		t.Fatal(err)
	}
	return o, registry
}

func TestScrubQuery(t *testing.T) {
	for raw, want := range map[string]string{
		"":                               "",
		"u=ann&h=5f4dcc3b5aa765d6":       "u=ann&h=-",
		"us=ann&ha=secret&v=1":           "us=ann&ha=-&v=1",
		"H%61=secret":                    "H%61=-",
		"token[]=secret;pass=secret":     "token[]=-;pass=-",
		"%zz=secret":                     "%zz=-",
		"access_token=a=b=c&x":           "access_token=-&x",
		"k=secret&client_secret=s&b=1":   "k=-&client_secret=-&b=1",
		strings.Repeat("a", 3000) + "=1": strings.Repeat("a", 1024) + "…",
	} {
		if got := observe.ScrubQuery(raw); got != want {
			t.Errorf("ScrubQuery(%q) = %q, want %q", raw, got, want)
		}
	}
}

func FuzzScrubQuery(f *testing.F) {
	f.Add("a=1&", "&b=2")
	f.Fuzz(func(t *testing.T, before, after string) {
		const password = "hunter2hunter2"
		if strings.Contains(before+after, password) {
			t.Skip()
		}
		got := observe.ScrubQuery(before + "&password=" + password + "&" + after)
		if strings.Contains(got, password) || len(got) > 1100 {
			t.Errorf("ScrubQuery gives %q", got)
		}
	})
}

func TestAccessLogHoldsNoSecret(t *testing.T) {
	var log bytes.Buffer
	o, _ := observer(t, &log, slog.LevelDebug)
	r := httptest.NewRequest(http.MethodPost, "/web/osu-osz2-getscores.php?us=ann&ha=hunter2", strings.NewReader("hunter2"))
	r.Header.Set("Authorization", "Bearer hunter2")
	r.Header.Set("osu-token", "hunter2")
	o.Host("osu", http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
	if strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "us=ann") {
		t.Errorf("logged %s", &log)
	}
}

func TestMetricsKnowTheRoute(t *testing.T) {
	o, registry := observer(t, io.Discard, slog.LevelInfo)
	mux := chi.NewRouter()
	mux.Route("/users", func(r chi.Router) {
		r.Get("/{id}", func(w http.ResponseWriter, r *http.Request) {
			if observe.RequestID(r.Context()) == "" || chi.URLParam(r, "id") == "" {
				t.Error("the handler has no request id, or no route parameter")
			}
		})
	})
	handler := o.Host("api", mux)
	for _, path := range []string{"/users/1", "/users/2", "/nowhere/1", "/nowhere/2"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	o.Route("c", "/", http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil))
	counts := map[string]uint64{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			if n := m.GetHistogram().GetSampleCount(); n > 0 {
				counts[strings.Join(labels, " ")] = n
			}
		}
	}
	want := map[string]uint64{"api /users/{id} 2xx": 2, "api  4xx": 2, "c / 4xx": 1}
	for labels, n := range want {
		if counts[labels] != n {
			t.Errorf("%q was counted %d times, want %d (all: %v)", labels, counts[labels], n, counts)
		}
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
}

func TestSocketsAreMeasuredUntilTheyAreOne(t *testing.T) {
	o, registry := observer(t, io.Discard, slog.LevelInfo)
	synctest.Test(t, func(*testing.T) {
		o.Route("osu", "/socket", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second)
			w.WriteHeader(http.StatusSwitchingProtocols)
			time.Sleep(time.Hour)
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/socket", nil))
	})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	measured := 0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if h := m.GetHistogram(); h.GetSampleCount() > 0 {
				measured++
				if h.GetSampleSum() != 1 {
					t.Errorf("%s: a socket took %v s", family.GetName(), h.GetSampleSum())
				}
			}
		}
	}
	if measured == 0 {
		t.Error("the socket was not measured")
	}
}

func TestRequestIDs(t *testing.T) {
	o, _ := observer(t, io.Discard, slog.LevelInfo)
	proxies, err := realip.New(realip.Config{Trusted: []string{"10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	handler := proxies.Handler(o.Host("osu", http.NotFoundHandler()))
	ids := map[string]bool{}
	for _, tc := range []struct {
		remote, id string
		kept       bool
	}{
		{"10.0.0.1:1", "from-the-proxy", true},
		{"10.0.0.1:1", "two words", false},
		{"10.0.0.1:1", strings.Repeat("x", 65), false},
		{"192.0.2.1:1", "forged", false},
		{"192.0.2.1:1", "", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = tc.remote
		r.Header.Set("X-Request-Id", tc.id)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		got := w.Header().Get("X-Request-Id")
		if got == "" || (got == tc.id) != tc.kept || ids[got] {
			t.Errorf("%+v got the id %q", tc, got)
		}
		ids[got] = true
	}
}

func TestPanicAnswersWithoutDetails(t *testing.T) {
	var log bytes.Buffer
	o, _ := observer(t, &log, slog.LevelInfo)
	w := httptest.NewRecorder()
	o.Host("osu", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Half", "done")
		panic("hunter2")
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 500 || w.Body.String() != "something went wrong on our side\n" || w.Header().Get("X-Half") != "" {
		t.Errorf("answered %d %q %v", w.Code, w.Body, w.Header())
	}
	if !strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "observe_test.go") {
		t.Errorf("the log lacks the panic or its stack: %s", &log)
	}
}

func TestPanicInTheMiddleCutsTheConnection(t *testing.T) {
	o, _ := observer(t, io.Discard, slog.LevelInfo)
	server := httptest.NewServer(o.Route("c", "/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic("late")
	})))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("the client takes %q for the whole answer", body)
	}
}

func BenchmarkHost(b *testing.B) {
	benchmark(b, func(o *observe.Observer, h http.Handler) http.Handler { return o.Host("osu", h) })
}
func BenchmarkRoute(b *testing.B) {
	benchmark(b, func(o *observe.Observer, h http.Handler) http.Handler { return o.Route("c", "/", h) })
}

func benchmark(b *testing.B, wrap func(*observe.Observer, http.Handler) http.Handler) {
	o, _ := observer(b, io.Discard, slog.LevelInfo)
	h := wrap(o, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }))
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}
