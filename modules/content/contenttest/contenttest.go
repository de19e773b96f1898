// Package contenttest is the conformance suite of the content contract: what it asks, every implementation must answer, in this
// process or behind a peer.
package contenttest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/content"
)

// Subject is what is examined.
type Subject struct {
	Content content.Service
	Fixture Fixture         // what it has
	Empty   content.Service // another one, which has nothing
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"News", testNews},
		{"NewsPages", testNewsPages},
		{"Post", testPost},
		{"Streams", testStreams},
		{"Builds", testBuilds},
		{"Build", testBuild},
		{"Wiki", testWiki},
		{"Search", testSearch},
		{"Pictures", testPictures},
		{"Bounds", testBounds},
		{"Empty", testEmpty},
		{"Owned", testOwned},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func slugs(posts []content.Post) []string {
	var names []string
	for _, p := range posts {
		names = append(names, p.Slug)
	}
	return names
}

func news(t *testing.T, s Subject, year int, before int64, limit int) content.NewsPage {
	t.Helper()
	page, err := s.Content.News(t.Context(), year, before, limit)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func testNews(t *testing.T, s Subject) {
	all := news(t, s, 0, 0, 10)
	want := []string{"2025-06-01-summer", "2025-02-01-again", "2025-02-01-rules", "2024-12-31-party"}
	if diff := cmp.Diff(want, slugs(all.Posts)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]int{2025, 2024}, all.Years); diff != "" || all.More {
		t.Errorf("%v %v", all.Years, all.More)
	}
	party := all.Posts[3]
	wanted := s.Fixture.Posts[0]
	wanted.Markdown, wanted.Preview = "", "Come all."
	if diff := cmp.Diff(wanted, party, cmpopts.IgnoreFields(content.Post{}, "ID", "UpdatedAt")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ids := map[int64]bool{}
	for _, p := range all.Posts {
		if p.ID <= 0 || p.ID >= 1<<31 || ids[p.ID] || p.UpdatedAt.Before(p.PublishedAt) {
			t.Errorf("%s has the id %d and was updated at %v", p.Slug, p.ID, p.UpdatedAt)
		}
		ids[p.ID] = true
	}
	if old := news(t, s, 2024, 0, 10); len(old.Posts) != 1 || len(old.Years) != 2 || old.More {
		t.Errorf("%+v", old)
	}
	if none := news(t, s, 1999, 0, 10); len(none.Posts) != 0 || len(none.Years) != 2 {
		t.Errorf("%+v", none)
	}
}

func testNewsPages(t *testing.T, s Subject) {
	var got []string
	var before int64
	for range 10 {
		page := news(t, s, 0, before, 1)
		got = append(got, slugs(page.Posts)...)
		if !page.More {
			break
		}
		before = page.Posts[0].ID
	}
	if diff := cmp.Diff(slugs(news(t, s, 0, 0, 10).Posts), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// Nothing has the id of a day in between: what is older than that comes.
	second := news(t, s, 0, 0, 10).Posts[0].ID - 1
	if page := news(t, s, 0, second, 10); len(page.Posts) != 3 {
		t.Errorf("%v", slugs(page.Posts))
	}
}

func testPost(t *testing.T, s Subject) {
	page, err := s.Content.Post(t.Context(), "2025-02-01-again", 0)
	if err != nil {
		t.Fatal(err)
	}
	if page.Post.Markdown != "Be <b>kinder</b>." || strings.Contains(page.Post.HTML, "<b>") || !strings.Contains(page.Post.HTML, "kinder") {
		t.Errorf("%+v", page.Post)
	}
	if page.Newer == nil || page.Newer.Slug != "2025-06-01-summer" || page.Older == nil || page.Older.Slug != "2025-02-01-rules" || page.Older.HTML != "" {
		t.Errorf("%+v, %+v", page.Newer, page.Older)
	}
	again, err := s.Content.Post(t.Context(), "", page.Post.ID)
	if diff := cmp.Diff(page, again); err != nil || diff != "" {
		t.Errorf("%v, by id:\n%s", err, diff)
	}
	if newest, err := s.Content.Post(t.Context(), "2025-06-01-summer", 0); err != nil || newest.Newer != nil || newest.Older == nil {
		t.Errorf("%+v, %v", newest, err)
	}
	for _, slug := range []string{s.Fixture.Posts[4].Slug, "2025-02-01", "../menu", "2025-02-01-again.md"} {
		if _, err := s.Content.Post(t.Context(), slug, 0); !errors.Is(err, content.ErrNotFound) {
			t.Errorf("%s: %v", slug, err)
		}
	}
	for _, id := range []int64{0, -1, 5, 1 << 40} {
		if _, err := s.Content.Post(t.Context(), "", id); !errors.Is(err, content.ErrNotFound) {
			t.Errorf("%d: %v", id, err)
		}
	}
}

func versions(builds []content.Build) []string {
	var names []string
	for _, b := range builds {
		names = append(names, b.Stream.Name+" "+b.Version)
	}
	return names
}

func testStreams(t *testing.T, s Subject) {
	latest, err := s.Content.Streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"stable40 20250301.1", "lazer 2025.201.0", "cuttingedge 20250301.1"}, versions(latest)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ids := map[int64]bool{}
	for _, b := range latest {
		if len(b.Entries) != 0 || b.Stream.ID <= 0 || ids[b.Stream.ID] {
			t.Errorf("%+v", b)
		}
		ids[b.Stream.ID] = true
	}
	if len(latest) == 3 && (latest[0].Stream.Title != "Stable" || !latest[0].Stream.Featured || latest[2].Stream.Title == "" || latest[2].Stream.Featured) {
		t.Errorf("%+v", latest)
	}
}

func builds(t *testing.T, s Subject, query content.Builds) []content.Build {
	t.Helper()
	if query.Limit == 0 {
		query.Limit = 10
	}
	found, err := s.Content.Builds(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func testBuilds(t *testing.T, s Subject) {
	all := builds(t, s, content.Builds{})
	want := []string{"stable40 20250301.1", "cuttingedge 20250301.1", "lazer 2025.201.0", "stable40 20250201.1", "stable40 20250101.1"}
	if diff := cmp.Diff(want, versions(all)); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	ignored := cmpopts.IgnoreFields(content.Entry{}, "ID", "HTML")
	if diff := cmp.Diff(s.Fixture.Builds[0].Entries, all[4].Entries, ignored); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if html := all[4].Entries[0].HTML; !strings.Contains(html, "<strong>text</strong>") {
		t.Errorf("%q", html)
	}
	ids := map[int64]bool{}
	for _, b := range all {
		for _, id := range append([]int64{b.ID}, entryIDs(b)...) {
			if id <= 0 || ids[id] {
				t.Errorf("the id %d of %s is there twice", id, b.Version)
			}
			ids[id] = true
		}
		if b.ID >= 1<<31 {
			t.Errorf("%s: %d", b.Version, b.ID)
		}
	}
	for name, test := range map[string]struct {
		query content.Builds
		want  []string
	}{
		"of a stream":       {content.Builds{Stream: "stable40"}, []string{want[0], want[3], want[4]}},
		"of no stream":      {content.Builds{Stream: "none"}, nil},
		"from":              {content.Builds{Stream: "stable40", From: "20250201.1"}, []string{want[0], want[3]}},
		"to":                {content.Builds{Stream: "stable40", To: "20250201.1"}, []string{want[3], want[4]}},
		"from and to":       {content.Builds{Stream: "stable40", From: "20250201.1", To: "20250201.1"}, []string{want[3]}},
		"turned round":      {content.Builds{Stream: "stable40", From: "20250301.1", To: "20250101.1"}, nil},
		"from nowhere":      {content.Builds{Stream: "stable40", From: "1"}, nil},
		"to what is to be":  {content.Builds{Stream: "stable40", To: "20990101.1"}, nil},
		"a page":            {content.Builds{Limit: 2}, want[:2]},
		"the next":          {content.Builds{Limit: 2, Before: all[1].ID}, want[2:4]},
		"below what is not": {content.Builds{Before: all[0].ID + 1}, want},
	} {
		if diff := cmp.Diff(test.want, versions(builds(t, s, test.query))); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func entryIDs(b content.Build) []int64 {
	var ids []int64
	for _, e := range b.Entries {
		ids = append(ids, e.ID)
	}
	return ids
}

func testBuild(t *testing.T, s Subject) {
	page, err := s.Content.Build(t.Context(), "stable40", "20250201.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Build.Entries) != 1 || page.Next == nil || page.Next.Version != "20250301.1" || page.Previous == nil || page.Previous.Version != "20250101.1" ||
		len(page.Previous.Entries) != 0 || page.Build.Stream.Title != "Stable" {
		t.Errorf("%+v", page)
	}
	byID, err := s.Content.Build(t.Context(), "", "", page.Build.ID)
	if diff := cmp.Diff(page, byID); err != nil || diff != "" {
		t.Errorf("%v, by id:\n%s", err, diff)
	}
	byVersion, err := s.Content.Build(t.Context(), "", "20250201.1", 0)
	if diff := cmp.Diff(page, byVersion); err != nil || diff != "" {
		t.Errorf("%v, by version:\n%s", err, diff)
	}
	// Two streams have this version.
	if other, err := s.Content.Build(t.Context(), "cuttingedge", "20250301.1", 0); err != nil || other.Build.Stream.Name != "cuttingedge" || other.Next != nil || other.Previous != nil {
		t.Errorf("%+v, %v", other, err)
	}
	if latest, err := s.Content.Build(t.Context(), "stable40", "20250301.1", 0); err != nil || latest.Next != nil {
		t.Errorf("%+v, %v", latest.Next, err)
	}
	for _, name := range [][2]string{{"lazer", "20250201.1"}, {"stable40", "20990101.1"}, {"", ""}, {"stable40", "../lazer/2025.201.0"}} {
		if _, err := s.Content.Build(t.Context(), name[0], name[1], 0); !errors.Is(err, content.ErrNotFound) {
			t.Errorf("%v: %v", name, err)
		}
	}
}

func testWiki(t *testing.T, s Subject) {
	for name, test := range map[string]struct {
		locale, path string
		want         int // of the fixture's pages
		locales      []string
	}{
		"as asked":       {"en", "Rules", 1, []string{"en", "pt-br"}},
		"translated":     {"pt-br", "Rules", 2, []string{"en", "pt-br"}},
		"in capitals":    {"PT-BR", "rules", 2, []string{"en", "pt-br"}},
		"not translated": {"fr", "Rules", 1, []string{"en", "pt-br"}},
		"below another":  {"en", "Rules/Song_content", 3, []string{"en"}},
		"with slashes":   {"en", "/Rules/Song_content/", 3, []string{"en"}},
		"not in English": {"en", "Nur_hier", 4, []string{"de"}},
		"the first":      {"en", "Main_page", 0, []string{"en"}},
		"no locale":      {"", "Main_page", 0, []string{"en"}},
	} {
		want := s.Fixture.Pages[test.want]
		want.Locales = test.locales
		got, err := s.Content.Wiki(t.Context(), test.locale, test.path)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, -want +got:\n%s", name, err, diff)
		}
	}
	for _, path := range []string{"", "None", "Rules/None", "../Rules", "Rules/en", "Rules/en.md", "Rules\x00", strings.Repeat("a/", 1000), "..\\Rules"} {
		if _, err := s.Content.Wiki(t.Context(), "en", path); !errors.Is(err, content.ErrNotFound) {
			t.Errorf("%.40q: %v", path, err)
		}
	}
}

func testSearch(t *testing.T, s Subject) {
	for name, test := range map[string]struct {
		locale, text  string
		offset, limit int
		want          []string
		total         int
	}{
		"the title first":   {"en", "RULES", 0, 10, []string{"Rules", "Rules/Song_content"}, 2},
		"in the text":       {"en", "shouting", 0, 10, []string{"Rules/Song_content"}, 1},
		"by a tag":          {"en", "conduct", 0, 10, []string{"Rules"}, 1},
		"all words":         {"en", "chat  scores", 0, 10, []string{"Rules"}, 1},
		"one is not there":  {"en", "chat nothing", 0, 10, nil, 0},
		"translated":        {"pt-br", "regras", 0, 10, []string{"Rules"}, 1},
		"the other one":     {"pt-br", "scores", 0, 10, nil, 0},
		"a page":            {"en", "rules", 0, 1, []string{"Rules"}, 2},
		"the next":          {"en", "rules", 1, 1, []string{"Rules/Song_content"}, 2},
		"behind":            {"en", "rules", 5, 1, nil, 2},
		"nothing to search": {"en", "  ", 0, 10, nil, 0},
	} {
		found, total, err := s.Content.Search(t.Context(), test.locale, test.text, test.offset, test.limit)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var paths []string
		for _, w := range found {
			paths = append(paths, w.Path)
			if w.Markdown != "" || w.Title == "" || len(w.Locales) == 0 {
				t.Errorf("%s: %+v", name, w)
			}
		}
		if diff := cmp.Diff(test.want, paths); diff != "" || total != test.total {
			t.Errorf("%s: %d, -want +got:\n%s", name, total, diff)
		}
	}
}

func testPictures(t *testing.T, s Subject) {
	season, err := s.Content.Backgrounds(t.Context())
	if diff := cmp.Diff(s.Fixture.Season, season); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	menu, err := s.Content.Menu(t.Context())
	// The second has ended; the third is to begin, which clients find out themselves.
	if diff := cmp.Diff([]content.Banner{s.Fixture.Menu[0], s.Fixture.Menu[2]}, menu); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func testBounds(t *testing.T, s Subject) {
	for _, limit := range []int{0, -1, content.MaxPage + 1} {
		_, err1 := s.Content.News(t.Context(), 0, 0, limit)
		_, err2 := s.Content.Builds(t.Context(), content.Builds{Limit: limit})
		_, _, err3 := s.Content.Search(t.Context(), "en", "rules", 0, limit)
		for _, err := range []error{err1, err2, err3} {
			if !errors.Is(err, content.ErrTooLarge) {
				t.Errorf("limit %d: %v", limit, err)
			}
		}
	}
	for _, text := range []string{strings.Repeat("a", content.MaxQuery+1)} {
		if _, _, err := s.Content.Search(t.Context(), "en", text, 0, 10); !errors.Is(err, content.ErrTooLarge) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
	if _, _, err := s.Content.Search(t.Context(), "en", "rules", -1, 10); !errors.Is(err, content.ErrTooLarge) {
		t.Error(err)
	}
}

func testEmpty(t *testing.T, s Subject) {
	page, err := s.Empty.News(t.Context(), 0, 0, 10)
	if err != nil || len(page.Posts)+len(page.Years) != 0 || page.More {
		t.Errorf("%+v, %v", page, err)
	}
	if _, err := s.Empty.Post(t.Context(), "2025-01-01-a", 0); !errors.Is(err, content.ErrNotFound) {
		t.Error(err)
	}
	streams, err1 := s.Empty.Streams(t.Context())
	builds, err2 := s.Empty.Builds(t.Context(), content.Builds{Limit: 1})
	found, total, err3 := s.Empty.Search(t.Context(), "en", "a", 0, 1)
	menu, err4 := s.Empty.Menu(t.Context())
	season, err5 := s.Empty.Backgrounds(t.Context())
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Error(err)
	}
	if len(streams)+len(builds)+len(found)+total+len(menu)+len(season.Images) != 0 || !season.EndsAt.Equal(time.Time{}) {
		t.Error("an empty server has something")
	}
	if _, err := s.Empty.Wiki(t.Context(), "en", "Main_page"); !errors.Is(err, content.ErrNotFound) {
		t.Error(err)
	}
}

// testOwned says that a caller may change what he was given.
func testOwned(t *testing.T, s Subject) {
	before := builds(t, s, content.Builds{Stream: "stable40"})
	spoiled := builds(t, s, content.Builds{Stream: "stable40"})
	slices.Reverse(spoiled)
	for i := range spoiled {
		for j := range spoiled[i].Entries {
			spoiled[i].Entries[j].Title = "spoiled"
		}
	}
	page, err := s.Content.Wiki(t.Context(), "en", "Rules")
	if err != nil {
		t.Fatal(err)
	}
	page.Tags[0] = "spoiled"
	if diff := cmp.Diff(before, builds(t, s, content.Builds{Stream: "stable40"})); diff != "" {
		t.Error(diff)
	}
	if again, err := s.Content.Wiki(t.Context(), "en", "Rules"); err != nil || again.Tags[0] != "conduct" {
		t.Errorf("%v, %v", again.Tags, err)
	}
}
