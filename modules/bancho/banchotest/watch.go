package banchotest

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/packets"
)

// watching leaves what is said about watching.
func watching(list []packets.Packet) (rest []packets.Packet) {
	for _, packet := range list {
		switch packet.(type) {
		case packets.SpectatorJoined, packets.SpectatorLeft, packets.SpectatorFrames, packets.SpectatorCantSpectate,
			packets.FellowSpectatorJoined, packets.FellowSpectatorLeft, packets.ChannelJoinSuccess, packets.ChannelKick:
			rest = append(rest, packet)
		}
	}
	return rest
}

// wire compares packets by their bytes.
func wire(list []packets.Packet) (b []byte) {
	for _, p := range list {
		b = p.Append(b)
	}
	return b
}

func same(t *testing.T, got []packets.Packet, want ...packets.Packet) {
	t.Helper()
	if got = watching(got); !bytes.Equal(wire(got), wire(want)) {
		t.Errorf("%v, want %v", got, want)
	}
}

const ownChannel = packets.ChannelJoinSuccess("#spectator")

func testWatch(t *testing.T, s Subject) {
	host, one, two := s.player(t), s.player(t), s.player(t)
	same(t, one.send(t, packets.StartSpectating(host.ID)), ownChannel)
	same(t, host.send(t), packets.SpectatorJoined(one.ID), ownChannel)
	same(t, two.send(t, packets.StartSpectating(host.ID)), packets.FellowSpectatorJoined(one.ID), ownChannel)
	same(t, host.send(t), packets.SpectatorJoined(two.ID))
	same(t, one.send(t), packets.FellowSpectatorJoined(two.ID))

	// What they say to each other.
	one.send(t, packets.PublicMessage{Text: "nice", Target: "#spectator"})
	for _, p := range []*player{host, two} {
		expect(t, p.send(t), packets.Message{Sender: one.Name, SenderID: one.ID, Text: "nice", Target: "#spectator"})
	}

	// Frames go through as they came.
	frames := packets.SpectateFrames{
		Extra: 9, Action: packets.ReplayNewSong, Sequence: 3, Score: &packets.ScoreFrame{Score: 7},
		Frames: []packets.ReplayFrame{{Buttons: packets.ButtonK1, X: 1.5, Y: 2.5, Time: 100}},
	}
	bare := packets.Raw{ID: packets.IDSpectateFrames, Payload: []byte{0, 0, 0, 0, 0, 0, 4, 0, 0}} // without a score
	host.raw(t, bare.Append(frames.Append(nil)))
	for _, p := range []*player{one, two} {
		same(t, p.send(t), packets.SpectatorFrames(frames), packets.SpectatorFrames{Action: packets.ReplayCompletion + 1})
	}
	same(t, host.send(t))

	same(t, one.send(t, packets.CantSpectate{}), packets.SpectatorCantSpectate(one.ID))
	for _, p := range []*player{host, two} {
		same(t, p.send(t), packets.SpectatorCantSpectate(one.ID))
	}
	same(t, one.send(t, packets.StartSpectating(host.ID))) // it has been downloaded
	same(t, host.send(t), packets.SpectatorJoined(one.ID))
	same(t, two.send(t), packets.FellowSpectatorJoined(one.ID))

	same(t, two.send(t, packets.StopSpectating{}), packets.ChannelKick("#spectator"))
	same(t, host.send(t), packets.SpectatorLeft(two.ID))
	same(t, one.send(t), packets.FellowSpectatorLeft(two.ID))
	same(t, one.send(t, packets.StopSpectating{}), packets.ChannelKick("#spectator"))
	same(t, host.send(t), packets.SpectatorLeft(one.ID), packets.ChannelKick("#spectator"))
	host.raw(t, frames.Append(nil))
	same(t, one.send(t, packets.StopSpectating{}))
}

// testWatchOther goes from one player to another, who is watched already.
func testWatchOther(t *testing.T, s Subject) {
	first, second, p := s.player(t), s.player(t), s.player(t)
	p.send(t, packets.StartSpectating(first.ID))
	first.send(t)
	same(t, p.send(t, packets.StartSpectating(second.ID)), packets.ChannelKick("#spectator"), ownChannel)
	same(t, first.send(t), packets.SpectatorLeft(p.ID), packets.ChannelKick("#spectator"))
	same(t, second.send(t), packets.SpectatorJoined(p.ID), ownChannel)
}

func testWatchNobody(t *testing.T, s Subject) {
	p, offline := s.player(t), s.account(t)
	for _, id := range []int32{-1, 0, p.ID, users.BotID, offline.ID, math.MaxInt32, math.MinInt32} {
		same(t, p.send(t, packets.StartSpectating(id)))
	}
	same(t, p.send(t, packets.StopSpectating{}, packets.CantSpectate{}))
	host := s.player(t)
	if _, err := s.Users.Restrict(t.Context(), p.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	list := p.send(t, packets.StartSpectating(host.ID))
	same(t, list)
	same(t, host.send(t))
}

// testWatcherLeaves logs a watcher out.
func testWatcherLeaves(t *testing.T, s Subject) {
	host, p := s.player(t), s.player(t)
	p.send(t, packets.StartSpectating(host.ID))
	host.send(t)
	if err := s.Sessions.Close(t.Context(), sessions.ID(p.token), sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	eventually(t, host, func(left packets.SpectatorLeft) bool { return int32(left) == p.ID })
}

// testBadFrames sends frames that are none.
func testBadFrames(t *testing.T, s Subject) {
	host, p := s.player(t), s.player(t)
	p.send(t, packets.StartSpectating(host.ID))
	host.send(t)
	for _, payload := range []string{"", "\x01", "\x00\x00\x00\x00\xff\xff", "\x00\x00\x00\x00\x01\x00\x00\x00", strings.Repeat("\x00", 6)} {
		host.raw(t, packets.Raw{ID: packets.IDSpectateFrames, Payload: []byte(payload)}.Append(nil))
	}
	many := packets.SpectateFrames{Frames: make([]packets.ReplayFrame, 10_000)}
	host.raw(t, many.Append(nil))
	for _, packet := range watching(p.send(t)) {
		if _, ok := packet.(packets.SpectatorFrames); ok {
			t.Errorf("%T is relayed", packet)
		}
	}
	good := packets.SpectateFrames{Action: packets.ReplayPause}
	host.raw(t, good.Append(nil))
	same(t, p.send(t), packets.SpectatorFrames(good))
}

// testWatchLazer watches a player of lazer, before and in the middle of a play.
func testWatchLazer(t *testing.T, s Subject) {
	if s.Spectator == nil {
		t.Skip("no spectator module")
	}
	ctx := t.Context()
	u := s.account(t).User
	opened, err := s.Sessions.Open(ctx, sessions.Opening{
		User: u, Kind: sessions.Lazer, Instance: "instance", Status: sessions.Status{Action: osu.ActionPlaying, Text: "A - B [C]"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Sessions.Close(ctx, opened.Session.ID, sessions.ReasonLogout) })
	early, late := s.player(t), s.player(t)
	same(t, early.send(t, packets.StartSpectating(u.ID)), ownChannel)

	md5 := md5Hex("a beatmap")
	play := spectator.Play{
		Player: spectator.Player{UserID: u.ID, Client: "instance"}, Format: spectator.Lazer, BeatmapID: 75, BeatmapMD5: md5,
		Ruleset: osu.Mania, Mods: mods.Of(mods.DoubleTime),
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(s.Spectator.Begin(ctx, play))
	status := packets.Status{
		Action: osu.ActionPlaying, Info: "A - B [C]", BeatmapMD5: md5, Mods: osu.ModDoubleTime, Ruleset: osu.Mania, BeatmapID: 75,
	}
	begin := packets.SpectatorFrames{Action: packets.ReplayNewSong}
	// The beatmap is told before the play begins, to whoever watches.
	list := early.send(t)
	same(t, list, begin)
	if stats := all[packets.UserStats](list); len(stats) == 0 || stats[len(stats)-1].UserID != u.ID || stats[len(stats)-1].Status != status {
		t.Errorf("%+v", stats)
	}
	list = late.send(t, packets.StartSpectating(u.ID))
	same(t, list, packets.FellowSpectatorJoined(early.ID), begin, ownChannel)
	if stats := all[packets.UserStats](list); len(stats) == 0 || stats[0].UserID != u.ID || stats[0].Status != status {
		t.Errorf("%+v", stats)
	}

	bundle := hubs.FrameDataBundle{
		Header: hubs.FrameHeader{TotalScore: 5, Combo: 3, MaxCombo: 4},
		Frames: []hubs.LegacyReplayFrame{{Time: 10, MouseX: hubs.Some(float32(5))}},
	}
	do(s.Spectator.Send(ctx, play.Player, spectator.Bundle{Format: spectator.Lazer, Data: bundle.AppendMsg(nil)}))
	do(s.Spectator.Send(ctx, play.Player, spectator.Bundle{Format: spectator.Lazer, Data: []byte("no bundle")}))
	do(s.Spectator.End(ctx, play.Player, spectator.Failed))
	for _, p := range []*player{early, late} {
		list := watching(p.send(t))
		if p == early {
			list = list[min(1, len(list)):] // the other one joined
		}
		if len(list) != 2 {
			t.Fatalf("%v", list)
		}
		frames, end := list[0].(packets.SpectatorFrames), list[1].(packets.SpectatorFrames)
		if len(frames.Frames) != 1 || frames.Frames[0].X != 5 || frames.Frames[0].Time != 10 || frames.Score == nil ||
			frames.Score.Combo != 3 || frames.Sequence == 0 {
			t.Errorf("%+v", frames)
		}
		if end.Action != packets.ReplayFail || end.Sequence <= frames.Sequence {
			t.Errorf("%+v", end)
		}
	}
}
