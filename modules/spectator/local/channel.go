package local

import (
	"context"
	"errors"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// channelOf is the channel of a player and those who watch him with stable clients, which call it #spectator.
func channelOf(playerID int32) string { return "#spec_" + decimal(playerID) }

// enterChannel puts a stable client into the channel of the player whom it watches, and him with it. Watching does not depend on it.
func (s *Service) enterChannel(ctx context.Context, sessionID string, playerID int32) {
	if s.deps.Chat == nil {
		return
	}
	err := func() error {
		name := channelOf(playerID)
		if _, err := s.deps.Chat.Open(ctx, chat.Channel{Name: name, Temporary: true}); err != nil {
			return err
		}
		list, err := s.deps.Sessions.Of(ctx, []int32{playerID})
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Kind != sessions.Stable {
				continue
			}
			in, err := s.inChannel(ctx, list[i].ID, name)
			if err == nil && !in {
				err = s.join(ctx, list[i].ID, name)
			}
			if err != nil {
				return err
			}
		}
		return s.join(ctx, sessionID, name)
	}()
	if err != nil {
		s.log.WarnContext(ctx, "a watcher is not in his channel", "session", sessionID, "player", playerID, "error", err)
	}
}

// inChannel reports whether a session is in a channel.
func (s *Service) inChannel(ctx context.Context, sessionID, name string) (bool, error) {
	records, err := s.deps.State.Get(ctx, sessions.Space, []string{sessionID})
	if err != nil || len(records) == 0 {
		return false, err
	}
	for _, tag := range records[0].Tags {
		if tag == sessions.ChannelTag(name) {
			return true, nil
		}
	}
	return false, nil
}

// join puts a session into a channel and tells its client.
func (s *Service) join(ctx context.Context, sessionID, name string) error {
	channel, err := s.deps.Chat.Join(ctx, sessionID, name)
	if errors.Is(err, sessions.ErrNoSession) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.toSession(ctx, sessionID, wire.Pack(chatpb.FromJoined(chat.Joined{Channel: channel})))
}

func (s *Service) toSession(ctx context.Context, sessionID string, item []byte) error {
	_, err := s.deps.State.Apply(ctx, []state.Change{{Append: &state.Append{
		Space: sessions.Space, Keys: []string{sessionID}, Item: item,
	}}})
	return err
}

// leaveChannel takes a stable client out of a player's channel, and closes that behind the last one.
func (s *Service) leaveChannel(ctx context.Context, sessionID string, playerID int32) {
	if s.deps.Chat == nil {
		return
	}
	err := func() error {
		name := channelOf(playerID)
		if err := s.deps.Chat.Part(ctx, sessionID, name); err != nil {
			return err
		}
		if err := s.toSession(ctx, sessionID, wire.Pack(chatpb.FromParted(chat.Parted{Channel: name}))); err != nil {
			return err
		}
		counts, err := s.deps.State.Count(ctx, sessions.Space, []string{spectator.WatchTag(playerID)})
		if err != nil || counts[0] > 0 {
			return err
		}
		return s.deps.Chat.Close(ctx, name)
	}()
	if err != nil {
		s.log.WarnContext(ctx, "a watcher is still in his channel", "session", sessionID, "player", playerID, "error", err)
	}
}
