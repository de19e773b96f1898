package local

import (
	"cmp"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu"
)

// imported is the origin of a set that no source has told about.
const imported = "import"

type setRow struct {
	bun.BaseModel `bun:"table:beatmapsets,alias:s"`

	ID            int32      `bun:"id,pk"`
	Artist        string     `bun:"artist"`
	ArtistUnicode string     `bun:"artist_unicode"`
	Title         string     `bun:"title"`
	TitleUnicode  string     `bun:"title_unicode"`
	Creator       string     `bun:"creator"`
	CreatorID     int32      `bun:"creator_id"`
	Source        string     `bun:"source"`
	Tags          string     `bun:"tags"`
	Genre         int8       `bun:"genre"`
	Language      int8       `bun:"language"`
	Status        osu.Status `bun:"status"`
	Frozen        bool       `bun:"frozen"`
	Explicit      bool       `bun:"explicit"`
	Video         bool       `bun:"video"`
	Storyboard    bool       `bun:"storyboard"`
	BPM           float64    `bun:"bpm"`
	TrackID       int32      `bun:"track_id"`
	ThreadID      int32      `bun:"thread_id"`
	Local         bool       `bun:"local"`
	Size          int64      `bun:"size"`
	SizeNoVideo   int64      `bun:"size_no_video"`
	SubmittedAt   time.Time  `bun:"submitted_at,nullzero"`
	RankedAt      time.Time  `bun:"ranked_at,nullzero"`
	UpdatedAt     time.Time  `bun:"updated_at"` // never when unknown, so that it can be sorted by

	// What follows from the rest and from the beatmaps; settle writes it.
	Rulesets    int16     `bun:"rulesets"`
	SortedAt    time.Time `bun:"sorted_at"`
	Stars       float64   `bun:"stars"`
	Fingerprint string    `bun:"fingerprint"`

	// What players do.
	Plays      int64   `bun:"plays"`
	Favourites int32   `bun:"favourites"`
	Votes      int32   `bun:"votes"`
	VoteSum    int64   `bun:"vote_sum"`
	Rating     float64 `bun:"rating"`

	ArchiveSHA256 string    `bun:"archive_sha256"`
	Origin        string    `bun:"origin"` // imported, or the name of the source that told of it last
	FetchedAt     time.Time `bun:"fetched_at,nullzero"`
}

type beatmapRow struct {
	bun.BaseModel `bun:"table:beatmaps,alias:b"`

	ID          int32       `bun:"id,pk"`
	SetID       int32       `bun:"set_id"`
	MD5         string      `bun:"md5"`
	File        string      `bun:"file"`
	Name        string      `bun:"name"`
	Ruleset     osu.Ruleset `bun:"ruleset"`
	Status      osu.Status  `bun:"status"`
	Frozen      bool        `bun:"frozen"`
	CreatorID   int32       `bun:"creator_id"`
	Circles     int32       `bun:"circles"`
	Sliders     int32       `bun:"sliders"`
	Spinners    int32       `bun:"spinners"`
	MaxCombo    int32       `bun:"max_combo"`
	Length      int32       `bun:"length"` // milliseconds
	Drain       int32       `bun:"drain"`  // likewise
	BPM         float64     `bun:"bpm"`
	CircleSize  float64     `bun:"circle_size"`
	Approach    float64     `bun:"approach"`
	Overall     float64     `bun:"overall"`
	HealthDrain float64     `bun:"health_drain"`
	Stars       float64     `bun:"stars"`
	Plays       int64       `bun:"plays"`
	Passes      int64       `bun:"passes"`
	Offset      int32       `bun:"time_offset"`
	UpdatedAt   time.Time   `bun:"updated_at,nullzero"`
	Deleted     bool        `bun:"deleted"`
	HasFile     bool        `bun:"has_file"`
	Rated       int32       `bun:"rated"` // version of the algorithm that rated it; 0 for none
}

type versionRow struct {
	bun.BaseModel `bun:"table:beatmap_versions,alias:v"`

	MD5        string    `bun:"md5,pk"`
	BeatmapID  int32     `bun:"beatmap_id"`
	File       string    `bun:"file"`
	ReplacedAt time.Time `bun:"replaced_at"`
}

// set returns the set of a row, without beatmaps.
func (r *setRow) set() beatmaps.Set {
	return beatmaps.Set{
		ID: r.ID, Artist: r.Artist, ArtistUnicode: r.ArtistUnicode, Title: r.Title, TitleUnicode: r.TitleUnicode,
		Creator: r.Creator, CreatorID: r.CreatorID, Source: r.Source, Tags: r.Tags, Genre: r.Genre, Language: r.Language,
		Status: r.Status, Frozen: r.Frozen, Explicit: r.Explicit, Video: r.Video, Storyboard: r.Storyboard, BPM: r.BPM,
		Rating: beatmaps.Rating{Average: r.Rating, Votes: r.Votes}, Favourites: r.Favourites, Plays: clamp(r.Plays),
		TrackID: r.TrackID, ThreadID: r.ThreadID, Local: r.Local, Size: r.Size, SizeNoVideo: r.SizeNoVideo,
		SubmittedAt: r.SubmittedAt.UTC(), RankedAt: r.RankedAt.UTC(), UpdatedAt: orZero(r.UpdatedAt),
	}
}

// never is what a time that is unknown is stored as where a column has no NULL.
var never = time.Unix(0, 0).UTC()

func orZero(t time.Time) time.Time {
	if t.Equal(never) {
		return time.Time{}
	}
	return t.UTC()
}

// newEntry returns a set with all its beatmaps by ruleset and difficulty.
func newEntry(set *setRow, rows []beatmapRow, readAt time.Time) *entry {
	e := &entry{set: set.set(), beatmaps: make([]beatmaps.Beatmap, len(rows)), readAt: readAt}
	for i := range rows {
		e.beatmaps[i] = rows[i].beatmap()
	}
	slices.SortFunc(e.beatmaps, func(a, b beatmaps.Beatmap) int {
		return cmp.Or(cmp.Compare(a.Ruleset, b.Ruleset), cmp.Compare(a.Stars, b.Stars), cmp.Compare(a.ID, b.ID))
	})
	return e
}

func (r *beatmapRow) beatmap() beatmaps.Beatmap {
	return beatmaps.Beatmap{
		ID: r.ID, SetID: r.SetID, MD5: r.MD5, File: r.File, Name: r.Name, Ruleset: r.Ruleset, Status: r.Status, Frozen: r.Frozen,
		CreatorID: r.CreatorID, Circles: r.Circles, Sliders: r.Sliders, Spinners: r.Spinners, MaxCombo: r.MaxCombo,
		Length: time.Duration(r.Length) * time.Millisecond, Drain: time.Duration(r.Drain) * time.Millisecond, BPM: r.BPM,
		CircleSize: r.CircleSize, Approach: r.Approach, Overall: r.Overall, HealthDrain: r.HealthDrain, Stars: r.Stars,
		Plays: clamp(r.Plays), Passes: clamp(r.Passes), Offset: r.Offset, UpdatedAt: r.UpdatedAt.UTC(), Deleted: r.Deleted,
		HasFile: r.HasFile,
	}
}

// describe takes over what a source says of a set, but not its status, its archive and what players do.
func (r *setRow) describe(set beatmaps.Set) {
	r.Artist, r.ArtistUnicode, r.Title, r.TitleUnicode = fit(set.Artist), fit(set.ArtistUnicode), fit(set.Title), fit(set.TitleUnicode)
	r.Creator, r.CreatorID, r.Source, r.Tags = fit(set.Creator), set.CreatorID, fit(set.Source), cut(set.Tags, maxTags)
	r.Genre, r.Language, r.Explicit, r.Video, r.Storyboard = set.Genre, set.Language, set.Explicit, set.Video, set.Storyboard
	r.BPM, r.TrackID, r.ThreadID = finite(set.BPM), set.TrackID, set.ThreadID
	r.SubmittedAt, r.UpdatedAt = stored(set.SubmittedAt), stored(set.UpdatedAt)
	if r.ArtistUnicode == r.Artist {
		r.ArtistUnicode = ""
	}
	if r.TitleUnicode == r.Title {
		r.TitleUnicode = ""
	}
}

// describe takes over what a source or a file says of a beatmap, but not its ids, its MD5, its status and what players do.
func (r *beatmapRow) describe(b beatmaps.Beatmap) {
	r.Name, r.Ruleset, r.CreatorID, r.Offset = fit(b.Name), b.Ruleset, b.CreatorID, b.Offset
	r.Circles, r.Sliders, r.Spinners = b.Circles, b.Sliders, b.Spinners
	r.Length, r.Drain, r.BPM = milliseconds(b.Length), milliseconds(b.Drain), finite(b.BPM)
	r.CircleSize, r.Approach, r.Overall, r.HealthDrain = finite(b.CircleSize), finite(b.Approach), finite(b.Overall), finite(b.HealthDrain)
	r.UpdatedAt, r.Deleted = stored(b.UpdatedAt), b.Deleted
	if b.File != "" {
		r.File = fit(b.File)
	}
}

// Bounds of text columns.
const (
	maxText = 255 // characters
	maxTags = 4000
)

func fit(text string) string { return cut(text, maxText) }

// cut shortens text to a number of characters, all of them valid.
func cut(text string, limit int) string {
	if len(text) <= limit && utf8.ValidString(text) {
		return withoutNUL(text)
	}
	runes := []rune(text)
	return withoutNUL(string(runes[:min(len(runes), limit)]))
}

// withoutNUL drops the one character that PostgreSQL cannot store.
func withoutNUL(text string) string {
	if i := slices.Index([]byte(text), 0); i < 0 {
		return text
	}
	return string(slices.DeleteFunc([]byte(text), func(b byte) bool { return b == 0 }))
}

// finite brings a number into the range that every client shows.
func finite(v float64) float64 { return finiteBy(v, 1e6) }

func finiteBy(v, limit float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -limit), limit)
}

func milliseconds(d time.Duration) int32 {
	return int32(min(max(d.Milliseconds(), 0), math.MaxInt32))
}

// stored returns a time as the database will give it back.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func clamp(n int64) int32 { return int32(min(max(n, 0), math.MaxInt32)) }
