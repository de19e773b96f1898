package local

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/content/markdown"
)

// localeName is what a page's file is called: the language, and where it matters the country or script.
var localeName = regexp.MustCompile(`^[a-z]{2,3}(-[a-z]{2,8})?$`)

// The layouts that the client knows.
const (
	ordinaryPage = "markdown_page"
	mainPage     = "main_page"
)

// page is a wiki page with what it is found by.
type page struct {
	content.Wiki

	head string // its title and tags in lower case
	body string // its text in lower case
}

// readPage reads wiki/PATH/LOCALE.md.
func readPage(r *markdown.Renderer, name, file string) (*page, error) {
	locale := strings.TrimSuffix(path.Base(name), ".md")
	at := strings.TrimPrefix(path.Dir(name), "wiki")
	at = strings.TrimPrefix(at, "/")
	switch {
	case !localeName.MatchString(locale):
		return nil, fmt.Errorf("%.40q is no language, as in en or pt-br", locale)
	case at == "":
		return nil, errors.New("it lies in no directory: the page Rules is wiki/Rules/en.md")
	}
	f, text, err := splitFront(file)
	if err != nil {
		return nil, err
	}
	layout := ordinaryPage
	if f.Layout == mainPage {
		layout = mainPage
	}
	p := &page{Wiki: content.Wiki{
		Path: at, Locale: locale, Layout: layout, Tags: f.Tags, Markdown: strings.TrimPrefix(file, "\uFEFF"),
		Title: firstOf(f.Title, short(r.Outline(text).Title, maxTitle), spoken(path.Base(at))),
	}}
	if above := path.Dir(at); above != "." {
		p.Subtitle = spoken(path.Base(above))
	}
	p.head = strings.ToLower(p.Title + "\n" + at + "\n" + strings.Join(f.Tags, "\n"))
	p.body = strings.ToLower(text)
	return p, nil
}

// spoken makes a title of a part of a path.
func spoken(part string) string { return strings.ReplaceAll(part, "_", " ") }
