// Package ws is the edge of the notification socket, over which lazer and programs hear of chat and notifications as they happen:
// JSON in text frames, one way but for a few words (ppy/osu-notification-server).
//
// A socket is a session of the kind sessions.API. Its outbox is the queue in front of the client: bounded, kept in state, and
// drained from here with long waits, so that an idle socket costs one call in 20 seconds. A client that does not read what it is
// sent, or has fallen so far behind that events were dropped, is closed; it connects again and reads what it missed through the
// API, which is where nothing is ever missed. An event that many get is encoded once.
//
// A socket belongs to a token. When that ends, the client is told to log out; when it is refreshed, the socket goes on. Until the
// second factor of a token is there, its socket hears nothing.
//
// The files: conn.go is the life of a socket, tokens.go what happens to its token, event.go what is written and memo.go that it is
// encoded once, read.go what is read.
package ws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/http/realip"
)

// Config is the section [feed].
type Config struct {
	MaxConnections int           `koanf:"max_connections" doc:"notification sockets at a time; further clients are told to try again"`
	PingInterval   time.Duration `koanf:"ping_interval" doc:"how often a socket is asked whether it is still there; one that does not answer until the next time is closed"`
	WriteTimeout   time.Duration `koanf:"write_timeout" doc:"how long a client may take to read an event before its socket is closed"`
}

// DefaultConfig asks as often as the official server does.
func DefaultConfig() Config {
	return Config{MaxConnections: 20_000, PingInterval: 20 * time.Second, WriteTimeout: 10 * time.Second}
}

// Validate reports everything that cannot work, named by its key.
func (c Config) Validate() error {
	var errs []error
	if c.MaxConnections < 1 {
		errs = append(errs, errors.New("max_connections: must be positive"))
	}
	if c.PingInterval < time.Second || c.PingInterval > 45*time.Second {
		errs = append(errs, fmt.Errorf("ping_interval: must be 1s to 45s, is %v", c.PingInterval))
	}
	if c.WriteTimeout < time.Second || c.WriteTimeout > time.Minute {
		errs = append(errs, fmt.Errorf("write_timeout: must be 1s to 1m, is %v", c.WriteTimeout))
	}
	return errors.Join(errs...)
}

// Deps are what the edge needs of others.
type Deps struct {
	Tokens   Tokens
	Users    Users
	Sessions Sessions
	Chat     Chat
	State    State
	People   People
	Metrics  *Metrics // nil counts nothing
	Log      *slog.Logger
}

// Tokens is the part of oauth.Tokens that is needed here.
type Tokens interface {
	Check(ctx context.Context, accessToken string) (oauth.Token, error)
}

// Users is the part of users.Accounts that is needed here.
type Users interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
}

// Sessions is the part of sessions.Service that is needed here.
type Sessions interface {
	Open(ctx context.Context, opening sessions.Opening) (sessions.Opened, error)
	Close(ctx context.Context, id string, reason sessions.Reason) error
}

// Chat is the part of chat.Service that is needed here.
type Chat interface {
	Attend(ctx context.Context, sessionID string) ([]chat.Thread, error)
}

// State is the part of state that is needed here.
type State interface {
	state.Topics
	Drain(ctx context.Context, space, key string, take state.Take) (state.Mail, error)
}

// People shows users. *resource.People does.
type People interface {
	Persons(ctx context.Context, viewer int32, ids []int32) (map[int32]*resource.Person, error)
	Gone(id int32, name string) *resource.Person
}

// Handler serves the socket's path. It is safe for concurrent use; make one with New. It takes sockets while Run runs.
type Handler struct {
	config Config
	deps   Deps
	memo   memo

	mu      sync.Mutex
	open    bool // takes sockets
	conns   map[*conn]struct{}
	byToken map[int64]map[*conn]struct{}
	serving sync.WaitGroup // the goroutines of the sockets
}

// New returns the handler.
func New(config Config, deps Deps) (*Handler, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if deps.Tokens == nil || deps.Users == nil || deps.Sessions == nil || deps.Chat == nil || deps.State == nil || deps.People == nil || deps.Log == nil {
		return nil, errors.New("transport/ws: Deps need Tokens, Users, Sessions, Chat, State, People and Log")
	}
	return &Handler{config: config, deps: deps, conns: map[*conn]struct{}{}, byToken: map[int64]map[*conn]struct{}{}}, nil
}

// Run listens to what happens to tokens until ctx ends. Then it closes all sockets.
func (h *Handler) Run(ctx context.Context) error {
	h.mu.Lock()
	h.open = true
	h.mu.Unlock()
	h.followTokens(ctx)
	h.stop()
	h.serving.Wait()
	return nil
}

// Drain closes all sockets, whose clients connect again elsewhere, and takes no more.
func (h *Handler) Drain(ctx context.Context) error {
	h.stop()
	gone := make(chan struct{})
	go func() {
		h.serving.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Handler) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = false
	for c := range h.conns {
		c.end(errStopping)
	}
}

// maxPerToken bounds the sockets of one token. Sessions have a bound for each user; this one is for sockets that have none, because
// their second factor is missing, or their end has not been noticed yet.
const maxPerToken = 2 * sessions.MaxAPI

// add takes a socket in, unless there are too many or none are taken.
func (h *Handler) add(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open || len(h.conns) >= h.config.MaxConnections || len(h.byToken[c.token.ID]) >= maxPerToken {
		return false
	}
	h.conns[c] = struct{}{}
	h.bind(c, c.token.ID)
	h.serving.Add(1)
	h.deps.Metrics.opened()
	return true
}

func (h *Handler) remove(c *conn, why error) {
	h.mu.Lock()
	delete(h.conns, c)
	h.unbind(c)
	h.mu.Unlock()
	h.deps.Metrics.closed(why)
	h.serving.Done()
}

// checkTimeout bounds the look at a token, and every other short call.
const checkTimeout = 5 * time.Second

// ServeHTTP turns a request into a socket. A token that is missing or wrong is told over the socket, where clients look for it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "This address is a websocket.", http.StatusUpgradeRequired)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	access := accessToken(r)
	token, err := h.deps.Tokens.Check(ctx, access)
	if err != nil && !errors.Is(err, oauth.ErrNoToken) {
		h.deps.Log.WarnContext(ctx, "token of a notification socket cannot be checked", "error", err)
		busy(w)
		return
	}
	ws, acceptErr := websocket.Accept(w, r, &websocket.AcceptOptions{
		CompressionMode: websocket.CompressionDisabled,
		// A page of another site cannot make use of this: it would need the token, which no browser sends by itself.
		InsecureSkipVerify: true,
	})
	if acceptErr != nil {
		return // and answered
	}
	ws.SetReadLimit(maxWord)
	if err != nil || token.UserID == 0 {
		h.refuse(ws)
		return
	}
	c := newConn(h, ws, access, token, realip.ClientIP(r.Context()))
	if !h.add(c) {
		_ = ws.Close(websocket.StatusTryAgainLater, "")
		return
	}
	// The socket gets a goroutine of its own, so that this one, and all that belongs to the request, is free.
	go c.serve()
}

func busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, "The server cannot take notification sockets at the moment.", http.StatusServiceUnavailable)
}

// refuse says that nobody is there with such a token.
func (h *Handler) refuse(ws *websocket.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), h.config.WriteTimeout)
	defer cancel()
	if err := ws.Write(ctx, websocket.MessageText, []byte(`{"error":"authentication failed"}`)); err == nil {
		_ = ws.Close(websocket.StatusPolicyViolation, "")
	}
	_ = ws.CloseNow()
}

// accessToken is that of the header or, for scripts in browsers, which cannot set one, of the query.
func accessToken(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return r.URL.Query().Get("access_token")
}
