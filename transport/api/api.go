// Package api is the edge for programs at api.DOMAIN: what a server tells about itself in JSON.
//
// Peace's own API lives here under /v1; the API v1 and v2 of osu!, with their tokens, are not here. Every answer, a failure
// included, is JSON, may be asked for from any web page, and carries nothing private.
package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/signature"
	"github.com/pure-peace/peace/transport/http/problem"
)

var errNoEndpoint = fault.New(fault.NotFound, "api", "no_endpoint", "there is no such endpoint")

// Deps are the services behind the API. One that is nil has no endpoint.
type Deps struct {
	Version   string
	Sessions  counter
	Signature keyring
}

// counter is the part of sessions.Service that is needed here.
type counter interface {
	Count(ctx context.Context) (sessions.Counts, error)
}

// keyring is the part of signature.Service that is needed here.
type keyring interface {
	Keys(ctx context.Context) ([]signature.Key, error)
}

// New returns the handler of the api host:
//
//	GET /           what this is
//	GET /v1/status  who is online, in numbers
//	GET /v1/keys    the public keys that the server signs with, newest first
func New(deps Deps) http.Handler {
	r := chi.NewRouter()
	r.Use(jsonOnly)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { problem.WriteError(w, r, errNoEndpoint) })
	r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		// No kind of fault means 405: chi has set the Allow header that goes with it.
		write(w, http.StatusMethodNotAllowed, problem.Body{Error: "method_not_allowed", Message: "this endpoint does not take that method"})
	})
	endpoints := []string{}
	if deps.Sessions != nil {
		endpoints = append(endpoints, "/v1/status")
		r.Get("/v1/status", status(deps.Sessions))
	}
	if deps.Signature != nil {
		endpoints = append(endpoints, "/v1/keys")
		r.Get("/v1/keys", keys(deps.Signature))
	}
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, about{Name: "Peace", Version: deps.Version, Endpoints: endpoints})
	})
	return r
}

type about struct {
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Endpoints []string `json:"endpoints"`
}

type online struct {
	Users  int `json:"users"`
	Stable int `json:"stable"`
	Lazer  int `json:"lazer"`
	IRC    int `json:"irc"`
}

type key struct {
	ID        string    `json:"id"`
	Algorithm string    `json:"algorithm"`
	Public    string    `json:"public"` // base64
	CreatedAt time.Time `json:"created_at"`
}

func status(sessions counter) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		counts, err := sessions.Count(r.Context())
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		write(w, http.StatusOK, struct {
			Online online `json:"online"`
		}{online{Users: counts.Visible, Stable: counts.Stable, Lazer: counts.Lazer, IRC: counts.IRC}})
	}
}

func keys(signature keyring) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		have, err := signature.Keys(r.Context())
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		out := make([]key, 0, len(have))
		for _, k := range have {
			out = append(out, key{k.ID, "ed25519", base64.StdEncoding.EncodeToString(k.Public), k.CreatedAt})
		}
		write(w, http.StatusOK, struct {
			Keys []key `json:"keys"`
		}{out})
	}
}

// jsonOnly makes failures JSON whatever the request accepts, and lets web pages of other sites read the answers.
func jsonOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept", "application/json")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		next.ServeHTTP(w, r)
	})
}

func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	// The client may have gone away, which is no failure of ours.
	_ = json.NewEncoder(w).Encode(v)
}
