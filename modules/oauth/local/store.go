package local

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/oauth"
)

// store is the SQL of tokens and codes. applications.go and the files about factors have that of their tables.
type store struct{ *database.DB }

// tokenRow is a row of oauth_tokens.
type tokenRow struct {
	bun.BaseModel `bun:"table:oauth_tokens,alias:t"`

	ID          int64     `bun:"id,pk,autoincrement"`
	Line        []byte    `bun:"line"`
	ClientID    int64     `bun:"client_id"`
	UserID      int32     `bun:"user_id"` // 0 when an application acts for itself
	Serial      int32     `bun:"serial"`  // of the user's password
	Delegated   bool      `bun:"delegated"`
	Scopes      string    `bun:"scopes"`
	Verified    bool      `bun:"verified"`
	Method      int16     `bun:"method"`
	Used        bool      `bun:"used"`
	AccessHash  []byte    `bun:"access_hash"`
	RefreshHash []byte    `bun:"refresh_hash,nullzero"`
	IssuedAt    time.Time `bun:"issued_at"`
	ExpiresAt   time.Time `bun:"expires_at"`
	EndsAt      time.Time `bun:"ends_at"`
	ReplacedAt  time.Time `bun:"replaced_at,nullzero"`
	Successor   int64     `bun:"successor"`
}

// token is the row as its holder sees it; ownerID is that of its application.
func (r *tokenRow) token(ownerID int32) oauth.Token {
	return oauth.Token{
		ID: r.ID, UserID: r.UserID, ClientID: r.ClientID, OwnerID: ownerID, Scopes: split(r.Scopes),
		Verified: r.Verified, Method: oauth.Method(r.Method),
		IssuedAt: r.IssuedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
	}
}

// ownedRow is a token with the owner of its application, if there is one.
type ownedRow struct {
	bun.BaseModel `bun:"table:oauth_tokens,alias:t"`
	tokenRow
	OwnerID *int32 `bun:"owner_id,scanonly"`
}

// byAccess returns the token of an access token that is good at a time, or nil.
func (s store) byAccess(ctx context.Context, hash []byte, at time.Time) (*ownedRow, error) {
	var row ownedRow
	err := s.Reader.NewSelect().Model(&row).ColumnExpr("t.*, a.owner_id").
		Join("LEFT JOIN oauth_applications AS a ON a.id = t.client_id").
		Where("t.access_hash = ?", hash).Where("t.replaced_at IS NULL").Where("t.expires_at > ?", at).Scan(ctx)
	return oneOf(&row, err)
}

// byID returns a token that is good at a time, or nil.
func (s store) byID(ctx context.Context, id int64, at time.Time) (*tokenRow, error) {
	var row tokenRow
	err := s.Reader.NewSelect().Model(&row).Where("id = ?", id).Where("replaced_at IS NULL").Where("expires_at > ?", at).Scan(ctx)
	return oneOf(&row, err)
}

// lineOf returns the line of a token, replaced or not, or nil.
func (s store) lineOf(ctx context.Context, id int64) ([]byte, error) {
	var row tokenRow
	err := s.NewSelect().Model(&row).Column("line").Where("id = ?", id).Scan(ctx)
	found, err := oneOf(&row, err)
	if err != nil || found == nil {
		return nil, err
	}
	return found.Line, nil
}

// byRefresh returns the token of a refresh token, replaced ones included, or nil.
func (s store) byRefresh(ctx context.Context, q *bun.SelectQuery, hash []byte) (*tokenRow, error) {
	var row tokenRow
	err := q.Model(&row).Where("refresh_hash = ?", hash).Scan(ctx)
	return oneOf(&row, err)
}

// current begins a query that reads rows as they are now, where a transaction would read them as they were when it began, and
// that keeps others from changing them until it ends.
func (s store) current(tx bun.Tx) *bun.SelectQuery {
	q := tx.NewSelect()
	if s.Locks() {
		q = q.For("UPDATE")
	}
	return q
}

// oneOf makes of a query's result the row, or nil when there is none.
func oneOf[T any](row *T, err error) (*T, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // absence is an answer
	}
	if err != nil {
		return nil, err
	}
	return row, nil
}

func (s store) markUsed(ctx context.Context, id int64) error {
	_, err := s.NewUpdate().Model((*tokenRow)(nil)).Set("used = ?", true).Where("id = ?", id).Exec(ctx)
	return err
}

// lockLines keeps others from changing lines until the transaction ends, so that a token cannot be refreshed while it is ended. It
// returns the ids of all their tokens, the oldest first.
func (s store) lockLines(ctx context.Context, tx bun.Tx, lines [][]byte) ([]int64, error) {
	var ids []int64
	err := s.current(tx).Model((*tokenRow)(nil)).Column("id").Where("line IN (?)", bun.List(lines)).Order("id").Scan(ctx, &ids)
	return ids, err
}

// shorten forgets the oldest tokens of a line that has been refreshed very often: nobody fills the table by refreshing.
func (s store) shorten(ctx context.Context, tx bun.Tx, ids []int64) error {
	if len(ids) <= maxReplaced {
		return nil
	}
	_, err := tx.NewDelete().Model((*tokenRow)(nil)).Where("id IN (?)", bun.List(ids[:len(ids)-maxReplaced])).Where("replaced_at IS NOT NULL").Exec(ctx)
	return err
}

// ended is a token that is no more.
type ended struct {
	ID     int64     `bun:"id"`
	UserID int32     `bun:"user_id"`
	EndsAt time.Time `bun:"ends_at"`
}

// endLines removes lines, and returns the tokens that were not replaced.
func (s store) endLines(ctx context.Context, tx bun.Tx, lines [][]byte) ([]ended, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	if _, err := s.lockLines(ctx, tx, lines); err != nil {
		return nil, err
	}
	var gone []ended
	err := s.current(tx).Model((*tokenRow)(nil)).Column("id", "user_id", "ends_at").
		Where("line IN (?)", bun.List(lines)).Where("replaced_at IS NULL").Order("id").Scan(ctx, &gone)
	if err != nil {
		return nil, err
	}
	if len(gone) > 0 {
		ids := make([]int64, len(gone))
		for i, e := range gone {
			ids[i] = e.ID
		}
		if _, err := tx.NewDelete().Model((*challengeRow)(nil)).Where("token_id IN (?)", bun.List(ids)).Exec(ctx); err != nil {
			return nil, err
		}
	}
	_, err = tx.NewDelete().Model((*tokenRow)(nil)).Where("line IN (?)", bun.List(lines)).Exec(ctx)
	return gone, err
}

// lines returns the lines, at most limit, whose live token fits, the latest first, beginning after the first `skip`.
func (s store) lines(ctx context.Context, fits func(*bun.SelectQuery) *bun.SelectQuery, skip, limit int) ([][]byte, error) {
	var lines [][]byte
	q := s.Reader.NewSelect().Model((*tokenRow)(nil)).Column("line").Where("replaced_at IS NULL")
	err := fits(q).Order("id DESC").Offset(int64(skip)).Limit(int64(limit)).Scan(ctx, &lines)
	return lines, err
}

// codeRow is a row of oauth_codes.
type codeRow struct {
	bun.BaseModel `bun:"table:oauth_codes,alias:c"`

	Hash      []byte    `bun:"hash,pk"`
	ClientID  int64     `bun:"client_id"`
	UserID    int32     `bun:"user_id"`
	Serial    int32     `bun:"serial"`
	Redirect  string    `bun:"redirect"`
	Scopes    string    `bun:"scopes"`
	Challenge string    `bun:"challenge"`
	ExpiresAt time.Time `bun:"expires_at"`
	Line      []byte    `bun:"line,nullzero"` // what it was exchanged for
}

func (s store) code(ctx context.Context, hash []byte) (*codeRow, error) {
	var row codeRow
	err := s.NewSelect().Model(&row).Where("hash = ?", hash).Scan(ctx)
	return oneOf(&row, err)
}

// useCode notes what a code is exchanged for; false when it was exchanged before.
func (s store) useCode(ctx context.Context, tx bun.Tx, hash, line []byte) (bool, error) {
	result, err := tx.NewUpdate().Model((*codeRow)(nil)).Set("line = ?", line).Where("hash = ?", hash).Where("line IS NULL").Exec(ctx)
	return affected(result, err)
}

// affected reports whether a statement changed exactly what it was meant to.
func affected(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// dropCodes removes the codes that fit.
func (s store) dropCodes(ctx context.Context, fits func(*bun.DeleteQuery) *bun.DeleteQuery) error {
	_, err := fits(s.NewDelete().Model((*codeRow)(nil))).Exec(ctx)
	return err
}

// cleanBatch bounds the rows that are removed in one statement, and so how long others wait for it.
const cleanBatch = 500

// enrolmentFor is how long somebody has to confirm an authenticator.
const enrolmentFor = 24 * time.Hour

// clean removes what has expired.
func (s store) clean(ctx context.Context, at time.Time) error {
	if err := removeAll(ctx, s, (*tokenRow)(nil), "id", []int64{}, "ends_at <= ?", at); err != nil {
		return err
	}
	if err := removeAll(ctx, s, (*codeRow)(nil), "hash", [][]byte{}, "expires_at <= ?", at); err != nil {
		return err
	}
	if err := removeAll(ctx, s, (*challengeRow)(nil), "token_id", []int64{}, "expires_at <= ?", at); err != nil {
		return err
	}
	_, err := s.NewDelete().Model((*authenticatorRow)(nil)).Where("confirmed = ?", false).
		Where("created_at <= ?", at.Add(-enrolmentFor)).Exec(ctx)
	return err
}

// removeAll removes, a batch at a time, the rows of a table that fit.
func removeAll[K any](ctx context.Context, s store, model any, column string, keys []K, where string, at time.Time) error {
	for {
		keys = keys[:0]
		if err := s.Reader.NewSelect().Model(model).Column(column).Where(where, at).Limit(cleanBatch).Scan(ctx, &keys); err != nil {
			return err
		}
		if len(keys) == 0 {
			return nil
		}
		if _, err := s.NewDelete().Model(model).Where("? IN (?)", bun.Ident(column), bun.List(keys)).Where(where, at).Exec(ctx); err != nil {
			return err
		}
	}
}
