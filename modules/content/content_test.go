package content_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/content/contentpb"
	"github.com/pure-peace/peace/modules/content/contenttest"
	"github.com/pure-peace/peace/modules/content/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) { contenttest.Run(t, newSubject(t)) }

func TestRemote(t *testing.T) {
	s := newSubject(t)
	s.Content = wiretest.Loopback(t, contentpb.Register, contentpb.NewClient, s.Content)
	s.Empty = wiretest.Loopback(t, contentpb.Register, contentpb.NewClient, s.Empty)
	contenttest.Run(t, s)
}

func newSubject(t *testing.T) contenttest.Subject {
	t.Helper()
	fixture := contenttest.New()
	dir := t.TempDir()
	publish(t, dir, fixture)
	return contenttest.Subject{Content: newService(t, dir), Fixture: fixture, Empty: newService(t, filepath.Join(dir, "none"))}
}

func newService(t *testing.T, dir string) content.Service {
	t.Helper()
	config := local.DefaultConfig()
	config.Dir = dir
	s, err := local.New(t.Context(), config, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// publish writes the fixture as an operator would.
func publish(t *testing.T, dir string, f contenttest.Fixture) {
	t.Helper()
	for _, p := range f.Posts {
		text := fmt.Sprintf("---\ntitle: %q\nauthor: %s\nimage: %s\ndate: %s\n---\n%s", p.Title, p.Author, p.Image, p.PublishedAt.Format(time.DateTime), p.Markdown)
		write(t, dir, filepath.Join("news", p.Slug[:4], p.Slug+".md"), text)
	}
	var streams strings.Builder
	for _, s := range f.Streams {
		fmt.Fprintf(&streams, "[[stream]]\nname = %q\ntitle = %q\nfeatured = %t\n", s.Name, s.Title, s.Featured)
	}
	write(t, dir, "changelog/streams.toml", streams.String())
	for _, b := range f.Builds {
		text := fmt.Sprintf("date = %s\n", b.CreatedAt.Format(time.RFC3339))
		for _, e := range b.Entries {
			text += fmt.Sprintf("[[entry]]\ntype = %q\ncategory = %q\ntitle = %q\ntext = %q\nmajor = %t\nurl = %q\nauthor = %q\n",
				e.Type, e.Category, e.Title, e.Markdown, e.Major, e.URL, e.Author)
		}
		write(t, dir, filepath.Join("changelog", b.Stream.Name, b.Version+".toml"), text)
	}
	for _, p := range f.Pages {
		write(t, dir, filepath.Join("wiki", p.Path, p.Locale+".md"), p.Markdown)
	}
	season := fmt.Sprintf("ends = %s\n", f.Season.EndsAt.Format(time.RFC3339))
	for _, b := range f.Season.Images {
		season += fmt.Sprintf("[[background]]\nurl = %q\nuser = %d\n", b.URL, b.UserID)
	}
	write(t, dir, "backgrounds.toml", season)
	var menu strings.Builder
	for _, b := range f.Menu {
		fmt.Fprintf(&menu, "[[banner]]\nimage = %q\nurl = %q\n", b.Image, b.URL)
		if !b.Begins.IsZero() {
			fmt.Fprintf(&menu, "begins = %s\nends = %s\n", b.Begins.Format(time.RFC3339), b.Ends.Format(time.RFC3339))
		}
	}
	write(t, dir, "menu.toml", menu.String())
}

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

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, contentpb.FromPost, contentpb.ToPost)
	wiretest.RoundTrip(t, contentpb.FromPostPage, contentpb.ToPostPage)
	wiretest.RoundTrip(t, contentpb.FromNewsPage, contentpb.ToNewsPage)
	wiretest.RoundTrip(t, contentpb.FromBuildPage, contentpb.ToBuildPage)
	wiretest.RoundTrip(t, contentpb.FromBuilds, contentpb.ToBuilds)
	wiretest.RoundTrip(t, contentpb.FromWiki, contentpb.ToWiki)
	wiretest.RoundTrip(t, contentpb.FromBackgrounds, contentpb.ToBackgrounds)
	wiretest.RoundTrip(t, contentpb.FromBanner, contentpb.ToBanner)
}
