// Package spectator is the contract of the module that knows who plays right now, who watches, and what is seen: one list of
// watchers for the clients of both kinds.
//
// A play begins with Begin, sends its frames in bundles, and ends. Bundles are kept in state until the end, so a play survives the
// restart of everything else, and are relayed as the player's client encoded them: who watches with another kind of client
// translates. When a lazer play that has a score token has ended, its replay is put together and attached to its score.
//
// What happens to a play is published as events (wire.Pack) on the topic TopicOf(player), for edges that hold watchers' connections,
// and put into the outboxes of stable watchers' sessions, which carry WatchTag(player). What concerns a player himself (who watches
// him; his score was processed) is published on ToPlayers, and put into the outbox of his stable session.
//
// Everything is at most once: a watcher that missed something sees a gap. The player's own score and replay miss nothing.
package spectator

import (
	"context"
	"strconv"
	"time"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
)

// Bounds of this contract.
const (
	MaxBundle   = 32 << 10 // bytes of a bundle
	MaxReplay   = 16 << 20 // bytes of all bundles of a play; what comes later is not kept, but still seen
	MaxTokens   = 2        // plays with a token that a user has at a time; the oldest one ends
	MaxWatching = 128      // players that a client watches
	MaxWatchers = 10_000   // of a player, and of a page
	MaxClient   = 64       // bytes of Player.Client
)

// The faults of this contract.
var (
	ErrNotPlaying = fault.New(fault.Precondition, "spectator", "not_playing", "there is no such play")
	ErrBadToken   = fault.New(fault.Invalid, "spectator", "bad_token", "this score token is not known for you")
	ErrTooLarge   = fault.New(fault.Invalid, "spectator", "too_large", "the frames are too many at once")
	ErrBadPlay    = fault.New(fault.Invalid, "spectator", "bad_play", "something about the play or the watcher is not acceptable")
	ErrNobody     = fault.New(fault.NotFound, "spectator", "nobody", "there is nobody to watch")
	ErrRestricted = fault.New(fault.Forbidden, "spectator", "restricted", "you cannot watch anybody while you are restricted")
	ErrTooMany    = fault.New(fault.Exhausted, "spectator", "too_many", "you watch too many players")
)

// Service is the whole module. It is safe for concurrent use; returned values belong to the caller.
type Service interface {
	// Begin starts a play of a user's client, or takes it up again when the same client says the same token again. A play without a
	// token is only for watchers. A play of a beatmap or ruleset that the server does not know is no error: nobody sees it.
	// ErrBadToken when the token is another user's, ErrBadPlay.
	Begin(ctx context.Context, play Play) error
	// Send relays a bundle of frames, and keeps it when the play has a token. A stable player needs no Begin. ErrNotPlaying,
	// ErrBadToken, ErrTooLarge, ErrBadPlay.
	Send(ctx context.Context, player Player, bundle Bundle) error
	// End ends a play. Ending one that is gone is ErrNotPlaying.
	End(ctx context.Context, player Player, state State) error
	// Drop says that a client is gone: for watchers, its play has been quit; a play with a token waits some minutes for its client to
	// come back, and then ends. It also ends all watching of that client.
	Drop(ctx context.Context, userID int32, client string) error

	// Watch makes a client watch a player, and returns what he plays now (nil for nothing). Repeating it changes nothing, except
	// that one who was Missing the beatmap is not any more, and is told of again. lazer may watch players who are not online, and sees
	// when they begin to play. ErrNobody when there is no such player, or for the stable client when he is not online or hidden;
	// ErrRestricted, ErrTooMany.
	Watch(ctx context.Context, watcher Watcher, target int32) (*Play, error)
	// Unwatch ends it; not watching is no error.
	Unwatch(ctx context.Context, userID int32, client string, target int32) error
	// Missing says that a watcher cannot see the play, for he has not got its beatmap.
	Missing(ctx context.Context, userID int32, target int32) error
	// Watchers returns who watches a player, by user id, each user once.
	Watchers(ctx context.Context, target int32) ([]Watcher, error)
	// Playing returns what the users (at most 1000) play now.
	Playing(ctx context.Context, userIDs []int32) ([]Play, error)
}

// Format is how a bundle is encoded.
type Format int32

// The formats, with their numbers on the wire.
const (
	Stable Format = 1 // payload of packet 18
	Lazer  Format = 2 // a FrameDataBundle in MessagePack
)

// State of a play.
type State int32

// The states, as lazer numbers them.
const (
	Idle    State = 0
	Playing State = 1
	Paused  State = 2
	Passed  State = 3
	Failed  State = 4
	Quit    State = 5
)

// Player names a play: of a user's client, by the score token if it has one.
type Player struct {
	UserID int32
	Client string // a session's ID, or the id that lazer gives to its process
	Token  int64  // 0 for none
}

// Play is what somebody plays.
type Play struct {
	Player     Player
	Format     Format
	BeatmapID  int32 // 0 or -1 when unknown
	BeatmapMD5 string
	Ruleset    osu.Ruleset
	Mods       mods.Set
	Maximum    map[string]int32 // of a perfect play, as the client counts
	State      State
	BeganAt    time.Time
}

// Bundle is some frames.
type Bundle struct {
	Format Format
	Data   []byte
}

// Watcher is a client that watches.
type Watcher struct {
	UserID  int32
	Name    string
	Client  string // as in Player
	Format  Format // what it understands
	Missing bool
}

// TopicOf is the topic on which events about a player's play are published.
func TopicOf(userID int32) string { return "spectator." + strconv.Itoa(int(userID)) }

// ToPlayers is the topic on which events for players are published. It is one for all of them, for such events are few and say whom
// they are for, so that an edge with many connections needs but one subscription.
const ToPlayers = "spectator.to"

// WatchTag is carried by sessions of stable clients that watch a player.
func WatchTag(userID int32) string { return sessions.WatchTag(userID) }

// The events of this module.
type (
	// Began tells watchers that a play began, or changed.
	Began struct{ Play Play }

	// Sent tells watchers what is played. Sequence counts the bundles of a play; it may leave numbers out. Ruleset and Objects (of a
	// perfect play, 0 when unknown) are those of the play, for who translates a bundle of lazer.
	Sent struct {
		UserID   int32
		Bundle   Bundle
		Sequence int32
		Ruleset  osu.Ruleset
		Objects  int32
	}

	// Finished tells watchers that a play ended. Sequence is that of a bundle that follows the last one.
	Finished struct {
		Play     Play
		Sequence int32
	}

	// Joined tells of a watcher: the player and, as a Fellow, those stable clients that watch with him.
	Joined struct {
		Target  int32
		Watcher Watcher
		Fellow  bool
	}

	// Left tells that somebody watches no more, likewise.
	Left struct {
		Target int32
		UserID int32
		Fellow bool
	}

	// CannotWatch tells that a watcher has not got the beatmap.
	CannotWatch struct {
		Target int32
		UserID int32
	}

	// Processed tells a player that a score of his is counted and can be read.
	Processed struct {
		UserID  int32
		ScoreID int64
	}
)
