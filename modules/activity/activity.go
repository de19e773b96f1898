// Package activity is the contract of the module that remembers what players achieved and did lately, for their profiles and the
// server's feed: ranks on beatmaps and their loss, medals, new names, the fate of beatmaps.
//
// It follows the log of scores and the events of users and beatmaps. Events are forgotten after some months.
package activity

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu"
)

// Bounds of this contract.
const (
	MaxPage   = 100
	MaxOffset = 10_000
)

// ErrTooLarge says that a page is over its bounds.
var ErrTooLarge = fault.New(fault.Invalid, "activity", "too_large", "too much was asked for at once")

// Service keeps events. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Of returns events of a user, newest first; of a restricted one as well, so whether the caller may see them is for him to
	// know. ErrTooLarge.
	Of(ctx context.Context, userID int32, offset, limit int) ([]Event, error)
	// Feed returns events of everybody who is not restricted with ids after (0 for none) or, descending, below it. ErrTooLarge.
	Feed(ctx context.Context, after int64, descending bool, limit int) ([]Event, error)
}

// Kind of an event.
type Kind int32

// The kinds, with their numbers on the wire.
const (
	Rank          Kind = 1 // reached a rank on a beatmap
	RankLost      Kind = 2 // lost the first place
	Medal         Kind = 3
	Renamed       Kind = 4
	BeatmapPlayed Kind = 5 // a beatmap was played so many times
	SetUploaded   Kind = 6
	SetUpdated    Kind = 7
	SetApproved   Kind = 8 // or ranked, qualified, loved
	SetRevived    Kind = 9
	SetDeleted    Kind = 10
)

// Event is one thing. Fields that its kind does not need are zero.
type Event struct {
	ID        int64
	At        time.Time
	Kind      Kind
	UserID    int32  // the author of a beatmap where the event is about one; 0 when he has no account here
	Name      string // of the user, then
	OldName   string
	BeatmapID int32
	SetID     int32
	Title     string // "Artist - Title [Difficulty]" of the beatmap, "Artist - Title" of the set
	Ruleset   osu.Ruleset
	Grade     osu.Grade
	Rank      int32
	Count     int32
	Status    osu.Status
	MedalID   int32
	Medal     string // its name
	MedalFile string
}
