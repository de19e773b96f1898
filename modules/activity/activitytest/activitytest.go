// Package activitytest is the conformance suite of the activity contract: what it asks, every implementation must answer, in this
// process or behind a peer. The service must be running: that it follows what happens is what is asked.
package activitytest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/achievements"
	"github.com/pure-peace/peace/modules/activity"
	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// Subject is what is examined. It tells of ranks up to 1000, of every lost first place, and of set authors with accounts here.
type Subject struct {
	Activity activity.Service
	World    *World // which the service follows
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Ranks", testRanks},
		{"Lost", testLost},
		{"Medals", testMedals},
		{"NoNews", testNoNews},
		{"Removed", testRemoved},
		{"Restricted", testRestricted},
		{"Renamed", testRenamed},
		{"Approved", testApproved},
		{"LocalSets", testLocalSets},
		{"Milestones", testMilestones},
		{"Waits", testWaits},
		{"Pages", testPages},
		{"Bounds", testBounds},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

func of(t *testing.T, s Subject, user int32) []activity.Event {
	t.Helper()
	events, err := s.Activity.Of(t.Context(), user, 0, activity.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func feed(t *testing.T, s Subject) []activity.Event {
	t.Helper()
	events, err := s.Activity.Feed(t.Context(), 0, true, activity.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// unsaid are what tests do not know of events.
var unsaid = cmpopts.IgnoreFields(activity.Event{}, "ID", "At")

// eventually waits until something is as it should be.
func eventually(t *testing.T, what string, want, got func() any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		diff := cmp.Diff(want(), got(), unsaid, cmpopts.EquateEmpty())
		if diff == "" {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%s: -want +got:\n%s", what, diff)
		}
	}
}

func wantOf(t *testing.T, what string, s Subject, user int32, want ...activity.Event) {
	t.Helper()
	eventually(t, what, func() any { return want }, func() any { return of(t, s, user) })
}

// settled returns when everything that was played until now was dealt with.
func settled(t *testing.T, s Subject) {
	t.Helper()
	u := s.World.NewUser()
	s.World.Play(t, u.ID, s.World.NewSet(false, osu.StatusRanked), scores.Result{Best: true, After: 1}, nil)
	eventually(t, "the last play", func() any { return 1 }, func() any { return len(of(t, s, u.ID)) })
}

func onMap(kind activity.Kind, u users.User, set beatmaps.Set) activity.Event {
	return activity.Event{
		Kind: kind, UserID: u.ID, Name: u.Name, BeatmapID: set.Beatmaps[0].ID, SetID: set.ID, Title: "Artist - " + set.Title + " [Hard]",
		Ruleset: osu.Taiko, Grade: osu.GradeNone,
	}
}

func rank(u users.User, set beatmaps.Set, place int32) activity.Event {
	e := onMap(activity.Rank, u, set)
	e.Rank, e.Grade = place, osu.GradeSH
	return e
}

func medal(u users.User, id int32) activity.Event {
	return activity.Event{
		Kind: activity.Medal, UserID: u.ID, Name: u.Name, Ruleset: osu.Taiko, Grade: osu.GradeNone, MedalID: id, Medal: "Medal", MedalFile: "medal-file",
	}
}

func testRanks(t *testing.T, s Subject) {
	u, set := s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 1000}, nil)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, Before: 1000, After: 12}, nil)
	wantOf(t, "ranks", s, u.ID, rank(u, set, 12), rank(u, set, 1000))
	events := of(t, s, u.ID)
	if events[0].ID <= events[1].ID || time.Since(events[0].At) > time.Minute {
		t.Errorf("%+v", events)
	}
}

func testLost(t *testing.T, s Subject) {
	king, u, set := s.World.NewUser(), s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	s.World.Play(t, king.ID, set, scores.Result{Best: true, After: 1}, nil)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 1, Dethroned: king.ID}, nil)
	wantOf(t, "the new first", s, u.ID, rank(u, set, 1))
	wantOf(t, "the old one", s, king.ID, onMap(activity.RankLost, king, set), rank(king, set, 1))
}

func testMedals(t *testing.T, s Subject) {
	u, set := s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	medals := []achievements.Achievement{{ID: 3, Name: "Medal", File: "medal-file"}, {ID: 5, Name: "Medal", File: "medal-file"}}
	s.World.Play(t, u.ID, set, scores.Result{}, medals)
	wantOf(t, "medals", s, u.ID, medal(u, 5), medal(u, 3))
}

// testNoNews says which plays nobody is told of.
func testNoNews(t *testing.T, s Subject) {
	u, set, first := s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked), scores.Result{Best: true, After: 1}
	unknown := set
	unknown.Beatmaps = []beatmaps.Beatmap{{ID: 1 << 29, MD5: "unknown"}}
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 1001}, nil)
	s.World.Play(t, u.ID, set, scores.Result{Best: false, After: 1, Before: 1}, nil)
	s.World.Play(t, u.ID, set, scores.Result{}, nil)
	s.World.Play(t, u.ID, unknown, first, nil)
	s.World.Play(t, u.ID, set, first, nil, func(x *scores.Score) { x.Passed = false })
	s.World.Play(t, u.ID, set, first, nil, func(x *scores.Score) { x.Ranked = false })
	s.World.Play(t, u.ID, set, first, nil, func(x *scores.Score) { x.Variant = osu.Relax })
	s.World.Play(t, 1<<29, set, first, nil)
	settled(t, s)
	wantOf(t, "plays that are no news", s, u.ID)
	wantOf(t, "of an account that is gone", s, 1<<29)
}

func testRemoved(t *testing.T, s Subject) {
	king, u, set := s.World.NewUser(), s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 5}, nil)
	id := s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 1, Dethroned: king.ID}, []achievements.Achievement{{ID: 9, Name: "Medal", File: "medal-file"}})
	all := []activity.Event{medal(u, 9), rank(u, set, 1), rank(u, set, 5)}
	wantOf(t, "at first", s, u.ID, all...)
	wantOf(t, "who was first", s, king.ID, onMap(activity.RankLost, king, set))
	before := of(t, s, u.ID)
	s.World.Remove(t, id)
	wantOf(t, "removed", s, u.ID, all[2])
	wantOf(t, "who is first again", s, king.ID)
	s.World.Restore(t, id)
	wantOf(t, "restored", s, u.ID, all...)
	if diff := cmp.Diff(before, of(t, s, u.ID)); diff != "" {
		t.Errorf("another one: -before +after:\n%s", diff)
	}
}

func testRestricted(t *testing.T, s Subject) {
	u, king, set := s.World.NewUser(), s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 7}, nil)
	wantOf(t, "at first", s, u.ID, rank(u, set, 7))
	inFeed := func() any {
		var n int
		for _, e := range feed(t, s) {
			if e.UserID == u.ID || e.UserID == king.ID {
				n++
			}
		}
		return n
	}
	is := func(n int) func() any { return func() any { return n } }
	eventually(t, "in the feed", is(1), inFeed)
	s.World.Restrict(t, u.ID, true)
	eventually(t, "restricted", is(0), inFeed)
	wantOf(t, "of the player", s, u.ID, rank(u, set, 7))
	s.World.Restrict(t, king.ID, true)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 1, Dethroned: king.ID}, nil)
	settled(t, s)
	wantOf(t, "what he does now", s, u.ID, rank(u, set, 7))
	wantOf(t, "what happens to another", s, king.ID)
	s.World.Restrict(t, u.ID, false)
	eventually(t, "not any more", is(1), inFeed)
}

func testRenamed(t *testing.T, s Subject) {
	u := s.World.NewUser()
	s.World.Rename(t, u.ID, "somebody")
	wantOf(t, "a new name", s, u.ID, activity.Event{Kind: activity.Renamed, UserID: u.ID, Name: "somebody", OldName: u.Name, Grade: osu.GradeNone})
	s.World.Rename(t, u.ID, "else")
	wantOf(t, "another", s, u.ID,
		activity.Event{Kind: activity.Renamed, UserID: u.ID, Name: "else", OldName: "somebody", Grade: osu.GradeNone},
		activity.Event{Kind: activity.Renamed, UserID: u.ID, Name: "somebody", OldName: u.Name, Grade: osu.GradeNone})
}

// ofSet returns what the feed says about a set, oldest first.
func ofSet(t *testing.T, s Subject, set beatmaps.Set) []activity.Event {
	t.Helper()
	var list []activity.Event
	for _, e := range feed(t, s) {
		if e.SetID == set.ID {
			list = append([]activity.Event{e}, list...)
		}
	}
	return list
}

func wantOfSet(t *testing.T, what string, s Subject, set beatmaps.Set, want ...activity.Event) {
	t.Helper()
	eventually(t, what, func() any { return want }, func() any { return ofSet(t, s, set) })
}

func about(kind activity.Kind, set beatmaps.Set, u users.User, status osu.Status) activity.Event {
	return activity.Event{Kind: kind, UserID: u.ID, Name: u.Name, SetID: set.ID, Title: "Artist - " + set.Title, Grade: osu.GradeNone, Status: status}
}

func status(to osu.Status) func(*beatmaps.Set) {
	return func(set *beatmaps.Set) { set.Status, set.RankedAt = to, time.Now().UTC() }
}

func testApproved(t *testing.T, s Subject) {
	mapper := users.User{Name: "mapper"} // has no account here
	set := s.World.NewSet(false, osu.StatusPending)
	s.World.ChangeSet(t, set.ID, status(osu.StatusQualified))
	wantOfSet(t, "a first one", s, set, about(activity.SetApproved, set, mapper, osu.StatusQualified))
	s.World.ChangeSet(t, set.ID, status(osu.StatusRanked))
	all := []activity.Event{
		about(activity.SetApproved, set, mapper, osu.StatusQualified), about(activity.SetApproved, set, mapper, osu.StatusRanked),
	}
	wantOfSet(t, "ranked", s, set, all...)
	// Nobody is told that it is not ranked any more, or of new files of the official server.
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Status = osu.StatusGraveyard })
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Beatmaps[0].MD5 = "new" })
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Status = osu.StatusPending })
	old := s.World.NewSet(false, osu.StatusRanked) // ranked long ago, and only now known here
	s.World.ChangeSet(t, old.ID, func(*beatmaps.Set) {})
	last := s.World.NewSet(false, osu.StatusPending)
	s.World.ChangeSet(t, last.ID, status(osu.StatusLoved))
	wantOfSet(t, "loved", s, last, about(activity.SetApproved, last, mapper, osu.StatusLoved))
	wantOfSet(t, "afterwards", s, set, all...)
	wantOfSet(t, "an old one", s, old)
}

func testLocalSets(t *testing.T, s Subject) {
	u := s.World.NewUser()
	set := s.World.NewSet(true, osu.StatusPending)
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.CreatorID, set.SubmittedAt = u.ID, time.Now().UTC() })
	var want []activity.Event
	step := func(what string, kind activity.Kind, is osu.Status) {
		t.Helper()
		want = append(want, about(kind, set, u, is))
		wantOfSet(t, what, s, set, want...)
	}
	step("uploaded", activity.SetUploaded, osu.StatusPending)
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Beatmaps[0].MD5 = "other" })
	step("updated", activity.SetUpdated, osu.StatusPending)
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Plays++ }) // nothing that matters
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Status = osu.StatusGraveyard })
	orphan := s.World.NewSet(true, osu.StatusPending)
	s.World.ChangeSet(t, orphan.ID, status(osu.StatusRanked)) // of an account that is gone: not told
	marker := s.World.NewSet(false, osu.StatusPending)
	s.World.ChangeSet(t, marker.ID, status(osu.StatusRanked))
	eventually(t, "a marker", func() any { return 1 }, func() any { return len(ofSet(t, s, marker)) })
	wantOfSet(t, "buried", s, set, want...)
	wantOfSet(t, "whose author is gone", s, orphan)
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Status = osu.StatusWIP })
	step("revived", activity.SetRevived, osu.StatusWIP)
	s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Beatmaps[0].Deleted = true })
	step("deleted", activity.SetDeleted, osu.StatusWIP)
	if events := of(t, s, u.ID); len(events) != len(want) {
		t.Errorf("%+v", events)
	}
}

func testMilestones(t *testing.T, s Subject) {
	u, set := s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	played := func(plays int32) {
		s.World.ChangeSet(t, set.ID, func(set *beatmaps.Set) { set.Beatmaps[0].Plays = plays })
		s.World.Play(t, u.ID, set, scores.Result{}, nil, func(x *scores.Score) { x.Passed = false })
		settled(t, s)
	}
	want := onMap(activity.BeatmapPlayed, users.User{Name: "mapper"}, set)
	played(999)
	wantOfSet(t, "not yet", s, set)
	played(1002)
	want.Count = 1000
	wantOfSet(t, "a thousand", s, set, want)
	played(1003)
	played(5000)
	played(11_001)
	wantOfSet(t, "once", s, set, want)
	played(10_000)
	more := want
	more.Count = 10_000
	wantOfSet(t, "ten thousand", s, set, want, more)
}

// testWaits says that nothing is missed while other modules cannot be asked.
func testWaits(t *testing.T, s Subject) {
	u, set := s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	s.World.Fail(scores.ErrPending)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 3}, nil)
	s.World.Fail(nil)
	s.World.Play(t, u.ID, set, scores.Result{Best: true, After: 2}, nil)
	wantOf(t, "both", s, u.ID, rank(u, set, 2), rank(u, set, 3))
}

func testPages(t *testing.T, s Subject) {
	u, set := s.World.NewUser(), s.World.NewSet(false, osu.StatusRanked)
	for place := int32(5); place > 0; place-- {
		s.World.Play(t, u.ID, set, scores.Result{Best: true, After: place}, nil)
	}
	eventually(t, "all", func() any { return 5 }, func() any { return len(of(t, s, u.ID)) })
	all := of(t, s, u.ID)
	for offset := 0; offset <= 6; offset += 2 {
		page, err := s.Activity.Of(t.Context(), u.ID, offset, 2)
		if diff := cmp.Diff(all[min(offset, 5):min(offset+2, 5)], page, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%d: %v, -want +got:\n%s", offset, err, diff)
		}
	}
	for _, descending := range []bool{true, false} {
		after := all[2].ID
		page, err := s.Activity.Feed(t.Context(), after, descending, 1)
		want := all[3]
		if !descending {
			want = all[1]
		}
		if diff := cmp.Diff([]activity.Event{want}, page); err != nil || diff != "" {
			t.Errorf("descending %t: %v, -want +got:\n%s", descending, err, diff)
		}
	}
	if first, err := s.Activity.Feed(t.Context(), 0, false, 1); err != nil || len(first) != 1 || first[0].ID >= all[4].ID {
		t.Errorf("%+v, %v", first, err)
	}
	if latest, err := s.Activity.Feed(t.Context(), 0, true, 1); err != nil || len(latest) != 1 || latest[0].ID != all[0].ID {
		t.Errorf("%+v, %v", latest, err)
	}
}

func testBounds(t *testing.T, s Subject) {
	for _, limit := range []int{0, -1, activity.MaxPage + 1} {
		_, err1 := s.Activity.Of(t.Context(), 1, 0, limit)
		_, err2 := s.Activity.Feed(t.Context(), 0, true, limit)
		if !errors.Is(err1, activity.ErrTooLarge) || !errors.Is(err2, activity.ErrTooLarge) {
			t.Errorf("limit %d: %v, %v", limit, err1, err2)
		}
	}
	for _, offset := range []int{-1, activity.MaxOffset + 1} {
		if _, err := s.Activity.Of(t.Context(), 1, offset, 1); !errors.Is(err, activity.ErrTooLarge) {
			t.Errorf("offset %d: %v", offset, err)
		}
	}
}
