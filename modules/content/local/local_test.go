package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/content"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// open returns a service over a directory, and what it logs.
func open(t *testing.T, dir string, edits ...func(*Config)) (*Service, *bytes.Buffer) {
	t.Helper()
	config := DefaultConfig()
	config.Dir = dir
	for _, edit := range edits {
		edit(&config)
	}
	var logged bytes.Buffer
	s, err := New(t.Context(), config, Deps{Log: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s, &logged
}

func slugs(t *testing.T, s *Service) []string {
	t.Helper()
	page, err := s.News(t.Context(), 0, 0, content.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range page.Posts {
		names = append(names, p.Slug)
	}
	return names
}

// TestBroken says that each file that cannot be understood is left out and named in the log, and takes nothing else down.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	good := map[string]string{
		"news/2025-01-01-good.md": "Good.", "changelog/stable40/1.toml": "date = 2025-01-01", "wiki/Good/en.md": "# Good",
		"menu.toml": "[[banner]]\nimage = \"https://a\"\nurl = \"https://b\"",
	}
	for name, text := range good {
		write(t, dir, name, text)
	}
	bad := map[string]string{
		"news/title.md":                  "No date.",
		"news/2025-13-01-month.md":       "No such month.",
		"news/1999-01-01-old.md":         "Before the game.",
		"news/2025-01-02-end.md":         "---\ntitle: without an end\n",
		"news/2025-01-02-yaml.md":        "---\ntitle: [\n---\n",
		"news/2025-01-02-type.md":        "---\ntags: {a: b}\n---\n",
		"news/2025-01-02-date.md":        "---\ndate: tomorrow\n---\n",
		"news/2025-01-02-long.md":        "---\ntitle: " + strings.Repeat("a", maxTitle+1) + "\n---\n",
		"news/2025-01-02-utf.md":         "\xff\xfe",
		"news/2025-01-02-large.md":       strings.Repeat("a", maxFile+1),
		"news/2025-01-02-a b.md":         "A space.",
		"changelog/stable40/date.toml":   "",
		"changelog/stable40/when.toml":   `date = "soon"`,
		"changelog/stable40/key.toml":    "date = 2025-01-01\ndata = 1",
		"changelog/stable40/syntax.toml": "date = ",
		"changelog/stable40/type.toml":   "date = 2025-01-01\n[[entry]]\ntype = \"new\"\ntitle = \"a\"",
		"changelog/stable40/title.toml":  "date = 2025-01-01\n[[entry]]\ntype = \"add\"",
		"changelog/stable40/link.toml":   "date = 2025-01-01\n[[entry]]\ntitle = \"a\"\nurl = \"javascript:alert(1)\"",
		"changelog/stable40/many.toml":   "date = 2025-01-01\n" + strings.Repeat("[[entry]]\ntitle = \"a\"\n", maxEntries+1),
		"changelog/stable40/large.toml":  "date = 2025-01-01\n#" + strings.Repeat("a", maxBuild),
		"changelog/stable40/year.toml":   "date = 9999-01-01",
		"changelog/Upper/1.toml":         "date = 2025-01-01",
		"changelog/streams.toml":         "[[stream]]\nname = \"A B\"",
		"wiki/en.md":                     "# Nowhere",
		"wiki/Rules/english.md":          "# A language",
		"wiki/Rules/en.md":               "---\ntags: 1: 2\n---\n",
		"backgrounds.toml":               "[[background]]\nurl = \"https://a\"", // until when?
	}
	for name, text := range bad {
		write(t, dir, name, text)
	}
	// Not looked at.
	for _, name := range []string{"news/picture.png", "wiki/Good/a.jpg", ".git/config", "other.toml", "news/README.md", "changelog/a/b/c.toml"} {
		write(t, dir, name, "\xff")
	}
	s, logged := open(t, dir)
	if diff := cmp.Diff([]string{"2025-01-01-good"}, slugs(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := s.Wiki(t.Context(), "en", "Good"); err != nil {
		t.Error(err)
	}
	if _, err := s.Build(t.Context(), "stable40", "1", 0); err != nil {
		t.Error(err)
	}
	if menu, err := s.Menu(t.Context()); err != nil || len(menu) != 1 {
		t.Errorf("%v, %v", menu, err)
	}
	for name := range bad {
		if !strings.Contains(logged.String(), name) {
			t.Errorf("the log does not name %s", name)
		}
	}
	if n := strings.Count(logged.String(), "\n"); n != len(bad) {
		t.Errorf("%d lines for %d files:\n%s", n, len(bad), logged)
	}
	logged.Reset()
	if fresh := s.scanner.scan(t.Context()); fresh != nil || logged.Len() != 0 {
		t.Errorf("%v is new, %s", fresh, logged)
	}
}

// TestFollows says that new, changed and removed files are noticed while the service runs.
func TestFollows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	synctest.Test(t, func(t *testing.T) {
		s, logged := open(t, dir, func(c *Config) { c.Every = time.Second })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		title := func() string {
			time.Sleep(2 * time.Second)
			page, err := s.Wiki(t.Context(), "en", "A") // posts would be of the future of this bubble
			if errors.Is(err, content.ErrNotFound) {
				return ""
			}
			if err != nil {
				t.Fatal(err)
			}
			return page.Title
		}
		expect := func(want string) {
			t.Helper()
			if got := title(); got != want {
				t.Errorf("%q, want %q; %s", got, want, logged)
			}
		}
		expect("")
		write(t, dir, "wiki/A/en.md", "# One")
		expect("One")
		write(t, dir, "wiki/A/en.md", "# First")
		write(t, dir, "news/1999-01-01-b.md", "# Broken")
		expect("First")
		write(t, dir, "wiki/A/en.md", "---\n")
		expect("")
		write(t, dir, "wiki/A/en.md", "# Mended")
		expect("Mended")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		expect("")
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestLinks says that links are followed within the directory, and never out of it.
func TestLinks(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, "secret.md", "# Secret")
	write(t, outside, "wiki/Secret/en.md", "# Secret")
	dir := t.TempDir()
	write(t, dir, "drafts/a.md", "# Inside")
	write(t, dir, "news/2025-01-01-real.md", "# Real")
	for name, target := range map[string]string{
		"news/2025-01-02-inside.md":  "../drafts/a.md",
		"news/2025-01-03-outside.md": filepath.Join(outside, "secret.md"),
		"news/2025-01-04-loop.md":    "2025-01-04-loop.md",
		"wiki":                       filepath.Join(outside, "wiki"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, logged := open(t, dir)
	if n := strings.Count(logged.String(), "content is left out"); n != 2 { // the link to wiki is not looked at
		t.Errorf("%d warnings:\n%s", n, logged)
	}
	logged.Reset()
	if fresh := s.scanner.scan(t.Context()); fresh != nil || logged.Len() != 0 {
		t.Errorf("told twice: %s", logged)
	}
	if diff := cmp.Diff([]string{"2025-01-02-inside", "2025-01-01-real"}, slugs(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if w, err := s.Wiki(t.Context(), "en", "Secret"); err == nil {
		t.Errorf("%+v", w)
	}
}

func TestLimits(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		write(t, dir, fmt.Sprintf("news/2025-01-0%d-a.md", i+1), strings.Repeat("a", 400<<10))
	}
	s, logged := open(t, dir, func(c *Config) { c.Files = 3 })
	if got := slugs(t, s); len(got) != 3 || !strings.Contains(logged.String(), "content.files") {
		t.Errorf("%v, %s", got, logged)
	}
	logged.Reset()
	if s.scanner.scan(t.Context()); logged.Len() != 0 {
		t.Errorf("told twice: %s", logged)
	}
	write(t, dir, "changelog/a/1.toml", strings.Repeat("a", 5<<20)) // too large for itself, and nobody's loss
	if s, _ := open(t, dir, func(c *Config) { c.Megabytes = 1 }); len(slugs(t, s)) != 2 {
		t.Errorf("%v", slugs(t, s))
	}
}

// TestIDs says that ids are those of other days, too: comments hang on them.
func TestIDs(t *testing.T) {
	at := time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)
	if id := stamp(at, "stable40/20261121.1"); id != stamp(at.Add(29*time.Minute), "stable40/20261121.1") || id != 174354<<11|219 {
		t.Errorf("%d, hour %d, %d", id, id>>11, id&2047)
	}
	if last := stamp(epoch.Add(idHours*time.Hour-1), "x"); last >= 1<<31 {
		t.Errorf("%d has more than 31 bits", last)
	}
	taken := map[int64]string{}
	if a, b := free(taken, 5, "a"), free(taken, 5, "b"); a != 5 || b != 6 {
		t.Errorf("%d, %d", a, b)
	}
}

func TestSigned(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "news/2025-01-01-a.md", "Text.\r\n\r\n—[alice](https://example.com/u/1)\r\n")
	s, _ := open(t, dir)
	page, err := s.News(t.Context(), 0, 0, 1)
	if err != nil || page.Posts[0].Author != "alice" || page.Posts[0].Title != "a" {
		t.Errorf("%+v, %v", page.Posts, err)
	}
}

func TestShort(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abc def ghi", 10, "abc…"}, {"abcdefghi", 6, "abc…"}, {"éééé", 6, "é…"}, {"", 1, ""}} {
		if got := short(test.text, test.n); got != test.want || len(got) > max(test.n, len(test.text)) {
			t.Errorf("%q in %d bytes: %q, want %q", test.text, test.n, got, test.want)
		}
	}
}

func TestConfig(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, edit := range map[string]func(*Config){
		"dir":       func(c *Config) { c.Dir = "" },
		"every":     func(c *Config) { c.Every = 0 },
		"files":     func(c *Config) { c.Files = 0 },
		"megabytes": func(c *Config) { c.Megabytes = 4096 },
	} {
		c := DefaultConfig()
		edit(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
