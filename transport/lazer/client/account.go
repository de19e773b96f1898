package client

import (
	"context"
	"net/http"
)

// ErrSecondFactor of Login says that Verify must follow.
var ErrSecondFactor = &secondFactor{}

type secondFactor struct{}

func (*secondFactor) Error() string { return "the server asks for a code" }

// tokens are the answer of the token endpoint.
type tokens struct {
	Type    string `json:"token_type"`
	Access  string `json:"access_token" client:"required,notnull"`
	Expires int64  `json:"expires_in" client:"required"`
	Refresh string `json:"refresh_token" client:"required,notnull"`
}

// Register makes an account.
func (c *Client) Register(ctx context.Context, name, email, password string) error {
	return c.do(ctx, request{method: http.MethodPost, path: "/users", form: [][2]string{
		{"user[username]", name}, {"user[user_email]", email}, {"user[password]", password},
	}}, nil)
}

// Login gets a token for a name and password, and asks who the player is. ErrSecondFactor when a code is wanted.
func (c *Client) Login(ctx context.Context, name, password string) error {
	return c.grant(ctx, [][2]string{
		{"username", name}, {"password", password}, {"grant_type", "password"},
		{"client_id", ID}, {"client_secret", Secret}, {"scope", "*"},
	})
}

// Refresh replaces the token.
func (c *Client) Refresh(ctx context.Context) error {
	c.mu.Lock()
	refresh := c.refresh
	c.mu.Unlock()
	return c.grant(ctx, [][2]string{
		{"refresh_token", refresh}, {"grant_type", "refresh_token"}, {"client_id", ID}, {"client_secret", Secret}, {"scope", "*"},
	})
}

func (c *Client) grant(ctx context.Context, form [][2]string) error {
	var t tokens
	if err := c.do(ctx, request{method: http.MethodPost, path: "/oauth/token", form: form}, &t); err != nil {
		return err
	}
	c.mu.Lock()
	c.access, c.refresh = t.Access, t.Refresh
	c.mu.Unlock()
	return c.who(ctx)
}

// who asks for the player, which is how the game finds out whether its token will do.
func (c *Client) who(ctx context.Context) error {
	var me Me
	if err := c.Get(ctx, "me/", nil, &me); err != nil {
		return err
	}
	c.mu.Lock()
	c.me = me
	c.mu.Unlock()
	if me.VerificationMethod != nil {
		return ErrSecondFactor
	}
	return nil
}

// Verify answers with the code of the second factor.
func (c *Client) Verify(ctx context.Context, code string) error {
	if err := c.Send(ctx, http.MethodPost, "session/verify", map[string]string{"verification_key": code}, nil); err != nil {
		return err
	}
	return c.who(ctx)
}
