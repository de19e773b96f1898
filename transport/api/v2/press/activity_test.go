package press_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/kudosu"
	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// made is one event of each kind, as the module tells of it and as the API does.
var made = []struct {
	event activity.Event
	want  string
}{
	{
		activity.Event{Kind: activity.Rank, BeatmapID: 5, SetID: 6, Title: "A - B [C]", Ruleset: osu.Catch, Grade: osu.GradeXH, Rank: 12},
		`"type":"rank","scoreRank":"XH","rank":12,"mode":"fruits","beatmap":{"title":"A - B [C]","url":"/beatmaps/5?mode=fruits"},"user":USER`,
	},
	{
		activity.Event{Kind: activity.RankLost, BeatmapID: 5, Title: "A - B [C]", Grade: osu.GradeNone},
		`"type":"rankLost","mode":"osu","beatmap":{"title":"A - B [C]","url":"/beatmaps/5?mode=osu"},"user":USER`,
	},
	{
		activity.Event{Kind: activity.Medal, MedalID: 7, Medal: "500 Combo", MedalFile: "osu-combo-500", Grade: osu.GradeNone},
		`"type":"achievement","achievement":{"achieved_count":0,"achieved_percent":null,` +
			`"icon_url":"https://assets.peace.test/medals/client/osu-combo-500.png","id":7,"name":"500 Combo","grouping":"Skill","ordering":3,` +
			`"slug":"osu-combo-500","description":"Reach it.","mode":"osu","instructions":null},"user":USER`,
	},
	{
		activity.Event{Kind: activity.Renamed, OldName: "before"},
		`"type":"usernameChange","user":{"username":"alice","url":"/users/ID","previousUsername":"before"}`,
	},
	{
		activity.Event{Kind: activity.BeatmapPlayed, BeatmapID: 5, SetID: 6, Title: "A - B [C]", Ruleset: osu.Mania, Count: 1000},
		`"type":"beatmapPlaycount","beatmap":{"title":"A - B [C]","url":"/beatmaps/5?mode=mania"},"count":1000`,
	},
	{
		activity.Event{Kind: activity.SetUploaded, SetID: 6, Title: "A - B"},
		`"type":"beatmapsetUpload","beatmapset":{"title":"A - B","url":"/beatmapsets/6"},"user":USER`,
	},
	{
		activity.Event{Kind: activity.SetUpdated, SetID: 6, Title: "A - B"},
		`"type":"beatmapsetUpdate","beatmapset":{"title":"A - B","url":"/beatmapsets/6"},"user":USER`,
	},
	{
		activity.Event{Kind: activity.SetApproved, SetID: 6, Title: "A - B", Status: osu.StatusLoved},
		`"type":"beatmapsetApprove","approval":"loved","beatmapset":{"title":"A - B","url":"/beatmapsets/6"},"user":USER`,
	},
	{
		activity.Event{Kind: activity.SetRevived, SetID: 6, Title: "A - B"},
		`"type":"beatmapsetRevive","beatmapset":{"title":"A - B","url":"/beatmapsets/6"},"user":USER`,
	},
	{
		activity.Event{Kind: activity.SetDeleted, SetID: 6, Title: "A - B"},
		`"type":"beatmapsetDelete","beatmapset":{"title":"A - B","url":"/beatmapsets/6"}`,
	},
}

// TestRecentActivity compares the events of a profile byte by byte: an unknown type fails lazer's whole list, and it reads
// createdAt in camel case.
func TestRecentActivity(t *testing.T) {
	s := newServer(t, nil)
	alice, _ := s.Player(t, "alice")
	token := s.Token(0, "public")
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for i, m := range made {
		e := m.event
		e.ID, e.At, e.UserID, e.Name = int64(100-i), at, alice.ID, "alice"
		s.feed.events = append(s.feed.events, e)
	}
	unknown := activity.Event{ID: 50, At: at, UserID: alice.ID, Kind: 99} // of a newer module
	s.feed.events = append(s.feed.events, unknown)
	id := number(alice.ID)
	got := s.Get(t, "/users/"+id+"/recent_activity?limit=50", token)
	var events []json.RawMessage
	got.Into(t, &events)
	if len(events) != len(made) {
		t.Fatalf("%d events: %s", len(events), got.Body)
	}
	for i, m := range made {
		want := strings.ReplaceAll(strings.ReplaceAll(m.want, "USER", `{"username":"alice","url":"/users/ID"}`), "ID", id)
		want = `{"created_at":"2026-11-21T12:00:00+00:00","createdAt":"2026-11-21T12:00:00+00:00","id":` + number(int64(100-i)) + "," + want + "}"
		if diff := cmp.Diff(want, string(events[i])); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	// Five unless more are asked for, and pages.
	for query, want := range map[string]int{"": 5, "?limit=2": 2, "?limit=50&offset=8": 2, "?offset=500": 0, "?limit=1000": 10} {
		if page := ask[[]resource.Event](t, s, "GET", "/users/"+id+"/recent_activity"+query, token, nil); len(page) != want {
			t.Errorf("%q: %d events, want %d", query, len(page), want)
		}
	}
	if _, err := s.Users.Restrict(t.Context(), alice.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	s.refuses(t, "GET", "/users/"+id+"/recent_activity", token, nil, 404, "user")
	if page := ask[[]resource.Event](t, s, "GET", "/users/"+id+"/recent_activity", s.Token(alice.ID, "*"), nil); len(page) != 5 {
		t.Errorf("%d of his own", len(page))
	}
}

func TestEvents(t *testing.T) {
	s := newServer(t, nil)
	token := s.Token(0, "public")
	for id := int64(120); id > 0; id-- {
		s.feed.events = append(s.feed.events, activity.Event{ID: id, At: time.Now(), Kind: activity.SetDeleted, SetID: 1, Title: "A - B"})
	}
	type answer struct {
		Events []resource.Event
		Cursor *struct {
			ID int64 `json:"event_id"`
		}
		Text *string `json:"cursor_string"`
	}
	for sort, first := range map[string]int64{"": 120, "id_desc": 120, "id_asc": 1} {
		var seen []int64
		path := "/events?sort=" + sort
		for range 5 {
			page := ask[answer](t, s, "GET", path, token, nil)
			for _, e := range page.Events {
				seen = append(seen, e.ID)
			}
			if page.Text == nil {
				break
			}
			path = "/events?sort=" + sort + "&cursor_string=" + *page.Text
		}
		if len(seen) != 120 || seen[0] != first || seen[119] != 121-first {
			t.Errorf("%s: %v", sort, seen)
		}
	}
	wantKeys(t, s.Get(t, "/events", token).Body, []string{"events", "cursor", "cursor_string"})
	// Somebody who has no account here, and a grade that lazer has no word for.
	s.feed.events = []activity.Event{
		{ID: 2, Kind: activity.SetApproved, SetID: 1, Status: osu.StatusRanked, Name: "map per"},
		{ID: 1, Kind: activity.Rank, Grade: osu.GradeNone},
	}
	page := ask[answer](t, s, "GET", "/events", token, nil)
	if page.Events[0].User.URL != "/users/map%20per" || page.Events[1].ScoreRank != "F" {
		t.Errorf("%+v", page.Events)
	}
}

func TestKudosu(t *testing.T) {
	s := newServer(t, nil)
	alice, _ := s.Player(t, "alice")
	bob, _ := s.Player(t, "bob")
	staff, _ := s.Player(t, "carol")
	if _, err := s.Users.Grant(t.Context(), staff.ID, users.BotID, users.Moderator, 0); err != nil {
		t.Fatal(err)
	}
	for _, e := range []kudosu.Entry{
		{UserID: alice.ID, By: staff.ID, Amount: 5, Reason: "a good mod"}, {UserID: alice.ID, By: users.BotID, Amount: -1, Reason: "a bad one"},
		{UserID: bob.ID, By: staff.ID, Amount: 9, Reason: "help"}, {UserID: staff.ID, By: users.BotID, Amount: 2, Reason: "more"},
	} {
		if _, err := s.kudosu.Give(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	token := s.Token(0, "public")
	got := s.Get(t, "/users/"+number(alice.ID)+"/kudosu", token)
	var history []resource.KudosuHistory
	got.Into(t, &history)
	if len(history) != 2 || history[0].Action != "revoke" || history[0].Amount != -1 || history[1].Action != "give" || history[1].Giver.Username != "carol" ||
		history[1].Post.Title != "a good mod" || history[1].Giver.URL != "https://osu.peace.test/users/"+number(staff.ID) {
		t.Errorf("%s", got.Body)
	}
	for _, list := range []string{"kudosu", "recent_activity"} { // behind the last that there can be
		if end := s.Get(t, "/users/"+number(alice.ID)+"/"+list+"?offset=10000", token); end.Code != 200 || string(end.Body) != "[]\n" {
			t.Errorf("%s: %d %q", list, end.Code, end.Body)
		}
	}
	wantKeys(t, got.Body, []string{"id", "action", "amount", "model", "created_at", "giver", "post", "details"}, "0")
	if _, err := s.Users.Restrict(t.Context(), bob.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	ranking := ask[struct{ Ranking []resource.User }](t, s, "GET", "/rankings/kudosu?page=1", token, nil).Ranking
	if len(ranking) != 2 || ranking[0].ID != alice.ID || *ranking[0].Kudosu != (resource.Kudosu{Available: 4, Total: 4}) || ranking[1].ID != staff.ID {
		t.Errorf("%+v", ranking)
	}
}

func TestReports(t *testing.T) {
	s := newServer(t, contents)
	alice, aliceToken := s.Player(t, "alice")
	bob, token := s.Player(t, "bob")
	post := number(get[resource.NewsPost](t, s, "/news/2025-01-01-first").ID)
	comment := ask[resource.CommentBundle](t, s, "POST", "/comments", aliceToken, commentForm("news_post", post, "Buy this", "")).Comments[0].ID
	thread, err := s.Chat.Find(t.Context(), "#osu")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Chat.Enter(t.Context(), alice.ID, thread.ID); err != nil {
		t.Fatal(err)
	}
	said, err := s.Chat.Speak(t.Context(), chat.Line{SenderID: alice.ID, ThreadID: thread.ID, Text: "bad words"})
	if err != nil {
		t.Fatal(err)
	}
	form := func(kind, id, reason string) url.Values {
		return url.Values{"reportable_type": {kind}, "reportable_id": {id}, "reason": {reason}, "comments": {"look"}}
	}
	s.refuses(t, "POST", "/reports", token, form("message", number(said.ID), "Spam"), 404, "message") // in a channel that he is not in
	if _, err := s.Chat.Enter(t.Context(), bob.ID, thread.ID); err != nil {
		t.Fatal(err)
	}
	s.board.score = scores.Score{ID: 1 << 40, UserID: alice.ID}
	for _, test := range []struct {
		form url.Values
		want moderation.Complaint
	}{
		{form("solo_score", number(s.board.score.ID), "Cheating"), moderation.Complaint{Kind: "score", SubjectID: 1 << 40, Reason: "Cheating"}},
		{form("user", number(alice.ID), "Cheating"), moderation.Complaint{Kind: "user", SubjectID: int64(alice.ID), Reason: "Cheating", Quote: "alice"}},
		{form("comment", number(comment), "Spam"), moderation.Complaint{Kind: "comment", SubjectID: comment, Reason: "Spam", Quote: "Buy this"}},
		{form("message", number(said.ID), "Insults"), moderation.Complaint{Kind: "message", SubjectID: said.ID, Reason: "Insults", Quote: "bad words"}},
	} {
		s.desk.complaints = nil
		if got := s.Do(t, "POST", "/reports", token, test.form); got.Code != 204 || len(got.Body) != 0 {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		test.want.By, test.want.UserID, test.want.Text = bob.ID, alice.ID, "look"
		if diff := cmp.Diff([]moderation.Complaint{test.want}, s.desk.complaints); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	for name, test := range map[string]struct {
		form url.Values
		code int
	}{
		"no reason":   {form("user", number(alice.ID), ""), 422},
		"no type":     {form("", "1", "Other"), 404},
		"a team":      {form("team", "1", "Other"), 404},
		"no id":       {form("user", "", "Other"), 404},
		"nobody":      {form("user", "99999", "Other"), 404},
		"a large id":  {form("user", "99999999999", "Other"), 404},
		"no comment":  {form("comment", "99999", "Other"), 404},
		"no message":  {form("message", "99999", "Other"), 404},
		"no score":    {form("score", "99999", "Other"), 404},
		"solo score":  {form("solo_score", "99999", "Other"), 404},
		"not a form":  {nil, 404},
		"a lost post": {form("message", "-5", "Other"), 404},
	} {
		var body any = test.form
		if test.form == nil {
			body = "{}"
		}
		if got := s.Do(t, "POST", "/reports", token, body); got.Code != test.code {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
}
