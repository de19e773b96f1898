// Package state is the contract of the one module that keeps everything which must outlive logic: sessions, rooms,
// subscriptions, queued messages, live boards. Every other module may be stopped, replaced or killed without a player
// noticing, because what it knew is here.
//
// The service has four small parts, and it stores bytes: what they mean belongs to the module that owns the space.
//
//   - Records are versioned values with tags and a time to live, kept in named spaces. Apply makes several changes at once
//     or none of them. Watch follows a space.
//   - Queues: every record has a mailbox. An item is appended to tags and reaches each record of the space that carries one
//     of them, once; the record's owner drains it, and may leave what it drained there until it has arrived. A mailbox lives
//     and dies with its record.
//   - Boards are sorted sets of members with a score, for ranks.
//   - Topics carry events to whoever is subscribed at that moment, at most once, in the order of each publisher.
//
// Scores, messages, relations and audit rows are SQL and do not belong here.
//
// Names (of spaces, keys, tags, boards and topics) are non-empty UTF-8. Every method is safe for concurrent use. Byte slices and strings passed in are not kept by the caller's reference after
// the call returns, and what is returned belongs to the caller. Limits are the Max constants; crossing one is ErrTooLarge.
package state

import (
	"context"
	"iter"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Limits that every engine enforces.
const (
	// MaxName bounds the bytes of a space, key, tag, board or topic name.
	MaxName = 128
	// MaxValue bounds the bytes of a record's value, an item or an event.
	MaxValue = 64 << 10
	// MaxTags bounds the tags of one record.
	MaxTags = 1024
	// MaxChanges bounds the changes of one Apply.
	MaxChanges = 256
	// MaxMailboxItems and MaxMailboxBytes bound one mailbox, items that were drained and kept included; when it is full the
	// oldest items go first and Mail.Lost counts them.
	MaxMailboxItems = 4096
	MaxMailboxBytes = 256 << 10
	// MaxPage bounds a page of List or Range, the keys of a Get or an Append and the receipts of an Acknowledge.
	MaxPage = 1000
	// MaxScores bounds the members of one SetScores, RemoveMembers or Positions.
	MaxScores = 10_000
)

// The faults of this contract.
var (
	// ErrNoRecord says that the record is not there: never made, deleted or expired.
	ErrNoRecord = fault.New(fault.NotFound, "state", "no_record", "no such record")
	// ErrConflict says that a record's version is not the one that the change was made for. Read it again and retry.
	ErrConflict = fault.New(fault.Conflict, "state", "conflict", "the record changed in between")
	// ErrTooLarge says that a name, a value or a list is over its limit.
	ErrTooLarge = fault.New(fault.Invalid, "state", "too_large", "a name, value or list is over its limit")
	// ErrInvalid says that a name is empty or not UTF-8, a number is out of its range or a score is not a number.
	ErrInvalid = fault.New(fault.Invalid, "state", "invalid", "a name or number is not acceptable")
	// ErrBadChange says that a Change does not have exactly one of its parts.
	ErrBadChange = fault.New(fault.Invalid, "state", "bad_change", "a change must have exactly one part")
	// ErrLagged ends a Watch or Subscribe whose consumer did not keep up. Start again from a fresh snapshot.
	ErrLagged = fault.New(fault.Exhausted, "state", "lagged", "the subscriber did not keep up")
	// ErrClosed says that this engine is being shut down.
	ErrClosed = fault.New(fault.Unavailable, "state", "closed", "state is shutting down")
)

// Service is all of state. Consumers should ask for the part that they use.
type Service interface {
	Records
	Queues
	Boards
	Topics
}

// Records keeps versioned values.
type Records interface {
	// Get returns the records of the given keys (at most MaxPage) that exist, in the order asked for.
	Get(ctx context.Context, space string, keys []string) ([]Record, error)

	// List returns the records of a space that carry tag ("" means all), ordered by key, beginning after the key `after`
	// ("" means the start), at most limit (1 to MaxPage).
	List(ctx context.Context, space, tag, after string, limit int) ([]Record, error)

	// Count returns, for each tag, how many records of the space carry it ("" counts all).
	Count(ctx context.Context, space string, tags []string) ([]int, error)

	// Apply makes all changes, in order, or none. The outcomes are in the order of the changes. ErrConflict when an
	// IfVersion does not hold. Get, List, Count and Watch see all of it or nothing; its items reach the mailboxes one after
	// another, so two drains of different mailboxes may see it half way.
	Apply(ctx context.Context, changes []Change) ([]Outcome, error)

	// Watch yields every record of the space (Event.Type EventPut), then one EventSynced, then each change as it happens.
	// Changes of one record arrive in order; a TTL that is merely renewed is no change. It ends by yielding an error: that
	// of ctx, ErrLagged, or a fault of kind Unavailable when state itself stops.
	Watch(ctx context.Context, space string) iter.Seq2[Event, error]
}

// Queues moves items through the mailboxes of records.
type Queues interface {
	// Append puts one item into the mailboxes it is addressed to and returns how many it reached. Items are in the same order
	// in every mailbox of a space.
	Append(ctx context.Context, append Append) (int, error)

	// Drain forgets what take acknowledges, returns the oldest items that remain in a record's mailbox, and renews the
	// record's time to live. When nothing remains it waits up to Take.Wait for the first item and renews the time to live
	// again when it returns; it does not keep a record alive whose time to live is shorter than the wait.
	//
	// With Take.Keep the items stay, and come again with every Drain until they are acknowledged, so they reach a consumer
	// that dies in between at least once. Otherwise they are removed and reach it at most once, and of several drains that
	// wait on one mailbox, one gets them: that is right for consumers who compete.
	//
	// ErrNoRecord when there is no such record or when it goes during the wait.
	Drain(ctx context.Context, space, key string, take Take) (Mail, error)

	// Acknowledge forgets items in many mailboxes of a space at once, at most MaxPage: those up to each receipt's ID have
	// arrived. Receipts of records that are not there are ignored. It renews no time to live, and doing it again changes
	// nothing.
	Acknowledge(ctx context.Context, space string, receipts []Receipt) error
}

// Boards are sorted sets: highest score first; among equal scores the smaller member first. Positions count from 1.
type Boards interface {
	// SetScores adds members or moves them.
	SetScores(ctx context.Context, board string, scores []Score) error

	// RemoveMembers takes members off the board; those that are not on it are ignored.
	RemoveMembers(ctx context.Context, board string, members []int64) error

	// Positions returns the position of each member, 0 for one that is not on the board.
	Positions(ctx context.Context, board string, members []int64) ([]int, error)

	// Range returns up to limit (1 to MaxPage) scores from position `from` (1 or more).
	Range(ctx context.Context, board string, from, limit int) ([]Score, error)

	// Size returns how many members the board has.
	Size(ctx context.Context, board string) (int, error)

	// DropBoard removes the whole board.
	DropBoard(ctx context.Context, board string) error
}

// Topics carry events at most once to whoever listens.
type Topics interface {
	// Publish sends the payload to the subscribers that the topic has now.
	Publish(ctx context.Context, topic string, payload []byte) error

	// Subscribe yields one Notice without a topic as soon as the subscription stands, then every payload published to one
	// of the topics (at most MaxTags). It ends like a Watch.
	Subscribe(ctx context.Context, topics []string) iter.Seq2[Notice, error]
}

// Record is a value with its tags.
type Record struct {
	Space   string
	Key     string
	Value   []byte
	Tags    []string      // sorted
	Version uint64        // grows with every change of the record, over all records: never reused
	TTL     time.Duration // how long it lives without a Drain or a change; 0 means for ever
}

// Change is one step of an Apply. Exactly one part is set.
type Change struct {
	Put     *Put
	Tag     *Tag
	Delete  *Delete
	Append  *Append
	Publish *Publish
}

// Put creates a record or replaces its value.
type Put struct {
	Space string
	Key   string
	Value []byte
	TTL   time.Duration // 0 means for ever

	// IfVersion makes the put conditional: 0 means that the record must not exist, another number that it must have that
	// version, nil that it does not matter.
	IfVersion *uint64

	// AddTags and RemoveTags change the record's tags; those it has otherwise stay. A tag in both is added.
	AddTags    []string
	RemoveTags []string
}

// Tag changes a record's tags, leaves its value alone and renews its time to live. Tags that are as they should be already
// are no change: the version stays. On a missing record it does nothing, with Outcome.Version 0. A tag in both lists is added.
type Tag struct {
	Space  string
	Key    string
	Add    []string
	Remove []string
}

// Delete removes a record with its mailbox. On a missing record it does nothing, with Outcome.Version 0; with an IfVersion other
// than 0 that is ErrConflict.
type Delete struct {
	Space     string
	Key       string
	IfVersion *uint64
}

// Append addresses one item to the mailboxes of a space.
type Append struct {
	Space      string
	Tags       []string // every record that carries one of these
	Keys       []string // and these records
	ExceptTags []string // but none that carries one of these
	ExceptKeys []string // nor these records
	Item       []byte

	// Durable makes Append or Apply return only when the item would survive the death of this module.
	Durable bool
}

// Publish is Topics.Publish as part of an Apply.
type Publish struct {
	Topic   string
	Payload []byte
}

// Outcome tells what a Change did.
type Outcome struct {
	Version uint64 // of the record, after Put, Tag or Delete
	Reached int    // mailboxes, after Append
}

// EventType says what happened to a watched record.
type EventType int32

// The event types, with their numbers on the wire.
const (
	EventUnspecified EventType = 0
	EventPut         EventType = 1 // made or changed: Record is complete
	EventDelete      EventType = 2 // deleted: Record is as it was, with a new Version
	EventExpire      EventType = 3 // its time to live ran out: like EventDelete
	EventSynced      EventType = 4 // the snapshot is complete; there is no Record
)

// Event is one step of a Watch.
type Event struct {
	Type   EventType
	Record Record
}

// Take says what a Drain does. The zero value removes and returns all that is there.
type Take struct {
	Acknowledge uint64        // items up to this ID have arrived: forget them first; 0 means none
	Keep        bool          // leave the items in the mailbox until they are acknowledged
	MaxBytes    int           // of the items' data, but at least one item is returned; 0 means MaxMailboxBytes
	Wait        time.Duration // how long to wait for the first item
}

// Receipt says that the items of a mailbox have arrived.
type Receipt struct {
	Key string // of the record
	ID  uint64 // of the last item that has arrived; all before it have, too
}

// Item is one entry of a mailbox. Items of one Append share their ID, which no other Append has: an encoder may cache by it.
// In a mailbox, and so in a Mail, IDs are above 0 and rise.
type Item struct {
	ID   uint64
	Data []byte
}

// Mail is what a Drain brings.
type Mail struct {
	Items []Item
	More  bool // the mailbox holds further items; a consumer that keeps gets them by acknowledging these

	// Lost counts the items that the full mailbox has dropped since the last Drain; for consumers that keep, since the one
	// whose items were acknowledged. A kept item that was dropped counts until the last item of its Mail is acknowledged.
	Lost int
}

// Score is a board's member with its score.
type Score struct {
	Member int64
	Value  float64
}

// Notice is an event on a topic.
type Notice struct {
	Topic   string // "" in the first one, which says that the subscription stands
	Payload []byte
}
