package scorestest

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// lazerPlay returns a passed play of lazer of 100 objects, 10 of them sliders, with so many greats.
func lazerPlay(user, beatmap, greats int32, total int64, set mods.Set) scores.Submission {
	sub := play(user, beatmap, greats, total, 0)
	sub.Client, sub.ClientVersion, sub.Mods, sub.Replay, sub.FullCombo = scores.Lazer, "2026.821.0", set, "", false
	sub.Statistics["slider_tail_hit"] = 10
	sub.Maximum = map[string]int32{"great": 100, "slider_tail_hit": 10}
	base := float64(300*greats + 100*(100-greats) + 150*10)
	sub.Accuracy = base / (300*100 + 150*10)
	return sub
}

func testLazer(t *testing.T, s Subject) {
	user, rival, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	sub := lazerPlay(user, beatmap, 96, 812_345, mods.Of(mods.Hidden))
	without := int64(780_000)
	sub.Pauses, sub.TotalWithoutMods = []int32{5, 6}, &without
	r := s.submit(t, sub)
	if r.Metric != scores.ByTotal || r.Score.Total != 812_345 || r.Score.Classic <= 0 || !r.Score.Ranked || r.After != 1 ||
		r.Score.Grade != osu.GradeSH || r.Score.PP == nil || *r.Score.PP <= 0 || r.Score.HasReplay {
		t.Errorf("%+v", r)
	}
	if math.Abs(r.Score.Accuracy-sub.Accuracy) > 1e-12 {
		t.Errorf("accuracy %v, want %v", r.Score.Accuracy, sub.Accuracy)
	}
	wantEqual(t, r.Score.Maximum, sub.Maximum)
	wantEqual(t, r.Score.Pauses, sub.Pauses)
	wantEqual(t, r.Score.TotalWithoutMods, sub.TotalWithoutMods)
	s.submit(t, play(rival, beatmap, 100, 1<<40, 0))
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, rival, user) // one board for both
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Client: scores.Lazer, Mods: &mods.Set{{Acronym: mods.Hidden}}}, user)

	restless := lazerPlay(user, beatmap, 90, 700_000, nil)
	restless.Pauses = make([]int32, 10_000)
	if got := len(s.submit(t, restless).Score.Pauses); got == 0 || got > 1000 {
		t.Errorf("%d pauses are kept", got)
	}
}

func testLazerImpossible(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	huge := int64(1 << 31)
	for name, spoil := range map[string]func(*scores.Submission){
		"no total":       func(p *scores.Submission) { p.Total = 0 },
		"huge total":     func(p *scores.Submission) { p.Total = 1 << 31 },
		"huge without":   func(p *scores.Submission) { p.TotalWithoutMods = &huge },
		"accuracy":       func(p *scores.Submission) { p.Accuracy = math.NaN() },
		"no statistics":  func(p *scores.Submission) { p.Statistics = nil },
		"failed, no hit": func(p *scores.Submission) { p.Passed, p.Statistics = false, map[string]int32{"miss": 3} },
		"too many":       func(p *scores.Submission) { p.Statistics["great"] = 200 },
		"too few":        func(p *scores.Submission) { delete(p.Statistics, "ok") },
		"too many ends":  func(p *scores.Submission) { p.Statistics["slider_tail_hit"] = 11 },
		"too many ticks": func(p *scores.Submission) { p.Statistics["large_tick_hit"] = 1 },
		"bad maximum":    func(p *scores.Submission) { p.Maximum = map[string]int32{"superb": 1} },
		"incompatible":   func(p *scores.Submission) { p.Mods = mods.Of(mods.HardRock, mods.Easy) },
		"setting": func(p *scores.Submission) {
			p.Mods = mods.Set{{Acronym: mods.Hidden, Settings: []mods.Setting{{Name: "no_such", Value: 1.0}}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			sub := lazerPlay(user, beatmap, 90, 500_000, nil)
			spoil(&sub)
			_, err := s.Scores.Submit(t.Context(), sub)
			want(t, err, scores.ErrBadSubmission)
		})
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Client: scores.Lazer})
}

func testLazerDoubts(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	kinds := func(sub scores.Submission) (out []string) {
		for _, d := range s.submit(t, sub).Score.Doubts {
			out = append(out, d.Kind)
		}
		return out
	}
	if got := kinds(lazerPlay(user, beatmap, 90, 500_000, nil)); len(got) > 0 {
		t.Errorf("an honest play: %q", got)
	}
	without := int64(600_000)
	for name, test := range map[string]struct {
		kind  string
		spoil func(*scores.Submission)
	}{
		"accuracy":   {"accuracy_differs", func(p *scores.Submission) { p.Accuracy = 1 }},
		"total":      {"total_impossible", func(p *scores.Submission) { p.Total = 1_500_000 }},
		"multiplier": {"multiplier_differs", func(p *scores.Submission) { p.TotalWithoutMods = &without }},
		"grade":      {"grade_differs", func(p *scores.Submission) { p.Grade = osu.GradeX }},
	} {
		t.Run(name, func(t *testing.T) {
			sub := lazerPlay(user, beatmap, 90, 500_000, nil)
			test.spoil(&sub)
			if got := kinds(sub); !slices.Contains(got, test.kind) {
				t.Errorf("doubts %q", got)
			}
		})
	}
}

func testLazerFailed(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	sub := lazerPlay(user, beatmap, 90, 50_000, nil)
	sub.Passed, sub.Grade, sub.Statistics = false, osu.GradeA, map[string]int32{"great": 3, "ok": 1, "miss": 2}
	r := s.submit(t, sub)
	// Its accuracy is that of what was played.
	if r.Score.Grade != osu.GradeF || r.Score.Ranked || r.Score.PP != nil || math.Abs(r.Score.Accuracy-1000.0/1800) > 1e-12 {
		t.Errorf("%+v", r.Score)
	}
}

func (s Subject) issue(t *testing.T, user, beatmap int32) scores.Token {
	t.Helper()
	token, err := s.Scores.Issue(t.Context(), scores.Attempt{
		UserID: user, BeatmapID: beatmap, BeatmapMD5: MD5(beatmap), ClientVersion: "2026.821.0",
	})
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	return token
}

func testTokens(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusPending)
	first, token := s.issue(t, user, beatmap), s.issue(t, user, beatmap)
	if token.ID <= 0 || token.ID == first.ID || time.Since(token.IssuedAt) > time.Minute {
		t.Errorf("%+v after %+v", token, first)
	}
	wantEqual(t, token, scores.Token{
		ID: token.ID, UserID: user, BeatmapID: beatmap, BeatmapMD5: MD5(beatmap), ClientVersion: "2026.821.0",
		Status: osu.StatusPending, IssuedAt: token.IssuedAt,
	})
	known, err := s.Scores.Token(t.Context(), token.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, known, token)
	for _, id := range []int64{token.ID + 1000, 0, -1} {
		_, err = s.Scores.Token(t.Context(), id)
		want(t, err, scores.ErrNoToken)
	}

	mania := int32(5_000_000) + serial.Add(1)
	s.World.Beatmap(t, mania, osu.Mania, osu.StatusRanked)
	for name, test := range map[string]struct {
		attempt scores.Attempt
		err     error
	}{
		"nobody":       {scores.Attempt{BeatmapID: beatmap, BeatmapMD5: MD5(beatmap)}, scores.ErrBadSubmission},
		"no beatmap":   {scores.Attempt{UserID: user, BeatmapID: 1 << 30, BeatmapMD5: MD5(beatmap)}, scores.ErrUnknownBeatmap},
		"less than no": {scores.Attempt{UserID: user, BeatmapID: -1}, scores.ErrUnknownBeatmap},
		"other hash":   {scores.Attempt{UserID: user, BeatmapID: beatmap, BeatmapMD5: MD5(1)}, scores.ErrOtherBeatmap},
		"no hash":      {scores.Attempt{UserID: user, BeatmapID: beatmap}, scores.ErrOtherBeatmap},
		"ruleset":      {scores.Attempt{UserID: user, BeatmapID: beatmap, BeatmapMD5: MD5(beatmap), Ruleset: 7}, scores.ErrBadRuleset},
		"no convert":   {scores.Attempt{UserID: user, BeatmapID: mania, BeatmapMD5: MD5(mania), Ruleset: osu.Taiko}, scores.ErrBadRuleset},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Scores.Issue(t.Context(), test.attempt)
			want(t, err, test.err)
		})
	}

	// One result however often it is submitted.
	sub := lazerPlay(user, beatmap, 90, 500_000, nil)
	sub.Key = scores.TokenKey(token.ID)
	result := s.submit(t, sub)
	sub.Total = 600_000
	wantEqual(t, s.submit(t, sub), result)
}

func testTokenOfOthers(t *testing.T, s Subject) {
	user, thief, beatmap, other := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked), s.newMap(t, osu.StatusRanked)
	token := s.issue(t, user, beatmap)
	for name, spoil := range map[string]func(*scores.Submission){
		"other user":    func(p *scores.Submission) { p.UserID = thief },
		"other beatmap": func(p *scores.Submission) { p.BeatmapMD5 = MD5(other) },
		"other ruleset": func(p *scores.Submission) {
			p.Ruleset, p.Statistics, p.Maximum = osu.Taiko, map[string]int32{"great": 1}, nil
		},
		"stable": func(p *scores.Submission) { p.Client = scores.Stable },
		"forged": func(p *scores.Submission) { p.Key = scores.TokenKey(token.ID + 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			sub := lazerPlay(user, beatmap, 90, 500_000, nil)
			sub.Key = scores.TokenKey(token.ID)
			spoil(&sub)
			_, err := s.Scores.Submit(t.Context(), sub)
			want(t, err, scores.ErrNoToken)
		})
	}
	sub := lazerPlay(user, beatmap, 90, 500_000, nil)
	sub.Key = scores.TokenKey(token.ID)
	s.submit(t, sub)
}

func testRankedMeanwhile(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusPending)
	token := s.issue(t, user, beatmap)
	s.World.RankedAt(beatmap, token.IssuedAt.Add(time.Millisecond))
	sub := lazerPlay(user, beatmap, 90, 500_000, nil)
	sub.Key = scores.TokenKey(token.ID)
	_, err := s.Scores.Submit(t.Context(), sub)
	want(t, err, scores.ErrBadSubmission)

	s.World.RankedAt(beatmap, token.IssuedAt.Add(-time.Hour))
	sub.Key = scores.TokenKey(s.issue(t, user, beatmap).ID)
	s.submit(t, sub)
}

func testAttach(t *testing.T, s Subject) {
	ctx := t.Context()
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	sub := lazerPlay(user, beatmap, 90, 500_000, nil)
	want(t, s.Scores.Attach(ctx, sub.Key, "replays/7"), scores.ErrNotFound)
	id := s.submit(t, sub).Score.ID
	_, err := s.Scores.Replay(ctx, id, 0)
	want(t, err, scores.ErrNoReplay)
	for range 2 {
		if err := s.Scores.Attach(ctx, sub.Key, "replays/7"); err != nil {
			t.Fatal(err)
		}
	}
	want(t, s.Scores.Attach(ctx, sub.Key, "replays/8"), scores.ErrTaken)
	want(t, s.Scores.Attach(ctx, sub.Key, ""), scores.ErrBadSubmission)
	if r, err := s.Scores.Replay(ctx, id, user); err != nil || r.Key != "replays/7" {
		t.Errorf("%+v, %v", r, err)
	}
	if found, err := s.Scores.Scores(ctx, []int64{id}); err != nil || len(found) != 1 || !found[0].HasReplay {
		t.Errorf("%+v, %v", found, err)
	}
}
