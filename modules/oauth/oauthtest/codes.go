package oauthtest

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pure-peace/peace/modules/oauth"
)

func testExchange(t *testing.T, s Subject) {
	owner, p := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, true, 0)
	_, c := application(t, s, owner.ID, home, "https://example.com/other")
	issued := exchanged(t, s, p.ID, c, "public", "identify", "public")
	if issued.RefreshToken == "" {
		t.Error("there is no refresh token")
	}
	token := good(t, s, issued.AccessToken)
	wantEqual(t, token, oauth.Token{
		ID: token.ID, UserID: p.ID, ClientID: c.ID, OwnerID: owner.ID, Scopes: []string{"identify", "public"}, Verified: true,
		IssuedAt: token.IssuedAt, ExpiresAt: token.ExpiresAt,
	})
	wantEqual(t, issued.Token, token)

	// Scopes that only the owner of an application can use.
	good(t, s, exchanged(t, s, owner.ID, c, "chat.write", "chat.read").AccessToken)

	// With one address, it need not be said; but what was said is said again.
	_, single := application(t, s, owner.ID, home)
	for _, again := range []string{"", home} {
		code, err := s.OAuth.Authorize(t.Context(), oauth.Consent{UserID: p.ID, ClientID: single.ID, Scopes: []string{"public"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.OAuth.Exchange(t.Context(), single, oauth.Exchange{Code: code, Redirect: again}); err != nil {
			t.Errorf("%q: %v", again, err)
		}
	}
}

func testAuthorizeRefused(t *testing.T, s Subject) {
	owner, p := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, owner.ID, home, "https://example.com/other")
	_, none := application(t, s, owner.ID)
	fine := oauth.Consent{UserID: p.ID, ClientID: c.ID, Redirect: home, Scopes: []string{"public"}}
	for name, tc := range map[string]struct {
		spoil func(*oauth.Consent)
		err   error
	}{
		"no such application": {func(x *oauth.Consent) { x.ClientID = 1 << 40 }, oauth.ErrNoApplication},
		"the game":            {func(x *oauth.Consent) { x.ClientID = oauth.GameClient }, oauth.ErrNoApplication},
		"the site":            {func(x *oauth.Consent) { x.ClientID = oauth.SiteClient }, oauth.ErrNoApplication},
		"which address":       {func(x *oauth.Consent) { x.Redirect = "" }, oauth.ErrBadRequest},
		"no address at all":   {func(x *oauth.Consent) { x.ClientID, x.Redirect = none.ID, "" }, oauth.ErrBadRequest},
		"another address":     {func(x *oauth.Consent) { x.Redirect = "https://evil.example/" }, oauth.ErrBadRequest},
		"a longer address":    {func(x *oauth.Consent) { x.Redirect += "&y" }, oauth.ErrBadRequest},
		"a part of it":        {func(x *oauth.Consent) { x.Redirect = strings.TrimSuffix(home, "1") }, oauth.ErrBadRequest},
		"another case":        {func(x *oauth.Consent) { x.Redirect = strings.ToUpper(home) }, oauth.ErrBadRequest},
		"another scheme":      {func(x *oauth.Consent) { x.Redirect = strings.Replace(home, "https", "http", 1) }, oauth.ErrBadRequest},
		"a plain challenge":   {func(x *oauth.Consent) { x.Challenge = "plain" }, oauth.ErrBadRequest},
		"a padded challenge":  {func(x *oauth.Consent) { x.Challenge = strings.Repeat("a", 42) + "=" }, oauth.ErrBadRequest},
		"no such user":        {func(x *oauth.Consent) { x.UserID = 2 }, oauth.ErrBadRequest},
		"nobody":              {func(x *oauth.Consent) { x.UserID = 0 }, oauth.ErrBadRequest},
		"no scope":            {func(x *oauth.Consent) { x.Scopes = nil }, oauth.ErrBadScope},
		"everything":          {func(x *oauth.Consent) { x.Scopes = []string{"*"} }, oauth.ErrBadScope},
		"an unknown scope":    {func(x *oauth.Consent) { x.Scopes = []string{"public", "x"} }, oauth.ErrBadScope},
		"delegation":          {func(x *oauth.Consent) { x.Scopes = []string{"delegate"} }, oauth.ErrBadScope},
		"for owners":          {func(x *oauth.Consent) { x.Scopes = []string{"chat.write"} }, oauth.ErrBadScope},
	} {
		t.Run(name, func(t *testing.T) {
			consent := fine
			tc.spoil(&consent)
			code, err := s.OAuth.Authorize(t.Context(), consent)
			want(t, err, tc.err)
			if code != "" {
				t.Error("there is a code")
			}
		})
	}
}

func testExchangeRefused(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID, home, "https://example.com/other")
	_, other := application(t, s, p.ID, home)
	code := authorized(t, s, p.ID, c.ID, "public")
	for name, tc := range map[string]struct {
		client   oauth.Client
		exchange oauth.Exchange
		err      error
		code     string
	}{
		"wrong code":        {c, oauth.Exchange{Code: strings.Repeat("a", len(code)), Redirect: home}, oauth.ErrBadGrant, "invalid_grant"},
		"no code":           {c, oauth.Exchange{Redirect: home}, oauth.ErrBadGrant, "invalid_grant"},
		"no address":        {c, oauth.Exchange{Code: code}, oauth.ErrBadGrant, "invalid_grant"},
		"other address":     {c, oauth.Exchange{Code: code, Redirect: "https://example.com/other"}, oauth.ErrBadGrant, "invalid_grant"},
		"unasked verifier":  {c, oauth.Exchange{Code: code, Redirect: home, Verifier: strings.Repeat("a", 43)}, oauth.ErrBadGrant, "invalid_grant"},
		"other application": {other, oauth.Exchange{Code: code, Redirect: home}, oauth.ErrBadGrant, "invalid_grant"},
		"wrong secret":      {oauth.Client{ID: c.ID, Secret: other.Secret}, oauth.Exchange{Code: code, Redirect: home}, oauth.ErrBadClient, "invalid_client"},
		"the game":          {game, oauth.Exchange{Code: code, Redirect: home}, oauth.ErrBadClient, "unauthorized_client"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.OAuth.Exchange(t.Context(), tc.client, tc.exchange)
			wantCode(t, err, tc.err, tc.code)
		})
	}
	if _, err := s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home}); err != nil {
		t.Errorf("the code was used up by others: %v", err)
	}
}

func testExchangeTwice(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID, home)
	code := authorized(t, s, p.ID, c.ID, "public")
	issued, err := s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home})
	if err != nil {
		t.Fatal(err)
	}
	issued = refresh(t, s, c, issued)
	_, err = s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home})
	wantCode(t, err, oauth.ErrBadGrant, "invalid_grant")
	gone(t, s, issued.AccessToken)
}

func testExchangeAtOnce(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID, home)
	code := authorized(t, s, p.ID, c.ID, "public")
	var (
		wg sync.WaitGroup
		n  atomic.Int32
	)
	for range 8 {
		wg.Go(func() {
			if _, err := s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home}); err == nil {
				n.Add(1)
			}
		})
	}
	wg.Wait()
	if n.Load() != 1 {
		t.Errorf("one code was exchanged for %d tokens", n.Load())
	}
}

func testProofKey(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID, home)
	verifier := strings.Repeat("a-Z._~", 8)
	sum := sha256.Sum256([]byte(verifier))
	code, err := s.OAuth.Authorize(t.Context(), oauth.Consent{
		UserID: p.ID, ClientID: c.ID, Redirect: home, Scopes: []string{"public"}, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, wrong := range map[string]string{
		"none": "", "another": verifier[1:] + "b", "the challenge": base64.RawURLEncoding.EncodeToString(sum[:]), "a short one": "a",
		"an endless one": strings.Repeat("a", 1<<16),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home, Verifier: wrong})
			wantCode(t, err, oauth.ErrBadGrant, "invalid_grant")
		})
	}
	if _, err := s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home, Verifier: verifier}); err != nil {
		t.Error(err)
	}
}
