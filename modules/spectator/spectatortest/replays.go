package spectatortest

import (
	"fmt"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/replay"
)

// wantReplay waits for the replay of a token's score, and compares when its frames are. Nothing else is left of the play then.
func (s Subject) wantReplay(t *testing.T, token int64, times ...float64) {
	t.Helper()
	eventually(t, "a replay is attached", func() bool { return s.World.Replay(token) != "" })
	data, err := files.Load(t.Context(), s.Files, s.World.Replay(token), scores.MaxReplay)
	must(t, err)
	rec, err := replay.Data(data).Recording(osu.Standard)
	must(t, err)
	if !rec.Seeded || rec.Seed != 0 {
		t.Errorf("seed %d, %v", rec.Seed, rec.Seeded)
	}
	var got []float64
	for _, f := range rec.Frames {
		got = append(got, float64(f.Time))
		if f.X != float32(float64(f.Time)/10) || f.Y != 2 || f.Keys != replay.Left1 {
			t.Errorf("%+v", f)
		}
	}
	equal(t, got, times)
	s.wantNothingLeft(t)
}

// wantNothingLeft waits until no frames lie in the files module any more.
func (s Subject) wantNothingLeft(t *testing.T) {
	t.Helper()
	eventually(t, "spilled frames are removed", func() bool {
		blobs, err := s.Files.List(t.Context(), "spectator/", "", 10)
		must(t, err)
		return len(blobs) == 0
	})
}

// playThrough plays with a token and ends.
func (s Subject) playThrough(t *testing.T, u users.User, beatmap int32, state spectator.State, times ...float64) int64 {
	t.Helper()
	token := s.World.Token(u.ID, beatmap)
	play := s.play(u, beatmap, token)
	must(t, s.Spectator.Begin(t.Context(), play))
	for _, at := range times {
		must(t, s.Spectator.Send(t.Context(), play.Player, frames(at)))
	}
	must(t, s.Spectator.End(t.Context(), play.Player, state))
	return token
}

func testReplay(t *testing.T, s Subject) {
	u, beatmap := s.lazer(t), s.World.Beatmap(osu.StatusLoved)
	ear := s.listen(t, spectator.ToPlayers)
	token := s.playThrough(t, u, beatmap, spectator.Passed, -100, 10, 20, 30)
	id := s.World.Submit(t, token, true, true)
	ear.wants(u.ID, fmt.Sprint("processed ", id))
	s.wantReplay(t, token, -100, 10, 20, 30)
}

// testLongReplay sends more than fits into the mailboxes of a play.
func testLongReplay(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	token := s.World.Token(u.ID, beatmap)
	play := s.play(u, beatmap, token)
	must(t, s.Spectator.Begin(ctx, play))
	var all []float64
	for i := range 700 {
		var times []float64
		for k := range 30 {
			times = append(times, float64(i*300+k*10))
		}
		all = append(all, times...)
		must(t, s.Spectator.Send(ctx, play.Player, frames(times...)))
		if i%50 == 0 { // twice, as a client does that got no answer
			must(t, s.Spectator.Send(ctx, play.Player, frames(times...)))
		}
	}
	must(t, s.Spectator.End(ctx, play.Player, spectator.Passed))
	s.World.Submit(t, token, true, true)
	s.wantReplay(t, token, all...)
}

// testLateScore has the score only after a while, first not at all, then kept but not processed.
func testLateScore(t *testing.T, s Subject) {
	t.Parallel()
	u, beatmap := s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.ToPlayers)
	token := s.playThrough(t, u, beatmap, spectator.Passed, 5)
	s.World.Fail(token, scores.ErrPending)
	wait(t, s.ScoreTime+s.ScoreTime/2) // a score that is kept is waited for longer
	if s.World.Replay(token) != "" {
		t.Error("a replay of nothing")
	}
	id := s.World.Submit(t, token, true, true)
	ear.wants(u.ID, fmt.Sprint("processed ", id))
	s.wantReplay(t, token, 5)
}

// wait lets time pass, of which a score must not come.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

// testNoScore ends plays whose score never comes: nothing is left of them, and the token is spent.
func testNoScore(t *testing.T, s Subject) {
	t.Parallel()
	u, beatmap := s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	token := s.playThrough(t, u, beatmap, spectator.Quit, 5)
	refused := s.playThrough(t, u, beatmap, spectator.Quit, 6)
	s.World.Fail(refused, scores.ErrBadSubmission)
	s.wantFinished(t, u, token)
	s.wantFinished(t, u, refused)
	s.World.Submit(t, token, true, true)
	play := s.play(u, beatmap, token)
	must(t, s.Spectator.Begin(t.Context(), play)) // somebody who was away for very long goes on
	must(t, s.Spectator.Send(t.Context(), play.Player, frames(7)))
	must(t, s.Spectator.End(t.Context(), play.Player, spectator.Passed))
	if s.World.Replay(token) != "" {
		t.Error("half a replay was attached")
	}
}

// wantFinished waits until the frames of a play are gone.
func (s Subject) wantFinished(t *testing.T, u users.User, token int64) {
	t.Helper()
	tag := fmt.Sprintf("f%d.%d", u.ID, token)
	eventually(t, "a play is finished", func() bool {
		records, err := s.State.List(t.Context(), "spectator", tag, "", 10)
		must(t, err)
		return len(records) == 0
	})
}

// testNoReplay submits plays that get no replay: failed ones, and those of beatmaps without a leaderboard.
func testNoReplay(t *testing.T, s Subject) {
	u := s.lazer(t)
	ranked, pending := s.World.Beatmap(osu.StatusRanked), s.World.Beatmap(osu.StatusPending)
	ear := s.listen(t, spectator.ToPlayers)
	failed := s.playThrough(t, u, ranked, spectator.Failed, 1)
	ear.wants(u.ID, fmt.Sprint("processed ", s.World.Submit(t, failed, false, true)))
	unranked := s.playThrough(t, u, pending, spectator.Passed, 1)
	ear.wants(u.ID, fmt.Sprint("processed ", s.World.Submit(t, unranked, true, true)))
	nothing := s.playThrough(t, u, ranked, spectator.Passed)
	ear.wants(u.ID, fmt.Sprint("processed ", s.World.Submit(t, nothing, true, true)))
	for _, token := range []int64{failed, unranked, nothing} {
		s.wantFinished(t, u, token)
		if s.World.Replay(token) != "" {
			t.Error("it has a replay")
		}
	}
}

// testEvicted begins a third play: the first one ends, and is processed.
func testEvicted(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	var plays []spectator.Play
	for range 3 {
		play := s.play(u, beatmap, s.World.Token(u.ID, beatmap))
		plays = append(plays, play)
		must(t, s.Spectator.Begin(ctx, play))
		must(t, s.Spectator.Send(ctx, play.Player, frames(float64(play.Player.Token))))
	}
	want(t, s.Spectator.Send(ctx, plays[0].Player, frames(1)), spectator.ErrBadToken)
	s.World.Submit(t, plays[0].Player.Token, true, true)
	s.wantReplay(t, plays[0].Player.Token, float64(plays[0].Player.Token))
	for _, play := range plays[1:] {
		must(t, s.Spectator.Send(ctx, play.Player, frames(1e6)))
		must(t, s.Spectator.End(ctx, play.Player, spectator.Passed))
		s.World.Submit(t, play.Player.Token, true, true)
		s.wantReplay(t, play.Player.Token, float64(play.Player.Token), 1e6)
	}
}

// testUncounted lets rankings take its time: the player is not told before.
func testUncounted(t *testing.T, s Subject) {
	t.Parallel()
	u, beatmap := s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.ToPlayers)
	token := s.playThrough(t, u, beatmap, spectator.Passed, 1)
	id := s.World.Submit(t, token, true, false)
	wait(t, 600*time.Millisecond)
	if s.World.Replay(token) != "" {
		t.Error("the replay came before the news")
	}
	// Another event of the same player shows that none was published before.
	must(t, s.State.Publish(t.Context(), spectator.ToPlayers, processed(u.ID, -1)))
	s.World.Count(id)
	ear.wants(u.ID, "processed -1", fmt.Sprint("processed ", id))
	s.wantReplay(t, token, 1)
}
