package beatmapstest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

func testVotes(t *testing.T, s Subject) {
	a := plain("A")
	set := importAll(t, s, a, a.with("B")).Set
	id, sibling := set.Beatmaps[0].ID, set.Beatmaps[1].ID
	first, second := s.player(t, 0).ID, s.player(t, 0).ID
	vote := func(userID, beatmapID int32, value int) (beatmaps.Rating, error) {
		return s.Beatmaps.Vote(t.Context(), userID, beatmapID, value)
	}
	_, err := vote(first, id, 0)
	wantError(t, err, beatmaps.ErrNotRanked)
	if _, err := s.Beatmaps.SetStatus(t.Context(), users.BotID, beatmaps.StatusChange{SetID: set.ID, Status: osu.StatusRanked}); err != nil {
		t.Fatal(err)
	}
	for want, try := range map[error]struct {
		id    int32
		value int
	}{beatmaps.ErrBadVote: {id, 11}, beatmaps.ErrNotFound: {officialID(), 5}} {
		_, err := vote(first, try.id, try.value)
		wantError(t, err, want)
	}
	_, err = vote(first, id, -1)
	wantError(t, err, beatmaps.ErrBadVote)
	if rating, err := vote(first, id, 0); err != nil || rating != (beatmaps.Rating{}) {
		t.Errorf("may vote: %+v, %v", rating, err)
	}
	if rating, err := vote(first, id, 10); err != nil || rating != (beatmaps.Rating{Average: 10, Votes: 1, Own: 10}) {
		t.Errorf("%+v, %v", rating, err)
	}
	if rating, err := vote(second, sibling, 5); err != nil || rating != (beatmaps.Rating{Average: 7.5, Votes: 2, Own: 5}) {
		t.Errorf("%+v, %v", rating, err)
	}
	for _, value := range []int{0, 1} {
		_, err := vote(first, sibling, value)
		wantError(t, err, beatmaps.ErrVoted)
		if e := fault.As(err); e.Details["average"] != "7.50" || e.Details["votes"] != "2" {
			t.Errorf("details %v", e.Details)
		}
	}
	wantEqual(t, getSet(t, s, set.ID).Rating, beatmaps.Rating{Average: 7.5, Votes: 2})

	votes, err := s.Beatmaps.Votes(t.Context(), []int32{officialID(), set.ID, set.ID})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, votes, []beatmaps.Votes{{SetID: set.ID, Counts: []int32{5: 1, 10: 1}}})
	_, err = s.Beatmaps.Votes(t.Context(), make([]int32, beatmaps.MaxBatch+1))
	wantError(t, err, beatmaps.ErrTooLarge)

	voters := make([]int32, 8)
	for i := range voters {
		voters[i] = s.player(t, 0).ID
	}
	together(len(voters), func(i int) {
		if _, err := vote(voters[i], id, 1); err != nil {
			t.Error(err)
		}
	})
	wantEqual(t, getSet(t, s, set.ID).Rating, beatmaps.Rating{Average: 2.3, Votes: 10})
}

func testFavourites(t *testing.T, s Subject) {
	a, b := importAll(t, s, plain("A")).Set.ID, importAll(t, s, plain("A")).Set.ID
	first, second := s.player(t, 0).ID, s.player(t, 0).ID
	for i, step := range []struct {
		user, set int32
		on        bool
		want      int32
	}{
		{first, a, true, 1}, {first, a, true, 1}, {second, a, true, 2}, {first, b, true, 1}, {second, b, false, 1}, {second, a, false, 1},
	} {
		if n, err := s.Beatmaps.Favour(t.Context(), step.user, step.set, step.on); err != nil || n != step.want {
			t.Errorf("step %d: %d, %v", i, n, err)
		}
	}
	if fans, err := s.Beatmaps.Admirers(t.Context(), a, 50); err != nil || !slices.Equal(fans, []int32{first}) {
		t.Errorf("admired by %v, %v", fans, err)
	}
	_, err := s.Beatmaps.Admirers(t.Context(), a, 0)
	wantError(t, err, beatmaps.ErrTooLarge)
	for user, want := range map[int32][]int32{first: {b, a}, second: nil} {
		ids, err := s.Beatmaps.Favourites(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, ids, want)
	}
	if set := getSet(t, s, a); set.Favourites != 1 {
		t.Errorf("%d favourites", set.Favourites)
	}
	_, err = s.Beatmaps.Favour(t.Context(), first, officialID(), true)
	wantError(t, err, beatmaps.ErrNotFound)
}

func testComments(t *testing.T, s Subject) {
	set := importAll(t, s, plain("A")).Set
	id, user := set.Beatmaps[0].ID, s.player(t, 0).ID
	comment := func(subject beatmaps.Subject, moment time.Duration, text string) beatmaps.Comment {
		return beatmaps.Comment{
			UserID: user, Subject: subject, SetID: set.ID, BeatmapID: id, ScoreID: 77 << 33, Moment: moment, Text: text,
		}
	}
	say := func(c beatmaps.Comment) beatmaps.Comment {
		t.Helper()
		said, err := s.Beatmaps.Comment(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if said.ID == 0 || time.Since(said.SaidAt) > time.Hour {
			t.Errorf("%+v", said)
		}
		return said
	}
	third := say(comment(beatmaps.AboutScore, 3*time.Second, strings.Repeat("ü", beatmaps.MaxComment)))
	tabbed := comment(beatmaps.AboutSet, time.Second, " a\tb|c\n ")
	tabbed.Colour = "FF00aa"
	first := say(tabbed)
	if first.Text != "abc" || first.Colour != "ff00aa" {
		t.Errorf("%+v", first)
	}
	coloured := comment(beatmaps.AboutBeatmap, 2*time.Second, "'; DROP TABLE users; --")
	coloured.Colour = "red|x"
	second := say(coloured)
	if second.Colour != "" || second.Text != "'; DROP TABLE users; --" {
		t.Errorf("%+v", second)
	}
	for _, test := range []struct {
		set, beatmap int32
		score        int64
		want         []beatmaps.Comment
	}{
		{set.ID, id, 77 << 33, []beatmaps.Comment{first, second, third}},
		{set.ID, id, 0, []beatmaps.Comment{first, second}},
		{set.ID, 0, 0, []beatmaps.Comment{first}},
		{officialID(), officialID(), 78 << 33, nil},
	} {
		got, err := s.Beatmaps.Comments(t.Context(), test.set, test.beatmap, test.score)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, got, test.want)
	}
	for _, text := range []string{"", " \t|", strings.Repeat("x", beatmaps.MaxComment+1)} {
		_, err := s.Beatmaps.Comment(t.Context(), comment(beatmaps.AboutSet, 0, text))
		wantError(t, err, beatmaps.ErrBadComment)
	}
	_, err := s.Beatmaps.Comment(t.Context(), comment(9, 0, "x"))
	wantError(t, err, beatmaps.ErrBadComment)
	lost := comment(beatmaps.AboutSet, 0, "x")
	lost.SetID = officialID()
	_, err = s.Beatmaps.Comment(t.Context(), lost)
	wantError(t, err, beatmaps.ErrNotFound)
	lost = comment(beatmaps.AboutBeatmap, 0, "x")
	lost.BeatmapID = officialID()
	_, err = s.Beatmaps.Comment(t.Context(), lost)
	wantError(t, err, beatmaps.ErrNotFound)
}
