package scorestest

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

func testNarrowed(t *testing.T, s Subject) {
	german, french, other, beatmap := s.newUser(t, "DE"), s.newUser(t, "FR"), s.newUser(t, "DE"), s.newMap(t, osu.StatusRanked)
	s.submit(t, play(german, beatmap, 90, 300_000, 0))
	s.submit(t, play(german, beatmap, 80, 200_000, osu.ModHidden|osu.ModNightcore|osu.ModDoubleTime))
	s.submit(t, play(french, beatmap, 90, 400_000, osu.ModHidden|osu.ModDoubleTime))
	s.submit(t, play(other, beatmap, 90, 100_000, osu.ModHidden))
	on := func(b scores.Board) scores.Board {
		b.BeatmapID = beatmap
		return b
	}
	set := func(acronyms ...mods.Acronym) *mods.Set {
		set := mods.Of(acronyms...)
		return &set
	}
	s.wantBoard(t, on(scores.Board{}), french, german, other)
	s.wantBoard(t, on(scores.Board{Country: "DE"}), german, other)
	s.wantBoard(t, on(scores.Board{Country: "JP"}))
	s.wantBoard(t, on(scores.Board{Users: &scores.Users{IDs: []int32{other, french, 5}}}), french, other)
	s.wantBoard(t, on(scores.Board{Users: &scores.Users{}}))
	s.wantBoard(t, on(scores.Board{Users: &scores.Users{IDs: []int32{other, french}}, Country: "FR"}), french)
	s.wantBoard(t, on(scores.Board{Mods: set()}), german)
	s.wantBoard(t, on(scores.Board{Mods: set(mods.Classic)}), german)
	s.wantBoard(t, on(scores.Board{Mods: set(mods.DoubleTime, mods.Hidden)}), french, german)
	s.wantBoard(t, on(scores.Board{Mods: set(mods.Hidden, mods.Nightcore, mods.Classic)}), french, german)
	s.wantBoard(t, on(scores.Board{Mods: set(mods.Hidden), Country: "DE"}), other)
	s.wantBoard(t, on(scores.Board{Mods: set(mods.HardRock)}))

	// One's own best is that of the whole board.
	b := s.board(t, on(scores.Board{Mods: set(mods.Hidden), UserID: german}))
	if b.Own == nil || b.Own.Position != 2 || b.Own.Score.Classic != 300_000 {
		t.Errorf("%+v", b.Own)
	}
	if b = s.board(t, on(scores.Board{UserID: 7})); b.Own != nil {
		t.Errorf("%+v", b.Own)
	}
}

func testRestricted(t *testing.T, s Subject) {
	cheat, fair, beatmap := s.newUser(t, "DE"), s.newUser(t, "DE"), s.newMap(t, osu.StatusRanked)
	s.submit(t, play(cheat, beatmap, 99, 900_000, 0))
	s.submit(t, play(fair, beatmap, 90, 500_000, 0))
	on := scores.Board{BeatmapID: beatmap}
	s.wantBoard(t, on, cheat, fair)
	s.World.User(t, cheat, "DE", true)
	eventually(t, "a restricted player is not shown", func() bool { return s.board(t, on).Count == 1 })
	s.wantBoard(t, on, fair)
	s.wantFirsts(t, cheat)
	s.wantFirsts(t, fair, beatmap)
	if own := s.board(t, scores.Board{BeatmapID: beatmap, UserID: cheat}).Own; own == nil || own.Position != 1 {
		t.Errorf("he sees %+v of himself", own)
	}
	r := s.submit(t, play(cheat, beatmap, 100, 950_000, 0))
	if !r.Best || r.Dethroned != 0 {
		t.Errorf("%+v", r)
	}
	s.wantBoard(t, on, fair)
	s.World.User(t, cheat, "DE", false)
	eventually(t, "he is shown again", func() bool { return s.board(t, on).Count == 2 })
	s.wantBoard(t, on, cheat, fair)
	s.wantFirsts(t, cheat, beatmap)
	s.wantFirsts(t, fair)
	s.World.User(t, cheat, "FR", false)
	french := scores.Board{BeatmapID: beatmap, Country: "FR"}
	eventually(t, "he has moved", func() bool { return s.board(t, french).Count == 1 })
	s.wantBoard(t, french, cheat)
}

func (s Subject) wantFirsts(t *testing.T, user int32, maps ...int32) {
	t.Helper()
	list := s.list(t, scores.List{Kind: scores.Firsts, UserID: user})
	var got []int32
	for _, score := range list.Scores {
		got = append(got, score.BeatmapID)
	}
	wantEqual(t, got, maps)
}

func (s Subject) list(t *testing.T, list scores.List) scores.Listing {
	t.Helper()
	if list.Limit == 0 {
		list.Limit = scores.MaxPage
	}
	out, err := s.Scores.Of(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func testLists(t *testing.T, s Subject) {
	user, a, b, loved := s.newUser(t, ""), s.newMap(t, osu.StatusRanked), s.newMap(t, osu.StatusRanked), s.newMap(t, osu.StatusLoved)
	first := s.submit(t, play(user, a, 80, 300_000, 0)).Score
	better := s.submit(t, play(user, a, 95, 200_000, 0)).Score
	other := s.submit(t, play(user, b, 90, 100_000, 0)).Score
	nopp := s.submit(t, play(user, loved, 90, 100_000, 0)).Score
	failed := play(user, a, 5, 10, 0)
	failed.Passed, failed.Replay = false, ""
	lost := s.submit(t, failed).Score
	for name, test := range map[string]struct {
		list  scores.List
		want  []scores.Score
		total int
	}{
		"best":           {scores.List{Kind: scores.Best}, []scores.Score{better, other}, 2},
		"best of one":    {scores.List{Kind: scores.Best, BeatmapID: b}, []scores.Score{other}, 1},
		"second page":    {scores.List{Kind: scores.Best, Offset: 1, Limit: 1}, []scores.Score{other}, 2},
		"beyond":         {scores.List{Kind: scores.Best, Offset: 10}, nil, 2},
		"played":         {scores.List{Kind: scores.Played}, []scores.Score{nopp, other, first}, 3},
		"played by pp":   {scores.List{Kind: scores.Played, Metric: scores.ByPerformance}, []scores.Score{other, better}, 2},
		"firsts":         {scores.List{Kind: scores.Firsts}, []scores.Score{nopp, other, first}, 3},
		"recent":         {scores.List{Kind: scores.Recent}, []scores.Score{nopp, other, better, first}, 4},
		"with failed":    {scores.List{Kind: scores.Recent, Failed: true, Limit: 2}, []scores.Score{lost, nopp}, 5},
		"recent of one":  {scores.List{Kind: scores.Recent, BeatmapID: a}, []scores.Score{better, first}, 2},
		"other ruleset":  {scores.List{Kind: scores.Recent, Ruleset: osu.Taiko}, nil, 0},
		"other variant":  {scores.List{Kind: scores.Best, Variant: osu.Relax}, nil, 0},
		"recent, page 2": {scores.List{Kind: scores.Recent, Offset: 3, Limit: 5}, []scores.Score{first}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			test.list.UserID = user
			got := s.list(t, test.list)
			wantEqual(t, got, scores.Listing{Scores: test.want, Total: test.total})
		})
	}
}

func testGrades(t *testing.T, s Subject) {
	user, a, b, c := s.newUser(t, ""), s.newMap(t, osu.StatusRanked), s.newMap(t, osu.StatusRanked), s.newMap(t, osu.StatusRanked)
	s.submit(t, play(user, a, 100, 300_000, 0))
	s.submit(t, play(user, a, 50, 200_000, 0))
	s.submit(t, play(user, b, 95, 200_000, osu.ModHidden))
	s.submit(t, play(user, c, 95, 200_000, osu.ModRelax))
	got, err := s.Scores.Grades(t.Context(), user, []int32{c, b, a, b, 5})
	if err != nil {
		t.Fatal(err)
	}
	n := osu.GradeNone
	wantEqual(t, got, []scores.BeatmapGrades{
		{BeatmapID: b, Grades: []osu.Grade{osu.GradeSH, n, n, n}}, {BeatmapID: a, Grades: []osu.Grade{osu.GradeX, n, n, n}},
	})
	if got, err := s.Scores.Grades(t.Context(), user, nil); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func testReplay(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	score := s.submit(t, play(user, beatmap, 90, 300_000, 0)).Score
	for i, test := range []struct{ viewer, views int32 }{{user, 0}, {0, 1}, {5, 2}, {user, 2}} {
		r, err := s.Scores.Replay(t.Context(), score.ID, test.viewer)
		if err != nil {
			t.Fatal(err)
		}
		if r.Key != "replays/1" || r.Score.ID != score.ID || r.Score.Views != test.views {
			t.Errorf("%d: %+v", i, r)
		}
	}
	_, err := s.Scores.Replay(t.Context(), -1, 0)
	want(t, err, scores.ErrNotFound)
	failed := play(user, beatmap, 5, 10, 0)
	failed.Passed, failed.Replay = false, ""
	_, err = s.Scores.Replay(t.Context(), s.submit(t, failed).Score.ID, 0)
	want(t, err, scores.ErrNoReplay)
}

func testBounds(t *testing.T, s Subject) {
	ctx := t.Context()
	good := scores.Board{BeatmapID: 1, Client: scores.Stable, Limit: 1}
	for name, test := range map[string]struct {
		spoil func(*scores.Board)
		err   error
	}{
		"limit":    {func(b *scores.Board) { b.Limit = scores.MaxPage + 1 }, scores.ErrTooLarge},
		"users":    {func(b *scores.Board) { b.Users = &scores.Users{IDs: make([]int32, scores.MaxBatch+1)} }, scores.ErrTooLarge},
		"negative": {func(b *scores.Board) { b.Limit = -1 }, scores.ErrBadBoard},
		"ruleset":  {func(b *scores.Board) { b.Ruleset = 4 }, scores.ErrBadBoard},
		"variant":  {func(b *scores.Board) { b.Ruleset, b.Variant = osu.Mania, osu.Relax }, scores.ErrBadBoard},
		"client":   {func(b *scores.Board) { b.Client = 0 }, scores.ErrBadBoard},
		"metric":   {func(b *scores.Board) { b.Metric = 4 }, scores.ErrBadBoard},
		"country":  {func(b *scores.Board) { b.Country = "DEU" }, scores.ErrBadBoard},
		"good":     {func(*scores.Board) {}, nil},
	} {
		b := good
		test.spoil(&b)
		_, err := s.Scores.Leaderboard(ctx, b)
		if test.err == nil && err != nil || !(test.err == nil) {
			t.Run(name, func(t *testing.T) { want(t, err, test.err) })
		}
	}
	many := make([]int64, scores.MaxBatch+1)
	_, err := s.Scores.Scores(ctx, many)
	want(t, err, scores.ErrTooLarge)
	_, err = s.Scores.Remove(ctx, many, 1, "")
	want(t, err, scores.ErrTooLarge)
	_, err = s.Scores.Restore(ctx, many, 1, "")
	want(t, err, scores.ErrTooLarge)
	_, err = s.Scores.Grades(ctx, 1, make([]int32, scores.MaxBatch+1))
	want(t, err, scores.ErrTooLarge)
	for _, limit := range []int{-1, 0, scores.MaxBatch + 1} {
		_, err = s.Scores.Entries(ctx, 0, limit)
		want(t, err, scores.ErrTooLarge)
		_, err = s.Scores.Of(ctx, scores.List{Kind: scores.Best, Limit: limit})
		want(t, err, scores.ErrTooLarge)
	}
	_, err = s.Scores.Of(ctx, scores.List{Kind: 9, Limit: 1})
	want(t, err, scores.ErrBadBoard)
	_, err = s.Scores.Of(ctx, scores.List{Kind: scores.Best, Ruleset: 4, Limit: 1})
	want(t, err, scores.ErrBadBoard)
	if got, err := s.Scores.Scores(ctx, make([]int64, scores.MaxBatch)); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	wrong := osu.Ruleset(4)
	for _, r := range []scores.Recalculation{
		{Filter: scores.Filter{Ruleset: &wrong}}, {Algorithm: Other}, {PerSecond: -1},
	} {
		for _, err := range s.Scores.Recalculate(ctx, r) {
			want(t, err, scores.ErrBadBoard)
		}
	}
}

func testCounts(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	s.submit(t, play(user, beatmap, 90, 300_000, 0))
	failed := play(user, beatmap, 5, 10, 0)
	failed.Passed, failed.Replay, failed.PlayTime = false, "", time.Second
	s.submit(t, failed)
	eventually(t, "the beatmaps module is told of plays", func() bool {
		c := s.World.Counts(beatmap)
		return c.Plays == 2 && c.Passes == 1
	})
}

// testNothing asks about what is not there.
func testNothing(t *testing.T, s Subject) {
	const nobody, nowhere = 1 << 30, 1 << 30
	s.wantBoard(t, scores.Board{BeatmapID: nowhere, UserID: nobody})
	for _, kind := range []scores.Kind{scores.Best, scores.Firsts, scores.Recent, scores.Played} {
		wantEqual(t, s.list(t, scores.List{Kind: kind, UserID: nobody}), scores.Listing{})
	}
	entries, err := s.Scores.Entries(t.Context(), s.latest(t)+1000, 10)
	if err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if n, err := s.Scores.Unwipe(t.Context(), scores.Wipe{UserID: nobody}); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	_, err = s.Scores.Replay(t.Context(), 1<<60, 0)
	want(t, err, scores.ErrNotFound)
	bad := play(nobody, nowhere, 90, 1000, 0)
	bad.Statistics = map[string]int32{"great": -1}
	_, err = s.Scores.Submit(t.Context(), bad)
	want(t, err, scores.ErrBadSubmission)
}
