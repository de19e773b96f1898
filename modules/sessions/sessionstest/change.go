package sessionstest

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

func testUpdate(t *testing.T, s Subject) {
	session := s.open(t, sessions.Opening{User: s.player(t), Kind: sessions.Stable}).Session
	status := whole(users.User{}).Status
	stats := sessions.Stats{RankedScore: 1 << 40, TotalScore: 1 << 41, Accuracy: .9876, Playcount: 7, Rank: 3, Performance: 1234.5}
	interest, yes, away := sessions.InterestEveryone, true, "back soon"
	got := must[sessions.Session](t)(s.Sessions.Update(t.Context(), session.ID, sessions.Update{
		Status: &status, Stats: &stats, Interest: &interest, FriendsOnly: &yes, Away: &away, Hidden: &yes,
	}))
	session.Status, session.Stats, session.Interest = status, stats, interest
	session.FriendsOnly, session.Away, session.Hidden = yes, away, yes
	if diff := cmp.Diff(session, got, addresses); diff != "" {
		t.Errorf("Update (-want +got):\n%s", diff)
	}
	got = must[sessions.Session](t)(s.Sessions.Update(t.Context(), session.ID, sessions.Update{}))
	if diff := cmp.Diff(session, got, addresses); diff != "" {
		t.Errorf("an empty Update (-want +got):\n%s", diff)
	}
	got = must[sessions.Session](t)(s.Sessions.Get(t.Context(), session.ID))
	if diff := cmp.Diff(session, got, addresses); diff != "" {
		t.Errorf("Get (-want +got):\n%s", diff)
	}
	_, err := s.Sessions.Update(t.Context(), "nobody", sessions.Update{})
	want(t, err, sessions.ErrNoSession)
}

func testMoved(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	id := s.stable(t, u)
	s.drain(t, watcher, 0)
	status := sessions.Status{Action: osu.ActionEditing, Text: "a map"}
	for range 2 { // saying it again is no news
		if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Status: &status}); err != nil {
			t.Fatal(err)
		}
	}
	s.hears(t, watcher, u.ID, sessionspb.FromMoved(sessions.Moved{UserID: u.ID, Status: status}))
	s.hears(t, id, u.ID) // its client knows

	stats := sessions.Stats{Playcount: 1, Rank: 5}
	moved := sessionspb.FromMoved(sessions.Moved{UserID: u.ID, Status: status, Stats: stats})
	if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Stats: &stats}); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, u.ID, moved)
	s.hears(t, id, u.ID, moved)

	if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Away: new("gone")}); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, u.ID)
}

// testDetail changes what only lazer shows. What was passed in or returned belongs to us: changing it changes nothing.
func testDetail(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	detail := []byte{1, 2, 0xff}
	opened := s.open(t, sessions.Opening{User: u, Kind: sessions.Lazer, Status: sessions.Status{Detail: detail}})
	s.drain(t, watcher, 0)
	id, wanted := opened.Session.ID, bytes.Clone(detail)
	detail[0], opened.Session.Status.Detail[0] = 9, 9
	holds := func(step string) {
		t.Helper()
		got := must[sessions.Session](t)(s.Sessions.Get(t.Context(), id))
		of := must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), []int32{u.ID}))
		shown := must[[]sessions.Presence](t)(s.Sessions.Presences(t.Context(), []int32{u.ID}))
		if len(of) != 1 || len(shown) != 1 {
			t.Fatalf("%s: %d sessions, %d presences", step, len(of), len(shown))
		}
		for _, d := range [][]byte{got.Status.Detail, of[0].Status.Detail, shown[0].Status.Detail} {
			if !bytes.Equal(d, wanted) {
				t.Errorf("%s: %x, want %x", step, d, wanted)
			}
			d[0] = 9
		}
	}
	holds("opened")
	holds("read")
	detail = []byte{3, 4}
	status := sessions.Status{Detail: detail}
	updated := must[sessions.Session](t)(s.Sessions.Update(t.Context(), id, sessions.Update{Status: &status}))
	wanted = []byte{3, 4}
	s.hears(t, watcher, u.ID, sessionspb.FromMoved(sessions.Moved{UserID: u.ID, Status: sessions.Status{Detail: wanted}}))
	detail[0], updated.Status.Detail[0] = 9, 9
	holds("updated")

	status = sessions.Status{Detail: wanted, Busy: true}
	if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Status: &status}); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, u.ID, sessionspb.FromMoved(sessions.Moved{UserID: u.ID, Status: status}))
}

func testHide(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	id := s.stable(t, u)
	s.drain(t, watcher, 0)
	hidden := true
	if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Hidden: &hidden}); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, u.ID, left(u.ID, sessions.Stable))
	hidden = false
	session := must[sessions.Session](t)(s.Sessions.Update(t.Context(), id, sessions.Update{Hidden: &hidden}))
	s.hears(t, watcher, u.ID, arrived(presenceOf(session)))
}

func testInterest(t *testing.T, s Subject) {
	u := s.player(t)
	id := s.open(t, sessions.Opening{User: u, Kind: sessions.Stable, Channels: []string{"#p"}}).Session.ID
	fixed := []string{sessions.UserTag(u.ID), sessions.KindTag(sessions.Stable), sessions.ChannelTag("#p")}
	for _, step := range []struct {
		interest sessions.Interest
		friends  []int32
		tags     []string
	}{
		{sessions.InterestEveryone, nil, []string{sessions.PresenceTag}},
		{sessions.InterestFriends, []int32{5, 6}, []string{
			sessions.PresenceOfTag(u.ID), sessions.PresenceOfTag(5), sessions.PresenceOfTag(6),
		}},
		{sessions.InterestFriends, []int32{6, 7}, []string{
			sessions.PresenceOfTag(u.ID), sessions.PresenceOfTag(6), sessions.PresenceOfTag(7),
		}},
		{sessions.InterestNobody, []int32{6}, nil},
	} {
		if _, err := s.Sessions.Update(t.Context(), id, sessions.Update{Interest: &step.interest, Friends: step.friends}); err != nil {
			t.Fatal(err)
		}
		records, err := s.State.Get(t.Context(), sessions.Space, []string{id})
		if err != nil || len(records) != 1 {
			t.Fatal(len(records), err)
		}
		wanted := append(slices.Clone(fixed), step.tags...)
		slices.Sort(wanted)
		if diff := cmp.Diff(wanted, records[0].Tags); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
	}
}

func testBadUpdates(t *testing.T, s Subject) {
	id := s.watcher(t)
	long := strings.Repeat("x", 513)
	unknown, friends := sessions.Interest(9), sessions.InterestFriends
	for name, update := range map[string]sessions.Update{
		"long text":      {Status: &sessions.Status{Text: long}},
		"no checksum":    {Status: &sessions.Status{BeatmapMD5: strings.Repeat("G", 32)}},
		"short checksum": {Status: &sessions.Status{BeatmapMD5: "00"}},
		"ruleset":        {Status: &sessions.Status{Ruleset: osu.Rulesets}},
		"action":         {Status: &sessions.Status{Action: 99}},
		"detail":         {Status: &sessions.Status{Detail: make([]byte, sessions.MaxDetail+1)}},
		"interest":       {Interest: &unknown},
		"only friends":   {Friends: []int32{1}},
		"many friends":   {Interest: &friends, Friends: make([]int32, 901)},
		"away":           {Away: &long},
	} {
		if _, err := s.Sessions.Update(t.Context(), id, update); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			want(t, err, sessions.ErrBadUpdate)
		}
	}
}

// testUpdateRace changes different parts of one session at once: none is lost.
func testUpdateRace(t *testing.T, s Subject) {
	id := s.watcher(t)
	status, stats, away, interest := sessions.Status{Text: "raced"}, sessions.Stats{Rank: 8}, "away", sessions.InterestFriends
	updates := []sessions.Update{{Status: &status}, {Stats: &stats}, {Away: &away}, {Interest: &interest, Friends: []int32{7}}}
	var wg sync.WaitGroup
	for _, update := range updates {
		wg.Go(func() {
			if _, err := s.Sessions.Update(t.Context(), id, update); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := must[sessions.Session](t)(s.Sessions.Get(t.Context(), id))
	if !got.Status.Equal(status) || got.Stats != stats || got.Away != away || got.Interest != interest {
		t.Errorf("something was lost: %+v", got)
	}
}

// account returns an account as it is now, without what Authenticate writes.
func (s Subject) account(t *testing.T, id int32) users.User {
	t.Helper()
	found, err := s.Users.Get(t.Context(), []int32{id})
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	return found[0]
}

func testRename(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	session := s.open(t, sessions.Opening{User: u, Kind: sessions.Stable, Interest: sessions.InterestEveryone}).Session
	s.drain(t, watcher, 0)
	name := "r" + u.Name[1:]
	if _, err := s.Users.Update(t.Context(), u.ID, users.BotID, users.Change{Name: &name}); err != nil {
		t.Fatal(err)
	}
	session.User = s.account(t, u.ID)
	s.eventually(t, watcher, u.ID, sessionspb.FromRenamed(sessions.Renamed{Presence: presenceOf(session), OldName: u.Name}))
	s.eventually(t, session.ID, u.ID, sessionspb.FromAccountChanged(sessions.AccountChanged{User: session.User}))

	if _, err := s.Users.Grant(t.Context(), u.ID, users.BotID, users.Nominator, 0); err != nil {
		t.Fatal(err)
	}
	session.User = s.account(t, u.ID)
	s.eventually(t, watcher, u.ID, sessionspb.FromRenamed(sessions.Renamed{Presence: presenceOf(session)}))
	s.eventually(t, session.ID, u.ID, sessionspb.FromAccountChanged(sessions.AccountChanged{User: session.User, Privileges: true}))
}

func testRestrict(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	session := s.open(t, sessions.Opening{User: u, Kind: sessions.Stable}).Session
	s.drain(t, watcher, 0)
	if _, err := s.Users.Restrict(t.Context(), u.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	session.User = s.account(t, u.ID)
	s.eventually(t, watcher, u.ID, left(u.ID, sessions.Stable))
	s.eventually(t, session.ID, u.ID, sessionspb.FromAccountChanged(sessions.AccountChanged{User: session.User, Restricted: true}))
	if _, err := s.Users.Unrestrict(t.Context(), u.ID, users.BotID, "test"); err != nil {
		t.Fatal(err)
	}
	session.User = s.account(t, u.ID)
	s.eventually(t, watcher, u.ID, arrived(presenceOf(session)))
	s.eventually(t, session.ID, u.ID, sessionspb.FromAccountChanged(sessions.AccountChanged{User: session.User, Restricted: true}))
}

func testSilence(t *testing.T, s Subject) {
	u, offline := s.player(t), s.player(t)
	var watchers []string // of every kind, which ask for nobody's presence
	for _, kind := range []sessions.Kind{sessions.Stable, sessions.Lazer, sessions.IRC, sessions.Tournament, sessions.API} {
		watchers = append(watchers, s.open(t, sessions.Opening{User: s.player(t), Kind: kind}).Session.ID)
	}
	session := s.open(t, sessions.Opening{User: u, Kind: sessions.Stable}).Session
	for _, id := range []int32{u.ID, offline.ID} {
		if _, err := s.Users.Silence(t.Context(), id, users.BotID, "test", time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, watcher := range watchers {
			s.eventually(t, watcher, id, sessionspb.FromSilenced(sessions.Silenced{UserID: id}))
		}
	}
	session.User = s.account(t, u.ID)
	s.eventually(t, session.ID, u.ID,
		sessionspb.FromSilenced(sessions.Silenced{UserID: u.ID}),
		sessionspb.FromAccountChanged(sessions.AccountChanged{User: session.User, Silenced: true}))
}

func testPassword(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	id := s.stable(t, u)
	s.drain(t, watcher, 0)
	s.drain(t, id, 0)
	password := "another pw " + u.Name
	if _, err := s.Users.Update(t.Context(), u.ID, u.ID, users.Change{Password: &password}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, watcher, u.ID, left(u.ID, sessions.Stable))
	equal(t, s.drain(t, id, 0), []proto.Message{sessionspb.FromClosed(sessions.Closed{Reason: sessions.ReasonPassword})})
}
