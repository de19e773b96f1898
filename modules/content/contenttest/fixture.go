package contenttest

import (
	"time"

	"github.com/pure-peace/peace/modules/content"
)

// Fixture is what a service must have for the suite. Ids, HTML, previews and the times of updates are its own business, and so is
// how its operators would write this.
type Fixture struct {
	Posts   []content.Post // with Slug, Title, Author, Image, Markdown and PublishedAt
	Streams []content.Stream
	Builds  []content.Build // with Stream.Name, Version, CreatedAt and Entries
	Pages   []content.Wiki  // with Path, Locale, Title, Subtitle, Tags, Layout and Markdown
	Season  content.Backgrounds
	Menu    []content.Banner
}

// New returns the fixture. Some of it is of the future and must not be shown yet, some is past.
func New() Fixture {
	day := func(year int, month time.Month, day, hour int) time.Time {
		return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
	}
	future := time.Now().UTC().AddDate(1, 0, 0).Truncate(time.Hour)
	stable, lazer := content.Stream{Name: "stable40"}, content.Stream{Name: "lazer"}
	return Fixture{
		Posts: []content.Post{
			{
				Slug: "2024-12-31-party", Title: "Party & more", Author: "alice", Image: "https://example.com/a.png",
				Markdown: "Come *all*.\n\nSecond.", PublishedAt: day(2024, 12, 31, 18),
			},
			{Slug: "2025-02-01-rules", Title: "New rules", Author: "bob", Markdown: "Be kind.", PublishedAt: day(2025, 2, 1, 9)},
			{Slug: "2025-02-01-again", Title: "Rules again", Author: "bob", Markdown: "Be <b>kinder</b>.", PublishedAt: day(2025, 2, 1, 12)},
			{Slug: "2025-06-01-summer", Title: "Summer", Author: "alice", Markdown: "Sun.", PublishedAt: day(2025, 6, 1, 0)},
			{Slug: future.Format("2006-01-02") + "-later", Title: "Later", Author: "alice", Markdown: "Not yet.", PublishedAt: future},
		},
		Streams: []content.Stream{
			{Name: "stable40", Title: "Stable", Featured: true},
			{Name: "unused", Title: "Nothing was built of it"},
			{Name: "lazer", Title: "Lazer"},
		},
		Builds: []content.Build{
			{Stream: stable, Version: "20250101.1", CreatedAt: day(2025, 1, 1, 10), Entries: []content.Entry{
				{Type: "add", Category: "Gameplay", Title: "One", Markdown: "With **text**.", Major: true, URL: "https://example.com/1", Author: "alice"},
				{Type: "fix", Category: "Gameplay", Title: "Two"},
			}},
			{Stream: stable, Version: "20250201.1", CreatedAt: day(2025, 2, 1, 10), Entries: []content.Entry{{Type: "misc", Category: "Misc", Title: "Three"}}},
			{Stream: lazer, Version: "2025.201.0", CreatedAt: day(2025, 2, 1, 12)},
			{Stream: stable, Version: "20250301.1", CreatedAt: day(2025, 3, 1, 10)},
			{Stream: content.Stream{Name: "cuttingedge"}, Version: "20250301.1", CreatedAt: day(2025, 2, 28, 10)},
			{Stream: stable, Version: "20990101.1", CreatedAt: future},
		},
		Pages: []content.Wiki{
			{
				Path: "Main_page", Locale: "en", Title: "Welcome", Layout: "main_page",
				Markdown: "---\nlayout: main_page\n---\n\n# Welcome\n\nTo the wiki.",
			},
			{
				Path: "Rules", Locale: "en", Title: "Rules", Tags: []string{"conduct", "kind"}, Layout: "markdown_page",
				Markdown: "---\ntags:\n  - conduct\n  - kind\n---\n\n# Rules\n\nOf chat and Scores.",
			},
			{Path: "Rules", Locale: "pt-br", Title: "Regras", Layout: "markdown_page", Markdown: "# Regras\n\nDo chat."},
			{
				Path: "Rules/Song_content", Locale: "en", Title: "Song content", Subtitle: "Rules", Layout: "markdown_page",
				Markdown: "# Song content\n\nNo shouting; see the rules.",
			},
			{Path: "Nur_hier", Locale: "de", Title: "Nur hier", Layout: "markdown_page", Markdown: "# Nur hier\n\nOhne Englisch."},
		},
		Season: content.Backgrounds{
			EndsAt: future, Images: []content.Background{{URL: "https://example.com/s1.jpg", UserID: 1001}, {URL: "https://example.com/s2.jpg"}},
		},
		Menu: []content.Banner{
			{Image: "https://example.com/m1.png", URL: "https://example.com/1"},
			{Image: "https://example.com/m2.png", URL: "https://example.com/2", Begins: day(2025, 1, 1, 0), Ends: day(2025, 2, 1, 0)},
			{Image: "https://example.com/m3.png", URL: "https://example.com/3", Begins: future.AddDate(0, -1, 0), Ends: future},
		},
	}
}
