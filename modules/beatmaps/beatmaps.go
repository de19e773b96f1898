// Package beatmaps is the contract of the module that knows beatmaps: their metadata, files and archives, their status, and
// what players think of them.
//
// What it knows comes from archives that operators import, and from sources outside (the official API, mirrors) in a chain. A
// call of this contract never waits for a source: a beatmap that is not known yet is fetched in the background, and whoever
// asks again later finds it.
//
// Who played a beatmap and how well belongs to scores, how hard it is to performance, which is taught every file that arrives
// here. Files lie in the files module: "beatmaps/MD5.osu" and "beatmapsets/ID.osz".
package beatmaps

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu"
)

// Topic is the state topic on which Changed events are published (wire.Pack), at most once.
const Topic = "beatmaps.changed"

// FirstLocalID is the first id of beatmaps and sets that have none of the official server. Official ids are far below.
const FirstLocalID int32 = 1 << 30

// Bounds of this contract.
const (
	MaxBatch      = 1000
	MaxPage       = 100 // sets of a Search
	MaxQuery      = 256 // bytes of a search text
	MaxComment    = 80  // characters of a comment
	MaxFavourites = 1000
	MaxTags       = 64  // tags that a user gives a beatmap
	MaxTagName    = 100 // bytes
)

// The faults of this contract.
var (
	ErrNotFound   = fault.New(fault.NotFound, "beatmaps", "not_found", "no such beatmap")
	ErrTooLarge   = fault.New(fault.Invalid, "beatmaps", "too_large", "too much was asked for at once")
	ErrBadArchive = fault.New(fault.Invalid, "beatmaps", "bad_archive", "this is not a beatmap archive") // the message says why
	ErrBadStatus  = fault.New(fault.Invalid, "beatmaps", "bad_status", "there is no such status")
	ErrBadVote    = fault.New(fault.Invalid, "beatmaps", "bad_vote", "a vote is 1 to 10")
	ErrVoted      = fault.New(fault.Exists, "beatmaps", "voted", "you have voted already")
	ErrOwn        = fault.New(fault.Forbidden, "beatmaps", "own", "this beatmap is your own")
	ErrNotRanked  = fault.New(fault.Precondition, "beatmaps", "not_ranked", "this beatmap has no leaderboard")
	ErrBadComment = fault.New(fault.Invalid, "beatmaps", "bad_comment", "the comment is empty or too long")
	ErrTooMany    = fault.New(fault.Exhausted, "beatmaps", "too_many", "you have too many favourites")
	ErrForbidden  = fault.New(fault.Forbidden, "beatmaps", "forbidden", "you may not do that")
	ErrNoArchive  = fault.New(fault.NotFound, "beatmaps", "no_archive", "the archive is not to be had")
	ErrNoTag      = fault.New(fault.NotFound, "beatmaps", "no_tag", "no such tag")
	ErrBadTag     = fault.New(fault.Invalid, "beatmaps", "bad_tag", "this tag is for beatmaps of another ruleset")
)

// Service is the whole module. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	Library
	Opinions
	Tagging
	Curation
}

// Library is what is known.
type Library interface {
	// Beatmaps returns the beatmaps of the keys (at most MaxBatch) that are known, one for each key, in their order; keys that
	// are unknown are absent, and are looked for in the background unless the sources said lately that there is none.
	// Deleted beatmaps are found by id and by MD5 of the latest version. ErrTooLarge.
	Beatmaps(ctx context.Context, keys []Key) ([]Found, error)
	// Sets returns the sets of the ids (at most MaxBatch) that are known, with their beatmaps by ruleset and difficulty.
	// Unknown ones are looked for like unknown beatmaps. ErrTooLarge.
	Sets(ctx context.Context, ids []int32) ([]Set, error)
	// Search returns a page of sets. ErrTooLarge.
	Search(ctx context.Context, query Query) (Page, error)
	// Archive says where a set's .osz is to be had; without its videos when that is asked for and possible. ErrNotFound,
	// ErrNoArchive.
	Archive(ctx context.Context, setID int32, withoutVideo bool) (Archive, error)
	// Media says where a picture or sound of a set is to be had. ErrNotFound.
	Media(ctx context.Context, setID int32, medium Medium) (Archive, error)
	// Changes returns the sets with something that clients keep a copy of (a beatmap's file, a status, or that a beatmap is there)
	// changed after a point of the log of changes, by Seq, at most limit (1 to MaxBatch); a set is in the log once, where it changed
	// last. latest is the Seq of the last change, 0 when there was none; it grows by one a change and fits into 31 bits. ErrTooLarge.
	Changes(ctx context.Context, after int64, limit int) (changes []Change, latest int64, err error)
}

// Opinions are what players think of beatmaps.
type Opinions interface {
	// Vote keeps a user's vote (1 to 10) on the set of a beatmap and returns the set's rating with it; a user votes once on a
	// set. A value of 0 only asks whether he may vote. ErrNotFound, ErrNotRanked, ErrOwn, ErrBadVote; ErrVoted comes with the
	// rating in its details "average" and "votes".
	Vote(ctx context.Context, userID, beatmapID int32, value int) (Rating, error)
	// Votes returns how often each value was given to the sets (at most MaxBatch) that have votes, in their order. ErrTooLarge.
	Votes(ctx context.Context, setIDs []int32) ([]Votes, error)
	// Favour adds a set to a user's favourites or removes it, and returns how many users favour the set. Doing it again
	// changes nothing. ErrNotFound, ErrTooMany.
	Favour(ctx context.Context, userID, setID int32, on bool) (int32, error)
	// Favourites returns the ids of a user's favourite sets, the latest first.
	Favourites(ctx context.Context, userID int32) ([]int32, error)
	// Admirers returns the users whose favourite a set is, the latest first, at most limit (1 to MaxBatch). ErrTooLarge.
	Admirers(ctx context.Context, setID int32, limit int) ([]int32, error)
	// Comment keeps a comment of stable's song screen. ErrNotFound, ErrBadComment.
	Comment(ctx context.Context, comment Comment) (Comment, error)
	// Comments returns the comments of a set, one of its beatmaps, and a score on it together, by time, at most MaxBatch.
	Comments(ctx context.Context, setID, beatmapID int32, scoreID int64) ([]Comment, error)
}

// Tagging is what players call beatmaps.
type Tagging interface {
	// Tags returns the tags that there are, by id.
	Tags(ctx context.Context) ([]Tag, error)
	// Tag gives a beatmap a tag on behalf of a user, or takes it back. Doing it again changes nothing. Whether he has played it is
	// the caller's to know. ErrNotFound, ErrNoTag, ErrBadTag, ErrTooMany.
	Tag(ctx context.Context, userID, beatmapID, tagID int32, on bool) error
	// Tagged returns what the beatmaps (at most MaxBatch) were given, one for each that has any tag, in their order. ErrTooLarge.
	Tagged(ctx context.Context, userID int32, beatmapIDs []int32) ([]Tagged, error)
}

// Curation is what operators, staff and other modules do.
type Curation interface {
	// Import takes an archive (.osz) or a single beatmap (.osu) that lies in the files module under key, and returns its set.
	// Importing the same again changes nothing. ErrBadArchive, files.ErrNotFound.
	Import(ctx context.Context, key string, options Import) (Imported, error)
	// Refresh asks the sources for a set again, in the background.
	Refresh(ctx context.Context, setIDs []int32) error
	// SetStatus gives beatmaps, or with setID all of a set, a status on behalf of a nominator or administrator. It is frozen
	// (kept when the set is refreshed) until it is set without Frozen. ErrNotFound, ErrBadStatus, ErrForbidden.
	SetStatus(ctx context.Context, by int32, change StatusChange) (Set, error)
	// SetCounts replaces how often beatmaps were played and passed, which scores counts. Unknown beatmaps are ignored. ErrTooLarge.
	SetCounts(ctx context.Context, counts []Counts) error
}

// Key names a beatmap in one of three ways.
type Key struct {
	ID   int32
	MD5  string // in lower-case hexadecimal
	File string // name of the .osu file, with SetID when that is known: finds what an outdated or renamed file is of
	// SetID narrows File; alone it finds nothing.
	SetID int32
}

// Found is the answer to a Key.
type Found struct {
	Key     Key
	Beatmap Beatmap
	Set     Set // without its beatmaps
}

// Set is a beatmapset.
type Set struct {
	ID            int32
	Artist        string // in Latin letters
	ArtistUnicode string // as written; "" when it is the same
	Title         string
	TitleUnicode  string
	Creator       string
	CreatorID     int32 // on the official server, or of a user here for a local set; 0 when unknown
	Source        string
	Tags          string
	Genre         int8 // numbered as in the official API
	Language      int8
	Status        osu.Status
	Frozen        bool
	Explicit      bool // not for everybody
	Video         bool
	Storyboard    bool
	BPM           float64
	Rating        Rating
	Favourites    int32
	Plays         int32
	TrackID       int32 // featured artist's track; 0 when none
	ThreadID      int32 // forum topic; 0 when none
	Local         bool  // its archive is in the files module
	Size          int64 // bytes of the archive; 0 when unknown
	SizeNoVideo   int64 // bytes of the archive without videos; 0 when it has none or unknown
	SubmittedAt   time.Time
	RankedAt      time.Time // zero when it is not
	UpdatedAt     time.Time
	Beatmaps      []Beatmap
}

// Beatmap is one difficulty of a set.
type Beatmap struct {
	ID          int32
	SetID       int32
	MD5         string
	File        string // name of the .osu file
	Name        string // of the difficulty ("version")
	Ruleset     osu.Ruleset
	Status      osu.Status
	Frozen      bool
	CreatorID   int32
	Circles     int32
	Sliders     int32
	Spinners    int32
	MaxCombo    int32         // in its own ruleset; 0 when unknown
	Length      time.Duration // from the first to the last object
	Drain       time.Duration // without breaks
	BPM         float64
	CircleSize  float64
	Approach    float64
	Overall     float64
	HealthDrain float64
	Stars       float64 // without mods in its own ruleset; 0 when unknown
	Plays       int32
	Passes      int32
	Offset      int32 // online offset in milliseconds
	UpdatedAt   time.Time
	Deleted     bool
	HasFile     bool // its .osu is in the files module
}

// FileKey returns the key of a beatmap's .osu in the files module.
func FileKey(md5 string) string { return "beatmaps/" + md5 + ".osu" }

// Order is how a search is sorted.
type Order int32

// The orders, with their numbers on the wire.
const (
	ByRelevance  Order = 0 // by ranked (or updated) date when there is no text
	ByRanked     Order = 1
	ByUpdated    Order = 2
	ByRating     Order = 3
	ByPlays      Order = 4
	ByFavourites Order = 5
	ByTitle      Order = 6
	ByArtist     Order = 7
	ByDifficulty Order = 8
	ByCreator    Order = 9
)

// Query is a search.
type Query struct {
	// Text holds words that must all be found in artist, title, creator, source, tags or a difficulty's name, as prefixes, and
	// filters of the official search: stars>5, ar<=9, od, cs, hp, bpm, length, keys, status, creator, artist, title, ranked,
	// updated, tag, with = < > <= >= and :.
	Text      string
	Ruleset   *osu.Ruleset
	Statuses  []osu.Status // any of these; none means all
	Genre     int8         // 0 means any
	Language  int8
	Explicit  bool    // with sets that are not for everybody
	Video     bool    // only sets with one
	Story     bool    // only sets with a storyboard
	Within    []int32 // only these sets: favourites, played; at most MaxFavourites, empty means any unless Only is set
	Only      bool    // only the sets of Within, and none when it is empty
	Without   []int32 // not these sets; at most MaxFavourites
	Converts  bool    // with the beatmaps of osu! that can be converted to Ruleset
	Featured  bool    // only sets with a featured artist's track
	Order     Order
	Ascending bool
	CreatorID int32  // only sets that this user of this server made; 0 for any
	GuestID   int32  // only sets of others that have a beatmap of this user; 0 for any
	Cursor    string // of an earlier page; "" for the first
	Offset    int    // of the first set, for clients that number pages; at most 10,000
	Limit     int    // 1 to MaxPage
}

// Page is a part of a search's result.
type Page struct {
	Sets   []Set
	Total  int    // at most 10,000 are counted
	Cursor string // of the next page; "" when this is the last
}

// Change is an entry of the log of changes.
type Change struct {
	Seq   int64
	SetID int32
}

// Tag is something that players can call a beatmap.
type Tag struct {
	ID          int32
	Name        string // "group/name"
	Description string
	Ruleset     *osu.Ruleset // only for beatmaps of this one; nil for all
}

// Tagged are the tags of a beatmap.
type Tagged struct {
	BeatmapID int32
	Counts    []TagCount // the most frequent first, then by id
	Own       []int32    // ids of those that the user who asks gave it
}

// TagCount is how many users gave a beatmap a tag.
type TagCount struct {
	TagID int32
	Count int32
}

// Archive is where a file is to be had: in the files module, or elsewhere.
type Archive struct {
	Key  string // in the files module
	URL  string // when Key is ""
	Name string // file name to save it under
}

// Medium is a picture or sound of a set.
type Medium int32

// The media, with their numbers on the wire.
const (
	Thumbnail      Medium = 1  // 80 × 60, JPEG
	ThumbnailLarge Medium = 2  // 160 × 120, JPEG
	Preview        Medium = 3  // ten seconds, MP3 or Ogg
	Cover          Medium = 4  // 900 × 250, JPEG; like those below it made from the background
	CoverLarge     Medium = 5  // 1800 × 500
	Card           Medium = 6  // 400 × 140
	CardLarge      Medium = 7  // 800 × 280
	List           Medium = 8  // 150 × 150
	ListLarge      Medium = 9  // 300 × 300
	Slimcover      Medium = 10 // 1920 × 360
)

// Rating is what votes say.
type Rating struct {
	Average float64 // 1 to 10; 0 without votes
	Votes   int32
	Own     int32 // of the user who asks; 0 for none
}

// Votes are the votes on a set.
type Votes struct {
	SetID  int32
	Counts []int32 // how often each value was given, from 0 (which nobody can give) to 10
}

// Subject is what a comment is about.
type Subject int32

// The subjects, with their numbers on the wire.
const (
	AboutSet     Subject = 1
	AboutBeatmap Subject = 2
	AboutScore   Subject = 3
)

// Comment is a line that scrolls by at a moment of the song.
type Comment struct {
	ID        int64
	UserID    int32
	Subject   Subject
	SetID     int32
	BeatmapID int32
	ScoreID   int64
	Moment    time.Duration // of the song
	Text      string
	Colour    string // six hexadecimal digits, "" for none
	SaidAt    time.Time
}

// Import says how to import.
type Import struct {
	Name   string      // of the file as its owner had it, for messages and archives without ids
	Status *osu.Status // for beatmaps that are new and whose status no source tells; pending otherwise
	Freeze bool        // keep that status whatever sources say later
	// CreatorID is the user of this server who made what is new in it; 0 for unknown. Sets with an official id have theirs.
	CreatorID int32
	// Wait is how much longer than other calls this one may take when it crosses the wire, at most a minute. What is not done
	// by then goes on where it ended when the import is repeated.
	Wait time.Duration
}

// Imported is what came of an import.
type Imported struct {
	Set     Set
	New     int      // beatmaps that were not known
	Changed int      // beatmaps of which this is another version
	Skipped []string // files that could not be read, each with its reason
}

// StatusChange gives a status.
type StatusChange struct {
	SetID      int32
	BeatmapIDs []int32 // when SetID is 0; of one set
	Status     osu.Status
	Frozen     bool
	Reason     string
}

// Counts are how often a beatmap was played.
type Counts struct {
	BeatmapID int32
	Plays     int32
	Passes    int32
}

// Changed is the event published on Topic after beatmaps appeared, changed their file or status, or were deleted.
type Changed struct {
	SetID    int32
	Beatmaps []Beatmap
}
