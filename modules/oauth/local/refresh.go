package local

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/oauth"
)

var errBadRefresh = badGrant("the refresh token is wrong, was used, or has expired")

// maxReplaced bounds the tokens of a line that are kept to recognise a refresh token that comes twice: those of a quarter of a year
// that is refreshed every day.
const maxReplaced = 100

// refreshed is what became of a refresh.
type refreshed struct {
	issued   oauth.Issued
	replaced int64   // the token that the new one took the place of
	ended    []ended // the line that was ended instead
}

// Refresh implements oauth.Tokens.
//
// Whoever steals a refresh token and uses it leaves its owner with one that was used, and the other way round: whichever of the
// two comes second gives the theft away, and the whole line ends. One who repeats his request because the answer was lost looks
// the same but for this: nobody has used what the lost answer held. So for a short time, and only then, the answer is given again,
// with a new token in the place of the lost one.
func (s *Service) Refresh(ctx context.Context, client oauth.Client, refreshToken string, scopes []string) (oauth.Issued, error) {
	p, err := s.identify(ctx, client)
	if err != nil {
		return oauth.Issued{}, err
	}
	if p.id == oauth.SiteClient {
		return oauth.Issued{}, notForThis()
	}
	if len(refreshToken) != secretLength {
		return oauth.Issued{}, errBadRefresh
	}
	kept := hash(refreshToken)
	row, err := s.store.byRefresh(ctx, s.store.NewSelect(), kept[:])
	if err != nil {
		return oauth.Issued{}, err
	}
	if row == nil || row.ClientID != p.id || !now().Before(row.EndsAt) {
		return oauth.Issued{}, errBadRefresh
	}
	narrow, err := narrowed(tidy(scopes), split(row.Scopes))
	if err != nil {
		return oauth.Issued{}, err
	}
	user, err := s.user(ctx, row.UserID)
	if err != nil {
		return oauth.Issued{}, err
	}
	if user == nil || user.PasswordSerial != row.Serial {
		if err := s.endLine(ctx, row.Line); err != nil {
			return oauth.Issued{}, err
		}
		return oauth.Issued{}, errBadRefresh
	}
	var done refreshed
	err = s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		done, err = s.rotate(ctx, tx, kept[:], row.Line, join(narrow), p.ownerID)
		return err
	})
	switch {
	case err != nil:
		return oauth.Issued{}, err
	case done.replaced == 0:
		if len(done.ended) > 0 {
			s.deps.Log.WarnContext(ctx, "a refresh token came twice, its line of tokens was ended", "user", row.UserID, "client", row.ClientID)
			s.tellEnded(ctx, done.ended)
		}
		return oauth.Issued{}, errBadRefresh
	}
	s.tell(ctx, oauth.Changed{TokenIDs: []int64{done.replaced}, UserID: row.UserID, Successor: done.issued.Token.ID})
	return done.issued, nil
}

// rotate does what Refresh decides, on a line that nobody else changes meanwhile.
func (s *Service) rotate(ctx context.Context, tx bun.Tx, hash, line []byte, scopes string, ownerID int32) (refreshed, error) {
	ids, err := s.store.lockLines(ctx, tx, [][]byte{line})
	if err != nil {
		return refreshed{}, err
	}
	row, err := s.store.byRefresh(ctx, s.store.current(tx), hash)
	if err != nil || row == nil {
		return refreshed{}, err
	}
	at, replaces := now(), row
	if !row.ReplacedAt.IsZero() {
		lost, err := s.lost(ctx, tx, row, at)
		if err != nil {
			return refreshed{}, err
		}
		if lost == nil {
			gone, err := s.store.endLines(ctx, tx, [][]byte{line})
			return refreshed{ended: gone}, err
		}
		replaces = lost
	}
	issued, _, err := s.issue(ctx, tx, tokenRow{
		Line: row.Line, ClientID: row.ClientID, UserID: row.UserID, Serial: row.Serial, Scopes: scopes,
		Verified: replaces.Verified, Method: replaces.Method,
	}, ownerID)
	if err != nil {
		return refreshed{}, err
	}
	for _, r := range slices.Compact([]*tokenRow{row, replaces}) {
		if r.ReplacedAt.IsZero() {
			r.ReplacedAt = at
		}
		r.Successor = issued.Token.ID
		if _, err := tx.NewUpdate().Model(r).WherePK().Column("replaced_at", "successor").Exec(ctx); err != nil {
			return refreshed{}, err
		}
	}
	return refreshed{issued: issued, replaced: replaces.ID}, s.store.shorten(ctx, tx, ids)
}

// lost returns the token that a refresh token was exchanged for, if its holder seems never to have got it; else nil.
func (s *Service) lost(ctx context.Context, tx bun.Tx, row *tokenRow, at time.Time) (*tokenRow, error) {
	if at.Sub(row.ReplacedAt) > s.config.RefreshGrace {
		return nil, nil //nolint:nilnil // it is simply not lost
	}
	var successor tokenRow
	err := s.store.current(tx).Model(&successor).Where("id = ?", row.Successor).Scan(ctx)
	found, err := oneOf(&successor, err)
	if err != nil || found == nil || found.Used || !found.ReplacedAt.IsZero() {
		return nil, err
	}
	return found, nil
}
