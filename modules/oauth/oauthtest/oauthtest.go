// Package oauthtest is the conformance suite of the oauth contract: what it asks, every implementation must answer, in this process
// or behind a peer.
//
// The implementation has to be connected to a World, ask everybody with an e-mail address for a code by mail, know the game by the
// secret GameSecret, allow ten wrong codes in half an hour and as many mails, and let a refresh be repeated for a minute.
package oauthtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/oauth/oauthpb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// GameSecret is a secret by which the game must be known.
const GameSecret = "a secret of the game for tests only!"

// Subject is what is examined.
type Subject struct {
	OAuth  oauth.Service
	World  *World
	Topics state.Topics
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Password", testPassword},
		{"PasswordRefused", testPasswordRefused},
		{"Check", testCheck},
		{"Refresh", testRefresh},
		{"RefreshRefused", testRefreshRefused},
		{"RefreshTwice", testRefreshTwice},
		{"LostAnswer", testLostAnswer},
		{"RefreshAtOnce", testRefreshAtOnce},
		{"ClientCredentials", testClientCredentials},
		{"ClientCredentialsRefused", testClientCredentialsRefused},
		{"Exchange", testExchange},
		{"AuthorizeRefused", testAuthorizeRefused},
		{"ExchangeRefused", testExchangeRefused},
		{"ExchangeTwice", testExchangeTwice},
		{"ExchangeAtOnce", testExchangeAtOnce},
		{"ProofKey", testProofKey},
		{"Revoke", testRevoke},
		{"RevokeUser", testRevokeUser},
		{"PasswordChange", testPasswordChange},
		{"DeletedUser", testDeletedUser},
		{"Applications", testApplications},
		{"BadApplications", testBadApplications},
		{"TooManyApplications", testTooManyApplications},
		{"Renew", testRenew},
		{"Delete", testDelete},
		{"Authorized", testAuthorized},
		{"MailCode", testMailCode},
		{"MailTries", testMailTries},
		{"Reissue", testReissue},
		{"Authenticator", testAuthenticator},
		{"OldClient", testOldClient},
		{"FallBack", testFallBack},
		{"BackupCodes", testBackupCodes},
		{"Disenrol", testDisenrol},
		{"FactorGone", testFactorGone},
		{"Tries", testTries},
		{"NothingToVerify", testNothingToVerify},
		{"Events", testEvents},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

var game = oauth.Client{ID: oauth.GameClient, Secret: GameSecret}

// login logs a player in with the game.
func login(t *testing.T, s Subject, p Player) oauth.Issued {
	t.Helper()
	issued, err := s.OAuth.Password(t.Context(), game, oauth.Login{
		Name: p.Name, Password: p.Password, Scopes: []string{oauth.ScopeAll}, Version: oauth.TOTPVersion,
	})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// application makes one.
func application(t *testing.T, s Subject, ownerID int32, redirects ...string) (oauth.Application, oauth.Client) {
	t.Helper()
	a, err := s.OAuth.Create(t.Context(), oauth.Application{OwnerID: ownerID, Name: "an application", Redirects: redirects})
	if err != nil {
		t.Fatal(err)
	}
	return a, oauth.Client{ID: a.ID, Secret: a.Secret}
}

const home = "https://example.com/callback?x=1"

// authorized has a user consent, and returns the code.
func authorized(t *testing.T, s Subject, userID int32, clientID int64, scopes ...string) string {
	t.Helper()
	code, err := s.OAuth.Authorize(t.Context(), oauth.Consent{UserID: userID, ClientID: clientID, Redirect: home, Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// exchanged gives an application a token of a user.
func exchanged(t *testing.T, s Subject, userID int32, c oauth.Client, scopes ...string) oauth.Issued {
	t.Helper()
	issued, err := s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: authorized(t, s, userID, c.ID, scopes...), Redirect: home})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// good fails unless an access token is good, and returns what it stands for.
func good(t *testing.T, s Subject, access string) oauth.Token {
	t.Helper()
	token, err := s.OAuth.Check(t.Context(), access)
	if err != nil {
		t.Fatalf("the token is not good: %v", err)
	}
	return token
}

// gone fails unless access tokens are good no more.
func gone(t *testing.T, s Subject, access ...string) {
	t.Helper()
	for _, a := range access {
		_, err := s.OAuth.Check(t.Context(), a)
		want(t, err, oauth.ErrNoToken)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}

// wantCode fails unless err is a fault of a grant with the code of RFC 6749.
func wantCode(t *testing.T, err, target error, code string) {
	t.Helper()
	want(t, err, target)
	if f := fault.As(err); f != nil && f.Details["error"] != code {
		t.Errorf("the code is %q, want %q", f.Details["error"], code)
	}
}

func wantEqual[T any](t *testing.T, got, want T, options ...cmp.Option) {
	t.Helper()
	options = append(options, cmpopts.EquateEmpty())
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func testPassword(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	before := time.Now().Add(-time.Second)
	issued := login(t, s, p)
	token := issued.Token
	if issued.AccessToken == "" || issued.RefreshToken == "" || issued.AccessToken == issued.RefreshToken || token.ID == 0 {
		t.Fatal("a token, a refresh token and an id are needed")
	}
	if strings.ContainsAny(issued.AccessToken+issued.RefreshToken, "| &?+/=\"") {
		t.Error("tokens have characters that get lost on the way")
	}
	if token.IssuedAt.Before(before) || !token.ExpiresAt.After(token.IssuedAt) {
		t.Errorf("issued at %v, expires at %v", token.IssuedAt, token.ExpiresAt)
	}
	wantEqual(t, token, oauth.Token{
		ID: token.ID, UserID: p.ID, ClientID: oauth.GameClient, Scopes: []string{"*"}, Verified: true,
		IssuedAt: token.IssuedAt, ExpiresAt: token.ExpiresAt,
	})
	wantEqual(t, good(t, s, issued.AccessToken), token)
	gone(t, s, issued.RefreshToken)

	browser, err := s.OAuth.Password(t.Context(), oauth.Client{ID: oauth.SiteClient}, oauth.Login{
		Name: p.Name, Password: p.Password, Scopes: []string{oauth.ScopeSite},
	})
	if err != nil {
		t.Fatal(err)
	}
	if browser.RefreshToken != "" || browser.Token.ClientID != oauth.SiteClient || !slices.Equal(browser.Token.Scopes, []string{oauth.ScopeSite}) {
		t.Errorf("the site got %+v", browser.Token)
	}
	good(t, s, issued.AccessToken) // both at once
}

func testPasswordRefused(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, own := application(t, s, p.ID, home)
	fine := oauth.Login{Name: p.Name, Password: p.Password, Scopes: []string{oauth.ScopeAll}}
	change := func(f func(*oauth.Login)) oauth.Login { l := fine; f(&l); return l }
	for name, tc := range map[string]struct {
		client oauth.Client
		login  oauth.Login
		err    error
		code   string
	}{
		"wrong password":     {game, change(func(l *oauth.Login) { l.Password = "wrong" }), oauth.ErrBadGrant, "invalid_grant"},
		"no password":        {game, change(func(l *oauth.Login) { l.Password = "" }), oauth.ErrBadGrant, "invalid_grant"},
		"endless password":   {game, change(func(l *oauth.Login) { l.Password = strings.Repeat("a", 1<<20) }), oauth.ErrBadGrant, "invalid_grant"},
		"unknown name":       {game, change(func(l *oauth.Login) { l.Name = "nobody" }), oauth.ErrBadGrant, "invalid_grant"},
		"wrong secret":       {oauth.Client{ID: game.ID, Secret: GameSecret + "x"}, fine, oauth.ErrBadClient, "invalid_client"},
		"no secret":          {oauth.Client{ID: game.ID}, fine, oauth.ErrBadClient, "invalid_client"},
		"site with a secret": {oauth.Client{ID: oauth.SiteClient, Secret: GameSecret}, fine, oauth.ErrBadClient, "invalid_client"},
		"unknown client":     {oauth.Client{ID: 2, Secret: GameSecret}, fine, oauth.ErrBadClient, "invalid_client"},
		"no application":     {oauth.Client{ID: 1 << 40, Secret: own.Secret}, fine, oauth.ErrBadClient, "invalid_client"},
		"negative client":    {oauth.Client{ID: -5, Secret: GameSecret}, fine, oauth.ErrBadClient, "invalid_client"},
		"an application":     {own, fine, oauth.ErrBadClient, "unauthorized_client"},
		"no scope":           {game, change(func(l *oauth.Login) { l.Scopes = nil }), oauth.ErrBadScope, "invalid_scope"},
		"other scope":        {game, change(func(l *oauth.Login) { l.Scopes = []string{"public"} }), oauth.ErrBadScope, "invalid_scope"},
		"mixed scopes":       {game, change(func(l *oauth.Login) { l.Scopes = []string{"*", "public"} }), oauth.ErrBadScope, "invalid_scope"},
		"scope of the site":  {game, change(func(l *oauth.Login) { l.Scopes = []string{"site"} }), oauth.ErrBadScope, "invalid_scope"},
		"all for the site":   {oauth.Client{ID: oauth.SiteClient}, fine, oauth.ErrBadScope, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			issued, err := s.OAuth.Password(t.Context(), tc.client, tc.login)
			wantCode(t, err, tc.err, tc.code)
			wantEqual(t, issued, oauth.Issued{})
		})
	}
}

func testCheck(t *testing.T, s Subject) {
	issued := login(t, s, s.World.NewPlayer(t, false, 0))
	gone(t, s, "", "x", issued.AccessToken+"x", issued.AccessToken[1:], strings.ToUpper(issued.AccessToken), strings.Repeat("a", len(issued.AccessToken)),
		"\xff\x00", strings.Repeat("a", 1<<20))
	// What is returned belongs to the caller.
	good(t, s, issued.AccessToken).Scopes[0] = "spoiled"
	good(t, s, issued.AccessToken).Scopes[0] = "spoiled"
	wantEqual(t, good(t, s, issued.AccessToken).Scopes, []string{"*"})
}

// listen returns what is told about a user from now on, one event at a time.
func listen(t *testing.T, s Subject, userID int32) func() oauth.Changed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	events, stands, done := make(chan oauth.Changed, 100), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for notice, err := range s.Topics.Subscribe(ctx, []string{oauth.Topic}) {
			if err != nil {
				return
			}
			if notice.Topic == "" {
				close(stands)
				continue
			}
			m, err := wire.Unpack(notice.Payload)
			if err != nil {
				t.Errorf("an event: %v", err)
				return
			}
			changed, err := oauthpb.ToChanged(m.(*oauthpb.Changed))
			if err != nil {
				t.Errorf("an event: %v", err)
				return
			}
			if changed.UserID == userID {
				events <- changed
			}
		}
	}()
	<-stands
	t.Cleanup(func() { cancel(); <-done })
	return func() oauth.Changed {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was told")
			return oauth.Changed{}
		}
	}
}

func testEvents(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	second, first := login(t, s, p), login(t, s, p)
	next := listen(t, s, p.ID)
	if err := s.OAuth.Verify(t.Context(), first.Token.ID, mailed(t, s, p)); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, next(), oauth.Changed{TokenIDs: []int64{first.Token.ID}, UserID: p.ID, Verified: true})
	again, err := s.OAuth.Refresh(t.Context(), game, first.RefreshToken, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, next(), oauth.Changed{TokenIDs: []int64{first.Token.ID}, UserID: p.ID, Successor: again.Token.ID})
	if err := s.OAuth.Revoke(t.Context(), second.Token.ID); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, next(), oauth.Changed{TokenIDs: []int64{second.Token.ID}, UserID: p.ID})
	s.World.ChangePassword(t, p.ID, true)
	wantEqual(t, next(), oauth.Changed{TokenIDs: []int64{again.Token.ID}, UserID: p.ID})
}
