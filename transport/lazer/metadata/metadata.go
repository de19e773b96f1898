// Package metadata is the hub through which osu!lazer's users know of each other: who is online and what he does, and which beatmaps
// changed (ppy/osu osu.Game/Online/Metadata/IMetadataServer.cs and IMetadataClient.cs).
//
// A connection is a session of kind Lazer: that is how stable's players see its user, and how he sees them (see package activity).
// The session's outbox is drained on behalf of the connection (mail.go), and what lies in it is encoded once for all connections
// that hear it (news.go). Changes of beatmaps are read from their log, so that none is missed (library.go).
//
// A user has one such session. One that another process of the game takes over makes the old game log out; one that is taken over
// by the same game, which has merely come back, ends silently: the game says which process it is, and says so after every loss of
// its connections. A session outlives this process for a while: a game that comes back finds itself as it was, and nobody has
// seen it go.
//
// As long as its user has not given his second factor a connection has no session: it is answered, but is not online, and so
// cannot drive anybody out. When he has, the gate makes the game connect anew.
package metadata

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/rankings"
	"github.com/pure-peace/peace/modules/relations"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu/hubs"
	"github.com/pure-peace/peace/transport/lazer"
	"github.com/pure-peace/peace/transport/lazer/activity"
	"github.com/pure-peace/peace/transport/signalr"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Accounts is the part of users that is used.
type Accounts interface {
	Get(ctx context.Context, ids []int32) ([]users.User, error)
	Settings(ctx context.Context, id int32) (users.Settings, error)
	SaveSettings(ctx context.Context, id int32, settings users.Settings) error
}

// Registry is the part of sessions that is used.
type Registry interface {
	Open(ctx context.Context, opening sessions.Opening) (sessions.Opened, error)
	Of(ctx context.Context, userIDs []int32) ([]sessions.Session, error)
	Presences(ctx context.Context, userIDs []int32) ([]sessions.Presence, error)
	Online(ctx context.Context) ([]int32, error)
	Update(ctx context.Context, id string, update sessions.Update) (sessions.Session, error)
	Close(ctx context.Context, id string, reason sessions.Reason) error
}

// Relations is the part of relations that is used.
type Relations interface {
	List(ctx context.Context, userID int32) ([]relations.Relation, error)
}

// Rankings is the part of rankings that is used.
type Rankings interface {
	Statistics(ctx context.Context, userIDs []int32, board rankings.Board) ([]rankings.Statistics, error)
}

// Beatmaps is the part of beatmaps that is used.
type Beatmaps interface {
	Beatmaps(ctx context.Context, keys []beatmaps.Key) ([]beatmaps.Found, error)
	Changes(ctx context.Context, after int64, limit int) (changes []beatmaps.Change, latest int64, err error)
}

// Deps are what the hub needs of others. Without Rankings nobody sees figures of lazer's users; without Beatmaps no beatmap ever
// changes.
type Deps struct {
	Gate  *lazer.Gate
	State interface {
		state.Queues
		state.Topics
	}
	Users     Accounts
	Sessions  Registry
	Relations Relations
	Rankings  Rankings         // nil for none
	Beatmaps  Beatmaps         // nil for none
	Metrics   *signalr.Metrics // nil for none
	Log       *slog.Logger
}

// Hub is the metadata hub. It is safe for concurrent use; make one with New.
type Hub struct {
	*signalr.Hub
	deps Deps
	memo memo
}

// New returns the hub. It needs Run to tell of changes of beatmaps, and to notice clients that are gone.
func New(deps Deps) (*Hub, error) {
	if deps.Gate == nil || deps.State == nil || deps.Users == nil || deps.Sessions == nil || deps.Relations == nil || deps.Log == nil {
		return nil, errors.New("transport/lazer/metadata: Deps need Gate, State, Users, Sessions, Relations and Log")
	}
	h := &Hub{deps: deps}
	var err error
	h.Hub, err = deps.Gate.Hub(signalr.Options{
		Name: "metadata", Connected: h.connected, Disconnected: h.disconnected, Admit: h.admit, Metrics: deps.Metrics, Log: deps.Log,
	},
		signalr.Func1("GetChangesSince", msgp.ReadInt32Bytes, hubs.Append[hubs.BeatmapUpdates], h.getChangesSince),
		signalr.Action1("UpdateActivity", hubs.ReadUserActivity, h.updateActivity),
		signalr.Action1("UpdateStatus", hubs.ReadUserStatus, h.updateStatus),
		signalr.Action0("BeginWatchingUserPresence", h.beginWatchingUserPresence),
		signalr.Action0("EndWatchingUserPresence", h.endWatchingUserPresence),
		signalr.Func1("BeginWatchingMultiplayerRoom", msgp.ReadInt64Bytes, hubs.AppendList[hubs.MultiplayerPlaylistItemStats], h.beginWatchingRoom),
		signalr.Action1("EndWatchingMultiplayerRoom", msgp.ReadInt64Bytes, h.endWatchingRoom),
		signalr.Action0("RefreshFriends", h.refreshFriends),
	)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// What the hub calls.
var (
	userPresenceUpdated   = signalr.Event2(protocol.MessagePack, "UserPresenceUpdated", hubs.AppendInt[int32], activity.AppendPresence)
	friendPresenceUpdated = signalr.Event2(protocol.MessagePack, "FriendPresenceUpdated", hubs.AppendInt[int32], activity.AppendPresence)
	beatmapSetsUpdated    = signalr.Event1(protocol.MessagePack, "BeatmapSetsUpdated", hubs.Append[hubs.BeatmapUpdates])
	dailyChallengeUpdated = signalr.Event1(protocol.MessagePack, "DailyChallengeUpdated", hubs.AppendOrNull[hubs.DailyChallengeInfo])
)

// noChallenge says that there is no daily challenge.
var noChallenge = dailyChallengeUpdated.Of(nil)

// Run keeps the connections alive and tells of beatmaps, until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { _ = h.Hub.Run(ctx) }) // which does not fail
	if h.deps.Beatmaps != nil {
		loops.Go(func() { h.followLibrary(ctx) })
	}
	loops.Wait()
	return nil
}

// admit refuses what a connection asks whose session is not its own any more.
func (h *Hub) admit(_ context.Context, c *signalr.Conn, _ string) error {
	if playerOf(c).gone.Load() {
		return lazer.ErrStale
	}
	return nil
}

// beginWatchingRoom answers what the scores of a room are: there are no rooms yet whose scores anybody sets, and a room that is not
// there has none.
func (h *Hub) beginWatchingRoom(context.Context, *signalr.Conn, int64) ([]hubs.MultiplayerPlaylistItemStats, error) {
	return nil, nil
}

func (h *Hub) endWatchingRoom(context.Context, *signalr.Conn, int64) error { return nil }
