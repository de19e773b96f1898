// Package rankings is the contract of the module that counts for players: their statistics in each ruleset and variant, their
// ranks, and the history of both.
//
// It follows the log of scores, and takes back whatever is removed there. Live ranks are boards of the state module, and can be
// rebuilt from the statistics at any time. When a player's statistics change, all his sessions that show them are told.
package rankings

import (
	"context"
	"iter"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu"
)

// Bounds of this contract.
const (
	MaxBatch    = 1000
	MaxPage     = 100
	HistoryDays = 90
)

// The faults of this contract.
var (
	ErrTooLarge = fault.New(fault.Invalid, "rankings", "too_large", "too much was asked for at once")
	ErrBadBoard = fault.New(fault.Invalid, "rankings", "bad_board", "there is no such ranking")
	// ErrPending says that a score's effect is not known yet.
	ErrPending = fault.New(fault.Unavailable, "rankings", "pending", "the score has not been counted yet")
	ErrNoScore = fault.New(fault.NotFound, "rankings", "no_score", "no such score was counted")
)

// Service counts. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Statistics returns what is counted of the users (at most MaxBatch), one for each id in their order; those who have not
	// played have zeros. ErrTooLarge, ErrBadBoard.
	Statistics(ctx context.Context, userIDs []int32, board Board) ([]Statistics, error)
	// Ranking returns a page of a ranking. ErrTooLarge, ErrBadBoard.
	Ranking(ctx context.Context, listing Listing) (Page, error)
	// Countries ranks countries by the performance of their players. ErrTooLarge, ErrBadBoard.
	Countries(ctx context.Context, board Board, offset, limit int) ([]Country, error)
	// Effect returns what a score changed for its player, counting it now if that has not been done. Seq is that of its log
	// entry. The ranks in it are those before and after the score was counted, which other scores may have been at the same
	// time; ranks in the country are not told. What a score changed is forgotten after some days. ErrPending, ErrNoScore.
	Effect(ctx context.Context, seq, scoreID int64) (Effect, error)
	// History returns how a user came along. ErrBadBoard.
	History(ctx context.Context, userID int32, board Board) (History, error)
	// RanksAgo returns the global ranks that the users (at most MaxBatch) had some days ago (1 to HistoryDays-1), in their order; 0
	// where there was none, or it is not known any more. ErrTooLarge, ErrBadBoard.
	RanksAgo(ctx context.Context, userIDs []int32, board Board, days int) ([]int32, error)
	// MostPlayed returns the beatmaps that a user played most, in any ruleset and variant, and how many he has played at all; plays
	// that were not passed count, too. By plays, then the latest beatmap first. ErrTooLarge.
	MostPlayed(ctx context.Context, userID int32, offset, limit int) ([]Playcount, int, error)
	// Playcounts returns how often a user played each of the beatmaps (at most MaxBatch), in their order. ErrTooLarge.
	Playcounts(ctx context.Context, userID int32, beatmapIDs []int32) ([]int32, error)
	// Viewed counts that somebody watched a replay of the user.
	Viewed(ctx context.Context, userID int32, board Board) error
	// Rebuild counts everything anew from the log, and then puts the result into force at once. It yields its progress.
	Rebuild(ctx context.Context) iter.Seq2[Progress, error]
}

// Board is a ruleset and variant: what statistics are kept by.
type Board struct {
	Ruleset osu.Ruleset
	Variant osu.Variant
}

// BoardOf returns the board that a session shows.
func BoardOf(status sessions.Status) Board {
	return Board{Ruleset: status.Ruleset, Variant: status.Mods.Variant(status.Ruleset)}
}

// Stats returns the figures that a session shows.
func (s Statistics) Stats() sessions.Stats {
	return sessions.Stats{
		RankedScore: s.RankedScore, TotalScore: s.TotalScore, Accuracy: float32(s.Accuracy), Playcount: s.Playcount,
		Rank: s.GlobalRank, Performance: float32(s.PP),
	}
}

// Statistics are the figures of a user.
type Statistics struct {
	UserID         int32
	Board          Board
	Country        string
	PP             float64
	Accuracy       float64 // 0 to 1, weighted as pp
	RankedScore    int64
	TotalScore     int64
	Playcount      int32
	PlayTime       time.Duration
	Hits           int64
	Count300       int64 // of the hits, as stable counts them; catch's fruits, drops and droplets are 300, 100 and 50
	Count100       int64
	Count50        int64
	CountMiss      int64
	MaxCombo       int32
	GradeXH        int32
	GradeX         int32
	GradeSH        int32
	GradeS         int32
	GradeA         int32
	ReplaysWatched int32 // by others
	GlobalRank     int32 // by pp; 0 for none
	CountryRank    int32
	LastPlayedAt   time.Time
}

// By is what a ranking compares.
type By int32

// The rankings, with their numbers on the wire.
const (
	ByPerformance By = 1
	ByRankedScore By = 2
)

// Listing asks for a page of a ranking.
type Listing struct {
	Board   Board
	By      By
	Country string // of this country only; "" for all
	Offset  int    // at most 10,000
	Limit   int    // 1 to MaxPage
}

// Page is a part of a ranking.
type Page struct {
	Statistics []Statistics
	Total      int
}

// Country is a row of the ranking of countries.
type Country struct {
	Code        string
	Players     int32
	Playcount   int64
	RankedScore int64
	PP          float64 // of its players, the best counting most
}

// Effect is what a score changed.
type Effect struct {
	Before Statistics
	After  Statistics
}

// History of a user.
type History struct {
	Ranks     []int32 // one a day, the oldest first, the last of today; 0 for none
	Highest   int32   // the best rank ever; 0 for none
	HighestAt time.Time
	Months    []Month // with a play or a view, the oldest first
}

// Month is what happened in a month.
type Month struct {
	Start          time.Time // midnight UTC of its first day
	Plays          int32
	ReplaysWatched int32
}

// Playcount is how often a user played a beatmap.
type Playcount struct {
	BeatmapID int32
	Plays     int32
}

// Progress of a Rebuild.
type Progress struct {
	Seq    int64 // entries up to this one are counted
	Latest int64
}
