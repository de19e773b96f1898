package local

import (
	"errors"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/content/markdown"
)

// slugName is what a post's file is called: the day, and words.
var slugName = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}-[A-Za-z0-9._-]{1,150}$`)

// readPost reads news/…/YYYY-MM-DD-title.md.
func readPost(r *markdown.Renderer, name string, file string, modified time.Time) (*content.Post, error) {
	slug := strings.TrimSuffix(path.Base(name), ".md")
	if !slugName.MatchString(slug) {
		return nil, errors.New("its name is not as in 2026-11-21-hello.md")
	}
	day, err := parseDate(slug[:len("2006-01-02")])
	if err == nil {
		day, err = inRange(day)
	}
	if err != nil {
		return nil, err
	}
	f, text, err := splitFront(file)
	if err != nil {
		return nil, err
	}
	about := r.Outline(text)
	post := &content.Post{
		ID:          stamp(day, slug),
		Slug:        slug,
		Title:       firstOf(f.Title, short(about.Title, maxTitle), slug[len("2006-01-02-"):]),
		Author:      firstOf(f.Author, signature(r, text)),
		Image:       firstOf(link(f.Image), link(about.Image)),
		Preview:     short(about.Preview, maxPreview),
		Markdown:    text,
		HTML:        r.HTML(text),
		PublishedAt: day,
	}
	if f.Date != "" {
		if post.PublishedAt, err = parseDate(f.Date); err != nil {
			return nil, err
		}
	}
	post.UpdatedAt = modified.UTC().Truncate(time.Second)
	if f.Updated != "" {
		if post.UpdatedAt, err = parseDate(f.Updated); err != nil {
			return nil, err
		}
	}
	if post.UpdatedAt.Before(post.PublishedAt) {
		post.UpdatedAt = post.PublishedAt
	}
	return post, nil
}

// signature returns who signed a text: osu-wiki's authors put "—Name" below it.
func signature(r *markdown.Renderer, text string) string {
	text = strings.TrimSpace(text)
	last := text[strings.LastIndexByte(text, '\n')+1:]
	signed, ok := strings.CutPrefix(last, "—")
	if !ok || len(signed) > maxTitle {
		return ""
	}
	return r.Outline(strings.TrimSpace(signed)).Preview
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// link returns an address that can be shown; "" for another one.
func link(address string) string {
	if !isLink(address) {
		return ""
	}
	return address
}
