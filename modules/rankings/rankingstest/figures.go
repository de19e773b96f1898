package rankingstest

import (
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// testFigures has the numbers written out.
func testFigures(t *testing.T, s *Subject) {
	ann := s.player()
	first := pass(ann, s.beatmap(), 115, 5_000_000)
	first.Accuracy, first.Grade, first.EndedAt = 1, osu.GradeXH, time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	_, seq := s.Book.Play(first)
	s.counted(t, seq)
	want := rankings.Statistics{
		UserID: ann, Board: standard, Country: "DE",
		PP:       115 + 25.0/12, // 117 as in ppy/osu-queue-score-statistics PerformanceProcessorTests.cs
		Accuracy: 1, RankedScore: 5_000_000, TotalScore: 5_000_000, Playcount: 1, PlayTime: 90 * time.Second, Hits: 323,
		MaxCombo: 400, GradeXH: 1, LastPlayedAt: first.EndedAt, Count300: 300, Count100: 20, Count50: 3, CountMiss: 1,
	}
	one := func() rankings.Statistics {
		t.Helper()
		all, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
		if err != nil {
			t.Fatal(err)
		}
		if all[0].GlobalRank == 0 || all[0].CountryRank == 0 {
			t.Errorf("no rank: %+v", all[0])
		}
		all[0].GlobalRank, all[0].CountryRank = 0, 0
		return all[0]
	}
	same(t, want, one())

	second := pass(ann, s.beatmap(), 100, 2_000_000)
	second.Accuracy, second.EndedAt, second.MaxCombo = 0.9, first.EndedAt.Add(time.Hour), 500
	_, seq = s.Book.Play(second)
	s.counted(t, seq)
	want.PP = 115 + 95 + 416.0 + 2.0/3 - (416.0+2.0/3)*0.990025
	want.Accuracy = (1 + 0.9*0.95) / 1.95
	want.RankedScore, want.TotalScore, want.Playcount, want.Hits = 7_000_000, 7_000_000, 2, 646
	want.Count300, want.Count100, want.Count50, want.CountMiss = 600, 40, 6, 2
	want.PlayTime, want.MaxCombo, want.GradeA, want.LastPlayedAt = 180*time.Second, 500, 1, second.EndedAt
	same(t, want, one())
	check(t, s, standard, ann)
}

// testAttempts says what plays count for that are not passed, or on beatmaps without a board.
func testAttempts(t *testing.T, s *Subject) {
	ann := s.player()
	failed := pass(ann, s.beatmap(), 0, 100_000)
	failed.PP, failed.Passed, failed.Ranked, failed.Grade, failed.MaxCombo = nil, false, false, osu.GradeF, 999
	_, seq := s.Book.Play(failed)
	s.counted(t, seq)
	all, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
	if err != nil {
		t.Fatal(err)
	}
	got := all[0]
	if got.PP != 0 || got.GlobalRank != 0 || got.CountryRank != 0 || got.RankedScore != 0 || got.MaxCombo != 0 || got.GradeA != 0 {
		t.Errorf("a failed play: %+v", got)
	}
	if got.Playcount != 1 || got.TotalScore != 100_000 || got.Hits != 323 || got.PlayTime != 90*time.Second {
		t.Errorf("a failed play: %+v", got)
	}
	// Loved beatmaps have scores and grades, and no pp.
	loved := pass(ann, 10*s.player(), 300, 700_000)
	_, seq = s.Book.Play(loved)
	s.counted(t, seq)
	all, err = s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
	if err != nil {
		t.Fatal(err)
	}
	if got := all[0]; got.PP != 0 || got.RankedScore != 700_000 || got.GradeA != 1 || got.MaxCombo != 400 {
		t.Errorf("a play of a loved beatmap: %+v", got)
	}
	check(t, s, standard, ann)
}

// testBests says that a beatmap counts once: with the best play by pp, and the best one by score.
func testBests(t *testing.T, s *Subject) {
	ann, beatmap := s.player(), s.beatmap()
	for _, p := range []struct {
		pp      float64
		classic int64
		grade   osu.Grade
	}{{50, 1000, osu.GradeB}, {40, 900, osu.GradeA}, {60, 800, osu.GradeS}, {55, 2000, osu.GradeX}, {70, 3000, osu.GradeSH}} {
		play := pass(ann, beatmap, p.pp, p.classic)
		play.Grade = p.grade
		_, seq := s.Book.Play(play)
		s.counted(t, seq)
		check(t, s, standard, ann)
	}
}

// testBoards says that rulesets and variants are counted apart, and what a hit is in each.
func testBoards(t *testing.T, s *Subject) {
	ann, beatmap := s.player(), s.beatmap()
	vanilla := pass(ann, beatmap, 20, 1000)
	assisted := pass(ann, beatmap, 200, 2000)
	assisted.Variant = osu.Relax
	keys := pass(ann, beatmap, 80, 3000)
	keys.Ruleset = osu.Mania
	keys.Statistics = map[string]int32{"perfect": 1000, "great": 200, "good": 30, "ok": 4, "meh": 5, "miss": 6}
	fruits := pass(ann, beatmap, 90, 4000)
	fruits.Ruleset = osu.Catch
	fruits.Statistics = map[string]int32{"great": 100, "large_tick_hit": 20, "small_tick_hit": 40, "miss": 3}
	var last int64
	for _, p := range []scores.Score{vanilla, assisted, keys, fruits} {
		_, last = s.Book.Play(p)
	}
	s.counted(t, last)
	for _, board := range []rankings.Board{standard, relax, mania, {Ruleset: osu.Catch}, {Ruleset: osu.Taiko}} {
		check(t, s, board, ann)
	}
}

func testRemoval(t *testing.T, s *Subject) {
	ann, beatmap := s.player(), s.beatmap()
	lesser := pass(ann, beatmap, 50, 1000)
	lesser.MaxCombo = 300
	a, _ := s.Book.Play(lesser)
	b, _ := s.Book.Play(pass(ann, beatmap, 90, 5000))
	other := pass(ann, s.beatmap(), 10, 500)
	other.MaxCombo = 350
	_, seq := s.Book.Play(other)
	s.counted(t, seq)
	before, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{b.ID, a.ID} {
		s.counted(t, s.Book.Remove(id))
		check(t, s, standard, ann)
	}
	for _, id := range []int64{a.ID, b.ID} {
		s.counted(t, s.Book.Restore(id))
		check(t, s, standard, ann)
	}
	after, err := s.Rankings.Statistics(t.Context(), []int32{ann}, standard)
	if err != nil {
		t.Fatal(err)
	}
	same(t, before[0], after[0])

	// Removed and restored before anybody has looked.
	c, _ := s.Book.Play(pass(ann, s.beatmap(), 33, 100))
	s.Book.Remove(c.ID)
	s.Book.Restore(c.ID)
	s.counted(t, s.Book.Remove(c.ID))
	check(t, s, standard, ann)
}

func testRevalued(t *testing.T, s *Subject) {
	ann := s.player()
	a, _ := s.Book.Play(pass(ann, s.beatmap(), 50, 1000))
	_, seq := s.Book.Play(pass(ann, s.beatmap(), 60, 1000))
	s.counted(t, seq)
	s.counted(t, s.Book.Revalue(a.ID, func(score *scores.Score) {
		pp := 75.5
		score.PP, score.Classic, score.Total = &pp, 1200, 601
	}))
	check(t, s, standard, ann)
	s.counted(t, s.Book.Revalue(a.ID, func(score *scores.Score) { score.PP, score.Ranked = nil, false }))
	check(t, s, standard, ann)
}

// testPlayers says that who is hidden has figures and no rank, and that ranks follow who moves.
func testPlayers(t *testing.T, s *Subject) {
	ann, bob, eve := s.player(), s.player(), s.player()
	s.Book.Move(eve, "FR")
	for i, user := range []int32{ann, bob, eve} {
		s.Book.Play(pass(user, s.beatmap(), float64(500+i), 1000))
	}
	look := func(seq int64) {
		t.Helper()
		s.counted(t, seq)
		check(t, s, standard, ann, bob, eve)
	}
	look(s.Book.Hide(bob))
	_, seq := s.Book.Play(pass(bob, s.beatmap(), 700, 1000)) // he may play on
	look(seq)
	look(s.Book.Show(bob))
	look(s.Book.Move(ann, "FR"))
	look(s.Book.Move(ann, ""))
	s.Book.Move(ann, "JP")
	look(s.Book.Move(ann, "DE"))
	look(s.Book.Hide(s.player())) // who has not played
}
