package local

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/database"
)

// store is the SQL of this module over the tables comments and comment_votes.
type store struct{ *database.DB }

type row struct {
	bun.BaseModel `bun:"table:comments,alias:c"`

	ID          int64        `bun:"id,pk,autoincrement"`
	SubjectType string       `bun:"subject_type"`
	SubjectID   int64        `bun:"subject_id"`
	ParentID    int64        `bun:"parent_id"`
	UserID      int32        `bun:"user_id"`
	Said        string       `bun:"said"`
	Replies     int32        `bun:"replies"`
	Votes       int32        `bun:"votes"`
	Pinned      bool         `bun:"pinned"`
	CreatedAt   time.Time    `bun:"created_at"`
	EditedAt    bun.NullTime `bun:"edited_at"`
	EditedBy    int32        `bun:"edited_by"`
	DeletedAt   bun.NullTime `bun:"deleted_at"`
	DeletedBy   int32        `bun:"deleted_by"`
}

type voteRow struct {
	bun.BaseModel `bun:"table:comment_votes,alias:v"`

	CommentID int64 `bun:"comment_id,pk"`
	UserID    int32 `bun:"user_id,pk"`
}

func (r *row) subject() comments.Subject {
	return comments.Subject{Type: r.SubjectType, ID: r.SubjectID}
}

// get returns a comment; to change it, locked until the transaction ends.
func (s store) get(ctx context.Context, db bun.IDB, id int64, lock bool) (row, error) {
	var r row
	q := db.NewSelect().Model(&r).Where("id = ?", id)
	if lock && s.Locks() {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, comments.ErrNotFound
	}
	return r, err
}

func (s store) byID(ctx context.Context, ids []int64) ([]row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []row
	err := s.Reader.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx)
	return rows, err
}

// narrow applies what a query asks for, its order and place aside.
func narrow(q *bun.SelectQuery, query *comments.Query) *bun.SelectQuery {
	if query.Subject != nil {
		q = q.Where("subject_type = ?", query.Subject.Type).Where("subject_id = ?", query.Subject.ID)
	}
	if query.ParentID != nil {
		q = q.Where("parent_id = ?", *query.ParentID)
	}
	if query.UserID != 0 {
		q = q.Where("user_id = ?", query.UserID)
	}
	if !query.Deleted {
		q = q.Where("deleted_at IS NULL")
	}
	return q
}

// order sorts. Ids grow with time, so they stand for it; the bound on them or the votes keeps a list of everything on an index.
func order(q *bun.SelectQuery, by comments.Order) *bun.SelectQuery {
	switch by {
	case comments.Oldest:
		return q.Where("id > 0").Order("id")
	case comments.Top:
		return q.Where("votes >= 0").Order("votes DESC", "id DESC")
	default:
		return q.Where("id < ?", math.MaxInt64).Order("id DESC")
	}
}

// list returns comments of a query, one more than its limit when there are more.
func (s store) list(ctx context.Context, query *comments.Query) ([]row, error) {
	var rows []row
	q := order(narrow(s.Reader.NewSelect().Model(&rows), query), query.Order)
	if query.After != 0 {
		last, err := s.get(ctx, s.Reader, query.After, false)
		if err != nil {
			return nil, err
		}
		switch query.Order {
		case comments.Oldest:
			q = q.Where("id > ?", last.ID)
		case comments.Top:
			q = q.Where("(votes < ? OR votes = ? AND id < ?)", last.Votes, last.Votes, last.ID)
		default:
			q = q.Where("id < ?", last.ID)
		}
	}
	err := q.Offset(int64(query.Offset)).Limit(int64(query.Limit) + 1).Scan(ctx)
	return rows, err
}

// replies returns replies to any of the comments.
func (s store) replies(ctx context.Context, ids []int64, by comments.Order, deleted bool, limit int) ([]row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []row
	q := s.Reader.NewSelect().Model(&rows).Where("parent_id IN (?)", bun.List(ids))
	if !deleted {
		q = q.Where("deleted_at IS NULL")
	}
	err := order(q, by).Limit(int64(limit)).Scan(ctx)
	return rows, err
}

func (s store) pinned(ctx context.Context, subject comments.Subject) ([]row, error) {
	var rows []row
	err := s.Reader.NewSelect().Model(&rows).Where("subject_type = ?", subject.Type).Where("subject_id = ?", subject.ID).
		Where("pinned = ?", true).Order("id DESC").Limit(comments.MaxPage).Scan(ctx)
	return rows, err
}

// count counts the comments of a query, as far as anybody wants to know.
func (s store) count(ctx context.Context, query comments.Query) (int, error) {
	some := narrow(s.Reader.NewSelect().Model((*row)(nil)).ColumnExpr("1 AS one").Where("id > 0"), &query).Limit(comments.MaxCount)
	var n int
	err := s.Reader.NewSelect().TableExpr("(?) AS ?", some, bun.Ident("counted")).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}

// voted returns which of the comments a user voted for.
func (s store) voted(ctx context.Context, ids []int64, userID int32) ([]int64, error) {
	if userID == 0 || len(ids) == 0 {
		return nil, nil
	}
	var found []int64
	err := s.Reader.NewSelect().Model((*voteRow)(nil)).Column("comment_id").Where("comment_id IN (?)", bun.List(ids)).
		Where("user_id = ?", userID).Order("comment_id").Scan(ctx, &found)
	return found, err
}

// writtenSince reports whether a user wrote n comments since a time.
func (s store) writtenSince(ctx context.Context, tx bun.Tx, userID int32, n int, since time.Time) (bool, error) {
	var times []time.Time
	err := tx.NewSelect().Model((*row)(nil)).Column("created_at").Where("user_id = ?", userID).
		Order("id DESC").Offset(int64(n-1)).Limit(1).Scan(ctx, &times)
	return len(times) == 1 && times[0].After(since), err
}

// vote adds or takes back a vote for a comment that is locked.
func (s store) vote(ctx context.Context, tx bun.Tx, r *row, userID int32, on bool) error {
	vote := voteRow{CommentID: r.ID, UserID: userID}
	had, err := tx.NewSelect().Model(&vote).WherePK().Exists(ctx)
	if err != nil || had == on {
		return err
	}
	if on {
		r.Votes++
		_, err = tx.NewInsert().Model(&vote).Exec(ctx)
	} else {
		r.Votes--
		_, err = tx.NewDelete().Model(&vote).WherePK().Exec(ctx)
	}
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model(r).Column("votes").WherePK().Exec(ctx)
	return err
}
