package local

import (
	"context"
	"slices"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/chat/chatpb"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/modules/wire"
)

// Whisper implements chat.Service.
func (s *Service) Whisper(ctx context.Context, line chat.Line) (chat.Whisper, error) {
	message, sender, err := s.compose(ctx, line)
	if err != nil {
		return chat.Whisper{}, err
	}
	recipient, err := s.recipient(ctx, line, sender)
	if err != nil {
		return chat.Whisper{}, err
	}
	list, err := s.readers(ctx, recipient.ID)
	if err != nil {
		return chat.Whisper{}, err
	}
	if err := s.mayWhisper(ctx, line, sender, recipient, list); err != nil {
		return chat.Whisper{}, err
	}

	message.Recipient = recipient.ID
	unread := !slices.ContainsFunc(list, shows) && !recipient.Bot
	message, fresh, err := s.store.letter(ctx, message, unread)
	if err != nil {
		return chat.Whisper{}, err
	}
	for _, userID := range fresh {
		if err := s.tellBegun(ctx, userID, sender, recipient, message); err != nil {
			return chat.Whisper{}, err
		}
	}
	reached, err := s.deliver(ctx, line, message, recipient)
	if err != nil {
		return chat.Whisper{}, err
	}
	if reached == 0 && !unread && !recipient.Bot { // he left in this moment
		if err := s.store.markUnread(ctx, message.ID); err != nil {
			return chat.Whisper{}, err
		}
	}
	return chat.Whisper{
		Message:       message,
		RecipientName: recipient.Name,
		Online:        reached > 0 && len(list) > 0,
		Silenced:      recipient.Silenced(message.SentAt) > 0,
		Away:          s.away(list, sender.ID),
	}, nil
}

// readers returns the sessions of a user in which private messages are shown: nobody reads what tournament clients show.
func (s *Service) readers(ctx context.Context, userID int32) ([]sessions.Session, error) {
	list, err := s.deps.Sessions.Of(ctx, []int32{userID})
	return slices.DeleteFunc(list, func(x sessions.Session) bool { return x.Kind == sessions.Tournament }), err
}

// shows reports whether what a session gets counts as read: its client does not say when somebody looks at it.
func shows(x sessions.Session) bool { return x.Kind != sessions.Lazer && x.Kind != sessions.API }

// tellBegun tells a user who hears by threads of a conversation that he entered by its first message, or by another one after he
// had left it.
func (s *Service) tellBegun(ctx context.Context, userID int32, sender, recipient users.User, message chat.Message) error {
	t := chat.Thread{
		ID: message.ThreadID, OtherID: recipient.ID, OtherName: recipient.Name,
		LastMessageID: message.ID, LastReadID: message.ID, Entered: true, Writable: true, MaxLength: s.config.MaxLength,
	}
	if userID != sender.ID {
		t.OtherID, t.OtherName, t.LastReadID = sender.ID, sender.Name, 0
	}
	return s.tellEntered(ctx, userID, t, true)
}

// recipient finds the user whom a line is for. A restricted one is there for staff and the server only. ErrNoRecipient.
func (s *Service) recipient(ctx context.Context, line chat.Line, sender users.User) (users.User, error) {
	var found []users.User
	var err error
	if line.RecipientID != 0 {
		found, err = s.deps.Users.Get(ctx, []int32{line.RecipientID})
	} else {
		found, err = s.deps.Users.Find(ctx, []string{line.Target})
	}
	if err != nil {
		return users.User{}, err
	}
	if len(found) == 0 {
		return users.User{}, chat.ErrNoRecipient
	}
	if u := found[0]; u.Restricted && u.ID != sender.ID && !line.Automatic && !privileged(sender) {
		return users.User{}, chat.ErrNoRecipient
	}
	return found[0], nil
}

// mayWhisper asks whether the recipient takes messages of the sender. ErrBlocked.
func (s *Service) mayWhisper(ctx context.Context, line chat.Line, sender, recipient users.User, list []sessions.Session) error {
	if line.Automatic || sender.ID == recipient.ID {
		return nil
	}
	standings, err := s.deps.Relations.Between(ctx, recipient.ID, []int32{sender.ID})
	if err != nil {
		return err
	}
	var towards relations.Kind
	if len(standings) == 1 {
		towards = standings[0].Towards
	}
	switch {
	case towards == relations.Block:
		return chat.ErrBlocked
	case towards == relations.Friend, privileged(sender):
		return nil
	}
	// A client that says for itself whose messages it takes speaks for the account; lazer leaves that to the account.
	friendsOnly := slices.ContainsFunc(list, func(x sessions.Session) bool { return x.FriendsOnly })
	if !slices.ContainsFunc(list, shows) && !recipient.Bot {
		settings, err := s.deps.Users.Settings(ctx, recipient.ID)
		if err != nil {
			return err
		}
		friendsOnly = friendsOnly || settings.FriendsOnlyMessages
	}
	if friendsOnly {
		return chat.ErrBlocked
	}
	return nil
}

func privileged(u users.User) bool { return u.Bot || u.Privileges.HasAny(users.Staff) }

// deliver appends a private message to the sessions of both users, and returns how many of the recipient's it reached.
func (s *Service) deliver(ctx context.Context, line chat.Line, message chat.Message, recipient users.User) (int, error) {
	item := wire.Pack(chatpb.FromWhispered(chat.Whispered{Message: message, RecipientName: recipient.Name}))
	var own []string
	if line.SessionID != "" {
		own = []string{line.SessionID}
	}
	to := func(userID int32) state.Change {
		return state.Change{Append: &state.Append{
			Space: sessions.Space, Tags: []string{sessions.UserTag(userID)}, ExceptKeys: own, Item: item, Durable: true,
		}}
	}
	changes := []state.Change{to(recipient.ID)}
	if !line.Automatic && message.SenderID != recipient.ID {
		changes = append(changes, to(message.SenderID))
	}
	outcomes, err := s.deps.State.Apply(ctx, changes)
	if err != nil {
		return 0, err
	}
	return outcomes[0].Reached, nil
}

// away returns the away message of a user all of whose sessions have one, when the sender has not been told yet.
func (s *Service) away(list []sessions.Session, sender int32) string {
	if len(list) == 0 || slices.ContainsFunc(list, func(x sessions.Session) bool { return x.Away == "" }) {
		return ""
	}
	if !s.told.first(notice{list[0].ID, list[0].Away, sender}) {
		return ""
	}
	return list[0].Away
}
