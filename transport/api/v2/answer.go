package v2

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/http/problem"
)

// Redirect is an answer that sends the client elsewhere. Clients follow it without their token.
type Redirect struct {
	Location string
	Status   int // 0 means 302
}

func (d *Redirect) write(w http.ResponseWriter, r *http.Request) {
	status := d.Status
	if status == 0 {
		status = http.StatusFound
	}
	http.Redirect(w, r, d.Location, status)
}

// Stream is an answer that is no JSON. Body is closed when it was sent; one that can seek is sent in the ranges that were asked
// for. Endpoints of large files set Access.Within.
type Stream struct {
	Body     io.ReadCloser
	Type     string    // media type; "" means application/octet-stream
	Name     string    // to save it as; "" when it is to be shown
	Size     int64     // bytes, when Body cannot seek and it is known
	Modified time.Time // zero when unknown
}

func (s *Stream) write(w http.ResponseWriter, r *http.Request) {
	defer s.Body.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if s.Type != "" {
		h.Set("Content-Type", s.Type)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	if s.Name != "" {
		if disposition := mime.FormatMediaType("attachment", map[string]string{"filename": s.Name}); disposition != "" {
			h.Set("Content-Disposition", disposition)
		}
	}
	if seeker, ok := s.Body.(io.ReadSeeker); ok {
		http.ServeContent(w, r, "", s.Modified, seeker)
		return
	}
	if s.Size > 0 {
		h.Set("Content-Length", strconv.FormatInt(s.Size, 10))
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, s.Body); err != nil {
		panic(http.ErrAbortHandler) // an answer that has begun must not look complete
	}
}

// refusal is an error that has its answer with it.
type refusal struct {
	status int
	body   any
}

func (e *refusal) Error() string { return "api v2: " + http.StatusText(e.status) }

// failure is how the API says what went wrong; a client shows the text to its user.
type failure struct {
	Error *string `json:"error"`
}

func text(s string) *string { return &s }

var errUnauthenticated = Answer(http.StatusUnauthorized, struct {
	Authentication string `json:"authentication"`
}{"basic"})

// NotFound is the 404 of something named, as in "beatmap".
func NotFound(what string) error {
	return Refuse(http.StatusNotFound, "Specified "+what+" couldn't be found.")
}

// Refuse answers {"error": message}.
func Refuse(status int, message string) error {
	return &refusal{status, failure{Error: &message}}
}

// Answer is any other answer than 200.
func Answer(status int, body any) error { return &refusal{status, body} }

// writeError answers with a failure: a refusal as it says, a fault by its kind, and anything else without a word about it.
func (a *API) writeError(w http.ResponseWriter, r *Request, err error) {
	var refused *refusal
	if errors.As(err, &refused) {
		if refused.body == nil {
			w.WriteHeader(refused.status)
			return
		}
		a.write(w, r, refused.status, refused.body)
		return
	}
	status, message := describe(err)
	if status == http.StatusInternalServerError {
		a.log.ErrorContext(r.Context(), "api request failed", slog.String("method", r.Method), slog.String("route", r.route()), slog.Any("err", err))
	}
	_ = writeJSON(w, status, failure{Error: &message}) // a text can always be written
}

func describe(err error) (int, string) {
	var tooLarge *http.MaxBytesError
	f := fault.As(err)
	switch {
	case f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Precondition):
		return http.StatusUnprocessableEntity, f.Message
	case f != nil && f.Kind != fault.Internal:
		return problem.StatusOf(f.Kind), f.Message
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, "The request is too large."
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, "The request came too slowly."
	}
	switch kind := fault.KindOf(err); kind {
	case fault.Canceled:
		return problem.StatusOf(kind), "The request was cancelled."
	case fault.DeadlineExceeded:
		return problem.StatusOf(kind), "The server took too long."
	}
	return http.StatusInternalServerError, "Something went wrong on the server."
}

func (a *API) write(w http.ResponseWriter, r *Request, status int, body any) {
	if err := writeJSON(w, status, body); err != nil {
		a.log.ErrorContext(r.Context(), "api answer cannot be written as json", slog.String("route", r.route()), slog.Any("err", err))
		message := "Something went wrong on the server."
		_ = writeJSON(w, http.StatusInternalServerError, failure{Error: &message})
	}
}

// writeJSON writes nothing when the body cannot be encoded; a client that has gone away is no failure of ours.
func writeJSON(w http.ResponseWriter, status int, body any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
	return nil
}
