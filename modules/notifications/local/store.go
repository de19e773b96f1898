package local

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/notifications"
)

// store is the SQL of this module over the table notifications.
type store struct{ *database.DB }

type row struct {
	bun.BaseModel `bun:"table:notifications,alias:n"`

	ID         int64     `bun:"id,pk,autoincrement"`
	UserID     int32     `bun:"user_id"`
	Name       string    `bun:"name"`
	Key        string    `bun:"note_key"`
	ObjectType string    `bun:"object_type"`
	ObjectID   int64     `bun:"object_id"`
	SourceID   int32     `bun:"source_id"`
	Details    string    `bun:"details"`
	CreatedAt  time.Time `bun:"created_at"`
	IsRead     bool      `bun:"is_read"`
}

func rowOf(n notifications.Notification) row {
	details := string(n.Details)
	if details == "" {
		details = "{}"
	}
	return row{
		UserID: n.UserID, Name: n.Name, Key: n.Key, ObjectType: n.ObjectType, ObjectID: n.ObjectID, SourceID: n.SourceID,
		Details: details, CreatedAt: n.At.UTC().Truncate(time.Microsecond),
	}
}

func notificationsOf(rows []row) []notifications.Notification {
	var all []notifications.Notification
	for _, r := range rows {
		all = append(all, notifications.Notification{
			ID: r.ID, UserID: r.UserID, Name: r.Name, Key: r.Key, ObjectType: r.ObjectType, ObjectID: r.ObjectID, SourceID: r.SourceID,
			Details: []byte(r.Details), At: r.CreatedAt.UTC(), Read: r.IsRead,
		})
	}
	return all
}

// insertAtOnce bounds the rows of one insert: engines bound what a statement holds.
const insertAtOnce = 100

// add stores those of the rows that are new, and returns them with their numbers. Of two who add the same at once, both may
// return it.
func (s store) add(ctx context.Context, tx bun.Tx, rows []row) ([]notifications.Notification, error) {
	var added []notifications.Notification
	for some := range slices.Chunk(rows, insertAtOnce) {
		known, err := stored(ctx, tx, some)
		if err != nil {
			return nil, err
		}
		fresh := slices.DeleteFunc(slices.Clone(some), func(r row) bool { return slices.ContainsFunc(known, r.same) })
		if len(fresh) == 0 {
			continue
		}
		insert := tx.NewInsert().Model(&fresh)
		if _, err := (database.Upsert{Key: []string{"user_id", "name", "note_key"}}).On(insert).Exec(ctx); err != nil {
			return nil, err
		}
		if known, err = stored(ctx, tx, fresh); err != nil {
			return nil, err
		}
		added = append(added, notificationsOf(known)...)
	}
	return added, nil
}

func (r row) same(other row) bool {
	return r.UserID == other.UserID && r.Name == other.Name && r.Key == other.Key
}

// stored returns those of the rows that are there, by their numbers.
func stored(ctx context.Context, tx bun.Tx, rows []row) ([]row, error) {
	var found []row
	err := tx.NewSelect().Model(&found).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		for _, r := range rows {
			q = q.WhereOr("n.user_id = ? AND n.name = ? AND n.note_key = ?", r.UserID, r.Name, r.Key)
		}
		return q
	}).Order("n.id").Scan(ctx)
	return found, err
}

// list returns notifications of a user, newest first.
func (s store) list(ctx context.Context, userID int32, before int64, limit int, unread bool) ([]notifications.Notification, error) {
	var found []row
	q := s.Reader.NewSelect().Model(&found).Where("n.user_id = ?", userID)
	if before > 0 {
		q = q.Where("n.id < ?", before)
	}
	if unread {
		q = q.Where("n.is_read = ?", false)
	}
	if err := q.Order("n.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, err
	}
	return notificationsOf(found), nil
}

func (s store) unread(ctx context.Context, userID int32) (int, error) {
	n, err := s.Reader.NewSelect().Model((*row)(nil)).Where("n.user_id = ?", userID).Where("n.is_read = ?", false).Count(ctx)
	return int(n), err
}

// read marks some of the unread notifications that are meant, at most notifications.MaxPage, and returns their numbers.
func (s store) read(ctx context.Context, userID int32, which notifications.Which) ([]int64, error) {
	q := s.NewSelect().Model((*row)(nil)).Column("n.id").Where("n.user_id = ?", userID).Where("n.is_read = ?", false)
	if len(which.IDs) > 0 {
		q = q.Where("n.id IN (?)", bun.List(which.IDs))
	} else {
		if which.Through > 0 {
			q = q.Where("n.id <= ?", which.Through)
		}
		if which.Name != "" {
			q = q.Where("n.name = ?", which.Name)
		}
		if which.ObjectType != "" {
			q = q.Where("n.object_type = ?", which.ObjectType)
		}
		if which.ObjectID != 0 {
			q = q.Where("n.object_id = ?", which.ObjectID)
		}
	}
	var ids []int64
	if err := q.Order("n.id").Limit(notifications.MaxPage).Scan(ctx, &ids); err != nil || len(ids) == 0 {
		return nil, err
	}
	_, err := s.NewUpdate().Model((*row)(nil)).Set("is_read = ?", true).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return ids, err
}

// deleteBefore deletes some notifications that are older, the read ones or all, and returns how many it did.
func (s store) deleteBefore(ctx context.Context, limit time.Time, readOnly bool, n int) (int, error) {
	q := s.Reader.NewSelect().Model((*row)(nil)).Column("n.id").Where("n.created_at < ?", limit)
	if readOnly {
		q = q.Where("n.is_read = ?", true)
	}
	var ids []int64
	if err := q.Order("n.created_at").Limit(int64(n)).Scan(ctx, &ids); err != nil || len(ids) == 0 {
		return 0, err
	}
	_, err := s.NewDelete().Model((*row)(nil)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return len(ids), err
}
