// Package moderation is the contract of the module that gathers what looks wrong about plays, and what players complain of, for
// staff to judge.
//
// It never punishes: it follows the log of scores, looks at what clients told and at replays, and keeps findings. Each has a
// weight; staff sees the heaviest players and scores first, and decides. What staff decides can be undone, and all of it is in
// the audit trail of users.
package moderation

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Bounds of this contract.
const (
	MaxPage   = 100
	MaxDetail = 2000 // bytes
	MaxText   = 2000 // characters of a complaint
)

// The faults of this contract.
var (
	ErrNotFound   = fault.New(fault.NotFound, "moderation", "not_found", "no such finding")
	ErrBadFinding = fault.New(fault.Invalid, "moderation", "bad_finding", "the finding's kind, weight or detail is not acceptable")
	ErrTooLarge   = fault.New(fault.Invalid, "moderation", "too_large", "too much was asked for at once")
	ErrForbidden  = fault.New(fault.Forbidden, "moderation", "forbidden", "you may not do that")

	ErrBadComplaint = fault.New(fault.Invalid, "moderation", "bad_complaint", "the report's reason or text is not acceptable")
	ErrOwn          = fault.New(fault.Invalid, "moderation", "own", "you cannot report yourself")
	ErrFlood        = fault.New(fault.Exhausted, "moderation", "flood", "you report too much at once")
)

// Service keeps findings. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Report keeps a finding of an edge or a module. The same kind about the same user and score is one finding, seen again.
	// ErrBadFinding.
	Report(ctx context.Context, finding Finding) (Finding, error)
	// Findings returns findings, heaviest first, then latest. ErrTooLarge.
	Findings(ctx context.Context, query Query) ([]Finding, error)
	// Suspects returns the players with open findings, by the sum of their weights. ErrTooLarge.
	Suspects(ctx context.Context, offset, limit int) ([]Suspect, error)
	// Review gives a verdict on findings, on behalf of a moderator; VerdictOpen takes an earlier one back. ErrNotFound,
	// ErrForbidden.
	Review(ctx context.Context, ids []int64, by int32, verdict Verdict, note string) ([]Finding, error)
	// Inspect looks at a score again now, and returns what is found about it. ErrNotFound.
	Inspect(ctx context.Context, scoreID int64) ([]Finding, error)

	// Complain keeps what a player reports about another one. All complaints about somebody for the same kind of thing are one
	// finding, reported_KIND, that is seen again with each. Who complains of the same thing again replaces what he said.
	// ErrBadComplaint, ErrOwn, ErrFlood, ErrForbidden (the complainant is restricted or there is no such user).
	Complain(ctx context.Context, complaint Complaint) (Complaint, error)
	// Complaints returns what was said about a user (0 for everybody), latest first. ErrTooLarge.
	Complaints(ctx context.Context, userID int32, offset, limit int) ([]Complaint, error)
}

// Verdict is what staff thinks of a finding.
type Verdict int32

// The verdicts, with their numbers on the wire.
const (
	VerdictOpen      Verdict = 0
	VerdictHarmless  Verdict = 1
	VerdictConfirmed Verdict = 2
)

// Finding is something that an honest player's client would not do.
type Finding struct {
	ID         int64
	Kind       string // lower_snake_case: checksum, client_hash, replay_missing, replay_counts, replay_copied, …
	UserID     int32
	ScoreID    int64 // 0 when it is about the user only
	OtherUser  int32 // with whom something is shared; 0 for nobody
	Weight     int32 // 1 (weak hint) to 100 (certain)
	Detail     string
	Seen       int32
	FirstAt    time.Time
	LastAt     time.Time
	Verdict    Verdict
	ReviewedBy int32
	ReviewedAt time.Time
	Note       string
}

// Query chooses findings; a zero field chooses any.
type Query struct {
	UserID  int32
	ScoreID int64
	Kind    string
	Closed  bool // those with a verdict too
	Offset  int
	Limit   int // 1 to MaxPage
}

// Suspect is a player with open findings.
type Suspect struct {
	UserID   int32
	Weight   int32
	Findings int32
	LastAt   time.Time
}

// Complaint is what a player says about another one.
type Complaint struct {
	ID        int64
	At        time.Time
	By        int32  // the complainant
	UserID    int32  // whom it is about: the author of what Kind and SubjectID name
	Kind      string // user, comment, message, score, beatmapset
	SubjectID int64  // of the comment, message, score or set; the user's for user
	Reason    string // Cheating, MultipleAccounts, InappropriateChat, UnwantedContent, Insults, Spam, Nonsense or Other
	Text      string
	Quote     string // what was reported, as it was then; at most MaxText characters are kept
}
