package http_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	peacehttp "github.com/pure-peace/peace/transport/http"
	"github.com/pure-peace/peace/transport/http/hosts"
	"github.com/pure-peace/peace/transport/http/realip"
)

func chain(t testing.TB, tracing trace.TracerProvider, edit func(*peacehttp.PlainConfig)) *peacehttp.Chain {
	t.Helper()
	cfg := peacehttp.DefaultConfig().HTTP
	if edit != nil {
		edit(&cfg)
	}
	c, err := peacehttp.NewChain(cfg, quiet, prometheus.NewRegistry(), tracing)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLimitsOfEachKindOfHandler(t *testing.T) {
	c := chain(t, nil, func(cfg *peacehttp.PlainConfig) { cfg.Rate, cfg.RateBurst = 0.001, 2 })
	var bounded bool
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, bounded = r.Context().Deadline() })
	for name, tc := range map[string]struct {
		handler http.Handler
		last    int
		bounded bool
	}{
		"edge": {c.Edge("osu", ok), 429, true}, "hot": {c.Hot("c", "/", ok), 200, false},
		"socket": {chain(t, nil, func(cfg *peacehttp.PlainConfig) { cfg.Rate, cfg.RateBurst = 0.001, 2 }).Socket("osu", "/s", ok), 429, false},
	} {
		var status int
		for range 3 {
			w := httptest.NewRecorder()
			tc.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			status = w.Code
		}
		if status != tc.last {
			t.Errorf("%s: the third request got %d, want %d", name, status, tc.last)
		}
		if bounded != tc.bounded {
			t.Errorf("%s: the request has a deadline: %v", name, bounded)
		}
	}
}

func TestTracesHoldNoSecret(t *testing.T) {
	var spans recorded
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(&spans))
	h := chain(t, provider, nil).Edge("osu", http.NotFoundHandler())
	r := httptest.NewRequest(http.MethodGet, "/web/x.php?u=ann&h=hunter2", nil)
	r.Header.Set("osu-token", "hunter2")
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	h.ServeHTTP(httptest.NewRecorder(), r)
	if len(spans) != 1 || spans[0].Name() != "http osu" {
		t.Fatalf("recorded %d spans", len(spans))
	}
	if spans[0].Parent().IsValid() {
		t.Error("a client decides about the trace")
	}
	for _, a := range spans[0].Attributes() {
		if strings.Contains(a.Value.String(), "hunter2") {
			t.Errorf("the span has %s = %s", a.Key, a.Value.String())
		}
	}
}

type recorded []sdktrace.ReadOnlySpan

func (r *recorded) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	*r = append(*r, spans...)
	return nil
}

func (r *recorded) Shutdown(context.Context) error { return nil }

// What an idle client polls with, and what it gets.
var (
	pong        = []byte{4, 0, 0, 0, 0, 0, 0}
	pollRequest = append([]byte("POST / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: osu!\r\nosu-token: 0123456789abcdef\r\n"+
		"Accept-Encoding: gzip, deflate\r\nContent-Length: 7\r\n\r\n"), pong...)
)

// BenchmarkServing compares, over real connections in one run, a bare handler with the same behind each chain. The ratio of
// hot to bare is what is left of the budget of an idle bancho poll.
func BenchmarkServing(b *testing.B) {
	poll := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(pong)
	})
	c := chain(b, nil, func(cfg *peacehttp.PlainConfig) { cfg.Rate, cfg.RateBurst = 1e6, 1<<30 })
	proxies, err := realip.New(realip.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	behindHosts := func(h http.Handler) http.Handler {
		router, err := hosts.New("localhost", "127.0.0.1")
		if err != nil {
			b.Fatal(err)
		}
		if err := router.Handle([]string{""}, h); err != nil {
			b.Fatal(err)
		}
		return proxies.Handler(router)
	}
	mux := chi.NewRouter()
	mux.Post("/", poll)
	for _, bc := range []struct {
		name    string
		handler http.Handler
	}{{"bare", poll}, {"hot", behindHosts(c.Hot("c", "/", poll))}, {"edge", behindHosts(c.Edge("osu", mux))}} {
		b.Run("network/"+bc.name, func(b *testing.B) {
			server := httptest.NewUnstartedServer(bc.handler)
			server.Config.ConnContext = proxies.ConnContext
			server.Start()
			defer server.Close()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				client, err := net.Dial("tcp", server.Listener.Addr().String())
				if err != nil {
					b.Error(err)
					return
				}
				defer client.Close()
				buffer := make([]byte, 4096)
				for pb.Next() { // a raw client, so that its cost does not hide that of the server
					if _, err := client.Write(pollRequest); err != nil {
						b.Error(err)
						return
					}
					if n, err := client.Read(buffer); err != nil || !bytes.HasSuffix(buffer[:n], pong) {
						b.Errorf("answered %q, %v", buffer[:n], err)
						return
					}
				}
			})
		})
		b.Run("handler/"+bc.name, func(b *testing.B) {
			body := strings.NewReader("")
			r := httptest.NewRequest(http.MethodPost, "http://localhost/", body)
			r = r.WithContext(proxies.ConnContext(r.Context(), conn{}))
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				w.Body.Reset()
				bc.handler.ServeHTTP(w, r)
			}
		})
	}
}

// conn is a connection from a client, as far as ConnContext looks.
type conn struct{ net.Conn }

func (conn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5} }
