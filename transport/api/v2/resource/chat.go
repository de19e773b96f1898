package resource

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/notifications"
)

// Channel is a channel or a conversation. What follows UUID is there only where it was asked for.
type Channel struct {
	ChannelID          *int64  `json:"channel_id"` // null for a conversation in which nothing was said yet
	Description        *string `json:"description"`
	Icon               *string `json:"icon"` // of a conversation: the other one's avatar
	MessageLengthLimit int     `json:"message_length_limit"`
	Moderated          bool    `json:"moderated"`
	Name               string  `json:"name"` // of a conversation: the other one's
	Type               string  `json:"type"`
	UUID               *string `json:"uuid"`

	*Listing
	RecentMessages *[]Message `json:"recent_messages,omitempty"`
}

// Listing is what a user's own list of channels has besides.
type Listing struct {
	CurrentUserAttributes ChannelAttributes `json:"current_user_attributes"`
	LastMessageID         *int64            `json:"last_message_id"`
	LastReadID            *int64            `json:"last_read_id"`
	Users                 []int32           `json:"users"` // both of a conversation; never null
}

// ChannelAttributes say what a user may do in a channel.
type ChannelAttributes struct {
	CanListUsers    bool    `json:"can_list_users"`
	CanMessage      bool    `json:"can_message"`
	CanMessageError *string `json:"can_message_error"`
	LastReadID      *int64  `json:"last_read_id"`
}

// The types of channels (ppy/osu osu.Game/Online/Chat/ChannelType.cs), as far as there are such.
const (
	PublicChannel      = "PUBLIC"
	PrivateMessages    = "PM"
	MultiplayerChannel = "MULTIPLAYER"
	SpectatorChannel   = "SPECTATOR"
	TemporaryChannel   = "TEMPORARY"
)

// channelType tells what a temporary channel is for by its name, which the modules that open them choose.
func channelType(c chat.Channel) string {
	switch {
	case !c.Temporary:
		return PublicChannel
	case strings.HasPrefix(c.Name, "#multi_"), strings.HasPrefix(c.Name, "#lazermp_"):
		return MultiplayerChannel
	case strings.HasPrefix(c.Name, "#spec"):
		return SpectatorChannel
	}
	return TemporaryChannel
}

// ChannelOf shows a thread. Of a conversation, other is the other one, nil when he cannot be shown.
func ChannelOf(t chat.Thread, other *Person) Channel {
	c := Channel{MessageLengthLimit: t.MaxLength, Name: t.Channel.Name, Type: channelType(t.Channel), Description: &t.Channel.Topic}
	if t.ID != 0 {
		c.ChannelID = &t.ID
	}
	if t.OtherID != 0 {
		c.Name, c.Type, c.Description = t.OtherName, PrivateMessages, new(string)
		if other != nil {
			c.Icon = &other.AvatarURL
		}
	}
	return c
}

// cannotWrite says why a user may not write in a channel. Which of the reasons it is, he is told when he tries.
const cannotWrite = "You may not write here."

// ListedChannelOf shows a thread of a user in his own list.
func ListedChannelOf(t chat.Thread, userID int32, other *Person) Channel {
	c := ChannelOf(t, other)
	c.Listing = &Listing{
		CurrentUserAttributes: ChannelAttributes{CanMessage: t.Writable, LastReadID: positive(t.LastReadID)},
		LastMessageID:         positive(t.LastMessageID),
		LastReadID:            positive(t.LastReadID),
		Users:                 []int32{},
	}
	if !t.Writable {
		c.CurrentUserAttributes.CanMessageError = new(string)
		*c.CurrentUserAttributes.CanMessageError = cannotWrite
	}
	if t.OtherID != 0 {
		c.Users = []int32{min(userID, t.OtherID), max(userID, t.OtherID)}
	}
	return c
}

func positive(n int64) *int64 {
	if n <= 0 {
		return nil
	}
	return &n
}

// Message is something that was said. The sender comes after sender_id, whose setter in lazer would replace him.
type Message struct {
	ChannelID int64   `json:"channel_id"`
	Content   string  `json:"content"`
	IsAction  bool    `json:"is_action"`
	MessageID int64   `json:"message_id"`
	SenderID  int32   `json:"sender_id"`
	Timestamp Time    `json:"timestamp"`
	Type      string  `json:"type"` // action or plain
	UUID      string  `json:"uuid,omitempty"`
	Sender    *Person `json:"sender,omitempty"`
}

// MessageOf shows a message, with its sender or (nil) without.
func MessageOf(m chat.Message, sender *Person) Message {
	kind := "plain"
	if m.Action {
		kind = "action"
	}
	return Message{
		ChannelID: m.ThreadID, Content: m.Text, IsAction: m.Action, MessageID: m.ID, SenderID: m.SenderID,
		Timestamp: At(m.SentAt), Type: kind, UUID: m.UUID, Sender: sender,
	}
}

// Persons loads users as chat shows them: without cards.
func (p *People) Persons(ctx context.Context, viewer int32, ids []int32) (map[int32]*Person, error) {
	accounts, err := p.Accounts(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[int32]*Person, len(accounts))
	for id, a := range accounts {
		person := p.Person(a, viewer)
		all[id] = &person
	}
	return all, nil
}

// Gone stands for a user who cannot be shown: deleted, restricted, or not to be looked up at the moment. Lists of messages need
// somebody for each sender.
func (p *People) Gone(id int32, name string) *Person {
	return &Person{
		AvatarURL: "https://a." + p.deps.Domain + "/0", CountryCode: countryOf("").Code, DefaultGroup: plainGroup, ID: id, IsDeleted: true, Username: name,
	}
}

// Messages shows messages with their senders.
func (p *People) Messages(ctx context.Context, viewer int32, list []chat.Message) ([]Message, error) {
	ids := make([]int32, len(list))
	for i, m := range list {
		ids[i] = m.SenderID
	}
	persons, err := p.Persons(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	all := make([]Message, len(list))
	for i, m := range list {
		sender := persons[m.SenderID]
		if sender == nil {
			sender = p.Gone(m.SenderID, m.SenderName)
		}
		all[i] = MessageOf(m, sender)
	}
	return all, nil
}

// Notification is something that happened to a user. lazer needs both ids of numbers that are not null, whatever it is.
type Notification struct {
	ID           int64           `json:"id"`
	Name         string          `json:"name"`
	CreatedAt    Time            `json:"created_at"`
	ObjectType   string          `json:"object_type"`
	ObjectID     int64           `json:"object_id"`
	SourceUserID int32           `json:"source_user_id"`
	IsRead       bool            `json:"is_read"`
	Details      json.RawMessage `json:"details"` // an object
}

// NotificationOf shows a notification.
func NotificationOf(n notifications.Notification) Notification {
	details := json.RawMessage(n.Details)
	if len(details) == 0 {
		details = json.RawMessage("{}")
	}
	return Notification{
		ID: n.ID, Name: n.Name, CreatedAt: At(n.At), ObjectType: n.ObjectType, ObjectID: n.ObjectID, SourceUserID: n.SourceID,
		IsRead: n.Read, Details: details,
	}
}
