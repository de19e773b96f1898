// Package problem says failures in HTTP: the one place where a fault's kind becomes a status, and a small body for it. The
// web endpoints of osu!, which have error words of their own, use the status and write their own bodies.
package problem

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"

	"github.com/pure-peace/peace/modules/fault"
)

// statusClientClosedRequest is what nginx logs for a request whose client went away; nobody reads it.
const statusClientClosedRequest = 499

// StatusOf returns the HTTP status of a fault kind, and 500 for kinds it does not know.
func StatusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Exists, fault.Conflict:
		return http.StatusConflict
	case fault.Precondition:
		return http.StatusUnprocessableEntity
	case fault.Exhausted:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Unsupported:
		return http.StatusNotImplemented
	case fault.Canceled:
		return statusClientClosedRequest
	case fault.DeadlineExceeded:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// Body is the JSON form of a failure.
type Body struct {
	Error   string            `json:"error"`             // the reason, in snake case, for programs
	Message string            `json:"message"`           // one sentence, for people
	Details map[string]string `json:"details,omitempty"` // facts about this occurrence
}

// WriteError answers with err: as JSON when the request accepts it by name, as one line of text otherwise. Only faults are
// shown; of every other error the client learns the status. Reading a body beyond its limit (*http.MaxBytesError) is 413
// and a body that came too slowly is 408. Nothing is written for a nil err.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	status, body := describe(err)
	h := w.Header()
	h.Del("Content-Length")
	h.Del("Content-Encoding")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if acceptsJSON(r) {
		h.Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
		return
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body.Message + "\n"))
}

func describe(err error) (int, Body) {
	var tooLarge *http.MaxBytesError
	switch f := fault.As(err); {
	case f != nil && f.Kind != fault.Internal:
		return StatusOf(f.Kind), Body{Error: f.Reason, Message: f.Message, Details: f.Details}
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, Body{Error: "body_too_large", Message: "the request body is too large"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, Body{Error: "request_timeout", Message: "the request came too slowly"}
	}
	kind := fault.KindOf(err)
	message := "something went wrong on our side"
	switch kind {
	case fault.Canceled:
		message = "the request was cancelled"
	case fault.DeadlineExceeded:
		message = "the server took too long"
	}
	return StatusOf(kind), Body{Error: kind.String(), Message: message}
}

func acceptsJSON(r *http.Request) bool {
	for _, line := range r.Header["Accept"] {
		for entry := range strings.SplitSeq(line, ",") {
			media, _, _ := strings.Cut(entry, ";")
			media = strings.ToLower(strings.TrimSpace(media))
			if media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json") {
				return true
			}
		}
	}
	return false
}
