package banchotest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
)

func testArrival(t *testing.T, s Subject) {
	watcher := s.player(t)
	p := s.account(t)
	p.enter(t)
	presence := eventually(t, watcher, func(q packets.UserPresence) bool { return q.UserID == p.ID })
	if presence.Name != p.Name || presence.Country != "JP" || presence.UTCOffset != 9 {
		t.Errorf("presence is %+v", presence)
	}
	if err := s.Sessions.Close(t.Context(), sessions.ID(p.token), sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	gone := eventually(t, watcher, func(q packets.UserLogout) bool { return q.UserID == p.ID })
	if gone.State != packets.LogoutGone {
		t.Errorf("state is %d, want gone", gone.State)
	}
}

// testRemaining ends the game of a player who stays online with another client.
func testRemaining(t *testing.T, s Subject) {
	watcher := s.player(t)
	for kind, want := range map[sessions.Kind]packets.LogoutState{
		sessions.IRC: packets.LogoutIRCLeft, sessions.Lazer: packets.LogoutGameLeft,
	} {
		p := s.player(t)
		opened, err := s.Sessions.Open(t.Context(), sessions.Opening{User: p.User, Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Sessions.Close(t.Context(), sessions.ID(p.token), sessions.ReasonLogout); err != nil {
			t.Fatal(err)
		}
		if gone := eventually(t, watcher, func(q packets.UserLogout) bool { return q.UserID == p.ID }); gone.State != want {
			t.Errorf("of one who stays with a client of kind %d, %d is told to be left, want %d", kind, gone.State, want)
		}
		if err := s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil {
			t.Fatal(err)
		}
	}
}

func testStatus(t *testing.T, s Subject) {
	watcher, p := s.player(t), s.player(t)
	status := packets.Status{
		Action: osu.ActionPlaying, Info: "Artist - Title [Hard]", BeatmapMD5: strings.Repeat("0f", 16),
		Mods: osu.ModHidden | osu.ModDoubleTime, Ruleset: osu.Taiko, BeatmapID: 75,
	}
	p.send(t, packets.ChangeAction(status))
	stats := eventually(t, watcher, func(q packets.UserStats) bool { return q.UserID == p.ID && q.Status.Action == osu.ActionPlaying })
	if diff := cmp.Diff(status, stats.Status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}

	// What cannot be is left out, and harms nobody.
	list := p.send(t, packets.ChangeAction{
		Action: 200, Info: strings.Repeat("ä", 1000), BeatmapMD5: "nonsense", Mods: ^osu.Mods(0), Ruleset: 77, BeatmapID: -1,
	}, packets.RequestStatusUpdate{})
	own := all[packets.UserStats](list)
	if len(own) != 1 {
		t.Fatalf("answer is %v", list)
	}
	got := own[0].Status
	if got.Action > osu.ActionDirect || got.BeatmapMD5 != "" || got.Mods&^osu.AllMods != 0 || !got.Ruleset.Valid() ||
		len(got.Info) > 512 || strings.Trim(got.Info, "ä") != "" {
		t.Errorf("status is %+v", got)
	}
}

func testOwnStats(t *testing.T, s Subject) {
	p := s.player(t)
	figures := sessions.Stats{RankedScore: 123456789, TotalScore: 987654321, Accuracy: .9876, Playcount: 42, Rank: 7, Performance: 4321.4}
	if _, err := s.Sessions.Update(t.Context(), sessions.ID(p.token), sessions.Update{Stats: &figures}); err != nil {
		t.Fatal(err)
	}
	want := packets.UserStats{UserID: p.ID, RankedScore: 123456789, TotalScore: 987654321, Accuracy: .9876, PlayCount: 42, Rank: 7, PP: 4321}
	list := p.send(t, packets.RequestStatusUpdate{})
	if got := all[packets.UserStats](list); len(got) == 0 || got[0] != want {
		t.Errorf("stats are %+v, want %+v", got, want)
	}
}

func testRequests(t *testing.T, s Subject) {
	p, other, gone := s.player(t), s.player(t), s.account(t)
	p.send(t)
	list := p.send(t, packets.UserStatsRequest{other.ID, p.ID, gone.ID, other.ID, -5})
	if got := all[packets.UserStats](list); len(got) != 1 || got[0].UserID != other.ID {
		t.Errorf("stats are %+v, want those of %d", got, other.ID)
	}
	expect(t, list, packets.UserLogout{UserID: gone.ID})
	list = p.send(t, packets.UserPresenceRequest{other.ID, gone.ID})
	if got := all[packets.UserPresence](list); len(got) != 1 || got[0].UserID != other.ID {
		t.Errorf("presences are %+v, want that of %d", got, other.ID)
	}
	if list := spoken(p.send(t, packets.UserPresenceRequest{}, packets.UserStatsRequest{p.ID})); len(list) != 0 {
		t.Errorf("a request about nobody is answered %v", list)
	}
	if list := p.send(t, packets.UserPresenceRequestAll(1)); !knows(list, other.ID) {
		t.Errorf("%d is not among all: %v", other.ID, list)
	}
	// Of many the first are answered, in the order asked for.
	many := make(packets.UserPresenceRequest, 4000)
	for i := range many {
		many[i] = int32(2e9 - i)
	}
	many[10] = other.ID
	list = p.send(t, many)
	var gone256 []int32
	for _, logout := range all[packets.UserLogout](list) {
		if logout.UserID > 1e9 {
			gone256 = append(gone256, logout.UserID)
		}
	}
	if want := slices.Concat(many[:10], many[11:256]); !knows(list, other.ID) || !slices.Equal(gone256, want) {
		t.Errorf("%d are called gone, want the first %d", len(gone256), len(want))
	}
	p.send(t, many, many, many)
}

func testInterest(t *testing.T, s Subject) {
	p, friend, stranger := s.player(t), s.player(t), s.player(t)
	p.send(t, packets.UpdatesNone)
	p.send(t)
	move := func(q *player, text string) { q.send(t, packets.ChangeAction{Action: osu.ActionEditing, Info: text}) }
	moved := func(list []packets.Packet) (ids []int32) {
		for _, stats := range all[packets.UserStats](list) {
			if stats.UserID == friend.ID || stats.UserID == stranger.ID {
				ids = append(ids, stats.UserID)
			}
		}
		return ids
	}
	move(friend, "1")
	if got := moved(p.send(t)); got != nil {
		t.Errorf("nobody is of interest, but %v are told", got)
	}
	list := p.send(t, packets.FriendAdd(friend.ID), packets.UpdatesFriends)
	if !knows(list, friend.ID) || knows(list, stranger.ID) {
		t.Errorf("friends online are %v, want %d", list, friend.ID)
	}
	move(stranger, "2")
	move(friend, "2")
	if got := moved(p.send(t)); !slices.Equal(got, []int32{friend.ID}) {
		t.Errorf("moved are %v, want the friend %d", got, friend.ID)
	}
	p.send(t, packets.FriendAdd(stranger.ID), packets.FriendRemove(friend.ID))
	move(stranger, "3")
	move(friend, "3")
	if got := moved(p.send(t)); !slices.Equal(got, []int32{stranger.ID}) {
		t.Errorf("after the list changed moved are %v, want %d", got, stranger.ID)
	}
	if list := p.send(t, packets.UpdatesAll); !knows(list, friend.ID) || !knows(list, stranger.ID) {
		t.Errorf("online are %v", list)
	}
	p.send(t, packets.ReceiveUpdates(17))
}

func testFriends(t *testing.T, s Subject) {
	p, online, offline := s.player(t), s.player(t), s.account(t)
	if list := p.send(t, packets.FriendAdd(online.ID), packets.FriendAdd(offline.ID), packets.FriendAdd(users.BotID)); len(all[packets.FriendsList](list)) > 0 {
		t.Error("a list that is right is sent again")
	}
	if list, ok := first[packets.FriendsList](p.send(t, packets.FriendRemove(users.BotID))); !ok || !slices.Contains(list, users.BotID) {
		t.Errorf("the bot is no friend any more: %v", list)
	}
	p.send(t, packets.FriendRemove(online.ID))
	list, err := s.Relations.List(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Target != offline.ID || list[0].Kind != relations.Friend {
		t.Errorf("relations are %+v", list)
	}
	again := &player{User: p.User, s: s, login: p.login}
	friends, _ := first[packets.FriendsList](again.enter(t))
	slices.Sort(friends)
	if !slices.Equal(friends, packets.FriendsList{users.BotID, offline.ID}) {
		t.Errorf("friends are %v", friends)
	}
	for _, wrong := range []int32{again.ID, 0, -1, 1 << 30} {
		if _, ok := first[packets.FriendsList](again.send(t, packets.FriendAdd(wrong))); !ok {
			t.Errorf("befriending %d does not put the client's list right", wrong)
		}
	}
}

func testAccount(t *testing.T, s Subject) {
	watcher, p := s.player(t), s.player(t)
	if _, err := s.Users.Grant(t.Context(), p.ID, users.BotID, users.Moderator, 0); err != nil {
		t.Fatal(err)
	}
	var own packets.Privileges
	eventually(t, p, func(q packets.Packet) bool {
		if told, ok := q.(packets.Privileges); ok {
			own = told
		}
		presence, ok := q.(packets.UserPresence)
		return ok && presence.UserID == p.ID && presence.Privileges&osu.ClientModerator != 0
	})
	if bits := osu.ClientPrivileges(own); bits&osu.ClientModerator == 0 || bits&^osu.AllClientPrivileges != 0 {
		t.Errorf("privileges are %b, want the moderator's and no bits on which clients crash", own)
	}
	eventually(t, watcher, func(q packets.UserPresence) bool {
		return q.UserID == p.ID && q.Privileges&osu.ClientModerator != 0
	})

	name := "n" + p.Name[1:]
	if _, err := s.Users.Update(t.Context(), p.ID, p.ID, users.Change{Name: &name}); err != nil {
		t.Fatal(err)
	}
	eventually(t, watcher, func(q packets.ChangeUsername) bool { return string(q) == p.Name+">>>>"+name })
	eventually(t, p, func(q packets.UserPresence) bool { return q.UserID == p.ID && q.Name == name })
	if list := watcher.send(t, packets.UserPresenceRequest{p.ID}); !slices.ContainsFunc(all[packets.UserPresence](list),
		func(q packets.UserPresence) bool { return q.UserID == p.ID && q.Name == name }) {
		t.Errorf("the presence has not got the new name: %v", list)
	}
}

func testRestricted(t *testing.T, s Subject) {
	watcher, p := s.player(t), s.player(t)
	if _, err := s.Users.Restrict(t.Context(), p.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	eventually(t, p, func(packets.AccountRestricted) bool { return true })
	eventually(t, watcher, func(q packets.UserLogout) bool { return q.UserID == p.ID })

	list := p.enter(t)
	if _, ok := first[packets.AccountRestricted](list); !ok {
		t.Errorf("the login does not say that the account is restricted: %v", list)
	}
	var why bool
	for _, m := range all[packets.Message](list) {
		why = why || m.SenderID == users.BotID && m.Target == p.Name
	}
	if !why {
		t.Error("the bot does not say what a restriction is")
	}
	if !knows(list, watcher.ID) {
		t.Error("a restricted player does not see others")
	}
	if list := p.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) == 0 {
		t.Error("a restricted player is not told his own figures")
	}
	p.send(t, packets.PublicMessage{Text: "can you hear me", Target: "#osu"})
	p.send(t, packets.PrivateMessage{Text: "can you hear me", Target: watcher.Name})
	list = watcher.send(t, packets.UserPresenceRequest{p.ID}, packets.PrivateMessage{Text: "hello?", Target: p.Name})
	for _, m := range all[packets.Message](list) {
		if m.SenderID == p.ID {
			t.Errorf("a restricted player speaks: %+v", m)
		}
	}
	if knows(list, p.ID) || !has(list, packets.UserLogout{UserID: p.ID}) {
		t.Errorf("a restricted player is shown to one who asks: %v", list)
	}
	unexpected[packets.Message](t, p.send(t))

	// A client forgets that it was restricted when it logs in, which it does by itself.
	if _, err := s.Users.Unrestrict(t.Context(), p.ID, users.BotID, "a test"); err != nil {
		t.Fatal(err)
	}
	eventually(t, watcher, func(q packets.UserPresence) bool { return q.UserID == p.ID })
	eventually(t, p, func(q packets.Restart) bool { return q == 0 })
	unexpected[packets.AccountRestricted](t, p.enter(t))
}
