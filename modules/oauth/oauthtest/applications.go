package oauthtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/oauth"
)

func testApplications(t *testing.T, s Subject) {
	p, q := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	a, err := s.OAuth.Create(t.Context(), oauth.Application{
		ID: 7, OwnerID: p.ID, Name: "Tōrnament tool", Redirects: []string{home, "http://127.0.0.1:3000/"}, Secret: "chosen",
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.ID < oauth.FirstClient || len(a.Secret) < 32 || a.CreatedAt.IsZero() {
		t.Errorf("%+v", a)
	}
	wantEqual(t, a, oauth.Application{
		ID: a.ID, OwnerID: p.ID, Name: "Tōrnament tool", Redirects: []string{home, "http://127.0.0.1:3000/"}, Secret: a.Secret, CreatedAt: a.CreatedAt,
	})
	bare := a
	bare.Secret = ""
	b, _ := application(t, s, p.ID)
	b.Secret = ""
	got, err := s.OAuth.Application(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, bare)
	list, err := s.OAuth.Owned(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, list, []oauth.Application{bare, b})
	if list, err := s.OAuth.Owned(t.Context(), q.ID); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}

	bare.Name, bare.Redirects = "Renamed", []string{"https://example.org/"}
	changed, err := s.OAuth.Change(t.Context(), bare)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, changed, bare)
	if _, err := s.OAuth.ClientCredentials(t.Context(), oauth.Client{ID: a.ID, Secret: a.Secret}, []string{"public"}); err != nil {
		t.Errorf("its secret changed: %v", err)
	}
	foreign := bare
	foreign.OwnerID = q.ID
	_, err = s.OAuth.Change(t.Context(), foreign)
	want(t, err, oauth.ErrNoApplication)
	_, err = s.OAuth.Renew(t.Context(), q.ID, a.ID)
	want(t, err, oauth.ErrNoApplication)
	want(t, s.OAuth.Delete(t.Context(), q.ID, a.ID), oauth.ErrNoApplication)
	for _, id := range []int64{0, -1, oauth.GameClient, 1 << 40} {
		_, err = s.OAuth.Application(t.Context(), id)
		want(t, err, oauth.ErrNoApplication)
	}
}

func testBadApplications(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	made, _ := application(t, s, p.ID, home)
	many := make([]string, oauth.MaxRedirects+1)
	for i := range many {
		many[i] = fmt.Sprintf("https://example.com/%d", i)
	}
	for name, spoil := range map[string]func(*oauth.Application){
		"no name":           func(a *oauth.Application) { a.Name = "" },
		"blank name":        func(a *oauth.Application) { a.Name = "  " },
		"endless name":      func(a *oauth.Application) { a.Name = strings.Repeat("a", oauth.MaxName+1) },
		"two lines":         func(a *oauth.Application) { a.Name = "a\nb" },
		"backwards":         func(a *oauth.Application) { a.Name = "a\u202eb" },
		"many addresses":    func(a *oauth.Application) { a.Redirects = many },
		"no scheme":         func(a *oauth.Application) { a.Redirects = []string{"example.com/x"} },
		"a script":          func(a *oauth.Application) { a.Redirects = []string{"javascript:alert(1)"} },
		"a file":            func(a *oauth.Application) { a.Redirects = []string{"file:///etc/passwd"} },
		"no host":           func(a *oauth.Application) { a.Redirects = []string{"https:///x"} },
		"only a port":       func(a *oauth.Application) { a.Redirects = []string{"https://:80/x"} },
		"a fragment":        func(a *oauth.Application) { a.Redirects = []string{"https://example.com/#x"} },
		"an empty fragment": func(a *oauth.Application) { a.Redirects = []string{"https://example.com/#"} },
		"a password":        func(a *oauth.Application) { a.Redirects = []string{"https://a:b@example.com/"} },
		"a backslash":       func(a *oauth.Application) { a.Redirects = []string{`https://example.com\@evil.example/`} },
		"a space":           func(a *oauth.Application) { a.Redirects = []string{"https://example.com/ x"} },
		"a line break":      func(a *oauth.Application) { a.Redirects = []string{"https://example.com/\r\nX: y"} },
		"an endless one": func(a *oauth.Application) {
			a.Redirects = []string{"https://example.com/" + strings.Repeat("a", oauth.MaxURL)}
		},
		"an empty one": func(a *oauth.Application) { a.Redirects = []string{""} },
	} {
		t.Run(name, func(t *testing.T) {
			a := oauth.Application{ID: made.ID, OwnerID: p.ID, Name: "fine", Redirects: []string{home}}
			spoil(&a)
			_, err := s.OAuth.Create(t.Context(), a)
			want(t, err, oauth.ErrBadApplication)
			_, err = s.OAuth.Change(t.Context(), a)
			want(t, err, oauth.ErrBadApplication)
		})
	}
	_, err := s.OAuth.Create(t.Context(), oauth.Application{OwnerID: 2, Name: "fine"})
	want(t, err, oauth.ErrBadApplication)
}

func testTooManyApplications(t *testing.T, s Subject) {
	p := s.World.NewPlayer(t, false, 0)
	for range oauth.MaxApplications {
		application(t, s, p.ID)
	}
	_, err := s.OAuth.Create(t.Context(), oauth.Application{OwnerID: p.ID, Name: "one more"})
	want(t, err, oauth.ErrTooMany)
	list, err := s.OAuth.Owned(t.Context(), p.ID)
	if err != nil || len(list) != oauth.MaxApplications {
		t.Fatalf("%d applications, %v", len(list), err)
	}
	if err := s.OAuth.Delete(t.Context(), p.ID, list[0].ID); err != nil {
		t.Fatal(err)
	}
	application(t, s, p.ID)
}

func testRenew(t *testing.T, s Subject) {
	p, q := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	a, c := application(t, s, p.ID, home)
	issued := exchanged(t, s, q.ID, c, "public")
	code := authorized(t, s, q.ID, c.ID, "public")
	renewed, err := s.OAuth.Renew(t.Context(), p.ID, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if renewed.Secret == "" || renewed.Secret == a.Secret {
		t.Error("the secret is not another one")
	}
	gone(t, s, issued.AccessToken)
	next := oauth.Client{ID: a.ID, Secret: renewed.Secret}
	_, err = s.OAuth.Refresh(t.Context(), next, issued.RefreshToken, nil)
	want(t, err, oauth.ErrBadGrant)
	_, err = s.OAuth.Exchange(t.Context(), next, oauth.Exchange{Code: code, Redirect: home})
	want(t, err, oauth.ErrBadGrant)
	_, err = s.OAuth.ClientCredentials(t.Context(), c, []string{"public"})
	want(t, err, oauth.ErrBadClient)
	if _, err := s.OAuth.ClientCredentials(t.Context(), next, []string{"public"}); err != nil {
		t.Error(err)
	}
}

func testDelete(t *testing.T, s Subject) {
	p, q := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	a, c := application(t, s, p.ID, home)
	first, second := exchanged(t, s, p.ID, c, "public"), exchanged(t, s, q.ID, c, "public")
	played := login(t, s, q)
	good(t, s, first.AccessToken) // it may be remembered
	if err := s.OAuth.Delete(t.Context(), p.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	gone(t, s, first.AccessToken, second.AccessToken)
	good(t, s, played.AccessToken)
	_, err := s.OAuth.Application(t.Context(), a.ID)
	want(t, err, oauth.ErrNoApplication)
	_, err = s.OAuth.ClientCredentials(t.Context(), c, []string{"public"})
	want(t, err, oauth.ErrBadClient)
	want(t, s.OAuth.Delete(t.Context(), p.ID, a.ID), oauth.ErrNoApplication)
	again, _ := application(t, s, p.ID)
	if again.ID == a.ID {
		t.Error("its id was given to another one")
	}
}

func testAuthorized(t *testing.T, s Subject) {
	owner, p := s.World.NewPlayer(t, false, 0), s.World.NewPlayer(t, false, 0)
	a, first := application(t, s, owner.ID, home)
	b, second := application(t, s, owner.ID, home)
	a.Secret, b.Secret = "", ""
	issued := exchanged(t, s, p.ID, first, "public")
	other := exchanged(t, s, p.ID, second, "public")
	again := exchanged(t, s, p.ID, first, "identify")
	played, owners := login(t, s, p), exchanged(t, s, owner.ID, first, "public")
	code := authorized(t, s, p.ID, first.ID, "public")
	list, err := s.OAuth.Authorized(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, list, []oauth.Application{a, b})
	if err := s.OAuth.Withdraw(t.Context(), p.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	gone(t, s, issued.AccessToken, again.AccessToken)
	_, err = s.OAuth.Exchange(t.Context(), first, oauth.Exchange{Code: code, Redirect: home})
	want(t, err, oauth.ErrBadGrant)
	for _, access := range []string{other.AccessToken, played.AccessToken, owners.AccessToken} {
		good(t, s, access)
	}
	if list, err = s.OAuth.Authorized(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, list, []oauth.Application{b})
	want(t, s.OAuth.Withdraw(t.Context(), p.ID, oauth.GameClient), oauth.ErrNoApplication)
	good(t, s, played.AccessToken)
}
