// Package bancho is the HTTP edge of the stable client's protocol: POST / on the c hosts. It reads a request, asks
// modules/bancho for the answer and writes it; what packets mean is not its business.
//
// # What the client hears when something fails
//
// The client understands few answers, and a wrong one costs its player the session, so the choice is deliberate:
//
//   - Modules that cannot be reached during an exchange: 200 and an empty body. The client takes it for "nothing new" and
//     keeps polling with its token, and its session, which lives in state, goes on where it was. An error status would make
//     the client log in anew, all clients at once.
//   - Modules that cannot be reached during a login: reply −5, after which the client tries again by itself.
//   - A body over its limit: 413. A body that is no login, or breaks off: 400. One that comes too slowly: 408. More simultaneous requests for one token than make sense:
//     503 with Retry-After. None of these is sent by the game.
//   - A User-Agent other than that of the game: 403 and a sentence.
//
// # In front of it
//
// The handler expects transport/http around it: who the client is comes from package realip, and the deadlines of reading
// and writing are the server's.
package bancho

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/bancho"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/transport/http/compress"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/problem"
	"github.com/pure-peace/peace/transport/http/realip"
	"github.com/pure-peace/peace/transport/online"
)

// Config is the section of this edge.
type Config struct {
	Timeout time.Duration `koanf:"timeout" doc:"how long a login or an exchange of packets may take before the client is answered without it"`
}

// DefaultConfig leaves a login time to wait for its turn to have the password checked.
func DefaultConfig() Config { return Config{Timeout: 10 * time.Second} }

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	if c.Timeout < time.Second || c.Timeout > 5*time.Minute {
		return errors.New("timeout: must be 1s to 5m")
	}
	return nil
}

// Deps are what the edge needs of others.
type Deps struct {
	Bancho   bancho.Service
	Sessions online.Counter // for the page that people see
	Domain   string         // likewise
	Log      *slog.Logger
}

// Handler serves the c hosts. It is safe for concurrent use; make one with New.
type Handler struct {
	service bancho.Service
	game    http.Handler // serveGame with its deadline
	page    page
	log     *slog.Logger
	outages outages
}

// New returns the handler.
func New(cfg Config, deps Deps) (*Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if deps.Bancho == nil || deps.Sessions == nil || deps.Log == nil {
		return nil, errors.New("transport/bancho: Deps need Bancho, Sessions and Log")
	}
	h := &Handler{
		service: deps.Bancho,
		page:    page{players: online.New(deps.Sessions), domain: deps.Domain},
		log:     deps.Log,
	}
	h.game = limit.Timeout(cfg.Timeout)(http.HandlerFunc(h.serveGame))
	return h, nil
}

// UserAgent is what the game calls itself, without any version.
const UserAgent = "osu!"

// placeholder is the token of a login that failed before there was one: a client that gets none does not try again.
const placeholder = "no"

// Header values that never change are shared by all answers; net/http does not modify them.
var (
	octetStream = []string{"application/octet-stream"}
	keepAlive   = []string{"keep-alive"}
	protocol    = []string{strconv.Itoa(int(packets.Protocol))}
)

// ServeHTTP answers POST / of the game and GET / of people.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != "/":
		http.Error(w, "There is nothing here.", http.StatusNotFound)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		h.page.ServeHTTP(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "This address takes GET and POST.", http.StatusMethodNotAllowed)
	case r.Header.Get("User-Agent") != UserAgent:
		http.Error(w, "Only osu! talks to this address.", http.StatusForbidden)
	default:
		h.game.ServeHTTP(w, r)
	}
}

func (h *Handler) serveGame(w http.ResponseWriter, r *http.Request) {
	token, room := "", int64(bancho.MaxLogin)
	if tokens := r.Header["Osu-Token"]; len(tokens) > 0 && tokens[0] != "" {
		token, room = tokens[0], bancho.MaxRequest
	}
	body := bodies.Get().(*body)
	defer body.free()
	if err := body.read(r, room); err != nil {
		w.Header().Set("Connection", "close") // what is left of the body is not worth reading
		switch {
		case refused(w, r, err):
		case errors.Is(err, os.ErrDeadlineExceeded):
			problem.WriteError(w, r, err)
		default: // chunks that are none, or an end that never came
			http.Error(w, "The request cannot be read.", http.StatusBadRequest)
		}
		return
	}
	if token == "" {
		h.login(w, r, body.Bytes())
		return
	}
	reply, err := h.service.Exchange(r.Context(), token, body.Bytes())
	if err != nil {
		h.exchangeFailed(w, r, err)
		return
	}
	write(w, r, reply)
}

func (h *Handler) login(w http.ResponseWriter, r *http.Request, body []byte) {
	welcome, err := h.service.Login(r.Context(), bancho.Attempt{
		Body:    body,
		Address: realip.ClientIP(r.Context()),
		Country: realip.GeoOf(r).Country,
	})
	w.Header()["Cho-Token"] = []string{placeholder}
	switch {
	case err == nil:
		w.Header()["Cho-Token"] = []string{welcome.Token}
		write(w, r, welcome.Packets)
	case refused(w, r, err):
	default:
		h.report(r, "login", err)
		b := packets.Notification("The server has a problem at the moment. Your game will try again by itself.").Append(nil)
		write(w, r, packets.LoginServerError.Append(b))
	}
}

func (h *Handler) exchangeFailed(w http.ResponseWriter, r *http.Request, err error) {
	if !refused(w, r, err) {
		h.report(r, "exchange", err)
		write(w, r, nil)
	}
}

// refused answers the faults that are the request's own, which trying again later does not mend by itself.
func refused(w http.ResponseWriter, r *http.Request, err error) bool {
	switch {
	case errors.Is(err, bancho.ErrTooLarge):
		http.Error(w, "The request is too large.", http.StatusRequestEntityTooLarge)
	case errors.Is(err, bancho.ErrMalformed):
		http.Error(w, "This is not a login of osu!.", http.StatusBadRequest)
	case errors.Is(err, bancho.ErrOverlap):
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Too many requests at once.", http.StatusServiceUnavailable)
	default:
		return false
	}
	return true
}

// report logs a failure that is ours, unless the client merely went away.
func (h *Handler) report(r *http.Request, what string, err error) {
	if r.Context().Err() != nil {
		return
	}
	if suppressed, now := h.outages.next(time.Now()); now {
		h.log.LogAttrs(r.Context(), slog.LevelWarn, "bancho request failed", slog.String("request", what),
			slog.String("kind", fault.KindOf(err).String()), slog.Any("error", err), slog.Int64("not_logged", suppressed))
	}
}

// write answers with packets, none being an answer too.
func write(w http.ResponseWriter, r *http.Request, reply []byte) {
	header := w.Header()
	header["Content-Type"] = octetStream
	header["Connection"] = keepAlive
	header["Cho-Protocol"] = protocol
	_ = compress.Write(w, r, reply) // a client that went away asks again
}

// body is a request's body in memory that is used again.
type body struct {
	bytes.Buffer
	limited io.LimitedReader
}

var bodies = sync.Pool{New: func() any { return new(body) }}

// maxKept bounds the buffers that are used again: hardly any request is larger.
const maxKept = 64 << 10

func (b *body) read(r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return bancho.ErrTooLarge.WithMessage(fmt.Sprintf("the request is over %d bytes", limit))
	}
	b.limited = io.LimitedReader{R: r.Body, N: limit + 1}
	if _, err := b.ReadFrom(&b.limited); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if int64(b.Len()) > limit {
		return bancho.ErrTooLarge.WithMessage(fmt.Sprintf("the request is over %d bytes", limit))
	}
	return nil
}

func (b *body) free() {
	b.limited.R = nil
	if b.Cap() <= maxKept {
		b.Reset()
		bodies.Put(b)
	}
}
