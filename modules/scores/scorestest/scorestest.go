// Package scorestest is the conformance suite of the scores contract: what it asks, every implementation must answer, in this
// process or behind a peer. Its World stands in for the modules below.
package scorestest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Subject is what is examined: an implementation with its default settings that asks World about everything, and runs. Without a
// World, as for a peer that has modules of its own below it, little is asked.
type Subject struct {
	Scores scores.Service
	World  *World
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	if s.World == nil {
		t.Run("Bounds", func(t *testing.T) { testBounds(t, s) })
		t.Run("Nothing", func(t *testing.T) { testNothing(t, s) })
		return
	}
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Submit", testSubmit},
		{"Again", testAgain},
		{"Impossible", testImpossible},
		{"Failed", testFailed},
		{"Unranked", testUnranked},
		{"UnknownBeatmap", testUnknownBeatmap},
		{"WrongRuleset", testWrongRuleset},
		{"Interrupted", testInterrupted},
		{"Lazer", testLazer},
		{"LazerImpossible", testLazerImpossible},
		{"LazerDoubts", testLazerDoubts},
		{"LazerFailed", testLazerFailed},
		{"Tokens", testTokens},
		{"TokenOfOthers", testTokenOfOthers},
		{"RankedMeanwhile", testRankedMeanwhile},
		{"Attach", testAttach},
		{"Ties", testTies},
		{"Improve", testImprove},
		{"Variants", testVariants},
		{"Loved", testLoved},
		{"Narrowed", testNarrowed},
		{"Restricted", testRestricted},
		{"Lists", testLists},
		{"Grades", testGrades},
		{"Replay", testReplay},
		{"Log", testLog},
		{"Remove", testRemove},
		{"Wipe", testWipe},
		{"Recalculate", testRecalculate},
		{"StatusChange", testStatusChange},
		{"Counts", testCounts},
		{"Bounds", testBounds},
		{"Nothing", testNothing},
		{"Together", testTogether},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

var serial atomic.Int32

// newMap makes a ranked beatmap of osu! and returns its id.
func (s Subject) newMap(t *testing.T, status osu.Status) int32 {
	t.Helper()
	id := 1000 + serial.Add(1)
	s.World.Beatmap(t, id, osu.Standard, status)
	return id
}

func (s Subject) newUser(t *testing.T, country string) int32 {
	t.Helper()
	id := 1000 + serial.Add(1)
	s.World.User(t, id, country, false)
	return id
}

// play returns a passed play of stable with so many greats of 100 and a total.
func play(user, beatmap, greats int32, total int64, bits osu.Mods) scores.Submission {
	set := append(mods.FromLegacy(bits, osu.Standard), mods.Mod{Acronym: mods.Classic})
	return scores.Submission{
		Key: fmt.Sprintf("key%d", serial.Add(1)), UserID: user, Client: scores.Stable, ClientVersion: "20251121",
		BeatmapMD5: MD5(beatmap), Mods: set, Statistics: map[string]int32{"great": greats, "ok": 100 - greats},
		MaxCombo: 100, Total: total, Grade: osu.GradeNone, FullCombo: true, Passed: true, PlayTime: time.Minute,
		EndedAt: time.Now().UTC().Truncate(time.Millisecond), Replay: "replays/1",
	}
}

func (s Subject) submit(t *testing.T, sub scores.Submission) scores.Result {
	t.Helper()
	result, err := s.Scores.Submit(t.Context(), sub)
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	return result
}

func (s Subject) board(t *testing.T, b scores.Board) scores.Leaderboard {
	t.Helper()
	b.Client = cmp.Or(b.Client, scores.Stable)
	b.Limit = cmp.Or(b.Limit, 50)
	out, err := s.Scores.Leaderboard(t.Context(), b)
	if err != nil {
		t.Fatalf("leaderboard: %v", err)
	}
	return out
}

// wantBoard compares who is on a board.
func (s Subject) wantBoard(t *testing.T, b scores.Board, users ...int32) {
	t.Helper()
	board := s.board(t, b)
	var got []int32
	for i, p := range board.Scores {
		got = append(got, p.Score.UserID)
		if p.Position != int32(i+1) {
			t.Errorf("position %d at %d", p.Position, i+1)
		}
	}
	wantEqual(t, got, users)
	if board.Count != len(users) {
		t.Errorf("%d are counted, want %d", board.Count, len(users))
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("never happens: " + what)
		}
	}
}

func wantEqual[T any](t *testing.T, got, expected T) {
	t.Helper()
	if diff := gocmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error is %v, want %v", err, target)
	}
}
