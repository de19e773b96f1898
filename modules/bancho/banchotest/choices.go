package banchotest

import (
	"testing"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/packets"
)

// testChoices looks at what players have chosen in their client or for their account.
func testChoices(t *testing.T, s Subject) {
	watcher := s.player(t)
	blocked := func(p *player) bool {
		t.Helper()
		return has(watcher.send(t, packets.PrivateMessage{Text: "hi", Target: p.Name}), packets.UserDMBlocked{Target: p.Name})
	}
	save := func(p *player, settings users.Settings) {
		t.Helper()
		if err := s.Users.SaveSettings(t.Context(), p.ID, settings); err != nil {
			t.Fatal(err)
		}
	}

	byClient := s.account(t)
	byClient.login.BlockNonFriendPMs = true
	byClient.enter(t)
	if !blocked(byClient) {
		t.Error("a client that takes messages of friends only gets one of a stranger")
	}
	byClient.send(t, packets.FriendAdd(watcher.ID))
	if blocked(byClient) {
		t.Error("it does not get one of a friend")
	}

	byAccount := s.account(t)
	save(byAccount, users.Settings{FriendsOnlyMessages: true, HideLocation: true})
	byAccount.enter(t)
	if !blocked(byAccount) {
		t.Error("an account that takes messages of friends only gets one of a stranger")
	}
	session, err := s.Sessions.Get(t.Context(), sessions.ID(byAccount.token))
	if err != nil || !session.Location.Hidden {
		t.Errorf("location of an account that hides it is %+v, %v", session.Location, err)
	}

	hidden := s.account(t)
	save(hidden, users.Settings{HidePresence: true})
	hidden.enter(t)
	if list := watcher.send(t, packets.UserPresenceRequest{hidden.ID}); knows(list, hidden.ID) {
		t.Errorf("an account that hides its presence is shown: %v", list)
	}
	if list := hidden.send(t, packets.RequestStatusUpdate{}); len(all[packets.UserStats](list)) != 1 {
		t.Errorf("its own client is told %v", list)
	}
}

// testWine logs in from Wine, where network adapters say nothing.
func testWine(t *testing.T, s Subject) {
	p := s.account(t)
	p.login.Hashes.Adapters = packets.Wine
	p.enter(t)
	devices, err := s.Users.Devices(t.Context(), p.ID)
	if err != nil || len(devices) != 1 || !devices[0].Device.Wine || devices[0].Device.Uninstall != p.login.Hashes.UninstallMD5 {
		t.Errorf("devices are %+v, %v", devices, err)
	}
}

// testMultiAccount logs two accounts in from one machine, which staff sees.
func testMultiAccount(t *testing.T, s Subject) {
	ann, bob := s.player(t), s.account(t)
	bob.login.Hashes = ann.login.Hashes
	bob.enter(t)
	matches, err := s.Users.Matches(t.Context(), bob.ID)
	if err != nil || len(matches) != 1 || matches[0].UserID != ann.ID || !matches[0].Adapters || !matches[0].Uninstall || !matches[0].Disk {
		t.Errorf("matches are %+v, %v", matches, err)
	}
}
