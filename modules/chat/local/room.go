package local

import (
	"context"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
)

// Greet implements chat.Service.
func (s *Service) Greet(ctx context.Context, userID int32, privileges users.Privileges) (chat.Greeting, error) {
	u := users.User{ID: userID, Privileges: privileges}
	var greeting chat.Greeting
	for _, c := range s.directory.list() {
		if readable(c, u) && len(greeting.Channels) < chat.MaxPage {
			greeting.Channels = append(greeting.Channels, c)
		}
	}
	members, err := s.sizes.recent(ctx, 2*s.config.ResizeInterval, s.countAll)
	if err != nil {
		return chat.Greeting{}, err
	}
	for i, c := range greeting.Channels {
		greeting.Channels[i].Members = members[c.Name]
	}
	greeting.Unread, err = s.store.unread(ctx, userID)
	return greeting, err
}

// Join implements chat.Service.
func (s *Service) Join(ctx context.Context, sessionID, name string) (chat.Channel, error) {
	session, err := s.deps.Sessions.Get(ctx, sessionID)
	if err != nil {
		return chat.Channel{}, err
	}
	channel, err := s.directory.find(ctx, name)
	if err != nil {
		return chat.Channel{}, err
	}
	if !readable(channel, session.User) {
		return chat.Channel{}, chat.ErrNoChannel
	}
	outcome, err := s.tag(ctx, state.Tag{Key: sessionID, Add: []string{sessions.ChannelTag(name)}})
	if err != nil {
		return chat.Channel{}, err
	}
	if outcome.Version == 0 {
		return chat.Channel{}, sessions.ErrNoSession
	}
	return s.sized(ctx, channel)
}

// Part implements chat.Service.
func (s *Service) Part(ctx context.Context, sessionID, name string) error {
	if sessionID == "" || len(sessionID) > state.MaxName || !channelName.MatchString(name) {
		return nil
	}
	_, err := s.tag(ctx, state.Tag{Key: sessionID, Remove: []string{sessions.ChannelTag(name)}})
	return err
}

// tag changes the tags of a session.
func (s *Service) tag(ctx context.Context, tag state.Tag) (state.Outcome, error) {
	tag.Space = sessions.Space
	outcomes, err := s.deps.State.Apply(ctx, []state.Change{{Tag: &tag}})
	if err != nil {
		return state.Outcome{}, err
	}
	return outcomes[0], nil
}

// MarkRead implements chat.Service.
func (s *Service) MarkRead(ctx context.Context, userID, sender int32) error {
	return s.store.markRead(ctx, userID, sender)
}

// History implements chat.Service.
func (s *Service) History(ctx context.Context, userID int32, name string, before int64, limit int) ([]chat.Message, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return nil, err
	}
	channel, err := s.directory.find(ctx, name)
	if err != nil {
		return nil, err
	}
	if !readable(channel, u) {
		return nil, chat.ErrNoChannel
	}
	if channel.Temporary {
		in, err := s.inside(ctx, userID, "", name)
		if err != nil {
			return nil, err
		}
		if !in {
			return nil, chat.ErrNotMember
		}
	}
	return s.store.history(ctx, channel.ID, before, bounded(limit))
}

// Conversation implements chat.Service.
func (s *Service) Conversation(ctx context.Context, userID, other int32, before int64, limit int) ([]chat.Message, error) {
	id, err := s.store.conversation(ctx, userID, other)
	if id == 0 || err != nil {
		return nil, err
	}
	return s.store.history(ctx, id, before, bounded(limit))
}

func bounded(limit int) int { return min(max(limit, 1), chat.MaxPage) }
