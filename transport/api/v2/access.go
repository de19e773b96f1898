package v2

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/oauth"
)

// Access says who may use an endpoint.
type Access struct {
	Scope      string // that the token must have; "*" is the game's own. "" when any token will do
	User       bool   // the token must act for a user
	Open       bool   // needs no token; one that is sent must be valid all the same
	Unverified bool   // may change things although the second factor is still to come

	// Within is how long the endpoint may take, for those that carry files or wait for something; 0 means 8 s.
	Within time.Duration
}

// The usual kinds of access.
var (
	Anyone      = Access{Open: true}
	AnyToken    = Access{}
	Public      = Access{Scope: "public"}
	Game        = Access{Scope: gameScope, User: true}
	Identify    = Access{Scope: "identify", User: true}
	FriendsRead = Access{Scope: "friends.read", User: true}
	ChatRead    = Access{Scope: "chat.read", User: true}
	ChatWrite   = Access{Scope: "chat.write", User: true}
	ChatManage  = Access{Scope: "chat.write_manage", User: true}
)

// gameScope opens everything.
const gameScope = "*"

// authenticate reads the token, if there is one.
func (r *Request) authenticate() error {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil
	}
	checked, err := r.api.tokens.Check(r.Context(), token)
	if errors.Is(err, oauth.ErrNoToken) {
		return errUnauthenticated
	}
	r.Token = checked
	return err
}

// admit reports why the request may not use an endpoint.
func (a Access) admit(r *Request) error {
	if r.Token.ID == 0 {
		if a.Open {
			return nil
		}
		return errUnauthenticated
	}
	if a.Scope != "" && !a.Open && !slices.Contains(r.Token.Scopes, a.Scope) && !slices.Contains(r.Token.Scopes, gameScope) {
		return Refuse(http.StatusForbidden, "The token lacks the scope "+a.Scope+".")
	}
	if a.User && r.Token.UserID == 0 {
		return Refuse(http.StatusForbidden, "This needs a token that acts for a user.")
	}
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	if r.Token.UserID != 0 && !r.Token.Verified && !reading && !a.Unverified {
		return Answer(http.StatusUnauthorized, struct {
			Method string `json:"method"`
		}{MethodName(r.Token.Method)})
	}
	return nil
}

// MethodName is how the API calls the way in which a token is still to be verified.
func MethodName(method oauth.Method) string {
	if method == oauth.MethodTOTP {
		return "totp"
	}
	return "mail"
}
