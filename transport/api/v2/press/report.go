package press

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/moderation"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

// report answers POST reports with nothing.
func (a *Area) report(ctx context.Context, r *v2.Request) (any, error) {
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	c, err := a.complaint(ctx, r.UserID(), form)
	if err != nil {
		return nil, err
	}
	if a.deps.Moderation == nil {
		return nil, v2.Refuse(http.StatusServiceUnavailable, "This server takes no reports.")
	}
	_, err = a.deps.Moderation.Complain(ctx, c)
	return nil, err
}

// complaint reads a form and finds whom it is about.
func (a *Area) complaint(ctx context.Context, by int32, form url.Values) (moderation.Complaint, error) {
	id, err := strconv.ParseInt(form.Get("reportable_id"), 10, 64)
	kind := form.Get("reportable_type")
	if err != nil || id <= 0 {
		return moderation.Complaint{}, v2.NotFound("reportable")
	}
	c := moderation.Complaint{By: by, Kind: kind, SubjectID: id, Reason: form.Get("reason"), Text: form.Get("comments")}
	switch kind {
	case "user":
		err = a.aboutUser(ctx, &c)
	case "comment":
		err = a.aboutComment(ctx, &c)
	case "message":
		err = a.aboutMessage(ctx, &c)
	case "score", "solo_score":
		c.Kind = "score"
		err = a.aboutScore(ctx, &c)
	default:
		err = v2.NotFound("reportable")
	}
	return c, err
}

func (a *Area) aboutUser(ctx context.Context, c *moderation.Complaint) error {
	if c.SubjectID > 1<<31-1 {
		return v2.NotFound("user")
	}
	c.UserID = int32(c.SubjectID)
	found, err := a.deps.People.Accounts(ctx, c.By, []int32{c.UserID})
	if err != nil {
		return err
	}
	account := found[c.UserID]
	if account == nil {
		return v2.NotFound("user")
	}
	c.Quote = account.Name
	return nil
}

func (a *Area) aboutComment(ctx context.Context, c *moderation.Complaint) error {
	if a.deps.Comments == nil {
		return errNoComment
	}
	found, err := a.deps.Comments.Get(ctx, c.SubjectID, c.By)
	switch {
	case errors.Is(err, comments.ErrNotFound):
		return errNoComment
	case err != nil:
		return err
	case len(found.Comments) == 0 || !found.Comments[0].DeletedAt.IsZero():
		return errNoComment
	}
	c.UserID, c.Quote = found.Comments[0].UserID, found.Comments[0].Text
	return nil
}

// aboutMessage finds a message where the complainant can read it: in a channel or conversation that he is in.
func (a *Area) aboutMessage(ctx context.Context, c *moderation.Complaint) error {
	if a.deps.Chat == nil {
		return v2.NotFound("message")
	}
	found, err := a.deps.Chat.Updates(ctx, c.By, c.SubjectID-1, 1)
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].ID != c.SubjectID {
		return v2.NotFound("message")
	}
	c.UserID, c.Quote = found[0].SenderID, found[0].Text
	return nil
}

func (a *Area) aboutScore(ctx context.Context, c *moderation.Complaint) error {
	if a.deps.Scores == nil {
		return v2.NotFound("score")
	}
	found, err := a.deps.Scores.Scores(ctx, []int64{c.SubjectID})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return v2.NotFound("score")
	}
	c.UserID = found[0].UserID
	return nil
}
