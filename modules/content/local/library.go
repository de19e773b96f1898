package local

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/content"
)

// library is everything that was read, ordered for those who ask. It does not change; what it returns is copied where a caller
// could change it.
type library struct {
	posts   []*content.Post  // newest first
	changes []*content.Build // newest first
	streams []content.Stream // in the order of operators
	pages   map[string]map[string]*page
	folded  map[string]string // paths in lower case, for those who write them otherwise
	paths   []string          // sorted
	season  season
	menu    []content.Banner
}

// assemble makes a library of what was read. Two things with one id cannot both be: the one whose file comes first stays.
func assemble(ctx context.Context, log *slog.Logger, found map[string]reading) *library {
	l := &library{pages: map[string]map[string]*page{}, folded: map[string]string{}}
	taken := map[int64]string{}
	slugs := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		switch value := found[name].value.(type) {
		case *content.Post:
			if other, twice := slugs[value.Slug]; twice {
				log.WarnContext(ctx, "content is left out", "file", name, "error", "it has the name of "+other)
				continue
			}
			slugs[value.Slug] = name
			post := *value
			post.ID = free(taken, post.ID, name)
			l.posts = append(l.posts, &post)
		case *content.Build:
			build := *value
			build.ID = free(taken, build.ID, name)
			l.changes = append(l.changes, &build)
		case []content.Stream:
			l.streams = value
		case *page:
			if l.pages[value.Path] == nil {
				l.pages[value.Path] = map[string]*page{}
				l.folded[strings.ToLower(value.Path)] = value.Path
				l.paths = append(l.paths, value.Path)
			}
			l.pages[value.Path][value.Locale] = value
		case season:
			l.season = value
		case []content.Banner:
			l.menu = value
		}
	}
	slices.SortFunc(l.posts, func(a, b *content.Post) int {
		return cmp.Or(b.PublishedAt.Compare(a.PublishedAt), cmp.Compare(b.ID, a.ID))
	})
	slices.SortFunc(l.changes, func(a, b *content.Build) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	slices.Sort(l.paths)
	l.join()
	return l
}

// free returns the next id that nothing else has. Files whose names make the same of one hour come here in the order of their
// names, so that they find the same ids again.
func free(taken map[int64]string, id int64, name string) int64 {
	for taken[id] != "" {
		id++
	}
	taken[id] = name
	return id
}

// join gives builds their streams, entries their ids, and streams that operators did not list a place behind the others.
func (l *library) join() {
	streams := map[string]content.Stream{}
	listed := slices.Clone(l.streams)
	l.streams = nil
	add := func(s content.Stream) {
		if _, twice := streams[s.Name]; twice {
			return
		}
		s.ID = int64(digest(s.Name)>>1 | 1)
		streams[s.Name] = s
		l.streams = append(l.streams, s)
	}
	for _, s := range listed {
		add(s)
	}
	var others []string
	for _, b := range l.changes {
		others = append(others, b.Stream.Name)
	}
	slices.Sort(others)
	for _, name := range others {
		add(content.Stream{Name: name, Title: name})
	}
	for _, b := range l.changes {
		b.Stream = streams[b.Stream.Name]
		b.Entries = slices.Clone(b.Entries)
		for i := range b.Entries {
			b.Entries[i].ID = b.ID<<8 | int64(i)
		}
	}
}

// published returns the posts that are out by now. Those of the future stand first.
func (l *library) published(now time.Time) []*content.Post {
	return after(l.posts, func(p *content.Post) bool { return p.PublishedAt.After(now) })
}

// released is published for builds.
func (l *library) released(now time.Time) []*content.Build {
	return after(l.changes, func(b *content.Build) bool { return b.CreatedAt.After(now) })
}

// after returns what comes behind the elements for which skip is true.
func after[T any](list []T, skip func(T) bool) []T {
	for i, e := range list {
		if !skip(e) {
			return list[i:]
		}
	}
	return nil
}

// below returns what comes behind the element with an id. When it is not there any more its id still says about where it was.
func below[T any](list []T, before int64, id func(T) int64) []T {
	if before == 0 {
		return list
	}
	if at := slices.IndexFunc(list, func(e T) bool { return id(e) == before }); at >= 0 {
		return list[at+1:]
	}
	return after(list, func(e T) bool { return id(e) >= before })
}

func (l *library) news(now time.Time, year int, before int64, limit int) content.NewsPage {
	var page content.NewsPage
	out := l.published(now)
	for _, p := range out {
		if y := p.PublishedAt.Year(); len(page.Years) == 0 || page.Years[len(page.Years)-1] != y {
			page.Years = append(page.Years, y)
		}
	}
	for _, p := range below(out, before, func(p *content.Post) int64 { return p.ID }) {
		if year != 0 && p.PublishedAt.Year() != year {
			continue
		}
		if len(page.Posts) == limit {
			page.More = true
			break
		}
		page.Posts = append(page.Posts, *brief(p))
	}
	return page
}

// brief returns a post without its text.
func brief(p *content.Post) *content.Post {
	b := *p
	b.Markdown, b.HTML = "", ""
	return &b
}

func (l *library) post(now time.Time, slug string, id int64) (content.PostPage, error) {
	out := l.published(now)
	at := slices.IndexFunc(out, func(p *content.Post) bool { return slug != "" && p.Slug == slug || slug == "" && p.ID == id })
	if at < 0 {
		return content.PostPage{}, content.ErrNotFound
	}
	page := content.PostPage{Post: *out[at]}
	if at > 0 {
		page.Newer = brief(out[at-1])
	}
	if at+1 < len(out) {
		page.Older = brief(out[at+1])
	}
	return page, nil
}

func (l *library) latest(now time.Time) []content.Build {
	out := l.released(now)
	var latest []content.Build
	for _, s := range l.streams {
		if at := slices.IndexFunc(out, func(b *content.Build) bool { return b.Stream.Name == s.Name }); at >= 0 {
			latest = append(latest, *bare(out[at]))
		}
	}
	return latest
}

// bare returns a build without its entries.
func bare(b *content.Build) *content.Build {
	c := *b
	c.Entries = nil
	return &c
}

// whole returns a build for a caller to keep.
func whole(b *content.Build) content.Build {
	c := *b
	c.Entries = slices.Clone(b.Entries)
	return c
}

func (l *library) builds(now time.Time, query content.Builds) []content.Build {
	out := l.released(now)
	if query.Stream != "" {
		out = ofStream(out, query.Stream)
	}
	version := func(version string) int {
		return slices.IndexFunc(out, func(b *content.Build) bool { return b.Version == version })
	}
	first, end := 0, len(out)
	if query.To != "" {
		if first = version(query.To); first < 0 {
			return nil
		}
	}
	if query.From != "" {
		at := version(query.From)
		if at < 0 {
			return nil
		}
		end = at + 1
	}
	if first >= end {
		return nil
	}
	var builds []content.Build
	for _, b := range below(out[first:end], query.Before, func(b *content.Build) int64 { return b.ID }) {
		if len(builds) == query.Limit {
			break
		}
		builds = append(builds, whole(b))
	}
	return builds
}

func ofStream(builds []*content.Build, stream string) []*content.Build {
	var of []*content.Build
	for _, b := range builds {
		if b.Stream.Name == stream {
			of = append(of, b)
		}
	}
	return of
}

func (l *library) build(now time.Time, stream, version string, id int64) (content.BuildPage, error) {
	out := l.released(now)
	at := slices.IndexFunc(out, func(b *content.Build) bool {
		if version == "" {
			return b.ID == id
		}
		return b.Version == version && (stream == "" || b.Stream.Name == stream)
	})
	if at < 0 {
		return content.BuildPage{}, content.ErrNotFound
	}
	found := out[at]
	page := content.BuildPage{Build: whole(found)}
	line := ofStream(out, found.Stream.Name)
	at = slices.Index(line, found)
	if at > 0 {
		page.Next = bare(line[at-1])
	}
	if at+1 < len(line) {
		page.Previous = bare(line[at+1])
	}
	return page, nil
}

func (l *library) seasonal(now time.Time) content.Backgrounds {
	if now.Before(l.season.begins) || !now.Before(l.season.EndsAt) {
		return content.Backgrounds{}
	}
	return content.Backgrounds{EndsAt: l.season.EndsAt, Images: slices.Clone(l.season.Images)}
}

func (l *library) banners(now time.Time) []content.Banner {
	return slices.DeleteFunc(slices.Clone(l.menu), func(b content.Banner) bool { return !b.Ends.IsZero() && !now.Before(b.Ends) })
}
