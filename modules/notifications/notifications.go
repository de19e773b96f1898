// Package notifications is the contract of the module that tells players what happened to them while they looked elsewhere: a
// medal, most of all.
//
// It follows the log of scores for medals; other modules and staff tell it of more. A notification is kept until its player has
// read it (and some weeks longer), and is put into the outboxes of all his sessions as a Notified event.
package notifications

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// MaxPage bounds a page and the ids of one call; MaxDetails the bytes of details.
const (
	MaxPage    = 100
	MaxDetails = 4 << 10
)

// Medal is the name of a notification of a medal, as lazer knows it.
const Medal = "user_achievement_unlock"

// The faults of this contract.
var (
	ErrBadNotification = fault.New(fault.Invalid, "notifications", "bad_notification", "the notification's name, object or details are not acceptable")
	ErrTooLarge        = fault.New(fault.Invalid, "notifications", "too_large", "too much was asked for at once")
)

// Service keeps notifications. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Notify tells users (at most 1000) of something; one who was told the same (by Key) already is not told again.
	// ErrBadNotification, ErrTooLarge.
	Notify(ctx context.Context, userIDs []int32, notification Notification) error
	// List returns a user's notifications with an id below before (0 for the newest), newest first. ErrTooLarge.
	List(ctx context.Context, userID int32, before int64, limit int, unread bool) ([]Notification, error)
	// MarkRead marks some of a user's notifications (at most MaxPage ids; none means all up to the one named through) as read.
	MarkRead(ctx context.Context, userID int32, ids []int64, through int64) error
}

// Notification is one thing that happened.
type Notification struct {
	ID         int64
	UserID     int32
	Name       string // in snake case, as osu-web names it
	Key        string // tells it from others of the same name; at most 64 bytes
	ObjectType string
	ObjectID   int64
	SourceID   int32  // the user who did it; 0 for the server
	Details    []byte // a JSON object
	At         time.Time
	Read       bool
}

// Notified is the event in the outboxes of the user's sessions.
type Notified struct{ Notification Notification }
