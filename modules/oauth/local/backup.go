package local

import (
	"context"
	"crypto/rand"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/oauth"
)

// A backup code has as many characters as one by mail, since lazer's form takes no other length, of an alphabet in which none is
// taken for another: 2^40 of them.
const (
	backupLength   = 8
	backupAlphabet = "abcdefghjkmnpqrstuvwxyz023456789" // 32, so that each is as likely
)

// backupRow is a row of oauth_backup_codes. One that is used is gone.
type backupRow struct {
	bun.BaseModel `bun:"table:oauth_backup_codes,alias:b"`

	UserID int32  `bun:"user_id,pk"`
	MAC    []byte `bun:"mac,pk"`
}

func newBackupCodes() []string {
	codes := make([]string, oauth.BackupCodes)
	for i := range codes {
		b := make([]byte, backupLength)
		_, _ = rand.Read(b) // never fails
		for j := range b {
			b[j] = backupAlphabet[b[j]&31]
		}
		codes[i] = string(b)
	}
	return codes
}

// replaceBackupCodes gives a user these codes and no others.
func (s *Service) replaceBackupCodes(ctx context.Context, tx bun.Tx, userID int32, codes []string) error {
	if _, err := tx.NewDelete().Model((*backupRow)(nil)).Where("user_id = ?", userID).Exec(ctx); err != nil {
		return err
	}
	for _, code := range codes {
		row := backupRow{UserID: userID, MAC: s.key.codeMAC("backup", int64(userID), code)}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// useBackupCode takes one of a user's codes, once. The database compares keyed hashes, whose order tells nothing of the code.
func (s *Service) useBackupCode(ctx context.Context, userID int32, code string) (bool, error) {
	if len(code) != backupLength {
		return false, nil
	}
	result, err := s.store.NewDelete().Model((*backupRow)(nil)).Where("user_id = ?", userID).
		Where("mac = ?", s.key.codeMAC("backup", int64(userID), code)).Exec(ctx)
	return affected(result, err)
}
