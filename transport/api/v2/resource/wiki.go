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

// MenuContent is what lazer's menu shows beneath its button.
type MenuContent struct {
	Images []MenuImage `json:"images"`
}

// MenuImage is a picture that leads somewhere, for as long as it is shown.
type MenuImage struct {
	Image   string `json:"image"`
	URL     string `json:"url"`
	Begins  *Time  `json:"begins"`
	Expires *Time  `json:"expires"`
}

// NewMenuContent shows banners.
func NewMenuContent(banners []content.Banner, links Links) MenuContent {
	menu := MenuContent{Images: []MenuImage{}}
	for _, b := range banners {
		menu.Images = append(menu.Images, MenuImage{
			Image: *links.picture(b.Image), URL: *links.picture(b.URL), Begins: Maybe(b.Begins), Expires: Maybe(b.Ends),
		})
	}
	return menu
}
