// Package site is the server's own pages, for people with a browser: logging in with a second factor, consenting to applications
// (GET and POST /oauth/authorize), the applications that one has made or authorised, the authenticator, and the password. They are
// plain HTML without scripts; profiles, rankings and forums are the business of a website beside the server.
//
// A browser that is logged in holds a token of the site's client, which opens nothing but these pages, in a cookie that scripts
// cannot read and other sites cannot send with a form. Every form carries a token of its own besides, and the browser's word on
// where a request comes from is checked as well. No page can be framed, or runs or loads anything from elsewhere.
//
// The handlers expect transport/http around them, for client addresses and caught panics, and HTTPS: browsers keep the cookies of
// nothing else, but for localhost. Nothing here logs a form, and no secret is ever in an address.
package site

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/transport/http/limit"
)

// Config is the section [site].
type Config struct {
	Logins int `koanf:"logins" doc:"attempts to log in a minute from one address, 1 to 10000"`
	Forms  int `koanf:"forms" doc:"forms a minute that one player may send, 1 to 10000"`
}

// DefaultConfig suits people.
func DefaultConfig() Config { return Config{Logins: 12, Forms: 60} }

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Logins < 1 || c.Logins > 10_000:
		return fmt.Errorf("logins: must be 1 to 10000, is %d", c.Logins)
	case c.Forms < 1 || c.Forms > 10_000:
		return fmt.Errorf("forms: must be 1 to 10000, is %d", c.Forms)
	}
	return nil
}

// Tokens is the part of oauth.Tokens that is needed here.
type Tokens interface {
	Password(ctx context.Context, client oauth.Client, login oauth.Login) (oauth.Issued, error)
	Check(ctx context.Context, accessToken string) (oauth.Token, error)
	Authorize(ctx context.Context, consent oauth.Consent) (string, error)
	Revoke(ctx context.Context, tokenID int64) error
	RevokeUser(ctx context.Context, userID int32, except int64) (int, error)
}

// OAuth is what is asked of oauth.
type OAuth interface {
	Tokens
	oauth.Applications
	oauth.Factors
}

// Users is what is asked of accounts.
type Users interface {
	Authenticate(ctx context.Context, credentials users.Credentials, device *users.Device) (users.User, error)
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Update(ctx context.Context, id, by int32, change users.Change) (users.User, error)
}

// Deps are what the edge needs of others.
type Deps struct {
	OAuth  OAuth
	Users  Users
	Domain string // of the server, as pages name it
	Log    *slog.Logger
}

// Server has the pages. It is safe for concurrent use; make one with New.
type Server struct {
	deps   Deps
	pages  pages
	origin *http.CrossOriginProtection
	logins *limit.Rate // by address
	forms  *limit.Rate // by account
}

// limited is for how many addresses, and how many accounts, the limits are kept at a time.
const limited = 1 << 14

// New returns the server.
func New(config Config, deps Deps) (*Server, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	parsed, err := parsePages()
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return &Server{
		deps: deps, pages: parsed, origin: http.NewCrossOriginProtection(),
		logins: limit.NewRate(float64(config.Logins)/60, config.Logins, limited),
		forms:  limit.NewRate(float64(config.Forms)/60, config.Forms, limited),
	}, nil
}

const (
	// maxForm bounds the body of a form.
	maxForm = 16 << 10
	// timeout bounds the work on a request. A login may wait for its turn to have the password hashed.
	timeout = 15 * time.Second
)

// Register adds the pages to the router of a host.
func (s *Server) Register(r chi.Router) {
	r = r.With(limit.Timeout(timeout))
	r.Get("/home/login", s.open(s.showLogin))
	r.Post("/home/login", s.open(s.login))
	r.Get("/home/verify", s.unproved(s.showVerify))
	r.Post("/home/verify", s.unproved(s.verify))
	r.Post("/home/verify/again", s.unproved(s.reissue))
	r.Post("/home/verify/mail", s.unproved(s.fallBack))
	r.Post("/home/logout", s.unproved(s.logout))

	r.Get("/home/account", s.proved(s.showAccount))
	r.Get("/home/account/edit", s.proved(s.showAccount)) // lazer's link
	r.Post("/home/account/elsewhere", s.proved(s.endElsewhere))
	r.Get("/home/account/password", s.proved(s.showPassword))
	r.Post("/home/account/password", s.proved(s.changePassword))
	r.Get("/home/account/authenticator", s.proved(s.showAuthenticator))
	r.Post("/home/account/authenticator", s.proved(s.enrol))
	r.Post("/home/account/authenticator/confirm", s.proved(s.confirm))
	r.Post("/home/account/authenticator/off", s.proved(s.disenrol))
	r.Get("/home/account/applications", s.proved(s.showApplications))
	r.Post("/home/account/applications", s.proved(s.createApplication))
	r.Get("/home/account/applications/{id}", s.proved(s.showApplication))
	r.Post("/home/account/applications/{id}", s.proved(s.changeApplication))
	r.Post("/home/account/applications/{id}/renew", s.proved(s.renewApplication))
	r.Post("/home/account/applications/{id}/delete", s.proved(s.deleteApplication))
	r.Get("/home/account/authorised", s.proved(s.showAuthorized))
	r.Post("/home/account/authorised/{id}/withdraw", s.proved(s.withdraw))

	r.Get("/oauth/authorize", s.proved(s.showConsent))
	r.Post("/oauth/authorize", s.proved(s.consent))
}
