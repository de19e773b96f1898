package spectatortest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

func testPlay(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.TopicOf(u.ID))
	play := s.play(u, beatmap, 0)
	equal(t, s.playing(t, u.ID), nil)
	must(t, s.Spectator.Begin(ctx, play))
	bundle := frames(1, 2, 3)
	must(t, s.Spectator.Send(ctx, play.Player, bundle))
	playing := s.playing(t, u.ID, u.ID+1)
	if len(playing) != 1 || playing[0].BeganAt.IsZero() {
		t.Fatalf("%+v", playing)
	}
	expected := play
	expected.BeganAt, expected.State, expected.BeatmapMD5 = playing[0].BeganAt, spectator.Playing, MD5(beatmap)
	equal(t, playing[0], expected)
	must(t, s.Spectator.End(ctx, play.Player, spectator.Passed))
	began, sent := text("began", beatmap, "DT"), sentText(bundle)
	ear.wants(u.ID, began, sent, text("finished", beatmap, "passed"))
	equal(t, s.playing(t, u.ID), nil)

	want(t, s.Spectator.Send(ctx, play.Player, bundle), spectator.ErrNotPlaying)
	want(t, s.Spectator.End(ctx, play.Player, spectator.Passed), spectator.ErrNotPlaying)
	// Whoever ends a play that goes on has quit it.
	must(t, s.Spectator.Begin(ctx, play))
	must(t, s.Spectator.End(ctx, play.Player, spectator.Playing))
	ear.wants(u.ID, began, text("finished", beatmap, "quit"))
}

func testBadPlays(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	for name, spoil := range map[string]func(*spectator.Play){
		"nobody":    func(p *spectator.Play) { p.Player.UserID = 0 },
		"no client": func(p *spectator.Play) { p.Player.Client = "" },
		"client":    func(p *spectator.Play) { p.Player.Client = string(make([]byte, spectator.MaxClient+1)) },
		"token":     func(p *spectator.Play) { p.Player.Token = -1 },
		"format":    func(p *spectator.Play) { p.Format = 3 },
		"state":     func(p *spectator.Play) { p.State = 9 },
		"maximum": func(p *spectator.Play) {
			p.Maximum = map[string]int32{}
			for i := range 1000 {
				p.Maximum[string(rune('a'+i))] = 1
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			play := s.play(u, beatmap, 0)
			spoil(&play)
			want(t, s.Spectator.Begin(ctx, play), spectator.ErrBadPlay)
		})
	}
	play := s.play(u, beatmap, 0)
	must(t, s.Spectator.Begin(ctx, play))
	large := spectator.Bundle{Format: spectator.Lazer, Data: make([]byte, spectator.MaxBundle+1)}
	want(t, s.Spectator.Send(ctx, play.Player, large), spectator.ErrTooLarge)
	want(t, s.Spectator.Send(ctx, play.Player, spectator.Bundle{Format: spectator.Lazer}), spectator.ErrBadPlay)
	want(t, s.Spectator.Send(ctx, play.Player, spectator.Bundle{Format: 7, Data: []byte{1}}), spectator.ErrBadPlay)
	want(t, s.Spectator.Send(ctx, play.Player, spectator.Bundle{Format: spectator.Stable, Data: []byte{1}}), spectator.ErrBadPlay)
	want(t, s.Spectator.End(ctx, play.Player, 77), spectator.ErrBadPlay)
	other := play.Player
	other.Client = "another"
	want(t, s.Spectator.Send(ctx, other, frames(1)), spectator.ErrNotPlaying)
	if _, err := s.Spectator.Playing(ctx, make([]int32, 1001)); err == nil {
		t.Error("more than a thousand players at once")
	}
}

func testTokens(t *testing.T, s Subject) {
	ctx, u, other, beatmap := t.Context(), s.lazer(t), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	mine, theirs := s.World.Token(u.ID, beatmap), s.World.Token(other.ID, beatmap)
	want(t, s.Spectator.Begin(ctx, s.play(u, beatmap, theirs)), spectator.ErrBadToken)
	want(t, s.Spectator.Begin(ctx, s.play(u, beatmap, 1<<40)), spectator.ErrBadToken)
	play := s.play(u, beatmap, mine)
	want(t, s.Spectator.Send(ctx, play.Player, frames(1)), spectator.ErrBadToken)
	must(t, s.Spectator.Begin(ctx, play))
	must(t, s.Spectator.Send(ctx, play.Player, frames(1)))
	stolen := spectator.Player{UserID: other.ID, Client: instance(other), Token: mine}
	want(t, s.Spectator.Send(ctx, stolen, frames(1)), spectator.ErrBadToken)
	want(t, s.Spectator.End(ctx, stolen, spectator.Passed), spectator.ErrNotPlaying)
	must(t, s.Spectator.End(ctx, play.Player, spectator.Failed))
	want(t, s.Spectator.Send(ctx, play.Player, frames(2)), spectator.ErrBadToken) // finished
	want(t, s.Spectator.End(ctx, play.Player, spectator.Failed), spectator.ErrNotPlaying)
}

// testLatest plays twice at once, as a client does that ends a play late.
func testLatest(t *testing.T, s Subject) {
	ctx, u := t.Context(), s.lazer(t)
	first, second := s.World.Beatmap(osu.StatusRanked), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.TopicOf(u.ID))
	one, two := s.play(u, first, s.World.Token(u.ID, first)), s.play(u, second, s.World.Token(u.ID, second))
	must(t, s.Spectator.Begin(ctx, one))
	must(t, s.Spectator.Begin(ctx, two))
	must(t, s.Spectator.Send(ctx, one.Player, frames(1, 2, 3, 4))) // is kept, not shown
	must(t, s.Spectator.Send(ctx, two.Player, frames(1)))
	must(t, s.Spectator.End(ctx, one.Player, spectator.Passed))
	if got := s.playing(t, u.ID); len(got) != 1 || got[0].BeatmapID != second {
		t.Errorf("%+v", got)
	}
	must(t, s.Spectator.End(ctx, two.Player, spectator.Failed))
	ear.wants(u.ID, text("began", first, "DT"), text("began", second, "DT"), sentText(frames(1)), text("finished", second, "failed"))
}

func testUnknown(t *testing.T, s Subject) {
	ctx, u, known := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.TopicOf(u.ID))
	for _, id := range []int32{-1, 0, 1 << 30} {
		play := s.play(u, id, 0)
		must(t, s.Spectator.Begin(ctx, play))
		must(t, s.Spectator.Send(ctx, play.Player, frames(1)))
		equal(t, s.playing(t, u.ID), nil)
		must(t, s.Spectator.End(ctx, play.Player, spectator.Quit))
	}
	custom := s.play(u, known, 0)
	custom.Ruleset = 200
	must(t, s.Spectator.Begin(ctx, custom))
	must(t, s.Spectator.Send(ctx, custom.Player, frames(1)))
	must(t, s.Spectator.Begin(ctx, s.play(u, known, 0)))
	ear.wants(u.ID, text("began", known, "DT")) // and nothing before
}

func testRestricted(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.TopicOf(u.ID))
	_, err := s.Users.Restrict(ctx, u.ID, users.BotID, "test")
	must(t, err)
	play := s.play(u, beatmap, s.World.Token(u.ID, beatmap))
	must(t, s.Spectator.Begin(ctx, play))
	must(t, s.Spectator.Send(ctx, play.Player, frames(1)))
	must(t, s.Spectator.End(ctx, play.Player, spectator.Passed))
	_, err = s.Users.Unrestrict(ctx, u.ID, users.BotID, "test")
	must(t, err)
	must(t, s.Spectator.Begin(ctx, s.play(u, beatmap, 0)))
	ear.wants(u.ID, text("began", beatmap, "DT"))
}

// testReturn loses a client in the middle of a play.
func testReturn(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.lazer(t), s.World.Beatmap(osu.StatusRanked)
	ear := s.listen(t, spectator.TopicOf(u.ID))
	token := s.World.Token(u.ID, beatmap)
	play := s.play(u, beatmap, token)
	must(t, s.Spectator.Begin(ctx, play))
	must(t, s.Spectator.Send(ctx, play.Player, frames(1, 2)))
	for range 2 {
		must(t, s.Spectator.Drop(ctx, u.ID, play.Player.Client))
	}
	equal(t, s.playing(t, u.ID), nil)
	must(t, s.Spectator.Begin(ctx, play))
	must(t, s.Spectator.Send(ctx, play.Player, frames(3)))
	must(t, s.Spectator.Drop(ctx, u.ID, "another client"))
	must(t, s.Spectator.End(ctx, play.Player, spectator.Passed))
	began := text("began", beatmap, "DT")
	ear.wants(u.ID, began, sentText(frames(1, 2)), text("finished", beatmap, "quit"), began, sentText(frames(3)),
		text("finished", beatmap, "passed"))
	s.World.Submit(t, token, true, true)
	s.wantReplay(t, token, 1, 2, 3)
}

// testTogether plays with many users at once.
func testTogether(t *testing.T, s Subject) {
	ctx, beatmap := t.Context(), s.World.Beatmap(osu.StatusRanked)
	var wg sync.WaitGroup
	tokens := make([]int64, 8)
	for i := range tokens {
		u := s.lazer(t)
		tokens[i] = s.World.Token(u.ID, beatmap)
		wg.Go(func() {
			play := s.play(u, beatmap, tokens[i])
			if err := s.Spectator.Begin(ctx, play); err != nil {
				t.Error(err)
			}
			for n := range 50 {
				if err := s.Spectator.Send(ctx, play.Player, frames(float64(n))); err != nil {
					t.Error(err)
				}
			}
			if err := s.Spectator.End(ctx, play.Player, spectator.Passed); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var all []float64
	for n := range 50 {
		all = append(all, float64(n))
	}
	for _, token := range tokens {
		s.World.Submit(t, token, true, true)
	}
	for _, token := range tokens {
		s.wantReplay(t, token, all...)
	}
}

// testStatus looks at what others see of a player.
func testStatus(t *testing.T, s Subject) {
	ctx, u, beatmap := t.Context(), s.user(t), s.World.Beatmap(osu.StatusRanked)
	session := s.open(t, u, sessions.Lazer, sessions.Status{Text: "A - B [C]"})
	token := s.World.Token(u.ID, beatmap)
	must(t, s.Spectator.Begin(ctx, s.play(u, beatmap, token)))
	eventually(t, "the status shows the beatmap", func() bool {
		now, err := s.Sessions.Get(ctx, session.ID)
		return err == nil && cmp.Equal(now.Status, sessions.Status{
			Action: osu.ActionPlaying, Text: "A - B [C]", BeatmapMD5: MD5(beatmap), BeatmapID: beatmap, Mods: osu.ModDoubleTime,
		})
	})
}
