package spectatortest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

func testWatch(t *testing.T, s Subject) {
	ctx, host, beatmap := t.Context(), s.stable(t), s.World.Beatmap(osu.StatusRanked)
	viewer := s.open(t, s.user(t), sessions.Lazer, sessions.Status{})
	id := host.User.ID
	ear := s.listen(t, spectator.ToPlayers)
	if play := s.watch(t, viewer, id); play != nil {
		t.Errorf("%+v", play)
	}
	s.watch(t, viewer, id) // changes nothing
	equal(t, s.watchers(t, id), []string{viewer.User.Name + " 2 false"})
	equal(t, s.outbox(t, host.ID), []string{"joined " + viewer.User.Name}) // which makes the client send frames
	for range 2 {
		must(t, s.Spectator.Unwatch(ctx, viewer.User.ID, viewer.Instance, id))
	}
	must(t, s.Spectator.Unwatch(ctx, viewer.User.ID, "another", id))
	equal(t, s.outbox(t, host.ID), []string{fmt.Sprint("left ", viewer.User.ID)})
	equal(t, s.watchers(t, id), nil)
	ear.wants(id, "joined "+viewer.User.Name, fmt.Sprint("left ", viewer.User.ID))
	equal(t, s.outbox(t, viewer.ID), nil)

	player := s.lazer(t)
	must(t, s.Spectator.Begin(ctx, s.play(player, beatmap, 0)))
	if play := s.watch(t, viewer, player.ID); play == nil || play.BeatmapID != beatmap || play.BeatmapMD5 != MD5(beatmap) {
		t.Errorf("%+v", play)
	}
}

// testFellows watches with three stable clients.
func testFellows(t *testing.T, s Subject) {
	ctx, host := t.Context(), s.stable(t)
	one, two, three := s.stable(t), s.stable(t), s.stable(t)
	id := host.User.ID
	s.watch(t, one, id)
	s.watch(t, two, id)
	s.watch(t, three, id)
	must(t, s.Spectator.Unwatch(ctx, two.User.ID, two.ID, id))
	channel := fmt.Sprint("#spec_", id)
	left := fmt.Sprint("left ", two.User.ID)
	equal(t, s.outbox(t, host.ID), []string{
		"joined " + one.User.Name, "channel " + channel, "joined " + two.User.Name, "joined " + three.User.Name, left,
	})
	equal(t, s.outbox(t, one.ID), []string{
		"channel " + channel, "joined " + two.User.Name + " with you", "joined " + three.User.Name + " with you", left + " with you",
	})
	equal(t, s.outbox(t, three.ID), []string{"channel " + channel, left + " with you"})
	if got := len(s.watchers(t, id)); got != 2 {
		t.Errorf("%d watch", got)
	}
}

// testClients watches with two clients of a user.
func testClients(t *testing.T, s Subject) {
	ctx, host, u := t.Context(), s.stable(t), s.user(t)
	id := host.User.ID
	a, b := s.open(t, u, sessions.Stable, sessions.Status{}), s.open(t, u, sessions.Lazer, sessions.Status{})
	ear := s.listen(t, spectator.ToPlayers)
	s.watch(t, a, id)
	s.watch(t, b, id)
	if got := s.watchers(t, id); len(got) != 1 {
		t.Errorf("%q", got)
	}
	must(t, s.Spectator.Unwatch(ctx, u.ID, a.ID, id))
	if got := s.watchers(t, id); len(got) != 1 {
		t.Errorf("%q", got)
	}
	must(t, s.Spectator.Unwatch(ctx, u.ID, b.Instance, id))
	ear.wants(id, "joined "+u.Name, fmt.Sprint("left ", u.ID))
}

func testMissing(t *testing.T, s Subject) {
	ctx, host, one, two := t.Context(), s.stable(t), s.stable(t), s.stable(t)
	id := host.User.ID
	ear := s.listen(t, spectator.ToPlayers)
	s.watch(t, one, id)
	s.watch(t, two, id)
	must(t, s.Spectator.Missing(ctx, one.User.ID, id))
	must(t, s.Spectator.Missing(ctx, host.User.ID, id)) // who does not watch
	equal(t, s.watchers(t, id), []string{one.User.Name + " 1 true", two.User.Name + " 1 false"})
	cannot := fmt.Sprint("cannot ", one.User.ID)
	ear.wants(id, "joined "+one.User.Name, "joined "+two.User.Name, cannot)
	for _, session := range []sessions.Session{host, one, two} {
		if got := s.outbox(t, session.ID); len(got) == 0 || got[len(got)-1] != cannot {
			t.Errorf("%q", got)
		}
	}
	s.watch(t, one, id) // it has the beatmap now
	ear.wants(id, "joined "+one.User.Name)
	equal(t, s.outbox(t, two.ID), []string{"joined " + one.User.Name + " with you"})
	equal(t, s.watchers(t, id)[0], one.User.Name+" 1 false")
}

func testNobody(t *testing.T, s Subject) {
	ctx, viewer, host := t.Context(), s.stable(t), s.stable(t)
	offline, secret := s.user(t), s.user(t)
	hidden := sessions.Opening{User: secret, Kind: sessions.Stable, Hidden: true}
	if _, err := s.Sessions.Open(ctx, hidden); err != nil {
		t.Fatal(err)
	}
	w := spectator.Watcher{UserID: viewer.User.ID, Client: viewer.ID, Format: spectator.Stable}
	for _, id := range []int32{0, -1, 1 << 30, viewer.User.ID, offline.ID, secret.ID} {
		_, err := s.Spectator.Watch(ctx, w, id)
		want(t, err, spectator.ErrNobody)
	}
	banned := s.user(t)
	_, err := s.Users.Restrict(ctx, banned.ID, users.BotID, "test")
	must(t, err)
	l := s.open(t, s.user(t), sessions.Lazer, sessions.Status{})
	for _, id := range []int32{0, -1, 1 << 30, l.User.ID, banned.ID, users.BotID} {
		_, err := s.Spectator.Watch(ctx, spectator.Watcher{UserID: l.User.ID, Client: l.Instance, Format: spectator.Lazer}, id)
		want(t, err, spectator.ErrNobody)
	}
	for name, bad := range map[string]spectator.Watcher{
		"nobody": {Client: "a", Format: spectator.Stable}, "client": {UserID: w.UserID, Format: spectator.Stable},
		"format": {UserID: w.UserID, Client: "a"},
	} {
		if _, err := s.Spectator.Watch(ctx, bad, host.User.ID); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	_, err = s.Users.Restrict(ctx, viewer.User.ID, users.BotID, "test")
	must(t, err)
	_, err = s.Spectator.Watch(ctx, w, host.User.ID)
	want(t, err, spectator.ErrRestricted)
	equal(t, s.watchers(t, host.User.ID), nil)
}

// testWaiting watches a player who is not there, and one who hides, until they play.
func testWaiting(t *testing.T, s Subject) {
	ctx, viewer, absent, secret := t.Context(), s.open(t, s.user(t), sessions.Lazer, sessions.Status{}), s.user(t), s.user(t)
	hidden := sessions.Opening{User: secret, Kind: sessions.Lazer, Hidden: true, Instance: "hides"}
	if _, err := s.Sessions.Open(ctx, hidden); err != nil {
		t.Fatal(err)
	}
	beatmap := s.World.Beatmap(osu.StatusRanked)
	for _, u := range []users.User{absent, secret} {
		s.watch(t, viewer, u.ID)
		equal(t, s.watchers(t, u.ID), []string{viewer.User.Name + " 2 false"})
		ear := s.listen(t, spectator.TopicOf(u.ID))
		must(t, s.Spectator.Begin(ctx, s.play(u, beatmap, 0)))
		if got := ear.hear(u.ID); !strings.HasPrefix(got, "began") {
			t.Errorf("%q", got)
		}
		must(t, s.Spectator.Unwatch(ctx, viewer.User.ID, viewer.Instance, u.ID))
		equal(t, s.watchers(t, u.ID), nil)
	}
}

func testTooMany(t *testing.T, s Subject) {
	ctx, viewer := t.Context(), s.open(t, s.user(t), sessions.Lazer, sessions.Status{})
	w := spectator.Watcher{UserID: viewer.User.ID, Client: viewer.Instance, Format: spectator.Lazer}
	var hosts []int32
	for range spectator.MaxWatching {
		hosts = append(hosts, s.stable(t).User.ID)
		s.watch(t, viewer, hosts[len(hosts)-1])
	}
	_, err := s.Spectator.Watch(ctx, w, s.stable(t).User.ID)
	want(t, err, spectator.ErrTooMany)
	must(t, s.Spectator.Drop(ctx, viewer.User.ID, viewer.Instance))
	for _, id := range hosts {
		equal(t, s.watchers(t, id), nil)
	}
}

func testDrop(t *testing.T, s Subject) {
	ctx, host, viewer := t.Context(), s.stable(t), s.stable(t)
	s.watch(t, viewer, host.User.ID)
	must(t, s.Spectator.Drop(ctx, viewer.User.ID, viewer.ID))
	must(t, s.Spectator.Drop(ctx, viewer.User.ID, viewer.ID))
	equal(t, s.watchers(t, host.User.ID), nil)
	got := s.outbox(t, host.ID)
	equal(t, got, []string{
		"joined " + viewer.User.Name, fmt.Sprint("channel #spec_", host.User.ID), fmt.Sprint("left ", viewer.User.ID),
		fmt.Sprint("no channel #spec_", host.User.ID),
	}[:len(got)])
}

// testSessionEnds ends the sessions of stable clients that play and watch.
func testSessionEnds(t *testing.T, s Subject) {
	ctx, beatmap := t.Context(), s.World.Beatmap(osu.StatusRanked)
	host, viewer := s.open(t, s.user(t), sessions.Stable, playingStatus(beatmap)), s.stable(t)
	id := host.User.ID
	s.watch(t, viewer, id)
	ear := s.listen(t, spectator.TopicOf(id), spectator.ToPlayers)
	must(t, s.Spectator.Send(ctx, spectator.Player{UserID: id, Client: host.ID}, payload(packets.ReplayNewSong)))
	must(t, s.Sessions.Close(ctx, viewer.ID, sessions.ReasonLogout))
	ear.wants(id, text("began", beatmap, "HD,CL"), sentText(payload(packets.ReplayNewSong)), fmt.Sprint("left ", viewer.User.ID))
	must(t, s.Sessions.Close(ctx, host.ID, sessions.ReasonLogout))
	ear.wants(id, text("finished", beatmap, "quit"))
	equal(t, s.watchers(t, id), nil)
	equal(t, s.playing(t, id), nil)
}

func testChannel(t *testing.T, s Subject) {
	ctx, host, one, two := t.Context(), s.stable(t), s.stable(t), s.stable(t)
	viewer := s.open(t, s.user(t), sessions.Lazer, sessions.Status{})
	id := host.User.ID
	channel := fmt.Sprint("#spec_", id)
	wants := func(open bool, in ...sessions.Session) {
		t.Helper()
		for _, session := range []sessions.Session{host, one, two, viewer} {
			expected := false
			for _, it := range in {
				expected = expected || it.ID == session.ID
			}
			if got, is := s.World.in(t, session.ID, channel); got != expected || is != open {
				t.Errorf("%s is in the channel: %v; it is open: %v", session.User.Name, got, is)
			}
		}
	}
	s.watch(t, viewer, id)
	wants(false)
	s.watch(t, one, id)
	s.watch(t, two, id)
	wants(true, host, one, two)
	must(t, s.Spectator.Unwatch(ctx, one.User.ID, one.ID, id))
	wants(true, host, two)
	must(t, s.Spectator.Unwatch(ctx, two.User.ID, two.ID, id))
	wants(false)
	if got := s.outbox(t, two.ID); len(got) == 0 || got[len(got)-1] != "no channel "+channel {
		t.Errorf("%q", got)
	}
}

// testOutboxes looks at what stable watchers get of players of both clients.
func testOutboxes(t *testing.T, s Subject) {
	ctx, beatmap, viewer, player := t.Context(), s.World.Beatmap(osu.StatusRanked), s.stable(t), s.lazer(t)
	s.watch(t, viewer, player.ID)
	play := s.play(player, beatmap, 0)
	must(t, s.Spectator.Begin(ctx, play))
	must(t, s.Spectator.Send(ctx, play.Player, frames(1)))
	must(t, s.Spectator.End(ctx, play.Player, spectator.Passed))
	got := s.outbox(t, viewer.ID)
	equal(t, got[len(got)-3:], []string{text("began", beatmap, "DT"), sentText(frames(1)), text("finished", beatmap, "passed")})

	host := s.open(t, s.user(t), sessions.Stable, playingStatus(beatmap))
	s.watch(t, viewer, host.User.ID)
	s.outbox(t, viewer.ID)
	bundles := []spectator.Bundle{payload(packets.ReplayNewSong), payload(packets.ReplayCompletion, 1)}
	for _, b := range bundles {
		must(t, s.Spectator.Send(ctx, spectator.Player{UserID: host.User.ID, Client: host.ID}, b))
	}
	equal(t, s.outbox(t, viewer.ID), []string{sentText(bundles[0]), sentText(bundles[1])})
	must(t, s.Spectator.Unwatch(ctx, viewer.User.ID, viewer.ID, host.User.ID))
	s.outbox(t, viewer.ID)
	must(t, s.Spectator.Send(ctx, spectator.Player{UserID: host.User.ID, Client: host.ID}, bundles[0]))
	equal(t, s.outbox(t, viewer.ID), nil)
}
