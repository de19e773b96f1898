package oauth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/oauth"
)

// Programs look into the second part of a token, as osu-api-v2-js does.
func TestTokensCanBeRead(t *testing.T) {
	issued := oauth.Issued{AccessToken: "secret", Token: oauth.Token{
		ID: 7, UserID: 1000, ClientID: 100, Scopes: []string{"public"}, IssuedAt: time.Unix(1000, 0), ExpiresAt: time.Unix(2000, 0),
	}}
	token := legible(issued)
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[2] != "secret" {
		t.Fatalf("the token is %q", token)
	}
	for i, want := range []map[string]any{
		{"typ": "JWT", "alg": "opaque"},
		{"aud": "100", "jti": "7", "iat": 1000.0, "nbf": 1000.0, "exp": 2000.0, "sub": "1000", "scopes": []any{"public"}},
	} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("part %d: %s", i, diff)
		}
	}
	issued.Token.UserID = 0
	if !strings.Contains(string(decoded(t, legible(issued))), `"sub":""`) {
		t.Error("an application that acts for itself has a subject")
	}
}

func decoded(t *testing.T, token string) []byte {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return text
}
