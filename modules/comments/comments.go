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
	MaxText   = 1000 // characters
	MaxPage   = 100
	MaxOffset = 10_000
	MaxCount  = 100_000
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
//
// A comment that was deleted keeps its place, without its text for everybody but moderators. To others than moderators and
// himself, what a restricted player wrote looks deleted.
type Service interface {
	// Find returns a page of comments, and what the viewer voted for. With a ParentID, or without a Subject, their parents are
	// included; with a ParentID two levels of replies as well, as many as the page may have. ErrTooLarge, ErrNotFound (After).
	Find(ctx context.Context, query Query) (Page, error)
	// Get returns one comment, its parent, and two levels of replies, newest first. ErrNotFound.
	Get(ctx context.Context, id int64, viewerID int32) (Page, error)
	// Post keeps a comment; of it, Subject, ParentID, UserID and Text are looked at. A reply is about what its parent is about.
	// ErrBadComment, ErrBadSubject, ErrNotFound (its parent, also when it was deleted), ErrForbidden (silenced, restricted),
	// ErrFlood.
	Post(ctx context.Context, comment Comment) (Comment, error)
	// Edit changes the text of one's own comment, and Delete takes it away; moderators may do both to everybody's, Restore it and
	// Pin it: one without a parent, in the place of the one that was pinned. Doing it again changes nothing. What moderators do
	// to others' is in the audit trail. ErrNotFound, ErrForbidden, ErrBadComment.
	Edit(ctx context.Context, id int64, by int32, text string) (Comment, error)
	Delete(ctx context.Context, id int64, by int32) (Comment, error)
	Restore(ctx context.Context, id int64, by int32) (Comment, error)
	Pin(ctx context.Context, id int64, by int32, on bool) (Comment, error)
	// Vote adds a vote or takes it back; repeating it changes nothing. ErrNotFound (also when it was deleted), ErrOwn, ErrForbidden.
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
	Text      string // Markdown; "" to everybody but moderators when it was deleted
	Replies   int32
	Votes     int32
	Pinned    bool
	CreatedAt time.Time
	EditedAt  time.Time // zero when it was not
	EditedBy  int32
	DeletedAt time.Time
	DeletedBy int32 // for moderators only
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
	Offset   int   // for clients that number pages; at most MaxOffset
	Limit    int   // 1 to MaxPage
	ViewerID int32 // 0 for nobody
	Deleted  bool  // with those that were deleted
}

// Page is a part of the comments.
type Page struct {
	Comments []Comment
	Included []Comment // parents, and first replies
	Pinned   []Comment // of the subject
	Voted    []int64   // comments of this page that the viewer voted for
	More     bool
	Total    int // of the subject and user, at most MaxCount
	TopLevel int // of them without a parent
}
