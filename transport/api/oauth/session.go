package oauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

// maxCode bounds the form with a code.
const maxCode = 4 << 10

// RegisterAPI adds the endpoints about the token itself to API v2. They are for tokens that still have to be proved.
func (s *Server) RegisterAPI(api *v2.API) {
	unproved := v2.Access{Scope: oauth.ScopeAll, User: true, Unverified: true}
	api.Post("/session/verify", unproved, s.verify)
	api.Post("/session/verify/reissue", unproved, s.reissue)
	api.Post("/session/verify/mail-fallback", unproved, s.fallBack)
	api.Delete("/oauth/tokens/current", v2.Access{Unverified: true}, s.revoke)
}

// method is what lazer reads to know which code it has to ask for.
type method struct {
	Error  string `json:"error,omitempty"`
	Method string `json:"method"`
}

// verify proves a token with a code.
func (s *Server) verify(ctx context.Context, r *v2.Request) (any, error) {
	f, err := r.Form(maxCode)
	if err != nil {
		return nil, err
	}
	err = s.deps.OAuth.Verify(ctx, r.Token.ID, f.Get("verification_key"))
	if errors.Is(err, oauth.ErrBadCode) {
		if next := fault.As(err).Details["method"]; next != "" {
			return nil, v2.Answer(http.StatusUnprocessableEntity, method{sentence(fault.As(err).Message), next})
		}
	}
	return nil, told(err)
}

// reissue sends another code. A build of lazer that does not know authenticators, which no login tells, gets its first one so.
func (s *Server) reissue(ctx context.Context, r *v2.Request) (any, error) {
	send := s.deps.OAuth.Reissue
	if r.Version != 0 && r.Version < oauth.TOTPVersion && r.Token.Method == oauth.MethodTOTP {
		send = s.deps.OAuth.FallBack
	}
	if err := send(ctx, r.Token.ID); err != nil {
		return nil, told(err)
	}
	return struct {
		Message string `json:"message"`
	}{"A new code was sent."}, nil
}

// fallBack asks for a code by mail instead.
func (s *Server) fallBack(ctx context.Context, r *v2.Request) (any, error) {
	if err := s.deps.OAuth.FallBack(ctx, r.Token.ID); err != nil {
		return nil, told(err)
	}
	return method{Method: "mail"}, nil
}

// told makes a fault's message one that lazer can show.
func told(err error) error {
	if f := fault.As(err); f != nil && f.Domain == oauth.ErrBadCode.Domain && f.Kind != fault.Unauthenticated {
		return f.WithMessage(sentence(f.Message))
	}
	return err
}

// revoke ends the token that is used.
func (s *Server) revoke(ctx context.Context, r *v2.Request) (any, error) {
	return nil, s.deps.OAuth.Revoke(ctx, r.Token.ID)
}
