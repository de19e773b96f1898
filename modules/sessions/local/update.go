package local

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/osu"
)

// Update implements sessions.Service.
func (s *Service) Update(ctx context.Context, id string, update sessions.Update) (sessions.Session, error) {
	if err := checkUpdate(update); err != nil {
		return sessions.Session{}, err
	}
	if err := s.view.Wait(ctx); err != nil {
		return sessions.Session{}, err
	}
	var h held
	var ok bool
	if update.Interest == nil { // its tags do not matter
		h.session, h.version, ok = s.view.Get(id)
	}
	var current *sessions.Session
	err := s.attempt(ctx, func() (err error) {
		if !ok {
			if h, err = s.load(ctx, id); err != nil {
				return err
			}
		}
		current, err = s.update(ctx, h, update)
		ok = !errors.Is(err, state.ErrConflict)
		return err
	})
	if err != nil {
		return sessions.Session{}, err
	}
	return clone(current), nil
}

// update writes one version of a session and tells who may know.
func (s *Service) update(ctx context.Context, h held, update sessions.Update) (*sessions.Session, error) {
	next := *h.session
	set(&next.Status, update.Status)
	next.Status.Detail = bytes.Clone(next.Status.Detail)
	set(&next.Stats, update.Stats)
	set(&next.Interest, update.Interest)
	set(&next.FriendsOnly, update.FriendsOnly)
	set(&next.Away, update.Away)
	set(&next.Hidden, update.Hidden)

	put := s.put(&next, h.version)
	if update.Interest != nil {
		want := interestTags(next.User.ID, next.Interest, update.Friends)
		put.AddTags = minus(want, h.tags)
		put.RemoveTags = minus(slices.DeleteFunc(slices.Clone(h.tags), notInterest), want)
	}
	if unchanged(h.session, &next) && len(put.AddTags)+len(put.RemoveTags) == 0 {
		return h.session, nil
	}
	changes := []state.Change{{Put: put}}
	if news := s.moved(h.session, &next, update.Status != nil); news != nil {
		changes = append(changes, state.Change{Append: news})
	}
	outcomes, err := s.deps.State.Apply(ctx, changes)
	if err != nil {
		return nil, err
	}
	s.view.Put(next.ID, outcomes[0].Version, &next)
	return &next, nil
}

// moved returns the news that an update makes, nil when there is none that others may know. own says that the session's
// client made the change and needs not be told.
func (s *Service) moved(old, next *sessions.Session, own bool) *state.Append {
	others := without(s.index.user(next.User.ID), next.ID)
	before, after := insert(others, old), insert(others, next)
	was, is := shown(before), shown(after)
	var news *state.Append
	switch {
	case was == nil && is == nil:
		return nil
	case was == nil:
		news = arrived(is)
	case is == nil || was == old && is != next:
		news = left(old.User.ID, old.Kind, kindsOf(after))
	case is == next && was != old:
		news = arrived(is)
	case is == next && (!old.Status.Equal(next.Status) || old.Stats != next.Stats):
		news = tellWatchers(next.User.ID, sessionspb.FromMoved(sessions.Moved{
			UserID: next.User.ID, Status: next.Status, Stats: next.Stats,
		}))
		news.Tags = append(news.Tags, sessions.UserTag(next.User.ID))
		if !own {
			return news
		}
	default:
		return nil
	}
	news.ExceptKeys = []string{next.ID}
	return news
}

// unchanged reports whether an update has changed nothing.
func unchanged(old, next *sessions.Session) bool {
	return old.Status.Equal(next.Status) && old.Stats == next.Stats && old.Interest == next.Interest &&
		old.FriendsOnly == next.FriendsOnly && old.Away == next.Away && old.Hidden == next.Hidden
}

func insert(list []*sessions.Session, s *sessions.Session) []*sessions.Session {
	list = append(slices.Clone(list), s)
	slices.SortFunc(list, compare)
	return list
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// minus returns the elements of a that are not in b, which is sorted.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(tag string) bool {
		_, found := slices.BinarySearch(b, tag)
		return found
	})
}

func notInterest(tag string) bool { return !strings.HasPrefix(tag, sessions.PresenceTag) }

func checkUpdate(u sessions.Update) error {
	fields := []struct {
		name string
		ok   bool
	}{
		{"status", u.Status == nil || checkStatus(*u.Status)},
		{"interest", u.Interest == nil || checkInterest(*u.Interest)},
		{"friends", len(u.Friends) == 0 || u.Interest != nil && len(u.Friends) <= sessions.MaxFriends},
		{"away", u.Away == nil || text(*u.Away)},
	}
	for _, f := range fields {
		if !f.ok {
			return sessions.ErrBadUpdate.With("field", f.name)
		}
	}
	return nil
}

func checkInterest(i sessions.Interest) bool {
	return i >= sessions.InterestNobody && i <= sessions.InterestFriends
}

func checkStatus(s sessions.Status) bool {
	return text(s.Text) && s.Action <= osu.ActionDirect && s.Ruleset.Valid() && checkMD5(s.BeatmapMD5) &&
		len(s.Detail) <= sessions.MaxDetail
}

func checkMD5(s string) bool {
	return s == "" || len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}
