// Package commentstest is the conformance suite of the comments contract: what it asks, every implementation must answer, in this
// process or behind a peer.
package commentstest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/users"
)

// Subject is what is examined.
type Subject struct {
	Comments comments.Service
	World    *World // that it is connected to
	Flood    int    // comments that one player may write within ten minutes; at least 10
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Post", testPost},
		{"PostBad", testPostBad},
		{"PostRefused", testPostRefused},
		{"Replies", testReplies},
		{"Pages", testPages},
		{"Everything", testEverything},
		{"Edit", testEdit},
		{"Delete", testDelete},
		{"Pin", testPin},
		{"Vote", testVote},
		{"VoteTogether", testVoteTogether},
		{"Restricted", testRestricted},
		{"Flood", testFlood},
		{"Bounds", testBounds},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func post(t *testing.T, s Subject, user int32, about comments.Subject, parent int64, text string) comments.Comment {
	t.Helper()
	c, err := s.Comments.Post(t.Context(), comments.Comment{UserID: user, Subject: about, ParentID: parent, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, s Subject, query comments.Query) comments.Page {
	t.Helper()
	if query.Limit == 0 {
		query.Limit = 50
	}
	page, err := s.Comments.Find(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func get(t *testing.T, s Subject, id int64, viewer int32) comments.Page {
	t.Helper()
	page, err := s.Comments.Get(t.Context(), id, viewer)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func ids(list []comments.Comment) []int64 {
	var all []int64
	for _, c := range list {
		all = append(all, c.ID)
	}
	return all
}

func wantIDs(t *testing.T, what string, list []comments.Comment, want ...int64) {
	t.Helper()
	if diff := cmp.Diff(want, ids(list)); diff != "" {
		t.Errorf("%s: -want +got:\n%s", what, diff)
	}
}

func wantFault(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func testPost(t *testing.T, s Subject) {
	user := s.World.NewUser()
	for _, kind := range []string{"beatmapset", "build", "news_post"} {
		about := s.World.NewSubject(kind)
		before := time.Now().Add(-time.Second)
		c := post(t, s, user, about, 0, "  Hello\r\n*you* ")
		want := comments.Comment{ID: c.ID, Subject: about, UserID: user, Text: "Hello\n*you*", CreatedAt: c.CreatedAt}
		if diff := cmp.Diff(want, c); diff != "" || c.ID <= 0 || c.CreatedAt.Before(before) {
			t.Errorf("%s: %v, -want +got:\n%s", kind, c.CreatedAt, diff)
		}
		page := find(t, s, comments.Query{Subject: &about})
		if diff := cmp.Diff(comments.Page{Comments: []comments.Comment{c}, Total: 1, TopLevel: 1}, page); diff != "" {
			t.Errorf("%s: -want +got:\n%s", kind, diff)
		}
		one := get(t, s, c.ID, 0)
		if diff := cmp.Diff(page, one); diff != "" {
			t.Errorf("%s: -found +got:\n%s", kind, diff)
		}
	}
	_, err := s.Comments.Get(t.Context(), 1<<40, 0)
	wantFault(t, "one that is not", err, comments.ErrNotFound)
}

func testPostBad(t *testing.T, s Subject) {
	user, about := s.World.NewUser(), s.World.NewSubject("beatmapset")
	longest := strings.Repeat("é", comments.MaxText)
	if c := post(t, s, user, about, 0, longest); c.Text != longest {
		t.Errorf("%d bytes", len(c.Text))
	}
	for name, test := range map[string]struct {
		about  comments.Subject
		parent int64
		text   string
		want   error
	}{
		"empty":        {about, 0, "", comments.ErrBadComment},
		"blank":        {about, 0, " \n\t", comments.ErrBadComment},
		"long":         {about, 0, longest + "x", comments.ErrBadComment},
		"NUL":          {about, 0, "a\x00b", comments.ErrBadComment},
		"no subject":   {comments.Subject{}, 0, "a", comments.ErrBadSubject},
		"no such type": {comments.Subject{Type: "user", ID: about.ID}, 0, "a", comments.ErrBadSubject},
		"no such set":  {comments.Subject{Type: "beatmapset", ID: 1 << 30}, 0, "a", comments.ErrBadSubject},
		"another type": {comments.Subject{Type: "build", ID: about.ID}, 0, "a", comments.ErrBadSubject},
		"no such post": {comments.Subject{Type: "news_post", ID: 1}, 0, "a", comments.ErrBadSubject},
		"a large id":   {comments.Subject{Type: "beatmapset", ID: 1<<32 + about.ID}, 0, "a", comments.ErrBadSubject},
		"a negative":   {comments.Subject{Type: "beatmapset", ID: -about.ID}, 0, "a", comments.ErrBadSubject},
		"no parent":    {about, 1 << 40, "a", comments.ErrNotFound},
	} {
		_, err := s.Comments.Post(t.Context(), comments.Comment{UserID: user, Subject: test.about, ParentID: test.parent, Text: test.text})
		wantFault(t, name, err, test.want)
	}
	if page := find(t, s, comments.Query{Subject: &about}); page.Total != 1 {
		t.Errorf("%+v", page)
	}
}

func testPostRefused(t *testing.T, s Subject) {
	about := s.World.NewSubject("beatmapset")
	theirs := post(t, s, s.World.NewUser(), about, 0, "theirs")
	for name, user := range map[string]int32{
		"restricted": s.World.NewUser(restricted), "silenced": s.World.NewUser(silenced), "nobody": 0, "unknown": 1 << 30,
		"restricted staff": s.World.NewUser(staff, restricted),
	} {
		_, err := s.Comments.Post(t.Context(), comments.Comment{UserID: user, Subject: about, Text: "a"})
		wantFault(t, name, err, comments.ErrForbidden)
		_, err = s.Comments.Vote(t.Context(), theirs.ID, user, true)
		wantFault(t, name+" votes", err, comments.ErrForbidden)
		_, err = s.Comments.Delete(t.Context(), theirs.ID, user)
		wantFault(t, name+" deletes", err, comments.ErrForbidden)
	}
	post(t, s, s.World.NewUser(silenced, staff), about, 0, "staff may")
}

func testReplies(t *testing.T, s Subject) {
	user, about := s.World.NewUser(), s.World.NewSubject("beatmapset")
	a := post(t, s, user, about, 0, "a")
	b := post(t, s, user, about, 0, "b")
	a1 := post(t, s, user, comments.Subject{}, a.ID, "a1")
	a11 := post(t, s, user, s.World.NewSubject("build"), a1.ID, "a11") // whatever it says it is about
	a111 := post(t, s, user, comments.Subject{}, a11.ID, "a111")
	if a11.Subject != about || a11.ParentID != a1.ID {
		t.Errorf("%+v", a11)
	}
	// As lazer asks first: what is no reply, with two levels of replies.
	top := find(t, s, comments.Query{Subject: &about, ParentID: new(int64)})
	wantIDs(t, "top level", top.Comments, b.ID, a.ID)
	wantIDs(t, "their replies", top.Included, a1.ID, a11.ID)
	if top.Total != 5 || top.TopLevel != 2 || top.Comments[1].Replies != 1 || top.Comments[0].Replies != 0 {
		t.Errorf("%+v", top)
	}
	// And then for more replies of one.
	replies := find(t, s, comments.Query{Subject: &about, ParentID: &a1.ID})
	wantIDs(t, "replies", replies.Comments, a11.ID)
	wantIDs(t, "their parent and replies", replies.Included, a1.ID, a111.ID)
	if replies.Total != 5 || replies.TopLevel != 2 {
		t.Errorf("%+v", replies)
	}
	all := find(t, s, comments.Query{Subject: &about})
	wantIDs(t, "all", all.Comments, a111.ID, a11.ID, a1.ID, b.ID, a.ID)
	wantIDs(t, "nothing included", all.Included)
	one := get(t, s, a1.ID, 0)
	wantIDs(t, "one", one.Comments, a1.ID)
	wantIDs(t, "with its parent and replies", one.Included, a.ID, a11.ID, a111.ID)
	ofUser := find(t, s, comments.Query{UserID: user, Limit: 2})
	wantIDs(t, "of the user", ofUser.Comments, a111.ID, a11.ID)
	wantIDs(t, "their parents", ofUser.Included, a1.ID) // the other one is on the page itself
	if ofUser.Total != 5 || ofUser.TopLevel != 2 || !ofUser.More {
		t.Errorf("%+v", ofUser)
	}
}

func testPages(t *testing.T, s Subject) {
	about := s.World.NewSubject("news_post")
	var written []int64
	voters := []int32{s.World.NewUser(), s.World.NewUser(), s.World.NewUser()}
	votes := []int{1, 0, 3, 1, 2}
	for _, n := range votes {
		c := post(t, s, s.World.NewUser(), about, 0, "a")
		for _, voter := range voters[:n] {
			if _, err := s.Comments.Vote(t.Context(), c.ID, voter, true); err != nil {
				t.Fatal(err)
			}
		}
		written = append(written, c.ID)
	}
	at := func(order ...int) []int64 {
		var list []int64
		for _, i := range order {
			list = append(list, written[i])
		}
		return list
	}
	for name, test := range map[string]struct {
		order comments.Order
		want  []int64
	}{
		"newest": {comments.Newest, at(4, 3, 2, 1, 0)},
		"oldest": {comments.Oldest, at(0, 1, 2, 3, 4)},
		"top":    {comments.Top, at(2, 4, 3, 0, 1)},
	} {
		var byCursor, byOffset []int64
		query := comments.Query{Subject: &about, ParentID: new(int64), Order: test.order, Limit: 2}
		for range 10 {
			page := find(t, s, query)
			byCursor = append(byCursor, ids(page.Comments)...)
			if page.Total != 5 || page.TopLevel != 5 {
				t.Errorf("%s: %d, %d", name, page.Total, page.TopLevel)
			}
			if !page.More {
				break
			}
			query.After = byCursor[len(byCursor)-1]
		}
		query.After = 0
		for query.Offset = 0; query.Offset < 20; query.Offset += 2 {
			page := find(t, s, query)
			byOffset = append(byOffset, ids(page.Comments)...)
			if !page.More {
				break
			}
		}
		if diff := cmp.Diff(test.want, byCursor); diff != "" {
			t.Errorf("%s by cursor: -want +got:\n%s", name, diff)
		}
		if diff := cmp.Diff(test.want, byOffset); diff != "" {
			t.Errorf("%s by offset: -want +got:\n%s", name, diff)
		}
	}
	_, err := s.Comments.Find(t.Context(), comments.Query{Subject: &about, After: 1 << 40, Limit: 1})
	wantFault(t, "after nothing", err, comments.ErrNotFound)
}

func testEverything(t *testing.T, s Subject) {
	user := s.World.NewUser()
	first := post(t, s, user, s.World.NewSubject("beatmapset"), 0, "first")
	reply := post(t, s, user, comments.Subject{}, first.ID, "reply")
	last := post(t, s, user, s.World.NewSubject("build"), 0, "last")
	if _, err := s.Comments.Delete(t.Context(), last.ID, user); err != nil {
		t.Fatal(err)
	}
	page := find(t, s, comments.Query{Limit: 1})
	wantIDs(t, "the newest that is there", page.Comments, reply.ID)
	wantIDs(t, "its parent", page.Included, first.ID)
	wantIDs(t, "nothing is pinned", page.Pinned)
	if !page.More && page.Total > 1 || page.Total < 2 {
		t.Errorf("%+v", page)
	}
	for _, order := range []comments.Order{comments.Oldest, comments.Top} {
		if page := find(t, s, comments.Query{Order: order, Limit: 100}); len(page.Comments) == 0 {
			t.Errorf("order %d: %+v", order, page)
		}
	}
	replies := find(t, s, comments.Query{ParentID: &first.ID, Order: comments.Oldest})
	wantIDs(t, "replies of whatever it is about", replies.Comments, reply.ID)
}

func testEdit(t *testing.T, s Subject) {
	user, moderator := s.World.NewUser(), s.World.NewUser(staff)
	c := post(t, s, user, s.World.NewSubject("beatmapset"), 0, "a")
	same, err := s.Comments.Edit(t.Context(), c.ID, user, " a ")
	if diff := cmp.Diff(c, same); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	edited, err := s.Comments.Edit(t.Context(), c.ID, user, "b")
	if err != nil || edited.Text != "b" || edited.EditedBy != user || edited.EditedAt.Before(c.CreatedAt) || !edited.CreatedAt.Equal(c.CreatedAt) {
		t.Errorf("%+v, %v", edited, err)
	}
	if n := len(s.World.Audit(user)); n != 0 {
		t.Errorf("%d rows about one's own comment", n)
	}
	if got := get(t, s, c.ID, 0).Comments[0]; !cmp.Equal(got, edited) {
		t.Errorf("%+v", got)
	}
	byStaff, err := s.Comments.Edit(t.Context(), c.ID, moderator, "c")
	if err != nil || byStaff.EditedBy != moderator || byStaff.UserID != user {
		t.Errorf("%+v, %v", byStaff, err)
	}
	if audit := s.World.Audit(user); len(audit) != 1 || audit[0].ActorID != moderator || audit[0].Action != "comment_edit" {
		t.Errorf("%+v", audit)
	}
	_, err = s.Comments.Edit(t.Context(), c.ID, s.World.NewUser(), "d")
	wantFault(t, "a stranger", err, comments.ErrForbidden)
	_, err = s.Comments.Edit(t.Context(), c.ID, user, " ")
	wantFault(t, "nothing", err, comments.ErrBadComment)
	_, err = s.Comments.Edit(t.Context(), 1<<40, user, "d")
	wantFault(t, "one that is not", err, comments.ErrNotFound)
	s.World.Change(user, silenced)
	_, err = s.Comments.Edit(t.Context(), c.ID, user, "d")
	wantFault(t, "silenced", err, comments.ErrForbidden)
	if got := get(t, s, c.ID, 0).Comments[0]; got.Text != "c" {
		t.Errorf("%+v", got)
	}
}

func testDelete(t *testing.T, s Subject) {
	user, moderator, other := s.World.NewUser(), s.World.NewUser(staff), s.World.NewUser()
	about := s.World.NewSubject("beatmapset")
	c := post(t, s, user, about, 0, "secret")
	reply := post(t, s, other, about, c.ID, "reply")
	_, err := s.Comments.Delete(t.Context(), c.ID, other)
	wantFault(t, "a stranger", err, comments.ErrForbidden)
	deleted, err := s.Comments.Delete(t.Context(), c.ID, user)
	if err != nil || deleted.Text != "" || deleted.DeletedAt.IsZero() || deleted.DeletedBy != 0 {
		t.Errorf("%+v, %v", deleted, err)
	}
	again, err := s.Comments.Delete(t.Context(), c.ID, user)
	if diff := cmp.Diff(deleted, again); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	for viewer, text := range map[int32]string{0: "", other: "", user: "", moderator: "secret"} {
		page := find(t, s, comments.Query{Subject: &about, ParentID: new(int64), Deleted: true, ViewerID: viewer})
		if len(page.Comments) != 1 || page.Comments[0].Text != text || page.Comments[0].DeletedAt.IsZero() || page.Total != 2 || len(page.Included) != 1 {
			t.Errorf("%d sees %+v", viewer, page)
		}
		if by := page.Comments[0].DeletedBy; (by == user) != (viewer == moderator) {
			t.Errorf("%d sees that %d did it", viewer, by)
		}
	}
	if page := find(t, s, comments.Query{Subject: &about}); len(page.Comments) != 1 || page.Comments[0].ID != reply.ID {
		t.Errorf("%+v", page)
	}
	_, err = s.Comments.Post(t.Context(), comments.Comment{UserID: other, ParentID: c.ID, Text: "late"})
	wantFault(t, "a reply", err, comments.ErrNotFound)
	_, err = s.Comments.Vote(t.Context(), c.ID, other, true)
	wantFault(t, "a vote", err, comments.ErrNotFound)
	_, err = s.Comments.Edit(t.Context(), c.ID, user, "other")
	wantFault(t, "an edit", err, comments.ErrForbidden)
	_, err = s.Comments.Restore(t.Context(), c.ID, user)
	wantFault(t, "its author brings it back", err, comments.ErrForbidden)
	for range 2 {
		back, err := s.Comments.Restore(t.Context(), c.ID, moderator)
		if err != nil || back.Text != "secret" || !back.DeletedAt.IsZero() {
			t.Errorf("%+v, %v", back, err)
		}
	}
	if _, err := s.Comments.Delete(t.Context(), c.ID, moderator); err != nil {
		t.Error(err)
	}
	var did []string
	for _, e := range s.World.Audit(user) {
		did = append(did, e.Action)
	}
	if diff := cmp.Diff([]string{"comment_restore", "comment_delete"}, did); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, call := range []func() error{
		func() error { _, err := s.Comments.Delete(t.Context(), 1<<40, moderator); return err },
		func() error { _, err := s.Comments.Restore(t.Context(), 1<<40, moderator); return err },
		func() error { _, err := s.Comments.Pin(t.Context(), 1<<40, moderator, true); return err },
		func() error { _, err := s.Comments.Vote(t.Context(), 1<<40, moderator, true); return err },
	} {
		wantFault(t, "one that is not", call(), comments.ErrNotFound)
	}
}

func testPin(t *testing.T, s Subject) {
	user, moderator := s.World.NewUser(), s.World.NewUser(staff)
	about := s.World.NewSubject("beatmapset")
	a, b := post(t, s, user, about, 0, "a"), post(t, s, user, about, 0, "b")
	reply := post(t, s, user, about, a.ID, "reply")
	pin := func(c comments.Comment, by int32, on bool) error {
		_, err := s.Comments.Pin(t.Context(), c.ID, by, on)
		return err
	}
	wantFault(t, "an author", pin(a, user, true), comments.ErrForbidden)
	wantFault(t, "a reply", pin(reply, moderator, true), comments.ErrForbidden)
	for _, c := range []comments.Comment{a, a, b} {
		if err := pin(c, moderator, true); err != nil {
			t.Error(err)
		}
		page := find(t, s, comments.Query{Subject: &about})
		wantIDs(t, "pinned", page.Pinned, c.ID)
		if len(page.Comments) != 3 || !page.Pinned[0].Pinned {
			t.Errorf("%+v", page)
		}
	}
	if _, err := s.Comments.Delete(t.Context(), b.ID, user); err != nil {
		t.Error(err)
	}
	wantIDs(t, "deleted", find(t, s, comments.Query{Subject: &about, Deleted: true}).Pinned)
	if err := errors.Join(pin(a, moderator, true), pin(a, moderator, false), pin(a, moderator, false)); err != nil {
		t.Error(err)
	}
	wantIDs(t, "not any more", find(t, s, comments.Query{Subject: &about}).Pinned)
}

func testVote(t *testing.T, s Subject) {
	author, a, b := s.World.NewUser(), s.World.NewUser(), s.World.NewUser()
	about := s.World.NewSubject("beatmapset")
	c := post(t, s, author, about, 0, "a")
	post(t, s, author, about, 0, "b")
	_, err := s.Comments.Vote(t.Context(), c.ID, author, true)
	wantFault(t, "one's own", err, comments.ErrOwn)
	for i, step := range []struct {
		user int32
		on   bool
		want int32
	}{{a, true, 1}, {a, true, 1}, {b, true, 2}, {a, false, 1}, {a, false, 1}} {
		got, err := s.Comments.Vote(t.Context(), c.ID, step.user, step.on)
		if err != nil || got.Votes != step.want {
			t.Errorf("step %d: %+v, %v", i, got, err)
		}
	}
	for viewer, want := range map[int32][]int64{b: {c.ID}, a: nil, 0: nil} {
		page := find(t, s, comments.Query{Subject: &about, ViewerID: viewer})
		if diff := cmp.Diff(want, page.Voted); diff != "" || page.Comments[1].Votes != 1 {
			t.Errorf("%d: %+v", viewer, page)
		}
	}
	if diff := cmp.Diff([]int64{c.ID}, get(t, s, c.ID, b).Voted); diff != "" {
		t.Error(diff)
	}
}

func testVoteTogether(t *testing.T, s Subject) {
	about := s.World.NewSubject("beatmapset")
	c := post(t, s, s.World.NewUser(), about, 0, "a")
	var wg sync.WaitGroup
	voters := make([]int32, 6)
	for i := range voters {
		voters[i] = s.World.NewUser()
	}
	for i := range 24 {
		wg.Go(func() {
			if _, err := s.Comments.Vote(t.Context(), c.ID, voters[i%len(voters)], true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := get(t, s, c.ID, 0).Comments[0]; got.Votes != int32(len(voters)) {
		t.Errorf("%d votes of %d players", got.Votes, len(voters))
	}
}

// testRestricted says that what a restricted player wrote looks deleted, but not to himself and to staff.
func testRestricted(t *testing.T, s Subject) {
	user, moderator := s.World.NewUser(), s.World.NewUser(staff)
	about := s.World.NewSubject("beatmapset")
	c := post(t, s, user, about, 0, "a")
	if _, err := s.Comments.Pin(t.Context(), c.ID, moderator, true); err != nil {
		t.Error(err)
	}
	s.World.Change(user, restricted)
	for viewer, seen := range map[int32]bool{0: false, s.World.NewUser(): false, user: true, moderator: true} {
		page := find(t, s, comments.Query{Subject: &about, Deleted: true, ViewerID: viewer})
		if got := page.Comments[0]; (got.Text == "a") != seen || got.DeletedAt.IsZero() != seen || (len(page.Pinned) == 1) != seen {
			t.Errorf("%d sees %+v", viewer, page)
		}
		if page := find(t, s, comments.Query{Subject: &about, ViewerID: viewer}); (len(page.Comments) == 1) != seen {
			t.Errorf("%d sees %+v", viewer, page)
		}
		if got := get(t, s, c.ID, viewer).Comments[0]; (got.Text == "a") != seen {
			t.Errorf("%d sees %+v", viewer, got)
		}
	}
	s.World.Change(user, func(u *users.User) { u.Restricted = false })
	if got := get(t, s, c.ID, 0).Comments[0]; got.Text != "a" || !got.DeletedAt.IsZero() {
		t.Errorf("%+v", got)
	}
}

func testFlood(t *testing.T, s Subject) {
	user, about := s.World.NewUser(), s.World.NewSubject("beatmapset")
	for range s.Flood {
		post(t, s, user, about, 0, "a")
	}
	_, err := s.Comments.Post(t.Context(), comments.Comment{UserID: user, Subject: about, Text: "a"})
	wantFault(t, "one too many", err, comments.ErrFlood)
	post(t, s, s.World.NewUser(), about, 0, "another player")
}

func testBounds(t *testing.T, s Subject) {
	for name, query := range map[string]comments.Query{
		"no limit": {}, "a negative": {Limit: -1}, "a large": {Limit: comments.MaxPage + 1},
		"far": {Limit: 1, Offset: comments.MaxOffset + 1}, "before the first": {Limit: 1, Offset: -1},
	} {
		_, err := s.Comments.Find(t.Context(), query)
		wantFault(t, name, err, comments.ErrTooLarge)
	}
	nowhere := comments.Subject{Type: "beatmapset", ID: 1 << 30}
	if page := find(t, s, comments.Query{Subject: &nowhere}); len(page.Comments) != 0 || page.Total != 0 || page.More {
		t.Errorf("%+v", page)
	}
	if page := find(t, s, comments.Query{UserID: 1 << 30, Limit: comments.MaxPage}); len(page.Comments) != 0 || slices.Max([]int{page.Total, page.TopLevel}) != 0 {
		t.Errorf("%+v", page)
	}
}
