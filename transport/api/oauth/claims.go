package oauth

import (
	"encoding/base64"
	"encoding/json"
	"strconv"

	"github.com/pure-peace/peace/modules/oauth"
)

// header says that what follows the claims is no signature.
const header = `{"typ":"JWT","alg":"opaque"}`

// claims are what a token of the official server says of itself (ppy/osu-server-spectator
// osu.Server.Spectator/Authentication/ConfigureJwtBearerOptions.cs).
type claims struct {
	Audience string   `json:"aud"` // the client
	ID       string   `json:"jti"`
	IssuedAt int64    `json:"iat"` // seconds since 1970, like the two below
	NotYet   int64    `json:"nbf"`
	Expires  int64    `json:"exp"`
	Subject  string   `json:"sub"` // the user; "" when an application acts for itself
	Scopes   []string `json:"scopes"`
}

// legible puts an access token into the form of a JWT. Tokens of Peace are opaque, but libraries of others read the user and the
// scopes out of those of the official server, and fail when they cannot. Nobody here believes what stands before the last dot:
// see oauth.Tokens.Check.
func legible(issued oauth.Issued) string {
	t := issued.Token
	c := claims{
		Audience: strconv.FormatInt(t.ClientID, 10), ID: strconv.FormatInt(t.ID, 10),
		IssuedAt: t.IssuedAt.Unix(), NotYet: t.IssuedAt.Unix(), Expires: t.ExpiresAt.Unix(), Scopes: t.Scopes,
	}
	if t.UserID != 0 {
		c.Subject = strconv.Itoa(int(t.UserID))
	}
	body, _ := json.Marshal(c) // never fails for these types
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode(body) + "." + issued.AccessToken
}
