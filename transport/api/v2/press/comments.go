package press

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pure-peace/peace/modules/comments"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

const (
	commentsPage = 50       // comments of a page (ppy/osu-web app/Libraries/CommentBundleParams.php)
	maxForm      = 64 << 10 // bytes of a form
)

var (
	errNoComment = v2.NotFound("comment")
	errNoSubject = v2.Refuse(http.StatusUnprocessableEntity, "invalid commentable specified")
)

// sorts are the orders, by their names in the API.
var sorts = map[string]comments.Order{"new": comments.Newest, "old": comments.Oldest, "top": comments.Top}

// comments answers GET comments.
func (a *Area) comments(ctx context.Context, r *v2.Request) (any, error) {
	query := comments.Query{ViewerID: r.UserID()}
	sort := r.Text("sort")
	if _, known := sorts[sort]; !known {
		sort = "new"
	}
	query.Order = sorts[sort]
	var err error
	if query.Limit, err = r.Number("limit", commentsPage, 1, comments.MaxPage); err != nil {
		return nil, err
	}
	number, err := r.Number("page", 1, 1, comments.MaxOffset)
	if err != nil {
		return nil, err
	}
	query.Offset = (number - 1) * query.Limit
	if query.ParentID, err = optional(r, "parent_id"); err != nil {
		return nil, err
	}
	if query.UserID, err = a.commentator(ctx, r); err != nil {
		return nil, err
	}
	if query.Subject, err = a.subjectOf(ctx, r); err != nil {
		return nil, err
	}
	query.Deleted = query.Subject != nil
	var at commentCursor
	if _, err := r.Cursor(&at); err != nil {
		return nil, err
	}
	after, err := optional(r, "after")
	if err != nil {
		return nil, err
	}
	if query.After = at.ID; after != nil {
		query.After = *after
	}
	if query.After != 0 {
		query.Offset = 0
	}
	b := bundling{
		subject: query.Subject, parent: query.ParentID, sort: sort, counted: query.ParentID == nil || *query.ParentID == 0, userID: query.UserID,
	}
	if a.deps.Comments != nil && query.Offset <= comments.MaxOffset {
		if b.page, err = a.deps.Comments.Find(ctx, query); err != nil {
			return nil, refused(err)
		}
	}
	return a.bundle(ctx, r, b)
}

// optional reads a number that is not negative; nil when there is none.
func optional(r *v2.Request, name string) (*int64, error) {
	text := r.Text(name)
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, v2.Refuse(http.StatusUnprocessableEntity, name+" must be a number")
	}
	return &n, nil
}

// commentator reads whose comments are wanted; 0 for everybody's.
func (a *Area) commentator(ctx context.Context, r *v2.Request) (int32, error) {
	text := r.Text("user_id")
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil || id <= 0 {
		return 0, v2.NotFound("user")
	}
	found, err := a.deps.People.Accounts(ctx, r.UserID(), []int32{int32(id)})
	if err == nil && found[int32(id)] == nil {
		err = v2.NotFound("user")
	}
	return int32(id), err
}

// subjectOf reads what comments are wanted about; nil for everything.
func (a *Area) subjectOf(ctx context.Context, r *v2.Request) (*comments.Subject, error) {
	kind, id := r.Text("commentable_type"), r.Text("commentable_id")
	if kind == "" || id == "" {
		return nil, nil
	}
	s, ok := subject(kind, id)
	if !ok {
		return nil, errNoSubject
	}
	about, err := a.subjects(ctx, []comments.Subject{s})
	if err != nil {
		return nil, err
	}
	if _, there := about[s]; !there {
		return nil, v2.NotFound(kind)
	}
	return &s, nil
}

// subject reads a type and an id. When it posts, lazer leaves out the underscore.
func subject(kind, id string) (comments.Subject, bool) {
	n, err := strconv.ParseInt(id, 10, 32)
	if kind == "newspost" {
		kind = onNews
	}
	known := kind == onBeatmapset || kind == onBuild || kind == onNews
	return comments.Subject{Type: kind, ID: n}, err == nil && n > 0 && known
}

// comment answers GET comments/{comment}.
func (a *Area) comment(ctx context.Context, r *v2.Request) (any, error) {
	id, err := r.LongID("comment")
	if err != nil {
		return nil, err
	}
	return a.show(ctx, r, id, true)
}

// show answers with one comment: with replies, or just with its parent as after something was done to it.
func (a *Area) show(ctx context.Context, r *v2.Request, id int64, nested bool) (any, error) {
	if a.deps.Comments == nil {
		return nil, errNoComment
	}
	found, err := a.deps.Comments.Get(ctx, id, r.UserID())
	if err != nil {
		return nil, refused(err)
	}
	b := bundling{page: found, sort: "new", counted: !nested}
	if len(found.Comments) > 0 {
		b.subject = &found.Comments[0].Subject
	}
	if nested {
		b.parent = &id
	} else if len(found.Comments) > 0 {
		parents := found.Included[:0]
		for _, c := range found.Included {
			if c.ID == found.Comments[0].ParentID {
				parents = append(parents, c)
			}
		}
		b.page.Included = parents
	}
	return a.bundle(ctx, r, b)
}

// refused returns the answer to a fault of comments.
func refused(err error) error {
	switch {
	case errors.Is(err, comments.ErrNotFound):
		return errNoComment
	case errors.Is(err, comments.ErrBadSubject):
		return errNoSubject
	}
	return err
}

// postComment answers POST comments.
func (a *Area) postComment(ctx context.Context, r *v2.Request) (any, error) {
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	c := comments.Comment{UserID: r.UserID(), Text: form.Get("comment[message]")}
	if text := form.Get("comment[parent_id]"); text != "" {
		if c.ParentID, err = strconv.ParseInt(text, 10, 64); err != nil || c.ParentID < 0 {
			return nil, errNoComment
		}
	}
	if c.ParentID == 0 {
		var ok bool
		if c.Subject, ok = subject(form.Get("comment[commentable_type]"), form.Get("comment[commentable_id]")); !ok {
			return nil, errNoSubject
		}
	}
	if a.deps.Comments == nil {
		return nil, errNoSubject
	}
	kept, err := a.deps.Comments.Post(ctx, c)
	if err != nil {
		return nil, refused(err)
	}
	return a.show(ctx, r, kept.ID, false)
}

// editComment answers PUT comments/{comment}.
func (a *Area) editComment(ctx context.Context, r *v2.Request) (any, error) {
	var form url.Values
	return a.change(ctx, r, func(id int64) (err error) {
		if form, err = r.Form(maxForm); err != nil {
			return err
		}
		_, err = a.deps.Comments.Edit(ctx, id, r.UserID(), form.Get("comment[message]"))
		return err
	})
}

// deleteComment answers DELETE comments/{comment}.
func (a *Area) deleteComment(ctx context.Context, r *v2.Request) (any, error) {
	return a.change(ctx, r, func(id int64) error {
		_, err := a.deps.Comments.Delete(ctx, id, r.UserID())
		return err
	})
}

// restoreComment answers POST comments/{comment}/restore.
func (a *Area) restoreComment(ctx context.Context, r *v2.Request) (any, error) {
	return a.change(ctx, r, func(id int64) error {
		_, err := a.deps.Comments.Restore(ctx, id, r.UserID())
		return err
	})
}

// pin answers POST and DELETE comments/{comment}/pin.
func (a *Area) pin(on bool) v2.Endpoint {
	return func(ctx context.Context, r *v2.Request) (any, error) {
		return a.change(ctx, r, func(id int64) error {
			_, err := a.deps.Comments.Pin(ctx, id, r.UserID(), on)
			return err
		})
	}
}

// vote answers POST and DELETE comments/{comment}/vote.
func (a *Area) vote(on bool) v2.Endpoint {
	return func(ctx context.Context, r *v2.Request) (any, error) {
		return a.change(ctx, r, func(id int64) error {
			_, err := a.deps.Comments.Vote(ctx, id, r.UserID(), on)
			return err
		})
	}
}

// change does something to the comment of the path and shows it.
func (a *Area) change(ctx context.Context, r *v2.Request, what func(id int64) error) (any, error) {
	id, err := r.LongID("comment")
	if err != nil {
		return nil, err
	}
	if a.deps.Comments == nil {
		return nil, errNoComment
	}
	if err := what(id); err != nil {
		return nil, refused(err)
	}
	return a.show(ctx, r, id, false)
}
