package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// keeps is how many sessions of a kind a user may have, where that is more than one. Of tournament clients it is what bancho
// servers allow (osuTitanic/anchor app/clients/osu.py).
var keeps = map[sessions.Kind]int{sessions.Tournament: sessions.MaxTournament, sessions.API: sessions.MaxAPI}

// Bounds of an Opening; what a client sends is far below.
const (
	maxChannels = 100
	maxText     = 512
	maxHashes   = 4096 // a machine with many network adapters lists them all
)

// Open implements sessions.Service.
func (s *Service) Open(ctx context.Context, opening sessions.Opening) (sessions.Opened, error) {
	if err := checkOpening(opening); err != nil {
		return sessions.Opened{}, err
	}
	if err := s.view.Wait(ctx); err != nil {
		return sessions.Opened{}, err
	}
	exempt := opening.Kind == sessions.Bot || opening.User.Privileges.HasAny(users.Staff)
	if !exempt && s.index.size() >= s.config.MaxSessions {
		return sessions.Opened{}, sessions.ErrFull
	}
	token := rand.Text()
	session := &sessions.Session{
		ID:            sessions.ID(token),
		User:          opening.User,
		Kind:          opening.Kind,
		ClientVersion: opening.ClientVersion,
		ClientHashes:  opening.ClientHashes,
		Address:       opening.Address,
		Location:      opening.Location,
		StartedAt:     now(),
		Status:        opening.Status,
		Stats:         opening.Stats,
		Interest:      opening.Interest,
		FriendsOnly:   opening.FriendsOnly,
		Hidden:        opening.Hidden,
		Instance:      opening.Instance,
	}
	session.Status.Detail = bytes.Clone(session.Status.Detail)
	tags := []string{sessions.UserTag(session.User.ID), sessions.KindTag(session.Kind)}
	tags = append(tags, interestTags(session.User.ID, session.Interest, opening.Friends)...)
	for _, channel := range opening.Channels {
		tags = append(tags, sessions.ChannelTag(channel))
	}

	login := &s.logins[uint32(session.User.ID)%uint32(len(s.logins))]
	login.Lock()
	defer login.Unlock()
	if err := s.attempt(ctx, func() error { return s.open(ctx, session, tags) }); err != nil {
		return sessions.Opened{}, err
	}
	online, ids := s.index.arrival(opening.Presences)
	return sessions.Opened{Session: clone(session), Token: token, Online: online, OnlineIDs: ids}, nil
}

// open writes the session, ends those that it replaces, and tells who may know: all at once.
func (s *Service) open(ctx context.Context, session *sessions.Session, tags []string) error {
	replaced, err := s.replaced(ctx, session)
	if err != nil {
		return err
	}
	put := s.put(session, 0)
	put.AddTags = tags
	changes := append([]state.Change{{Put: put}}, s.endings(replaced, replacedBy(session))...)

	others := append(s.index.user(session.User.ID), session)
	others = without(others, idsOf(replaced)...)
	slices.SortFunc(others, compare)
	switch {
	case shown(others) == session && slices.ContainsFunc(sessionsOf(replaced), func(old *sessions.Session) bool {
		return comesBack(old, session)
	}): // nobody has seen it go
	case shown(others) == session:
		news := arrived(session)
		news.ExceptKeys = []string{session.ID}
		changes = append(changes, state.Change{Append: news})
	case !visible(session) && slices.ContainsFunc(sessionsOf(replaced), visible):
		changes = append(changes, state.Change{Append: left(session.User.ID, session.Kind, kindsOf(others))})
	}
	outcomes, err := s.deps.State.Apply(ctx, changes)
	if err != nil {
		return err
	}
	s.view.Put(session.ID, outcomes[0].Version, session)
	s.ended(replaced, outcomes[1:])
	return nil
}

// comesBack reports whether a process of a client has connected anew, and looks to others as it did.
func comesBack(old, session *sessions.Session) bool {
	if session.Instance == "" || old.Instance != session.Instance || !visible(old) {
		return false
	}
	a, b := presence(old), presence(session)
	return a.Name == b.Name && a.Privileges == b.Privileges && a.Location == b.Location && a.Stats == b.Stats && a.Status.Equal(b.Status)
}

// replacedBy is what those are told that a new session ends.
func replacedBy(session *sessions.Session) sessions.Closed {
	return sessions.Closed{Reason: sessions.ReasonReplaced, Instance: session.Instance}
}

// replaced returns the sessions that have to go for a new one.
func (s *Service) replaced(ctx context.Context, session *sessions.Session) ([]held, error) {
	if len(surplus(s.index.user(session.User.ID), session)) == 0 {
		return nil, nil
	}
	all, err := s.loadUser(ctx, session.User.ID)
	if err != nil {
		return nil, err
	}
	return among(all, surplus(sessionsOf(all), session)), nil
}

// surplus returns the sessions of a user that a newer one ends: any of its kind, but of a kind that he may have several of only
// those over the limit, oldest first.
func surplus(list []*sessions.Session, newest *sessions.Session) []*sessions.Session {
	list = slices.DeleteFunc(slices.Clone(list), func(s *sessions.Session) bool {
		return s.Kind != newest.Kind || s.ID == newest.ID
	})
	slices.SortFunc(list, compare) // one kind: newest first
	keep := max(keeps[newest.Kind]-1, 0)
	return list[min(keep, len(list)):]
}

// singleOut ends what a session that another process opened has replaced: of two logins at the same moment in two
// processes, neither saw the other. Every process that sees both chooses the same one.
func (s *Service) singleOut(ctx context.Context, session *sessions.Session) error {
	if len(crowd(s.index.user(session.User.ID), session.Kind)) == 0 {
		return nil
	}
	return s.attempt(ctx, func() error {
		all, err := s.loadUser(ctx, session.User.ID)
		if err != nil {
			return err
		}
		list := ofKind(sessionsOf(all), session.Kind)
		gone := among(all, crowd(list, session.Kind))
		if len(gone) == 0 {
			return nil
		}
		outcomes, err := s.deps.State.Apply(ctx, s.endings(gone, replacedBy(slices.MinFunc(list, compare))))
		if err == nil {
			s.ended(gone, outcomes)
		}
		return err
	})
}

// crowd returns the sessions of a kind that the newest of them ends.
func crowd(list []*sessions.Session, kind sessions.Kind) []*sessions.Session {
	list = ofKind(list, kind)
	if len(list) < 2 {
		return nil
	}
	return surplus(list, slices.MinFunc(list, compare))
}

func ofKind(list []*sessions.Session, kind sessions.Kind) []*sessions.Session {
	return slices.DeleteFunc(slices.Clone(list), func(s *sessions.Session) bool { return s.Kind != kind })
}

// among returns those that hold one of the sessions.
func among(all []held, chosen []*sessions.Session) []held {
	return slices.DeleteFunc(all, func(h held) bool { return !slices.Contains(chosen, h.session) })
}

func sessionsOf(all []held) []*sessions.Session {
	list := make([]*sessions.Session, len(all))
	for i, h := range all {
		list[i] = h.session
	}
	return list
}

func idsOf(list []held) []string {
	ids := make([]string, len(list))
	for i, h := range list {
		ids[i] = h.session.ID
	}
	return ids
}

// interestTags are the tags by which a session hears of presences.
func interestTags(userID int32, interest sessions.Interest, friends []int32) []string {
	switch interest {
	case sessions.InterestEveryone:
		return []string{sessions.PresenceTag}
	case sessions.InterestFriends:
		tags := make([]string, 0, len(friends)+1)
		tags = append(tags, sessions.PresenceOfTag(userID))
		for _, id := range friends {
			tags = append(tags, sessions.PresenceOfTag(id))
		}
		slices.Sort(tags)
		return slices.Compact(tags)
	}
	return nil
}

func checkOpening(o sessions.Opening) error {
	fields := []struct {
		name string
		ok   bool
	}{
		{"user", o.User.ID > 0 && o.User.Name != ""},
		{"kind", precedence[o.Kind] != 0},
		{"client_version", text(o.ClientVersion)},
		{"client_hashes", len(o.ClientHashes) <= maxHashes && utf8.ValidString(o.ClientHashes)},
		{"location", len(o.Location.Country) <= 2 && o.Location.UTCOffset >= -12 && o.Location.UTCOffset <= 14},
		{"status", checkStatus(o.Status)},
		{"interest", checkInterest(o.Interest)},
		{"friends", len(o.Friends) == 0 || o.Interest == sessions.InterestFriends && len(o.Friends) <= sessions.MaxFriends},
		{"channels", len(o.Channels) <= maxChannels && !slices.ContainsFunc(o.Channels, badChannel)},
		{"instance", len(o.Instance) <= sessions.MaxInstance && utf8.ValidString(o.Instance)},
		{"presences", o.Presences >= 0 && o.Presences <= sessions.MaxBatch},
	}
	for _, f := range fields {
		if !f.ok {
			return sessions.ErrOpening.With("field", f.name)
		}
	}
	return nil
}

func text(s string) bool { return len(s) <= maxText && utf8.ValidString(s) }

func badChannel(name string) bool {
	return name == "" || len(name) > state.MaxName-1 || !utf8.ValidString(name)
}
