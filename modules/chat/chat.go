// Package chat is the contract of the one chat that all clients share: channels, private messages, their history.
//
// A message is checked, stored and only then delivered; delivery is an event (Said, Whispered) in the outboxes of the
// sessions that should see it, so a client that is away for a moment, or an edge that is restarted, misses nothing. A private
// message to somebody who is offline is unread mail, which Greet returns at the next login.
//
// A private message that no session of the recipient got is unread, until MarkRead. One that was delivered counts as read:
// few clients say when somebody looks at it.
//
// Channel membership belongs to a session: it is the tag sessions.ChannelTag on its record, and ends with it. What a client
// calls its channels (#multiplayer, #spectator) is the business of its edge; here every channel has one name. Sessions of
// the kind sessions.Bot hear everything that is said in any channel without being in it.
//
// Every method is safe for concurrent use; returned values belong to the caller.
package chat

import (
	"context"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
)

// Limits of this contract.
const (
	// MaxText bounds a message's bytes; a configured lower limit in characters applies first.
	MaxText = 16 << 10
	// MaxName bounds the bytes of a channel's name, its # included.
	MaxName = 64
	// MaxPage bounds a page of history and the channels of a server that are shown. Longer limits are cut to it.
	MaxPage = 1000
)

// The faults of this contract.
var (
	ErrNoChannel   = fault.New(fault.NotFound, "chat", "no_channel", "no such channel")
	ErrNotMember   = fault.New(fault.Precondition, "chat", "not_member", "you are not in this channel")
	ErrReadOnly    = fault.New(fault.Forbidden, "chat", "read_only", "you may not write in this channel")
	ErrSilenced    = fault.New(fault.Forbidden, "chat", "silenced", "you are silenced") // detail "seconds"
	ErrRestricted  = fault.New(fault.Forbidden, "chat", "restricted", "your account is restricted")
	ErrFlood       = fault.New(fault.Exhausted, "chat", "flood", "you are writing too fast") // detail "seconds" when silenced for it
	ErrEmpty       = fault.New(fault.Invalid, "chat", "empty", "the message is empty")
	ErrNoRecipient = fault.New(fault.NotFound, "chat", "no_recipient", "no such user")
	ErrBlocked     = fault.New(fault.Forbidden, "chat", "blocked", "this user does not take your messages")
	ErrBadChannel  = fault.New(fault.Invalid, "chat", "bad_channel", "the channel's name, topic or privileges are not acceptable")
)

// Service is the chat.
type Service interface {
	Talk
	Channels
}

// Talk is what people do.
type Talk interface {
	// Greet returns what a client is told at login: the channels that a user with these privileges may read (those to join
	// at once have AutoJoin), by name, with members as they were counted some seconds ago, and the user's unread private
	// messages, oldest first (at most MaxPage). Temporary channels are not among them. The caller has just authenticated the
	// user. It does not mark anything read: an edge calls MarkRead when its client has shown the messages.
	Greet(ctx context.Context, userID int32, privileges users.Privileges) (Greeting, error)

	// Join puts a session into a channel; repeating it changes nothing. ErrNoChannel also when the user may not read it;
	// sessions.ErrNoSession. Who may be in a temporary channel is decided by the module that opened it: edges let no client
	// join one by itself.
	Join(ctx context.Context, sessionID, channel string) (Channel, error)

	// Part takes a session out of a channel; one it is not in is no error.
	Part(ctx context.Context, sessionID, channel string) error

	// Say speaks in a channel. All members but the speaking session get Said, except those whose users block the sender.
	// Text over the configured length is cut and the message says so. ErrEmpty, ErrSilenced, ErrRestricted, ErrFlood,
	// ErrNoChannel, ErrNotMember, ErrReadOnly, users.ErrNotFound.
	Say(ctx context.Context, line Line) (Message, error)

	// Whisper sends a private message to the user named by Line.Target. All his sessions get Whispered, and so do the
	// sender's other ones. ErrEmpty, ErrSilenced, ErrRestricted, ErrFlood, ErrNoRecipient, ErrBlocked.
	Whisper(ctx context.Context, line Line) (Whisper, error)

	// MarkRead marks the private messages that userID got from the sender (0: from anybody) as read.
	MarkRead(ctx context.Context, userID, sender int32) error

	// History returns messages of a channel with id below `before` (0: the newest), newest first, at most limit (1 to
	// MaxPage), for a user who may read it, and is in it if it is temporary. ErrNoChannel, ErrNotMember.
	History(ctx context.Context, userID int32, channel string, before int64, limit int) ([]Message, error)

	// Conversation returns the private messages between two users, in the same manner.
	Conversation(ctx context.Context, userID, other int32, before int64, limit int) ([]Message, error)
}

// Channels is what staff and modules do with channels.
type Channels interface {
	// Open makes a channel or changes it. A channel that is Temporary lives in state and is gone some seconds after its last
	// member (a minute when nobody joins it) or with Close; others are stored. Whether it is temporary cannot change. Those
	// who may not read it any more are taken out. ErrBadChannel.
	Open(ctx context.Context, channel Channel) (Channel, error)

	// Close ends a channel and takes everybody out of it. One that is not there is no error.
	Close(ctx context.Context, name string) error

	// Find returns a channel whoever may read it. ErrNoChannel.
	Find(ctx context.Context, name string) (Channel, error)

	// Members returns the users in a channel, ascending, at most MaxPage. ErrNoChannel.
	Members(ctx context.Context, name string) ([]int32, error)
}

// Channel is a room to talk in.
type Channel struct {
	Name      string           // "#" and 1 to 63 of: letters, digits, - _ .
	Topic     string           // at most 256 bytes
	Read      users.Privileges // any of these may read and join; 0 means everybody
	Write     users.Privileges // any of these may write; 0 means everybody
	AutoJoin  bool             // joined at login by those who may read it
	Temporary bool
	Members   int // sessions in it now; set by the service
}

// Line is something to be said.
type Line struct {
	SenderID  int32
	SessionID string // the session that speaks and needs no echo; "" when there is none, as for an API
	Target    string // a channel's name, or a user's for Whisper
	Text      string
	Action    bool // /me
	Automatic bool // said by the server itself: no flood control, no privileges, no membership; lines may be several
}

// Message is something that was said.
type Message struct {
	ID         int64
	SenderID   int32
	SenderName string
	Channel    string // "" for a private message
	Recipient  int32  // 0 for a channel
	Text       string
	Action     bool
	Cut        bool // the text was too long and lost its end
	SentAt     time.Time
}

// Whisper is a private message with what became of it.
type Whisper struct {
	Message       Message
	RecipientName string
	Online        bool   // some session of the recipient got it; otherwise it waits as mail
	Silenced      bool   // the recipient cannot answer
	Away          string // the recipient's away message, when this sender has not been told yet; else ""
}

// Greeting is what a client is told at login.
type Greeting struct {
	Channels []Channel
	Unread   []Message
}

// The events of this module.
type (
	// Said tells the members of a channel what was said.
	Said struct{ Message Message }

	// Whispered tells a user's sessions of a private message to him, or by him from another session.
	Whispered struct {
		Message       Message
		RecipientName string
	}

	// Joined tells a session that it is now in a channel, by another hand than its own.
	Joined struct{ Channel Channel }

	// Parted tells a session that it is out of a channel, by another hand than its own.
	Parted struct{ Channel string }

	// Resized tells the members of a channel its topic and their number, some seconds after it changed.
	Resized struct{ Channel Channel }
)
