package rankingstest

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// These belong to one test each, which so knows all their players.
var (
	taiko     = rankings.Board{Ruleset: osu.Taiko}
	autopilot = rankings.Board{Ruleset: osu.Standard, Variant: osu.Autopilot}
)

// on moves a play to a board, with judgements that all rulesets have.
func on(board rankings.Board, s scores.Score) scores.Score {
	s.Ruleset, s.Variant = board.Ruleset, board.Variant
	s.Statistics = map[string]int32{"great": 250, "miss": 2}
	return s
}

func testEffect(t *testing.T, s *Subject) {
	ann, bob, beatmap := s.player(), s.player(), s.beatmap()
	s.Book.Play(on(autopilot, pass(bob, beatmap, 100, 1000)))
	play, seq := s.Book.Play(on(autopilot, pass(ann, beatmap, 50, 1000)))
	effect, err := s.Rankings.Effect(t.Context(), seq, play.ID)
	if err != nil {
		t.Fatal(err)
	}
	if effect.Before.Playcount != 0 || effect.Before.GlobalRank != 0 || effect.Before.PP != 0 || effect.Before.UserID != ann {
		t.Errorf("before the first play: %+v", effect.Before)
	}
	want := s.Book.rank(s.Book.Expected(ann, autopilot))
	want.CountryRank = 0
	same(t, want, effect.After)

	better, seq := s.Book.Play(on(autopilot, pass(ann, beatmap, 150, 3000)))
	next, err := s.Rankings.Effect(t.Context(), seq, better.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, effect.After, next.Before)
	if next.Before.GlobalRank != 2 || next.After.GlobalRank != 1 || next.After.RankedScore != 3000 {
		t.Errorf("the second play: %+v", next)
	}
	// The answer stays, whatever happens later.
	s.Book.Play(on(autopilot, pass(bob, s.beatmap(), 500, 1000)))
	_, last := s.Book.Play(on(autopilot, pass(ann, s.beatmap(), 5, 1000)))
	s.counted(t, last)
	again, err := s.Rankings.Effect(t.Context(), seq, better.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, next.Before, again.Before)
	again.After.GlobalRank = next.After.GlobalRank
	same(t, next.After, again.After)
}

// testEffects has many ask at once, each for a play of its own, and counts them all once.
func testEffects(t *testing.T, s *Subject) {
	const players, plays = 20, 5
	users := make([]int32, players)
	var wg sync.WaitGroup
	for i := range users {
		users[i] = s.player()
		wg.Go(func() {
			for n := range plays {
				play, seq := s.Book.Play(pass(users[i], s.beatmap(), 10+float64(n), 1000))
				effect, err := s.Rankings.Effect(t.Context(), seq, play.ID)
				if err != nil {
					t.Error(err)
					return
				}
				if effect.Before.Playcount != int32(n) || effect.After.Playcount != int32(n+1) || effect.After.PP <= effect.Before.PP {
					t.Errorf("play %d: %+v", n, effect)
				}
			}
		})
	}
	wg.Wait()
	check(t, s, standard, users...)
}

// testRanking reads a ranking page by page.
func testRanking(t *testing.T, s *Subject) {
	users := make([]int32, 25)
	var last int64
	for i := range users {
		users[i] = s.player()
		if i%3 == 0 {
			s.Book.Move(users[i], "FR")
		}
		_, last = s.Book.Play(on(taiko, pass(users[i], s.beatmap(), float64(100+i/2), int64(1000-i)))) // some have the same pp
	}
	unpassed := on(taiko, pass(s.player(), s.beatmap(), 0, 100))
	unpassed.Ranked, unpassed.PP = false, nil
	s.Book.Play(unpassed)
	last = max(last, s.Book.Hide(users[3]))
	s.counted(t, last)

	for _, country := range []string{"", "FR", "JP"} {
		for by, worth := range map[rankings.By]func(rankings.Statistics) float64{
			rankings.ByPerformance: func(s rankings.Statistics) float64 { return s.PP },
			rankings.ByRankedScore: func(s rankings.Statistics) float64 { return float64(s.RankedScore) },
		} {
			var want []rankings.Statistics
			for i, user := range users {
				if i != 3 && (country == "" || i%3 == 0 && country == "FR") {
					want = append(want, s.Book.rank(s.Book.Expected(user, taiko)))
				}
			}
			slices.SortFunc(want, func(a, b rankings.Statistics) int {
				return cmp.Or(cmp.Compare(worth(b), worth(a)), cmp.Compare(a.UserID, b.UserID))
			})
			var got []rankings.Statistics
			for {
				page, err := s.Rankings.Ranking(t.Context(), rankings.Listing{Board: taiko, By: by, Country: country, Offset: len(got), Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				if page.Total != len(want) {
					t.Errorf("%d by %d in %q, want %d", page.Total, by, country, len(want))
				}
				if len(page.Statistics) == 0 {
					break
				}
				got = append(got, page.Statistics...)
			}
			if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 1e-9), cmpopts.EquateApproxTime(time.Microsecond)); diff != "" {
				t.Errorf("by %d in %q (-want +got):\n%s", by, country, diff)
			}
		}
	}
}

func testCountries(t *testing.T, s *Subject) {
	board := rankings.Board{Ruleset: osu.Catch, Variant: osu.Relax}
	var last int64
	for i, country := range []string{"JP", "JP", "FR", "", "JP", "DE"} {
		user := s.player()
		s.Book.Move(user, country)
		_, last = s.Book.Play(on(board, pass(user, s.beatmap(), float64(100*(i+1)), 1000)))
		if i == 4 {
			last = s.Book.Hide(user)
		}
	}
	s.counted(t, last)
	got, err := s.Rankings.Countries(t.Context(), board, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	const one = 25.0 / 12 // the bonus for one beatmap
	want := []rankings.Country{
		{Code: "DE", Players: 1, Playcount: 1, RankedScore: 1000, PP: 600 + one},
		{Code: "JP", Players: 2, Playcount: 2, RankedScore: 2000, PP: 200 + one + 0.99*(100+one)},
		{Code: "FR", Players: 1, Playcount: 1, RankedScore: 1000, PP: 300 + one},
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 1e-9)); diff != "" {
		t.Error(diff)
	}
	if got, err := s.Rankings.Countries(t.Context(), board, 1, 1); err != nil || len(got) != 1 || got[0].Code != "JP" {
		t.Errorf("the second one: %v, %v", got, err)
	}
	if got, err := s.Rankings.Countries(t.Context(), board, 7, 1); err != nil || len(got) != 0 {
		t.Errorf("beyond the end: %v, %v", got, err)
	}
}

func testHistory(t *testing.T, s *Subject) {
	ann := s.player()
	for i, at := range []time.Time{
		time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC),
	} {
		play := on(mania, pass(ann, s.beatmap(), float64(10*(i+1)), 1000))
		play.EndedAt = at
		_, seq := s.Book.Play(play)
		s.counted(t, seq)
	}
	for range 3 {
		if err := s.Rankings.Viewed(t.Context(), ann, mania); err != nil {
			t.Fatal(err)
		}
	}
	h, err := s.Rankings.History(t.Context(), ann, mania)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	want := []rankings.Month{
		{Start: time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), Plays: 1},
		{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Plays: 2},
		{Start: time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC), ReplaysWatched: 3},
	}
	if diff := gocmp.Diff(want, h.Months); diff != "" {
		t.Error(diff)
	}
	rank := s.Book.rank(s.Book.Expected(ann, mania)).GlobalRank
	if len(h.Ranks) > rankings.HistoryDays || h.Ranks[len(h.Ranks)-1] != rank {
		t.Errorf("ranks %v, want %d at the end", h.Ranks, rank)
	}
	if h.Highest == 0 || h.Highest > rank || now.Sub(h.HighestAt) > time.Hour {
		t.Errorf("highest %d at %v", h.Highest, h.HighestAt)
	}
	all, err := s.Rankings.Statistics(t.Context(), []int32{ann}, mania)
	if err != nil || all[0].ReplaysWatched != 3 {
		t.Errorf("%d views, %v", all[0].ReplaysWatched, err)
	}
}

func rebuild(t *testing.T, s *Subject) {
	t.Helper()
	var last rankings.Progress
	for p, err := range s.Rankings.Rebuild(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		last = p
	}
	if last.Seq == 0 || last.Seq != last.Latest {
		t.Errorf("the end of a rebuild: %+v", last)
	}
}

// testRebuild says that counting anew leads to the same, and that players see nothing of it.
func testRebuild(t *testing.T, s *Subject) {
	ann := s.player()
	play, seq := s.Book.Play(pass(ann, s.beatmap(), 321, 1000))
	s.counted(t, seq)
	if err := s.Rankings.Viewed(t.Context(), ann, standard); err != nil {
		t.Fatal(err)
	}
	before, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			during, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
			if err != nil {
				t.Error(err)
				return
			}
			same(t, before[0], during[0])
		}
	})
	rebuild(t, s)
	rebuild(t, s)
	cancel()
	wg.Wait()
	if _, err := s.Rankings.Effect(t.Context(), seq, play.ID); err != nil {
		t.Errorf("the effect was forgotten: %v", err)
	}
	_, seq = s.Book.Play(pass(ann, s.beatmap(), 50, 1000))
	s.counted(t, seq)
	after, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
	if err != nil {
		t.Fatal(err)
	}
	want := s.Book.rank(s.Book.Expected(ann, standard))
	want.ReplaysWatched = 1
	same(t, want, after[0])
}

// testRandom does anything, in any order and in batches of any size, with a rebuild on the way, and compares with a plain
// recount.
func testRandom(t *testing.T, s *Subject) {
	r := rand.New(rand.NewPCG(1, 2))
	users := make([]int32, 8)
	for i := range users {
		users[i] = s.player()
	}
	boards := []rankings.Board{standard, relax, mania}
	countries := []string{"DE", "FR", "", "JP"}
	grades := []osu.Grade{osu.GradeXH, osu.GradeX, osu.GradeSH, osu.GradeS, osu.GradeA, osu.GradeB, osu.GradeD}
	var beatmaps []int32
	for range 12 {
		beatmaps = append(beatmaps, s.beatmap())
	}
	beatmaps = append(beatmaps, 10*s.player())
	var ids []int64
	var seq int64
	for step := range 400 {
		user := users[r.IntN(len(users))]
		any := func() int64 { return ids[r.IntN(len(ids))] }
		switch n := r.IntN(20); {
		case n < 11 || len(ids) == 0:
			play := on(boards[r.IntN(3)], pass(user, beatmaps[r.IntN(len(beatmaps))], float64(r.IntN(300)), int64(r.IntN(10_000))))
			play.Grade, play.MaxCombo, play.Accuracy = grades[r.IntN(len(grades))], int32(r.IntN(1000)), r.Float64()
			if r.IntN(4) == 0 {
				play.Ranked, play.Passed, play.PP = false, false, nil
			}
			play, seq = s.Book.Play(play)
			ids = append(ids, play.ID)
		case n < 14:
			seq = s.Book.Remove(any())
		case n < 16:
			seq = s.Book.Restore(any())
		case n < 17:
			seq = s.Book.Revalue(any(), func(score *scores.Score) {
				pp := r.Float64() * 300
				if score.PP != nil {
					score.PP = &pp
				}
				score.Classic = int64(r.IntN(10_000))
			})
		case n < 18:
			seq = s.Book.Hide(user)
		case n < 19:
			seq = s.Book.Show(user)
		default:
			seq = s.Book.Move(user, countries[r.IntN(len(countries))])
		}
		if r.IntN(15) == 0 {
			s.counted(t, seq)
		}
		if step == 200 {
			rebuild(t, s)
		}
	}
	s.counted(t, seq)
	for _, board := range boards {
		check(t, s, board, users...)
	}
	checkPlays(t, s, users...)
	rebuild(t, s)
	for _, board := range boards {
		check(t, s, board, users...)
	}
	checkPlays(t, s, users...)
}
