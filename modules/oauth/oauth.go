// Package oauth is the contract of the module that hands out tokens: to lazer clients, to programs with an application of their
// own, and to browsers that are logged in on the server's pages.
//
// Tokens are opaque: 256 random bits, of which only a hash is kept. A token says who acts (its user, or the owner of an
// application), through which application, and what it may do (scopes). The second factor belongs to a token, too: one whose user
// must still prove himself is there, but not Verified, until Verify.
//
// Who the user is and whether his password is right is the business of users. What a scope opens is the business of the edges.
//
// Tokens end when they are revoked, when their user's password changes, or with their application; a kick ends connections and no
// token, since the game throws its own away then. That is published on the state topic Topic as a Changed event, at most once; an edge that holds a connection
// on behalf of a token listens, and asks Check again when it (re)subscribes. A token that was refreshed has a successor: its
// connections stay, and are from then on held on behalf of that one.
package oauth

import (
	"context"
	"net/netip"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Topic is the state topic on which Changed events are published (wire.Pack).
const Topic = "oauth.changed"

// Clients that are always there: the game, as its releases and its development builds identify themselves
// (ppy/osu osu.Game/Online/ProductionEndpointConfiguration.cs), and the server's own pages.
const (
	GameClient int64 = 5
	SiteClient int64 = 1
)

// FirstClient is the id of the first application that a user makes.
const FirstClient int64 = 100

// Bounds of this contract.
const (
	MaxApplications = 16 // of a user
	MaxRedirects    = 8  // of an application
	MaxName         = 64 // bytes of an application's name
	MaxURL          = 500
	MaxChanged      = 1000 // tokens in one Changed
	BackupCodes     = 10
)

// The scopes, in the order in which they are listed (ppy/osu-web app/Models/OAuth/Token.php). ScopeAll is the game's: it opens
// everything but what its user may not do anyway. ScopeSite is that of a browser on the server's own pages, and opens nothing else.
const (
	ScopeAll         = "*"
	ScopeChatRead    = "chat.read"
	ScopeChatWrite   = "chat.write"
	ScopeChatManage  = "chat.write_manage"
	ScopeDelegate    = "delegate"
	ScopeForumWrite  = "forum.write"
	ScopeForumManage = "forum.write_manage"
	ScopeFriendsRead = "friends.read"
	ScopeGroups      = "group_permissions"
	ScopeIdentify    = "identify"
	ScopeMultiplayer = "multiplayer.write_manage"
	ScopePublic      = "public"
	ScopeSite        = "site"
)

// TOTPVersion is the first x-api-version of which a client knows that it can be asked for an authenticator's code.
const TOTPVersion = 20250913

// The faults of this contract. Those of grants carry the detail "error" with the code of RFC 6749 (invalid_client, invalid_grant,
// invalid_scope, invalid_request, unauthorized_client).
var (
	ErrNoToken        = fault.New(fault.Unauthenticated, "oauth", "no_token", "this token is not valid")
	ErrBadClient      = fault.New(fault.Unauthenticated, "oauth", "bad_client", "client authentication failed").With("error", "invalid_client")
	ErrBadGrant       = fault.New(fault.Invalid, "oauth", "bad_grant", "the credentials, code or refresh token are not valid").With("error", "invalid_grant")
	ErrBadScope       = fault.New(fault.Invalid, "oauth", "bad_scope", "a scope is unknown, or not for this client or grant").With("error", "invalid_scope")
	ErrBadRequest     = fault.New(fault.Invalid, "oauth", "bad_request", "a field is missing or wrong").With("error", "invalid_request")
	ErrNoApplication  = fault.New(fault.NotFound, "oauth", "no_application", "no such application")
	ErrBadApplication = fault.New(fault.Invalid, "oauth", "bad_application", "the application's name or addresses are not acceptable")
	ErrTooMany        = fault.New(fault.Exhausted, "oauth", "too_many", "you have too many applications")
	ErrBadCode        = fault.New(fault.Invalid, "oauth", "bad_code", "this code is wrong or has expired") // detail "method" when another one is asked for now
	ErrTries          = fault.New(fault.Exhausted, "oauth", "tries", "too many wrong codes, wait a while")
	ErrNoMail         = fault.New(fault.Precondition, "oauth", "no_mail", "there is no code by mail to be sent")
	ErrForbidden      = fault.New(fault.Forbidden, "oauth", "forbidden", "this is for staff above the user")
	ErrEnrolled       = fault.New(fault.Exists, "oauth", "enrolled", "the second factor is on already")
	ErrNotEnrolled    = fault.New(fault.NotFound, "oauth", "not_enrolled", "the second factor is off")
)

// Service is the whole module. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	Tokens
	Applications
	Factors
}

// Tokens are handed out, checked and taken back.
type Tokens interface {
	// Password hands out a token for a user's name (or e-mail) and password; only to the game's and the site's clients, of which
	// the site has no secret: edges never take its id from outside. ErrBadClient, ErrBadGrant, ErrBadScope, users.ErrBusy,
	// users.ErrTooMany.
	Password(ctx context.Context, client Client, login Login) (Issued, error)
	// Refresh replaces a token by its refresh token, once; what it replaces ends. Whether it is verified is inherited. A refresh
	// token that was used before ends all of its line, except within the grace of a lost answer. ErrBadClient, ErrBadGrant,
	// ErrBadScope.
	Refresh(ctx context.Context, client Client, refreshToken string, scopes []string) (Issued, error)
	// ClientCredentials hands out a token to an application itself. With the scope "delegate" it acts for the application's owner.
	// ErrBadClient, ErrBadScope.
	ClientCredentials(ctx context.Context, client Client, scopes []string) (Issued, error)
	// Authorize makes a code, on behalf of a user who consented, for Exchange. ErrNoApplication, ErrBadScope, ErrBadRequest.
	Authorize(ctx context.Context, consent Consent) (string, error)
	// Exchange hands out a token for a code, once: a code that comes again ends what it was exchanged for. ErrBadClient,
	// ErrBadGrant.
	Exchange(ctx context.Context, client Client, exchange Exchange) (Issued, error)
	// Check returns what an access token stands for. What comes before a last dot is not looked at: edges write claims there, for
	// programs that look for some. ErrNoToken when it is unknown, expired or revoked.
	Check(ctx context.Context, accessToken string) (Token, error)
	// Revoke ends a token and its refresh token, and whatever they were refreshed to. One that is gone is no error.
	Revoke(ctx context.Context, tokenID int64) error
	// RevokeUser ends all tokens of a user but those of the line of one (0 for none), and returns how many there were. A line is
	// a token with what it was refreshed from and to.
	RevokeUser(ctx context.Context, userID int32, except int64) (int, error)
}

// Applications belong to users.
type Applications interface {
	// Create makes an application; its Secret is in the result, and never again. ErrBadApplication, ErrTooMany.
	Create(ctx context.Context, application Application) (Application, error)
	// Change replaces the name and the redirect addresses. ErrNoApplication (also when it is another user's), ErrBadApplication.
	Change(ctx context.Context, application Application) (Application, error)
	// Renew gives an application of the owner another secret, and ends its tokens. ErrNoApplication.
	Renew(ctx context.Context, ownerID int32, id int64) (Application, error)
	// Delete removes an application of the owner with its tokens. ErrNoApplication.
	Delete(ctx context.Context, ownerID int32, id int64) error
	// Application returns one without its secret. ErrNoApplication.
	Application(ctx context.Context, id int64) (Application, error)
	// Owned returns those of a user, by id.
	Owned(ctx context.Context, ownerID int32) ([]Application, error)
	// Authorized returns the applications that hold tokens of the user, and Withdraw ends those tokens.
	Authorized(ctx context.Context, userID int32) ([]Application, error)
	Withdraw(ctx context.Context, userID int32, id int64) error
}

// Factors are the second proof of who somebody is.
type Factors interface {
	// Verify proves a token with a code from an authenticator, from a mail, or from the list of backup codes, each once. ErrBadCode,
	// ErrTries, ErrNoToken.
	Verify(ctx context.Context, tokenID int64, code string) error
	// Reissue sends another code by mail. ErrNoMail, ErrTries, ErrNoToken.
	Reissue(ctx context.Context, tokenID int64) error
	// FallBack asks for a code by mail instead of one from an authenticator, and sends it. ErrNoMail, ErrTries, ErrNoToken.
	FallBack(ctx context.Context, tokenID int64) error
	// Enrol begins to switch an authenticator on, anew when it was begun before; Confirm ends it with the first code, and returns
	// the backup codes. ErrEnrolled; ErrNotEnrolled, ErrBadCode, ErrTries.
	Enrol(ctx context.Context, userID int32) (Enrolment, error)
	Confirm(ctx context.Context, userID int32, code string) ([]string, error)
	// Disenrol switches it off, or gives up an enrolment that was not confirmed; staff does so without a code, by another id than
	// the user's, and leaves an audit row. ErrNotEnrolled, ErrBadCode, ErrTries; ErrForbidden.
	Disenrol(ctx context.Context, userID, by int32, code string) error
	// Enrolled tells whether it is on, and how many backup codes are left.
	Enrolled(ctx context.Context, userID int32) (bool, int, error)
}

// Client is how a program proves which one it is.
type Client struct {
	ID     int64
	Secret string
}

// Login is a user's password as lazer sends it.
type Login struct {
	Name     string
	Password string // plain text
	Scopes   []string
	Address  netip.Addr
	Version  int // x-api-version of the client; those before 20250913 cannot be asked for an authenticator's code. 0, unknown, is a present one
}

// Issued is a token as its holder gets it.
type Issued struct {
	Token        Token
	AccessToken  string
	RefreshToken string // "" for client credentials and the site
}

// Token is what an access token stands for.
type Token struct {
	ID        int64
	UserID    int32 // 0 when an application acts for itself
	ClientID  int64
	OwnerID   int32 // of the application; 0 for the game and the site
	Scopes    []string
	Verified  bool
	Method    Method // by which to verify; MethodNone when Verified
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// Method is a way to prove who one is.
type Method int32

// The methods, with their numbers on the wire.
const (
	MethodNone Method = 0
	MethodMail Method = 1
	MethodTOTP Method = 2
)

// Consent is what a user agreed to.
type Consent struct {
	UserID    int32
	ClientID  int64
	Redirect  string // exactly one of the application's; "" when it has but one
	Scopes    []string
	Challenge string // of PKCE with S256 (RFC 7636), 43 characters; "" for none
}

// Exchange is what a code is exchanged with.
type Exchange struct {
	Code     string
	Redirect string // as in the Consent; may be "" when that was, too
	Verifier string // of PKCE; "" when there was no challenge
}

// Application is a program that acts for users.
type Application struct {
	ID        int64
	OwnerID   int32
	Name      string
	Redirects []string // http(s) addresses
	Secret    string   // only when it is new
	CreatedAt time.Time
}

// Enrolment is what a user puts into his authenticator.
type Enrolment struct {
	Secret  string // in base 32
	URL     string // otpauth://…
	Picture []byte // the URL as a QR code, a PNG
}

// Changed is the event published on Topic after tokens were verified or ended.
type Changed struct {
	TokenIDs  []int64 // at most MaxChanged
	UserID    int32   // 0 when they are not all of one user
	Verified  bool    // else they ended
	Successor int64   // of a single token that was refreshed: the one in its place
}
