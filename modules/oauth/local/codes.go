package local

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/mail"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/users"
)

// What a code by mail is, as on the official server (ppy/osu-web app/Libraries/SessionVerification/MailState.php).
const (
	mailCodeLength = 8
	mailCodeFor    = 600 * time.Second
	mailCodeTries  = 8
)

// challengeRow is a row of oauth_challenges.
type challengeRow struct {
	bun.BaseModel `bun:"table:oauth_challenges,alias:h"`

	TokenID   int64     `bun:"token_id,pk"`
	MAC       []byte    `bun:"mac"`
	Tries     int32     `bun:"tries"`
	ExpiresAt time.Time `bun:"expires_at"`
}

// mailCode sends a code that proves a token, in the place of an earlier one.
func (s *Service) mailCode(ctx context.Context, tokenID int64, user users.User) error {
	if !s.mails.take(user.ID) {
		return oauth.ErrTries.WithMessage("too many codes were sent, wait a while")
	}
	code := newMailCode()
	row := challengeRow{TokenID: tokenID, MAC: s.key.codeMAC("mail", tokenID, code), ExpiresAt: now().Add(mailCodeFor)}
	_, err := database.Upsert{Key: []string{"token_id"}, Replace: []string{"mac", "tries", "expires_at"}}.
		On(s.store.NewInsert().Model(&row)).Exec(ctx)
	if err != nil {
		return err
	}
	return s.deps.Mail.Send(ctx, mail.Message{
		To:      user.Email,
		Subject: fmt.Sprintf("Your code for %s", s.deps.Domain),
		Text: fmt.Sprintf("Hello %s,\n\nsomebody has logged in to your account on %s with your password. If that was you, this is the code to go on:\n\n    %s\n\n"+
			"It is good for %d minutes. Tell it to nobody.\n\nIf it was not you, change your password: somebody knows it.\n",
			user.Name, s.deps.Domain, code, int(mailCodeFor.Minutes())),
	})
}

// checkMailCode takes a code that was sent by mail. A try is counted before it is known to be one, so that no burst of them gets
// past the bound; when the code cannot be used any more, another one is sent.
func (s *Service) checkMailCode(ctx context.Context, tokenID int64, user users.User, code string) error {
	if len(code) != mailCodeLength {
		return oauth.ErrBadCode
	}
	result, err := s.store.NewUpdate().Model((*challengeRow)(nil)).Set("tries = tries + 1").
		Where("token_id = ?", tokenID).Where("tries < ?", mailCodeTries).Where("expires_at > ?", now()).Exec(ctx)
	counted, err := affected(result, err)
	if err != nil {
		return err
	}
	if !counted {
		if !s.mailable(user) {
			return oauth.ErrBadCode
		}
		if err := s.mailCode(ctx, tokenID, user); err != nil {
			return err
		}
		return oauth.ErrBadCode.WithMessage("this code cannot be used any more, so another one was sent")
	}
	var row challengeRow
	err = s.store.NewSelect().Model(&row).Where("token_id = ?", tokenID).Scan(ctx)
	found, err := oneOf(&row, err)
	if err != nil {
		return err
	}
	if found == nil || subtle.ConstantTimeCompare(found.MAC, s.key.codeMAC("mail", tokenID, code)) != 1 {
		return oauth.ErrBadCode
	}
	// Whoever removes it has used it.
	result, err = s.store.NewDelete().Model((*challengeRow)(nil)).Where("token_id = ?", tokenID).Where("mac = ?", found.MAC).Exec(ctx)
	used, err := affected(result, err)
	if err == nil && !used {
		err = oauth.ErrBadCode
	}
	return err
}
