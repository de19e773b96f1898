package problem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/http/problem"
)

func TestStatusOf(t *testing.T) {
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404,
		fault.Exists: 409, fault.Conflict: 409, fault.Precondition: 422, fault.Exhausted: 429, fault.Unavailable: 503,
		fault.Unsupported: 501, fault.Canceled: 499, fault.DeadlineExceeded: 504, fault.Kind(200): 500,
	}
	for kind, status := range want {
		if got := problem.StatusOf(kind); got != status {
			t.Errorf("StatusOf(%v) = %d, want %d", kind, got, status)
		}
	}
}

func TestWriteError(t *testing.T) {
	gone := fault.New(fault.NotFound, "users", "user_not_found", "no such user").With("id", "7")
	_, tooLarge := io.ReadAll(http.MaxBytesReader(nil, io.NopCloser(strings.NewReader("12345")), 4))
	for _, tc := range []struct {
		name, accept string
		err          error
		status       int
		body         string
	}{
		{"fault as text", "text/html,*/*", gone, 404, "no such user\n"},
		{"fault as JSON", "text/html, Application/JSON;q=0.9", fmt.Errorf("deep: %w", gone), 404,
			`{"error":"user_not_found","message":"no such user","details":{"id":"7"}}` + "\n"},
		{"problem JSON", "application/problem+json", gone, 404, `{"error":"user_not_found","message":"no such user","details":{"id":"7"}}` + "\n"},
		{"a cause stays inside", "", errors.New("dial postgres://root:hunter2@db"), 500, "something went wrong on our side\n"},
		{"an internal fault too", "", fault.New(fault.Internal, "users", "broken", "hunter2"), 500, "something went wrong on our side\n"},
		{"too large", "", tooLarge, 413, "the request body is too large\n"},
		{"too slow", "", os.ErrDeadlineExceeded, 408, "the request came too slowly\n"},
		{"deadline", "", context.DeadlineExceeded, 504, "the server took too long\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept", tc.accept)
			w := httptest.NewRecorder()
			problem.WriteError(w, r, tc.err)
			if w.Code != tc.status || w.Body.String() != tc.body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, tc.status, tc.body)
			}
		})
	}
}
