// Package scores is the contract of the one score table: plays of every client come in, are kept, compared and shown.
//
// A submission is durable before anything else happens to it. Then it is processed: its beatmap, accuracy, grade, totals and pp
// are found, it takes its places, and an entry is written to the log, in one transaction. A submission whose processing fails
// or is interrupted at any point is processed later; one that arrives again gets the result of the first.
//
// The log is how everything above this module follows it: an entry for each thing that happened to a score or a player, in one
// order without gaps. Who follows it keeps the number of the last entry that it has dealt with beside its own data, in the same
// transaction, and so counts everything exactly once, and takes back what is removed. Topic only says that there is more.
//
// A player who is restricted keeps his scores, but to everybody else they are not there.
package scores

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Topic is the state topic on which Recorded events are published (wire.Pack), at most once.
const Topic = "scores.recorded"

// Bounds of this contract.
const (
	MaxBatch  = 1000
	MaxPage   = 100 // scores of a Leaderboard or a list of a user's
	MaxKey    = 64  // bytes of a submission's key
	MaxReplay = 10 << 20
)

// The faults of this contract.
var (
	ErrNotFound = fault.New(fault.NotFound, "scores", "not_found", "no such score")
	// ErrBadSubmission says what is impossible about a submission. It is not kept.
	ErrBadSubmission = fault.New(fault.Invalid, "scores", "bad_submission", "this play is impossible")
	// ErrUnknownBeatmap says that the submission is kept, and processed as soon as its beatmap is known.
	ErrUnknownBeatmap = fault.New(fault.NotFound, "scores", "unknown_beatmap", "this beatmap is not known")
	// ErrPending says that the submission is kept, but could not be processed yet: send it again, or ask Submitted.
	ErrPending = fault.New(fault.Unavailable, "scores", "pending", "the score is kept and will be processed soon")
	// ErrBusy says that the submission was not kept, for too many wait already: send it again.
	ErrBusy = fault.New(fault.Exhausted, "scores", "busy", "too many scores arrive at once, send it again")
	// ErrTaken says that another user's submission has this key.
	ErrTaken    = fault.New(fault.Exists, "scores", "taken", "another score has this key")
	ErrTooLarge = fault.New(fault.Invalid, "scores", "too_large", "too much was asked for at once")
	ErrNoReplay = fault.New(fault.NotFound, "scores", "no_replay", "this score has no replay")
	ErrBadBoard = fault.New(fault.Invalid, "scores", "bad_board", "there is no such leaderboard")
	// ErrNoToken says that a token was never issued, is another user's or for another play, or is too old.
	ErrNoToken      = fault.New(fault.NotFound, "scores", "no_token", "no such score token")
	ErrOtherBeatmap = fault.New(fault.Invalid, "scores", "other_beatmap", "this is not the latest version of the beatmap")
	ErrBadRuleset   = fault.New(fault.Invalid, "scores", "bad_ruleset", "the beatmap cannot be played in this ruleset")
)

// Service is the whole module. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	Intake
	Boards
	Log
	Curation
}

// Intake takes plays.
type Intake interface {
	// Issue gives out a token, which a lazer client gets before a play and submits with: its submission has the key TokenKey of it.
	// ErrUnknownBeatmap, ErrOtherBeatmap, ErrBadRuleset.
	Issue(ctx context.Context, attempt Attempt) (Token, error)
	// Token returns one that was issued in the last days. ErrNoToken.
	Token(ctx context.Context, id int64) (Token, error)
	// Submit keeps a play and processes it. A submission whose key is known returns the first one's result, whatever else it
	// says. One with the key of a token is taken only for the play that the token was issued for. ErrBadSubmission,
	// ErrUnknownBeatmap, ErrPending, ErrBusy, ErrTaken, ErrNoToken.
	Submit(ctx context.Context, submission Submission) (Result, error)
	// Submitted returns the result of an earlier submission. ErrNotFound, ErrUnknownBeatmap, ErrPending.
	Submitted(ctx context.Context, userID int32, key string) (Result, error)
	// Attach gives the score of a submission a replay that came later: its key in the files module. Whoever attaches first wins;
	// doing it again with the same replay changes nothing. The log does not tell. ErrNotFound, ErrTaken.
	Attach(ctx context.Context, submissionKey, replay string) error
}

// Boards shows scores.
type Boards interface {
	// Leaderboard returns the best score of each player on a beatmap. ErrBadBoard, ErrTooLarge.
	Leaderboard(ctx context.Context, board Board) (Leaderboard, error)
	// Scores returns the scores of the ids (at most MaxBatch) that exist and were not removed, in the order asked for, those
	// of restricted players too. ErrTooLarge.
	Scores(ctx context.Context, ids []int64) ([]Score, error)
	// Of returns a page of a user's scores. ErrTooLarge, ErrBadBoard.
	Of(ctx context.Context, list List) (Listing, error)
	// Grades returns the grade of the user's best score on each of the beatmaps (at most MaxBatch) that he has passed, vanilla
	// plays only, by ruleset. ErrTooLarge.
	Grades(ctx context.Context, userID int32, beatmapIDs []int32) ([]BeatmapGrades, error)
	// Replay returns where a score's replay is in the files module, as the client uploaded it (an LZMA stream of frames), and
	// counts a view when the viewer (0 for nobody) is not its owner. ErrNotFound, ErrNoReplay.
	Replay(ctx context.Context, scoreID int64, viewerID int32) (Replay, error)
}

// Log tells what happened.
type Log interface {
	// Entries returns the entries with Seq above after, ascending, at most limit (1 to MaxBatch). Scores and bests in them are
	// as they are now, not as they were: whoever applies all entries ends with what is true, however often he begins anew.
	Entries(ctx context.Context, after int64, limit int) ([]Entry, error)
	// Latest returns the Seq of the last entry; 0 when there is none.
	Latest(ctx context.Context) (int64, error)
}

// Curation is what staff and operators do.
type Curation interface {
	// Remove takes scores (at most MaxBatch) out of every board and list, on behalf of `by`; Restore brings them back. Both
	// return those that changed. What to do about their player is the caller's business. ErrTooLarge.
	Remove(ctx context.Context, ids []int64, by int32, reason string) ([]int64, error)
	Restore(ctx context.Context, ids []int64, by int32, reason string) ([]int64, error)
	// Wipe removes all scores of a user, in one ruleset and variant when they are given, and returns how many there were;
	// Unwipe restores those that the last Wipe of the same kind removed.
	Wipe(ctx context.Context, wipe Wipe) (int, error)
	Unwipe(ctx context.Context, wipe Wipe) (int, error)
	// Recalculate works through scores by id and yields its progress about every second and at the end. It never locks players
	// out: scores that arrive meanwhile are processed as ever. It ends with ctx; to resume, pass the last progress' ID as
	// Filter.AfterID. ErrBadBoard.
	Recalculate(ctx context.Context, recalculation Recalculation) iter.Seq2[Progress, error]
}

// Attempt is a play that a client is about to begin.
type Attempt struct {
	UserID        int32
	BeatmapID     int32
	BeatmapMD5    string
	Ruleset       osu.Ruleset
	ClientVersion string
}

// Token stands for a play that has begun.
type Token struct {
	ID            int64 // above 0
	UserID        int32
	BeatmapID     int32
	BeatmapMD5    string
	Ruleset       osu.Ruleset
	ClientVersion string
	Status        osu.Status // of the beatmap at that moment
	IssuedAt      time.Time
}

// TokenKey returns the key of the submission that a token is for.
func TokenKey(id int64) string { return tokenPrefix + strconv.FormatInt(id, 10) }

// TokenOf returns the token that a submission's key names, and false for the key of a play without one.
func TokenOf(key string) (int64, bool) {
	digits, ok := strings.CutPrefix(key, tokenPrefix)
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil && id > 0 && TokenKey(id) == key
}

const tokenPrefix = "token:"

// Client is the kind of client that a play was made with.
type Client int32

// The clients, with their numbers on the wire.
const (
	Stable Client = 1
	Lazer  Client = 2
)

// Submission is a play as a client tells of it; the edge has authenticated the user and read the client's own format.
type Submission struct {
	Key           string // unique: stable's online checksum, "token:ID" of lazer
	UserID        int32
	Client        Client
	ClientVersion string
	BeatmapMD5    string
	Ruleset       osu.Ruleset
	Mods          mods.Set         // with CL for stable
	Statistics    map[string]int32 // judgements by the official names of hit results
	Maximum       map[string]int32 // of a perfect play as the client counted; nil for stable
	MaxCombo      int32
	Total         int64     // stable's total, or lazer's standardised one
	Accuracy      float64   // as the client tells, 0 to 1; lazer only
	Grade         osu.Grade // as the client tells; compared, never believed
	FullCombo     bool      // stable's "perfect"
	Passed        bool
	Exited        bool          // quit before it failed
	PlayTime      time.Duration // until the end, the fail or the exit
	EndedAt       time.Time     // as the server saw it
	Replay        string        // key in the files module; "" for none
	Pauses        []int32       // of lazer: moments in milliseconds
	Doubts        []Doubt
	Geki          int32 // of stable's osu!, combos that were hit great, or without a meh, throughout: no result stands for
	Katu          int32 // them, but replays and boards of stable show them; 0 in other rulesets, which have results for them

	// TotalWithoutMods is lazer's total before mods multiplied it; nil when the client does not tell.
	TotalWithoutMods *int64
}

// Doubt is something about a submission that an honest client would not do, for staff to judge.
type Doubt struct {
	Kind   string // lower_snake_case
	Detail string
}

// Score is a play that was processed.
type Score struct {
	ID            int64
	Key           string
	UserID        int32
	BeatmapID     int32
	BeatmapMD5    string
	Ruleset       osu.Ruleset
	Variant       osu.Variant
	Client        Client
	ClientVersion string
	Mods          mods.Set
	Statistics    map[string]int32
	Maximum       map[string]int32
	MaxCombo      int32
	Total         int64     // standardised
	Classic       int64     // on stable's scale: stable's own total, or lazer's classic one
	Accuracy      float64   // 0 to 1, as its client counts
	Grade         osu.Grade // F when it was not passed
	PP            *float64  // nil when the play or its beatmap earns none
	FullCombo     bool
	Passed        bool
	Exited        bool
	Ranked        bool // passed, with ranked mods, on a beatmap with a leaderboard: it takes part
	PlayTime      time.Duration
	EndedAt       time.Time
	HasReplay     bool
	Views         int32 // of its replay
	Pauses        []int32
	Doubts        []Doubt // for staff only
	Removed       bool
	Geki          int32 // see Submission
	Katu          int32

	TotalWithoutMods *int64 // see Submission
}

// Result is what became of a submission.
type Result struct {
	Score     Score
	Seq       int64  // of its log entry
	Metric    Metric // of the board that the positions are on
	Best      bool   // it is the player's best on that board
	Previous  *Score // the player's best before, if another
	Before    int32  // his position on the board before; 0 for none
	After     int32  // and now
	Dethroned int32  // the user who was first until now, when After is 1 and he is another; else 0
	Plays     int32  // of the beatmap, this one included
	Passes    int32
}

// Metric is what a board compares.
type Metric int32

// The metrics, with their numbers on the wire.
const (
	ByDefault     Metric = 0 // as the server is configured for the variant and client
	ByPerformance Metric = 1
	ByTotal       Metric = 2 // standardised
	ByClassic     Metric = 3 // on stable's scale
)

// Board names a leaderboard, with what the caller wants of it.
type Board struct {
	BeatmapID int32
	Ruleset   osu.Ruleset
	Variant   osu.Variant
	Client    Client // whose players look: decides ByDefault, and whether other clients' scores are among them
	Metric    Metric
	Mods      *mods.Set // exactly these, settings and CL aside, NC like DT; nil for any
	Users     *Users    // of these only; nil for all
	Country   string    // of this country only
	UserID    int32     // whose own best to return; he is shown even if restricted
	Limit     int       // 0 to MaxPage
}

// Users are those that a board is narrowed to.
type Users struct{ IDs []int32 } // at most MaxBatch

// Leaderboard is the answer.
type Leaderboard struct {
	Metric Metric
	Scores []Placed
	Own    *Placed // with its position on the board without Users, Country and Mods
	Count  int     // players on the board
}

// Placed is a score with its position, from 1.
type Placed struct {
	Score    Score
	Position int32
}

// Kind of a list of a user's scores.
type Kind int32

// The kinds, with their numbers on the wire.
const (
	Best   Kind = 1 // his best on each beatmap by pp, highest first; those that count for his pp
	Firsts Kind = 2 // those that lead their board, latest first
	Recent Kind = 3 // all plays, latest first
	Played Kind = 4 // his best on each beatmap by the metric, latest first
)

// List asks for scores of a user.
type List struct {
	Kind      Kind
	UserID    int32
	Ruleset   osu.Ruleset
	Variant   osu.Variant
	Metric    Metric
	Failed    bool  // Recent: with plays that were not passed
	BeatmapID int32 // on this beatmap only; 0 for any
	Offset    int
	Limit     int // 1 to MaxPage
}

// Listing is a page of a List.
type Listing struct {
	Scores []Score
	Total  int
}

// BeatmapGrades are the grades of a user on a beatmap; osu.GradeNone where there is no play.
type BeatmapGrades struct {
	BeatmapID int32
	Grades    []osu.Grade // by ruleset
}

// Replay is where a replay is.
type Replay struct {
	Score Score
	Key   string
}

// EntryKind says what happened.
type EntryKind int32

// The kinds of entries, with their numbers on the wire.
const (
	ScoreRecorded EntryKind = 1
	ScoreRemoved  EntryKind = 2
	ScoreRestored EntryKind = 3
	ScoreRevalued EntryKind = 4 // its pp, totals or whether it is ranked changed
	PlayerHidden  EntryKind = 5 // restricted; his scores are not shown any more
	PlayerShown   EntryKind = 6
	PlayerMoved   EntryKind = 7 // to another country
)

// Entry is one line of the log.
type Entry struct {
	Seq     int64
	Kind    EntryKind
	At      time.Time
	UserID  int32
	Country string // of the player, now
	Hidden  bool   // whether the player is, now
	Score   *Score // for the kinds that are about one
	// Bests are the player's best scores, now, on the score's beatmap in its ruleset and variant: by each metric at most one.
	Bests []Standing
}

// Standing is a score that is its player's best by a metric.
type Standing struct {
	Metric   Metric
	ScoreID  int64
	PP       float64
	Total    int64
	Classic  int64
	Accuracy float64
	Grade    osu.Grade
	MaxCombo int32
	Status   osu.Status // of the beatmap
}

// Wipe names what to wipe.
type Wipe struct {
	UserID  int32
	Ruleset *osu.Ruleset
	Variant *osu.Variant
	By      int32
	Reason  string
}

// Filter chooses scores; a zero field chooses any.
type Filter struct {
	AfterID    int64
	UserID     int32
	BeatmapIDs []int32 // at most MaxBatch
	Ruleset    *osu.Ruleset
	Variant    *osu.Variant
	Outdated   bool // only those that another version of the algorithm has rated
}

// Recalculation is a mass recalculation.
type Recalculation struct {
	Filter    Filter
	DryRun    bool   // change nothing, tell the differences
	Algorithm string // of performance, for a dry run of another than the one that counts; "" for that
	PerSecond int    // at most so many scores a second; 0 for as many as can be
}

// Progress of a recalculation.
type Progress struct {
	ID          int64 // all scores up to this one are done
	Done        int
	Total       int
	Changed     int
	Failed      int
	Differences []Difference // since the last progress, the greatest, at most MaxPage
}

// Difference is what a recalculation changes.
type Difference struct {
	ScoreID   int64
	UserID    int32
	BeatmapID int32
	Old       *float64 // pp
	New       *float64
}

// Recorded is the event published on Topic after a score was recorded. When the log grew by something else, the result's score has
// the ID 0.
type Recorded struct{ Result Result }
