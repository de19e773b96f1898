package scorestest

import (
	"testing"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
)

// entries returns the log after an entry.
func (s Subject) entries(t *testing.T, after int64) []scores.Entry {
	t.Helper()
	var all []scores.Entry
	for {
		part, err := s.Scores.Entries(t.Context(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range part {
			if e.Seq != after+1 {
				t.Fatalf("entry %d follows %d", e.Seq, after)
			}
			after = e.Seq
		}
		if all = append(all, part...); len(part) < 3 {
			return all
		}
	}
}

func (s Subject) latest(t *testing.T) int64 {
	t.Helper()
	seq, err := s.Scores.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func testLog(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, "DE"), s.newMap(t, osu.StatusRanked)
	before := s.latest(t)
	first := s.submit(t, play(user, beatmap, 90, 300_000, 0))
	second := s.submit(t, play(user, beatmap, 80, 400_000, 0))
	s.World.User(t, user, "FR", true)
	eventually(t, "the log tells of the restriction", func() bool { return s.latest(t) == before+4 })
	log := s.entries(t, before)
	standing := func(m scores.Metric, r scores.Result) scores.Standing {
		sc := r.Score
		return scores.Standing{
			Metric: m, ScoreID: sc.ID, PP: *sc.PP, Total: sc.Total, Classic: sc.Classic, Accuracy: sc.Accuracy, Grade: sc.Grade,
			MaxCombo: sc.MaxCombo, Status: osu.StatusRanked,
		}
	}
	byTotal := first
	if second.Score.Total > first.Score.Total {
		byTotal = second
	}
	bests := []scores.Standing{
		standing(scores.ByPerformance, first), standing(scores.ByTotal, byTotal), standing(scores.ByClassic, second),
	}
	kinds := map[scores.EntryKind]int{}
	for _, e := range log {
		kinds[e.Kind]++
		if e.UserID != user || e.Country != "FR" || !e.Hidden || e.At.IsZero() {
			t.Errorf("%+v", e)
		}
	}
	wantEqual(t, kinds, map[scores.EntryKind]int{scores.ScoreRecorded: 2, scores.PlayerHidden: 1, scores.PlayerMoved: 1})
	for i, r := range []scores.Result{first, second} {
		if r.Seq != log[i].Seq || log[i].Kind != scores.ScoreRecorded {
			t.Errorf("%+v", log[i])
		}
		wantEqual(t, *log[i].Score, r.Score)
		wantEqual(t, log[i].Bests, bests)
	}
}

func testRemove(t *testing.T, s Subject) {
	user, rival, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	low := s.submit(t, play(user, beatmap, 80, 100_000, 0)).Score
	s.submit(t, play(rival, beatmap, 85, 200_000, 0))
	high := s.submit(t, play(user, beatmap, 90, 300_000, 0)).Score
	on := scores.Board{BeatmapID: beatmap}
	s.wantBoard(t, on, user, rival)
	before := s.latest(t)
	for i, expected := range [][]int64{{high.ID}, nil} {
		got, err := s.Scores.Remove(t.Context(), []int64{high.ID, -5}, 7, "cheated")
		if err != nil {
			t.Fatal(i, err)
		}
		wantEqual(t, got, expected)
	}
	s.wantBoard(t, on, rival, user)
	s.wantFirsts(t, rival, beatmap)
	s.wantFirsts(t, user)
	if own := s.board(t, scores.Board{BeatmapID: beatmap, UserID: user}).Own; own == nil || own.Score.ID != low.ID || own.Position != 2 {
		t.Errorf("%+v", own)
	}
	if got, err := s.Scores.Scores(t.Context(), []int64{high.ID}); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	_, err := s.Scores.Replay(t.Context(), high.ID, 0)
	want(t, err, scores.ErrNotFound)
	log := s.entries(t, before)
	if len(log) != 1 || log[0].Kind != scores.ScoreRemoved || !log[0].Score.Removed || log[0].Score.ID != high.ID ||
		len(log[0].Bests) != 3 || log[0].Bests[0].ScoreID != low.ID {
		t.Errorf("%+v", log)
	}
	audit := s.World.Audit()
	if last := audit[len(audit)-1]; last.Action != "scores.remove" || last.ActorID != 7 || last.TargetID != user || last.Reason != "cheated" {
		t.Errorf("%+v", last)
	}
	got, err := s.Scores.Restore(t.Context(), []int64{low.ID, high.ID}, 7, "an error")
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, []int64{high.ID})
	s.wantBoard(t, on, user, rival)
	s.wantFirsts(t, user, beatmap)
	if log = s.entries(t, before+1); len(log) != 1 || log[0].Kind != scores.ScoreRestored || log[0].Score.Removed {
		t.Errorf("%+v", log)
	}

	// The last score of a player takes him off the board.
	if _, err := s.Scores.Remove(t.Context(), []int64{low.ID, high.ID}, 7, ""); err != nil {
		t.Fatal(err)
	}
	s.wantBoard(t, on, rival)
	if r := s.submit(t, play(user, beatmap, 90, 250_000, 0)); r.Before != 0 || r.After != 1 || r.Dethroned != rival {
		t.Errorf("%+v", r)
	}
}

func testWipe(t *testing.T, s Subject) {
	user, rival, a, b := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked), s.newMap(t, osu.StatusRanked)
	single := s.submit(t, play(user, a, 80, 100_000, 0)).Score
	s.submit(t, play(user, a, 85, 200_000, 0))
	s.submit(t, play(user, b, 85, 200_000, 0))
	s.submit(t, play(user, b, 85, 200_000, osu.ModRelax))
	s.submit(t, play(rival, a, 70, 50_000, 0))
	if _, err := s.Scores.Remove(t.Context(), []int64{single.ID}, 7, ""); err != nil {
		t.Fatal(err)
	}
	relax := osu.Relax
	for i, step := range []struct {
		do   func(scores.Wipe) (int, error)
		wipe scores.Wipe
		n    int
		a, b []int32
	}{
		{func(w scores.Wipe) (int, error) { return s.Scores.Wipe(t.Context(), w) }, scores.Wipe{Variant: &relax}, 1, []int32{user, rival}, []int32{user}},
		{func(w scores.Wipe) (int, error) { return s.Scores.Wipe(t.Context(), w) }, scores.Wipe{}, 2, []int32{rival}, nil},
		{func(w scores.Wipe) (int, error) { return s.Scores.Unwipe(t.Context(), w) }, scores.Wipe{}, 2, []int32{user, rival}, []int32{user}},
		{func(w scores.Wipe) (int, error) { return s.Scores.Unwipe(t.Context(), w) }, scores.Wipe{}, 0, []int32{user, rival}, []int32{user}},
	} {
		step.wipe.UserID, step.wipe.By, step.wipe.Reason = user, 7, "again"
		n, err := step.do(step.wipe)
		if err != nil || n != step.n {
			t.Fatalf("step %d: %d, %v", i, n, err)
		}
		s.wantBoard(t, scores.Board{BeatmapID: a}, step.a...)
		s.wantBoard(t, scores.Board{BeatmapID: b}, step.b...)
	}
	s.wantBoard(t, scores.Board{BeatmapID: b, Variant: osu.Relax})
	if n, err := s.Scores.Unwipe(t.Context(), scores.Wipe{UserID: user, Variant: &relax, By: 7}); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	s.wantBoard(t, scores.Board{BeatmapID: b, Variant: osu.Relax}, user)
	if got, err := s.Scores.Scores(t.Context(), []int64{single.ID}); err != nil || len(got) != 0 {
		t.Errorf("what was removed by itself came back: %v, %v", got, err)
	}
	if n, err := s.Scores.Wipe(t.Context(), scores.Wipe{UserID: 1 << 30}); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
}

func testRecalculate(t *testing.T, s Subject) {
	user, rival, beatmap := s.newUser(t, ""), s.newUser(t, ""), s.newMap(t, osu.StatusRanked)
	var ids []int64
	for i := range int32(5) {
		ids = append(ids, s.submit(t, play(user, beatmap, 80+i, 100_000, 0)).Score.ID)
	}
	s.submit(t, play(rival, beatmap, 90, 50_000, 0))
	before := s.latest(t)
	run := func(r scores.Recalculation) scores.Progress {
		t.Helper()
		r.Filter.UserID = user
		var last scores.Progress
		for p, err := range s.Scores.Recalculate(t.Context(), r) {
			if err != nil {
				t.Fatal(err)
			}
			last = p
		}
		return last
	}
	pp := func(v float64) *float64 { return &v }
	dry := run(scores.Recalculation{DryRun: true, Algorithm: Other, Filter: scores.Filter{AfterID: ids[2]}})
	wantEqual(t, dry, scores.Progress{ID: ids[4], Done: 2, Total: 2, Changed: 2, Differences: []scores.Difference{
		{ScoreID: ids[4], UserID: user, BeatmapID: beatmap, Old: pp(84), New: pp(840)},
		{ScoreID: ids[3], UserID: user, BeatmapID: beatmap, Old: pp(83), New: pp(830)},
	}})
	if p := run(scores.Recalculation{}); p.Done != 5 || p.Changed != 0 {
		t.Errorf("%+v", p)
	}
	if p := run(scores.Recalculation{Filter: scores.Filter{Outdated: true}}); p.Done != 0 || p.Total != 0 {
		t.Errorf("%+v", p)
	}
	if s.latest(t) != before {
		t.Error("nothing changed, but the log says something")
	}
	s.World.Version(2)
	defer s.World.Version(1)
	if p := run(scores.Recalculation{Filter: scores.Filter{Outdated: true}, PerSecond: 1000}); p.Done != 5 || p.Changed != 5 || p.ID != ids[4] {
		t.Errorf("%+v", p)
	}
	log := s.entries(t, before)
	if len(log) != 5 || log[4].Kind != scores.ScoreRevalued || *log[4].Score.PP != 168 || log[0].Bests[0].PP != 168 {
		t.Errorf("%+v", log)
	}
	s.wantBoard(t, scores.Board{BeatmapID: beatmap, Metric: scores.ByPerformance}, user, rival)
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, user, rival)
	if list := s.list(t, scores.List{Kind: scores.Best, UserID: user}); *list.Scores[0].PP != 168 {
		t.Errorf("%+v", list)
	}
}

// testStatusChange says that scores follow the status of their beatmap.
func testStatusChange(t *testing.T, s Subject) {
	user, beatmap := s.newUser(t, ""), s.newMap(t, osu.StatusPending)
	score := s.submit(t, play(user, beatmap, 90, 100_000, 0)).Score
	if score.Ranked {
		t.Errorf("%+v", score)
	}
	now := func() scores.Score {
		got, err := s.Scores.Scores(t.Context(), []int64{score.ID})
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		return got[0]
	}
	s.World.Beatmap(t, beatmap, osu.Standard, osu.StatusRanked)
	eventually(t, "the score is ranked", func() bool { return s.board(t, scores.Board{BeatmapID: beatmap}).Count == 1 })
	if now().PP == nil {
		t.Errorf("%+v", now())
	}
	s.World.Beatmap(t, beatmap, osu.Standard, osu.StatusLoved)
	eventually(t, "the score loses its pp", func() bool { return now().PP == nil })
	s.wantBoard(t, scores.Board{BeatmapID: beatmap}, user)
	s.World.Beatmap(t, beatmap, osu.Standard, osu.StatusGraveyard)
	eventually(t, "the score loses its place", func() bool { return s.board(t, scores.Board{BeatmapID: beatmap}).Count == 0 })
	if now().Ranked {
		t.Errorf("%+v", now())
	}
}
