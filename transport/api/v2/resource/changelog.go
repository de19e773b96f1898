package resource

import (
	"net/url"
	"strings"

	"github.com/pure-peace/peace/modules/content"
)

// UpdateStream is a line of builds. LatestBuild and UserCount are in the list of streams.
type UpdateStream struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	IsFeatured  bool   `json:"is_featured"`
	LatestBuild *Build `json:"latest_build,omitempty"`
	UserCount   *int32 `json:"user_count,omitempty"`
}

// Build is a version. Entries are in the list of builds and in the build itself, Versions in the latter.
type Build struct {
	CreatedAt      Time              `json:"created_at"`
	DisplayVersion string            `json:"display_version"`
	ID             int64             `json:"id"`
	Users          int64             `json:"users"`
	Version        string            `json:"version"`
	YoutubeID      *string           `json:"youtube_id"`
	UpdateStream   UpdateStream      `json:"update_stream"`
	Entries        *[]ChangelogEntry `json:"changelog_entries,omitempty"`
	Versions       *Versions         `json:"versions,omitempty"`
}

// Versions are the builds beside a build.
type Versions struct {
	Next     *Build `json:"next,omitempty"`
	Previous *Build `json:"previous,omitempty"`
}

// ChangelogEntry is one change. lazer reads GithubUser without a look whether it is there.
type ChangelogEntry struct {
	ID            *int64     `json:"id"`
	Repository    *string    `json:"repository"`
	PullRequestID *int64     `json:"github_pull_request_id"`
	GithubURL     *string    `json:"github_url"`
	URL           *string    `json:"url"`
	Type          string     `json:"type"`
	Category      string     `json:"category"`
	Title         string     `json:"title"`
	Major         bool       `json:"major"`
	CreatedAt     Time       `json:"created_at"`
	GithubUser    GithubUser `json:"github_user"`
	Message       *string    `json:"message,omitempty"`
	MessageHTML   *string    `json:"message_html,omitempty"`
}

// GithubUser is who made a change: here, no more than a name.
type GithubUser struct {
	DisplayName    *string `json:"display_name"`
	GithubURL      *string `json:"github_url"`
	GithubUsername *string `json:"github_username"`
	ID             *int64  `json:"id"`
	OsuUsername    *string `json:"osu_username"`
	UserID         *int32  `json:"user_id"`
	UserURL        *string `json:"user_url"`
}

// MessageFormats are the forms in which the texts of changes are wanted.
type MessageFormats struct{ HTML, Markdown bool }

// NewUpdateStream shows the stream of a build.
func NewUpdateStream(s *content.Stream) UpdateStream {
	return UpdateStream{ID: s.ID, Name: s.Name, DisplayName: s.Title, IsFeatured: s.Featured}
}

// NewBuild shows a build without its entries.
func NewBuild(b *content.Build) *Build {
	return &Build{
		CreatedAt: At(b.CreatedAt), DisplayVersion: displayVersion(b.Version), ID: b.ID, Version: b.Version, UpdateStream: NewUpdateStream(&b.Stream),
	}
}

// NewFullBuild shows a build with its entries.
func NewFullBuild(b *content.Build, formats MessageFormats, links Links) *Build {
	build := NewBuild(b)
	entries := make([]ChangelogEntry, len(b.Entries))
	for i := range b.Entries {
		entries[i] = newEntry(b, &b.Entries[i], formats, links)
	}
	build.Entries = &entries
	return build
}

// NewBuildPage shows a build with its entries and its neighbours.
func NewBuildPage(p *content.BuildPage, formats MessageFormats, links Links) *Build {
	build := NewFullBuild(&p.Build, formats, links)
	build.Versions = &Versions{}
	if p.Next != nil {
		build.Versions.Next = NewBuild(p.Next)
	}
	if p.Previous != nil {
		build.Versions.Previous = NewBuild(p.Previous)
	}
	return build
}

func newEntry(b *content.Build, e *content.Entry, formats MessageFormats, links Links) ChangelogEntry {
	entry := ChangelogEntry{
		ID: &e.ID, URL: links.picture(e.URL), Type: e.Type, Category: e.Category, Title: e.Title, Major: e.Major, CreatedAt: At(b.CreatedAt),
		GithubUser: GithubUser{DisplayName: line(e.Author)},
	}
	if formats.Markdown {
		entry.Message = new(e.Markdown)
	}
	if formats.HTML {
		entry.MessageHTML = new(e.HTML)
	}
	return entry
}

// displayVersion is a version without its letters, as the official server shows it.
func displayVersion(version string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, version)
}

// Changelog is the page of a build.
func (l Links) Changelog(b *content.Build) string {
	return l.Site + "/home/changelog/" + url.PathEscape(b.Stream.Name) + "/" + url.PathEscape(b.Version)
}
