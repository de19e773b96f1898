package sessionstest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
	"github.com/pure-peace/peace/osu"
)

var addresses = cmpopts.EquateComparable(whole(users.User{}).Address)

func testOpen(t *testing.T, s Subject) {
	opening := whole(s.player(t))
	before := time.Now()
	opened := s.open(t, opening)
	if len(opened.Token) != 26 || opened.Session.ID != sessions.ID(opened.Token) {
		t.Errorf("token %q does not fit the ID %q", opened.Token, opened.Session.ID)
	}
	if at := opened.Session.StartedAt; at.Before(before.Add(-time.Second)) || at.After(time.Now().Add(time.Second)) {
		t.Errorf("started at %v", at)
	}
	wanted := sessions.Session{
		ID: opened.Session.ID, User: opening.User, Kind: opening.Kind, ClientVersion: opening.ClientVersion,
		ClientHashes: opening.ClientHashes, Address: opening.Address, Location: opening.Location,
		StartedAt: opened.Session.StartedAt, Status: opening.Status, Stats: opening.Stats, Interest: opening.Interest, FriendsOnly: true, Instance: opening.Instance,
	}
	if diff := cmp.Diff(wanted, opened.Session, addresses); diff != "" {
		t.Errorf("Open (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wanted, must[sessions.Session](t)(s.Sessions.Get(t.Context(), wanted.ID)), addresses); diff != "" {
		t.Errorf("Get (-want +got):\n%s", diff)
	}
	of := must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), []int32{opening.User.ID}))
	if diff := cmp.Diff([]sessions.Session{wanted}, of, addresses); diff != "" {
		t.Errorf("Of (-want +got):\n%s", diff)
	}
	if !slices.Contains(opened.OnlineIDs, opening.User.ID) || !slices.IsSorted(opened.OnlineIDs) {
		t.Errorf("OnlineIDs %v", opened.OnlineIDs)
	}
	himself := func(p sessions.Presence) bool { return cmp.Equal(p, presenceOf(wanted)) }
	if len(opened.OnlineIDs) <= sessions.MaxBatch && !slices.ContainsFunc(opened.Online, himself) {
		t.Errorf("Online lacks the user himself: %v", opened.Online)
	}
	if none := s.open(t, sessions.Opening{User: s.player(t), Kind: sessions.Stable}); len(none.Online) != 0 {
		t.Errorf("presences came that were not asked for: %v", none.Online)
	}
	_, err := s.Sessions.Get(t.Context(), sessions.ID("no such token"))
	want(t, err, sessions.ErrNoSession)
	_, err = s.Sessions.Get(t.Context(), "")
	want(t, err, sessions.ErrNoSession)
}

func testBadOpenings(t *testing.T, s Subject) {
	u := s.player(t)
	for name, spoil := range map[string]func(*sessions.Opening){
		"no user":      func(o *sessions.Opening) { o.User = users.User{} },
		"no kind":      func(o *sessions.Opening) { o.Kind = 0 },
		"unknown kind": func(o *sessions.Opening) { o.Kind = 77 },
		"long version": func(o *sessions.Opening) { o.ClientVersion = strings.Repeat("x", 513) },
		"offset":       func(o *sessions.Opening) { o.Location.UTCOffset = 15 },
		"status":       func(o *sessions.Opening) { o.Status.BeatmapMD5 = "nonsense" },
		"interest":     func(o *sessions.Opening) { o.Interest = 3 },
		"friends":      func(o *sessions.Opening) { o.Friends = []int32{1} }, // of somebody who hears of everybody
		"many friends": func(o *sessions.Opening) {
			o.Interest, o.Friends = sessions.InterestFriends, make([]int32, sessions.MaxFriends+1)
		},
		"channels":        func(o *sessions.Opening) { o.Channels = slices.Repeat([]string{"#osu"}, 101) },
		"channel":         func(o *sessions.Opening) { o.Channels = []string{""} },
		"few presences":   func(o *sessions.Opening) { o.Presences = -1 },
		"many presences":  func(o *sessions.Opening) { o.Presences = sessions.MaxBatch + 1 },
		"long instance":   func(o *sessions.Opening) { o.Instance = strings.Repeat("x", sessions.MaxInstance+1) },
		"long detail":     func(o *sessions.Opening) { o.Status.Detail = make([]byte, sessions.MaxDetail+1) },
		"ruleset unknown": func(o *sessions.Opening) { o.Status.Ruleset = osu.Rulesets },
	} {
		opening := whole(u)
		spoil(&opening)
		if _, err := s.Sessions.Open(t.Context(), opening); err == nil {
			t.Errorf("%s: opened", name)
		} else {
			want(t, err, sessions.ErrOpening)
		}
	}
}

// testRecord examines what the contract says of the record in state, on which edges and chat rely.
func testRecord(t *testing.T, s Subject) {
	u := s.player(t)
	opened := s.open(t, whole(u))
	records, err := s.State.Get(t.Context(), sessions.Space, []string{opened.Session.ID})
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	wanted := []string{sessions.UserTag(u.ID), sessions.KindTag(sessions.Stable), sessions.ChannelTag("#osu"), sessions.PresenceTag}
	slices.Sort(wanted)
	if diff := cmp.Diff(wanted, records[0].Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	var m sessionspb.Session
	if err := proto.Unmarshal(records[0].Value, &m); err != nil {
		t.Fatal(err)
	}
	got, err := sessionspb.ToSession(&m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(opened.Session, got, addresses); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if records[0].TTL <= 0 {
		t.Error("the session lives for ever")
	}
}

func testArrival(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	deaf := s.open(t, sessions.Opening{User: s.player(t), Kind: sessions.Stable}).Session
	s.drain(t, watcher, 0)
	opening := whole(s.player(t))
	opening.Location.Hidden = true
	opened := s.open(t, opening)

	p := presenceOf(opened.Session)
	if p.Location.Latitude != 0 || p.Location.Country != "JP" {
		t.Fatalf("a hidden location is shown: %v", p.Location)
	}
	s.hears(t, watcher, opening.User.ID, arrived(p))
	s.hears(t, deaf.ID, opening.User.ID)
	s.hears(t, opened.Session.ID, opening.User.ID) // not itself
	if diff := cmp.Diff([]sessions.Presence{p}, must[[]sessions.Presence](t)(s.Sessions.Presences(t.Context(), []int32{opening.User.ID}))); diff != "" {
		t.Errorf("Presences (-want +got):\n%s", diff)
	}
	if err := s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, opening.User.ID, left(opening.User.ID, sessions.Stable))
}

func testFriends(t *testing.T, s Subject) {
	friend, stranger, u := s.player(t), s.player(t), s.player(t)
	before := s.player(t)
	session := s.open(t, sessions.Opening{
		User: u, Kind: sessions.Stable, Interest: sessions.InterestFriends, Friends: []int32{before.ID, u.ID},
	}).Session
	b := s.open(t, sessions.Opening{User: before, Kind: sessions.Stable}).Session
	s.open(t, sessions.Opening{User: friend, Kind: sessions.Stable})
	equal(t, s.drain(t, session.ID, 0), []proto.Message{arrived(presenceOf(b))})
	interest := sessions.InterestFriends
	if _, err := s.Sessions.Update(t.Context(), session.ID, sessions.Update{Interest: &interest, Friends: []int32{friend.ID, friend.ID}}); err != nil {
		t.Fatal(err)
	}
	s.drain(t, session.ID, 0)
	f := s.open(t, sessions.Opening{User: friend, Kind: sessions.Stable}).Session
	s.open(t, sessions.Opening{User: stranger, Kind: sessions.Stable})
	equal(t, s.drain(t, session.ID, 0), []proto.Message{arrived(presenceOf(f))})
}

func testReplace(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	old := s.stable(t, u)
	s.drain(t, watcher, 0)
	s.drain(t, old, 0)
	current := s.open(t, sessions.Opening{User: u, Kind: sessions.Stable, Instance: "another"}).Session

	s.hears(t, watcher, u.ID, arrived(presenceOf(current))) // and no Left
	_, err := s.Sessions.Get(t.Context(), old)
	want(t, err, sessions.ErrNoSession)
	_, err = s.Sessions.Update(t.Context(), old, sessions.Update{Away: new("x")})
	want(t, err, sessions.ErrNoSession)
	if of := must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), []int32{u.ID})); len(of) != 1 || of[0].ID != current.ID {
		t.Errorf("sessions %v", of)
	}
	equal(t, s.drain(t, old, 0), []proto.Message{sessionspb.FromClosed(sessions.Closed{
		Reason: sessions.ReasonReplaced, Instance: "another",
	})})
	if err := s.Sessions.Close(t.Context(), old, sessions.ReasonReplaced); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, u.ID)
	if records, err := s.State.Get(t.Context(), sessions.Space, []string{old}); err != nil || len(records) != 0 {
		t.Errorf("%d records are left, %v", len(records), err)
	}
}

// testReplaceHidden replaces a session that is shown by one that is not: everybody must learn it, but not when another client of the
// user remains to be shown.
func testReplaceHidden(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	hidden := sessions.Opening{User: u, Kind: sessions.Lazer, Hidden: true}
	s.open(t, hidden)
	s.hears(t, watcher, u.ID)
	open := s.open(t, sessions.Opening{User: u, Kind: sessions.Lazer}).Session
	s.hears(t, watcher, u.ID, arrived(presenceOf(open)))
	s.open(t, hidden)
	s.hears(t, watcher, u.ID, left(u.ID, sessions.Lazer))

	s.open(t, sessions.Opening{User: u, Kind: sessions.Lazer})
	s.stable(t, u)
	s.drain(t, watcher, 0)
	s.open(t, hidden)
	s.hears(t, watcher, u.ID, left(u.ID, sessions.Lazer, sessions.Stable))
}

// testComeBack connects a process of a client anew. Only what has changed is news.
func testComeBack(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	opening := sessions.Opening{User: s.player(t), Kind: sessions.Lazer, Instance: "same", Status: sessions.Status{Text: "x", Detail: []byte{1}}}
	id := opening.User.ID
	first := s.open(t, opening).Session
	s.hears(t, watcher, id, arrived(presenceOf(first)))
	second := s.open(t, opening).Session
	s.hears(t, watcher, id)
	equal(t, s.drain(t, first.ID, 0), []proto.Message{sessionspb.FromClosed(sessions.Closed{
		Reason: sessions.ReasonReplaced, Instance: "same",
	})})
	if _, err := s.Sessions.Get(t.Context(), second.ID); err != nil {
		t.Error(err)
	}
	opening.Status.Detail = []byte{2}
	third := s.open(t, opening).Session
	s.hears(t, watcher, id, arrived(presenceOf(third)))
	opening.Instance = "other"
	fourth := s.open(t, opening).Session
	s.hears(t, watcher, id, arrived(presenceOf(fourth)))
	opening.Instance = ""
	s.open(t, opening)
	s.drain(t, watcher, 0)
	last := s.open(t, opening).Session
	s.hears(t, watcher, id, arrived(presenceOf(last)))
}

// testRace opens many sessions of one user at once: one remains.
func testRace(t *testing.T, s Subject) {
	u := s.player(t)
	var wg sync.WaitGroup
	opened := make([]sessions.Opened, 8)
	for i := range opened {
		wg.Go(func() {
			var err error
			if opened[i], err = s.Sessions.Open(t.Context(), sessions.Opening{User: u, Kind: sessions.Lazer}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	t.Cleanup(func() {
		for _, o := range opened {
			_ = s.Sessions.Close(t.Context(), o.Session.ID, sessions.ReasonLogout)
		}
	})
	closed := 0
	for _, o := range opened {
		for _, m := range s.drain(t, o.Session.ID, 0) {
			if _, ok := m.(*sessionspb.Closed); ok {
				closed++
			}
		}
	}
	of := must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), []int32{u.ID}))
	if len(of) != 1 || closed != len(opened)-1 {
		t.Errorf("%d sessions remain, %d were closed, of %d", len(of), closed, len(opened))
	}
}

func testTournament(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	player := s.stable(t, u)
	s.drain(t, watcher, 0)
	var ids []string
	for range sessions.MaxTournament + 1 {
		ids = append(ids, s.open(t, sessions.Opening{User: u, Kind: sessions.Tournament}).Session.ID)
	}
	s.hears(t, watcher, u.ID)
	if _, err := s.Sessions.Get(t.Context(), player); err != nil {
		t.Errorf("the playing session: %v", err)
	}
	if _, err := s.Sessions.Get(t.Context(), ids[1]); err != nil {
		t.Errorf("the second tournament client: %v", err)
	}
	_, err := s.Sessions.Get(t.Context(), ids[0])
	want(t, err, sessions.ErrNoSession)
	if of := must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), []int32{u.ID})); len(of) != sessions.MaxTournament+1 {
		t.Errorf("%d sessions, want %d of tournament clients and one that plays", len(of), sessions.MaxTournament)
	}
}

// testAPI opens more sockets than a user may have. What is meant for him reaches each that remains, and nobody is told of them.
func testAPI(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	s.drain(t, watcher, 0)
	var ids []string
	for range sessions.MaxAPI + 1 {
		ids = append(ids, s.open(t, sessions.Opening{User: u, Kind: sessions.API, Channels: []string{"#p"}, Instance: "game"}).Session.ID)
	}
	s.hears(t, watcher, u.ID)
	equal(t, s.drain(t, ids[0], 0), []proto.Message{sessionspb.FromClosed(sessions.Closed{
		Reason: sessions.ReasonReplaced, Instance: "game",
	})})
	_, err := s.Sessions.Get(t.Context(), ids[0])
	want(t, err, sessions.ErrNoSession)
	note := sessionspb.FromNotice(sessions.Notice{Text: "for him"})
	reached, err := s.State.Append(t.Context(), state.Append{
		Space: sessions.Space, Tags: []string{sessions.UserTag(u.ID), sessions.ChannelTag("#p")}, Item: wire.Pack(note),
	})
	if err != nil || reached != sessions.MaxAPI {
		t.Errorf("a message reached %d sessions of %d, %v", reached, sessions.MaxAPI, err)
	}
	for _, id := range ids[1:] {
		equal(t, s.drain(t, id, 0), []proto.Message{note})
		if err := s.Sessions.Close(t.Context(), id, sessions.ReasonLogout); err != nil {
			t.Fatal(err)
		}
	}
	s.hears(t, watcher, u.ID)
}

func testInvisible(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	restricted := s.player(t)
	restricted.Restricted = true
	for name, opening := range map[string]sessions.Opening{
		"restricted": {User: restricted, Kind: sessions.Stable, Presences: sessions.MaxBatch},
		"hidden":     {User: s.player(t), Kind: sessions.Stable, Hidden: true, Presences: sessions.MaxBatch},
		"tournament": {User: s.player(t), Kind: sessions.Tournament, Presences: sessions.MaxBatch},
		"api":        {User: s.player(t), Kind: sessions.API, Presences: sessions.MaxBatch},
	} {
		opened, err := s.Sessions.Open(t.Context(), opening)
		if err != nil {
			t.Fatal(err)
		}
		id := opening.User.ID
		if p := must[[]sessions.Presence](t)(s.Sessions.Presences(t.Context(), []int32{id})); len(p) != 0 {
			t.Errorf("%s: shown as %v", name, p)
		}
		if slices.Contains(opened.OnlineIDs, id) || slices.Contains(must[[]int32](t)(s.Sessions.Online(t.Context())), id) {
			t.Errorf("%s: listed", name)
		}
		if slices.ContainsFunc(opened.Online, func(p sessions.Presence) bool { return p.UserID == id }) {
			t.Errorf("%s: shown to himself as online", name)
		}
		if of := must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), []int32{id})); len(of) != 1 {
			t.Errorf("%s: %d sessions", name, len(of))
		}
		status := sessions.Status{Text: "unseen"}
		if _, err := s.Sessions.Update(t.Context(), opened.Session.ID, sessions.Update{Status: &status}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Sessions.Close(t.Context(), opened.Session.ID, sessions.ReasonLogout); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s.hears(t, watcher, id)
	}
}

func testPrecedence(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	open := func(kind sessions.Kind) sessions.Session {
		return s.open(t, sessions.Opening{User: u, Kind: kind}).Session
	}
	show := func(wanted sessions.Session) {
		t.Helper()
		got := must[[]sessions.Presence](t)(s.Sessions.Presences(t.Context(), []int32{u.ID}))
		if diff := cmp.Diff([]sessions.Presence{presenceOf(wanted)}, got); diff != "" {
			t.Errorf("Presences (-want +got):\n%s", diff)
		}
	}
	irc := open(sessions.IRC)
	s.hears(t, watcher, u.ID, arrived(presenceOf(irc)))
	lazer := open(sessions.Lazer)
	s.hears(t, watcher, u.ID, arrived(presenceOf(lazer)))
	stable := open(sessions.Stable)
	s.hears(t, watcher, u.ID, arrived(presenceOf(stable)))
	show(stable)
	status := sessions.Status{Text: "not the one shown"}
	if _, err := s.Sessions.Update(t.Context(), lazer.ID, sessions.Update{Status: &status}); err != nil {
		t.Fatal(err)
	}
	s.hears(t, watcher, u.ID)
	for _, step := range []struct {
		session   sessions.Session
		remaining []sessions.Kind
	}{
		{stable, []sessions.Kind{sessions.Lazer, sessions.IRC}},
		{lazer, []sessions.Kind{sessions.IRC}},
	} {
		if err := s.Sessions.Close(t.Context(), step.session.ID, sessions.ReasonLogout); err != nil {
			t.Fatal(err)
		}
		s.hears(t, watcher, u.ID, left(u.ID, step.session.Kind, step.remaining...))
	}
	show(irc)
}

func testClose(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	id := s.stable(t, u)
	s.drain(t, watcher, 0)
	for range 2 {
		if err := s.Sessions.Close(t.Context(), id, sessions.ReasonLogout); err != nil {
			t.Fatal(err)
		}
	}
	s.hears(t, watcher, u.ID, left(u.ID, sessions.Stable))
	_, err := s.Sessions.Get(t.Context(), id)
	want(t, err, sessions.ErrNoSession)
	if slices.Contains(must[[]int32](t)(s.Sessions.Online(t.Context())), u.ID) {
		t.Error("still listed")
	}
	if records, err := s.State.Get(t.Context(), sessions.Space, []string{id}); err != nil || len(records) != 0 {
		t.Errorf("%d records are left, %v", len(records), err)
	}
	for _, id := range []string{"", "nobody", strings.Repeat("x", 1000)} {
		if err := s.Sessions.Close(t.Context(), id, sessions.ReasonLogout); err != nil {
			t.Errorf("%.10q: %v", id, err)
		}
	}
}

func testDisconnect(t *testing.T, s Subject) {
	watcher := s.watcher(t)
	u := s.player(t)
	ids := []string{s.stable(t, u)}
	for _, kind := range []sessions.Kind{sessions.IRC, sessions.Tournament, sessions.Tournament} {
		ids = append(ids, s.open(t, sessions.Opening{User: u, Kind: kind}).Session.ID)
	}
	for _, id := range append(ids, watcher) {
		s.drain(t, id, 0)
	}
	if n, err := s.Sessions.Disconnect(t.Context(), u.ID, sessions.ReasonKicked); err != nil || n != 4 {
		t.Errorf("Disconnect = %d, %v", n, err)
	}
	if n, err := s.Sessions.Disconnect(t.Context(), u.ID, sessions.ReasonKicked); err != nil || n != 0 {
		t.Errorf("a second Disconnect = %d, %v", n, err)
	}
	s.hears(t, watcher, u.ID, left(u.ID, sessions.Stable))
	for _, id := range ids {
		equal(t, s.drain(t, id, 0), []proto.Message{sessionspb.FromClosed(sessions.Closed{Reason: sessions.ReasonKicked})})
		_, err := s.Sessions.Get(t.Context(), id)
		want(t, err, sessions.ErrNoSession)
	}
}

func testBatches(t *testing.T, s Subject) {
	var ids []int32
	for range 3 {
		u := s.player(t)
		s.stable(t, u)
		ids = append([]int32{u.ID}, ids...) // descending
	}
	asked := append([]int32{-1}, append(slices.Clone(ids), 2)...)
	var got []int32
	for _, p := range must[[]sessions.Presence](t)(s.Sessions.Presences(t.Context(), asked)) {
		got = append(got, p.UserID)
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("Presences (-want +got):\n%s", diff)
	}
	got = nil
	for _, session := range must[[]sessions.Session](t)(s.Sessions.Of(t.Context(), asked)) {
		got = append(got, session.User.ID)
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("Of (-want +got):\n%s", diff)
	}
	online := must[[]int32](t)(s.Sessions.Online(t.Context()))
	var everybody []int32
	for _, p := range must[[]sessions.Presence](t)(s.Sessions.Presences(t.Context(), nil)) {
		everybody = append(everybody, p.UserID)
	}
	if diff := cmp.Diff(online[:min(len(online), sessions.MaxBatch)], everybody); diff != "" {
		t.Errorf("Presences of everybody (-want +got):\n%s", diff)
	}
	_, err := s.Sessions.Presences(t.Context(), make([]int32, sessions.MaxBatch+1))
	want(t, err, sessions.ErrTooMany)
	_, err = s.Sessions.Of(t.Context(), make([]int32, sessions.MaxBatch+1))
	want(t, err, sessions.ErrTooMany)
}

func testCount(t *testing.T, s Subject) {
	before := must[sessions.Counts](t)(s.Sessions.Count(t.Context()))
	u := s.player(t)
	for _, kind := range []sessions.Kind{
		sessions.Stable, sessions.Lazer, sessions.IRC, sessions.Tournament, sessions.Tournament, sessions.API,
	} {
		s.open(t, sessions.Opening{User: u, Kind: kind})
	}
	s.open(t, sessions.Opening{User: s.player(t), Kind: sessions.Bot})
	before.Visible++
	before.Stable++
	before.Lazer++
	before.IRC++
	before.Tournament += 2
	before.API++
	if diff := cmp.Diff(before, must[sessions.Counts](t)(s.Sessions.Count(t.Context()))); diff != "" {
		t.Errorf("Count (-want +got):\n%s", diff)
	}
}
