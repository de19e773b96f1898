package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/signature"
	"github.com/pure-peace/peace/transport/api"
)

type counts struct {
	sessions.Counts
	err error
}

func (c counts) Count(context.Context) (sessions.Counts, error) { return c.Counts, c.err }

type keys []signature.Key

func (k keys) Keys(context.Context) ([]signature.Key, error) { return k, nil }

func TestEndpoints(t *testing.T) {
	full := api.New(api.Deps{
		Version:  "1.2.3",
		Sessions: counts{Counts: sessions.Counts{Visible: 3, Stable: 2, Lazer: 1, Tournament: 9}},
		Signature: keys{{
			ID: "00ff", Public: []byte{1, 2, 3}, CreatedAt: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
		}},
	})
	away := api.New(api.Deps{Version: "1.2.3", Sessions: counts{err: fault.New(fault.Unavailable, "peer", "lost", "the peer is away")}})
	for _, tc := range []struct {
		name    string
		handler http.Handler
		method  string
		path    string
		status  int
		body    string
	}{
		{"about", full, "GET", "/", 200, `{"name":"Peace","version":"1.2.3","endpoints":["/v1/status","/v1/keys"]}`},
		{"status", full, "GET", "/v1/status", 200, `{"online":{"users":3,"stable":2,"lazer":1,"irc":0}}`},
		{"keys", full, "GET", "/v1/keys", 200, `{"keys":[{"id":"00ff","algorithm":"ed25519","public":"AQID","created_at":"2026-11-21T12:00:00Z"}]}`},
		{"unknown path", full, "GET", "/v1/nothing", 404, `{"error":"no_endpoint","message":"there is no such endpoint"}`},
		{"wrong method", full, "POST", "/v1/status", 405, `{"error":"method_not_allowed","message":"this endpoint does not take that method"}`},
		{"sessions away", away, "GET", "/v1/status", 503, `{"error":"lost","message":"the peer is away"}`},
		{"signature off", away, "GET", "/v1/keys", 404, `{"error":"no_endpoint","message":"there is no such endpoint"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tc.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), tc.method, tc.path, nil))
			body, err := io.ReadAll(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if w.Code != tc.status {
				t.Errorf("status is %d, want %d", w.Code, tc.status)
			}
			if diff := cmp.Diff(tc.body, strings.TrimSpace(string(body))); diff != "" {
				t.Error(diff)
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("content type is %q", got)
			}
		})
	}
}
