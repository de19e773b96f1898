package press_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/resource"
	"github.com/pure-peace/peace/transport/api/v2/v2test"
)

// commentForm is what lazer posts.
func commentForm(kind, id, text, parent string) url.Values {
	form := url.Values{"comment[commentable_type]": {kind}, "comment[commentable_id]": {id}, "comment[message]": {text}}
	if parent != "" {
		form.Set("comment[parent_id]", parent)
	}
	return form
}

func number[N int32 | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func commentIDs(list []resource.Comment) []int64 {
	ids := []int64{}
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func userIDs(list []*resource.User) []int32 {
	ids := []int32{}
	for _, u := range list {
		ids = append(ids, u.ID)
	}
	return ids
}

// TestComments lets players write on one server.
func TestComments(t *testing.T) {
	s := newServer(t, contents)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *server)
	}{
		{"Thread", testThread}, {"OnWriting", testOnWriting}, {"Pages", testPages}, {"Changes", testChanges}, {"Silenced", testSilenced}, {"Bad", testBad},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func testThread(t *testing.T, s *server) {
	set := s.Import(t, v2test.Circles{N: 10, Title: "Song", Version: "Hard", ID: 500, Set: 50}, osu.StatusRanked)
	alice, aliceToken := s.Player(t, "alice")
	bob, bobToken := s.Player(t, "bob")
	id := number(set.ID)

	posted := ask[resource.CommentBundle](t, s, "POST", "/comments", aliceToken, commentForm("beatmapset", id, "Hello **you** <script>", ""))
	if len(posted.Comments) != 1 {
		t.Fatalf("%+v", posted)
	}
	top := posted.Comments[0]
	if *top.Message != "Hello **you** <script>" || *top.MessageHTML != "<p>Hello <strong>you</strong> <!-- raw HTML omitted --></p>\n" || *top.UserID != alice.ID ||
		top.ParentID != nil || top.CommentableType != "beatmapset" || top.CommentableID != int64(set.ID) {
		t.Errorf("%+v", top)
	}
	parent := number(top.ID)
	// A reply is posted with what it is about, or without.
	reply := ask[resource.CommentBundle](t, s, "POST", "/comments", bobToken, commentForm("", "", "Reply", parent)).Comments[0]
	if *reply.ParentID != top.ID || reply.CommentableID != int64(set.ID) {
		t.Errorf("%+v", reply)
	}
	voted := ask[resource.CommentBundle](t, s, "POST", "/comments/"+parent+"/vote", bobToken, nil)
	if voted.Comments[0].VotesCount != 1 || !cmp.Equal(voted.UserVotes, []int64{top.ID}) || len(voted.Included) != 0 {
		t.Errorf("%+v", voted)
	}

	// As lazer asks.
	path := "/comments?commentable_id=" + id + "&commentable_type=beatmapset&page=1&sort=new&parent_id=0"
	page := ask[resource.CommentBundle](t, s, "GET", path, bobToken, nil)
	if !cmp.Equal(commentIDs(page.Comments), []int64{top.ID}) || !cmp.Equal(commentIDs(page.Included), []int64{reply.ID}) || page.HasMore ||
		*page.HasMoreID != 0 || *page.Total != 2 || *page.TopLevelCount != 1 || page.Comments[0].RepliesCount != 1 ||
		!cmp.Equal(page.UserVotes, []int64{top.ID}) || !cmp.Equal(userIDs(page.Users), []int32{alice.ID, bob.ID}) || page.Cursor != nil {
		t.Errorf("%+v", page)
	}
	meta := page.Meta[0]
	if len(page.Meta) != 2 || *meta.ID != int64(set.ID) || *meta.Type != "beatmapset" || meta.Title != "Artist - Song" || *meta.OwnerTitle != "MAPPER" ||
		*meta.URL != "https://osu.peace.test/beatmapsets/"+id || meta.CurrentUserAttributes.CanNewCommentReason != nil || page.Meta[1].ID != nil {
		t.Errorf("%+v", page.Meta)
	}
	if guest := get[resource.CommentBundle](t, s, path); guest.Meta[0].CurrentUserAttributes.CanNewCommentReason == nil || len(guest.UserVotes) != 0 {
		t.Errorf("%+v", guest.Meta[0])
	}

	// The order of keys in which lazer's setters work.
	body := s.Get(t, path, bobToken).Body
	wantKeys(t, body, []string{
		"comments", "has_more", "has_more_id", "included_comments", "pinned_comments", "user_votes", "user_follow", "users", "sort", "cursor",
		"top_level_count", "total", "commentable_meta",
	})
	wantKeys(t, body, []string{
		"id", "parent_id", "user_id", "pinned", "replies_count", "votes_count", "commentable_type", "commentable_id", "legacy_name", "created_at",
		"updated_at", "deleted_at", "edited_at", "edited_by_id", "message", "message_html",
	}, "comments", "0")
	wantKeys(t, body, []string{"current_user_attributes", "id", "type", "title", "url", "owner_id", "owner_title", "locked"}, "commentable_meta", "0")
	wantKeys(t, body, []string{"title"}, "commentable_meta", "1")

	one := get[resource.CommentBundle](t, s, "/comments/"+number(reply.ID))
	if !cmp.Equal(commentIDs(one.Comments), []int64{reply.ID}) || !cmp.Equal(commentIDs(one.Included), []int64{top.ID}) || one.Total != nil {
		t.Errorf("%+v", one)
	}
	replies := get[resource.CommentBundle](t, s, "/comments?commentable_id="+id+"&commentable_type=beatmapset&parent_id="+parent)
	if !cmp.Equal(commentIDs(replies.Comments), []int64{reply.ID}) || replies.Total != nil || *replies.HasMoreID != top.ID {
		t.Errorf("%+v", replies)
	}
	of := get[resource.CommentBundle](t, s, "/comments?user_id="+number(bob.ID))
	if !cmp.Equal(commentIDs(of.Comments), []int64{reply.ID}) || of.User == nil || of.User.ID != bob.ID || of.HasMoreID != nil {
		t.Errorf("%+v", of)
	}
	if got := ask[resource.CommentBundle](t, s, "DELETE", "/comments/"+parent+"/vote", bobToken, nil); got.Comments[0].VotesCount != 0 || len(got.UserVotes) != 0 {
		t.Errorf("%+v", got)
	}
}

// testOnWriting says that lazer's spelling of news posts is understood, and what these are called.
func testOnWriting(t *testing.T, s *server) {
	_, token := s.Player(t, "writer")
	post := get[resource.NewsPost](t, s, "/news/2025-01-01-first")
	build := get[resource.Build](t, s, "/changelog/stable40/20250101.1")
	for _, test := range []struct{ posted, asked, id, title, url string }{
		{"newspost", "news_post", number(post.ID), "First", "https://osu.peace.test/home/news/2025-01-01-first"},
		{"build", "build", number(build.ID), "Stable 20250101.1", "https://osu.peace.test/home/changelog/stable40/20250101.1"},
	} {
		posted := ask[resource.CommentBundle](t, s, "POST", "/comments", token, commentForm(test.posted, test.id, "Nice", ""))
		page := ask[resource.CommentBundle](t, s, "GET", "/comments?commentable_type="+test.asked+"&commentable_id="+test.id, token, nil)
		if !cmp.Equal(commentIDs(page.Comments), commentIDs(posted.Comments)) || page.Comments[0].CommentableType != test.asked {
			t.Errorf("%s: %+v", test.asked, page)
		}
		if meta := page.Meta[0]; meta.Title != test.title || *meta.URL != test.url || meta.OwnerID != nil || *meta.Type != test.asked {
			t.Errorf("%+v", meta)
		}
	}
}

func testPages(t *testing.T, s *server) {
	post := number(get[resource.NewsPost](t, s, "/news/2025-02-01-second").ID)
	_, token := s.Player(t, "turner")
	var ids []int64
	for range 5 {
		posted := ask[resource.CommentBundle](t, s, "POST", "/comments", token, commentForm("news_post", post, "Hi", ""))
		ids = append([]int64{posted.Comments[0].ID}, ids...)
	}
	path := "/comments?commentable_type=news_post&commentable_id=" + post + "&limit=2"
	var byPage, byAfter, byCursor []int64
	for n := 1; n <= 3; n++ {
		page := get[resource.CommentBundle](t, s, path+"&page="+strconv.Itoa(n))
		byPage = append(byPage, commentIDs(page.Comments)...)
		if page.HasMore != (n < 3) || (page.Cursor != nil) != page.HasMore {
			t.Errorf("page %d: %+v", n, page)
		}
		after := ""
		if n > 1 {
			after = "&after=" + number(byAfter[len(byAfter)-1])
		}
		byAfter = append(byAfter, commentIDs(get[resource.CommentBundle](t, s, path+after).Comments)...)
	}
	next := ""
	for range 3 {
		page := get[resource.CommentBundle](t, s, path+next)
		byCursor = append(byCursor, commentIDs(page.Comments)...)
		if page.Cursor != nil {
			var at map[string]any
			if err := json.Unmarshal(*page.Cursor, &at); err != nil {
				t.Fatal(err)
			}
			next = "&cursor[id]=" + strconv.FormatFloat(at["id"].(float64), 'f', 0, 64) + "&cursor[created_at]=" + url.QueryEscape(at["created_at"].(string))
		}
	}
	for name, got := range map[string][]int64{"page": byPage, "after": byAfter, "cursor": byCursor} {
		if !cmp.Equal(ids, got) {
			t.Errorf("by %s: %v, want %v", name, got, ids)
		}
	}
	if old := get[resource.CommentBundle](t, s, path+"&sort=old"); old.Comments[0].ID != ids[4] || old.Sort != "old" {
		t.Errorf("%+v", old)
	}
	if odd := get[resource.CommentBundle](t, s, path+"&sort=odd"); odd.Sort != "new" {
		t.Errorf("%+v", odd)
	}
}

func testChanges(t *testing.T, s *server) {
	post := number(get[resource.NewsPost](t, s, "/news/2024-06-01-old").ID)
	alice, token := s.Player(t, "changer")
	_, other := s.Player(t, "stranger")
	staff, staffToken := s.Player(t, "moderator")
	if _, err := s.Users.Grant(t.Context(), staff.ID, users.BotID, users.Moderator, 0); err != nil {
		t.Fatal(err)
	}
	id := number(ask[resource.CommentBundle](t, s, "POST", "/comments", token, commentForm("news_post", post, "Hi", "")).Comments[0].ID)
	edited := ask[resource.CommentBundle](t, s, "PUT", "/comments/"+id, token, url.Values{"comment[message]": {"Hello"}}).Comments[0]
	if *edited.Message != "Hello" || edited.EditedAt == nil || *edited.EditedByID != alice.ID {
		t.Errorf("%+v", edited)
	}
	byStaff := ask[resource.CommentBundle](t, s, "PATCH", "/comments/"+id, staffToken, url.Values{"comment[message]": {"Hey"}})
	if *byStaff.Comments[0].EditedByID != staff.ID || len(byStaff.Users) != 2 {
		t.Errorf("%+v", byStaff)
	}
	if pinned := ask[resource.CommentBundle](t, s, "POST", "/comments/"+id+"/pin", staffToken, nil); !pinned.Comments[0].Pinned {
		t.Errorf("%+v", pinned)
	}
	path := "/comments?commentable_type=news_post&commentable_id=" + post
	if page := get[resource.CommentBundle](t, s, path); len(page.Pinned) != 1 {
		t.Errorf("%+v", page)
	}
	ask[resource.CommentBundle](t, s, "DELETE", "/comments/"+id+"/pin", staffToken, nil)

	s.refuses(t, "DELETE", "/comments/"+id, other, nil, 403, `"error":`)
	s.refuses(t, "PUT", "/comments/"+id, other, url.Values{"comment[message]": {"x"}}, 403, `"error":`)
	s.refuses(t, "POST", "/comments/"+id+"/pin", token, nil, 403, `"error":`)
	s.refuses(t, "POST", "/comments/"+id+"/vote", token, nil, 403, "your own comment")
	deleted := ask[resource.CommentBundle](t, s, "DELETE", "/comments/"+id, token, nil).Comments[0]
	if deleted.DeletedAt == nil || deleted.Message != nil || deleted.MessageHTML != nil || deleted.DeletedByID != nil {
		t.Errorf("%+v", deleted)
	}
	// It keeps its place below the post, but is in no list of everything.
	if page := get[resource.CommentBundle](t, s, path); len(page.Comments) != 1 || page.Comments[0].Message != nil {
		t.Errorf("%+v", page)
	}
	if page := get[resource.CommentBundle](t, s, "/comments?limit=100"); slices.Contains(commentIDs(page.Comments), deleted.ID) {
		t.Errorf("%+v", page)
	}
	if page := ask[resource.CommentBundle](t, s, "GET", path, staffToken, nil); *page.Comments[0].Message != "Hey" || *page.Comments[0].DeletedByID != alice.ID {
		t.Errorf("%+v", page)
	}
	s.refuses(t, "POST", "/comments/"+id+"/restore", token, nil, 403, `"error":`)
	if back := ask[resource.CommentBundle](t, s, "POST", "/comments/"+id+"/restore", staffToken, nil).Comments[0]; back.DeletedAt != nil || *back.Message != "Hey" {
		t.Errorf("%+v", back)
	}

	// Who is restricted is nobody whom others know: lazer fails on an author without a user.
	if _, err := s.Users.Restrict(t.Context(), alice.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	hidden := get[resource.CommentBundle](t, s, path)
	if c := hidden.Comments[0]; c.UserID != nil || c.LegacyName == nil || c.Message != nil || len(hidden.Users) != 1 || hidden.Users[0].ID != staff.ID {
		t.Errorf("%+v", hidden)
	}
	own := ask[resource.CommentBundle](t, s, "GET", path, token, nil)
	if *own.Comments[0].UserID != alice.ID || own.Meta[0].CurrentUserAttributes.CanNewCommentReason == nil {
		t.Errorf("%+v", own)
	}
	s.refuses(t, "POST", "/comments", token, commentForm("news_post", post, "Hi", ""), 403, `"error":`)
}

func testSilenced(t *testing.T, s *server) {
	post := number(get[resource.NewsPost](t, s, "/news/2025-01-01-first").ID)
	alice, token := s.Player(t, "silent")
	if _, err := s.Users.Silence(t.Context(), alice.ID, users.BotID, "a test", time.Hour); err != nil {
		t.Fatal(err)
	}
	page := ask[resource.CommentBundle](t, s, "GET", "/comments?commentable_type=news_post&commentable_id="+post, token, nil)
	if page.Meta[0].CurrentUserAttributes.CanNewCommentReason == nil {
		t.Error("the editor is open")
	}
	s.refuses(t, "POST", "/comments", token, commentForm("news_post", post, "Hi", ""), 403, `"error":`)
}

func testBad(t *testing.T, s *server) {
	post := number(get[resource.NewsPost](t, s, "/news/2025-01-01-first").ID)
	_, token := s.Player(t, "clumsy")
	for name, test := range map[string]struct {
		form url.Values
		code int
	}{
		"empty":           {commentForm("news_post", post, "", ""), 422},
		"no type":         {commentForm("", post, "a", ""), 422},
		"another type":    {commentForm("user", post, "a", ""), 422},
		"no id":           {commentForm("news_post", "", "a", ""), 422},
		"no number":       {commentForm("news_post", "x", "a", ""), 422},
		"a large number":  {commentForm("news_post", "99999999999", "a", ""), 422},
		"not there":       {commentForm("news_post", "5", "a", ""), 422},
		"no parent":       {commentForm("news_post", post, "a", "99999"), 404},
		"a parent's name": {commentForm("news_post", post, "a", "x"), 404},
		"negative":        {commentForm("news_post", post, "a", "-1"), 404},
	} {
		if got := s.Do(t, "POST", "/comments", token, test.form); got.Code != test.code {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	for _, query := range []string{"commentable_type=user&commentable_id=1", "commentable_type=build&commentable_id=x", "parent_id=x", "parent_id=-1", "limit=x", "page=x", "after=x"} {
		s.refuses(t, "GET", "/comments?"+query, "", nil, 422, `"error":`)
	}
	for _, path := range []string{
		"/comments?commentable_type=beatmapset&commentable_id=77", "/comments?user_id=99999", "/comments?user_id=x", "/comments/99999", "/comments/x",
		"/comments?after=99999",
	} {
		s.refuses(t, "GET", path, "", nil, 404, `"error":`)
	}
	for _, path := range []string{"/comments/99999/vote", "/comments/x/vote"} {
		s.refuses(t, "POST", path, token, nil, 404, `"error":`)
	}
}
