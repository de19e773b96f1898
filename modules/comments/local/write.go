package local

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/users"
)

// now is the time as every database stores it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Post implements comments.Service.
func (s *Service) Post(ctx context.Context, c comments.Comment) (comments.Comment, error) {
	text, err := readText(c.Text)
	if err != nil {
		return comments.Comment{}, err
	}
	who, err := s.actor(ctx, c.UserID)
	if err != nil {
		return comments.Comment{}, err
	}
	if err := who.mayWrite(); err != nil {
		return comments.Comment{}, err
	}
	if c.ParentID != 0 {
		parent, err := s.store.get(ctx, s.deps.DB.Reader, c.ParentID, false)
		if err != nil {
			return comments.Comment{}, err
		}
		c.Subject = parent.subject()
	}
	if err := s.exists(ctx, c.Subject); err != nil {
		return comments.Comment{}, err
	}
	r := row{
		SubjectType: c.Subject.Type, SubjectID: c.Subject.ID, ParentID: c.ParentID, UserID: c.UserID, Said: text, CreatedAt: now(),
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		r.ID = 0
		return s.add(ctx, tx, &r)
	})
	if err != nil {
		return comments.Comment{}, err
	}
	return view{viewer: who}.comment(&r), nil
}

// add writes a comment, and counts it to its parent.
func (s *Service) add(ctx context.Context, tx bun.Tx, r *row) error {
	flood := s.config.Flood
	full, err := s.store.writtenSince(ctx, tx, r.UserID, flood.Comments, r.CreatedAt.Add(-flood.Within))
	switch {
	case err != nil:
		return err
	case full:
		return comments.ErrFlood
	}
	if r.ParentID != 0 {
		parent, err := s.store.get(ctx, tx, r.ParentID, true)
		if err != nil {
			return err
		}
		if !parent.DeletedAt.IsZero() {
			return comments.ErrNotFound
		}
		parent.Replies++
		if _, err := tx.NewUpdate().Model(&parent).Column("replies").WherePK().Exec(ctx); err != nil {
			return err
		}
	}
	_, err = tx.NewInsert().Model(r).Exec(ctx)
	return err
}

// Edit implements comments.Service.
func (s *Service) Edit(ctx context.Context, id int64, by int32, text string) (comments.Comment, error) {
	text, err := readText(text)
	if err != nil {
		return comments.Comment{}, err
	}
	return s.change(ctx, id, by, deed{action: "comment_edit", own: true}, func(r *row, who actor) ([]string, error) {
		switch {
		case !r.DeletedAt.IsZero() && !who.moderator:
			return nil, comments.ErrForbidden
		case r.Said == text:
			return nil, nil
		}
		r.Said, r.EditedAt, r.EditedBy = text, bun.NullTime{Time: now()}, by
		return []string{"said", "edited_at", "edited_by"}, nil
	})
}

// Delete implements comments.Service.
func (s *Service) Delete(ctx context.Context, id int64, by int32) (comments.Comment, error) {
	return s.change(ctx, id, by, deed{action: "comment_delete", own: true}, func(r *row, _ actor) ([]string, error) {
		if !r.DeletedAt.IsZero() {
			return nil, nil
		}
		r.DeletedAt, r.DeletedBy, r.Pinned = bun.NullTime{Time: now()}, by, false
		return []string{"deleted_at", "deleted_by", "pinned"}, nil
	})
}

// Restore implements comments.Service.
func (s *Service) Restore(ctx context.Context, id int64, by int32) (comments.Comment, error) {
	return s.change(ctx, id, by, deed{action: "comment_restore"}, func(r *row, _ actor) ([]string, error) {
		if r.DeletedAt.IsZero() {
			return nil, nil
		}
		r.DeletedAt, r.DeletedBy = bun.NullTime{}, 0
		return []string{"deleted_at", "deleted_by"}, nil
	})
}

// Pin implements comments.Service.
func (s *Service) Pin(ctx context.Context, id int64, by int32, on bool) (comments.Comment, error) {
	d := deed{action: "comment_unpin"}
	if on {
		d = deed{action: "comment_pin", alone: true}
	}
	return s.change(ctx, id, by, d, func(r *row, _ actor) ([]string, error) {
		switch {
		case r.Pinned == on:
			return nil, nil
		case r.ParentID != 0 || !r.DeletedAt.IsZero():
			return nil, comments.ErrForbidden.WithMessage("only comments that are no replies are pinned")
		}
		r.Pinned = on
		return []string{"pinned"}, nil
	})
}

// deed is what is done to a comment.
type deed struct {
	action string // in the audit trail
	own    bool   // its author may do it
	alone  bool   // no other comment of the subject is pinned afterwards
}

// change does something to a comment. what changes the row and returns the columns: none when it is as it should be.
func (s *Service) change(
	ctx context.Context, id int64, by int32, d deed, what func(*row, actor) ([]string, error),
) (comments.Comment, error) {
	who, err := s.actor(ctx, by)
	if err != nil {
		return comments.Comment{}, err
	}
	r, err := s.store.get(ctx, s.deps.DB.Reader, id, false)
	if err != nil {
		return comments.Comment{}, err
	}
	if !who.moderator {
		if !d.own || by != r.UserID {
			return comments.Comment{}, comments.ErrForbidden
		}
		if err := who.mayWrite(); err != nil {
			return comments.Comment{}, err
		}
	}
	columns, err := what(&r, who)
	switch {
	case err != nil:
		return comments.Comment{}, err
	case len(columns) == 0:
		return s.one(ctx, &r, by)
	}
	// First the audit trail: a row too many says more than one too few. It may be in the same database, whose one writer a
	// transaction would keep from it.
	if by != r.UserID {
		if err := s.audit(ctx, &r, by, d); err != nil {
			return comments.Comment{}, err
		}
	}
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if r, err = s.store.get(ctx, tx, id, true); err != nil {
			return err
		}
		if columns, err = what(&r, who); err != nil || len(columns) == 0 {
			return err
		}
		if d.alone {
			_, err := tx.NewUpdate().Model((*row)(nil)).Set("pinned = ?", false).Where("subject_type = ?", r.SubjectType).
				Where("subject_id = ?", r.SubjectID).Where("pinned = ?", true).Exec(ctx)
			if err != nil {
				return err
			}
		}
		_, err = tx.NewUpdate().Model(&r).Column(columns...).WherePK().Exec(ctx)
		return err
	})
	if err != nil {
		return comments.Comment{}, err
	}
	return s.one(ctx, &r, by)
}

func (s *Service) audit(ctx context.Context, r *row, by int32, d deed) error {
	return s.deps.Users.Record(ctx, users.AuditEntry{
		ActorID: by, TargetID: r.UserID, Action: d.action,
		Details: map[string]string{
			"comment": strconv.FormatInt(r.ID, 10), "subject": r.SubjectType + " " + strconv.FormatInt(r.SubjectID, 10),
		},
	})
}

// Vote implements comments.Service.
func (s *Service) Vote(ctx context.Context, id int64, userID int32, on bool) (comments.Comment, error) {
	who, err := s.actor(ctx, userID)
	if err != nil {
		return comments.Comment{}, err
	}
	if err := who.mayWrite(); err != nil {
		return comments.Comment{}, err
	}
	var r row
	err = s.deps.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if r, err = s.store.get(ctx, tx, id, true); err != nil {
			return err
		}
		switch {
		case !r.DeletedAt.IsZero():
			return comments.ErrNotFound
		case r.UserID == userID:
			return comments.ErrOwn
		}
		return s.store.vote(ctx, tx, &r, userID, on)
	})
	if err != nil {
		return comments.Comment{}, err
	}
	return s.one(ctx, &r, userID)
}

// one shows a comment to somebody.
func (s *Service) one(ctx context.Context, r *row, viewerID int32) (comments.Comment, error) {
	v, err := s.view(ctx, viewerID, []row{*r})
	if err != nil {
		return comments.Comment{}, err
	}
	return v.comment(r), nil
}
