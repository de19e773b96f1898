package press_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/activity"
	commentsLocal "github.com/pure-peace/peace/modules/comments/local"
	contentLocal "github.com/pure-peace/peace/modules/content/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	kudosuLocal "github.com/pure-peace/peace/modules/kudosu/local"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/press"
	"github.com/pure-peace/peace/transport/api/v2/v2test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a server with the area, and with a directory of content.
type server struct {
	*v2test.Stack
	area     *press.Area
	kudosu   *kudosuLocal.Service
	feed     *feed
	desk     *desk
	board    *board
	contents string
}

// feed has events that a test makes up.
type feed struct {
	mu     sync.Mutex
	events []activity.Event // newest first
}

func (f *feed) Of(_ context.Context, user int32, offset, limit int) ([]activity.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []activity.Event
	for _, e := range f.events {
		if e.UserID == user {
			found = append(found, e)
		}
	}
	return found[min(offset, len(found)):min(offset+limit, len(found))], nil
}

func (f *feed) Feed(_ context.Context, after int64, descending bool, limit int) ([]activity.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []activity.Event
	for i := range f.events {
		e := f.events[i]
		if !descending {
			e = f.events[len(f.events)-1-i]
		}
		if (after == 0 || descending == (e.ID < after) && e.ID != after) && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, nil
}

// desk keeps what is reported.
type desk struct{ complaints []moderation.Complaint }

func (d *desk) Complain(_ context.Context, c moderation.Complaint) (moderation.Complaint, error) {
	if c.Reason == "" {
		return c, moderation.ErrBadComplaint
	}
	d.complaints = append(d.complaints, c)
	return c, nil
}

// board has one score.
type board struct{ score scores.Score }

func (b *board) Scores(_ context.Context, ids []int64) ([]scores.Score, error) {
	if len(ids) != 1 || ids[0] != b.score.ID {
		return nil, nil
	}
	return []scores.Score{b.score}, nil
}

type medals struct{}

func (medals) Achievements(context.Context) ([]achievements.Achievement, error) {
	return []achievements.Achievement{{
		ID: 7, File: "osu-combo-500", Name: "500 Combo", Description: "Reach it.", Grouping: "Skill", Ruleset: new(osu.Standard), Ordering: 3,
	}}, nil
}

// contents is what the operators of a test's server have written.
var contents = map[string]string{
	"news/2025-02-01-second.md": "---\ntitle: Second\nauthor: alice\n---\n![](/wiki/images/a.png)\n\nThe **second** post.\n\n<script>x</script>",
	"news/2025-01-01-first.md":  "---\ntitle: First\nauthor: bob\ndate: 2025-01-01 12:00:00\nupdated: 2025-01-02\n---\nHello & welcome.",
	"news/2024-06-01-old.md":    "---\ntitle: Old\n---\nLong ago.",
	"news/2999-01-01-future.md": "Not yet.",
	"changelog/streams.toml":    "[[stream]]\nname = \"stable40\"\ntitle = \"Stable\"\nfeatured = true\n[[stream]]\nname = \"lazer\"\ntitle = \"Lazer\"",
	"changelog/stable40/20250101.1.toml": "date = 2025-01-01T10:00:00Z\n[[entry]]\ntype = \"add\"\ncategory = \"Gameplay\"\ntitle = \"One\"\n" +
		"text = \"With **text**.\"\nmajor = true\nurl = \"/home/news/2025-01-01-first\"\nauthor = \"alice\"\n[[entry]]\ntype = \"fix\"\ntitle = \"Two\"",
	"changelog/stable40/20250201.1.toml": "date = 2025-02-01T10:00:00Z",
	"changelog/lazer/2025.101.0.toml":    "date = 2025-01-03",
	"wiki/Main_page/en.md":               "---\nlayout: main_page\n---\n# Welcome",
	"wiki/Rules/Chat/en.md":              "---\ntags:\n  - kind\n---\n# Chat rules\n\nBe kind.",
	"wiki/Rules/Chat/de.md":              "# Regeln",
	"menu.toml": "[[banner]]\nimage = \"https://i.example/1@2x.png\"\nurl = \"/home\"\n" +
		"[[banner]]\nimage = \"https://i.example/2.png\"\nurl = \"https://example.com\"\nbegins = 2025-01-01\nends = 2999-01-01",
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func newServer(t *testing.T, files map[string]string) *server {
	t.Helper()
	s := &server{Stack: v2test.New(t), feed: &feed{}, desk: &desk{}, board: &board{}, contents: t.TempDir()}
	write(t, s.contents, files)
	config := contentLocal.DefaultConfig()
	config.Dir = s.contents
	written, err := contentLocal.New(t.Context(), config, contentLocal.Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	db := databasetest.Open(t, database.SQLite)
	said, err := commentsLocal.New(t.Context(), commentsLocal.DefaultConfig(), commentsLocal.Deps{
		DB: db, Users: s.Users, Beatmaps: s.Beatmaps, Content: written, Log: s.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.kudosu, err = kudosuLocal.New(t.Context(), kudosuLocal.Deps{DB: db, Users: s.Users, Log: s.Log}); err != nil {
		t.Fatal(err)
	}
	s.area = press.New(press.Deps{
		People: s.People, Content: written, Comments: said, Activity: s.feed, Kudosu: s.kudosu, Achievements: medals{}, Moderation: s.desk,
		Beatmaps: s.Beatmaps, Scores: s.board, Chat: s.Chat, Links: s.Links, Log: s.Log,
	})
	s.area.Register(s.API)
	return s
}

// get asks without a token for something that there is.
func get[T any](t *testing.T, s *server, path string) T {
	t.Helper()
	return ask[T](t, s, http.MethodGet, path, "", nil)
}

func ask[T any](t *testing.T, s *server, method, path, token string, form url.Values) T {
	t.Helper()
	var body any
	if form != nil {
		body = form
	}
	var v T
	s.Do(t, method, path, token, body).Into(t, &v)
	return v
}

func (s *server) refuses(t *testing.T, method, path, token string, form url.Values, code int, text string) {
	t.Helper()
	var body any
	if form != nil {
		body = form
	}
	got := s.Do(t, method, path, token, body)
	if got.Code != code || !bytes.Contains(got.Body, []byte(text)) {
		t.Errorf("%s %s: %d %s, want %d %s", method, path, got.Code, got.Body, code, text)
	}
}

// keysOf returns the keys of the object at a path of keys and indices in an answer, in their order.
func keysOf(t *testing.T, body []byte, path ...string) []string {
	t.Helper()
	value := json.RawMessage(body)
	for _, step := range path {
		if n, err := strconv.Atoi(step); err == nil {
			var list []json.RawMessage
			if err := json.Unmarshal(value, &list); err != nil || len(list) <= n {
				t.Fatalf("%s of %.300s: %v", step, value, err)
			}
			value = list[n]
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(value, &object); err != nil {
			t.Fatalf("%s of %.300s: %v", step, value, err)
		}
		value = object[step]
	}
	d := json.NewDecoder(bytes.NewReader(value))
	var keys []string
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return keys
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 {
				keys = append(keys, token)
				var skipped json.RawMessage
				if err := d.Decode(&skipped); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func wantKeys(t *testing.T, body []byte, want []string, path ...string) {
	t.Helper()
	if diff := cmp.Diff(want, keysOf(t, body, path...)); diff != "" {
		t.Errorf("keys of %v: -want +got:\n%s", path, diff)
	}
}
