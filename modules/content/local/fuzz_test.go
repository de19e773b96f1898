package local

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/content/markdown"
)

func FuzzPost(f *testing.F) {
	for _, seed := range []string{
		"", "# Title\n\ntext", "---\ntitle: a\ndate: 2025-01-01 10:00:00 +0200\n---\ntext\n\n—bob", "---\n---\n", "---\ntitle: &a [*a]\n---\n",
		"\uFEFF---\r\ntags:\r\n  - a\r\n---\r\n", "---\ntags: !!binary aGk=\n---", "---\n<<: 1\n---\n",
	} {
		f.Add(seed)
	}
	r := markdown.New()
	f.Fuzz(func(t *testing.T, file string) {
		if len(file) > 8192 || !utf8.ValidString(file) {
			return
		}
		if post, err := readPost(r, "news/2025-01-01-a.md", file, time.Unix(1e9, 0)); err == nil {
			if post.Title == "" || post.ID <= 0 || post.ID >= 1<<31 || post.UpdatedAt.Before(post.PublishedAt) || len(post.Author) > len(file) {
				t.Errorf("%+v", post)
			}
		}
		if page, err := readPage(r, "wiki/A/B/en.md", file); err == nil {
			if page.Title == "" || page.Path != "A/B" || page.Subtitle != "A" || len(page.Tags) > maxTags {
				t.Errorf("%+v", page)
			}
		}
	})
}

func FuzzBuild(f *testing.F) {
	for _, seed := range []string{
		"", "date = 2025-01-01", "date = 2025-01-01T10:00:00\n[[entry]]\ntype = \"add\"\ntitle = \"a\"\ntext = \"**b**\"\nmajor = true\nurl = \"/a\"",
		"date = [1]", "date = {a = 1}", "entry = 1", "[[entry]]\n[entry.entry]", "begins = 2025-01-01\nends = 2026-01-01\n[[background]]\nurl = \"https://a\"",
		"[[banner]]\nimage = \"https://a\"\nurl = \"/b\"\nbegins = 1979-05-27T07:32:00Z", "[[stream]]\nname = \"a\"",
	} {
		f.Add(seed)
	}
	r := markdown.New()
	f.Fuzz(func(t *testing.T, file string) {
		if len(file) > 8192 || !utf8.ValidString(file) {
			return
		}
		if b, err := readBuild(r, "changelog/a/1.toml", file); err == nil {
			if b.ID <= 0 || b.ID >= 1<<31 || len(b.Entries) > maxEntries {
				t.Errorf("%+v", b)
			}
			for _, e := range b.Entries {
				if e.Title == "" || e.Category == "" || e.URL != "" && !isLink(e.URL) || !strings.Contains("add fix misc", e.Type) {
					t.Errorf("%+v", e)
				}
			}
		}
		if streams, err := readStreams(file); err == nil && len(streams) > maxStreams {
			t.Errorf("%d streams", len(streams))
		}
		if s, err := readBackgrounds(file); err == nil && s.EndsAt.IsZero() {
			t.Error("a season without an end")
		}
		if _, err := readMenu(file); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
