package press

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// The types of subjects, as the API names them.
const (
	onBeatmapset = "beatmapset"
	onBuild      = "build"
	onNews       = "news_post"
)

// bundling is a page of comments on its way to a client.
type bundling struct {
	page    comments.Page
	subject *comments.Subject // that was asked for
	parent  *int64
	sort    string
	counted bool
	userID  int32 // of whom comments were asked for
}

// bundle shows a page of comments to whoever asks: with users, what the comments are about, and where they go on.
func (a *Area) bundle(ctx context.Context, r *v2.Request, b bundling) (*resource.CommentBundle, error) {
	answer := &resource.CommentBundle{
		HasMore: b.page.More, HasMoreID: b.parent, UserVotes: append([]int64{}, b.page.Voted...), Users: []*resource.User{}, Sort: b.sort,
	}
	found, reason, err := a.writers(ctx, r.UserID(), b)
	if err != nil {
		return nil, err
	}
	show := func(list []comments.Comment) []resource.Comment {
		shown := make([]resource.Comment, len(list))
		for i := range list {
			c := &list[i]
			shown[i] = resource.NewComment(c, a.renderer.HTML(c.Text), found[c.UserID] != nil)
		}
		return shown
	}
	answer.Comments, answer.Included, answer.Pinned = show(b.page.Comments), show(b.page.Included), show(b.page.Pinned)
	if last := len(b.page.Comments) - 1; b.page.More && last >= 0 {
		answer.Cursor = cursorOf(&b.page.Comments[last])
	}
	if b.userID != 0 {
		answer.User = found[b.userID]
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		answer.Users = append(answer.Users, found[id])
	}
	if b.counted {
		answer.Total, answer.TopLevelCount = &b.page.Total, &b.page.TopLevel
	}
	answer.Meta, err = a.meta(ctx, reason, b)
	return answer, err
}

// commentCursor is where comments go on.
type commentCursor struct {
	CreatedAt  string `json:"created_at"`
	ID         int64  `json:"id"`
	VotesCount int32  `json:"votes_count"`
}

func cursorOf(c *comments.Comment) *json.RawMessage {
	return v2.CursorOf(commentCursor{c.CreatedAt.UTC().Format(time.RFC3339), c.ID, c.Votes}).Cursor
}

// writers loads who wrote, edited or deleted something of a page, and says why the one who looks cannot comment; nil when he can.
func (a *Area) writers(ctx context.Context, viewer int32, b bundling) (map[int32]*resource.User, *string, error) {
	concerned := map[int32]bool{b.userID: true}
	for _, c := range slices.Concat(b.page.Comments, b.page.Included, b.page.Pinned) {
		concerned[c.UserID], concerned[c.EditedBy], concerned[c.DeletedBy] = true, true, true
	}
	delete(concerned, 0)
	wanted := slices.Collect(maps.Keys(concerned))
	if viewer != 0 {
		wanted = append(wanted, viewer)
	}
	accounts, err := a.deps.People.Accounts(ctx, viewer, wanted)
	if err != nil {
		return nil, nil, err
	}
	found := make(map[int32]*resource.User, len(concerned))
	for id := range concerned {
		if account := accounts[id]; account != nil {
			found[id] = a.deps.People.User(account, viewer)
		}
	}
	return found, refusal(viewer, accounts[viewer]), nil
}

// refusal says why somebody cannot comment; nil when he can.
func refusal(viewer int32, account *resource.Account) *string {
	switch {
	case viewer == 0:
		return new("Please sign in to comment.")
	case account == nil || account.Restricted:
		return new("You can't comment while your account is restricted.")
	case account.Silenced(time.Now()) > 0:
		return new("You can't comment while you are silenced.")
	}
	return nil
}

// meta tells what comments are about, and ends with what stands for whatever is not there any more.
func (a *Area) meta(ctx context.Context, reason *string, b bundling) ([]resource.CommentableMeta, error) {
	var subjects []comments.Subject
	for _, c := range b.page.Comments {
		if !slices.Contains(subjects, c.Subject) {
			subjects = append(subjects, c.Subject)
		}
	}
	if b.subject != nil && !slices.Contains(subjects, *b.subject) {
		subjects = append(subjects, *b.subject)
	}
	about, err := a.subjects(ctx, subjects)
	if err != nil {
		return nil, err
	}
	var list []resource.CommentableMeta
	for _, s := range subjects {
		if m, ok := about[s]; ok {
			m.CurrentUserAttributes = &resource.CommentableAttributes{CanNewCommentReason: reason}
			list = append(list, m)
		}
	}
	return append(list, resource.CommentableMeta{Title: "Deleted Item"}), nil
}

// subjects describes those that are there.
func (a *Area) subjects(ctx context.Context, subjects []comments.Subject) (map[comments.Subject]resource.CommentableMeta, error) {
	about := make(map[comments.Subject]resource.CommentableMeta, len(subjects))
	var sets []int32
	for _, s := range subjects {
		if s.Type == onBeatmapset {
			sets = append(sets, int32(s.ID))
			continue
		}
		title, url, err := a.written(ctx, s)
		switch {
		case errors.Is(err, content.ErrNotFound):
		case err != nil:
			return nil, err
		default:
			about[s] = metaOf(s, title, url, resource.CommentableOwner{})
		}
	}
	if len(sets) == 0 || a.deps.Beatmaps == nil {
		return about, nil
	}
	found, err := a.deps.Beatmaps.Sets(ctx, sets)
	for i := range found {
		set := &found[i]
		s := comments.Subject{Type: onBeatmapset, ID: int64(set.ID)}
		owner := resource.CommentableOwner{OwnerID: &set.CreatorID, OwnerTitle: new("MAPPER")}
		about[s] = metaOf(s, set.Artist+" - "+set.Title, a.deps.Links.Beatmapset(set.ID), owner)
	}
	return about, err
}

// written returns title and address of a post or a build.
func (a *Area) written(ctx context.Context, s comments.Subject) (title, url string, err error) {
	switch {
	case a.deps.Content == nil:
		return "", "", content.ErrNotFound
	case s.Type == onNews:
		page, err := a.deps.Content.Post(ctx, "", s.ID)
		return page.Post.Title, a.deps.Links.News(page.Post.Slug), err
	case s.Type == onBuild:
		page, err := a.deps.Content.Build(ctx, "", "", s.ID)
		return page.Build.Stream.Title + " " + page.Build.Version, a.deps.Links.Changelog(&page.Build), err
	}
	return "", "", content.ErrNotFound
}

func metaOf(s comments.Subject, title, url string, owner resource.CommentableOwner) resource.CommentableMeta {
	return resource.CommentableMeta{ID: &s.ID, Type: &s.Type, Title: title, URL: &url, CommentableOwner: &owner, Locked: new(false)}
}
