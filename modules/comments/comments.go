// Package comments is the contract of the module that keeps what people write below beatmapsets, changelog builds and news, with
// their votes. The scrolling comments of stable's song screen are another thing, and belong to beatmaps.
package comments

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Bounds of this contract.
const (
	MaxText = 1000 // characters
	MaxPage = 100
)

// The faults of this contract.
var (
	ErrNotFound   = fault.New(fault.NotFound, "comments", "not_found", "no such comment")
	ErrBadComment = fault.New(fault.Invalid, "comments", "bad_comment", "the comment is empty or too long")
	ErrBadSubject = fault.New(fault.Invalid, "comments", "bad_subject", "there is nothing to comment on")
	ErrForbidden  = fault.New(fault.Forbidden, "comments", "forbidden", "you may not do that")
	ErrFlood      = fault.New(fault.Exhausted, "comments", "flood", "you write too fast")
	ErrOwn        = fault.New(fault.Forbidden, "comments", "own", "you cannot vote for your own comment")
	ErrTooLarge   = fault.New(fault.Invalid, "comments", "too_large", "too much was asked for at once")
)

// Service keeps comments. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Find returns a page of comments, with the parents of replies and what the viewer voted for. ErrTooLarge.
	Find(ctx context.Context, query Query) (Page, error)
	// Get returns one comment with its replies' first page. ErrNotFound.
	Get(ctx context.Context, id int64, viewerID int32) (Page, error)
	// Post keeps a comment. ErrBadComment, ErrBadSubject, ErrNotFound (its parent), ErrForbidden (silenced, restricted), ErrFlood.
	Post(ctx context.Context, comment Comment) (Comment, error)
	// Edit changes the text of one's own comment, or a moderator's of anybody's; Delete and Restore likewise; Pin is for staff.
	// ErrNotFound, ErrForbidden, ErrBadComment.
	Edit(ctx context.Context, id int64, by int32, text string) (Comment, error)
	Delete(ctx context.Context, id int64, by int32) (Comment, error)
	Restore(ctx context.Context, id int64, by int32) (Comment, error)
	Pin(ctx context.Context, id int64, by int32, on bool) (Comment, error)
	// Vote adds a vote or takes it back; repeating it changes nothing. ErrNotFound, ErrOwn, ErrForbidden.
	Vote(ctx context.Context, id int64, userID int32, on bool) (Comment, error)
}

// Subject is what a comment is about.
type Subject struct {
	Type string // beatmapset, build or news_post
	ID   int64
}

// Comment is a comment.
type Comment struct {
	ID        int64
	Subject   Subject
	ParentID  int64 // 0 for none
	UserID    int32
	Text      string // Markdown; "" to everybody but staff when it was deleted
	Replies   int32
	Votes     int32
	Pinned    bool
	CreatedAt time.Time
	EditedAt  time.Time // zero when it was not
	EditedBy  int32
	DeletedAt time.Time
	DeletedBy int32
}

// Order of a page.
type Order int32

// The orders, with their numbers on the wire.
const (
	Newest Order = 0
	Oldest Order = 1
	Top    Order = 2
)

// Query asks for a page.
type Query struct {
	Subject  *Subject // nil for all
	ParentID *int64   // 0 for those without a parent; nil for all
	UserID   int32    // of this user; 0 for all
	Order    Order
	After    int64 // the last comment of the page before; 0 for the first page
	Offset   int   // for clients that number pages; at most 10,000
	Limit    int   // 1 to MaxPage
	ViewerID int32 // 0 for nobody
	Deleted  bool  // with deleted ones that have no replies
}

// Page is a part of the comments.
type Page struct {
	Comments []Comment
	Included []Comment // parents, and first replies
	Pinned   []Comment
	Voted    []int64 // comments of this page that the viewer voted for
	More     bool
	Total    int // of the subject
	TopLevel int // of them without a parent
}
