package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"image/png"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

// What every authenticator understands: RFC 6238 with its defaults.
const (
	step         = 30 * time.Second
	stepsAround  = 1 // how far a clock may be off
	totpLength   = 6
	totpSecret   = 20  // bytes
	pictureWidth = 240 // pixels of the QR code
)

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

// authenticatorRow is a row of oauth_authenticators.
type authenticatorRow struct {
	bun.BaseModel `bun:"table:oauth_authenticators,alias:f"`

	UserID    int32     `bun:"user_id,pk"`
	Secret    []byte    `bun:"secret"` // sealed
	Confirmed bool      `bun:"confirmed"`
	LastStep  int64     `bun:"last_step"`
	CreatedAt time.Time `bun:"created_at"`
}

// authenticator returns that of a user, or nil.
func (s store) authenticator(ctx context.Context, userID int32) (*authenticatorRow, error) {
	var row authenticatorRow
	err := s.Reader.NewSelect().Model(&row).Where("user_id = ?", userID).Scan(ctx)
	return oneOf(&row, err)
}

// anyAuthenticator returns that of somebody, or nil.
func (s store) anyAuthenticator(ctx context.Context) (*authenticatorRow, error) {
	var row authenticatorRow
	err := s.Reader.NewSelect().Model(&row).Order("user_id").Limit(1).Scan(ctx)
	return oneOf(&row, err)
}

// checkAuthenticator takes a code of an authenticator: each once, and none that is older than one that was taken.
func (s *Service) checkAuthenticator(ctx context.Context, row *authenticatorRow, code string) (bool, error) {
	if len(code) != totpLength {
		return false, nil
	}
	secret, err := s.key.open(row.UserID, row.Secret)
	if err != nil {
		return false, err
	}
	at, fits := time.Now(), int64(0)
	for i := -stepsAround; i <= stepsAround; i++ {
		moment := at.Add(time.Duration(i) * step)
		expected, err := totp.GenerateCode(base32NoPad.EncodeToString(secret), moment)
		if err != nil {
			return false, err
		}
		if subtle.ConstantTimeCompare([]byte(expected), []byte(code)) == 1 {
			fits = moment.Unix() / int64(step/time.Second)
		}
	}
	if fits == 0 {
		return false, nil
	}
	result, err := s.store.NewUpdate().Model((*authenticatorRow)(nil)).Set("last_step = ?", fits).
		Where("user_id = ?", row.UserID).Where("last_step < ?", fits).Exec(ctx)
	return affected(result, err)
}

// Enrol implements oauth.Factors.
func (s *Service) Enrol(ctx context.Context, userID int32) (oauth.Enrolment, error) {
	user, err := s.user(ctx, userID)
	if err != nil {
		return oauth.Enrolment{}, err
	}
	if user == nil {
		return oauth.Enrolment{}, users.ErrNotFound
	}
	secret := make([]byte, totpSecret)
	_, _ = rand.Read(secret) // never fails
	made, err := totp.Generate(totp.GenerateOpts{
		Issuer: s.config.Issuer, AccountName: user.Name, Secret: secret, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return oauth.Enrolment{}, err
	}
	picture, err := made.Image(pictureWidth, pictureWidth)
	if err != nil {
		return oauth.Enrolment{}, err
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, picture); err != nil {
		return oauth.Enrolment{}, err
	}
	row := authenticatorRow{UserID: userID, Secret: s.key.seal(userID, secret), CreatedAt: now()}
	err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// What was begun before is void; what is on stays, and the insert fails.
		if _, err := tx.NewDelete().Model((*authenticatorRow)(nil)).Where("user_id = ?", userID).Where("confirmed = ?", false).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
	if database.IsUnique(err) {
		return oauth.Enrolment{}, oauth.ErrEnrolled
	}
	if err != nil {
		return oauth.Enrolment{}, err
	}
	return oauth.Enrolment{Secret: made.Secret(), URL: made.URL(), Picture: buf.Bytes()}, nil
}

// Confirm implements oauth.Factors.
func (s *Service) Confirm(ctx context.Context, userID int32, code string) ([]string, error) {
	row, err := s.store.authenticator(ctx, userID)
	switch {
	case err != nil:
		return nil, err
	case row == nil:
		return nil, oauth.ErrNotEnrolled
	case row.Confirmed:
		return nil, oauth.ErrEnrolled
	}
	if !s.failures.take(userID) {
		return nil, oauth.ErrTries
	}
	ok, err := s.checkAuthenticator(ctx, row, tidyCode(code))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, oauth.ErrBadCode
	}
	s.failures.giveBack(userID)
	codes := newBackupCodes()
	err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		result, err := tx.NewUpdate().Model((*authenticatorRow)(nil)).Set("confirmed = ?", true).
			Where("user_id = ?", userID).Where("confirmed = ?", false).Where("secret = ?", row.Secret).Exec(ctx)
		ok, err := affected(result, err)
		if err != nil {
			return err
		}
		if !ok {
			return oauth.ErrNotEnrolled // begun anew in between
		}
		return s.replaceBackupCodes(ctx, tx, userID, codes)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// Disenrol implements oauth.Factors.
func (s *Service) Disenrol(ctx context.Context, userID, by int32, code string) error {
	row, err := s.store.authenticator(ctx, userID)
	if err != nil {
		return err
	}
	if row == nil {
		return oauth.ErrNotEnrolled
	}
	switch {
	case by != userID:
		if err := s.mayDisenrol(ctx, userID, by); err != nil {
			return err
		}
	case row.Confirmed:
		if !s.failures.take(userID) {
			return oauth.ErrTries
		}
		code = tidyCode(code)
		ok, err := s.checkAuthenticator(ctx, row, code)
		if err == nil && !ok {
			ok, err = s.useBackupCode(ctx, userID, code)
		}
		if err != nil {
			return err
		}
		if !ok {
			return oauth.ErrBadCode
		}
		s.failures.giveBack(userID)
	}
	err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model(row).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.replaceBackupCodes(ctx, tx, userID, nil)
	})
	if err != nil || by == userID {
		return err
	}
	return s.deps.Users.Record(ctx, users.AuditEntry{ActorID: by, TargetID: userID, Action: "disenrol"})
}

// mayDisenrol reports whether staff may switch off somebody's authenticator: administrators, below whom he has to be. The bot
// stands for the command line.
func (s *Service) mayDisenrol(ctx context.Context, userID, by int32) error {
	if by == users.BotID {
		return nil
	}
	found, err := s.deps.Users.Get(ctx, []int32{by, userID})
	if err != nil {
		return err
	}
	var actor, target users.User
	for _, u := range found {
		switch u.ID {
		case by:
			actor = u
		case userID:
			target = u
		}
	}
	if actor.ID == 0 || actor.Restricted || standing(actor) < standing(users.User{Privileges: users.Administrator}) || standing(actor) <= standing(target) {
		return oauth.ErrForbidden
	}
	return nil
}

// standing orders accounts as package users does.
func standing(u users.User) int {
	switch {
	case u.Privileges.Has(users.Developer):
		return 3
	case u.Privileges.Has(users.Administrator):
		return 2
	case u.Privileges.Has(users.Moderator):
		return 1
	}
	return 0
}
