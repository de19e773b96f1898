package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/osu/hubs"
	signalr "github.com/pure-peace/peace/transport/signalr/client"
	"github.com/pure-peace/peace/transport/signalr/protocol"
)

// Call is something that a hub told.
type Call struct {
	Method   string
	UserID   int32              // whom it is about
	Presence *hubs.UserPresence // nil: offline
	State    hubs.SpectatorState
	Bundle   hubs.FrameDataBundle
	ScoreID  int64
	Watchers []hubs.SpectatorUser
	Updates  hubs.BeatmapUpdates
}

// Hubs are the game's connections to the metadata and the spectator hub.
type Hubs struct {
	metadata  *signalr.Conn
	spectator *signalr.Conn
	calls     chan Call
}

// Connect connects to the hubs, and tells the status and activity that the game begins with.
func (c *Client) Connect(ctx context.Context) (*Hubs, error) {
	h := &Hubs{calls: make(chan Call, maxEvents)}
	var err error
	if h.metadata, err = c.dial(ctx, h, "metadata", h.metadataHandlers()); err != nil {
		return nil, err
	}
	if h.spectator, err = c.dial(ctx, h, "spectator", h.spectatorHandlers()); err != nil {
		h.Close()
		return nil, err
	}
	if err := errors.Join(h.SetActivity(ctx, nil), h.SetStatus(ctx, hubs.Online)); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (c *Client) dial(ctx context.Context, h *Hubs, hub string, handlers []signalr.Handler) (*signalr.Conn, error) {
	conn, err := signalr.Dial(ctx, signalr.Options{
		URL: c.options.Server + "/signalr/" + hub, Protocol: protocol.MessagePack, Token: c.Token(), HTTP: c.http,
		Header: http.Header{"X-Osu-Version-Hash": {c.options.Hash}, "X-Client-Session-Id": {c.session}},
		Handlers: append(handlers,
			signalr.On0("DisconnectRequested", func() { h.told(Call{Method: "DisconnectRequested"}) }),
			signalr.On0("ServerShuttingDown", func() { h.told(Call{Method: "ServerShuttingDown"}) }),
		),
		// The game drops these silently; here they show up as what they are.
		Unhandled: func(target string, _ []byte) { h.told(Call{Method: "unreadable " + target}) },
	})
	if err != nil {
		return nil, fmt.Errorf("%s hub: %w", hub, err)
	}
	return conn, nil
}

func (h *Hubs) metadataHandlers() []signalr.Handler {
	presence := func(method string) signalr.Handler {
		return signalr.On2(method, msgp.ReadInt32Bytes, hubs.ReadOrNull[hubs.UserPresence], func(id int32, p *hubs.UserPresence) {
			h.told(Call{Method: method, UserID: id, Presence: p})
		})
	}
	return []signalr.Handler{
		presence("UserPresenceUpdated"),
		presence("FriendPresenceUpdated"),
		signalr.On1("BeatmapSetsUpdated", hubs.Read[hubs.BeatmapUpdates], func(u hubs.BeatmapUpdates) {
			h.told(Call{Method: "BeatmapSetsUpdated", Updates: u})
		}),
		signalr.On1("DailyChallengeUpdated", hubs.ReadOrNull[hubs.DailyChallengeInfo], func(*hubs.DailyChallengeInfo) {
			h.told(Call{Method: "DailyChallengeUpdated"})
		}),
	}
}

func (h *Hubs) spectatorHandlers() []signalr.Handler {
	state := func(method string) signalr.Handler {
		return signalr.On2(method, msgp.ReadInt32Bytes, hubs.Read[hubs.SpectatorState], func(id int32, s hubs.SpectatorState) {
			h.told(Call{Method: method, UserID: id, State: s})
		})
	}
	return []signalr.Handler{
		state("UserBeganPlaying"),
		state("UserFinishedPlaying"),
		signalr.On2("UserSentFrames", msgp.ReadInt32Bytes, hubs.Read[hubs.FrameDataBundle], func(id int32, f hubs.FrameDataBundle) {
			h.told(Call{Method: "UserSentFrames", UserID: id, Bundle: f})
		}),
		signalr.On2("UserScoreProcessed", msgp.ReadInt32Bytes, msgp.ReadInt64Bytes, func(id int32, score int64) {
			h.told(Call{Method: "UserScoreProcessed", UserID: id, ScoreID: score})
		}),
		signalr.On1("UserStartedWatching", hubs.ReadList[hubs.SpectatorUser], func(users []hubs.SpectatorUser) {
			h.told(Call{Method: "UserStartedWatching", Watchers: users})
		}),
		signalr.On1("UserEndedWatching", msgp.ReadInt32Bytes, func(id int32) {
			h.told(Call{Method: "UserEndedWatching", UserID: id})
		}),
	}
}

// told keeps a call for Await. When nobody has listened for long, the oldest go.
func (h *Hubs) told(call Call) {
	for {
		select {
		case h.calls <- call:
			return
		default:
		}
		select {
		case <-h.calls:
		default:
		}
	}
}

// Await skips calls until one fits.
func (h *Hubs) Await(ctx context.Context, fits func(Call) bool) (Call, error) {
	for {
		select {
		case call := <-h.calls:
			if fits(call) {
				return call, nil
			}
		case <-ctx.Done():
			return Call{}, ctx.Err()
		}
	}
}

// SetStatus says whether the player wants to be seen.
func (h *Hubs) SetStatus(ctx context.Context, status hubs.UserStatus) error {
	return h.metadata.Invoke(ctx, "UpdateStatus", signalr.Arg(hubs.AppendUserStatus, hubs.Some(status)))
}

// SetActivity says what the player does; nil for nothing in particular.
func (h *Hubs) SetActivity(ctx context.Context, activity hubs.UserActivity) error {
	return h.metadata.Invoke(ctx, "UpdateActivity", signalr.Arg(hubs.AppendUserActivity, activity))
}

// WatchPresence asks for the presence of everybody.
func (h *Hubs) WatchPresence(ctx context.Context) error {
	return h.metadata.Invoke(ctx, "BeginWatchingUserPresence")
}

// RefreshFriends says that the list of friends has changed.
func (h *Hubs) RefreshFriends(ctx context.Context) error {
	return h.metadata.Invoke(ctx, "RefreshFriends")
}

// Changes asks which sets have changed since an id of the server's queue.
func (h *Hubs) Changes(ctx context.Context, since int32) (hubs.BeatmapUpdates, error) {
	return signalr.Call(ctx, h.metadata, "GetChangesSince", hubs.Read[hubs.BeatmapUpdates], signalr.Arg(hubs.AppendInt[int32], since))
}

// Watch begins to watch a player.
func (h *Hubs) Watch(ctx context.Context, userID int32) error {
	return h.spectator.Invoke(ctx, "StartWatchingUser", signalr.Arg(hubs.AppendInt[int32], userID))
}

// Unwatch ends it.
func (h *Hubs) Unwatch(ctx context.Context, userID int32) error {
	return h.spectator.Invoke(ctx, "EndWatchingUser", signalr.Arg(hubs.AppendInt[int32], userID))
}

// Close leaves the hubs as the game does when it is closed.
func (h *Hubs) Close() {
	for _, conn := range []*signalr.Conn{h.metadata, h.spectator} {
		if conn != nil {
			conn.Close()
		}
	}
}

// Ended waits until the connections have ended, and returns why each did.
func (h *Hubs) Ended(ctx context.Context) map[string]error {
	why := make(map[string]error, 2)
	for name, conn := range map[string]*signalr.Conn{"metadata": h.metadata, "spectator": h.spectator} {
		select {
		case <-conn.Done():
			why[name] = conn.Err()
		case <-ctx.Done():
			why[name] = ctx.Err()
		}
	}
	return why
}
