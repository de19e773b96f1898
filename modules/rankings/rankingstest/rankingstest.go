// Package rankingstest is the conformance suite of the rankings contract: what it asks, every implementation must answer, in this
// process or behind a peer. It brings a log of scores of its own (Book), and works out from that what should be counted.
package rankingstest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// Subject is what is examined: an implementation that follows the book, with the official bonus and classic ranked scores.
type Subject struct {
	Rankings rankings.Service
	Book     *Book

	users atomic.Int32
	maps  atomic.Int32
}

// The boards of the suite.
var (
	standard = rankings.Board{Ruleset: osu.Standard}
	relax    = rankings.Board{Ruleset: osu.Standard, Variant: osu.Relax}
	mania    = rankings.Board{Ruleset: osu.Mania}
)

// Run runs the whole suite.
func Run(t *testing.T, s *Subject) {
	Questions(t, s.Rankings)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *Subject)
	}{
		{"Figures", testFigures},
		{"Attempts", testAttempts},
		{"Bests", testBests},
		{"Boards", testBoards},
		{"Removal", testRemoval},
		{"Revalued", testRevalued},
		{"Players", testPlayers},
		{"Effect", testEffect},
		{"Effects", testEffects},
		{"Ranking", testRanking},
		{"Countries", testCountries},
		{"History", testHistory},
		{"Playcounts", testPlaycounts},
		{"RanksAgo", testRanksAgo},
		{"Rebuild", testRebuild},
		{"Random", testRandom},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// Questions runs the part of the suite that needs no log: what is answered about players who do not exist, and refused.
func Questions(t *testing.T, s rankings.Service) {
	t.Run("Nobody", func(t *testing.T) {
		const nobody = 1 << 30
		all, err := s.Statistics(t.Context(), []int32{nobody, nobody + 1}, mania)
		if err != nil {
			t.Fatal(err)
		}
		want := []rankings.Statistics{{UserID: nobody, Board: mania}, {UserID: nobody + 1, Board: mania}}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Error(diff)
		}
		if all, err := s.Statistics(t.Context(), nil, mania); err != nil || len(all) != 0 {
			t.Errorf("nobody asked for: %v, %v", all, err)
		}
		h, err := s.History(t.Context(), nobody, standard)
		if err != nil || h.Highest != 0 || !h.HighestAt.IsZero() || len(h.Months) != 0 || len(h.Ranks) == 0 {
			t.Errorf("history of nobody: %+v, %v", h, err)
		}
		if list, total, err := s.MostPlayed(t.Context(), nobody, 0, 1); err != nil || total != 0 || len(list) != 0 {
			t.Errorf("the most played of nobody: %v, %d, %v", list, total, err)
		}
		if counts, err := s.Playcounts(t.Context(), nobody, nil); err != nil || len(counts) != 0 {
			t.Errorf("no beatmaps asked for: %v, %v", counts, err)
		}
		if _, err := s.Effect(t.Context(), 0, 1<<60); !errors.Is(err, rankings.ErrNoScore) {
			t.Errorf("effect of no score: %v", err)
		}
		if _, err := s.Effect(t.Context(), 1<<60, 1<<60); !errors.Is(err, rankings.ErrPending) {
			t.Errorf("effect of the future: %v", err)
		}
	})
	t.Run("Refusals", func(t *testing.T) { refusals(t, s) })
}

func refusals(t *testing.T, s rankings.Service) {
	bad := rankings.Board{Ruleset: osu.Mania, Variant: osu.Relax}
	ctx := t.Context()
	calls := map[string]struct {
		err  error
		want error
	}{}
	note := func(name string, want, err error) {
		calls[name] = struct{ err, want error }{err, want}
	}
	_, err := s.Statistics(ctx, make([]int32, rankings.MaxBatch+1), standard)
	note("too many", rankings.ErrTooLarge, err)
	for name, board := range map[string]rankings.Board{"variant": bad, "ruleset": {Ruleset: 9}} {
		_, err = s.Statistics(ctx, []int32{1}, board)
		note("statistics "+name, rankings.ErrBadBoard, err)
		_, err = s.Ranking(ctx, rankings.Listing{Board: board, By: rankings.ByPerformance, Limit: 1})
		note("ranking "+name, rankings.ErrBadBoard, err)
		_, err = s.Countries(ctx, board, 0, 1)
		note("countries "+name, rankings.ErrBadBoard, err)
		_, err = s.History(ctx, 1, board)
		note("history "+name, rankings.ErrBadBoard, err)
		note("viewed "+name, rankings.ErrBadBoard, s.Viewed(ctx, 1, board))
	}
	for name, l := range map[string]rankings.Listing{
		"no limit": {By: rankings.ByPerformance}, "limit": {By: rankings.ByPerformance, Limit: rankings.MaxPage + 1},
		"offset": {By: rankings.ByPerformance, Limit: 1, Offset: 10_001}, "negative": {By: rankings.ByPerformance, Limit: 1, Offset: -1},
	} {
		_, err = s.Ranking(ctx, l)
		note(name, rankings.ErrTooLarge, err)
	}
	_, err = s.Ranking(ctx, rankings.Listing{Limit: 1})
	note("by nothing", rankings.ErrBadBoard, err)
	_, err = s.Ranking(ctx, rankings.Listing{By: rankings.ByPerformance, Country: "Germany", Limit: 1})
	note("country", rankings.ErrBadBoard, err)
	_, err = s.Countries(ctx, standard, 0, 0)
	note("no countries", rankings.ErrTooLarge, err)
	_, err = s.Playcounts(ctx, 1, make([]int32, rankings.MaxBatch+1))
	note("too many beatmaps", rankings.ErrTooLarge, err)
	for name, page := range map[string][2]int{"none": {0, 0}, "large": {0, rankings.MaxPage + 1}, "far": {10_001, 1}, "back": {-1, 1}} {
		_, _, err = s.MostPlayed(ctx, 1, page[0], page[1])
		note("most played "+name, rankings.ErrTooLarge, err)
	}
	_, err = s.Countries(ctx, standard, -1, 1)
	note("negative countries", rankings.ErrTooLarge, err)
	for name, call := range calls {
		if !errors.Is(call.err, call.want) {
			t.Errorf("%s: %v, want %v", name, call.err, call.want)
		}
	}
}

// player returns an id that nobody has had.
func (s *Subject) player() int32 { return 1000 + s.users.Add(1) }

// beatmap returns the id of a ranked beatmap that nobody has played.
func (s *Subject) beatmap() int32 {
	for {
		if id := s.maps.Add(1); status(id) == osu.StatusRanked {
			return id
		}
	}
}

// counted returns when an entry is counted.
func (s *Subject) counted(t *testing.T, seq int64) {
	t.Helper()
	if _, err := s.Rankings.Effect(t.Context(), seq, 1<<60); !errors.Is(err, rankings.ErrNoScore) {
		t.Fatalf("entry %d: %v", seq, err)
	}
}

// pass is a play that was passed and takes part.
func pass(user, beatmap int32, pp float64, classic int64) scores.Score {
	return scores.Score{
		UserID: user, BeatmapID: beatmap, Client: scores.Stable, Statistics: map[string]int32{"great": 300, "ok": 20, "meh": 3, "miss": 1},
		MaxCombo: 400, Total: classic / 2, Classic: classic, Accuracy: 0.97, Grade: osu.GradeA, PP: &pp, Passed: true, Ranked: true,
		PlayTime: 90 * time.Second,
	}
}

// same compares statistics.
func same(t *testing.T, want, got rankings.Statistics) {
	t.Helper()
	if diff := difference(want, got); diff != "" {
		t.Error(diff)
	}
}

// difference says how statistics differ, with room for sums in another order; "" when they do not.
func difference(want, got rankings.Statistics) string {
	diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-9, 1e-9), cmpopts.EquateApproxTime(time.Microsecond))
	if diff == "" {
		return ""
	}
	return fmt.Sprintf("of %d (-want +got):\n%s", want.UserID, diff)
}
