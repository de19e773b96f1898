package local

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// linger is how long an ended session waits for its client to come for the reason.
const linger = time.Minute

// claims is the space of what must be told once by one of several processes that all see it happen: who makes the record,
// tells. claimTime is longer than they can be apart.
const (
	claims    = "sessions.claims"
	claimTime = 10 * time.Minute
)

// Close implements sessions.Service.
func (s *Service) Close(ctx context.Context, id string, reason sessions.Reason) error {
	if err := s.view.Wait(ctx); err != nil {
		return err
	}
	if id == "" || len(id) > state.MaxName {
		return nil
	}
	return s.attempt(ctx, func() error {
		records, err := s.deps.State.Get(ctx, sessions.Space, []string{id})
		if err != nil {
			return err
		}
		if len(records) == 0 {
			s.view.Forget(id)
			return nil
		}
		changes := []state.Change{{Delete: &state.Delete{Space: sessions.Space, Key: id, IfVersion: &records[0].Version}}}
		if session, live := s.decode(records[0]); live && visible(session) {
			others := without(s.index.user(session.User.ID), id)
			changes = append(changes, state.Change{Append: left(session.User.ID, session.Kind, kindsOf(others))})
		}
		outcomes, err := s.deps.State.Apply(ctx, changes)
		if err == nil {
			s.view.Remove(id, outcomes[0].Version)
			s.deps.Log.DebugContext(ctx, "session closed", "session", id, "reason", int(reason))
		}
		return err
	})
}

// Disconnect implements sessions.Service.
func (s *Service) Disconnect(ctx context.Context, userID int32, reason sessions.Reason) (n int, err error) {
	if err := s.view.Wait(ctx); err != nil {
		return 0, err
	}
	err = s.attempt(ctx, func() error {
		all, err := s.loadUser(ctx, userID)
		if err != nil || len(all) == 0 {
			return err
		}
		list := sessionsOf(all)
		slices.SortFunc(list, compare)
		changes := s.endings(all, sessions.Closed{Reason: reason})
		if session := shown(list); session != nil {
			changes = append(changes, state.Change{Append: left(userID, session.Kind, nil)})
		}
		outcomes, err := s.deps.State.Apply(ctx, changes)
		if err == nil {
			s.ended(all, outcomes)
			n = len(all)
		}
		return err
	})
	return n, err
}

// endings are the changes that end sessions so that their clients learn why: two for each.
func (s *Service) endings(list []held, event sessions.Closed) []state.Change {
	if len(list) == 0 {
		return nil
	}
	closed := wire.Pack(sessionspb.FromClosed(event))
	changes := make([]state.Change, 0, 2*len(list)+1)
	for _, h := range list {
		put := s.put(h.session, h.version)
		put.TTL = linger
		put.RemoveTags = h.tags
		changes = append(changes, state.Change{Put: put},
			state.Change{Append: &state.Append{Space: sessions.Space, Keys: []string{h.session.ID}, Item: closed}})
	}
	return changes
}

// ended takes the outcomes of endings into the view.
func (s *Service) ended(list []held, outcomes []state.Outcome) {
	for i, h := range list {
		s.view.Remove(h.session.ID, outcomes[2*i].Version)
	}
}

// expired announces a session that was not heard of any more. Every process sees it expire; one tells.
func (s *Service) expired(ctx context.Context, session *sessions.Session) error {
	if session == nil || !visible(session) {
		return nil
	}
	remaining := kindsOf(s.index.user(session.User.ID))
	return s.once(ctx, "expired/"+session.ID, left(session.User.ID, session.Kind, remaining))
}

// once appends news unless some process already did under this name.
func (s *Service) once(ctx context.Context, name string, news *state.Append) error {
	_, err := s.deps.State.Apply(ctx, []state.Change{
		{Put: &state.Put{Space: claims, Key: name, TTL: claimTime, IfVersion: new(uint64)}},
		{Append: news},
	})
	if errors.Is(err, state.ErrConflict) {
		return nil
	}
	return err
}
