package site

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzDestination says that nothing that is asked for leads away from this server.
func FuzzDestination(f *testing.F) {
	for _, next := range []string{"/home/account", "/oauth/authorize?client_id=1", "//evil.example", `/\evil.example`, "https://evil.example", "/home/account/%2e%2e/x", "/home/account?x#y"} {
		f.Add(next)
	}
	base, err := url.Parse("https://osu.example.org/home/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := destination(next)
		// As a browser reads it: with backslashes as slashes, and without what it skips.
		read := strings.Map(func(r rune) rune {
			switch r {
			case '\\':
				return '/'
			case '\t', '\n', '\r':
				return -1
			}
			return r
		}, strings.TrimSpace(got))
		u, err := base.Parse(read)
		if err != nil {
			t.Fatalf("%q leads to %q: %v", next, got, err)
		}
		if u.Scheme != "https" || u.Host != "osu.example.org" || u.User != nil ||
			u.Path != "/oauth/authorize" && u.Path != account && !strings.HasPrefix(u.Path, account+"/") {
			t.Fatalf("%q leads to %s", next, u)
		}
	})
}

// FuzzAsked says that what applications ask for is bounded, and each part of it there once.
func FuzzAsked(f *testing.F) {
	f.Add("client_id=100&redirect_uri=https%3A%2F%2Fexample.com%2F&response_type=code&scope=public&state=x")
	f.Add("client_id=1&client_id=2")
	f.Add("state=%ff%00&code_challenge=x&code_challenge_method=S256")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		a, ok := askedOf(values)
		if !ok {
			return
		}
		for _, part := range []string{a.ClientID, a.Redirect, a.Type, a.Scope, a.State, a.Challenge, a.Method} {
			if len(part) > maxAsked {
				t.Fatalf("%d bytes are accepted", len(part))
			}
		}
		q := request{asked: a, back: &url.URL{Scheme: "https", Host: "example.com", Path: "/"}}
		if code, description := q.wrong(); (code == "") != (description == "") {
			t.Fatalf("%q, %q", code, description)
		}
	})
}
