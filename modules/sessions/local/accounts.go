package local

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/sessions/sessionspb"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/users/userspb"
	"github.com/pure-peace/peace/modules/wire"
)

// compareAccounts brings every session up to its account.
func (s *Service) compareAccounts(ctx context.Context) error {
	if err := s.view.Wait(ctx); err != nil {
		return err
	}
	for ids := range slices.Chunk(s.index.userIDs(), users.MaxBatch) {
		accounts, err := s.deps.Users.Get(ctx, ids)
		if err != nil {
			return err
		}
		known := make(map[int32]bool, len(accounts))
		for _, account := range accounts {
			known[account.ID] = true
			if err := s.refresh(ctx, account); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if known[id] {
				continue
			}
			if _, err := s.Disconnect(ctx, id, sessions.ReasonDeleted); err != nil {
				return err
			}
		}
	}
	return nil
}

// accountChanged applies one event. An error means that what it said may be lost.
func (s *Service) accountChanged(ctx context.Context, notice state.Notice) error {
	var m userspb.Changed
	if err := proto.Unmarshal(notice.Payload, &m); err != nil {
		s.deps.Log.ErrorContext(ctx, "event of an account does not parse", "error", err)
		return nil
	}
	changed, err := userspb.ToChanged(&m)
	if err != nil {
		s.deps.Log.ErrorContext(ctx, "event of an account does not parse", "error", err)
		return nil
	}
	if changed.Password { // first: no comparison of accounts would notice it later
		if _, err := s.Disconnect(ctx, changed.User.ID, sessions.ReasonPassword); err != nil {
			return err
		}
	}
	// Two publishers may overtake each other, so the account is asked for rather than believed.
	accounts, err := s.deps.Users.Get(ctx, []int32{changed.User.ID})
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		_, err := s.Disconnect(ctx, changed.User.ID, sessions.ReasonDeleted)
		return err
	}
	if changed.Silenced { // also when he is offline: what he said is still on screens
		if err := s.silenced(ctx, accounts[0]); err != nil {
			return err
		}
	}
	return s.refresh(ctx, accounts[0])
}

// silenced tells everybody that somebody may not speak, once for each end of a silence.
func (s *Service) silenced(ctx context.Context, account users.User) error {
	if account.Silenced(time.Now()) == 0 {
		return nil
	}
	return s.once(ctx, fmt.Sprintf("silenced/%d/%d", account.ID, account.SilencedUntil.UnixMicro()), &state.Append{
		Space: sessions.Space,
		Tags:  everyKind,
		Item:  wire.Pack(sessionspb.FromSilenced(sessions.Silenced{UserID: account.ID})),
	})
}

// refresh brings the sessions of a user up to his account, and tells him and the others what is new. Of several processes
// the first to write a session tells; to the others it is then no news.
func (s *Service) refresh(ctx context.Context, account users.User) error {
	if !slices.ContainsFunc(s.index.user(account.ID), func(session *sessions.Session) bool { return differs(session, account) }) {
		return nil
	}
	return s.attempt(ctx, func() error {
		all, err := s.loadUser(ctx, account.ID)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b held) int { return compare(a.session, b.session) })
		var (
			old           users.User
			changes       []state.Change
			before, after []*sessions.Session
			written       []*sessions.Session
		)
		for _, h := range all {
			next := h.session
			if differs(h.session, account) {
				old = h.session.User
				next = withAccount(h.session, account)
				changes = append(changes, state.Change{Put: s.put(next, h.version)})
				written = append(written, next)
			}
			before, after = append(before, h.session), append(after, next)
		}
		if len(written) == 0 {
			return nil
		}
		if news := newsOfAccount(old, account); news != nil {
			changes = append(changes, state.Change{Append: news})
		}
		if news := newsOfPresence(old, shown(before), shown(after)); news != nil {
			changes = append(changes, state.Change{Append: news})
		}
		outcomes, err := s.deps.State.Apply(ctx, changes)
		if err != nil {
			return err
		}
		for i, session := range written {
			s.view.Put(session.ID, outcomes[i].Version, session)
		}
		if account.SilencedUntil.After(old.SilencedUntil) {
			return s.silenced(ctx, account)
		}
		return nil
	})
}

// differs reports whether a session's copy of its account is out of date, the last visit aside: that is no change.
func differs(session *sessions.Session, account users.User) bool {
	copied := session.User
	copied.LastSeenAt, account.LastSeenAt = time.Time{}, time.Time{}
	same := copied.CreatedAt.Equal(account.CreatedAt) && copied.SilencedUntil.Equal(account.SilencedUntil)
	copied.CreatedAt, account.CreatedAt = time.Time{}, time.Time{}
	copied.SilencedUntil, account.SilencedUntil = time.Time{}, time.Time{}
	return !same || copied != account
}

func withAccount(session *sessions.Session, account users.User) *sessions.Session {
	next := *session
	next.User = account
	if session.User.Country != account.Country {
		next.Location.Country = account.Country
	}
	return &next
}

// newsOfAccount is what a user's own sessions are told, nil when nothing that they show changed.
func newsOfAccount(old, account users.User) *state.Append {
	event := sessions.AccountChanged{
		User:       account,
		Privileges: old.Privileges != account.Privileges,
		Restricted: old.Restricted != account.Restricted,
		Silenced:   !old.SilencedUntil.Equal(account.SilencedUntil),
	}
	if !event.Privileges && !event.Restricted && !event.Silenced &&
		old.Name == account.Name && old.UnicodeName == account.UnicodeName && old.Country == account.Country {
		return nil
	}
	return &state.Append{
		Space: sessions.Space,
		Tags:  []string{sessions.UserTag(account.ID)},
		Item:  wire.Pack(sessionspb.FromAccountChanged(event)),
	}
}

// newsOfPresence is what others are told of a user whose shown session changed with his account.
func newsOfPresence(old users.User, before, after *sessions.Session) *state.Append {
	var news *state.Append
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		news = arrived(after)
	case after == nil:
		news = left(before.User.ID, before.Kind, nil)
	default:
		event := sessions.Renamed{Presence: presence(after)}
		was := presence(before)
		if was.Name == event.Presence.Name && was.Privileges == event.Presence.Privileges &&
			was.Location == event.Presence.Location {
			return nil
		}
		if was.Name != event.Presence.Name {
			event.OldName = old.Name
		}
		news = tellWatchers(after.User.ID, sessionspb.FromRenamed(event))
	}
	// His own clients learn it as AccountChanged.
	news.ExceptTags = []string{sessions.UserTag(old.ID)}
	return news
}
