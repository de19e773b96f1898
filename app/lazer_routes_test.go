package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// named answers with its name.
func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(name)) })
}

func TestRoutesOfAMeeting(t *testing.T) {
	m := &meeting{routes: []route{{"/oauth", named("oauth")}, {"/signalr/metadata", named("hub")}}}
	for _, tc := range []struct {
		handler    http.Handler
		path, want string
	}{
		{m.before(named("next")), "/oauth/token", "oauth"},
		{m.before(named("next")), "/oauthor", "next"},
		{m.before(named("next")), "/signalr/metadata", "hub"},
		{m.before(named("next")), "/signalr/metadata/negotiate", "hub"},
		{m.before(named("next")), "/signalr/metadatas", "next"},
		{m.before(named("next")), "/", "next"},
		{m.hubs(), "/metadata/negotiate", "hub"},
		{m.hubs(), "/signalr/metadata", "404 page not found\n"},
		{(*meeting)(nil).before(named("next")), "/oauth", "next"},
	} {
		w := httptest.NewRecorder()
		tc.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tc.path, nil))
		if got := w.Body.String(); got != tc.want {
			t.Errorf("%s leads to %q, want %q", tc.path, got, tc.want)
		}
	}
}
