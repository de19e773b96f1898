package local

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

const (
	// minInfix is how much of a name must be known to find what stands within it.
	minInfix = 2
	// maxEnds bounds the ends of names that one search goes through: of what half of all players have in their names, not all
	// are found.
	maxEnds = 5000
)

// Search implements users.Accounts.
func (s *Service) Search(ctx context.Context, text string, offset, limit int) ([]users.User, int, error) {
	if offset < 0 || limit < 0 || offset > users.MaxFound || limit > users.MaxFound-offset {
		return nil, 0, users.ErrTooLarge
	}
	ids, err := s.search(ctx, strings.TrimSpace(text))
	if err != nil {
		return nil, 0, err
	}
	from := min(offset, len(ids))
	page, err := s.Get(ctx, ids[from:min(from+limit, len(ids))])
	return page, len(ids), err
}

// search returns all ids that Search pages through.
func (s *Service) search(ctx context.Context, text string) ([]int32, error) {
	if text == "" || len(text) > maxLookup {
		return nil, nil
	}
	if !isASCII(text) {
		found, err := s.find(ctx, []string{text})
		if err != nil || len(found) == 0 || found[0].Restricted {
			return nil, err
		}
		return []int32{found[0].ID}, nil
	}
	part := osu.SafeName(text)
	if len(part) > maxName || strings.ContainsFunc(part, notInSafeNames) {
		return nil, nil
	}
	ids, err := s.store.beginning(ctx, part)
	if err != nil || len(part) < minInfix || len(ids) == users.MaxFound {
		return ids, err
	}
	within, err := s.store.containing(ctx, part, users.MaxFound-len(ids))
	return append(ids, within...), err
}

func notInSafeNames(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-[]_", r)
}

// afterNames comes after every character of a safe name.
const afterNames = "~"

// beginning returns who has a name that begins with part, by name.
func (s store) beginning(ctx context.Context, part string) ([]int32, error) {
	var ids []int32
	err := s.Reader.NewSelect().Model((*account)(nil)).Column("id").
		Where("safe_name >= ?", part).Where("safe_name < ?", part+afterNames).Where("NOT restricted").
		Order("safe_name").Limit(users.MaxFound).Scan(ctx, &ids)
	return ids, err
}

// containing returns who has part within the name, but not at its beginning, by name.
func (s store) containing(ctx context.Context, part string, limit int) ([]int32, error) {
	ends := s.Reader.NewSelect().Table("user_name_ends").Column("user_id").
		Where("name_end >= ?", part).Where("name_end < ?", part+afterNames).Order("name_end").Limit(maxEnds)
	var ids []int32
	err := s.Reader.NewSelect().Model((*account)(nil)).Column("u.id").
		Where("u.id IN (SELECT e.user_id FROM (?) AS e)", ends). // MySQL has no limit in IN itself
		Where("NOT (u.safe_name >= ? AND u.safe_name < ?)", part, part+afterNames).Where("NOT u.restricted").
		Order("u.safe_name").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, err
}

// nameEnd is a row of user_name_ends.
type nameEnd struct {
	bun.BaseModel `bun:"table:user_name_ends"`

	UserID int32  `bun:"user_id,pk"`
	End    string `bun:"name_end,pk"`
}

// index makes an account be found by what is within its name, instead of what was.
func (s store) index(ctx context.Context, tx bun.Tx, a *account) error {
	if _, err := tx.NewDelete().Model((*nameEnd)(nil)).Where("user_id = ?", a.ID).Exec(ctx); err != nil {
		return err
	}
	rows := make([]nameEnd, 0, maxName)
	for at := 1; len(a.SafeName)-at >= minInfix; at++ {
		rows = append(rows, nameEnd{UserID: a.ID, End: a.SafeName[at:]})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}
