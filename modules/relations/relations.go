// Package relations is the contract of the module that knows who befriended and who blocked whom.
//
// Both relations point one way and neither needs the other side to be online. A block ends a friendship with the same target;
// befriending somebody ends a block. The bot account is everybody's friend without a row: edges add it for clients that
// expect it in the list.
//
// A change is published on the state topic Topic as a Changed event. Every method is safe for concurrent use.
package relations

import (
	"context"

	"github.com/pure-peace/peace/modules/fault"
)

// Topic is the state topic on which Changed events are published.
const Topic = "relations.changed"

// The faults of this contract.
var (
	ErrYourself  = fault.New(fault.Invalid, "relations", "yourself", "you cannot do that with yourself")
	ErrNoTarget  = fault.New(fault.NotFound, "relations", "no_target", "no such user")
	ErrTooMany   = fault.New(fault.Exhausted, "relations", "too_many", "your list is full")
	ErrBadKind   = fault.New(fault.Invalid, "relations", "bad_kind", "unknown kind of relation")
	ErrTooLarge  = fault.New(fault.Invalid, "relations", "too_large", "too many users asked for at once")
	ErrProtected = fault.New(fault.Forbidden, "relations", "protected", "this user cannot be blocked")
)

// Kind is what a relation says.
type Kind int32

// The kinds, with their numbers on the wire and in the table.
const (
	KindUnspecified Kind = 0
	Friend          Kind = 1
	Block           Kind = 2
)

// MaxBatch bounds the others of one Between and the targets of one Counts, MaxInbound what Inbound returns.
const (
	MaxBatch   = 1000
	MaxInbound = 100_000
)

// Service keeps relations.
type Service interface {
	// Add makes userID befriend or block target; repeating it changes nothing, nor does befriending the bot. ErrYourself,
	// ErrNoTarget (also when there is no userID), ErrTooMany, ErrProtected (the bot cannot be blocked), ErrBadKind.
	Add(ctx context.Context, userID, target int32, kind Kind) error

	// Remove ends a relation; one that is not there is no error. ErrBadKind.
	Remove(ctx context.Context, userID, target int32, kind Kind) error

	// List returns all relations that the user made, by target id.
	List(ctx context.Context, userID int32) ([]Relation, error)

	// Inbound returns who made a relation of this kind towards the target, by user id: his followers, or those who block
	// him. At most MaxInbound. ErrBadKind.
	Inbound(ctx context.Context, target int32, kind Kind) ([]int32, error)

	// Counts returns how many made a relation of this kind towards each of the targets (at most MaxBatch, else ErrTooLarge), in
	// their order. ErrBadKind.
	Counts(ctx context.Context, targets []int32, kind Kind) ([]int32, error)

	// Between returns what the user has with each of the others and what they have with him, in the order asked for
	// (at most MaxBatch, else ErrTooLarge).
	Between(ctx context.Context, userID int32, others []int32) ([]Standing, error)
}

// Relation is one entry of a user's list.
type Relation struct {
	Target int32
	Kind   Kind
	Mutual bool // the target befriended the user as well (Friend only)
}

// Standing is what two users are to each other. Kinds are KindUnspecified where there is nothing.
type Standing struct {
	UserID  int32 // the other one
	Towards Kind  // what the user has with him
	From    Kind  // what he has with the user
}

// Changed is the event published on Topic after a list changed. When one kind takes the place of the other, the end of the
// old one is told first.
type Changed struct {
	UserID int32
	Target int32
	Kind   Kind
	Added  bool
}
