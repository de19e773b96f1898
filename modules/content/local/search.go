package local

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/content"
)

// english is the language that a page should be in when it is in no better one.
const english = "en"

func (l *library) wiki(locale, path string) (content.Wiki, error) {
	path = strings.Trim(path, "/")
	in := l.pages[path]
	if in == nil {
		in = l.pages[l.folded[strings.ToLower(path)]]
	}
	p := choose(in, locale)
	if p == nil {
		return content.Wiki{}, content.ErrNotFound
	}
	return p.copied(in), nil
}

// choose returns a page in a language, or the best other one; nil when there is none.
func choose(in map[string]*page, locale string) *page {
	if p := in[strings.ToLower(locale)]; p != nil {
		return p
	}
	if p := in[english]; p != nil {
		return p
	}
	if len(in) == 0 {
		return nil
	}
	return in[slices.Min(slices.Collect(maps.Keys(in)))]
}

// copied returns the page for a caller to keep, with the languages that it is in.
func (p *page) copied(in map[string]*page) content.Wiki {
	w := p.Wiki
	w.Tags = slices.Clone(w.Tags)
	w.Locales = slices.Sorted(maps.Keys(in))
	return w
}

// maxWords is how many words of a search count.
const maxWords = 8

func (l *library) search(ctx context.Context, locale, text string, offset, limit int) ([]content.Wiki, int, error) {
	words := strings.Fields(strings.ToLower(text))
	words = words[:min(len(words), maxWords)]
	if len(words) == 0 {
		return nil, 0, nil
	}
	var titled, others []*page
	for i, path := range l.paths {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		p := choose(l.pages[path], locale)
		inTitle, found := true, true
		for _, w := range words {
			here := strings.Contains(p.head, w)
			inTitle = inTitle && here
			if found = here || strings.Contains(p.body, w); !found {
				break
			}
		}
		switch {
		case found && inTitle:
			titled = append(titled, p)
		case found:
			others = append(others, p)
		}
	}
	all := append(titled, others...)
	var found []content.Wiki
	for _, p := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		w := p.copied(l.pages[p.Path])
		w.Markdown = ""
		found = append(found, w)
	}
	return found, len(all), nil
}
