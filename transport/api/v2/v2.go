// Package v2 is what all endpoints of osu!'s API v2 share: who asks (tokens and scopes), how often (limits), in which words
// (parameters, forms, versions), and how an answer or a failure looks in JSON.
//
// The endpoints themselves live in the packages below it, one for each area, which register themselves on an API; the shapes of
// what they answer are in package resource. Handing out tokens is transport/api/oauth's business. The handlers expect
// transport/http around them, for client addresses, deadlines and caught panics.
package v2

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/transport/http/limit"
)

// Prefix is where an API is mounted.
const Prefix = "/api/v2"

// Who counts as a supporter.
const (
	Everybody   = "everybody" // every account
	ByPrivilege = "privilege" // accounts with the privilege of supporters
)

// patience is how long an endpoint works that says nothing else. lazer gives up after 10 s, and takes the third time in a row for
// an outage of the whole server; an answer that something took too long is no outage.
const patience = 8 * time.Second

// limitedTokens is for how many tokens and addresses at a time the limits are kept, in 1.5 MiB.
const limitedTokens = 1 << 16

// Config is the section [api.v2].
type Config struct {
	Rate      int    `koanf:"rate" doc:"requests a minute that one token may make; as many may be made at once"`
	Supporter string `koanf:"supporter" doc:"who counts as a supporter for lazer clients, which keep some leaderboards and filters for supporters: everybody, or privilege for those whom staff made one"`
}

// DefaultConfig limits as the official server does, and keeps nothing from anybody.
func DefaultConfig() Config { return Config{Rate: 1200, Supporter: Everybody} }

// Validate reports everything that is wrong, by key.
func (c Config) Validate() error {
	var errs []error
	if c.Rate < 1 || c.Rate > 1_000_000 {
		errs = append(errs, errors.New("rate: must be 1 to 1000000"))
	}
	if c.Supporter != Everybody && c.Supporter != ByPrivilege {
		errs = append(errs, fmt.Errorf("supporter: %q is neither %q nor %q", c.Supporter, Everybody, ByPrivilege))
	}
	return errors.Join(errs...)
}

// Deps are what the framework needs of others.
type Deps struct {
	Tokens Checker
	Log    *slog.Logger
}

// Checker is the part of oauth.Tokens that is asked on every request.
type Checker interface {
	Check(ctx context.Context, accessToken string) (oauth.Token, error)
}

// Endpoint answers a request: with a value that is written as JSON, with nil for an empty 204, with a *Redirect or a *Stream.
type Endpoint func(ctx context.Context, r *Request) (any, error)

// API routes requests to endpoints. Register them all before the first request; after that it is safe for concurrent use.
type API struct {
	tokens Checker
	log    *slog.Logger
	rate   *limit.Rate
	perMin int
	mux    *chi.Mux
}

// New returns an API without endpoints.
func New(cfg Config, deps Deps) (*API, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	a := &API{
		tokens: deps.Tokens,
		log:    deps.Log,
		rate:   limit.NewRate(float64(cfg.Rate)/60, cfg.Rate, limitedTokens),
		perMin: cfg.Rate,
		mux:    chi.NewRouter(),
	}
	a.mux.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		_ = writeJSON(w, http.StatusNotFound, failure{})
	})
	a.mux.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		_ = writeJSON(w, http.StatusMethodNotAllowed, failure{Error: text("This endpoint does not take that method.")})
	})
	return a, nil
}

// Get registers an endpoint for GET and HEAD. Patterns are chi's, below Prefix and without a slash at the end:
// "/users/{user}/{ruleset}".
func (a *API) Get(pattern string, access Access, e Endpoint) {
	a.handle(http.MethodGet, pattern, access, e)
}

// Post registers an endpoint for POST.
func (a *API) Post(pattern string, access Access, e Endpoint) {
	a.handle(http.MethodPost, pattern, access, e)
}

// Put registers an endpoint for PUT.
func (a *API) Put(pattern string, access Access, e Endpoint) {
	a.handle(http.MethodPut, pattern, access, e)
}

// Patch registers an endpoint for PATCH.
func (a *API) Patch(pattern string, access Access, e Endpoint) {
	a.handle(http.MethodPatch, pattern, access, e)
}

// Delete registers an endpoint for DELETE.
func (a *API) Delete(pattern string, access Access, e Endpoint) {
	a.handle(http.MethodDelete, pattern, access, e)
}

func (a *API) handle(method, pattern string, access Access, e Endpoint) {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, access, e) })
	if access.Within > 0 {
		h = limit.Stream(limit.Transfer(access.Within, access.Within)(limit.Timeout(access.Within)(h)))
	} else {
		h = limit.Timeout(patience)(h)
	}
	a.mux.Method(method, pattern, h)
}

// ServeHTTP answers a request below Prefix. A slash at the end of a path means nothing: lazer writes one before some queries,
// and would lose its Authorization header on a redirect.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowPages(w.Header())
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	route := chi.RouteContext(r.Context())
	if route == nil {
		route = chi.NewRouteContext()
		r = r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, route))
	}
	// Escaped, so that a slash within a name stays part of the name.
	path := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	route.RoutePath = "/" + strings.Trim(path, "/")
	route.RouteMethod = r.Method
	if r.Method == http.MethodHead {
		route.RouteMethod = http.MethodGet
	}
	a.mux.ServeHTTP(w, r)
}

// allowPages lets web pages of other sites use the API with a token that they have; the server's cookies mean nothing here.
func allowPages(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, X-Api-Version")
	h.Set("Access-Control-Expose-Headers", "X-RateLimit-Limit, X-RateLimit-Remaining, Retry-After, Content-Disposition")
	h.Set("Access-Control-Max-Age", "86400")
}

func (a *API) serve(w http.ResponseWriter, r *http.Request, access Access, e Endpoint) {
	request := &Request{Request: r, Version: version(r.Header.Get("X-Api-Version")), api: a, header: w.Header()}
	answer, err := a.answer(request, access, e)
	if err != nil {
		a.writeError(w, request, err)
		return
	}
	switch answer := answer.(type) {
	case nil:
		w.WriteHeader(http.StatusNoContent)
	case *Redirect:
		answer.write(w, r)
	case *Stream:
		answer.write(w, r)
	default:
		a.write(w, request, http.StatusOK, answer)
	}
}

func (a *API) answer(r *Request, access Access, e Endpoint) (any, error) {
	if err := r.authenticate(); err != nil {
		return nil, err
	}
	if err := r.Spend(1); err != nil {
		return nil, err
	}
	if err := access.admit(r); err != nil {
		return nil, err
	}
	return e(r.Context(), r)
}
