package press_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/users"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/press"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

type newsAnswer struct {
	Posts   []resource.NewsPost `json:"news_posts"`
	Sidebar struct {
		CurrentYear int                 `json:"current_year"`
		Posts       []resource.NewsPost `json:"news_posts"`
		Years       []int               `json:"years"`
	} `json:"news_sidebar"`
	Search map[string]any  `json:"search"`
	Cursor json.RawMessage `json:"cursor"`
	Text   *string         `json:"cursor_string"`
}

func slugs(posts []resource.NewsPost) []string {
	list := []string{}
	for _, p := range posts {
		list = append(list, p.Slug)
	}
	return list
}

// TestWritten asks one server for everything that its operators wrote.
func TestWritten(t *testing.T) {
	s := newServer(t, contents)
	for name, test := range map[string]func(*testing.T, *server){
		"News": testNews, "NewsPages": testNewsPages, "Post": testPost, "Changelog": testChangelog, "Build": testBuild, "Wiki": testWiki,
		"Access": testAccess,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

var postKeys = []string{"id", "author", "edit_url", "first_image", "first_image@2x", "published_at", "updated_at", "slug", "title"}

func testNews(t *testing.T, s *server) {
	all := get[newsAnswer](t, s, "/news")
	if diff := cmp.Diff([]string{"2025-02-01-second", "2025-01-01-first", "2024-06-01-old"}, slugs(all.Posts)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2025-02-01-second", "2025-01-01-first"}, slugs(all.Sidebar.Posts)); diff != "" {
		t.Errorf("sidebar: -want +got:\n%s", diff)
	}
	if all.Sidebar.CurrentYear != 2025 || !cmp.Equal(all.Sidebar.Years, []int{2025, 2024}) || string(all.Cursor) != "null" || all.Text != nil {
		t.Errorf("%+v", all)
	}
	if diff := cmp.Diff(map[string]any{"limit": 12.0, "sort": "published_desc", "year": nil}, all.Search); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	first := all.Posts[1]
	if *first.Preview != "Hello & welcome." || first.Author != "bob" || first.FirstImage != nil || first.Content != nil || first.Navigation != nil {
		t.Errorf("%+v", first)
	}
	if image := all.Posts[0].FirstImage; image == nil || *image != "https://osu.peace.test/wiki/images/a.png" {
		t.Errorf("%v", image)
	}
	body := s.Get(t, "/news/", "").Body // both spellings
	wantKeys(t, body, []string{"news_posts", "news_sidebar", "search", "cursor", "cursor_string"})
	wantKeys(t, body, append(append([]string{}, postKeys...), "preview"), "news_posts", "1")
	wantKeys(t, body, postKeys, "news_sidebar", "news_posts", "0")
}

func testNewsPages(t *testing.T, s *server) {
	// As libraries follow pages, and as lazer does.
	for name, next := range map[string]func(newsAnswer) string{
		"text": func(a newsAnswer) string { return "&cursor_string=" + *a.Text },
		"object": func(a newsAnswer) string {
			var c map[string]any
			if err := json.Unmarshal(a.Cursor, &c); err != nil {
				t.Fatal(err)
			}
			return "&cursor[id]=" + strconv.FormatFloat(c["id"].(float64), 'f', 0, 64) + "&cursor[published_at]=" + c["published_at"].(string)
		},
	} {
		var got []string
		path := "/news?limit=1"
		for range 5 {
			page := get[newsAnswer](t, s, path)
			got = append(got, slugs(page.Posts)...)
			if string(page.Cursor) == "null" {
				break
			}
			path = "/news?limit=1" + next(page)
		}
		if diff := cmp.Diff([]string{"2025-02-01-second", "2025-01-01-first", "2024-06-01-old"}, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	old := get[newsAnswer](t, s, "/news?year=2024")
	if len(old.Posts) != 1 || old.Sidebar.CurrentYear != 2024 || old.Search["year"] != 2024.0 {
		t.Errorf("%+v", old)
	}
	if none := get[newsAnswer](t, s, "/news?year=1999"); len(none.Posts) != 0 || none.Sidebar.CurrentYear != time.Now().UTC().Year() || len(none.Sidebar.Years) != 2 {
		t.Errorf("%+v", none)
	}
	for _, query := range []string{"limit=x", "year=x", "cursor_string=%21", "cursor[id]=x"} {
		s.refuses(t, "GET", "/news?"+query, "", nil, 422, `"error":`)
	}
}

func testPost(t *testing.T, s *server) {
	post := get[resource.NewsPost](t, s, "/news/2025-01-01-first")
	if *post.Content != "<p>Hello &amp; welcome.</p>\n" || post.Navigation.Newer.Slug != "2025-02-01-second" || post.Navigation.Older.Slug != "2024-06-01-old" {
		t.Errorf("%+v", post)
	}
	if got := get[resource.NewsPost](t, s, "/news/"+strconv.FormatInt(post.ID, 10)+"?key=id"); got.Slug != post.Slug {
		t.Errorf("%+v", got)
	}
	body := s.Get(t, "/news/2025-02-01-second", "").Body
	wantKeys(t, body, append(append([]string{}, postKeys...), "content", "navigation"))
	wantKeys(t, body, []string{"older"}, "navigation")
	for _, path := range []string{"/news/none", "/news/2999-01-01-future", "/news/5?key=id", "/news/x?key=id", "/news/..%2Fmenu"} {
		s.refuses(t, "GET", path, "", nil, 404, `{"error":"Specified news post couldn't be found."}`)
	}
}

type changelogAnswer struct {
	Streams []resource.UpdateStream `json:"streams"`
	Builds  []resource.Build        `json:"builds"`
	Search  map[string]any          `json:"search"`
}

var buildKeys = []string{"created_at", "display_version", "id", "users", "version", "youtube_id", "update_stream"}

func versions(builds []resource.Build) []string {
	list := []string{}
	for _, b := range builds {
		list = append(list, b.Version)
	}
	return list
}

func testChangelog(t *testing.T, s *server) {
	all := get[changelogAnswer](t, s, "/changelog")
	if diff := cmp.Diff([]string{"20250201.1", "2025.101.0", "20250101.1"}, versions(all.Builds)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(all.Streams) != 2 || all.Streams[0].LatestBuild.Version != "20250201.1" || *all.Streams[1].UserCount != 0 || !all.Streams[0].IsFeatured {
		t.Errorf("%+v", all.Streams)
	}
	entries := *all.Builds[2].Entries
	if len(entries) != 2 || *entries[0].Message != "With **text**." || *entries[0].MessageHTML != "<p>With <strong>text</strong>.</p>\n" ||
		*entries[0].URL != "https://osu.peace.test/home/news/2025-01-01-first" || *entries[0].GithubUser.DisplayName != "alice" || !entries[0].Major ||
		entries[1].Type != "fix" || entries[1].GithubUser.DisplayName != nil || entries[1].URL != nil {
		t.Errorf("%+v", entries)
	}
	body := s.Get(t, "/changelog", "").Body
	wantKeys(t, body, []string{"streams", "builds", "search"})
	wantKeys(t, body, []string{"id", "name", "display_name", "is_featured", "latest_build", "user_count"}, "streams", "0")
	wantKeys(t, body, buildKeys, "streams", "0", "latest_build")
	wantKeys(t, body, append(append([]string{}, buildKeys...), "changelog_entries"), "builds", "2")
	wantKeys(t, body, []string{"stream", "from", "to", "max_id", "limit"}, "search")
	wantKeys(t, body, []string{
		"id", "repository", "github_pull_request_id", "github_url", "url", "type", "category", "title", "major", "created_at", "github_user", "message",
		"message_html",
	}, "builds", "2", "changelog_entries", "0")
	wantKeys(t, body, []string{"display_name", "github_url", "github_username", "id", "osu_username", "user_id", "user_url"},
		"builds", "2", "changelog_entries", "0", "github_user")

	for query, want := range map[string][]string{
		"stream=stable40":                                   {"20250201.1", "20250101.1"},
		"stream=stable40&from=20250201.1":                   {"20250201.1"},
		"stream=stable40&to=20250101.1":                     {"20250101.1"},
		"stream=none":                                       {},
		"max_id=" + strconv.FormatInt(all.Builds[1].ID, 10): {"2025.101.0", "20250101.1"},
		"max_id=-5":                                         {},
	} {
		if got := get[changelogAnswer](t, s, "/changelog?"+query); !cmp.Equal(want, versions(got.Builds)) {
			t.Errorf("%s: %v, want %v", query, versions(got.Builds), want)
		}
	}
	only := get[changelogAnswer](t, s, "/changelog?message_formats[]=html")
	if entry := (*only.Builds[2].Entries)[0]; entry.Message != nil || entry.MessageHTML == nil {
		t.Errorf("%+v", entry)
	}
	s.refuses(t, "GET", "/changelog?max_id=x", "", nil, 422, "max_id")
}

func testBuild(t *testing.T, s *server) {
	build := get[resource.Build](t, s, "/changelog/stable40/20250101.1")
	if build.Versions.Next.Version != "20250201.1" || build.Versions.Previous != nil || len(*build.Entries) != 2 {
		t.Errorf("%+v", build)
	}
	body := s.Get(t, "/changelog/stable40/20250101.1", "").Body
	wantKeys(t, body, append(append([]string{}, buildKeys...), "changelog_entries", "versions"))
	wantKeys(t, body, []string{"next"}, "versions")
	for path, want := range map[string]string{
		"/changelog/20250101.1":  "20250101.1",
		"/changelog/stable40":    "20250201.1",
		"/changelog/b20250101.1": "20250101.1",
		"/changelog/" + strconv.FormatInt(build.ID, 10) + "?key=id": "20250101.1",
	} {
		if got := get[resource.Build](t, s, path); got.Version != want || got.Entries == nil {
			t.Errorf("%s: %+v", path, got)
		}
	}
	for _, path := range []string{"/changelog/lazer/20250101.1", "/changelog/none", "/changelog/x?key=id", "/changelog/none/none", "/changelog/7?key=id"} {
		s.refuses(t, "GET", path, "", nil, 404, `{"error":"Specified build couldn't be found."}`)
	}
}

func testWiki(t *testing.T, s *server) {
	page := get[resource.WikiPage](t, s, "/wiki/en/Rules/Chat")
	want := resource.WikiPage{
		AvailableLocales: []string{"de", "en"}, Layout: "markdown_page", Locale: "en", Markdown: contents["wiki/Rules/Chat/en.md"], Path: "Rules/Chat",
		Subtitle: new("Rules"), Tags: []string{"kind"}, Title: "Chat rules",
	}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if page := get[resource.WikiPage](t, s, "/wiki/de/Rules/Chat"); page.Title != "Regeln" || page.Locale != "de" || page.Tags == nil {
		t.Errorf("%+v", page)
	}
	for _, path := range []string{"/wiki/fr/Main_page", "/wiki/en/Main%5Fpage", "/wiki/en/Main_page/"} {
		if page := get[resource.WikiPage](t, s, path); page.Layout != "main_page" || page.Locale != "en" || page.Subtitle != nil {
			t.Errorf("%s: %+v", path, page)
		}
	}
	wantKeys(t, s.Get(t, "/wiki/en/Main_page", "").Body,
		[]string{"available_locales", "layout", "locale", "markdown", "path", "subtitle", "tags", "title"})
	for _, path := range []string{"/wiki/en/None", "/wiki/en/", "/wiki/en/..%2F..%2Fmenu.toml", "/wiki/..%2F/Main_page/en.md", "/wiki/en/Rules/Chat/en.md"} {
		s.refuses(t, "GET", path, "", nil, 404, `"error":`)
	}
}

func TestBackgrounds(t *testing.T) {
	s := newServer(t, map[string]string{"backgrounds.toml": "ends = 2999-01-01\n[[background]]\nurl = \"https://i.example/s.jpg\"\nuser = " +
		strconv.Itoa(int(users.FirstPlayerID)) + "\n[[background]]\nurl = \"https://i.example/t.jpg\""})
	artist, _ := s.Player(t, "artist")
	season := get[resource.SeasonalBackgrounds](t, s, "/seasonal-backgrounds")
	if len(season.Backgrounds) != 2 || season.Backgrounds[0].User == nil || season.Backgrounds[0].User.ID != artist.ID || season.Backgrounds[1].User != nil ||
		season.EndsAt.Year() != 2999 {
		t.Errorf("%+v", season)
	}
	body := s.Get(t, "/seasonal-backgrounds", "").Body
	wantKeys(t, body, []string{"ends_at", "backgrounds"})
	wantKeys(t, body, []string{"url", "user"}, "backgrounds", "0")
}

// TestEmpty says that a server without anything, and one without the modules, answer in the shapes that clients expect.
func TestEmpty(t *testing.T) {
	bare := newServer(t, nil)
	user, token := bare.Player(t, "somebody")
	bare.examineEmpty(t, user, token)
	bare.area = press.New(press.Deps{People: bare.People, Links: bare.Links, Log: bare.Log})
	api, err := v2.New(v2.DefaultConfig(), v2.Deps{Tokens: bare.Stack, Log: bare.Log})
	if err != nil {
		t.Fatal(err)
	}
	bare.area.Register(api)
	bare.API = api
	bare.examineEmpty(t, user, token)
	form := map[string][]string{"reportable_type": {"user"}, "reportable_id": {strconv.Itoa(int(users.BotID))}, "reason": {"Other"}, "comments": {"x"}}
	bare.refuses(t, "POST", "/reports", token, form, 503, "takes no reports")
	bare.refuses(t, "POST", "/comments", token, map[string][]string{"comment[commentable_type]": {"build"}, "comment[commentable_id]": {"1"}}, 422, "commentable")
	bare.refuses(t, "DELETE", "/comments/1", token, nil, 404, "comment")
}

func (s *server) examineEmpty(t *testing.T, user users.User, token string) {
	t.Helper()
	id := strconv.Itoa(int(user.ID))
	year := strconv.Itoa(time.Now().UTC().Year())
	for path, want := range map[string]string{
		"/news": `{"news_posts":[],"news_sidebar":{"current_year":` + year + `,"news_posts":[],"years":[]},` +
			`"search":{"limit":12,"sort":"published_desc","year":null},"cursor":null,"cursor_string":null}`,
		"/changelog":                        `{"streams":[],"builds":[],"search":{"stream":null,"from":null,"to":null,"max_id":null,"limit":21}}`,
		"/seasonal-backgrounds":             `{}`,
		"/users/" + id + "/recent_activity": `[]`,
		"/users/" + id + "/kudosu":          `[]`,
		"/rankings/kudosu?page=2":           `{"ranking":[]}`,
		"/events":                           `{"events":[],"cursor":null,"cursor_string":null}`,
		"/comments": `{"comments":[],"has_more":false,"has_more_id":null,"included_comments":[],"pinned_comments":[],"user_votes":[],"user_follow":false,` +
			`"users":[],"sort":"new","cursor":null,"top_level_count":0,"total":0,"commentable_meta":[{"title":"Deleted Item"}]}`,
	} {
		if got := s.Get(t, path, token); got.Code != 200 || string(got.Body) != want+"\n" {
			t.Errorf("%s: %d %s\nwant %s", path, got.Code, got.Body, want)
		}
	}
	for _, path := range []string{"/news/a", "/changelog/a", "/changelog/a/b", "/wiki/en/Main_page", "/comments/1", "/comments?commentable_type=build&commentable_id=1"} {
		s.refuses(t, "GET", path, "", nil, 404, `couldn't be found."}`)
	}
}

// testAccess says what can be asked without a token, and what only the game may do.
func testAccess(t *testing.T, s *server) {
	user, _ := s.Player(t, "somebody")
	id := strconv.Itoa(int(user.ID))
	library, nobody := s.Token(user.ID, "public"), s.Token(0, "public")
	for _, path := range []string{"/users/" + id + "/recent_activity", "/users/" + id + "/kudosu", "/rankings/kudosu", "/events"} {
		s.refuses(t, "GET", path, "", nil, 401, `{"authentication":"basic"}`)
		for _, token := range []string{library, nobody} {
			if got := s.Get(t, path, token); got.Code != 200 {
				t.Errorf("%s: %d %s", path, got.Code, got.Body)
			}
		}
	}
	for _, request := range [][2]string{
		{"POST", "/comments"}, {"PUT", "/comments/1"}, {"DELETE", "/comments/1"}, {"POST", "/comments/1/vote"}, {"DELETE", "/comments/1/vote"},
		{"POST", "/comments/1/pin"}, {"POST", "/comments/1/restore"}, {"POST", "/reports"},
	} {
		s.refuses(t, request[0], request[1], "", nil, 401, `{"authentication":"basic"}`)
		s.refuses(t, request[0], request[1], library, nil, 403, `"error":`)
	}
	for _, path := range []string{"/users/99999/recent_activity", "/users/99999/kudosu", "/users/x/kudosu"} {
		s.refuses(t, "GET", path, library, nil, 404, `{"error":"Specified user couldn't be found."}`)
	}
}
