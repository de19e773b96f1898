package local

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/relations"
)

// store is the SQL of this module over the table relations.
type store struct{ *database.DB }

type row struct {
	bun.BaseModel `bun:"table:relations,alias:r"`

	UserID    int32          `bun:"user_id,pk"`
	Target    int32          `bun:"target,pk"`
	Kind      relations.Kind `bun:"kind"`
	CreatedAt time.Time      `bun:"created_at"`
}

// add makes the relation and returns the kind of the one that was there.
func (s store) add(ctx context.Context, userID, target int32, kind relations.Kind, limit int, at time.Time) (relations.Kind, error) {
	var before relations.Kind
	err := s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		before = relations.KindUnspecified
		if err := s.lock(ctx, tx, userID, target); err != nil {
			return err
		}
		err := tx.NewSelect().Model((*row)(nil)).Column("kind").Where("user_id = ?", userID).Where("target = ?", target).
			Scan(ctx, &before)
		switch {
		case err == nil && before == kind:
			return nil
		case err == nil:
			_, err := tx.NewUpdate().Model((*row)(nil)).Set("kind = ?", kind).Set("created_at = ?", at).
				Where("user_id = ?", userID).Where("target = ?", target).Exec(ctx)
			return err
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		n, err := tx.NewSelect().Model((*row)(nil)).Where("user_id = ?", userID).Count(ctx)
		if err != nil {
			return err
		}
		if n >= int64(limit) {
			return relations.ErrTooMany
		}
		_, err = tx.NewInsert().Model(&row{UserID: userID, Target: target, Kind: kind, CreatedAt: at}).Exec(ctx)
		return err
	})
	return before, err
}

// lock makes sure that both accounts exist, and stands in for a lock on the user's list, which may have no row yet: without
// it two additions at once could both see room for the last one. Both rows are taken in the order of ids because the foreign
// keys will want them anyway: two users who befriend each other do not wait for each other.
func (s store) lock(ctx context.Context, tx bun.Tx, userID, target int32) error {
	var ids []int32
	q := tx.NewSelect().Table("users").Column("id").Where("id IN (?)", bun.List([]int32{userID, target})).Order("id")
	if s.Locks() {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx, &ids); err != nil {
		return err
	}
	if len(ids) != 2 {
		return relations.ErrNoTarget
	}
	return nil
}

func (s store) remove(ctx context.Context, userID, target int32, kind relations.Kind) (bool, error) {
	result, err := s.NewDelete().Model((*row)(nil)).
		Where("user_id = ?", userID).Where("target = ?", target).Where("kind = ?", kind).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func (s store) list(ctx context.Context, userID int32) ([]relations.Relation, error) {
	var list []relations.Relation
	err := s.Reader.NewSelect().TableExpr("relations AS r").
		Join("LEFT JOIN relations AS b ON b.user_id = r.target AND b.target = r.user_id AND b.kind = ?", relations.Friend).
		ColumnExpr("r.target, r.kind, (r.kind = ? AND b.kind IS NOT NULL) AS mutual", relations.Friend).
		Where("r.user_id = ?", userID).Order("r.target").Scan(ctx, &list)
	return list, err
}

func (s store) inbound(ctx context.Context, target int32, kind relations.Kind) ([]int32, error) {
	var ids []int32
	err := s.Reader.NewSelect().Model((*row)(nil)).Column("user_id").
		Where("target = ?", target).Where("kind = ?", kind).Order("user_id").Limit(relations.MaxInbound).Scan(ctx, &ids)
	return ids, err
}

// counts returns how many relations of a kind there are towards each of the targets that has any.
func (s store) counts(ctx context.Context, targets []int32, kind relations.Kind) (map[int32]int32, error) {
	var rows []struct {
		Target int32
		Number int32
	}
	err := s.Reader.NewSelect().Table("relations").ColumnExpr("target, COUNT(*) AS number").
		Where("target IN (?)", bun.List(targets)).Where("kind = ?", kind).Group("target").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	counts := make(map[int32]int32, len(rows))
	for _, r := range rows {
		counts[r.Target] = r.Number
	}
	return counts, nil
}

// between returns what the user has with each of the others, and each of them with him.
func (s store) between(ctx context.Context, userID int32, others []int32) (towards, from map[int32]relations.Kind, err error) {
	var rows []row
	err = s.Reader.NewSelect().Model(&rows).Column("user_id", "target", "kind").
		Where("user_id = ?", userID).Where("target IN (?)", bun.List(others)).Scan(ctx)
	if err != nil {
		return nil, nil, err
	}
	towards = make(map[int32]relations.Kind, len(rows))
	for _, r := range rows {
		towards[r.Target] = r.Kind
	}
	rows = nil
	err = s.Reader.NewSelect().Model(&rows).Column("user_id", "target", "kind").
		Where("target = ?", userID).Where("user_id IN (?)", bun.List(others)).Scan(ctx)
	if err != nil {
		return nil, nil, err
	}
	from = make(map[int32]relations.Kind, len(rows))
	for _, r := range rows {
		from[r.UserID] = r.Kind
	}
	return towards, from, nil
}
