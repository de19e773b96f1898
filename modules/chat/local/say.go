package local

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// Say implements chat.Service.
func (s *Service) Say(ctx context.Context, line chat.Line) (chat.Message, error) {
	return s.say(ctx, line, false)
}

// say says something in the channel Line.Target. Of a member it is known that he has entered the thread.
func (s *Service) say(ctx context.Context, line chat.Line, entered bool) (chat.Message, error) {
	message, sender, err := s.compose(ctx, line)
	if err != nil {
		return chat.Message{}, err
	}
	channel, err := s.directory.find(ctx, line.Target)
	if err != nil {
		return chat.Message{}, err
	}
	var deaf []string
	if !line.Automatic {
		if err := s.mayWrite(ctx, line, channel, sender, entered); err != nil {
			return chat.Message{}, err
		}
		if deaf, err = s.blockers(ctx, sender.ID); err != nil {
			return chat.Message{}, err
		}
	}
	message.Channel, message.ThreadID = channel.Name, channel.ID
	if message, err = s.store.save(ctx, message, entered); err != nil {
		return chat.Message{}, err
	}
	said := &state.Append{
		Space:      sessions.Space,
		Tags:       []string{sessions.ChannelTag(channel.Name), sessions.KindTag(sessions.Bot)},
		ExceptTags: deaf,
		Item:       wire.Pack(chatpb.FromSaid(chat.Said{Message: message})),
	}
	if line.SessionID != "" {
		said.ExceptKeys = []string{line.SessionID}
	}
	if sender.Bot { // which needs not hear itself
		said.Tags = said.Tags[:1]
	}
	if _, err := s.deps.State.Append(ctx, *said); err != nil {
		return chat.Message{}, err
	}
	return message, nil
}

// compose makes the message of a line, if its sender may speak at all. ErrEmpty, ErrTooLong, ErrSilenced, ErrRestricted, ErrFlood.
func (s *Service) compose(ctx context.Context, line chat.Line) (chat.Message, users.User, error) {
	body, cut := clean(line.Text, s.config.MaxLength, line.Automatic)
	switch {
	case body == "":
		return chat.Message{}, users.User{}, chat.ErrEmpty
	case cut && line.Whole:
		return chat.Message{}, users.User{}, chat.ErrTooLong
	}
	sender, err := s.user(ctx, line.SenderID)
	if err != nil {
		return chat.Message{}, users.User{}, err
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	if !line.Automatic {
		if err := s.maySpeak(ctx, sender, now); err != nil {
			return chat.Message{}, users.User{}, err
		}
	}
	return chat.Message{
		SenderID: sender.ID, SenderName: sender.Name, Text: body, Action: line.Action, Cut: cut, SentAt: now, UUID: echo(line.UUID),
	}, sender, nil
}

func (s *Service) maySpeak(ctx context.Context, sender users.User, now time.Time) error {
	if left := sender.Silenced(now); left > 0 {
		return silenced(chat.ErrSilenced, left)
	}
	if sender.Restricted {
		return chat.ErrRestricted
	}
	if sender.Bot || sender.Privileges.HasAny(users.Staff) {
		return nil
	}
	ok, punish := s.flood.take(sender.ID, now)
	if ok {
		return nil
	}
	if !punish {
		return chat.ErrFlood
	}
	_, err := s.deps.Users.Silence(ctx, sender.ID, users.BotID, "writes too fast", s.config.Flood.Silence)
	if err != nil {
		// The message is refused in any case.
		s.deps.Log.ErrorContext(ctx, "user could not be silenced for flooding", "user", sender.ID, "error", err)
		return chat.ErrFlood
	}
	return silenced(chat.ErrFlood, s.config.Flood.Silence)
}

// silenced adds the seconds, rounded up, to a fault.
func silenced(f *fault.Error, left time.Duration) error {
	return f.With("seconds", strconv.Itoa(int((left+time.Second-1)/time.Second)))
}

// mayWrite checks membership and privileges. ErrNoChannel, ErrNotMember, ErrReadOnly.
func (s *Service) mayWrite(ctx context.Context, line chat.Line, channel chat.Channel, sender users.User, entered bool) error {
	if !readable(channel, sender) {
		return chat.ErrNoChannel
	}
	if !entered {
		in, err := s.inside(ctx, sender.ID, line.SessionID, channel.Name)
		if err != nil {
			return err
		}
		if !in {
			return chat.ErrNotMember
		}
	}
	if !writable(channel, sender) {
		return chat.ErrReadOnly
	}
	return nil
}

// inside reports whether a session of the user ("" for any of them) is in a channel.
func (s *Service) inside(ctx context.Context, userID int32, sessionID, channel string) (bool, error) {
	records, err := s.deps.State.List(ctx, sessions.Space, sessions.UserTag(userID), "", state.MaxPage)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(records, func(r state.Record) bool {
		return (sessionID == "" || r.Key == sessionID) && member(r, channel)
	}), nil
}

// blockers returns the tags of the users who are online and block the sender. Of very many the last are not excepted.
func (s *Service) blockers(ctx context.Context, sender int32) ([]string, error) {
	ids, err := s.deps.Relations.Inbound(ctx, sender, relations.Block)
	if err != nil {
		return nil, err
	}
	if len(ids) > state.MaxTags {
		if ids, err = s.online(ctx, ids); err != nil {
			return nil, err
		}
		ids = ids[:min(len(ids), state.MaxTags)]
	}
	tags := make([]string, len(ids))
	for i, id := range ids {
		tags[i] = sessions.UserTag(id)
	}
	return tags, nil
}

// online returns those of the users who have a session.
func (s *Service) online(ctx context.Context, ids []int32) ([]int32, error) {
	var found []int32
	for part := range slices.Chunk(ids, sessions.MaxBatch) {
		list, err := s.deps.Sessions.Of(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, session := range list {
			found = append(found, session.User.ID)
		}
	}
	return slices.Compact(found), nil
}
