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

// MaxPage bounds a page and the ids of one call, MaxUsers those who are told at once, MaxDetails the bytes of details.
const (
	MaxPage    = 100
	MaxUsers   = 1000
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
	// Notify tells users (at most MaxUsers) of something; one who was told the same (by Name and Key) already is not told again.
	// ID, UserID and Read of the notification are set here, and so is At when it is zero. ErrBadNotification, ErrTooLarge.
	Notify(ctx context.Context, userIDs []int32, notification Notification) error
	// List returns a user's notifications with an id below before (0 for the newest), newest first, at most limit (1 to
	// MaxPage), and how many unread ones he has. ErrTooLarge.
	List(ctx context.Context, userID int32, before int64, limit int, unread bool) ([]Notification, int, error)
	// MarkRead marks some of a user's notifications as read; those that are not there or not his are ignored. His sessions get
	// Seen. ErrTooLarge for more than MaxPage ids.
	MarkRead(ctx context.Context, userID int32, which Which) error
}

// Which says what notifications are meant: those with the Ids, or else all that fit the other parts, of which zero fits anything.
type Which struct {
	IDs        []int64
	Through    int64 // up to this id
	Name       string
	ObjectType string
	ObjectID   int64
}

// Notification is one thing that happened.
type Notification struct {
	ID         int64
	UserID     int32
	Name       string // in snake case, as osu-web names it (ppy/osu-web app/Models/Notification.php); at most 64 bytes
	Key        string // tells it from others of the same name; at most 64 bytes
	ObjectType string // likewise
	ObjectID   int64
	SourceID   int32  // the user who did it; 0 for the server
	Details    []byte // a JSON object
	At         time.Time
	Read       bool
}

// The events in the outboxes of the user's sessions.
type (
	// Notified tells him of something. It may get lost; List does not.
	Notified struct{ Notification Notification }

	// Seen tells that he has read notifications, perhaps with another client; at most MaxPage of them in one event.
	Seen struct {
		UserID int32
		IDs    []int64
	}
)
