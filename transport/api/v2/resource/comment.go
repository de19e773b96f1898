package resource

import (
	"encoding/json"

	"github.com/pure-peace/peace/modules/comments"
)

// CommentBundle is a page of comments. Its lists of comments come before user_votes and users, whose setters in lazer go through
// them.
type CommentBundle struct {
	Comments      []Comment         `json:"comments"`
	HasMore       bool              `json:"has_more"`
	HasMoreID     *int64            `json:"has_more_id"`
	Included      []Comment         `json:"included_comments"`
	Pinned        []Comment         `json:"pinned_comments"`
	UserVotes     []int64           `json:"user_votes"`
	UserFollow    bool              `json:"user_follow"`
	Users         []*User           `json:"users"`
	Sort          string            `json:"sort"`
	Cursor        *json.RawMessage  `json:"cursor"`
	User          *User             `json:"user,omitempty"`
	TopLevelCount *int              `json:"top_level_count,omitempty"`
	Total         *int              `json:"total,omitempty"`
	Meta          []CommentableMeta `json:"commentable_meta"`
}

// Comment is one comment. The text of one that was deleted is absent.
type Comment struct {
	ID              int64   `json:"id"`
	ParentID        *int64  `json:"parent_id"`
	UserID          *int32  `json:"user_id"`
	Pinned          bool    `json:"pinned"`
	RepliesCount    int32   `json:"replies_count"`
	VotesCount      int32   `json:"votes_count"`
	CommentableType string  `json:"commentable_type"`
	CommentableID   int64   `json:"commentable_id"`
	LegacyName      *string `json:"legacy_name"`
	CreatedAt       Time    `json:"created_at"`
	UpdatedAt       *Time   `json:"updated_at"`
	DeletedAt       *Time   `json:"deleted_at"`
	EditedAt        *Time   `json:"edited_at"`
	EditedByID      *int32  `json:"edited_by_id"`
	DeletedByID     *int32  `json:"deleted_by_id,omitempty"`
	Message         *string `json:"message,omitempty"`
	MessageHTML     *string `json:"message_html,omitempty"`
}

// CommentableMeta is what comments are about. What is not there any more has a title only.
type CommentableMeta struct {
	CurrentUserAttributes *CommentableAttributes `json:"current_user_attributes,omitempty"`
	ID                    *int64                 `json:"id,omitempty"`
	Type                  *string                `json:"type,omitempty"`
	Title                 string                 `json:"title"`
	URL                   *string                `json:"url,omitempty"`
	*CommentableOwner
	Locked *bool `json:"locked,omitempty"`
}

// CommentableOwner is whose a thing is that is commented on.
type CommentableOwner struct {
	OwnerID    *int32  `json:"owner_id"`
	OwnerTitle *string `json:"owner_title"`
}

// CommentableAttributes is what the one who looks may do. With a reason, lazer's editor is closed.
type CommentableAttributes struct {
	CanNewCommentReason *string `json:"can_new_comment_reason"`
}

// deletedUser stands for a name that is not shown.
const deletedUser = "deleted user"

// NewComment shows a comment with its text as HTML. Without a user whom the answer has, its author is no more than a name: lazer
// fails on an id that it finds no user of.
func NewComment(c *comments.Comment, html string, known bool) Comment {
	shown := Comment{
		ID: c.ID, Pinned: c.Pinned, RepliesCount: c.Replies, VotesCount: c.Votes, CommentableType: c.Subject.Type, CommentableID: c.Subject.ID,
		CreatedAt: At(c.CreatedAt), UpdatedAt: Maybe(c.CreatedAt), DeletedAt: Maybe(c.DeletedAt), EditedAt: Maybe(c.EditedAt),
	}
	if c.ParentID != 0 {
		shown.ParentID = &c.ParentID
	}
	if known {
		shown.UserID = &c.UserID
	} else {
		shown.LegacyName = new(deletedUser)
	}
	if c.EditedBy != 0 {
		shown.EditedByID, shown.UpdatedAt = &c.EditedBy, Maybe(c.EditedAt)
	}
	if c.DeletedBy != 0 {
		shown.DeletedByID = &c.DeletedBy
	}
	if c.Text != "" {
		shown.Message, shown.MessageHTML = &c.Text, &html
	}
	return shown
}
