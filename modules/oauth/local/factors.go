package local

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

// methodFor says how a user has to prove himself after his password.
func (s *Service) methodFor(ctx context.Context, user users.User, version int) (oauth.Method, error) {
	authenticator, err := s.store.authenticator(ctx, user.ID)
	if err != nil {
		return 0, err
	}
	mailable := s.mailable(user)
	switch {
	case authenticator != nil && authenticator.Confirmed:
		// A client that does not know authenticators would ask for something else.
		if version != 0 && version < oauth.TOTPVersion && mailable {
			return oauth.MethodMail, nil
		}
		return oauth.MethodTOTP, nil
	case s.config.MailVerification && mailable:
		return oauth.MethodMail, nil
	}
	return oauth.MethodNone, nil
}

// mailable reports whether a code can be mailed to a user.
func (s *Service) mailable(user users.User) bool { return s.deps.Mail != nil && user.Email != "" }

// Verify implements oauth.Factors.
func (s *Service) Verify(ctx context.Context, tokenID int64, code string) error {
	row, user, err := s.unverified(ctx, tokenID)
	if err != nil || row == nil {
		return err
	}
	if !s.failures.take(user.ID) {
		return oauth.ErrTries
	}
	code = tidyCode(code)
	authenticator, err := s.store.authenticator(ctx, user.ID)
	if err != nil {
		return err
	}
	enrolled := authenticator != nil && authenticator.Confirmed
	if !enrolled && oauth.Method(row.Method) == oauth.MethodTOTP {
		s.failures.giveBack(user.ID)
		return s.factorGone(ctx, row, user)
	}
	if enrolled {
		ok, err := s.checkAuthenticator(ctx, authenticator, code)
		if err == nil && !ok {
			ok, err = s.useBackupCode(ctx, user.ID, code)
		}
		if err != nil {
			return err
		}
		if ok {
			s.failures.giveBack(user.ID)
			return s.verified(ctx, row)
		}
	}
	if oauth.Method(row.Method) != oauth.MethodMail {
		return oauth.ErrBadCode
	}
	if err := s.checkMailCode(ctx, row.ID, user, code); err != nil {
		return err
	}
	s.failures.giveBack(user.ID)
	return s.verified(ctx, row)
}

// tidyCode takes away what people type between the digits of a code.
func tidyCode(code string) string {
	if len(code) > 64 {
		return ""
	}
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// unverified returns a token with its user; neither when there is nothing left to prove. ErrNoToken.
func (s *Service) unverified(ctx context.Context, tokenID int64) (*tokenRow, users.User, error) {
	row, err := s.store.byID(ctx, tokenID, now())
	if err != nil {
		return nil, users.User{}, err
	}
	if row == nil || row.UserID == 0 {
		return nil, users.User{}, oauth.ErrNoToken
	}
	if row.Verified {
		return nil, users.User{}, nil
	}
	user, err := s.user(ctx, row.UserID)
	if err != nil {
		return nil, users.User{}, err
	}
	if user == nil || user.PasswordSerial != row.Serial {
		return nil, users.User{}, oauth.ErrNoToken
	}
	return row, *user, nil
}

// factorGone deals with a token that waits for the code of an authenticator that was switched off meanwhile: with a mail where
// everybody has to read one, and else the password was enough.
func (s *Service) factorGone(ctx context.Context, row *tokenRow, user users.User) error {
	if !s.config.MailVerification || !s.mailable(user) {
		return s.verified(ctx, row)
	}
	if err := s.askByMail(ctx, row, user); err != nil {
		return err
	}
	return oauth.ErrBadCode.With("method", "mail").WithMessage("the authenticator was switched off, so a code was sent by mail")
}

// verified notes that the holder of a line of tokens is who he says.
func (s *Service) verified(ctx context.Context, row *tokenRow) error {
	var ids []int64
	err := s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.store.lockLines(ctx, tx, [][]byte{row.Line}); err != nil {
			return err
		}
		// The token itself may have been refreshed in between.
		err := s.store.current(tx).Model((*tokenRow)(nil)).Column("id").Where("line = ?", row.Line).Where("replaced_at IS NULL").Scan(ctx, &ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		_, err = tx.NewUpdate().Model((*tokenRow)(nil)).Set("verified = ?", true).Set("method = ?", int16(oauth.MethodNone)).
			Where("id IN (?)", bun.List(ids)).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return oauth.ErrNoToken
	}
	s.tell(ctx, oauth.Changed{TokenIDs: ids, UserID: row.UserID, Verified: true})
	return nil
}

// Reissue implements oauth.Factors.
func (s *Service) Reissue(ctx context.Context, tokenID int64) error {
	row, user, err := s.unverified(ctx, tokenID)
	if err != nil {
		return err
	}
	if row == nil || oauth.Method(row.Method) != oauth.MethodMail || !s.mailable(user) {
		return oauth.ErrNoMail
	}
	return s.mailCode(ctx, row.ID, user)
}

// FallBack implements oauth.Factors.
func (s *Service) FallBack(ctx context.Context, tokenID int64) error {
	row, user, err := s.unverified(ctx, tokenID)
	if err != nil {
		return err
	}
	if row == nil || !s.mailable(user) {
		return oauth.ErrNoMail
	}
	if oauth.Method(row.Method) == oauth.MethodMail {
		return nil // the code is on its way
	}
	return s.askByMail(ctx, row, user)
}

// askByMail sends a code and asks for it from now on.
func (s *Service) askByMail(ctx context.Context, row *tokenRow, user users.User) error {
	if err := s.mailCode(ctx, row.ID, user); err != nil {
		return err
	}
	_, err := s.store.NewUpdate().Model((*tokenRow)(nil)).Set("method = ?", int16(oauth.MethodMail)).
		Where("id = ?", row.ID).Where("verified = ?", false).Exec(ctx)
	if err == nil {
		s.cache.forget([]int64{row.ID})
	}
	return err
}

// Enrolled implements oauth.Factors.
func (s *Service) Enrolled(ctx context.Context, userID int32) (bool, int, error) {
	row, err := s.store.authenticator(ctx, userID)
	if err != nil || row == nil || !row.Confirmed {
		return false, 0, err
	}
	n, err := s.store.Reader.NewSelect().Model((*backupRow)(nil)).Where("user_id = ?", userID).Count(ctx)
	return true, int(n), err
}
