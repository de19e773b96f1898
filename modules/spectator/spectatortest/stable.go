package spectatortest

import (
	"fmt"
	"testing"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

func text(what string, beatmap int32, more string) string {
	return fmt.Sprintf("%s %d %s", what, beatmap, more)
}

func sentText(b spectator.Bundle) string {
	return fmt.Sprintf("sent %d bytes as %d", len(b.Data), b.Format)
}

// payload returns a bundle of stable.
func payload(action packets.ReplayAction, times ...int32) spectator.Bundle {
	f := packets.SpectateFrames{Action: action, Score: &packets.ScoreFrame{Score: 5}, Sequence: 7}
	for _, at := range times {
		f.Frames = append(f.Frames, packets.ReplayFrame{X: 1, Y: 2, Time: at})
	}
	const header = 7
	return spectator.Bundle{Format: spectator.Stable, Data: f.Append(nil)[header:]}
}

// playingStatus is what a stable client says that it plays.
func playingStatus(beatmap int32) sessions.Status {
	return sessions.Status{
		Action: osu.ActionPlaying, Text: "A - B [C]", BeatmapMD5: MD5(beatmap), BeatmapID: beatmap, Mods: osu.ModHidden, Ruleset: osu.Taiko,
	}
}

// testStable plays with stable, whose play is known from its frames and its status.
func testStable(t *testing.T, s Subject) {
	ctx, beatmap := t.Context(), s.World.Beatmap(osu.StatusRanked)
	host := s.open(t, s.user(t), sessions.Stable, playingStatus(beatmap))
	id, player := host.User.ID, spectator.Player{UserID: host.User.ID, Client: host.ID}
	ear := s.listen(t, spectator.TopicOf(id))
	send := func(b spectator.Bundle) {
		t.Helper()
		must(t, s.Spectator.Send(ctx, player, b))
	}
	began := text("began", beatmap, "HD,CL")
	for _, end := range []struct {
		action packets.ReplayAction
		state  string
	}{{packets.ReplayCompletion, "passed"}, {packets.ReplayFail, "failed"}, {packets.ReplaySongSelect, "quit"}} {
		send(payload(packets.ReplayNewSong))
		send(payload(packets.ReplayStandard, 1, 2))
		if got := s.playing(t, id); len(got) != 1 || got[0].Ruleset != osu.Taiko || got[0].Format != spectator.Stable {
			t.Errorf("%+v", got)
		}
		send(payload(packets.ReplayPause))
		send(payload(end.action, 3))
		send(payload(packets.ReplayStandard)) // on the results, which is no play
		ear.wants(id, began, sentText(payload(packets.ReplayNewSong)), sentText(payload(packets.ReplayStandard, 1, 2)),
			sentText(payload(packets.ReplayPause)), sentText(payload(end.action, 3)), text("finished", beatmap, end.state),
			sentText(payload(packets.ReplayStandard)))
		equal(t, s.playing(t, id), nil)
	}
	stranger := spectator.Player{UserID: s.user(t).ID, Client: host.ID}
	want(t, s.Spectator.Send(ctx, stranger, payload(packets.ReplayNewSong)), spectator.ErrNotPlaying)
}

// testStableMiddle begins to watch in the middle of a play, when the client begins to send frames.
func testStableMiddle(t *testing.T, s Subject) {
	ctx, beatmap := t.Context(), s.World.Beatmap(osu.StatusRanked)
	host := s.open(t, s.user(t), sessions.Stable, playingStatus(beatmap))
	player := spectator.Player{UserID: host.User.ID, Client: host.ID}
	ear := s.listen(t, spectator.TopicOf(host.User.ID))
	must(t, s.Spectator.Send(ctx, player, payload(packets.ReplayStandard, 5000)))
	ear.wants(host.User.ID, text("began", beatmap, "HD,CL"), sentText(payload(packets.ReplayStandard, 5000)))

	idle := s.stable(t)
	ear = s.listen(t, spectator.TopicOf(idle.User.ID))
	must(t, s.Spectator.Send(ctx, spectator.Player{UserID: idle.User.ID, Client: idle.ID}, payload(packets.ReplaySongSelect)))
	ear.wants(idle.User.ID, sentText(payload(packets.ReplaySongSelect)))
	equal(t, s.playing(t, idle.User.ID), nil)
}
