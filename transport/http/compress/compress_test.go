package compress_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pure-peace/peace/transport/http/compress"
)

var long = strings.Repeat("Peppy says hi. ", 1000)

func request(accept string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	return r
}

// decoded returns the body of an answer and whether it was compressed.
func decoded(t *testing.T, w *httptest.ResponseRecorder) (string, bool) {
	t.Helper()
	body := io.Reader(w.Result().Body)
	zipped := w.Result().Header.Get("Content-Encoding") == "gzip"
	if zipped {
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		body = z
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), zipped
}

func TestAccepted(t *testing.T) {
	for accept, want := range map[string]bool{
		"gzip, deflate": true, "GZIP": true, "deflate;q=1, gzip;q=0.2": true, "*": true, "br, *;q=0.1": true,
		"": false, "deflate": false, "gzip;q=0": false, "gzip; q=0.000": false, "*, gzip;q=0": false, "*;q=0": false, "xgzip": false,
	} {
		if got := compress.Accepted(request(accept)); got != want {
			t.Errorf("Accepted(%q) = %v", accept, got)
		}
	}
}

func TestWrite(t *testing.T) {
	for _, tc := range []struct {
		name, accept, body string
		zipped             bool
	}{
		{"long", "gzip", long, true},
		{"short", "gzip", "hi", false},
		{"empty", "gzip", "", false},
		{"not asked for", "", long, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			if err := compress.Write(w, request(tc.accept), []byte(tc.body)); err != nil {
				t.Fatal(err)
			}
			body, zipped := decoded(t, w)
			if body != tc.body || zipped != tc.zipped {
				t.Errorf("%d bytes, compressed %v; want %d bytes, %v", len(body), zipped, len(tc.body), tc.zipped)
			}
			if vary := w.Header().Get("Vary"); (vary != "") != (len(tc.body) >= compress.MinSize) {
				t.Errorf("Vary: %q", vary)
			}
		})
	}
}

func TestHandler(t *testing.T) {
	for _, tc := range []struct {
		name, accept, contentType string
		status                    int
		body                      string
		zipped                    bool
	}{
		{"text", "gzip", "text/plain", 200, long, true},
		{"JSON", "gzip", "application/problem+json", 404, long, true},
		{"sniffed", "gzip", "", 0, long, true},
		{"image", "gzip", "image/png", 200, long, false},
		{"short", "gzip", "text/plain", 201, "hi", false},
		{"a part", "gzip", "text/plain", 206, long, false},
		{"no content", "gzip", "", 204, "", false},
		{"nothing written", "gzip", "", 0, "", false},
		{"not asked for", "", "text/plain", 200, long, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			compress.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("ETag", `"1"`)
				if tc.contentType != "" {
					w.Header().Set("Content-Type", tc.contentType)
				}
				if tc.status != 0 {
					w.WriteHeader(tc.status)
				}
				for rest := []byte(tc.body); len(rest) > 0; {
					n := min(700, len(rest))
					if _, err := w.Write(rest[:n]); err != nil {
						t.Error(err)
					}
					rest = rest[n:]
				}
			})).ServeHTTP(w, request(tc.accept))
			body, zipped := decoded(t, w)
			if body != tc.body || zipped != tc.zipped {
				t.Errorf("%d bytes, compressed %v; want %d bytes, %v", len(body), zipped, len(tc.body), tc.zipped)
			}
			if want := tc.status; want != 0 && w.Code != want {
				t.Errorf("status %d, want %d", w.Code, want)
			}
			if weak := strings.HasPrefix(w.Header().Get("ETag"), "W/"); weak != tc.zipped {
				t.Errorf("ETag %s", w.Header().Get("ETag"))
			}
			if w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("Vary: %q", w.Header().Get("Vary"))
			}
		})
	}
}

func TestFlushSendsWhatThereIs(t *testing.T) {
	step := make(chan struct{})
	server := httptest.NewServer(compress.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "first")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-step
	})))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	first := make([]byte, 5)
	_, err = io.ReadFull(resp.Body, first)
	close(step)
	if err != nil || !bytes.Equal(first, []byte("first")) {
		t.Errorf("read %q, %v", first, err)
	}
}

func BenchmarkWriteShort(b *testing.B) { benchmarkWrite(b, 100) }
func BenchmarkWrite16KiB(b *testing.B) { benchmarkWrite(b, 16<<10) }

func benchmarkWrite(b *testing.B, size int) {
	body := bytes.Repeat([]byte("0123456789abcde\n"), size/16+1)[:size]
	r := request("gzip, deflate")
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		_ = compress.Write(w, r, body)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// FuzzAccepted reads headers of clients: one that says it takes no gzip must not get it.
func FuzzAccepted(f *testing.F) {
	for _, header := range []string{"gzip, deflate", "*", "gzip;q=0", "*;q=0", "gzip;q=0.5, *;q=0", ";;=,", "identity", "GZIP ; Q = 0.000", "gzip;q=NaN"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Accept-Encoding"] = []string{header}
		if compress.Accepted(r) && !strings.Contains(strings.ToLower(header), "gzip") && !strings.Contains(header, "*") {
			t.Errorf("%q is taken for gzip", header)
		}
		r.Header["Accept-Encoding"] = []string{"gzip;q=0", header}
		if compress.Accepted(r) {
			t.Errorf("gzip;q=0 is overruled by %q", header)
		}
	})
}
