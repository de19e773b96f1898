package local

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/oauth"
)

// Check implements oauth.Tokens.
func (s *Service) Check(ctx context.Context, accessToken string) (oauth.Token, error) {
	accessToken = accessToken[strings.LastIndexByte(accessToken, '.')+1:]
	if len(accessToken) != secretLength {
		return oauth.Token{}, oauth.ErrNoToken
	}
	sum := hash(accessToken)
	token, ok, generation := s.cache.get(sum)
	if ok {
		return token, nil
	}
	row, err := s.store.byAccess(ctx, sum[:], now())
	if err != nil {
		return oauth.Token{}, err
	}
	if row == nil || row.ClientID >= oauth.FirstClient && row.OwnerID == nil {
		return oauth.Token{}, oauth.ErrNoToken
	}
	if row.UserID != 0 {
		user, err := s.user(ctx, row.UserID)
		if err != nil {
			return oauth.Token{}, err
		}
		if user == nil || user.PasswordSerial != row.Serial {
			return oauth.Token{}, oauth.ErrNoToken
		}
	}
	if !row.Used {
		// When this fails, a stolen refresh token can be repeated for a minute longer; that is no reason to turn anybody away.
		if err := s.store.markUsed(ctx, row.ID); err != nil {
			s.deps.Log.WarnContext(ctx, "the first use of a token was not noted", "error", err)
		}
	}
	var ownerID int32
	if row.OwnerID != nil {
		ownerID = *row.OwnerID
	}
	token = row.token(ownerID)
	s.cache.put(sum, token, generation)
	return token, nil
}

// Revoke implements oauth.Tokens.
func (s *Service) Revoke(ctx context.Context, tokenID int64) error {
	line, err := s.store.lineOf(ctx, tokenID)
	if err != nil || line == nil {
		return err
	}
	return s.endLine(ctx, line)
}

// RevokeUser implements oauth.Tokens.
func (s *Service) RevokeUser(ctx context.Context, userID int32, except int64) (int, error) {
	if userID == 0 {
		return 0, nil // those would be everybody's applications
	}
	var spared []byte
	if except != 0 {
		var err error
		if spared, err = s.store.lineOf(ctx, except); err != nil {
			return 0, err
		}
	}
	if err := s.store.dropCodes(ctx, func(q *bun.DeleteQuery) *bun.DeleteQuery { return q.Where("user_id = ?", userID) }); err != nil {
		return 0, err
	}
	return s.end(ctx, 0, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("user_id = ?", userID)
		if spared != nil {
			q = q.Where("line <> ?", spared)
		}
		return q
	})
}

// endStale ends what was handed out for an older password than a user has.
func (s *Service) endStale(ctx context.Context, userID, serial int32) error {
	_, err := s.end(ctx, 0, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("user_id = ?", userID).Where("serial < ?", serial)
	})
	return err
}

// endLine ends one line.
func (s *Service) endLine(ctx context.Context, line []byte) error {
	_, err := s.endLines(ctx, [][]byte{line})
	return err
}

// endBatch bounds the lines that are ended in one transaction.
const endBatch = 200

// end ends the lines whose live token fits, but the first `skip`, and returns how many tokens that ended that were still good.
func (s *Service) end(ctx context.Context, skip int, fits func(*bun.SelectQuery) *bun.SelectQuery) (int, error) {
	total := 0
	for {
		lines, err := s.store.lines(ctx, fits, skip, endBatch)
		if err != nil || len(lines) == 0 {
			return total, err
		}
		n, err := s.endLines(ctx, lines)
		if err != nil {
			return total, err
		}
		total += n
		if len(lines) < endBatch {
			return total, nil
		}
	}
}

func (s *Service) endLines(ctx context.Context, lines [][]byte) (int, error) {
	var gone []ended
	err := s.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		gone, err = s.store.endLines(ctx, tx, lines)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.tellEnded(ctx, gone)
	at, n := now(), 0
	for _, e := range gone {
		if at.Before(e.EndsAt) {
			n++
		}
	}
	return n, nil
}

// tellEnded announces the end of tokens, to the user of each at a time.
func (s *Service) tellEnded(ctx context.Context, gone []ended) {
	byUser := map[int32][]int64{}
	for _, e := range gone {
		byUser[e.UserID] = append(byUser[e.UserID], e.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(byUser)) {
		for ids := range slices.Chunk(byUser[id], oauth.MaxChanged) {
			s.tell(ctx, oauth.Changed{TokenIDs: ids, UserID: id})
		}
	}
}
