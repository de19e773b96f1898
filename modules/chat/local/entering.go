package local

import (
	"context"
	"errors"
	"slices"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/wire"
)

// Enter implements chat.Service. The membership is written before the user's sessions are looked for, and Attend reads it after
// its session can be found: so one of the two puts the session into the channel.
func (s *Service) Enter(ctx context.Context, userID int32, id int64) (chat.Thread, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return chat.Thread{}, err
	}
	e, err := s.store.thread(ctx, userID, id)
	if err != nil {
		return chat.Thread{}, err
	}
	t, err := s.showOne(ctx, u, e, true)
	if err != nil {
		return chat.Thread{}, err
	}
	if e.Channel != "" && e.Member == 0 && !t.Channel.Temporary { // no room shall be without one of its players
		if n, err := s.store.entered(ctx, userID); err != nil {
			return chat.Thread{}, err
		} else if n >= chat.MaxEntered {
			return chat.Thread{}, chat.ErrTooMany
		}
	}
	fresh, err := enter(ctx, s.deps.DB, userID, id, 0)
	if err != nil {
		return chat.Thread{}, err
	}
	t.Entered = true
	return t, s.tellEntered(ctx, userID, t, fresh)
}

// tellEntered puts the sessions of a user that hear by threads into a channel, and tells them of a thread that is new to them.
func (s *Service) tellEntered(ctx context.Context, userID int32, t chat.Thread, fresh bool) error {
	list, err := s.hearers(ctx, userID)
	if err != nil {
		return err
	}
	var changes []state.Change
	var keys []string
	for _, r := range list {
		keys = append(keys, r.Key)
		if t.OtherID == 0 && !member(r, t.Channel.Name) {
			changes = append(changes, state.Change{Tag: &state.Tag{
				Space: sessions.Space, Key: r.Key, Add: []string{sessions.ChannelTag(t.Channel.Name)},
			}})
		}
	}
	if fresh && len(keys) > 0 {
		item := wire.Pack(chatpb.FromEntered(chat.Entered{Thread: t}))
		changes = append(changes, state.Change{Append: &state.Append{Space: sessions.Space, Keys: keys, Item: item}})
	}
	return s.apply(ctx, changes)
}

// hearers returns the records of the sessions of a user that hear by threads.
func (s *Service) hearers(ctx context.Context, userID int32) ([]state.Record, error) {
	records, err := s.deps.State.List(ctx, sessions.Space, sessions.UserTag(userID), "", state.MaxChanges/2)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(records, func(r state.Record) bool {
		return !slices.Contains(r.Tags, sessions.KindTag(sessions.API))
	}), nil
}

func (s *Service) apply(ctx context.Context, changes []state.Change) error {
	if len(changes) == 0 {
		return nil
	}
	_, err := s.deps.State.Apply(ctx, changes)
	return err
}

// Leave implements chat.Service.
func (s *Service) Leave(ctx context.Context, userID int32, id int64) error {
	e, err := s.store.thread(ctx, userID, id)
	if isNoChannel(err) {
		return nil
	}
	if err != nil {
		return err
	}
	left, err := s.store.leave(ctx, userID, id, e.Channel == "")
	if err != nil || !left {
		return err
	}
	t := chat.Thread{ID: id, LastMessageID: e.LastMessageID, LastReadID: e.LastReadID, MaxLength: s.config.MaxLength}
	if e.Channel != "" {
		t.Channel = chat.Channel{ID: id, Name: e.Channel}
		if known, err := s.directory.find(ctx, e.Channel); err == nil {
			t.Channel = known
		}
	} else {
		t.OtherID = e.other(userID)
		if other, err := s.user(ctx, t.OtherID); err == nil {
			t.OtherName = other.Name
		}
	}
	list, err := s.hearers(ctx, userID)
	if err != nil {
		return err
	}
	item := wire.Pack(chatpb.FromExited(chat.Exited{Thread: t}))
	var changes []state.Change
	for _, r := range list {
		if e.Channel != "" {
			changes = append(changes, state.Change{Tag: &state.Tag{
				Space: sessions.Space, Key: r.Key, Remove: []string{sessions.ChannelTag(e.Channel)},
			}})
		}
		changes = append(changes, state.Change{Append: &state.Append{Space: sessions.Space, Keys: []string{r.Key}, Item: item}})
	}
	return s.apply(ctx, changes)
}

// Attend implements chat.Service.
func (s *Service) Attend(ctx context.Context, sessionID string) ([]chat.Thread, error) {
	session, err := s.deps.Sessions.Get(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	threads, err := s.Threads(ctx, session.User.ID)
	if err != nil {
		return nil, err
	}
	add := channelTags(threads)
	outcome, err := s.tag(ctx, state.Tag{Key: sessionID, Add: add})
	if err != nil {
		return nil, err
	}
	if outcome.Version == 0 {
		return nil, sessions.ErrNoSession
	}
	// What he left in between was taken from a session that did not have it yet.
	threads, err = s.Threads(ctx, session.User.ID)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(add, func(tag string) bool { return slices.Contains(channelTags(threads), tag) })
	if len(left) > 0 {
		_, err = s.tag(ctx, state.Tag{Key: sessionID, Remove: left})
	}
	return threads, err
}

func channelTags(threads []chat.Thread) []string {
	var tags []string
	for _, t := range threads {
		if t.OtherID == 0 {
			tags = append(tags, sessions.ChannelTag(t.Channel.Name))
		}
	}
	return tags
}

func isNoChannel(err error) bool { return errors.Is(err, chat.ErrNoChannel) }
