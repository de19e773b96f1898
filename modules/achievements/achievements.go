// Package achievements is the contract of the module that awards medals.
//
// What a medal is, is data; when it is earned, is a Go condition over a score. Both are registered when the local implementation
// is made, so that an embedder adds his own beside the standard set. It follows the log of scores: a medal is earned once, and
// lost again when the only score that earned it is removed.
package achievements

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu"
)

// MaxBatch bounds the users of one call.
const MaxBatch = 1000

// The faults of this contract.
var (
	ErrTooLarge = fault.New(fault.Invalid, "achievements", "too_large", "too much was asked for at once")
	// ErrPending says that the score has not been looked at yet.
	ErrPending = fault.New(fault.Unavailable, "achievements", "pending", "the score has not been looked at yet")
)

// Service awards medals. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Achievements returns every medal that there is, by id.
	Achievements(ctx context.Context) ([]Achievement, error)
	// Of returns the medals of the users, by user and time. ErrTooLarge.
	Of(ctx context.Context, userIDs []int32) ([]Award, error)
	// Earned returns the medals that a score earned, looking at it now if that has not been done. Seq is that of its log
	// entry. ErrPending.
	Earned(ctx context.Context, seq, scoreID int64) ([]Achievement, error)
}

// Achievement is a medal.
type Achievement struct {
	ID          int32
	File        string // name of its picture, without extension; its name for ever
	Name        string
	Description string
	Grouping    string       // Skill & Dedication, Hush-Hush, …
	Ruleset     *osu.Ruleset // nil for all
	Ordering    int32
}

// Award is a medal that a user has.
type Award struct {
	UserID        int32
	AchievementID int32
	ScoreID       int64
	At            time.Time
}
