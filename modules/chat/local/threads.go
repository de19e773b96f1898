package local

import (
	"context"
	"slices"
	"time"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/users"
)

// Threads implements chat.Service.
func (s *Service) Threads(ctx context.Context, userID int32) ([]chat.Thread, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return nil, err
	}
	channels, err := s.store.threads(ctx, userID, false)
	if err != nil {
		return nil, err
	}
	conversations, err := s.store.threads(ctx, userID, true)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, u, append(channels, conversations...))
}

// Public implements chat.Service.
func (s *Service) Public(ctx context.Context, userID int32) ([]chat.Thread, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range s.directory.list() {
		if readable(c, u) && len(names) < chat.MaxPage {
			names = append(names, c.Name)
		}
	}
	entries, err := s.store.channelEntries(ctx, userID, names)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, u, entries)
}

// Thread implements chat.Service.
func (s *Service) Thread(ctx context.Context, userID int32, id int64) (chat.Thread, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return chat.Thread{}, err
	}
	e, err := s.store.thread(ctx, userID, id)
	if err != nil {
		return chat.Thread{}, err
	}
	return s.showOne(ctx, u, e, false)
}

// showOne returns a thread that the user may know of; with guest a temporary channel, too, that he has not entered.
func (s *Service) showOne(ctx context.Context, u users.User, e entry, guest bool) (chat.Thread, error) {
	shown, err := s.show(ctx, u, []entry{e})
	switch {
	case err != nil:
		return chat.Thread{}, err
	case len(shown) == 0, shown[0].Channel.Temporary && !shown[0].Entered && !guest:
		return chat.Thread{}, chat.ErrNoChannel
	}
	return shown[0], nil
}

// show leaves out what a user may not know of: channels that are gone or not for him, and conversations of others, or with
// somebody who is gone, restricted or blocked by him. The order stays.
func (s *Service) show(ctx context.Context, u users.User, entries []entry) ([]chat.Thread, error) {
	company, err := s.company(ctx, u, entries)
	if err != nil {
		return nil, err
	}
	mute := u.Restricted || u.Silenced(time.Now()) > 0
	var all []chat.Thread
	for _, e := range entries {
		t := chat.Thread{
			ID: e.ID, LastMessageID: e.LastMessageID, LastReadID: e.LastReadID,
			Entered: e.Member != 0 && !e.Hidden, Writable: !mute, MaxLength: s.config.MaxLength,
		}
		if e.Channel != "" {
			t.Channel, err = s.directory.find(ctx, e.Channel)
			if fault := err; fault != nil {
				if isNoChannel(fault) {
					continue
				}
				return nil, fault
			}
			if !readable(t.Channel, u) {
				continue
			}
			t.Writable = t.Writable && writable(t.Channel, u)
			all = append(all, t)
			continue
		}
		c, known := company[e.other(u.ID)]
		if !known || e.LowerID != u.ID && e.UpperID != u.ID { // of others, or what is left of a temporary channel
			continue
		}
		t.OtherID, t.OtherName = c.user.ID, c.user.Name
		t.Writable = t.Writable && c.open
		all = append(all, t)
	}
	return all, nil
}

// companion is the other side of a conversation.
type companion struct {
	user users.User
	open bool // does not block
}

// company finds the other sides of conversations that a user is shown.
func (s *Service) company(ctx context.Context, u users.User, entries []entry) (map[int32]companion, error) {
	var ids []int32
	for _, e := range entries {
		if e.Channel == "" && e.LowerID != 0 {
			ids = append(ids, e.other(u.ID))
		}
	}
	slices.Sort(ids)
	found := map[int32]companion{}
	for some := range slices.Chunk(slices.Compact(ids), min(users.MaxBatch, relations.MaxBatch)) {
		accounts, err := s.deps.Users.Get(ctx, some)
		if err != nil {
			return nil, err
		}
		standings, err := s.deps.Relations.Between(ctx, u.ID, some)
		if err != nil {
			return nil, err
		}
		stands := map[int32]relations.Standing{}
		for _, standing := range standings {
			stands[standing.UserID] = standing
		}
		for _, other := range accounts {
			switch {
			case other.ID == u.ID:
			case other.Restricted && !privileged(u):
				continue
			case stands[other.ID].Towards == relations.Block && !privileged(other):
				continue
			}
			found[other.ID] = companion{other, stands[other.ID].From != relations.Block || privileged(u)}
		}
	}
	return found, nil
}

// Messages implements chat.Service.
func (s *Service) Messages(ctx context.Context, userID int32, id int64, part chat.Part) ([]chat.Message, error) {
	if _, err := s.entered(ctx, userID, id); err != nil {
		return nil, err
	}
	part.Limit = bounded(part.Limit)
	return s.store.part(ctx, id, part)
}

// entered returns a thread that the user is in; of a conversation he may have left it. chat.ErrNoChannel, chat.ErrNotMember.
func (s *Service) entered(ctx context.Context, userID int32, id int64) (chat.Thread, error) {
	t, err := s.Thread(ctx, userID, id)
	switch {
	case err != nil:
		return chat.Thread{}, err
	case t.OtherID == 0 && !t.Entered:
		return chat.Thread{}, chat.ErrNotMember
	}
	return t, nil
}

// Updates implements chat.Service.
func (s *Service) Updates(ctx context.Context, userID int32, after int64, limit int) ([]chat.Message, error) {
	threads, err := s.Threads(ctx, userID)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, t := range threads {
		if t.LastMessageID > after {
			ids = append(ids, t.ID)
		}
	}
	return s.store.updates(ctx, ids, after, bounded(limit))
}

// See implements chat.Service.
func (s *Service) See(ctx context.Context, userID int32, id, messageID int64) error {
	if _, err := s.entered(ctx, userID, id); err != nil {
		return err
	}
	return s.store.see(ctx, userID, id, messageID)
}

// Converse implements chat.Service.
func (s *Service) Converse(ctx context.Context, userID, other int32) (chat.Thread, error) {
	if userID == other {
		return chat.Thread{}, chat.ErrYourself
	}
	u, err := s.user(ctx, userID)
	if err != nil {
		return chat.Thread{}, err
	}
	line := chat.Line{SenderID: userID, RecipientID: other}
	recipient, err := s.recipient(ctx, line, u)
	if err != nil {
		return chat.Thread{}, err
	}
	list, err := s.readers(ctx, other)
	if err != nil {
		return chat.Thread{}, err
	}
	if err := s.mayWhisper(ctx, line, u, recipient, list); err != nil {
		return chat.Thread{}, err
	}
	id, err := s.store.conversation(ctx, userID, other)
	if err != nil {
		return chat.Thread{}, err
	}
	if id == 0 {
		mute := u.Restricted || u.Silenced(time.Now()) > 0
		return chat.Thread{OtherID: recipient.ID, OtherName: recipient.Name, Writable: !mute, MaxLength: s.config.MaxLength}, nil
	}
	return s.Enter(ctx, userID, id)
}

// Speak implements chat.Service.
func (s *Service) Speak(ctx context.Context, line chat.Line) (chat.Message, error) {
	t, err := s.entered(ctx, line.SenderID, line.ThreadID)
	if err != nil {
		return chat.Message{}, err
	}
	if t.OtherID != 0 {
		line.RecipientID = t.OtherID
		whisper, err := s.Whisper(ctx, line)
		return whisper.Message, err
	}
	line.Target = t.Channel.Name
	return s.say(ctx, line, true)
}
