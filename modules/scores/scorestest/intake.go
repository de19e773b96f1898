package scorestest

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

func testSubmit(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, "DE"), s.newMap(t, osu.StatusRanked)
	sub := play(user, beatmap, 95, 900_000, osu.ModHidden)
	sub.Doubts = []scores.Doubt{{Kind: "odd", Detail: "very"}}
	sub.Geki, sub.Katu = 12, 3
	result := s.submit(t, sub)
	score := result.Score
	if score.ID == 0 || score.Total <= 0 || score.Accuracy < 0.96 || score.Accuracy > 0.97 {
		t.Errorf("%+v", score)
	}
	pp := 95.0
	wantEqual(t, score, scores.Score{
		ID: score.ID, Key: sub.Key, UserID: user, BeatmapID: beatmap, BeatmapMD5: sub.BeatmapMD5, Client: scores.Stable,
		ClientVersion: sub.ClientVersion, Mods: sub.Mods, Statistics: sub.Statistics, MaxCombo: 100, Total: score.Total,
		Classic: 900_000, Accuracy: score.Accuracy, Grade: osu.GradeSH, PP: &pp, FullCombo: true, Passed: true, Ranked: true,
		PlayTime: time.Minute, EndedAt: sub.EndedAt, HasReplay: true, Doubts: sub.Doubts, Geki: 12, Katu: 3,
	})
	wantEqual(t, result, scores.Result{
		Score: score, Seq: result.Seq, Metric: scores.ByClassic, Best: true, After: 1, Plays: 1, Passes: 1,
	})
	got, err := s.Scores.Scores(t.Context(), []int64{-1, score.ID, score.ID})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, []scores.Score{score, score})
}

// testAgain says that a submission counts once, however often and whenever it is sent.
func testAgain(t *testing.T, s Subject) {
	user, other, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	sub := play(user, beatmap, 90, 500_000, 0)
	first := s.submit(t, sub)
	s.submit(t, play(other, beatmap, 99, 600_000, 0))
	changed := sub
	changed.Total, changed.Statistics = 999_999, map[string]int32{"great": 100}
	wantEqual(t, s.submit(t, changed), first)
	again, err := s.Scores.Submitted(t.Context(), user, sub.Key)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, again, first)
	sub.UserID = other
	_, err = s.Scores.Submit(t.Context(), sub)
	want(t, err, scores.ErrTaken)
	_, err = s.Scores.Submitted(t.Context(), other, sub.Key)
	want(t, err, scores.ErrNotFound)
	_, err = s.Scores.Submitted(t.Context(), user, "nothing")
	want(t, err, scores.ErrNotFound)

	// All at once.
	sub = play(user, beatmap, 91, 510_000, 0)
	var wg sync.WaitGroup
	results := make([]scores.Result, 10)
	for i := range results {
		wg.Go(func() {
			var err error
			if results[i], err = s.Scores.Submit(t.Context(), sub); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range results {
		wantEqual(t, r, results[0])
	}
	if results[0].Plays != 3 {
		t.Errorf("%d plays", results[0].Plays)
	}
}

func testImpossible(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	for name, spoil := range map[string]func(*scores.Submission){
		"no key":         func(p *scores.Submission) { p.Key = "" },
		"long key":       func(p *scores.Submission) { p.Key = string(make([]byte, scores.MaxKey+1)) },
		"odd key":        func(p *scores.Submission) { p.Key = "a\x00b" },
		"nobody":         func(p *scores.Submission) { p.UserID = 0 },
		"no such user":   func(p *scores.Submission) { p.UserID = 1 << 30 },
		"client":         func(p *scores.Submission) { p.Client = 3 },
		"hash":           func(p *scores.Submission) { p.BeatmapMD5 = "abc" },
		"upper hash":     func(p *scores.Submission) { p.BeatmapMD5 = "ABCDEFABCDEFABCDEFABCDEFABCDEFAB" },
		"ruleset":        func(p *scores.Submission) { p.Ruleset = 4 },
		"unknown mod":    func(p *scores.Submission) { p.Mods = mods.Of("QQ") },
		"autoplay":       func(p *scores.Submission) { p.Mods = mods.Of(mods.Autoplay) },
		"statistic":      func(p *scores.Submission) { p.Statistics = map[string]int32{"superb": 1} },
		"negative":       func(p *scores.Submission) { p.Statistics = map[string]int32{"great": -1} },
		"nothing hit":    func(p *scores.Submission) { p.Statistics = map[string]int32{"miss": 100} },
		"no combo":       func(p *scores.Submission) { p.MaxCombo = 0 },
		"negative combo": func(p *scores.Submission) { p.MaxCombo = -1 },
		"no total":       func(p *scores.Submission) { p.Total = 0 },
		"negative total": func(p *scores.Submission) { p.Total = -1 },
		"accuracy":       func(p *scores.Submission) { p.Accuracy = 1.5 },
		"exit":           func(p *scores.Submission) { p.Exited = true },
		"time":           func(p *scores.Submission) { p.PlayTime = -time.Second },
		"never ended":    func(p *scores.Submission) { p.EndedAt = time.Time{} },
		"future":         func(p *scores.Submission) { p.EndedAt = time.Now().Add(48 * time.Hour) },
		"doubts":         func(p *scores.Submission) { p.Doubts = make([]scores.Doubt, 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			sub := play(user, beatmap, 90, 500_000, 0)
			spoil(&sub)
			_, err := s.Scores.Submit(t.Context(), sub)
			want(t, err, scores.ErrBadSubmission)
		})
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap})
}

func testFailed(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	sub := play(user, beatmap, 5, 500, 0)
	sub.Passed, sub.Replay, sub.Statistics = false, "", map[string]int32{"great": 5, "miss": 10}
	result := s.submit(t, sub)
	if result.Score.Grade != osu.GradeF || result.Score.Ranked || result.Score.PP != nil || result.Best || result.After != 0 ||
		result.Plays != 1 || result.Passes != 0 || result.Score.HasReplay {
		t.Errorf("%+v", result)
	}
	sub = play(user, beatmap, 5, 0, 0)
	sub.Passed, sub.Exited, sub.Statistics, sub.MaxCombo = false, true, nil, 0
	if result = s.submit(t, sub); !result.Score.Exited || result.Plays != 2 {
		t.Errorf("%+v", result)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap})
}

func testUnranked(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	for _, bits := range []osu.Mods{osu.ModTarget, osu.ModScoreV2} {
		if r := s.submit(t, play(user, beatmap, 90, 500_000, bits)); r.Score.Ranked || r.Score.PP != nil || r.Best || !r.Score.Passed {
			t.Errorf("%v: %+v", bits, r)
		}
	}
	pending := s.newMap(t, osu.StatusPending)
	if r := s.submit(t, play(user, pending, 90, 500_000, 0)); r.Score.Ranked || r.Best {
		t.Errorf("%+v", r)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap})
	s.wantBoard(t, scores.Board{BeatmapID: pending})
}

func testUnknownBeatmap(t *testing.T, s Subject) {
	user, id := s.newUser(t, ""), 1_000_000+serial.Add(1)
	sub := play(user, id, 90, 500_000, 0)
	for range 2 {
		_, err := s.Scores.Submit(t.Context(), sub)
		want(t, err, scores.ErrUnknownBeatmap)
		_, err = s.Scores.Submitted(t.Context(), user, sub.Key)
		want(t, err, scores.ErrUnknownBeatmap)
	}
	s.World.Beatmap(t, id, osu.Standard, osu.StatusRanked)
	eventually(t, "the submission is processed when its beatmap is known", func() bool {
		_, err := s.Scores.Submitted(t.Context(), user, sub.Key)
		return err == nil
	})
	s.wantBoard(t, scores.Board{BeatmapID: id}, user)
	if r := s.submit(t, sub); r.Plays != 1 || r.Score.BeatmapID != id {
		t.Errorf("%+v", r)
	}
}

func testWrongRuleset(t *testing.T, s Subject) {
	user, id := s.newUser(t, ""), 1000+serial.Add(1)
	s.World.Beatmap(t, id, osu.Taiko, osu.StatusRanked)
	sub := play(user, id, 90, 500_000, 0)
	for range 2 {
		_, err := s.Scores.Submit(t.Context(), sub)
		want(t, err, scores.ErrBadSubmission)
		_, err = s.Scores.Submitted(t.Context(), user, sub.Key)
		want(t, err, scores.ErrBadSubmission)
	}
}

// testInterrupted has pp fail for a while.
func testInterrupted(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	sub := play(user, beatmap, 90, 500_000, 0)
	s.World.Fail(performance.ErrBusy)
	defer s.World.Fail(nil)
	_, err := s.Scores.Submit(t.Context(), sub)
	want(t, err, scores.ErrPending)
	_, err = s.Scores.Submitted(t.Context(), user, sub.Key)
	want(t, err, scores.ErrPending)
	s.World.Fail(nil)
	eventually(t, "the submission is processed later", func() bool {
		_, err := s.Scores.Submitted(t.Context(), user, sub.Key)
		return !errors.Is(err, scores.ErrPending)
	})
	if r := s.submit(t, sub); r.Plays != 1 || r.Score.PP == nil {
		t.Errorf("%+v", r)
	}

	// What will fail again does not keep a score from being one.
	s.World.Fail(performance.ErrTooHard)
	if r := s.submit(t, play(user, beatmap, 91, 510_000, 0)); r.Score.PP != nil || !r.Score.Ranked || !r.Best {
		t.Errorf("%+v", r)
	}
}

func testTies(t *testing.T, s Subject) {
	first, second, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	old := s.submit(t, play(first, beatmap, 90, 500_000, 0))
	if r := s.submit(t, play(second, beatmap, 90, 500_000, 0)); r.After != 2 || r.Dethroned != 0 || !r.Best {
		t.Errorf("%+v", r)
	}
	if r := s.submit(t, play(first, beatmap, 90, 500_000, 0)); r.Best || r.Before != 1 || r.After != 1 || r.Previous == nil ||
		r.Previous.ID != old.Score.ID {
		t.Errorf("%+v", r)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, first, second)
}

func testImprove(t *testing.T, s Subject) {
	beatmap := s.newMap(t, osu.StatusRanked)
	var players []int32
	for i := range int32(5) {
		players = append(players, s.newUser(t, ""))
		if r := s.submit(t, play(players[i], beatmap, 90-i, 500_000-int64(i), 0)); r.After != i+1 || r.Before != 0 {
			t.Errorf("%+v", r)
		}
	}
	me := players[3]
	if r := s.submit(t, play(me, beatmap, 10, 100, 0)); r.Best || r.Before != 4 || r.After != 4 {
		t.Errorf("%+v", r)
	}
	best := s.submit(t, play(me, beatmap, 99, 600_000, osu.ModHardRock))
	if !best.Best || best.Before != 4 || best.After != 1 || best.Dethroned != players[0] || best.Plays != 7 {
		t.Errorf("%+v", best)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, me, players[0], players[1], players[2], players[4])
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Metric: scores.ByPerformance}, me, players[0], players[1], players[2], players[4])
	own := s.board(t, scores.Board{BeatmapID: beatmap, UserID: players[4], Limit: 2})
	if own.Own == nil || own.Own.Position != 5 || own.Own.Score.UserID != players[4] || len(own.Scores) != 2 || own.Count != 5 {
		t.Errorf("%+v", own)
	}
	if r := s.submit(t, play(me, beatmap, 99, 700_000, 0)); !r.Best || r.Before != 1 || r.Dethroned != 0 || r.Previous.ID != best.Score.ID {
		t.Errorf("%+v", r)
	}
}

func testVariants(t *testing.T, s Subject) {
	user, rival, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	s.submit(t, play(user, beatmap, 90, 500_000, 0))
	s.submit(t, play(rival, beatmap, 80, 900_000, osu.ModRelax))
	r := s.submit(t, play(user, beatmap, 85, 1000, osu.ModRelax))
	if r.Score.Variant != osu.Relax || r.Metric != scores.ByPerformance || r.After != 1 || r.Dethroned != rival {
		t.Errorf("%+v", r)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, user)
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Variant: osu.Relax}, user, rival)
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Variant: osu.Relax, Metric: scores.ByClassic}, rival, user)
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Variant: osu.Autopilot})
}

// testLoved says that boards without pp go by score.
func testLoved(t *testing.T, s Subject) {
	user, rival, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusLoved)
	s.submit(t, play(user, beatmap, 90, 500_000, osu.ModRelax))
	r := s.submit(t, play(rival, beatmap, 80, 900_000, osu.ModRelax))
	if r.Score.PP != nil || !r.Score.Ranked || r.After != 1 || r.Dethroned != user || r.Metric != scores.ByClassic {
		t.Errorf("%+v", r)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Variant: osu.Relax}, rival, user)
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Variant: osu.Relax, Metric: scores.ByPerformance})
}

// insist submits as clients do: what was not answered in time is sent again.
func (s Subject) insist(t *testing.T, submission scores.Submission) (r scores.Result, err error) {
	for t.Context().Err() == nil {
		r, err = s.Scores.Submit(t.Context(), submission)
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, scores.ErrPending) {
			break
		}
	}
	return r, err
}

// testTogether has many play at once.
func testTogether(t *testing.T, s Subject) {
	beatmap := s.newMap(t, osu.StatusRanked)
	const players, plays = 12, 8
	ids := make([]int32, players)
	for i := range ids {
		ids[i] = s.newUser(t, "")
	}
	before, err := s.Scores.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		seqs = map[int64]bool{}
	)
	for i, id := range ids {
		wg.Go(func() {
			for n := range int64(plays) {
				r, err := s.insist(t, play(id, beatmap, 50+int32(n), 1000*n+int64(i)+1, 0))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				seqs[r.Seq] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	expected := map[int64]bool{}
	for i := range int64(players * plays) {
		expected[before+i+1] = true
	}
	if !maps.Equal(seqs, expected) {
		t.Errorf("the log has gaps: %v", seqs)
	}
	reversed := make([]int32, players)
	for i, id := range ids {
		reversed[players-1-i] = id
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, reversed...)
	last := s.submit(t, play(ids[0], beatmap, 1, 1, 0))
	if last.Plays != players*plays+1 || last.Passes != last.Plays || last.After != players {
		t.Errorf("%+v", last)
	}
}
