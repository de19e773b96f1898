// Package sessions is the contract of the one registry of who is online, for every kind of client: stable, lazer, IRC and
// the server's own bot.
//
// A session is a record of state in the space Space, so it outlives every process that serves it. Its key is the session's
// ID, which is derived from the secret token and may be logged; the token itself is known to the client alone. Its value is
// the protobuf form of Session (peace.sessions.v1.Session), and its tags say what reaches it:
//
//	u1000        everything meant for user 1000                      UserTag
//	k1           every session of a kind                             KindTag
//	c#osu        what is said in #osu                                ChannelTag
//	p            presence of everybody                               PresenceTag
//	p1000        presence of user 1000, for "friends only" viewers   PresenceOfTag
//	w1000        what user 1000 plays, for those who watch him       WatchTag
//
// The mailbox of the record is the session's outbox. What lies in it are neutral events, each a google.protobuf.Any (wire.Pack)
// of a message declared by the module that tells it: the ones of this module are below, chat has its own. Each edge
// encodes them for its client when it drains with state.Queues.Drain, which also keeps the session alive; so an idle poll
// needs no call to this module. To reach somebody, append to his tags: no look-up is needed.
//
// A session that was ended by somebody else (replaced, kicked, the password changed) keeps its record for a minute without
// any tag, with Closed as the last item of its outbox; to every method of this contract but Close it is gone. The edge that
// reads Closed tells its client and calls Close.
//
// Users who are restricted, hide their presence or only run tournament clients are not Visible: nobody is told of them. Sessions of
// kind API are no presence either: they are how chat and notifications reach a program that its user runs beside the game.
//
// Every method is safe for concurrent use; returned values belong to the caller.
package sessions

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"net/netip"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// Space is the state space of session records.
const Space = "sessions"

// Bounds of this contract.
const (
	MaxBatch      = 1000 // ids of a call
	MaxInstance   = 64   // bytes of Opening.Instance
	MaxDetail     = 1024 // bytes of Status.Detail
	MaxFriends    = 900  // of a session with InterestFriends
	MaxTournament = 18   // sessions of kind Tournament that a user has: 16 players, a manager and a spare
	MaxAPI        = 8    // sessions of kind API that a user has
)

// The faults of this contract. ErrBadUpdate and ErrOpening have the detail "field".
var (
	ErrNoSession = fault.New(fault.NotFound, "sessions", "no_session", "no such session")
	ErrBadUpdate = fault.New(fault.Invalid, "sessions", "bad_update", "a field of the update is out of range")
	ErrFull      = fault.New(fault.Exhausted, "sessions", "full", "the server is full, try again later")
	ErrOpening   = fault.New(fault.Invalid, "sessions", "bad_opening", "a field of the opening is missing or out of range")
	ErrTooMany   = fault.New(fault.Invalid, "sessions", "too_many", "too many users in one call")
)

// Service is the registry.
type Service interface {
	// Open starts a session and tells everybody who may know. An earlier session of the same user and kind is replaced (its
	// client gets Closed with ReasonReplaced and the Instance of the new one if it still asks), except that tournament clients and
	// those of kind API replace nothing: of those the oldest over MaxTournament or MaxAPI goes. Nobody else hears of a session
	// whose Instance comes back and looks as before. ErrOpening, ErrFull.
	Open(ctx context.Context, opening Opening) (Opened, error)

	// Get returns a session by its ID. ErrNoSession.
	Get(ctx context.Context, id string) (Session, error)

	// Of returns all sessions of the users (at most MaxBatch), visible or not. ErrTooMany.
	Of(ctx context.Context, userIDs []int32) ([]Session, error)

	// Presences returns what may be shown of the users who are online and visible, in the order asked for; an empty list
	// asks for everybody visible (at most MaxBatch of them, by user id). A user with several sessions is shown as the one
	// that plays: stable before lazer before IRC before the bot. ErrTooMany.
	Presences(ctx context.Context, userIDs []int32) ([]Presence, error)

	// Online returns the ids of all visible users, ascending.
	Online(ctx context.Context) ([]int32, error)

	// Update changes the parts that are set and tells those who asked to know. A new Status is not told to the session
	// itself, whose client sent it; Stats alone are, because then somebody else computed them. ErrNoSession, ErrBadUpdate.
	Update(ctx context.Context, id string, update Update) (Session, error)

	// Close ends a session and tells everybody who may know; its client gets nothing more. Ending one that is gone is no error.
	Close(ctx context.Context, id string, reason Reason) error

	// Disconnect ends all sessions of a user, whatever their client; each client that still asks is told the reason.
	// It returns how many there were.
	Disconnect(ctx context.Context, userID int32, reason Reason) (int, error)

	// Count returns how many sessions of each kind there are and how many visible users, bots not counted.
	Count(ctx context.Context) (Counts, error)
}

// Kind is the kind of client that a session belongs to.
type Kind int32

// The kinds, with their numbers on the wire.
const (
	KindUnspecified Kind = 0
	Stable          Kind = 1
	Lazer           Kind = 2
	IRC             Kind = 3
	Bot             Kind = 4 // lives in the server, never expires
	Tournament      Kind = 5 // one of many stable tournament clients of a user, never Visible
	API             Kind = 6 // a notification socket, one of several of a user, never Visible
)

// Interest says whose presence a client wants to hear of (stable packet 79).
type Interest int32

// The interests, with their numbers on the wire.
const (
	InterestNobody   Interest = 0
	InterestEveryone Interest = 1
	InterestFriends  Interest = 2
)

// Reason says why a session ended.
type Reason int32

// The reasons, with their numbers on the wire.
const (
	ReasonUnspecified Reason = 0
	ReasonLogout      Reason = 1 // the player left
	ReasonExpired     Reason = 2 // the client was not heard of any more
	ReasonReplaced    Reason = 3 // the user logged in elsewhere
	ReasonKicked      Reason = 4 // staff
	ReasonPassword    Reason = 5 // the password was changed
	ReasonDeleted     Reason = 6 // the account is gone
)

// Session is one client of a user. It is private to the server: Presence is what others may see.
type Session struct {
	ID            string
	User          users.User // as of the last change that was heard of
	Kind          Kind
	ClientVersion string
	ClientHashes  string // as the stable client sent it, with its trailing colon
	Address       netip.Addr
	Location      Location
	StartedAt     time.Time
	Status        Status
	Stats         Stats
	Interest      Interest
	FriendsOnly   bool   // private messages from friends only
	Away          string // the away message, "" when not away
	Hidden        bool   // not Visible, by the user's own choice
	Instance      string // which process of the client this is, as it says: it survives reconnecting; "" for clients that do not say
}

// Presence is what others may see of a user who is online.
type Presence struct {
	UserID     int32
	Name       string
	Kind       Kind
	Privileges users.Privileges
	Location   Location
	Status     Status
	Stats      Stats
}

// Location is where the client says or seems to be.
type Location struct {
	Country   string  // ISO 3166-1 alpha-2 in upper case, "" when unknown
	Latitude  float32 // degrees north
	Longitude float32 // degrees east
	Hidden    bool    // the position is not to be shown; Latitude and Longitude of a Presence are then 0
	UTCOffset int8    // hours, -12 to 14
}

// Status is what the user is doing.
type Status struct {
	Action     osu.Action
	Text       string // shown after the action's verb; at most 512 bytes
	BeatmapMD5 string // 32 lower-case hex digits or ""
	BeatmapID  int32
	Mods       osu.Mods
	Ruleset    osu.Ruleset
	Busy       bool // does not want to be disturbed

	// Detail is all of this as lazer encodes it (a UserActivity, see osu/hubs), at most MaxDetail bytes; empty from other clients.
	// What other clients show is derived from the fields above, which never say less about where the user is.
	Detail []byte
}

// Equal reports whether two statuses say the same.
func (s Status) Equal(other Status) bool {
	return s.Action == other.Action && s.Text == other.Text && s.BeatmapMD5 == other.BeatmapMD5 && s.BeatmapID == other.BeatmapID &&
		s.Mods == other.Mods && s.Ruleset == other.Ruleset && s.Busy == other.Busy && bytes.Equal(s.Detail, other.Detail)
}

// Stats are the user's figures in the ruleset of his status.
type Stats struct {
	RankedScore int64
	TotalScore  int64
	Accuracy    float32 // 0 to 1
	Playcount   int32
	Rank        int32 // 0 when unranked
	Performance float32
}

// Opening describes a session to start.
type Opening struct {
	User          users.User
	Kind          Kind
	ClientVersion string
	ClientHashes  string
	Address       netip.Addr
	Location      Location
	Status        Status
	Stats         Stats // when they are known already
	Interest      Interest
	Friends       []int32 // with InterestFriends, as in Update
	FriendsOnly   bool
	Hidden        bool
	Channels      []string // joined from the start, as chat names them; at most 100
	Instance      string   // at most MaxInstance bytes

	// Presences is how many complete presences of others the caller wants back (0 to MaxBatch); when more users than that
	// are visible only ids come back.
	Presences int
}

// Opened is a started session with what its client should be told first.
type Opened struct {
	Session Session
	Token   string // the secret: 26 characters. It is returned once and stored nowhere

	// Online has every visible user when they are at most Opening.Presences, else nothing; OnlineIDs has all in any case.
	Online    []Presence
	OnlineIDs []int32
}

// Update names the parts of a session to change; nil leaves a part alone.
type Update struct {
	Status      *Status
	Stats       *Stats
	Interest    *Interest
	Friends     []int32 // with Interest: whose presence InterestFriends means, at most MaxFriends
	FriendsOnly *bool
	Away        *string // at most 512 bytes
	Hidden      *bool
}

// Counts are the sizes of the registry.
type Counts struct {
	Visible    int // users, bots not counted
	Stable     int // sessions from here on
	Lazer      int
	IRC        int
	Tournament int
	API        int
}

// The events of this module.
type (
	// Arrived tells that a user came online.
	Arrived struct{ Presence Presence }

	// Left tells that a user's session of a kind ended; Remaining are the kinds that he still has.
	Left struct {
		UserID    int32
		Kind      Kind
		Remaining []Kind
	}

	// Moved tells that a user's status or figures changed.
	Moved struct {
		UserID int32
		Status Status
		Stats  Stats
	}

	// Renamed tells that what is fixed in a presence changed: name, privileges, location.
	Renamed struct {
		Presence Presence
		OldName  string // "" when the name is the same
	}

	// AccountChanged tells a session that its own account changed.
	AccountChanged struct {
		User       users.User
		Privileges bool
		Restricted bool
		Silenced   bool
	}

	// Silenced tells everybody that somebody was silenced, so that clients remove what he said.
	Silenced struct{ UserID int32 }

	// Notice is a text for the screen.
	Notice struct{ Text string }

	// Closed tells a client that its session is over. It is the last event of an outbox. With ReasonReplaced, Instance is that of
	// the session in its place: a process of the client that finds its own has merely come back, and says nothing.
	Closed struct {
		Reason   Reason
		Instance string
	}

	// Restarting tells clients to connect again after a time.
	Restarting struct{ After time.Duration }
)

// ID returns the ID of the session that a token belongs to. It costs a hash and no call.
func ID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15])
}

// UserTag is carried by every session of a user.
func UserTag(userID int32) string { return "u" + strconv.Itoa(int(userID)) }

// KindTag is carried by every session of a kind.
func KindTag(kind Kind) string { return "k" + strconv.Itoa(int(kind)) }

// ChannelTag is carried by the sessions that are in a channel. The chat module sets and removes it.
func ChannelTag(channel string) string { return "c" + channel }

// WatchTag is carried by sessions that watch a user play, which hear of his presence whatever their Interest. The spectator
// module sets and removes it.
func WatchTag(userID int32) string { return "w" + strconv.Itoa(int(userID)) }

// PresenceTag is carried by sessions with InterestEveryone.
const PresenceTag = "p"

// PresenceOfTag is carried by sessions with InterestFriends, for each friend and for the user himself.
func PresenceOfTag(userID int32) string { return "p" + strconv.Itoa(int(userID)) }
