package local

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/users"
)

// depth is how many levels of replies come with a comment (ppy/osu-web app/Libraries/CommentBundle.php).
const depth = 2

// repliesOfOne is how many replies of a level come with a single comment.
const repliesOfOne = 50

// Find implements comments.Service.
func (s *Service) Find(ctx context.Context, query comments.Query) (comments.Page, error) {
	switch {
	case query.Limit < 1 || query.Limit > comments.MaxPage, query.Offset < 0 || query.Offset > comments.MaxOffset,
		query.Order < comments.Newest || query.Order > comments.Top:
		return comments.Page{}, comments.ErrTooLarge
	}
	rows, err := s.store.list(ctx, &query)
	if err != nil {
		return comments.Page{}, err
	}
	found := bundle{deleted: query.Deleted, more: len(rows) > query.Limit}
	found.comments = rows[:min(len(rows), query.Limit)]
	if query.ParentID != nil || query.Subject == nil {
		if err := s.addParents(ctx, &found); err != nil {
			return comments.Page{}, err
		}
	}
	if query.ParentID != nil {
		if err := s.addReplies(ctx, &found, query.Order, query.Limit); err != nil {
			return comments.Page{}, err
		}
	}
	if query.Subject != nil {
		if found.pinned, err = s.store.pinned(ctx, *query.Subject); err != nil {
			return comments.Page{}, err
		}
	}
	page, err := s.show(ctx, &found, query.ViewerID)
	if err != nil {
		return comments.Page{}, err
	}
	// Everything about the subject is counted, whatever part of it this page is from.
	counted := query
	counted.ParentID, counted.Deleted = nil, query.Subject != nil
	if page.Total, err = s.store.count(ctx, counted); err != nil {
		return comments.Page{}, err
	}
	counted.ParentID = new(int64)
	page.TopLevel, err = s.store.count(ctx, counted)
	return page, err
}

// Get implements comments.Service.
func (s *Service) Get(ctx context.Context, id int64, viewerID int32) (comments.Page, error) {
	r, err := s.store.get(ctx, s.deps.DB.Reader, id, false)
	if err != nil {
		return comments.Page{}, err
	}
	found := bundle{comments: []row{r}, deleted: true}
	if err := s.addParents(ctx, &found); err != nil {
		return comments.Page{}, err
	}
	if err := s.addReplies(ctx, &found, comments.Newest, repliesOfOne); err != nil {
		return comments.Page{}, err
	}
	page, err := s.show(ctx, &found, viewerID)
	if err != nil {
		return comments.Page{}, err
	}
	subject := r.subject()
	about := comments.Query{Subject: &subject, Deleted: true}
	if page.Total, err = s.store.count(ctx, about); err != nil {
		return comments.Page{}, err
	}
	about.ParentID = new(int64)
	page.TopLevel, err = s.store.count(ctx, about)
	return page, err
}

// bundle is a page as the database has it.
type bundle struct {
	comments []row
	included []row
	pinned   []row
	deleted  bool // what was deleted is part of it
	more     bool
}

func ids(rows []row) []int64 {
	all := make([]int64, len(rows))
	for i := range rows {
		all[i] = rows[i].ID
	}
	return all
}

func (s *Service) addParents(ctx context.Context, b *bundle) error {
	var wanted []int64
	for _, r := range b.comments {
		if r.ParentID != 0 {
			wanted = append(wanted, r.ParentID)
		}
	}
	slices.Sort(wanted)
	parents, err := s.store.byID(ctx, slices.Compact(wanted))
	b.include(parents)
	return err
}

func (s *Service) addReplies(ctx context.Context, b *bundle, by comments.Order, limit int) error {
	level := ids(b.comments)
	for range depth {
		replies, err := s.store.replies(ctx, level, by, b.deleted, limit)
		if err != nil {
			return err
		}
		b.include(replies)
		level = ids(replies)
	}
	return nil
}

// include adds what is not there yet.
func (b *bundle) include(rows []row) {
	for _, r := range rows {
		same := func(other row) bool { return other.ID == r.ID }
		if !slices.ContainsFunc(b.comments, same) && !slices.ContainsFunc(b.included, same) {
			b.included = append(b.included, r)
		}
	}
}

// show makes a page of a bundle as a viewer may see it.
func (s *Service) show(ctx context.Context, b *bundle, viewerID int32) (comments.Page, error) {
	all := slices.Concat(b.comments, b.included, b.pinned)
	view, err := s.view(ctx, viewerID, all)
	if err != nil {
		return comments.Page{}, err
	}
	page := comments.Page{
		Comments: view.all(b.comments, b.deleted), Included: view.all(b.included, b.deleted), Pinned: view.all(b.pinned, false), More: b.more,
	}
	shown := slices.Sorted(slices.Values(ids(all)))
	page.Voted, err = s.store.voted(ctx, slices.Compact(shown), viewerID)
	return page, err
}

// view is what somebody may see.
type view struct {
	viewer actor
	hidden map[int32]bool // authors who are restricted
}

// view asks who looks, and which authors of the comments are restricted.
func (s *Service) view(ctx context.Context, viewerID int32, rows []row) (view, error) {
	v := view{viewer: actor{id: viewerID, moderator: viewerID == users.BotID}, hidden: map[int32]bool{}}
	wanted := []int32{}
	if viewerID > 0 {
		wanted = append(wanted, viewerID)
	}
	for _, r := range rows {
		wanted = append(wanted, r.UserID)
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	for some := range slices.Chunk(wanted, users.MaxBatch) {
		found, err := s.deps.Users.Get(ctx, some)
		if err != nil {
			return v, err
		}
		for _, u := range found {
			v.hidden[u.ID] = u.Restricted
			if u.ID == viewerID && u.ID != users.BotID {
				v.viewer = actorOf(u)
			}
		}
	}
	return v, nil
}

// all shows comments: those that look deleted only when that is asked for.
func (v view) all(rows []row, deleted bool) []comments.Comment {
	var list []comments.Comment
	for i := range rows {
		if c := v.comment(&rows[i]); deleted || c.DeletedAt.IsZero() {
			list = append(list, c)
		}
	}
	return list
}

// comment shows one comment.
func (v view) comment(r *row) comments.Comment {
	c := comments.Comment{
		ID: r.ID, Subject: r.subject(), ParentID: r.ParentID, UserID: r.UserID, Text: r.Said, Replies: r.Replies, Votes: r.Votes,
		Pinned: r.Pinned, CreatedAt: r.CreatedAt.UTC(), EditedBy: r.EditedBy, DeletedBy: r.DeletedBy,
	}
	if !r.EditedAt.IsZero() {
		c.EditedAt = r.EditedAt.UTC()
	}
	if !r.DeletedAt.IsZero() {
		c.DeletedAt = r.DeletedAt.UTC()
	}
	if v.viewer.moderator {
		return c
	}
	c.DeletedBy = 0
	if v.hidden[r.UserID] && r.UserID != v.viewer.id && c.DeletedAt.IsZero() {
		c.DeletedAt, c.Pinned = c.CreatedAt, false
	}
	if !c.DeletedAt.IsZero() {
		c.Text = ""
	}
	return c
}
