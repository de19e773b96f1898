package people_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/people"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/stacktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tokens are the ids of users: of the game, when they are verified.
type tokens struct{}

func (tokens) Check(_ context.Context, accessToken string) (oauth.Token, error) {
	text, unverified := strings.CutSuffix(accessToken, "?")
	id, err := strconv.ParseInt(text, 10, 32)
	switch {
	case accessToken == "public":
		return oauth.Token{ID: 1, Scopes: []string{"public"}, Verified: true}, nil
	case err != nil:
		return oauth.Token{}, oauth.ErrNoToken
	}
	token := oauth.Token{ID: 1000 + id, UserID: int32(id), Scopes: []string{"*"}, Verified: !unverified}
	if unverified {
		token.Method = oauth.MethodTOTP
	}
	return token, nil
}

// calls counts the calls between modules.
type calls struct {
	mu    sync.Mutex
	count map[string]int
}

func (c *calls) Start(ctx context.Context, service, method string) (context.Context, func(error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count[service+"."+method]++
	return ctx, func(error) {}
}

// take returns how many calls there were since it was called last.
func (c *calls) take() (all int, by map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by, c.count = c.count, map[string]int{}
	for _, n := range by {
		all += n
	}
	return all, by
}

// The modules that a stack does not have, with what a profile asks of them.
type library struct{}

func (library) Search(_ context.Context, q beatmaps.Query) (beatmaps.Page, error) {
	if q.Limit != 1 || !q.Explicit {
		return beatmaps.Page{}, beatmaps.ErrTooLarge
	}
	if q.GuestID != 0 {
		return beatmaps.Page{Total: 7}, nil
	}
	return beatmaps.Page{Total: 10*len(q.Statuses) + int(q.Statuses[0]) + 2}, nil
}
func (library) Favourites(context.Context, int32) ([]int32, error) { return []int32{5, 6, 7}, nil }

type plays struct{}

func (plays) Of(_ context.Context, l scores.List) (scores.Listing, error) {
	return scores.Listing{Total: 100*int(l.Kind) + int(l.Ruleset)}, nil
}

type medals struct{}

func (medals) Of(_ context.Context, ids []int32) ([]achievements.Award, error) {
	return []achievements.Award{{UserID: ids[0], AchievementID: 12, At: time.Date(2019, 1, 2, 3, 4, 5, 0, time.UTC)}}, nil
}

type remarks struct{}

func (remarks) Find(context.Context, comments.Query) (comments.Page, error) {
	return comments.Page{Total: 4}, nil
}

type thanks struct{}

func (thanks) Totals(_ context.Context, ids []int32) ([]kudosu.Total, error) {
	return []kudosu.Total{{UserID: ids[0], Amount: 9}}, nil
}

type wiki struct{}

func (wiki) Search(_ context.Context, locale, text string, offset, limit int) ([]content.Wiki, int, error) {
	if text != "name" || locale != "de" || offset != 0 || limit != 50 {
		return nil, 0, nil
	}
	return []content.Wiki{{Path: "Names", Title: "Names"}}, 3, nil
}

type server struct {
	*stacktest.Stack
	api   *v2.API
	calls *calls
}

func newServer(t testing.TB, edit ...func(*people.Deps)) *server {
	t.Helper()
	s := &server{calls: &calls{count: map[string]int{}}}
	s.Stack = stacktest.New(t, stacktest.Options{Calls: s.calls})
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	deps := people.Deps{
		People: resource.NewPeople(resource.PeopleDeps{
			Users: s.Users, Sessions: s.Sessions, Rankings: s.Rankings, Domain: stacktest.Domain, Supporters: true,
		}),
		Users: s.Users, Relations: s.Relations, Rankings: s.Rankings, Log: log, MaxRelations: 500,
		Beatmaps: library{}, Scores: plays{}, Achievements: medals{}, Comments: remarks{}, Kudosu: thanks{}, Wiki: wiki{},
	}
	for _, f := range edit {
		f(&deps)
	}
	cfg := v2.DefaultConfig()
	cfg.Rate = 1_000_000 // limits have tests of their own
	api, err := v2.New(cfg, v2.Deps{Tokens: tokens{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	people.New(deps).Register(api)
	s.api = api
	return s
}

// ask sends a request of a user (0 for a token that acts for nobody) and returns the status and the body.
func (s *server) ask(method, path string, user int32, version int) (int, string) {
	token := "public"
	if user != 0 {
		token = strconv.Itoa(int(user))
	}
	return s.askAs(token, method, path, version)
}

func (s *server) askAs(token, method, path string, version int) (int, string) {
	r := httptest.NewRequest(method, v2.Prefix+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("X-Api-Version", strconv.Itoa(version))
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	return w.Code, strings.TrimSuffix(w.Body.String(), "\n")
}

// get asks for something that there is.
func get[T any](t *testing.T, s *server, path string, user int32) T {
	t.Helper()
	status, body := s.ask("GET", path, user, 20260821)
	if status != 200 {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s: %v in %s", path, err, body)
	}
	return v
}

func (s *server) refuses(t *testing.T, method, path string, user int32, status int, body string) {
	t.Helper()
	if got, text := s.ask(method, path, user, 20260821); got != status || text != body {
		t.Errorf("%s %s: %d %s, want %d %s", method, path, got, text, status, body)
	}
}

const noUser = `{"error":"Specified user couldn't be found."}`

// play makes a user ranked.
func (s *server) play(t testing.TB, user int32, ruleset osu.Ruleset, pp float64) {
	t.Helper()
	_, seq := s.Scores.Play(scores.Score{
		UserID: user, BeatmapID: 77, Ruleset: ruleset, Client: scores.Stable, Statistics: map[string]int32{"great": 300, "ok": 20, "meh": 3, "miss": 1},
		MaxCombo: 400, Total: 500_000, Classic: 2_000_000, Accuracy: 0.97, Grade: osu.GradeXH, PP: &pp, Passed: true, Ranked: true,
		PlayTime: 90 * time.Second, EndedAt: time.Date(2019, 3, 4, 5, 6, 7, 0, time.UTC),
	})
	if _, err := s.Rankings.Effect(t.Context(), seq, seq); err != nil {
		t.Fatal(err)
	}
}

// online opens a session.
func (s *server) online(t *testing.T, u users.User) {
	t.Helper()
	if _, err := s.Sessions.Open(t.Context(), sessions.Opening{User: u, Kind: sessions.Stable}); err != nil {
		t.Fatal(err)
	}
	for t.Context().Err() == nil {
		ids, err := s.Sessions.Online(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(ids, u.ID) {
			return
		}
	}
}

func TestLookup(t *testing.T) {
	s := newServer(t)
	ann, bob, cat := s.Register(t, "Ann"), s.Register(t, "Bob B"), s.Register(t, "Cat")
	s.play(t, bob.ID, osu.Taiko, 100)
	if _, err := s.Users.Restrict(t.Context(), cat.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	names := func(path string, viewer int32) []string {
		t.Helper()
		found := get[struct{ Users []resource.User }](t, s, path, viewer)
		list := []string{}
		for _, u := range found.Users {
			list = append(list, u.Username)
		}
		return list
	}
	same := func(path string, viewer int32, want ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, want...), names(path, viewer)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	id := func(u users.User) string { return strconv.Itoa(int(u.ID)) }
	for _, slash := range []string{"", "/"} {
		same("/users/lookup"+slash+"?ids[]="+id(bob)+"&ids[]="+id(ann)+"&ids[]=9999&ids[]="+id(bob)+"&ids[]="+id(cat), 0, "Bob B", "Ann")
		same("/users"+slash+"?ids[]="+id(bob)+"&ids[]="+id(cat)+"&ids[]=x", ann.ID, "Bob B")
	}
	same("/users/lookup?ids[]=@bob_b&ids[]=ann&ids[]=1", 0, "BanchoBot", "Bob B", "Ann")
	same("/users/lookup?ids[]=@bob_b&ids[]=1&exclude_bots=1", 0, "Bob B")
	same("/users/lookup?ids[]="+id(cat), cat.ID, "Cat")
	same("/users/lookup", 0)
	same("/users", 0)

	ranked := get[struct{ Users []resource.User }](t, s, "/users/lookup?ruleset_id=1&ids[]="+id(ann)+"&ids[]="+id(bob), 0).Users
	if ranked[0].GlobalRank == nil || ranked[0].GlobalRank.Rank != nil || ranked[1].GlobalRank.Rank == nil || *ranked[1].GlobalRank.Rank != 1 || ranked[1].GlobalRank.RulesetID != 1 {
		t.Errorf("global ranks: %+v, %+v", ranked[0].GlobalRank, ranked[1].GlobalRank)
	}
	for _, bad := range []string{"4", "x", "-1", "256"} {
		s.refuses(t, "GET", "/users/lookup?ids[]=1&ruleset_id="+bad, 0, 422, `{"error":"invalid ruleset_id specified"}`)
	}
	many := strings.Repeat("ids[]=1&", 51)
	s.refuses(t, "GET", "/users/lookup?"+many, 0, 422, `{"error":"at most 50 ids at once"}`)
	s.refuses(t, "GET", "/users?"+many, 0, 422, `{"error":"at most 50 ids at once"}`)

	counted := get[struct{ Users []resource.User }](t, s, "/users/?ids[]="+id(bob), 0).Users[0].StatisticsRulesets
	if counted == nil || counted.Taiko.PP == 0 || counted.Osu.PP != 0 || counted.Osu.Level.Current != 1 {
		t.Errorf("statistics_rulesets: %+v", counted)
	}
}

// Fifty users cost as many calls as one.
func TestCalls(t *testing.T) {
	s := newServer(t)
	var query strings.Builder
	for i := range 50 {
		fmt.Fprintf(&query, "&ids[]=%d", s.Register(t, "player"+strconv.Itoa(i)).ID)
	}
	for path, most := range map[string]int{"/users/lookup?x=1": 3, "/users/lookup?ruleset_id=0": 4, "/users?x=1": 7} {
		s.calls.take()
		get[any](t, s, path+query.String(), 0)
		if n, by := s.calls.take(); n-by["state.Boards.Positions"] > most {
			t.Errorf("%s: %v calls", path, by)
		}
	}
}

func TestSearch(t *testing.T) {
	s := newServer(t)
	for i := range 25 {
		s.Register(t, fmt.Sprintf("xx%02dname", i))
	}
	type result struct {
		User *struct {
			Data  []resource.User
			Total int
		}
		WikiPage *struct {
			Data  []resource.WikiPage
			Total int
		} `json:"wiki_page"`
	}
	first := get[result](t, s, "/search?mode=user&query=NAME", 0)
	if first.User.Total != 25 || len(first.User.Data) != 20 || first.User.Data[0].Username != "xx00name" || first.WikiPage != nil {
		t.Errorf("first page: %d of %d", len(first.User.Data), first.User.Total)
	}
	second := get[result](t, s, "/search?mode=all&query=name&page=2", 0)
	if second.User.Total != 25 || len(second.User.Data) != 5 || second.WikiPage == nil || second.WikiPage.Data == nil {
		t.Errorf("second page: %+v", second)
	}
	for _, page := range []string{"3", "51", "1000"} { // behind the last
		if none := get[result](t, s, "/search?query=name&page="+page, 0); len(none.User.Data) != 0 || none.User.Total != 25 {
			t.Errorf("page %s: %+v", page, none.User)
		}
	}
	if none := get[result](t, s, "/search?query=", 0); none.User.Data == nil || none.User.Total != 0 {
		t.Errorf("nothing: %+v", none)
	}
	for query, want := range map[string]int{"name&locale=de": 1, "": 0, strings.Repeat("name", 65): 0} {
		pages := get[result](t, s, "/search?mode=wiki_page&query="+query, 0)
		if pages.User != nil || pages.WikiPage == nil || len(pages.WikiPage.Data) != want || pages.WikiPage.Total != 3*want {
			t.Errorf("wiki pages for %q: %+v", query, pages)
		}
	}
	s.refuses(t, "GET", "/search?mode=forum_post", 0, 422, `{"error":"invalid mode specified"}`)
	s.refuses(t, "GET", "/search?mode=user&page=x", 0, 422, `{"error":"page must be a number"}`)
}

func TestFriendsAndBlocks(t *testing.T) {
	s := newServer(t)
	ann, bob, cat, dan := s.Register(t, "Ann"), s.Register(t, "Bob"), s.Register(t, "cat"), s.Register(t, "Dan")
	target := func(u users.User) string { return "?target=" + strconv.Itoa(int(u.ID)) }
	relate := func(method, path string, status int, want string) {
		t.Helper()
		s.refuses(t, method, path, ann.ID, status, want)
	}
	relation := func(u users.User, kind string, mutual bool) string {
		return fmt.Sprintf(`{"user_relation":{"target_id":%d,"relation_type":%q,"mutual":%t}}`, u.ID, kind, mutual)
	}
	if _, err := s.Users.Restrict(t.Context(), dan.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := s.Relations.Add(t.Context(), cat.ID, ann.ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	relate("POST", "/friends"+target(bob), 200, relation(bob, "friend", false))
	relate("POST", "/friends"+target(cat), 200, relation(cat, "friend", true))
	relate("POST", "/friends"+target(cat), 200, relation(cat, "friend", true))
	relate("POST", "/friends"+target(dan), 404, noUser)
	relate("POST", "/friends?target=9999", 404, noUser)
	relate("POST", "/friends", 404, noUser)
	relate("POST", "/friends"+target(ann), 422, `{"error":"you cannot do that with yourself"}`)
	relate("POST", "/blocks?target=1", 403, `{"error":"this user cannot be blocked"}`)

	friends := get[[]resource.Relation](t, s, "/friends", ann.ID)
	if len(friends) != 2 || friends[0].Target.Username != "Bob" || friends[1].Target.Username != "cat" || !friends[1].Mutual ||
		friends[0].Target.Statistics == nil || friends[0].Target.SupportLevel == nil {
		t.Errorf("friends: %+v", friends)
	}
	status, old := s.ask("GET", "/friends", ann.ID, 20241021)
	var bare []resource.User
	if err := json.Unmarshal([]byte(old), &bare); status != 200 || err != nil || len(bare) != 2 || bare[0].Username != "Bob" || bare[0].Statistics == nil {
		t.Errorf("friends of an older client: %d %s", status, old)
	}

	relate("POST", "/blocks"+target(bob), 200, relation(bob, "block", false))
	blocks := get[[]resource.Relation](t, s, "/blocks", ann.ID)
	if len(blocks) != 1 || blocks[0].Type != "block" || blocks[0].TargetID != bob.ID {
		t.Errorf("blocks: %+v", blocks)
	}
	if friends := get[[]resource.Relation](t, s, "/friends", ann.ID); len(friends) != 1 {
		t.Errorf("friends after a block: %+v", friends)
	}
	s.refuses(t, "POST", "/friends"+target(ann), bob.ID, 422, `{"error":"That user has blocked you."}`)
	profile := get[resource.Profile](t, s, "/users/"+strconv.Itoa(int(ann.ID)), bob.ID)
	if profile.CurrentUserAttributes == nil || !profile.CurrentUserAttributes.HasBlocked || profile.FollowerCount != 1 {
		t.Errorf("the profile of who has blocked: %+v, %d followers", profile.CurrentUserAttributes, profile.FollowerCount)
	}

	id := func(u users.User) string { return "/" + strconv.Itoa(int(u.ID)) }
	relate("DELETE", "/friends"+id(bob), 404, noUser)
	relate("DELETE", "/blocks"+id(bob), 204, "")
	relate("DELETE", "/blocks"+id(bob), 404, noUser)
	relate("DELETE", "/friends"+id(cat), 204, "")
	relate("DELETE", "/friends/x", 404, noUser)
	if body := get[[]resource.Relation](t, s, "/friends", ann.ID); body == nil || len(body) != 0 {
		t.Errorf("no friends: %v", body)
	}
	if status, body := s.ask("GET", "/friends", 0, 0); status != 403 {
		t.Errorf("the friends of nobody: %d %s", status, body)
	}

	// Who is restricted is not seen in lists either.
	if err := s.Relations.Add(t.Context(), ann.ID, dan.ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	if friends := get[[]resource.Relation](t, s, "/friends", ann.ID); len(friends) != 0 {
		t.Errorf("a restricted friend: %+v", friends)
	}
}

// full is a list that takes nobody more.
type full struct{ people.Relations }

func (full) Add(context.Context, int32, int32, relations.Kind) error { return relations.ErrTooMany }

func TestFullList(t *testing.T) {
	s := newServer(t, func(d *people.Deps) { d.Relations = full{d.Relations} })
	ann, bob := s.Register(t, "Ann"), s.Register(t, "Bob")
	s.refuses(t, "POST", "/friends?target="+strconv.Itoa(int(bob.ID)), ann.ID, 422, `{"error":"Your list is full."}`)
}

// rankingPage is a page as a client reads it.
type rankingPage struct {
	Ranking      []resource.RankedStatistics
	Total        int
	Cursor       *struct{ Page int }
	CursorString *string `json:"cursor_string"`
}

func TestRankings(t *testing.T) {
	s := newServer(t)
	var players []users.User
	for i := range 60 {
		u := s.Register(t, "player"+strconv.Itoa(i))
		s.play(t, u.ID, osu.Mania, float64(1000-i))
		players = append(players, u)
	}
	path := "/rankings/mania/performance"
	first := get[rankingPage](t, s, path, 0)
	if len(first.Ranking) != 50 || first.Total != 60 || first.Cursor == nil || first.Cursor.Page != 2 || first.CursorString == nil {
		t.Fatalf("first page: %d of %d, %v", len(first.Ranking), first.Total, first.Cursor)
	}
	if top := first.Ranking[0]; top.User == nil || top.User.ID != players[0].ID || *top.GlobalRank != 1 || top.User.Country.Code != "NZ" {
		t.Errorf("first: %+v", top)
	}
	for _, more := range []string{"?page=2", "?cursor[page]=2", "?cursor_string=" + *first.CursorString} {
		if second := get[rankingPage](t, s, path+more, 0); len(second.Ranking) != 10 || second.Cursor != nil || second.CursorString != nil || second.Ranking[0].User.ID != players[50].ID {
			t.Errorf("%s: %d, %v", more, len(second.Ranking), second.Cursor)
		}
	}
	for _, alike := range []string{"/rankings/mania/global", "/rankings/mania/global/performance", "/rankings/mania/score", "/rankings/mania/global/score",
		"/rankings/mania/global?sort=score", "/rankings/mania/performance?country=de", "/rankings/mania/performance?filter=all&variant=all"} {
		if page := get[rankingPage](t, s, alike, 0); len(page.Ranking) != 50 || page.Total != 60 {
			t.Errorf("%s: %d of %d", alike, len(page.Ranking), page.Total)
		}
	}
	for _, empty := range []string{"/rankings/osu/performance", "/rankings/mania/performance?country=NZ", path + "?page=100", path + "?page=3"} {
		if page := get[rankingPage](t, s, empty, 0); page.Ranking == nil || len(page.Ranking) != 0 || page.Cursor != nil {
			t.Errorf("%s: %d rows", empty, len(page.Ranking))
		}
	}
	if err := s.Relations.Add(t.Context(), players[9].ID, players[3].ID, relations.Friend); err != nil {
		t.Fatal(err)
	}
	among := get[rankingPage](t, s, path+"?filter=friends", players[9].ID)
	if among.Total != 2 || len(among.Ranking) != 2 || among.Ranking[0].User.ID != players[3].ID || among.Ranking[1].User.ID != players[9].ID {
		t.Errorf("among friends: %+v", among)
	}
	if nobody := get[rankingPage](t, s, path+"?filter=friends", 0); len(nobody.Ranking) != 0 {
		t.Errorf("among nobody's friends: %+v", nobody)
	}

	type countries struct {
		Ranking []struct {
			Code        string
			ActiveUsers int `json:"active_users"`
			Performance int64
			Country     resource.Country
		}
		Total  int
		Cursor any
	}
	// Of those who were ranked a month ago it is told how they came along, where that can be compared.
	if change := first.Ranking[0].RankChange; change != nil {
		t.Errorf("a change since before the first day: %d", *change)
	}

	if page := get[countries](t, s, "/rankings/mania/country", 0); page.Total != 1 || page.Ranking[0].Code != "DE" || page.Ranking[0].ActiveUsers != 60 || page.Ranking[0].Country.Name != "Germany" || page.Cursor != nil {
		t.Errorf("countries: %+v", page)
	}

	s.refuses(t, "GET", "/rankings/standard/performance", 0, 404, `{"error":"invalid ruleset specified"}`)
	s.refuses(t, "GET", "/rankings/osu/best", 0, 404, `{"error":"invalid type specified"}`)
	s.refuses(t, "GET", "/rankings/osu/charts?spotlight=1", 0, 404, `{"error":"Specified spotlight couldn't be found."}`)
	s.refuses(t, "GET", "/rankings/osu/global?sort=best", 0, 422, `{"error":"invalid sort parameter specified"}`)
	s.refuses(t, "GET", "/rankings/mania/global?variant=4k", 0, 422, `{"error":"invalid variant parameter specified"}`)
	s.refuses(t, "GET", "/rankings/osu/global?filter=foes", 0, 422, `{"error":"invalid filter parameter specified"}`)
	s.refuses(t, "GET", "/rankings/osu/global?country=Germany", 0, 404, `{"error":"Specified country couldn't be found."}`)
	s.refuses(t, "GET", "/rankings/osu/global?page=x", 0, 422, `{"error":"page must be a number"}`)
	s.refuses(t, "GET", "/rankings/osu/team", 0, 200, `{"cursor":null,"cursor_string":null,"ranking":[],"total":0}`)
	s.refuses(t, "GET", "/spotlights", 0, 200, `{"spotlights":[]}`)
}

// past has ranks of a month ago: the second was where he is now, the third one below, and of the first nothing is known.
type past struct{ people.Rankings }

func (past) RanksAgo(_ context.Context, ids []int32, _ rankings.Board, days int) ([]int32, error) {
	if days != 30 || len(ids) != 3 {
		return nil, rankings.ErrTooLarge
	}
	return []int32{0, 2, 4}, nil
}

func TestRankChange(t *testing.T) {
	s := newServer(t, func(d *people.Deps) { d.Rankings = past{d.Rankings} })
	for i := range 3 {
		s.play(t, s.Register(t, "player"+strconv.Itoa(i)).ID, osu.Standard, float64(1000-i))
	}
	_, body := s.ask("GET", "/rankings/osu/performance", 0, 0)
	var changes []string
	for _, part := range strings.Split(body, `"rank_change_since_30_days":`)[1:] {
		changes = append(changes, part[:strings.IndexAny(part, ",}")])
	}
	if !slices.Equal(changes, []string{"null", "0", "-1"}) {
		t.Errorf("rank changes %v", changes)
	}
	for _, other := range []string{"/rankings/osu/score", "/rankings/osu/performance?country=DE"} {
		if _, body := s.ask("GET", other, 0, 0); strings.Count(body, `"rank_change_since_30_days":null`) != 3 {
			t.Errorf("%s: %s", other, body)
		}
	}
}

// lands has countries that lazer does not know, and more than a page of others.
type lands struct{ people.Rankings }

func (lands) Countries(_ context.Context, _ rankings.Board, offset, limit int) ([]rankings.Country, error) {
	codes := []string{"SS", "XX", "zz"}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string([]rune{a, b}); osu.ParseCountry(code) != osu.Unknown && code != "SS" {
				codes = append(codes, code)
			}
		}
	}
	var all []rankings.Country
	for _, code := range codes[min(offset, len(codes)):min(offset+limit, len(codes))] {
		all = append(all, rankings.Country{Code: code, Players: 1})
	}
	return all, nil
}

func TestCountries(t *testing.T) {
	s := newServer(t, func(d *people.Deps) { d.Rankings = lands{d.Rankings} })
	type page struct {
		Ranking []struct{ Code string }
		Total   int
		Cursor  *struct{ Page int }
	}
	seen := map[string]bool{}
	for number := 1; ; number++ {
		got := get[page](t, s, "/rankings/osu/country?page="+strconv.Itoa(number), 0)
		for _, row := range got.Ranking {
			if seen[row.Code] || row.Code == "SS" || row.Code == "OC" || osu.ParseCountry(row.Code) == osu.Unknown {
				t.Errorf("page %d has %s", number, row.Code)
			}
			seen[row.Code] = true
		}
		if got.Cursor == nil {
			if len(seen) != got.Total || number < 4 {
				t.Errorf("%d countries of %d on %d pages", len(seen), got.Total, number)
			}
			return
		}
	}
}
