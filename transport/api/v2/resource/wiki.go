package resource

import "github.com/pure-peace/peace/modules/content"

// WikiPage is a page of the wiki.
type WikiPage struct {
	AvailableLocales []string `json:"available_locales"`
	Layout           string   `json:"layout"`
	Locale           string   `json:"locale"`
	Markdown         string   `json:"markdown"`
	Path             string   `json:"path"`
	Subtitle         *string  `json:"subtitle"`
	Tags             []string `json:"tags"`
	Title            string   `json:"title"`
}

// NewWikiPage shows a page.
func NewWikiPage(w *content.Wiki) *WikiPage {
	return &WikiPage{
		AvailableLocales: append([]string{}, w.Locales...), Layout: w.Layout, Locale: w.Locale, Markdown: w.Markdown, Path: w.Path,
		Subtitle: line(w.Subtitle), Tags: append([]string{}, w.Tags...), Title: w.Title,
	}
}

// SeasonalBackgrounds are pictures for the menu.
type SeasonalBackgrounds struct {
	EndsAt      Time                 `json:"ends_at"`
	Backgrounds []SeasonalBackground `json:"backgrounds"`
}

// SeasonalBackground is one of them, with who drew it.
type SeasonalBackground struct {
	URL  string `json:"url"`
	User *User  `json:"user"`
}
