// Package content is the contract of the module that has what the server's operators write: news, the changelog, the wiki, the
// seasonal backgrounds and the banner of the main menu.
//
// The local implementation reads a directory of files, which its README describes, and follows their changes. Comments below them
// belong to comments.
package content

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
)

// Bounds of this contract.
const (
	MaxPage  = 100
	MaxQuery = 256 // bytes of a search's text
)

// The faults of this contract.
var (
	ErrNotFound = fault.New(fault.NotFound, "content", "not_found", "no such page")
	ErrTooLarge = fault.New(fault.Invalid, "content", "too_large", "too much was asked for at once")
)

// Service has what operators write. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// News returns posts without their text, newest first, of a year (0 for all), older than the post with the id `before` (0 for
	// none), at most limit (1 to MaxPage), and the years that have any. ErrTooLarge.
	News(ctx context.Context, year int, before int64, limit int) (NewsPage, error)
	// Post returns a post by slug or id, and its neighbours in time. ErrNotFound.
	Post(ctx context.Context, slug string, id int64) (PostPage, error)
	// Streams returns the latest build, without its entries, of each update stream that has any, in the order in which operators
	// list the streams.
	Streams(ctx context.Context) ([]Build, error)
	// Builds returns builds of a stream ("" for all), newest first, between two versions of it, these included ("" for none), with
	// an id below before (0 for none). ErrTooLarge.
	Builds(ctx context.Context, query Builds) ([]Build, error)
	// Build returns a build by stream and version, by version alone, or by id, and its neighbours. ErrNotFound.
	Build(ctx context.Context, stream, version string, id int64) (BuildPage, error)
	// Wiki returns a page in a language; when it is not in that one in English, and else in any that it is in. ErrNotFound.
	Wiki(ctx context.Context, locale, path string) (Wiki, error)
	// Search returns wiki pages, without their text, that have each of the words (at most MaxQuery bytes) in title, tags or text,
	// and how many there are in all: those first that have them in the title. Pages are searched in the language in which Wiki
	// would return them. ErrTooLarge.
	Search(ctx context.Context, locale, text string, offset, limit int) ([]Wiki, int, error)
	// Backgrounds returns the seasonal backgrounds of the time, and until when.
	Backgrounds(ctx context.Context) (Backgrounds, error)
	// Menu returns the banners of the main menu.
	Menu(ctx context.Context) ([]Banner, error)
}

// Post is a news post. Its ID follows from its slug, and stays: later posts have higher ones, all have 31 bits.
type Post struct {
	ID          int64
	Slug        string // YYYY-MM-DD-title
	Title       string
	Author      string
	Image       string // address of its first image; "" for none
	Preview     string // the first paragraph, as text
	Markdown    string
	HTML        string
	PublishedAt time.Time
	UpdatedAt   time.Time
}

// NewsPage is a page of posts.
type NewsPage struct {
	Posts []Post
	Years []int // newest first
	More  bool
}

// PostPage is a post with its neighbours.
type PostPage struct {
	Post  Post
	Newer *Post
	Older *Post
}

// Stream is a line of builds.
type Stream struct {
	ID       int64
	Name     string // in lower case
	Title    string
	Featured bool
}

// Build is a version with what changed in it. Its ID follows from its date, stream and version: later builds have higher ones, all
// have 31 bits.
type Build struct {
	ID        int64
	Stream    Stream
	Version   string
	CreatedAt time.Time
	Entries   []Entry
}

// Builds asks for builds.
type Builds struct {
	Stream string
	From   string
	To     string
	Before int64
	Limit  int // 1 to MaxPage
}

// BuildPage is a build with its neighbours.
type BuildPage struct {
	Build    Build
	Next     *Build
	Previous *Build
}

// Entry is one change.
type Entry struct {
	ID       int64
	Type     string // add, fix or misc
	Category string
	Title    string
	Markdown string // details; "" for none
	HTML     string
	Major    bool
	URL      string
	Author   string // a name, not an account
}

// Wiki is a wiki page.
type Wiki struct {
	Path     string
	Locale   string
	Title    string
	Subtitle string
	Markdown string // the whole file, its front matter included, which the client reads
	Tags     []string
	Layout   string   // markdown_page or main_page
	Locales  []string // that it is in
}

// Backgrounds of the time.
type Backgrounds struct {
	EndsAt time.Time
	Images []Background
}

// Background is a picture for the main menu.
type Background struct {
	URL    string
	UserID int32 // who drew it; 0 when unknown
}

// Banner is a picture with a link.
type Banner struct {
	Image  string
	URL    string
	Begins time.Time // zero for always
	Ends   time.Time // zero for never
}
