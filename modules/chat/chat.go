// Package chat is the contract of the one chat that all clients share: channels, private messages, their history.
//
// A message is checked, stored and only then delivered; delivery is an event (Said, Whispered) in the outboxes of the
// sessions that should see it, so a client that is away for a moment, or an edge that is restarted, misses nothing. A private
// message to somebody who is offline is unread mail, which Greet returns at the next login.
//
// There are two kinds of clients. Those of the first kind (stable, IRC) know channels and people by name, and are in a channel
// for as long as a session lasts: membership is the tag sessions.ChannelTag on its record. Those of the second kind (lazer, the
// API) know numbered threads, which are the channels and the conversations of two people, and membership belongs to the user: it
// is stored, and Attend puts it on his sessions of the kind sessions.API, which are the ones that hear for such a client. What
// is said in one manner is heard in both.
//
// A private message is unread until MarkRead or See. One that a session of the first kind got counts as read, because such
// clients do not say when somebody looks at it; the others do.
//
// What a client calls its channels (#multiplayer, #spectator) is the business of its edge; here every channel has one name.
// Sessions of the kind sessions.Bot hear everything that is said in any channel without being in it.
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
	// MaxEntered bounds the stored channels that a user may have entered, and MaxConversations the latest conversations that
	// are shown to him.
	MaxEntered       = 100
	MaxConversations = 500
	// MaxUUID bounds the bytes of Line.UUID; longer ones are forgotten.
	MaxUUID = 64
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
	ErrYourself    = fault.New(fault.Invalid, "chat", "yourself", "you cannot start a conversation with yourself")
	ErrTooLong     = fault.New(fault.Invalid, "chat", "too_long", "the message is too long") // only for Line.Whole
	ErrTooMany     = fault.New(fault.Exhausted, "chat", "too_many", "you are in too many channels")
	ErrBadChannel  = fault.New(fault.Invalid, "chat", "bad_channel", "the channel's name, topic or privileges are not acceptable")
)

// Service is the chat.
type Service interface {
	Talk
	Memberships
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

	// Whisper sends a private message to the user named by Line.Target, or whose id is Line.RecipientID. All his sessions get Whispered, and so do the
	// sender's other ones. Both have entered the conversation then. ErrEmpty, ErrSilenced, ErrRestricted, ErrFlood,
	// ErrNoRecipient, ErrBlocked.
	Whisper(ctx context.Context, line Line) (Whisper, error)

	// MarkRead marks the private messages that userID got from the sender (0: from anybody) as read.
	MarkRead(ctx context.Context, userID, sender int32) error

	// History returns messages of a channel with id below `before` (0: the newest), newest first, at most limit (1 to
	// MaxPage), for a user who may read it, and is in it if it is temporary. ErrNoChannel, ErrNotMember.
	History(ctx context.Context, userID int32, channel string, before int64, limit int) ([]Message, error)

	// Conversation returns the private messages between two users, in the same manner.
	Conversation(ctx context.Context, userID, other int32, before int64, limit int) ([]Message, error)
}

// Memberships is talk for clients that know channels and conversations by number. A thread that the user may not know of is
// ErrNoChannel: a channel that he may not read, a temporary one that he has not entered, the conversation of others, with
// somebody restricted or deleted, or with somebody whom he blocks (staff and bots excepted).
type Memberships interface {
	// Threads returns what the user has entered: channels by name, then conversations, the latest first.
	Threads(ctx context.Context, userID int32) ([]Thread, error)

	// Public returns the stored channels that the user may read, by name, entered or not.
	Public(ctx context.Context, userID int32) ([]Thread, error)

	// Thread returns one thread. ErrNoChannel.
	Thread(ctx context.Context, userID int32, id int64) (Thread, error)

	// Enter makes a user a member of a thread; repeating it changes nothing. His sessions of the kind sessions.API get Entered.
	// Who may be in a temporary channel is decided by the module that opened it, so to this method all of them are open:
	// edges let no client enter one by itself. ErrNoChannel, ErrTooMany.
	Enter(ctx context.Context, userID int32, id int64) (Thread, error)

	// Leave ends it, and the same sessions get Exited. A conversation that was left comes back with its next message. Leaving
	// a thread that he is not in, or that is not there, is no error.
	Leave(ctx context.Context, userID int32, id int64) error

	// Attend puts a session that was just opened into all channels that its user has entered, and returns what Threads does.
	// Between opening and this, and after it, nothing that is said is missed. sessions.ErrNoSession.
	Attend(ctx context.Context, sessionID string) ([]Thread, error)

	// Converse returns the conversation of two users, and enters it again if the first has left it. Its ID is 0 when neither
	// has said anything yet: Whisper begins it. ErrYourself, ErrNoRecipient, ErrBlocked when he could not write.
	Converse(ctx context.Context, userID, other int32) (Thread, error)

	// Speak says Line.Text in the thread Line.ThreadID, as Say does in a channel and Whisper in a conversation; the sender
	// must have entered it, with or without a session. Their faults; ErrNoChannel, ErrNotMember.
	Speak(ctx context.Context, line Line) (Message, error)

	// Messages returns a part of a thread that the user has entered, by id. ErrNoChannel, ErrNotMember.
	Messages(ctx context.Context, userID int32, id int64, part Part) ([]Message, error)

	// Updates returns the first messages with an id above `after` in all threads that the user has entered, by id, at most
	// limit (1 to MaxPage).
	Updates(ctx context.Context, userID int32, after int64, limit int) ([]Message, error)

	// See marks a thread as read up to a message; the mark never moves back. ErrNoChannel, ErrNotMember.
	See(ctx context.Context, userID int32, id, messageID int64) error

	// Silences returns the latest silences that began after the one with the id `after` or, when that is 0, since the message
	// with the id `message` was said (0, or one that nobody said: none), by id. At most 100 of the last week: clients take
	// what these users said from the screen.
	Silences(ctx context.Context, after, message int64) ([]Silence, error)
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
	ID        int64            // set by the service; fits 31 bits for the first two thousand million threads
	Name      string           // "#" and 1 to 63 of: letters, digits, - _ .
	Topic     string           // at most 256 bytes
	Read      users.Privileges // any of these may read and join; 0 means everybody
	Write     users.Privileges // any of these may write; 0 means everybody
	AutoJoin  bool             // joined at login by those who may read it
	Temporary bool
	Members   int // sessions in it now; set by the service
}

// Thread is a channel or a conversation as one user sees it.
type Thread struct {
	ID        int64
	Channel   Channel // zero for a conversation; Members are not counted
	OtherID   int32   // of a conversation: the other user, who may be the same one; 0 for a channel
	OtherName string

	LastMessageID int64 // 0 when nothing was said yet
	LastReadID    int64 // 0 when he has not entered it, or not read anything
	Entered       bool
	Writable      bool // whether he may write, as far as that can be said beforehand
	MaxLength     int  // characters of a message
}

// Part says which messages of a thread are wanted: the first Limit (1 to MaxPage) after the id After when that is set, else the
// last Limit before the id Before (0: the newest).
type Part struct {
	After  int64
	Before int64
	Limit  int
}

// Silence says that a user may not speak.
type Silence struct {
	ID     int64
	UserID int32
}

// Line is something to be said.
type Line struct {
	SenderID  int32
	SessionID string // the session that speaks and needs no echo; "" when there is none, as for an API
	Target    string // a channel's name, or a user's for Whisper
	Text      string
	Action    bool // /me
	Automatic bool // said by the server itself: no flood control, no privileges, no membership; lines may be several

	ThreadID    int64  // for Speak, instead of Target
	RecipientID int32  // for Whisper, instead of Target
	UUID        string // by which the client knows its own message again; told on, and stored nowhere
	Whole       bool   // refuse a text that is too long instead of cutting it: ErrTooLong
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
	ThreadID   int64
	UUID       string // of the line, when the message is told of as it is said
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
	Parted struct {
		Channel  string
		ThreadID int64
	}

	// Entered tells the sessions of the kind sessions.API of a user that he is in a thread now.
	Entered struct{ Thread Thread }

	// Exited tells them that he is in it no more.
	Exited struct{ Thread Thread }

	// Resized tells the members of a channel its topic and their number, some seconds after it changed.
	Resized struct{ Channel Channel }
)
