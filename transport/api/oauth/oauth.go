// Package oauth is the edge for clients that get tokens: POST /oauth/token for lazer and for applications, in the forms and with the
// failures of RFC 6749 as osu! words them, and the endpoints of API v2 that are about the token itself: proving it by a second
// factor, and ending it.
//
// The page on which a user consents to an application, GET and POST /oauth/authorize, is in transport/site: it needs a browser that
// is logged in. The handler expects transport/http around it, for client addresses and deadlines. Nothing here logs a form.
package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/realip"
)

// Config is the section [api.oauth].
type Config struct {
	Rate  float64 `koanf:"rate" doc:"requests for tokens a minute from one address, 1 to 100000"`
	Burst int     `koanf:"burst" doc:"requests for tokens at once from one address, 1 to 100000"`
}

// DefaultConfig lets a school or a tournament log in from behind one address.
func DefaultConfig() Config { return Config{Rate: 60, Burst: 60} }

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case !(c.Rate >= 1 && c.Rate <= 100_000):
		return fmt.Errorf("rate: must be 1 to 100000, is %v", c.Rate)
	case c.Burst < 1 || c.Burst > 100_000:
		return fmt.Errorf("burst: must be 1 to 100000, is %d", c.Burst)
	}
	return nil
}

// Service is the part of oauth.Service that is needed here.
type Service interface {
	Password(ctx context.Context, client oauth.Client, login oauth.Login) (oauth.Issued, error)
	Refresh(ctx context.Context, client oauth.Client, refreshToken string, scopes []string) (oauth.Issued, error)
	ClientCredentials(ctx context.Context, client oauth.Client, scopes []string) (oauth.Issued, error)
	Exchange(ctx context.Context, client oauth.Client, exchange oauth.Exchange) (oauth.Issued, error)
	Revoke(ctx context.Context, tokenID int64) error
	Verify(ctx context.Context, tokenID int64, code string) error
	Reissue(ctx context.Context, tokenID int64) error
	FallBack(ctx context.Context, tokenID int64) error
}

// Deps are what the edge needs of others.
type Deps struct {
	OAuth Service
	Log   *slog.Logger
}

// Server has the handlers. It is safe for concurrent use; make one with New.
type Server struct {
	deps Deps
	rate *limit.Rate
}

// limitedAddresses is for how many addresses at a time the limit is kept.
const limitedAddresses = 1 << 14

// New returns the server.
func New(config Config, deps Deps) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &Server{deps: deps, rate: limit.NewRate(config.Rate/60, config.Burst, limitedAddresses)}, nil
}

const (
	// maxForm bounds the body of a request for a token, of which the largest part is a password.
	maxForm = 16 << 10
	// timeout bounds the work on it. A login may wait for its turn to have the password hashed.
	timeout = 15 * time.Second
)

// Register adds the endpoint to the router of a host.
func (s *Server) Register(r chi.Router) {
	r.With(limit.Timeout(timeout)).Post("/oauth/token", s.token)
}

// answer is a token as its holder gets it.
type answer struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
}

// token serves POST /oauth/token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	if ok, retry := s.rate.Allow(realip.ClientIP(r.Context())); !ok {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(retry.Seconds()))))
		write(w, http.StatusTooManyRequests, newRefusal("temporarily_unavailable", "Too many requests, try again in a while."))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm) // and not limit.Body, which answers in other words
	f, err := readForm(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	issued, err := s.grant(r, f)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	write(w, http.StatusOK, answer{
		TokenType: "Bearer", ExpiresIn: max(1, int64(time.Until(issued.Token.ExpiresAt).Round(time.Second)/time.Second)),
		AccessToken: legible(issued), RefreshToken: issued.RefreshToken,
	})
}

// grant does what the form asks for.
func (s *Server) grant(r *http.Request, f form) (oauth.Issued, error) {
	ctx := r.Context()
	client, err := f.client(r)
	if err != nil {
		return oauth.Issued{}, err
	}
	scopes := strings.Fields(f["scope"])
	switch f["grant_type"] {
	case "password":
		if err := f.need("username", "password"); err != nil {
			return oauth.Issued{}, err
		}
		// lazer has it on requests of the API only (ppy/osu osu.Game/Online/API/APIRequest.cs): none says nothing.
		version, _ := strconv.Atoi(r.Header.Get("X-Api-Version"))
		return s.deps.OAuth.Password(ctx, client, oauth.Login{
			Name: f["username"], Password: f["password"], Scopes: scopes, Address: realip.ClientIP(ctx), Version: version,
		})
	case "refresh_token":
		if err := f.need("refresh_token"); err != nil {
			return oauth.Issued{}, err
		}
		return s.deps.OAuth.Refresh(ctx, client, f["refresh_token"], scopes)
	case "client_credentials":
		return s.deps.OAuth.ClientCredentials(ctx, client, scopes)
	case "authorization_code":
		if err := f.need("code"); err != nil {
			return oauth.Issued{}, err
		}
		return s.deps.OAuth.Exchange(ctx, client, oauth.Exchange{Code: f["code"], Redirect: f["redirect_uri"], Verifier: f["code_verifier"]})
	case "":
		return oauth.Issued{}, missing("grant_type")
	}
	return oauth.Issued{}, oauth.ErrBadRequest.With("error", "unsupported_grant_type").WithMessage("there is no such grant")
}

func missing(field string) error {
	return oauth.ErrBadRequest.WithMessage("the field " + field + " is missing")
}

// refusal is how RFC 6749 (5.2) and osu! say what went wrong. lazer shows the hint.
type refusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Hint        string `json:"hint"`
	Message     string `json:"message"`
}

// descriptions are what the codes mean.
var descriptions = map[string]string{
	"invalid_request":         "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.",
	"invalid_client":          "Client authentication failed.",
	"invalid_grant":           "The credentials, code or refresh token of the grant are not valid.",
	"invalid_scope":           "The requested scope is invalid, unknown, or malformed.",
	"unauthorized_client":     "The client is not authorized to use this grant.",
	"unsupported_grant_type":  "The grant is not supported by this server.",
	"temporarily_unavailable": "The server cannot do that at the moment.",
}

func newRefusal(code, hint string) refusal {
	return refusal{Error: code, Description: descriptions[code], Hint: hint, Message: descriptions[code]}
}

// refuse answers a request for a token that failed.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.As(err)
	switch kind := fault.KindOf(err); {
	case errors.As(err, new(*http.MaxBytesError)):
		write(w, http.StatusRequestEntityTooLarge, newRefusal("invalid_request", "The request is too large."))
	case f != nil && f.Domain == oauth.ErrBadGrant.Domain && f.Details["error"] != "":
		code, status := f.Details["error"], http.StatusBadRequest
		if code == "invalid_client" {
			status = http.StatusUnauthorized
			if r.Header.Get("Authorization") != "" {
				w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`)
			}
		}
		write(w, status, newRefusal(code, sentence(f.Message)))
	case errors.Is(err, users.ErrTooMany), errors.Is(err, users.ErrBusy):
		w.Header().Set("Retry-After", "30")
		write(w, http.StatusTooManyRequests, newRefusal("temporarily_unavailable", sentence(f.Message)))
	case kind == fault.Canceled:
	case kind == fault.Unavailable || kind == fault.DeadlineExceeded:
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "a request for a token failed", slog.Any("error", err))
		w.Header().Set("Retry-After", "10")
		write(w, http.StatusServiceUnavailable, newRefusal("temporarily_unavailable", "The server cannot do that at the moment, try again in a while."))
	default:
		s.deps.Log.LogAttrs(r.Context(), slog.LevelError, "a request for a token failed", slog.Any("error", err))
		write(w, http.StatusInternalServerError, refusal{
			Error: "server_error", Description: "Something went wrong on the server.", Hint: "Something went wrong on the server.", Message: "Something went wrong on the server.",
		})
	}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// sentence makes a fault's message fit for a screen.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	return strings.ToUpper(message[:1]) + message[1:] + "."
}
