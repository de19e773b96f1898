package oauthtest

import (
	"slices"
	"sync"
	"testing"

	"github.com/pure-peace/peace/modules/oauth"
)

func refresh(t *testing.T, s Subject, c oauth.Client, issued oauth.Issued) oauth.Issued {
	t.Helper()
	next, err := s.OAuth.Refresh(t.Context(), c, issued.RefreshToken, issued.Token.Scopes)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func testRefresh(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, true, 0)
	first := login(t, s, p)
	second := refresh(t, s, game, first)
	gone(t, s, first.AccessToken)
	if token := good(t, s, second.AccessToken); token.Verified || token.Method != oauth.MethodMail {
		t.Errorf("a refresh has verified the token: %+v", token)
	}
	if err := s.OAuth.Reissue(t.Context(), second.Token.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.OAuth.Verify(t.Context(), second.Token.ID, mailed(t, s, p)); err != nil {
		t.Fatal(err)
	}
	third := refresh(t, s, game, second)
	gone(t, s, first.AccessToken, second.AccessToken)
	token := good(t, s, third.AccessToken)
	if !token.Verified || token.Method != oauth.MethodNone {
		t.Errorf("being verified was not inherited: %+v", token)
	}
	if third.RefreshToken == second.RefreshToken || third.RefreshToken == first.RefreshToken {
		t.Error("the refresh token is not new")
	}
	wantEqual(t, token, third.Token)

	// An application may ask for less than it had, and no more from then on.
	owner := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, owner.ID, home)
	broad := exchanged(t, s, p.ID, c, "public", "identify")
	narrow, err := s.OAuth.Refresh(t.Context(), c, broad.RefreshToken, []string{"public"})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, good(t, s, narrow.AccessToken).Scopes, []string{"public"})
	_, err = s.OAuth.Refresh(t.Context(), c, narrow.RefreshToken, []string{"identify"})
	wantCode(t, err, oauth.ErrBadScope, "invalid_scope")
	wantEqual(t, good(t, s, refresh(t, s, c, narrow).AccessToken).Scopes, []string{"public"})
}

func testRefreshRefused(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID, home)
	_, other := application(t, s, p.ID, home)
	issued := exchanged(t, s, p.ID, c, "public")
	for name, tc := range map[string]struct {
		client oauth.Client
		token  string
		scopes []string
		err    error
		code   string
	}{
		"wrong token":        {c, issued.AccessToken, nil, oauth.ErrBadGrant, "invalid_grant"},
		"no token":           {c, "", nil, oauth.ErrBadGrant, "invalid_grant"},
		"another client's":   {other, issued.RefreshToken, nil, oauth.ErrBadGrant, "invalid_grant"},
		"the game":           {game, issued.RefreshToken, nil, oauth.ErrBadGrant, "invalid_grant"},
		"the site":           {oauth.Client{ID: oauth.SiteClient}, issued.RefreshToken, nil, oauth.ErrBadClient, "unauthorized_client"},
		"wrong secret":       {oauth.Client{ID: c.ID, Secret: other.Secret}, issued.RefreshToken, nil, oauth.ErrBadClient, "invalid_client"},
		"more than it had":   {c, issued.RefreshToken, []string{"public", "identify"}, oauth.ErrBadScope, "invalid_scope"},
		"everything instead": {c, issued.RefreshToken, []string{"*"}, oauth.ErrBadScope, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.OAuth.Refresh(t.Context(), tc.client, tc.token, tc.scopes)
			wantCode(t, err, tc.err, tc.code)
		})
	}
	good(t, s, issued.AccessToken) // none of that has ended it
	refresh(t, s, c, issued)
}

// testRefreshTwice steals a refresh token, and comes first or second.
func testRefreshTwice(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	stolen := login(t, s, p)
	bystander := login(t, s, p)
	second := refresh(t, s, game, stolen)
	good(t, s, second.AccessToken)
	third := refresh(t, s, game, second)
	good(t, s, third.AccessToken)

	_, err := s.OAuth.Refresh(t.Context(), game, stolen.RefreshToken, nil)
	wantCode(t, err, oauth.ErrBadGrant, "invalid_grant")
	gone(t, s, stolen.AccessToken, second.AccessToken, third.AccessToken)
	_, err = s.OAuth.Refresh(t.Context(), game, third.RefreshToken, nil)
	want(t, err, oauth.ErrBadGrant)
	good(t, s, bystander.AccessToken)
}

// testLostAnswer repeats a refresh whose answer nobody got, and one whose answer somebody did.
func testLostAnswer(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	first := login(t, s, p)
	lost := refresh(t, s, game, first)
	lostToo := refresh(t, s, game, first)
	second := refresh(t, s, game, first)
	gone(t, s, first.AccessToken, lost.AccessToken, lostToo.AccessToken)
	good(t, s, second.AccessToken) // it has arrived

	_, err := s.OAuth.Refresh(t.Context(), game, first.RefreshToken, nil)
	want(t, err, oauth.ErrBadGrant)
	gone(t, s, second.AccessToken)
}

func testRefreshAtOnce(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	first := login(t, s, p)
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		issued []oauth.Issued
	)
	for range 8 {
		wg.Go(func() {
			next, err := s.OAuth.Refresh(t.Context(), game, first.RefreshToken, nil)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			issued = append(issued, next)
		})
	}
	wg.Wait()
	alive := 0
	for _, next := range issued {
		if _, err := s.OAuth.Check(t.Context(), next.AccessToken); err == nil {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("%d tokens are good after one was refreshed eight times at once, want 1", alive)
	}
}

func testClientCredentials(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID)
	issued, err := s.OAuth.ClientCredentials(t.Context(), c, []string{"public"})
	if err != nil {
		t.Fatal(err)
	}
	if issued.RefreshToken != "" {
		t.Error("there is a refresh token")
	}
	token := good(t, s, issued.AccessToken)
	wantEqual(t, token, oauth.Token{
		ID: token.ID, ClientID: c.ID, OwnerID: p.ID, Scopes: []string{"public"}, Verified: true,
		IssuedAt: token.IssuedAt, ExpiresAt: token.ExpiresAt,
	})
	wantEqual(t, issued.Token, token)

	issued, err = s.OAuth.ClientCredentials(t.Context(), c, []string{"delegate", "chat.write", "delegate"})
	if err != nil {
		t.Fatal(err)
	}
	token = good(t, s, issued.AccessToken)
	if token.UserID != p.ID || !slices.Equal(token.Scopes, []string{"chat.write", "delegate"}) || issued.RefreshToken != "" {
		t.Errorf("%+v", token)
	}
	// A delegated token is the application's own, not one that the user consented to.
	list, err := s.OAuth.Authorized(t.Context(), p.ID)
	if err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func testClientCredentialsRefused(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, p.ID, home)
	for name, tc := range map[string]struct {
		client oauth.Client
		scopes []string
		err    error
		code   string
	}{
		"no scope":             {c, nil, oauth.ErrBadScope, "invalid_scope"},
		"everything":           {c, []string{"*"}, oauth.ErrBadScope, "invalid_scope"},
		"the site":             {c, []string{"site"}, oauth.ErrBadScope, "invalid_scope"},
		"unknown scope":        {c, []string{"public", "root"}, oauth.ErrBadScope, "invalid_scope"},
		"empty scope":          {c, []string{""}, oauth.ErrBadScope, "invalid_scope"},
		"two in one":           {c, []string{"public identify"}, oauth.ErrBadScope, "invalid_scope"},
		"needs a user":         {c, []string{"identify"}, oauth.ErrBadScope, "invalid_scope"},
		"needs delegation":     {c, []string{"chat.write"}, oauth.ErrBadScope, "invalid_scope"},
		"delegates the public": {c, []string{"delegate", "public"}, oauth.ErrBadScope, "invalid_scope"},
		"very many":            {c, slices.Repeat([]string{"public"}, 1000), oauth.ErrBadScope, "invalid_scope"},
		"wrong secret":         {oauth.Client{ID: c.ID, Secret: c.Secret[1:] + "x"}, []string{"public"}, oauth.ErrBadClient, "invalid_client"},
		"the game itself":      {game, []string{"public"}, oauth.ErrBadClient, "unauthorized_client"},
		"the site itself":      {oauth.Client{ID: oauth.SiteClient}, []string{"public"}, oauth.ErrBadClient, "unauthorized_client"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.OAuth.ClientCredentials(t.Context(), tc.client, tc.scopes)
			wantCode(t, err, tc.err, tc.code)
		})
	}
}

func testRevoke(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	first, other := login(t, s, p), login(t, s, p)
	second := refresh(t, s, game, first)
	if err := s.OAuth.Revoke(t.Context(), second.Token.ID); err != nil {
		t.Fatal(err)
	}
	gone(t, s, second.AccessToken)
	_, err := s.OAuth.Refresh(t.Context(), game, second.RefreshToken, nil)
	want(t, err, oauth.ErrBadGrant)
	good(t, s, other.AccessToken)
	for _, id := range []int64{second.Token.ID, first.Token.ID, 0, -1, 1 << 60} {
		if err := s.OAuth.Revoke(t.Context(), id); err != nil {
			t.Errorf("revoking %d: %v", id, err)
		}
	}
	good(t, s, other.AccessToken)
}

func testRevokeUser(t *testing.T, s Subject) {
	p, q := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	_, c := application(t, s, q.ID, home)
	a, b, kept, others := login(t, s, p), exchanged(t, s, p.ID, c, "public"), login(t, s, p), login(t, s, q)
	code := authorized(t, s, p.ID, c.ID, "public")
	kept = refresh(t, s, game, kept)
	n, err := s.OAuth.RevokeUser(t.Context(), p.ID, kept.Token.ID)
	if err != nil || n != 2 {
		t.Errorf("%d tokens, %v, want 2", n, err)
	}
	gone(t, s, a.AccessToken, b.AccessToken)
	good(t, s, kept.AccessToken)
	good(t, s, others.AccessToken)
	_, err = s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home})
	want(t, err, oauth.ErrBadGrant)
	if n, err := s.OAuth.RevokeUser(t.Context(), p.ID, 0); err != nil || n != 1 {
		t.Errorf("%d tokens, %v, want 1", n, err)
	}
	gone(t, s, kept.AccessToken)
	credentials, err := s.OAuth.ClientCredentials(t.Context(), c, []string{"public"})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.OAuth.RevokeUser(t.Context(), 0, 0); err != nil || n != 0 {
		t.Errorf("nobody has %d tokens, %v", n, err)
	}
	good(t, s, credentials.AccessToken)
}

func testPasswordChange(t *testing.T, s Subject) {
	for name, tell := range map[string]bool{"told": true, "not told": false} {
		t.Run(name, func(t *testing.T) {
			p := s.World.NewPlayer(t, false, 0)
			_, c := application(t, s, p.ID, home)
			played, browsed := login(t, s, p), exchanged(t, s, p.ID, c, "public")
			delegated, err := s.OAuth.ClientCredentials(t.Context(), c, []string{"delegate", "chat.write"})
			if err != nil {
				t.Fatal(err)
			}
			code := authorized(t, s, p.ID, c.ID, "public")
			next := listen(t, s, p.ID)
			p.Password = s.World.ChangePassword(t, p.ID, tell)
			if tell {
				wantEqual(t, next(), oauth.Changed{TokenIDs: []int64{played.Token.ID, browsed.Token.ID, delegated.Token.ID}, UserID: p.ID})
			}
			// Nobody was told, and nobody has asked before: it must not be good all the same.
			gone(t, s, played.AccessToken, browsed.AccessToken, delegated.AccessToken)
			_, err = s.OAuth.Refresh(t.Context(), game, played.RefreshToken, nil)
			want(t, err, oauth.ErrBadGrant)
			_, err = s.OAuth.Exchange(t.Context(), c, oauth.Exchange{Code: code, Redirect: home})
			want(t, err, oauth.ErrBadGrant)
			if list, err := s.OAuth.Authorized(t.Context(), p.ID); err != nil || len(list) != 0 {
				t.Errorf("%v, %v", list, err)
			}
			good(t, s, login(t, s, p).AccessToken)
		})
	}
}

func testDeletedUser(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	issued := login(t, s, p)
	s.World.Delete(p.ID)
	gone(t, s, issued.AccessToken)
	_, err := s.OAuth.Refresh(t.Context(), game, issued.RefreshToken, nil)
	want(t, err, oauth.ErrBadGrant)
}
