package local

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

const (
	// codeLifetime is how long a browser has to bring a code to its program.
	codeLifetime = 2 * time.Minute
	// challengeLength is that of the Base64 of a SHA-256.
	challengeLength = 43
	// verifierMin and verifierMax are bounds of RFC 7636.
	verifierMin, verifierMax = 43, 128
	// maxLines bounds the lines of tokens of one user with one client; the oldest end.
	maxLines = 100
	// maxPassword bounds what is hashed: no account has a longer one.
	maxPassword = 1024
)

func badGrant(message string) error { return oauth.ErrBadGrant.WithMessage(message) }

// Password implements oauth.Tokens.
func (s *Service) Password(ctx context.Context, client oauth.Client, login oauth.Login) (oauth.Issued, error) {
	p, err := s.identify(ctx, client)
	if err != nil {
		return oauth.Issued{}, err
	}
	want := oauth.ScopeAll
	switch p.id {
	case oauth.GameClient:
	case oauth.SiteClient:
		want = oauth.ScopeSite
	default:
		return oauth.Issued{}, notForThis()
	}
	if !slices.Equal(login.Scopes, []string{want}) {
		return oauth.Issued{}, badScope("this client has the scope " + want + " and no other")
	}
	if len(login.Password) > maxPassword {
		return oauth.Issued{}, badGrant("the name or the password is wrong")
	}
	sum := md5.Sum([]byte(login.Password)) // what accounts know of a password: see package users
	user, err := s.deps.Users.Authenticate(ctx, users.Credentials{
		Name: login.Name, PasswordMD5: hex.EncodeToString(sum[:]), Address: login.Address,
	}, nil)
	if errors.Is(err, users.ErrBadCredentials) {
		return oauth.Issued{}, badGrant("the name or the password is wrong")
	}
	if err != nil {
		return oauth.Issued{}, err
	}
	method, err := s.methodFor(ctx, user, login.Version)
	if err != nil {
		return oauth.Issued{}, err
	}
	issued, row, err := s.issue(ctx, s.store, tokenRow{
		Line: newLine(), ClientID: p.id, UserID: user.ID, Serial: user.PasswordSerial, Scopes: want,
		Verified: method == oauth.MethodNone, Method: int16(method),
	}, p.ownerID)
	if err != nil {
		return oauth.Issued{}, err
	}
	s.trim(ctx, row)
	if method == oauth.MethodMail {
		// Without a mail the token is no less there: its holder asks for another one.
		if err := s.mailCode(ctx, row.ID, user); err != nil {
			s.deps.Log.WarnContext(ctx, "a code was not mailed", "user", user.ID, "error", err)
		}
	}
	return issued, nil
}

// issue writes a token and returns it to whoever holds it.
func (s *Service) issue(ctx context.Context, db bun.IDB, row tokenRow, ownerID int32) (oauth.Issued, *tokenRow, error) {
	issued := oauth.Issued{AccessToken: newSecret()}
	access := hash(issued.AccessToken)
	row.AccessHash = access[:]
	row.IssuedAt = now()
	row.ExpiresAt = row.IssuedAt.Add(s.config.AccessLifetime)
	row.EndsAt = row.ExpiresAt
	switch {
	case row.ClientID == oauth.SiteClient:
		row.ExpiresAt = row.IssuedAt.Add(s.config.SiteLifetime)
		row.EndsAt = row.ExpiresAt
	case row.UserID != 0 && !row.Delegated:
		issued.RefreshToken = newSecret()
		refresh := hash(issued.RefreshToken)
		row.RefreshHash = refresh[:]
		row.EndsAt = row.IssuedAt.Add(s.config.RefreshLifetime)
	}
	if _, err := db.NewInsert().Model(&row).Exec(ctx); err != nil {
		return oauth.Issued{}, nil, err
	}
	issued.Token = row.token(ownerID)
	return issued, &row, nil
}

// trim ends the oldest lines of the holder of a new token when he has too many. The token is his all the same when that fails.
func (s *Service) trim(ctx context.Context, row *tokenRow) {
	_, err := s.end(ctx, maxLines, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("user_id = ?", row.UserID).Where("client_id = ?", row.ClientID).Where("delegated = ?", row.Delegated)
	})
	if err != nil {
		s.deps.Log.WarnContext(ctx, "the oldest tokens were not ended", "user", row.UserID, "client", row.ClientID, "error", err)
	}
}

// ClientCredentials implements oauth.Tokens.
func (s *Service) ClientCredentials(ctx context.Context, client oauth.Client, scopes []string) (oauth.Issued, error) {
	p, err := s.identify(ctx, client)
	if err != nil {
		return oauth.Issued{}, err
	}
	if !p.isApplication() {
		return oauth.Issued{}, notForThis()
	}
	delegated, err := grantable(scopes)
	if err != nil {
		return oauth.Issued{}, err
	}
	row := tokenRow{Line: newLine(), ClientID: p.id, Delegated: delegated, Scopes: join(tidy(scopes)), Verified: true}
	if delegated {
		owner, err := s.user(ctx, p.ownerID)
		if err != nil {
			return oauth.Issued{}, err
		}
		if owner == nil {
			return oauth.Issued{}, badScope("the owner of the application is no more")
		}
		row.UserID, row.Serial = owner.ID, owner.PasswordSerial
	}
	issued, made, err := s.issue(ctx, s.store, row, p.ownerID)
	if err != nil {
		return oauth.Issued{}, err
	}
	s.trim(ctx, made)
	return issued, nil
}

// Authorize implements oauth.Tokens.
func (s *Service) Authorize(ctx context.Context, consent oauth.Consent) (string, error) {
	if consent.ClientID < oauth.FirstClient {
		return "", oauth.ErrNoApplication
	}
	row, err := s.store.application(ctx, consent.ClientID)
	if err != nil {
		return "", err
	}
	if row == nil {
		return "", oauth.ErrNoApplication
	}
	switch {
	case consent.Redirect == "" && len(row.Redirects) != 1:
		return "", oauth.ErrBadRequest.WithMessage("the address to return to is missing")
	case consent.Redirect != "" && !slices.Contains(row.Redirects, consent.Redirect):
		return "", oauth.ErrBadRequest.WithMessage("the address to return to is not one of the application's")
	case consent.Challenge != "" && !isChallenge(consent.Challenge):
		return "", oauth.ErrBadRequest.WithMessage("the code challenge is not one of the method S256")
	}
	if err := consentable(consent.Scopes, row.OwnerID == consent.UserID); err != nil {
		return "", err
	}
	user, err := s.user(ctx, consent.UserID)
	if err != nil {
		return "", err
	}
	if user == nil {
		return "", oauth.ErrBadRequest.WithMessage("there is no such user")
	}
	code := newSecret()
	kept := hash(code)
	_, err = s.store.NewInsert().Model(&codeRow{
		Hash: kept[:], ClientID: consent.ClientID, UserID: user.ID, Serial: user.PasswordSerial, Redirect: consent.Redirect,
		Scopes: join(tidy(consent.Scopes)), Challenge: consent.Challenge, ExpiresAt: now().Add(codeLifetime),
	}).Exec(ctx)
	return code, err
}

func isChallenge(challenge string) bool {
	sum, err := base64.RawURLEncoding.Strict().DecodeString(challenge)
	return err == nil && len(challenge) == challengeLength && len(sum) == sha256.Size
}

// proves reports whether a verifier is the one behind a challenge (RFC 7636, S256). Without a challenge there must be none.
func proves(verifier, challenge string) bool {
	if challenge == "" {
		return verifier == ""
	}
	if len(verifier) < verifierMin || len(verifier) > verifierMax {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

var errBadCode = badGrant("the code is wrong, was used, or has expired")

// Exchange implements oauth.Tokens.
func (s *Service) Exchange(ctx context.Context, client oauth.Client, exchange oauth.Exchange) (oauth.Issued, error) {
	p, err := s.identify(ctx, client)
	if err != nil {
		return oauth.Issued{}, err
	}
	if !p.isApplication() {
		return oauth.Issued{}, notForThis()
	}
	if len(exchange.Code) != secretLength {
		return oauth.Issued{}, errBadCode
	}
	kept := hash(exchange.Code)
	code, err := s.store.code(ctx, kept[:])
	if err != nil {
		return oauth.Issued{}, err
	}
	switch {
	case code == nil, code.ClientID != p.id:
		return oauth.Issued{}, errBadCode
	case code.Line != nil: // whoever has it now or had it before is not who should
		return oauth.Issued{}, s.endUsed(ctx, code)
	case !now().Before(code.ExpiresAt):
		return oauth.Issued{}, errBadCode
	case exchange.Redirect != code.Redirect && code.Redirect != "":
		return oauth.Issued{}, badGrant("the address to return to is not the one that the code was made for")
	case !proves(exchange.Verifier, code.Challenge):
		return oauth.Issued{}, badGrant("the code verifier does not fit the code challenge")
	}
	if code.Redirect == "" && exchange.Redirect != "" {
		row, err := s.store.application(ctx, p.id)
		if err != nil {
			return oauth.Issued{}, err
		}
		if row == nil || !slices.Equal(row.Redirects, []string{exchange.Redirect}) {
			return oauth.Issued{}, badGrant("the address to return to is not the one that the code was made for")
		}
	}
	user, err := s.user(ctx, code.UserID)
	if err != nil {
		return oauth.Issued{}, err
	}
	if user == nil || user.PasswordSerial != code.Serial {
		return oauth.Issued{}, errBadCode
	}
	line := newLine()
	var (
		issued oauth.Issued
		made   *tokenRow
		first  bool
	)
	err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if first, err = s.store.useCode(ctx, tx, code.Hash, line); err != nil || !first {
			return err
		}
		issued, made, err = s.issue(ctx, tx, tokenRow{
			Line: line, ClientID: p.id, UserID: user.ID, Serial: user.PasswordSerial, Scopes: code.Scopes,
			Verified: true, // by whoever consented
		}, p.ownerID)
		return err
	})
	if err != nil {
		return oauth.Issued{}, err
	}
	if !first {
		if code, err = s.store.code(ctx, kept[:]); err != nil {
			return oauth.Issued{}, err
		}
		if code == nil {
			return oauth.Issued{}, errBadCode
		}
		return oauth.Issued{}, s.endUsed(ctx, code)
	}
	s.trim(ctx, made)
	return issued, nil
}

// endUsed ends what a code was exchanged for that has come again, and returns the refusal.
func (s *Service) endUsed(ctx context.Context, code *codeRow) error {
	if code.Line != nil {
		if err := s.endLine(ctx, code.Line); err != nil {
			return err
		}
	}
	return errBadCode
}
