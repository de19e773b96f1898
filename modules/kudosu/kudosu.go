// Package kudosu is the contract of the module that keeps what players were given for helping others: a ledger that staff writes.
//
// Nothing can be had for it; it is shown on profiles and ranked.
package kudosu

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Bounds of this contract.
const (
	MaxBatch  = 1000
	MaxPage   = 100
	MaxOffset = 10_000
	MaxAmount = 1000
	MaxReason = 300 // characters
)

// The faults of this contract.
var (
	ErrNoUser    = fault.New(fault.NotFound, "kudosu", "no_user", "no such user")
	ErrBadGift   = fault.New(fault.Invalid, "kudosu", "bad_gift", "the amount or the reason is not acceptable")
	ErrForbidden = fault.New(fault.Forbidden, "kudosu", "forbidden", "you may not do that")
	ErrTooLarge  = fault.New(fault.Invalid, "kudosu", "too_large", "too much was asked for at once")
)

// Service keeps the ledger. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Give gives a player kudosu or, with a negative amount, takes it away, on behalf of staff; nobody can give to himself, and
	// nobody can have less than nothing. Of the entry, UserID, By, Amount (at most MaxAmount either way, not 0) and Reason are
	// looked at. It is in the audit trail of users. ErrNoUser, ErrBadGift, ErrForbidden.
	Give(ctx context.Context, entry Entry) (Entry, error)
	// History returns what a player was given, latest first. ErrTooLarge.
	History(ctx context.Context, userID int32, offset, limit int) ([]Entry, error)
	// Totals returns how much players (at most MaxBatch) have, in the order asked for. ErrTooLarge.
	Totals(ctx context.Context, userIDs []int32) ([]Total, error)
	// Ranking returns the players who have any, most first, restricted ones too. ErrTooLarge.
	Ranking(ctx context.Context, offset, limit int) ([]Total, error)
}

// Entry is a line of the ledger.
type Entry struct {
	ID     int64
	At     time.Time
	UserID int32
	By     int32
	Amount int32
	Reason string // of one line; what the player did
}

// Total is how much a player has.
type Total struct {
	UserID int32
	Amount int32
}
